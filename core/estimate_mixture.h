// SPDX-License-Identifier: Apache-2.0
/* How many further items stand behind the codes that were scanned more than once.
 *
 * Each code has a latent share w of scans made by other items than the first, one of a grid; or it
 * is noise: scanned by many people, from a photo or off a shelf, with one item behind it all the
 * same. The mix of these classes is learnt by expectation and maximisation, group by group
 * (product x country), each held to the brand's mix by a Dirichlet prior.
 *
 * Two passes over the codes: `learn` each, `settle` once, then `weigh` each. Between them a code
 * that was scanned twice or more is a row of 12 likelihoods, and equal rows are one row with a
 * count; a code with one scan says nothing about copies and costs nothing.
 *
 * Invariants:
 * 1. No result depends on the order of the codes: what is summed over them are integers.
 * 2. Likelihoods are floats (24 bits), relative to the row's greatest; below 2^-60 they are 0.
 * 3. `weigh` changes nothing: threads may share a settled mixture. */
#ifndef ASSAY_CORE_ESTIMATE_MIXTURE_H
#define ASSAY_CORE_ESTIMATE_MIXTURE_H

#include "core/error.h"

/* Classes of codes: the grid of w, the first being 0, and noise. */
#define ASSAY_ESTIMATE_SHARES 10
#define ASSAY_ESTIMATE_NOISE ASSAY_ESTIMATE_SHARES
#define ASSAY_ESTIMATE_CLASSES (ASSAY_ESTIMATE_SHARES + 1)

/* Counts of further items that a tally keeps apart: 1, 2, 3, and more. */
#define ASSAY_ESTIMATE_FURTHER 4

/** What is known of one scan besides its likelihoods. */
enum assay_estimate_flag {
    /* The first of its code, but for bursts; says nothing, whatever its llr. */
    ASSAY_ESTIMATE_FIRST = 1,
    /* One of dozens of this code within days, or made by a device (or, without one, from a place)
     * that scans many codes within a day: by somebody who does not hold the item. */
    ASSAY_ESTIMATE_BURST = 2,
};

/** One counted scan of a code. */
struct assay_estimate_scan {
    uint32_t stratum; /* number of the stratum in which it was made */
    /* log(p_new / p_old), 1/1024: how likely such a scan is, given what came before it on the code
     * (how many devices above all), if another item was scanned than before, to how likely if the
     * same was. Beyond +-8192 it is taken as that. */
    int16_t llr;
    uint8_t flags; /* bit set of enum assay_estimate_flag */
};

/** One code: its scans, ordered by stratum; exactly one is FIRST. Borrowed. */
struct assay_estimate_code {
    uint32_t group;
    uint32_t scan_count; /* at least 1 (asserted) */
    const struct assay_estimate_scan *scans;
};

/** The mix of a group, and how it was learnt; opaque. */
struct assay_estimate_mixture;

/** Sums over one stratum; 1/2^20 where they are not counts. All zero before the first code. */
struct assay_estimate_tally {
    uint64_t scans;    /* counted ones */
    uint64_t firsts;   /* S: first scans of codes */
    uint64_t further;  /* N: further items, in expectation */
    uint64_t variance; /* of N */
    uint64_t big;      /* of N, on codes with four further items and more */
    uint64_t clean;    /* scans after the first, on codes without copies in expectation */
    uint64_t mistaken; /* of N, what the model itself expects to lie on codes without copies */
    /* Of codes by the stratum of their first scan, in expectation: those with so many further items;
     * [0]: one, ... [3]: four and more. */
    uint64_t codes_with[ASSAY_ESTIMATE_FURTHER];
};

/** Units of a tally's sums. */
#define ASSAY_ESTIMATE_ONE (UINT64_C(1) << 20)

/** Make an empty mixture for groups 0..groups-1.
 *  mixture  out; the caller's, to be destroyed.
 *  returns  ASSAY_OK; ASSAY_E_FULL: more than ASSAY_ESTIMATE_GROUPS_MAX; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_estimate_mixture_create(uint32_t groups, struct assay_estimate_mixture **mixture);

/** Free it. NULL is fine. */
void assay_estimate_mixture_destroy(struct assay_estimate_mixture *mixture);

/** Take one code in; before `settle` only (asserted).
 *  returns  ASSAY_OK; ASSAY_E_FULL: more than ASSAY_ESTIMATE_ROWS_MAX different rows;
 *           ASSAY_E_MEMORY. On error the mixture is as before. threads: one at a time. */
ASSAY_MUST_CHECK enum assay_error
assay_estimate_mixture_learn(struct assay_estimate_mixture *mixture,
                             const struct assay_estimate_code *code);

/** Learn the mixes from the codes taken in. Once (asserted). Time: rows x classes x iterations
 *  (at most 400).
 *  returns  ASSAY_OK; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_estimate_mixture_settle(struct assay_estimate_mixture *mixture);

/** The settled mix of a group; shares add up to 1. For reports and tests. */
void assay_estimate_mixture_show(const struct assay_estimate_mixture *mixture, uint32_t group,
                                 double shares[ASSAY_ESTIMATE_CLASSES]);

/** The chance of each scan of a code to have been made by another item than the code's first.
 *  chances  out: one for each scan, 0 for the first.
 *  returns  the chance of the code to be noise. Pure. threads: any, once settled (asserted). */
double assay_estimate_mixture_weigh(const struct assay_estimate_mixture *mixture,
                                    const struct assay_estimate_code *code, double chances[]);

/** The chance of a code to have at least one further item behind it. Pure; as `weigh`. */
double assay_estimate_mixture_copied(const struct assay_estimate_mixture *mixture,
                                     const struct assay_estimate_code *code);

/** Weigh a code and add it to the tallies of its scans' strata.
 *  tallies  by stratum number; the caller's, large enough for every stratum of the scans. Sums of
 *           several threads' tallies may be added up: they are integers. */
void assay_estimate_mixture_tally(const struct assay_estimate_mixture *mixture,
                                  const struct assay_estimate_code *code,
                                  struct assay_estimate_tally tallies[]);

#endif
