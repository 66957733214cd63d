// SPDX-License-Identifier: Apache-2.0
/* What a brand's own scans teach the table of risk.
 *
 *  - How scans of one and the same item follow on each other: from items known to be genuine, or,
 *    where there are few, those confirmed by their PIN.
 *  - How scans of different items follow on each other: from pairs of first scans of items of one
 *    batch, as if they had the same code.
 *  - From which scores on an item is to be looked at: quantiles of the scores of items known to be
 *    genuine. Where those are too few, the tail has the shape of the built-in table's, stretched to
 *    fit.
 *
 * All is drawn to what the built-in table was learnt from, so that few scans change little. */
#ifndef ASSAY_CORE_CALIBRATE_LEARN_H
#define ASSAY_CORE_CALIBRATE_LEARN_H

#include "core/risk_cells.h"
#include "core/risk_learn.h"

/* Fewer reference items than this set no levels. */
#define ASSAY_CALIBRATE_ITEMS_MIN 200

struct assay_calibrate_pool;

/** Counts under way. */
struct assay_calibrate_counts {
    struct assay_risk_counts known;     /* scans of items known to be genuine */
    struct assay_risk_counts confirmed; /* of items confirmed by their PIN or a dismissed alert */
    struct assay_risk_counts pairs;     /* first scans of another item */
    struct assay_calibrate_pool *pools; /* of each batch: first scans to make pairs with */
    uint32_t pool_count;
};

/* What is known of an item; what comes first counts. */
enum assay_calibrate_source {
    ASSAY_CALIBRATE_UNKNOWN,
    ASSAY_CALIBRATE_COPIED,    /* an alert said so and was confirmed: teaches nothing */
    ASSAY_CALIBRATE_REFERENCE, /* genuine */
    ASSAY_CALIBRATE_CONFIRMED, /* by its PIN */
    ASSAY_CALIBRATE_DISMISSED, /* an alert said copied, and was dismissed */
    ASSAY_CALIBRATE_SOURCES
};

/** Begin. batches: how many there are. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_calibrate_counts_init(struct assay_calibrate_counts *counts,
                                                              uint32_t batches);
void assay_calibrate_counts_deinit(struct assay_calibrate_counts *counts);

/** Count one scan that counts.
 *  state  of its item before it. batch: its slot. source: what is known of the item. */
void assay_calibrate_count(struct assay_calibrate_counts *counts,
                           const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                           uint32_t batch, enum assay_calibrate_source source);

/** Ratios from the counts, drawn to the built-in ones; the rest of the table is left. */
void assay_calibrate_ratios(const struct assay_calibrate_counts *counts,
                            struct assay_risk_table *table);

/** Ratios from counts of the same item's scans alone, drawn to the built-in ones. Of another item's, the
 *  built-in ones serve, but for what its buyers share with all others of the brand.
 *  firsts  counts of first scans: how many have a device (NEW) or none, in the first ordinal's row, and
 *          with which accuracy. */
void assay_calibrate_ratios_by(const struct assay_risk_counts *same,
                               const struct assay_risk_counts *firsts,
                               struct assay_risk_table *table);

/** The mass that a first scan brings with it, from that of `items` reference items together
 *  (1/65535, each at most one), drawn to the built-in one. */
void assay_calibrate_usual(uint64_t mass, uint32_t items, struct assay_risk_table *table);

/** Thresholds from the scores of reference items, drawn from the largest down.
 *  scores  sorted, largest first. returns false, and leaves them, if there are too few. */
bool assay_calibrate_levels(const int32_t *scores, uint32_t count, struct assay_risk_table *table);

/* Shares of genuine items whose scores the built-in tail is given at: 10^(-1 - i / 4). */
#define ASSAY_CALIBRATE_TAIL 17

#endif
