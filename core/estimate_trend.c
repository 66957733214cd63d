// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_trend.h"

#include "core/real.h"

#define DRIFT 0.18 /* standard deviation of a log odds by which detection itself may drift */

static bool is_sound(const struct assay_estimate_period *period)
{
    return period->share >= 0.0 && period->share <= 1.0 && period->sd >= 0.0 &&
           period->items > 0.0 && assay_real_is_finite(period->items);
}

/* Log odds of a period and its variance: by chance, and of an item more or less. */
static double log_odds(const struct assay_estimate_period *period, double *variance)
{
    double items = period->items + 1.0;
    double share = (period->share * period->items + 0.5) / items;
    double spread = share * (1.0 - share);
    double odds_sd = period->sd / spread;
    *variance += odds_sd * odds_sd + 1.0 / (items * spread) + DRIFT * DRIFT;
    return assay_real_log(share / (1.0 - share));
}

enum assay_error assay_estimate_trend(const struct assay_estimate_period *before,
                                      const struct assay_estimate_period *after,
                                      struct assay_estimate_trend *trend)
{
    if (!is_sound(before) || !is_sound(after)) {
        return ASSAY_E_FIELD;
    }
    double variance = 0.0;
    double point = log_odds(after, &variance);
    point -= log_odds(before, &variance);
    double half = ASSAY_ESTIMATE_Z95 * assay_real_sqrt(variance);
    trend->odds_ratio = (struct assay_estimate){assay_real_exp(point), assay_real_exp(point - half),
                                                assay_real_exp(point + half)};
    trend->changed = trend->odds_ratio.low > 1.0 || trend->odds_ratio.high < 1.0;
    return ASSAY_OK;
}
