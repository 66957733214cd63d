// SPDX-License-Identifier: Apache-2.0
/* How the share of fakes changed between two periods: an odds ratio. It hardly depends on rho, nor
 * on what cannot be seen, as long as these stay as they are. */
#ifndef ASSAY_CORE_ESTIMATE_TREND_H
#define ASSAY_CORE_ESTIMATE_TREND_H

#include "core/estimate_share.h"

/** One period: its share, the standard deviation by chance alone, and how many items stand behind. */
struct assay_estimate_period {
    double share; /* point of E2 */
    double sd;
    double items;
};

/** odds(after) / odds(before), with its 95% interval; below 1: fewer fakes than before. */
struct assay_estimate_trend {
    struct assay_estimate odds_ratio;
    bool changed; /* 1 lies outside the interval */
};

/** Compare two periods. Shares of 0 and 1 are moved inside by half an item.
 *  returns  ASSAY_OK; ASSAY_E_FIELD: a share outside 0..1, an sd below 0 or a period without items.
 *  Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_estimate_trend(const struct assay_estimate_period *before,
                                                       const struct assay_estimate_period *after,
                                                       struct assay_estimate_trend *trend);

#endif
