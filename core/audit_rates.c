// SPDX-License-Identifier: Apache-2.0
/* A stratum is a row's part of one market (product x country): the mix of copied codes is learnt by
 * market, so a row that spans several is the sum of its strata. What lies outside the rows is a
 * stratum of its market all the same, for the market is learnt from the whole history. */
#include "core/audit_rates.h"

#include <stdlib.h>
#include <string.h>

#include "core/audit_flow.h"
#include "core/real.h"

#define STRATA_FIRST 1024 /* slots; a power of two */
#define PERIODS 2
#define OTHER_DAYS PERIODS /* the trend's third row: of the products, but in neither period */

struct stratum {
    uint32_t row; /* ASSAY_AUDIT_NO_ROW: of none */
    uint32_t group;
};

struct work {
    const struct assay_audit_codes *codes;
    const struct assay_audit_known *known;
    struct stratum *strata;
    struct assay_estimate_tally *tallies; /* by stratum */
    uint32_t stratum_count;
    uint32_t *slots; /* number + 1; 0 = free */
    size_t slot_count;
    uint32_t *of_scan; /* stratum of each scan */
    struct assay_estimate_mixture *mixture;
    struct assay_estimate_sums *sums; /* by group */
    struct assay_estimate_sums brand;
    struct assay_estimate_market *markets; /* by group */
    struct assay_estimate_scan *scans;     /* of one code */
    size_t scan_room;
};

/* -- strata -- */

static size_t slot_of(const struct work *work, struct stratum stratum)
{
    uint64_t mixed = ((uint64_t)stratum.row << 32 | stratum.group) * 0x9E3779B97F4A7C15ull;
    size_t slot = (size_t)(mixed >> 32) & (work->slot_count - 1);
    for (;;) {
        uint32_t number = work->slots[slot];
        if (number == 0 || (work->strata[number - 1].row == stratum.row &&
                            work->strata[number - 1].group == stratum.group)) {
            return slot;
        }
        slot = (slot + 1) & (work->slot_count - 1);
    }
}

static enum assay_error grow_strata(struct work *work)
{
    size_t wider = work->slot_count == 0 ? STRATA_FIRST : 2 * work->slot_count;
    struct stratum *strata = realloc(work->strata, wider / 2 * sizeof *strata);
    work->strata = strata != NULL ? strata : work->strata;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (strata == NULL || slots == NULL) {
        free(slots);
        return ASSAY_E_MEMORY;
    }
    free(work->slots);
    work->slots = slots;
    work->slot_count = wider;
    for (uint32_t i = 0; i < work->stratum_count; i++) {
        work->slots[slot_of(work, work->strata[i])] = i + 1;
    }
    return ASSAY_OK;
}

static enum assay_error stratum_of(struct work *work, struct stratum stratum, uint32_t *number)
{
    if (2 * ((size_t)work->stratum_count + 1) > work->slot_count && grow_strata(work) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    size_t slot = slot_of(work, stratum);
    if (work->slots[slot] == 0) {
        work->strata[work->stratum_count] = stratum;
        work->slots[slot] = ++work->stratum_count;
    }
    *number = work->slots[slot] - 1;
    return ASSAY_OK;
}

/* The row of a scan by its days, for the trend: 0 before, 1 after, 2 neither. */
static uint32_t period_of(const struct assay_audit_scan *scan,
                          const struct assay_audit_trend *trend)
{
    for (uint32_t i = 0; i < PERIODS; i++) {
        bool inside = scan->day >= trend->from_day[i] && scan->day <= trend->to_day[i];
        if (inside && (scan->flags & ASSAY_AUDIT_SCAN_KEPT) != 0) {
            return i;
        }
    }
    return (scan->flags & ASSAY_AUDIT_SCAN_KEPT) != 0 ? OTHER_DAYS : ASSAY_AUDIT_NO_ROW;
}

/* trend: NULL: by the report's rows. */
static enum assay_error number_strata(struct work *work, const struct assay_audit_trend *trend)
{
    work->stratum_count = 0;
    memset(work->slots, 0, work->slot_count * sizeof *work->slots);
    for (size_t i = 0; i < work->codes->scan_count; i++) {
        const struct assay_audit_scan *scan = &work->codes->scans[i];
        const struct stratum stratum = {trend == NULL ? scan->row : period_of(scan, trend),
                                        scan->group};
        if (stratum_of(work, stratum, &work->of_scan[i]) != ASSAY_OK) {
            return ASSAY_E_MEMORY;
        }
    }
    free(work->tallies);
    work->tallies = calloc((size_t)work->stratum_count + 1, sizeof *work->tallies);
    return work->tallies == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
}

/* -- one code as the estimators take it -- */

static int by_stratum(const void *left, const void *right)
{
    const struct assay_estimate_scan *a = left;
    const struct assay_estimate_scan *b = right;
    if (a->stratum != b->stratum) {
        return a->stratum > b->stratum ? 1 : -1;
    }
    int order = (a->flags < b->flags) - (a->flags > b->flags);
    return order != 0 ? order : (a->llr > b->llr) - (a->llr < b->llr);
}

static enum assay_error code_at(struct work *work, uint32_t number,
                                struct assay_estimate_code *code)
{
    const struct assay_audit_codes *codes = work->codes;
    uint32_t first = codes->first[number];
    uint32_t count = codes->first[number + 1] - first;
    if (count > work->scan_room) {
        struct assay_estimate_scan *wider = realloc(work->scans, 2 * count * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        work->scans = wider;
        work->scan_room = 2 * (size_t)count;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct assay_audit_scan *scan = &codes->scans[first + i];
        bool is_first = (scan->flags & ASSAY_AUDIT_SCAN_FIRST) != 0;
        bool burst = (scan->flags & ASSAY_AUDIT_SCAN_BURST) != 0;
        work->scans[i] = (struct assay_estimate_scan){
            .stratum = work->of_scan[first + i],
            .llr = scan->llr,
            .flags = (uint8_t)((is_first ? ASSAY_ESTIMATE_FIRST : 0) |
                               (burst ? ASSAY_ESTIMATE_BURST : 0)),
        };
    }
    *code = (struct assay_estimate_code){.scan_count = count, .scans = work->scans};
    code->group = count > 0 ? codes->scans[first].group : 0;
    if (count > 1) {
        qsort(work->scans, count, sizeof *work->scans, by_stratum);
    }
    return ASSAY_OK;
}

/* Every code that has a scan that counts, in order of first scan. */
static enum assay_error each_code(struct work *work,
                                  enum assay_error (*visit)(struct work *work, uint32_t number,
                                                            const struct assay_estimate_code *code))
{
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < work->codes->code_count && error == ASSAY_OK; i++) {
        struct assay_estimate_code code;
        error = code_at(work, i, &code);
        if (error == ASSAY_OK && code.scan_count > 0) {
            error = visit(work, i, &code);
        }
    }
    return error;
}

static enum assay_error learn_code(struct work *work, uint32_t number,
                                   const struct assay_estimate_code *code)
{
    (void)number;
    return assay_estimate_mixture_learn(work->mixture, code);
}

static enum assay_error tally_code(struct work *work, uint32_t number,
                                   const struct assay_estimate_code *code)
{
    (void)number;
    assay_estimate_mixture_tally(work->mixture, code, work->tallies);
    return ASSAY_OK;
}

static int compare_keys(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static bool is_reference(const struct work *work, uint32_t number)
{
    const struct assay_audit_known *known = work->known;
    return known->reference_count > 0 &&
           bsearch(&work->codes->keys[number], known->references, known->reference_count,
                   sizeof *known->references, compare_keys) != NULL;
}

/* What the model finds on items that are known to be genuine, it finds by mistake. */
static enum assay_error count_reference(struct work *work, uint32_t number,
                                        const struct assay_estimate_code *code)
{
    if (code->scan_count > ASSAY_AUDIT_REFERENCE_SCANS_MAX || !is_reference(work, number)) {
        return ASSAY_OK;
    }
    double *chances = calloc(code->scan_count, sizeof *chances);
    if (chances == NULL) {
        return ASSAY_E_MEMORY;
    }
    assay_estimate_mixture_weigh(work->mixture, code, chances);
    double found = 0;
    for (uint32_t i = 0; i < code->scan_count; i++) {
        found += chances[i];
    }
    free(chances);
    struct assay_estimate_sums *sums = &work->sums[code->group];
    sums->reference_scans += code->scan_count - 1;
    sums->reference_further += (uint64_t)(found * (double)ASSAY_ESTIMATE_ONE + 0.5);
    return ASSAY_OK;
}

/* -- markets -- */

static void add_tally(struct assay_estimate_tally *sum, const struct assay_estimate_tally *tally)
{
    struct assay_estimate_sums total = {.tally = *sum};
    const struct assay_estimate_sums more = {.tally = *tally};
    assay_estimate_sums_add(&total, &more);
    *sum = total.tally;
}

static void sum_markets(struct work *work)
{
    const struct assay_audit_codes *codes = work->codes;
    for (uint32_t i = 0; i < work->stratum_count; i++) {
        add_tally(&work->sums[work->strata[i].group].tally, &work->tallies[i]);
    }
    for (uint32_t i = 0; i < codes->group_count; i++) {
        const struct assay_audit_group *group = &codes->groups[i];
        work->sums[i].units_sold =
            work->known->units_sold == NULL
                ? 0
                : work->known->units_sold(work->known->context, group->product, group->country);
        assay_estimate_sums_add(&work->brand, &work->sums[i]);
    }
}

static void learn_markets(struct work *work)
{
    for (uint32_t i = 0; i < work->codes->group_count; i++) {
        struct assay_estimate_market *market = &work->markets[i];
        struct assay_estimate_spread spread = {0};
        assay_estimate_market_learn(&work->sums[i], &work->brand, market);
        for (uint32_t j = 0; j < work->stratum_count; j++) {
            if (work->strata[j].group == i && work->strata[j].row != ASSAY_AUDIT_NO_ROW) {
                assay_estimate_spread_add(&spread, market, &work->tallies[j]);
            }
        }
        assay_estimate_spread_close(&spread, market);
    }
}

static enum assay_error learn(struct work *work)
{
    uint32_t groups = work->codes->group_count;
    work->sums = calloc((size_t)groups + 1, sizeof *work->sums);
    work->markets = calloc((size_t)groups + 1, sizeof *work->markets);
    if (work->sums == NULL || work->markets == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = assay_estimate_mixture_create(groups, &work->mixture);
    error = error != ASSAY_OK ? error : each_code(work, learn_code);
    error = error != ASSAY_OK ? error : assay_estimate_mixture_settle(work->mixture);
    error = error != ASSAY_OK ? error : each_code(work, tally_code);
    error = error != ASSAY_OK ? error : each_code(work, count_reference);
    if (error == ASSAY_OK) {
        sum_markets(work);
        learn_markets(work);
    }
    return error;
}

/* -- rows -- */

/* One row's strata put together, and the market that they are of. */
struct merged {
    struct assay_estimate_tally tally;
    struct assay_estimate_sums sums;
    uint32_t groups;
    uint32_t group; /* the last of them */
};

static void merge_stratum(const struct work *work, uint32_t number, struct merged *merged)
{
    uint32_t group = work->strata[number].group;
    add_tally(&merged->tally, &work->tallies[number]);
    assay_estimate_sums_add(&merged->sums, &work->sums[group]);
    merged->groups++;
    merged->group = group;
}

static bool rate(const struct work *work, const struct merged *merged, struct assay_estimate_e2 *e2)
{
    if (merged->groups == 0 || merged->tally.scans == 0) {
        return false;
    }
    struct assay_estimate_market market;
    if (merged->groups == 1) {
        market = work->markets[merged->group];
    } else {
        assay_estimate_market_learn(&merged->sums, &work->brand, &market);
    }
    assay_estimate_e2(&market, &merged->tally, e2);
    return true;
}

static struct merged *merge_rows(const struct work *work, uint32_t row_count)
{
    struct merged *merged = calloc((size_t)row_count + 1, sizeof *merged);
    for (uint32_t i = 0; merged != NULL && i < work->stratum_count; i++) {
        if (work->strata[i].row != ASSAY_AUDIT_NO_ROW) {
            merge_stratum(work, i, &merged[work->strata[i].row]);
        }
    }
    return merged;
}

static enum assay_error rate_rows(const struct work *work, struct assay_audit_rates *rates,
                                  uint32_t row_count)
{
    struct merged *merged = merge_rows(work, row_count);
    if (merged == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < row_count && error == ASSAY_OK; i++) {
        rates[i].scanned = rate(work, &merged[i], &rates[i].e2);
        rates[i].tried = rates[i].forged.distinct.n > 0;
        if (rates[i].tried) {
            error = assay_estimate_e0(&rates[i].forged, &rates[i].e0, &rates[i].e0_raw);
        }
    }
    free(merged);
    return error;
}

static enum assay_error anchor_rows(struct assay_audit_rates *rates, uint32_t row_count,
                                    struct assay_estimate_anchor *anchor)
{
    struct assay_estimate_sold *sold = calloc((size_t)row_count + 1, sizeof *sold);
    if (sold == NULL) {
        return ASSAY_E_MEMORY;
    }
    size_t count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        if (rates[i].scanned) {
            sold[count++] =
                (struct assay_estimate_sold){rates[i].e2.share, rates[i].e2.sd, rates[i].purchases};
        }
    }
    enum assay_error error = assay_estimate_anchor_learn(sold, count, anchor);
    count = 0;
    for (uint32_t i = 0; i < row_count && error == ASSAY_OK; i++) {
        if (rates[i].scanned) {
            error = assay_estimate_e3(anchor, &sold[count++], &rates[i].e3);
        }
    }
    free(sold);
    return error;
}

/* -- the trend -- */

/* The two periods are not drawn towards what they have in common: what differs is asked for. */
static void let_markets_stand_alone(struct work *work)
{
    for (uint32_t i = 0; i < work->codes->group_count; i++) {
        work->markets[i].spread = assay_real_infinity();
    }
}

/* A period's share by the flow: it moves the point, and the limits as far as the point needs. */
static void set_share(struct assay_estimate_e2 *e2, const struct assay_estimate_period *period)
{
    e2->share.point = period->share;
    e2->share.low = e2->share.low < period->share ? e2->share.low : period->share;
    e2->share.high = e2->share.high > period->share ? e2->share.high : period->share;
    e2->lower_bound = e2->lower_bound < e2->share.low ? e2->lower_bound : e2->share.low;
}

/* Both periods by the flow, or both by what their own scans say if one is too short for it. */
static enum assay_error fill_periods(const struct work *work, const struct merged *merged,
                                     struct assay_audit_trend *trend,
                                     struct assay_estimate_period periods[PERIODS])
{
    struct assay_audit_flow flow;
    enum assay_error error =
        assay_audit_flow_count(work->codes, work->mixture, trend->from_day[1], &flow);
    if (error != ASSAY_OK) {
        return error;
    }
    struct merged all = {.group = merged[0].group};
    struct assay_estimate_e2 whole;
    for (int i = 0; i <= OTHER_DAYS; i++) {
        add_tally(&all.tally, &merged[i].tally);
        all.groups = merged[i].groups > all.groups ? merged[i].groups : all.groups;
        all.sums = merged[i].groups == all.groups ? merged[i].sums : all.sums;
        if (merged[i].groups > 0 && merged[i].group != all.group && all.groups < 2) {
            all.groups = 2; /* of different markets */
            all.sums = work->brand;
        }
    }
    bool flows = rate(work, &all, &whole);
    for (int i = 0; i < PERIODS; i++) {
        struct assay_audit_days days = {trend->from_day[i], trend->to_day[i],
                                        merged[i].tally.firsts};
        flows = flows && assay_audit_flow_period(&flow, &whole, &days, &periods[i]);
    }
    for (int i = 0; i < PERIODS; i++) {
        struct assay_estimate_e2 *e2 = &trend->e2[i];
        if (flows) {
            set_share(e2, &periods[i]);
        } else {
            periods[i] = (struct assay_estimate_period){e2->share.point, e2->sd, e2->items};
        }
    }
    return ASSAY_OK;
}

static enum assay_error rate_trend(struct work *work, struct assay_audit_trend *trend)
{
    trend->known = false;
    let_markets_stand_alone(work);
    enum assay_error error = number_strata(work, trend);
    error = error != ASSAY_OK ? error : each_code(work, tally_code);
    if (error != ASSAY_OK) {
        return error;
    }
    struct merged *merged = merge_rows(work, PERIODS + 1);
    if (merged == NULL) {
        return ASSAY_E_MEMORY;
    }
    struct assay_estimate_period periods[PERIODS];
    if (rate(work, &merged[0], &trend->e2[0]) && rate(work, &merged[1], &trend->e2[1]) &&
        trend->e2[0].items > 0 && trend->e2[1].items > 0) {
        error = fill_periods(work, merged, trend, periods);
        error = error != ASSAY_OK ? error
                                  : assay_estimate_trend(&periods[0], &periods[1], &trend->change);
        trend->known = error == ASSAY_OK;
    }
    free(merged);
    return error;
}

static void free_work(struct work *work)
{
    assay_estimate_mixture_destroy(work->mixture);
    free(work->strata);
    free(work->tallies);
    free(work->slots);
    free(work->of_scan);
    free(work->sums);
    free(work->markets);
    free(work->scans);
}

enum assay_error assay_audit_rates_run(const struct assay_audit_codes *codes,
                                       const struct assay_audit_known *known,
                                       const struct assay_audit_results *results)
{
    struct work work = {.codes = codes, .known = known};
    work.of_scan = calloc(codes->scan_count + 1, sizeof *work.of_scan);
    enum assay_error error = work.of_scan == NULL ? ASSAY_E_MEMORY : grow_strata(&work);
    error = error != ASSAY_OK ? error : number_strata(&work, NULL);
    error = error != ASSAY_OK ? error : learn(&work);
    error = error != ASSAY_OK ? error : rate_rows(&work, results->rates, results->rows);
    error = error != ASSAY_OK ? error : anchor_rows(results->rates, results->rows, results->anchor);
    if (error == ASSAY_OK && results->trend != NULL) {
        error = rate_trend(&work, results->trend);
    }
    free_work(&work);
    return error;
}
