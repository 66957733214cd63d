// SPDX-License-Identifier: Apache-2.0
#include "bench/estimates/judge.h"

#include <stdlib.h>
#include <string.h>

#include "core/estimate_flow.h"
#include "core/real.h"

#define SEASON_MS (7 * 86400000ll)

/* What is computed of one world, in the order in which the audit does it. */
struct audit {
    const struct world *world;
    const int16_t *llr;
    struct assay_estimate_mixture *mixture;
    struct assay_estimate_scan *scans; /* of one code */
    struct assay_estimate_tally *tallies;
    struct assay_estimate_market *markets;
    struct assay_estimate_sums brand;
    struct assay_estimate_e2 *e2;
    struct assay_estimate_sold *sold;
    struct assay_estimate_anchor anchor;
    struct assay_estimate_flow flow;
    uint8_t *seasons; /* of one code's scans */
};

static void must(enum assay_error error)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "bench_estimates: error %d\n", (int)error);
        exit(1);
    }
}

static int by_stratum(const void *left, const void *right)
{
    const struct assay_estimate_scan *a = left;
    const struct assay_estimate_scan *b = right;
    if (a->stratum != b->stratum) {
        return a->stratum < b->stratum ? -1 : 1;
    }
    if (a->llr != b->llr) {
        return a->llr < b->llr ? -1 : 1;
    }
    return (int)a->flags - (int)b->flags;
}

static struct assay_estimate_scan scan_of(const struct audit *audit, const struct world_scan *scan)
{
    return (struct assay_estimate_scan){
        .stratum = scan->stratum,
        .llr = audit->llr[scan->cell],
        .flags = (uint8_t)((scan->first ? ASSAY_ESTIMATE_FIRST : 0) |
                           (scan->burst ? ASSAY_ESTIMATE_BURST : 0)),
    };
}

/* The code whose scans begin at `begin`; moves it to the next. */
static struct assay_estimate_code code_at(const struct audit *audit, size_t *begin)
{
    const struct world *world = audit->world;
    struct assay_estimate_code code = {.group = world->scans[*begin].group, .scans = audit->scans};
    uint32_t number = world->scans[*begin].code;
    while (*begin < world->count && world->scans[*begin].code == number) {
        const struct world_scan *scan = &world->scans[(*begin)++];
        audit->scans[code.scan_count++] = scan_of(audit, scan);
    }
    qsort(audit->scans, code.scan_count, sizeof *audit->scans, by_stratum);
    return code;
}

static void learn(struct audit *audit)
{
    must(assay_estimate_mixture_create(audit->world->market_count, &audit->mixture));
    for (size_t at = 0; at < audit->world->count;) {
        struct assay_estimate_code code = code_at(audit, &at);
        must(assay_estimate_mixture_learn(audit->mixture, &code));
    }
    must(assay_estimate_mixture_settle(audit->mixture));
}

/* The scans begin..end-1 of one code, in the order of time. */
static void count_flow(struct audit *audit, size_t begin, size_t end)
{
    const struct world *world = audit->world;
    struct assay_estimate_code code = {.group = world->scans[begin].group, .scans = audit->scans};
    for (size_t i = begin; i < end; i++) {
        int64_t since_ms = world->scans[i].at_ms - world->starts_ms[0];
        int64_t season = since_ms / SEASON_MS;
        audit->seasons[code.scan_count] =
            (uint8_t)(season < ASSAY_ESTIMATE_SEASONS ? season : ASSAY_ESTIMATE_SEASONS - 1);
        audit->scans[code.scan_count++] = scan_of(audit, &world->scans[i]);
    }
    assay_estimate_flow_add(&audit->flow, audit->mixture, &code, audit->seasons);
}

static void weigh(struct audit *audit, double *chances)
{
    double mistaken = 0.0;
    for (size_t at = 0; at < audit->world->count;) {
        size_t begin = at;
        bool reference = audit->world->is_reference[audit->world->scans[at].code];
        struct assay_estimate_code code = code_at(audit, &at);
        assay_estimate_mixture_tally(audit->mixture, &code, audit->tallies);
        count_flow(audit, begin, at);
        if (reference) {
            assay_estimate_mixture_weigh(audit->mixture, &code, chances);
            for (uint32_t i = 0; i < code.scan_count; i++) {
                mistaken += chances[i];
            }
            audit->brand.reference_scans += code.scan_count - 1;
        }
    }
    audit->brand.reference_further = (uint64_t)(mistaken * (double)ASSAY_ESTIMATE_ONE);
}

static void learn_markets(struct audit *audit)
{
    const struct world *world = audit->world;
    struct assay_estimate_sums *sums = must_have(calloc(world->market_count, sizeof *sums));
    struct assay_estimate_spread *spreads = must_have(calloc(world->market_count, sizeof *spreads));
    for (uint32_t k = 0; k < world->stratum_count; k++) {
        struct assay_estimate_sums more = {.tally = audit->tallies[k],
                                           .units_sold = world->strata[k].units};
        assay_estimate_sums_add(&sums[world->strata[k].market], &more);
        assay_estimate_sums_add(&audit->brand, &more);
    }
    for (uint32_t m = 0; m < world->market_count; m++) {
        assay_estimate_market_learn(&sums[m], &audit->brand, &audit->markets[m]);
    }
    for (uint32_t k = 0; k < world->stratum_count; k++) {
        uint32_t m = world->strata[k].market;
        assay_estimate_spread_add(&spreads[m], &audit->markets[m], &audit->tallies[k]);
    }
    for (uint32_t m = 0; m < world->market_count; m++) {
        assay_estimate_spread_close(&spreads[m], &audit->markets[m]);
    }
    free(sums);
    free(spreads);
}

static void estimate(struct audit *audit)
{
    const struct world *world = audit->world;
    for (uint32_t k = 0; k < world->stratum_count; k++) {
        const struct world_stratum *stratum = &world->strata[k];
        assay_estimate_e2(&audit->markets[stratum->market], &audit->tallies[k], &audit->e2[k]);
        audit->sold[k] = (struct assay_estimate_sold){
            .e2 = audit->e2[k].share,
            .e2_sd = audit->e2[k].sd,
            .purchases = {stratum->purchased_fakes, stratum->purchases},
        };
    }
    must(assay_estimate_anchor_learn(audit->sold, world->stratum_count, &audit->anchor));
}

static double share_of(double fakes, double genuine)
{
    return fakes + genuine > 0.0 ? fakes / (fakes + genuine) : 0.0;
}

static bool holds(const struct assay_estimate *share, double truth)
{
    return share->low <= truth && truth <= share->high;
}

static void judge_stratum(const struct audit *audit, uint32_t k, struct verdicts *verdicts)
{
    const struct world_stratum *stratum = &audit->world->strata[k];
    const struct assay_estimate_e2 *e2 = &audit->e2[k];
    double shown = stratum->genuine_shown + stratum->fake_shown;
    if (shown < JUDGED_ITEMS || stratum->genuine_sold + stratum->fake_sold < JUDGED_ITEMS / 6.0) {
        return;
    }
    double truth = share_of(stratum->fake_shown, stratum->genuine_shown);
    verdicts->strata++;
    verdicts->true_fakes += stratum->fake_shown;
    verdicts->true_items += shown;
    verdicts->fakes += e2->share.point * e2->items;
    verdicts->items += e2->items;
    verdicts->e2_held += holds(&e2->share, truth);
    verdicts->bound_held += e2->lower_bound <= truth;
    verdicts->e2_width += e2->share.high - e2->share.low;
    verdicts->highest = e2->share.high > verdicts->highest ? e2->share.high : verdicts->highest;
    struct assay_estimate e3;
    struct assay_estimate alone;
    must(assay_estimate_e3(&audit->anchor, &audit->sold[k], &e3));
    must(assay_estimate_wilson(audit->sold[k].purchases, ASSAY_ESTIMATE_Z95, &alone));
    truth = share_of(stratum->fake_sold, stratum->genuine_sold);
    verdicts->composite_strata++;
    verdicts->composite_held += holds(&e3, truth);
    verdicts->composite_width += e3.high - e3.low;
    verdicts->purchases_held += holds(&alone, truth);
    verdicts->purchases_width += alone.high - alone.low;
}

/* One period of the whole, and its truth. */
static struct assay_estimate_period period_of(const struct audit *audit, uint32_t period,
                                              double *truth)
{
    const struct world *world = audit->world;
    int64_t length_ms = world->starts_ms[1] - world->starts_ms[0];
    struct assay_estimate_part part = {.first = (unsigned)(period * length_ms / SEASON_MS)};
    part.end = period + 1 == world->periods ? ASSAY_ESTIMATE_SEASONS
                                            : (unsigned)((period + 1) * length_ms / SEASON_MS);
    double fakes = 0.0;
    double genuine = 0.0;
    for (uint32_t k = period; k < world->stratum_count; k += world->periods) {
        part.firsts += audit->tallies[k].firsts;
        fakes += world->strata[k].fake_shown;
        genuine += world->strata[k].genuine_shown;
    }
    struct assay_estimate_market market;
    struct assay_estimate_e2 whole;
    struct assay_estimate_period found;
    assay_estimate_market_learn(&audit->brand, &audit->brand, &market);
    assay_estimate_e2(&market, &audit->brand.tally, &whole);
    assay_estimate_flow_period(&audit->flow, &whole, &part, &found);
    *truth = share_of(fakes, genuine);
    return found;
}

static void judge_trend(const struct audit *audit, struct verdicts *verdicts)
{
    double shares[2];
    struct assay_estimate_period periods[2] = {
        period_of(audit, 0, &shares[0]),
        period_of(audit, audit->world->periods - 1, &shares[1]),
    };
    struct assay_estimate_trend trend;
    must(assay_estimate_trend(&periods[0], &periods[1], &trend));
    double truth = shares[1] / (1.0 - shares[1]) / (shares[0] / (1.0 - shares[0]));
    double error = assay_real_log(trend.odds_ratio.point / truth);
    double size = error < 0.0 ? -error : error;
    verdicts->trends++;
    verdicts->trend_error += error;
    verdicts->trend_off = size > verdicts->trend_off ? size : verdicts->trend_off;
    verdicts->trend_held += holds(&trend.odds_ratio, truth);
}

void judge_world(const struct world *world, const int16_t llr[EVIDENCE_CELLS],
                 struct verdicts *verdicts)
{
    struct audit audit = {.world = world, .llr = llr};
    double *chances = must_have(calloc(world->count + 1, sizeof *chances));
    audit.scans = must_have(calloc(world->count + 1, sizeof *audit.scans));
    audit.seasons = must_have(calloc(world->count + 1, sizeof *audit.seasons));
    audit.tallies = must_have(calloc(world->stratum_count, sizeof *audit.tallies));
    audit.markets = must_have(calloc(world->market_count, sizeof *audit.markets));
    audit.e2 = must_have(calloc(world->stratum_count, sizeof *audit.e2));
    audit.sold = must_have(calloc(world->stratum_count, sizeof *audit.sold));
    learn(&audit);
    weigh(&audit, chances);
    learn_markets(&audit);
    estimate(&audit);
    *verdicts = (struct verdicts){.worlds = 1};
    for (uint32_t k = 0; k < world->stratum_count; k++) {
        judge_stratum(&audit, k, verdicts);
    }
    if (world->periods > 1) {
        judge_trend(&audit, verdicts);
    }
    assay_estimate_mixture_destroy(audit.mixture);
    free(chances);
    free(audit.scans);
    free(audit.seasons);
    free(audit.tallies);
    free(audit.markets);
    free(audit.e2);
    free(audit.sold);
}

void verdicts_add(struct verdicts *all, const struct verdicts *one)
{
    double highest = one->highest > all->highest ? one->highest : all->highest;
    double off = one->trend_off > all->trend_off ? one->trend_off : all->trend_off;
    double *to = (double *)(void *)all;
    const double *from = (const double *)(const void *)one;
    for (size_t i = 0; i < sizeof *all / sizeof *to; i++) {
        to[i] += from[i];
    }
    all->highest = highest;
    all->trend_off = off;
}

void verdicts_print(const char *name, const struct verdicts *v)
{
    if (v->strata == 0.0) {
        printf("| %s | no stratum of %d items |\n", name, JUDGED_ITEMS);
        return;
    }
    double strata = v->strata;
    printf("| %s | %.3f / %.3f | %.3f | %.2f | %.3f | %.3f | %.3f (%.2f; %.2f) | %.2f |", name,
           v->true_fakes / v->true_items, v->fakes / v->items, v->e2_held / strata,
           v->e2_width / strata, v->bound_held / strata, v->highest, v->composite_held / strata,
           v->composite_width / strata, v->purchases_width / strata,
           v->composite_width / v->purchases_width);
    if (v->trends > 0.0) {
        printf(" %+.3f, at most %.3f; %.2f |\n", v->trend_error / v->trends, v->trend_off,
               v->trend_held / v->trends);
    } else {
        printf(" |\n");
    }
}
