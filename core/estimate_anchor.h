// SPDX-License-Identifier: Apache-2.0
/* E3: the share of fakes among the items sold. odds(E3) = odds(E2) / rho, where rho says how much
 * oftener a fake item is ever scanned than a genuine one. Scans and sales cannot tell rho: without
 * test purchases E3 is a band for rho from 1/2 to 2. Random test purchases tell rho for all strata
 * together, how far the strata scatter around what scans say of them, and something of each. */
#ifndef ASSAY_CORE_ESTIMATE_ANCHOR_H
#define ASSAY_CORE_ESTIMATE_ANCHOR_H

#include "core/estimate_share.h"

/* How far a stratum's log odds may be from what scans say: a grid of standard deviations. */
#define ASSAY_ESTIMATE_SCATTERS 8

/* Fakes that no scan shows (refilled packs, single copies), of what is sold: a grid of shares. */
#define ASSAY_ESTIMATE_HIDDEN 7

/** What scans say of a stratum, and what was bought there at random. */
struct assay_estimate_sold {
    struct assay_estimate e2;
    double e2_sd;                          /* standard deviation of the point */
    struct assay_estimate_count purchases; /* x fakes of n */
};

/** What test purchases say of all strata. */
struct assay_estimate_anchor {
    struct assay_estimate rho; /* with its 95% interval; 1 from 1/2 to 2 if not anchored */
    struct {
        double log_rho, log_rho_sd;              /* if so many are hidden */
        double weights[ASSAY_ESTIMATE_SCATTERS]; /* how probable, with each scatter */
    } hidden[ASSAY_ESTIMATE_HIDDEN];             /* all weights add up to 1 */
    double hidden_mean;                          /* share of what is sold */
    double mean;   /* share of fakes by scans where purchases were made */
    bool anchored; /* at least ASSAY_ESTIMATE_PURCHASES_MIN purchases in strata with scans */
};

/* Purchases from which on they anchor. */
#define ASSAY_ESTIMATE_PURCHASES_MIN 30

/** Learn from the strata of one cut; each purchase in one stratum only.
 *  returns  ASSAY_OK; ASSAY_E_FIELD: more fakes than purchases in a stratum. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error
assay_estimate_anchor_learn(const struct assay_estimate_sold *strata, size_t count,
                            struct assay_estimate_anchor *anchor);

/** E3 of a stratum: the band, or anchored the composite of scans and its own purchases, 95%.
 *  returns  ASSAY_OK; ASSAY_E_FIELD: more fakes than purchases. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_estimate_e3(const struct assay_estimate_anchor *anchor,
                                                    const struct assay_estimate_sold *stratum,
                                                    struct assay_estimate *e3);

/** A share whose odds are those of `share` divided by rho. 0 and 1 stay. */
double assay_estimate_by_rho(double share, double rho);

/** A region's chance of a scan, from genuine items scanned and sold: log p_r is drawn towards the
 *  brand's p (standard deviation .5) by how few were scanned. 0 sold: the brand's. */
double assay_estimate_region_chance(double scanned, double sold, double brand_chance);

#endif
