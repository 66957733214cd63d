// SPDX-License-Identifier: Apache-2.0
#include "core/audit_doubt.h"

#include <stdlib.h>
#include <string.h>

#include "core/audit_learn.h"
#include "core/real.h"

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Between the two, with limits that span both; how far they are apart is an error too. */
static void span(struct assay_estimate_e2 *e2, const struct assay_estimate_e2 *other)
{
    double apart = 0.5 * (e2->share.point - other->share.point);
    e2->share.point = 0.5 * (e2->share.point + other->share.point);
    e2->share.low = lesser(e2->share.low, other->share.low);
    e2->share.high = larger(e2->share.high, other->share.high);
    e2->lower_bound = lesser(e2->lower_bound, other->lower_bound);
    e2->items = 0.5 * (e2->items + other->items);
    e2->fakes = 0.5 * (e2->fakes + other->fakes);
    e2->unseen = 0.5 * (e2->unseen + other->unseen);
    double sd = larger(e2->sd, other->sd);
    e2->sd = assay_real_sqrt(sd * sd + apart * apart);
}

static void span_trend(struct assay_audit_trend *trend, const struct assay_audit_trend *other)
{
    trend->known = trend->known && other->known;
    if (!trend->known) {
        return;
    }
    struct assay_estimate *ratio = &trend->change.odds_ratio;
    const struct assay_estimate *second = &other->change.odds_ratio;
    ratio->point = assay_real_sqrt(ratio->point * second->point);
    ratio->low = lesser(ratio->low, second->low);
    ratio->high = larger(ratio->high, second->high);
    trend->change.changed = ratio->low > 1.0 || ratio->high < 1.0;
    for (int i = 0; i < 2; i++) {
        span(&trend->e2[i], &other->e2[i]);
    }
}

/* Rates by the ledger's table, then by the scans' own; results hold the latter. */
static enum assay_error run_both(struct assay_audit_codes *codes,
                                 const struct assay_audit_known *known,
                                 const struct assay_audit_results *results,
                                 const struct assay_audit_results *first)
{
    int16_t llr[ASSAY_RISK_KINDS];
    enum assay_error error = assay_audit_rates_run(codes, known, first);
    error = error != ASSAY_OK ? error : assay_audit_learn_self(codes, llr);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_audit_weigh(codes, llr);
    return assay_audit_rates_run(codes, known, results);
}

static enum assay_error run_doubtful(struct assay_audit_codes *codes,
                                     const struct assay_audit_known *known,
                                     const struct assay_audit_results *results)
{
    struct assay_audit_rates *rates = calloc((size_t)results->rows + 1, sizeof *rates);
    if (rates == NULL) {
        return ASSAY_E_MEMORY;
    }
    memcpy(rates, results->rates, results->rows * sizeof *rates);
    struct assay_audit_trend trend;
    struct assay_estimate_anchor anchor;
    struct assay_audit_results first = {
        .rates = rates, .rows = results->rows, .trend = NULL, .anchor = &anchor};
    if (results->trend != NULL) {
        trend = *results->trend;
        first.trend = &trend;
    }
    enum assay_error error = run_both(codes, known, results, &first);
    for (uint32_t i = 0; i < results->rows && error == ASSAY_OK; i++) {
        if (rates[i].scanned) {
            span(&results->rates[i].e2, &rates[i].e2);
        }
    }
    if (error == ASSAY_OK && results->trend != NULL) {
        span_trend(results->trend, &trend);
    }
    free(rates);
    return error != ASSAY_OK
               ? error
               : assay_audit_rates_anchor(results->rates, results->rows, results->anchor);
}

enum assay_error assay_audit_doubt_run(struct assay_audit_codes *codes,
                                       const struct assay_audit_known *known,
                                       const struct assay_audit_results *results)
{
    int16_t llr[ASSAY_RISK_KINDS];
    if (!assay_audit_learn_known(codes, known, llr)) {
        return run_doubtful(codes, known, results);
    }
    assay_audit_weigh(codes, llr);
    return assay_audit_rates_run(codes, known, results);
}
