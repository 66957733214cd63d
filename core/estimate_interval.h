// SPDX-License-Identifier: Apache-2.0
/* E2: the share of fakes among the items scanned in a stratum, with its interval and a lower bound
 * that holds whatever cannot be seen.
 *
 * First a market (a product in a country, all its strata together): how much of what looks like
 * further items lies on codes that have none, measured on reference items, and how many fakes were
 * scanned first. Then each stratum by itself. */
#ifndef ASSAY_CORE_ESTIMATE_INTERVAL_H
#define ASSAY_CORE_ESTIMATE_INTERVAL_H

#include "core/estimate_mixture.h"
#include "core/estimate_share.h"

/** Sums over the strata of a market, or over all markets of a brand. */
struct assay_estimate_sums {
    struct assay_estimate_tally tally;
    uint64_t units_sold;      /* genuine ones; 0: not known */
    uint64_t reference_scans; /* on reference items (known genuine, not copied), after the first */
    uint64_t reference_further; /* further items found on them by mistake, 1/2^20 */
};

/** What holds for all strata of a market. */
struct assay_estimate_market {
    double mistaken;    /* further items found by mistake for each scan of a code without copies */
    double mistaken_sd; /* of it */
    double scale;       /* further items for each one found, mistakes taken off */
    double unseen[3]; /* fakes scanned first for each further item of codes with few of them: point,
                            low, high */
    double unseen_big;  /* the same of codes with many */
    double scan_chance; /* p_G, or what was assumed */
    double copies;      /* of a copied code */
    bool sales_known, sales_short;
    double mean;   /* share of fakes in all strata; with `spread`, set by spread_close */
    double spread; /* standard deviation of the strata's true shares around it; infinite before */
};

/** Sums over the strata of a market from which their spread is learnt. All zero at first. */
struct assay_estimate_spread {
    double items, fakes, squares, noise;
};

/** E2 of one stratum. */
struct assay_estimate_e2 {
    struct assay_estimate share;
    double lower_bound; /* one-sided, 97.5% */
    double items;       /* T: items scanned */
    double fakes;       /* of them, the point */
    double unseen;      /* of these, scanned first */
    double sd;          /* of the share: chance and misplaced scans alone */
};

/** Add sums to sums. */
void assay_estimate_sums_add(struct assay_estimate_sums *sums,
                             const struct assay_estimate_sums *more);

/** A market from its sums; those of the brand, which contain it, lend it what some hundred items are
 *  worth. Pure. threads: any. */
void assay_estimate_market_learn(const struct assay_estimate_sums *own,
                                 const struct assay_estimate_sums *brand,
                                 struct assay_estimate_market *market);

/** Add a stratum of the market to the sums; in a fixed order, since they are rounded. */
void assay_estimate_spread_add(struct assay_estimate_spread *spread,
                               const struct assay_estimate_market *market,
                               const struct assay_estimate_tally *tally);

/** Set mean and spread of the market, so that e2 draws what its counts leave open towards the mean
 *  (empirical Bayes). Without this call each stratum stands alone. */
void assay_estimate_spread_close(const struct assay_estimate_spread *spread,
                                 struct assay_estimate_market *market);

/** E2 of a stratum of the market. Without scans: the point 0, 0 to 1, the bound 0. Pure. */
void assay_estimate_e2(const struct assay_estimate_market *market,
                       const struct assay_estimate_tally *tally, struct assay_estimate_e2 *e2);

#endif
