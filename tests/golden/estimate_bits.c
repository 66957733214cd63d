// SPDX-License-Identifier: Apache-2.0
/* The bits of a small world's estimates, from the mixture to the composite. Whatever machine,
 * compiler and processor features: the same lines as in estimate.txt. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/estimate_anchor.h"
#include "core/estimate_interval.h"
#include "core/estimate_trend.h"

#define STRATA 12
#define CODES 3000

static uint64_t seed = 4;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % below);
}

static void print(const char *name, uint32_t number, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    printf("%s %" PRIu32 " %.6f %016" PRIx64 "\n", name, number, value, bits);
}

static void must(enum assay_error error)
{
    assay_assert(error == ASSAY_OK);
}

struct world {
    struct assay_estimate_scan scans[CODES][12];
    struct assay_estimate_code codes[CODES];
};

/* Every sixth code is on two items and more. */
static void make(struct world *world)
{
    for (uint32_t c = 0; c < CODES; c++) {
        uint32_t n = 1 + draw(c % 6 == 0 ? 12 : 4);
        uint32_t stratum = draw(STRATA);
        for (uint32_t i = 0; i < n; i++) {
            bool other = c % 6 == 0 && draw(2) == 0;
            world->scans[c][i] = (struct assay_estimate_scan){
                .stratum = stratum,
                .llr = (int16_t)(other ? 500 + (int)draw(3000) : (int)draw(1200) - 2500),
                .flags = i == 0 ? ASSAY_ESTIMATE_FIRST : 0,
            };
        }
        world->codes[c] = (struct assay_estimate_code){stratum % 2, n, world->scans[c]};
    }
}

static void estimate(const struct world *world, struct assay_estimate_tally tallies[STRATA])
{
    struct assay_estimate_mixture *mixture;
    must(assay_estimate_mixture_create(2, &mixture));
    for (uint32_t c = 0; c < CODES; c++) {
        must(assay_estimate_mixture_learn(mixture, &world->codes[c]));
    }
    must(assay_estimate_mixture_settle(mixture));
    for (uint32_t c = 0; c < CODES; c++) {
        assay_estimate_mixture_tally(mixture, &world->codes[c], tallies);
    }
    for (uint32_t g = 0; g < 2; g++) {
        double shares[ASSAY_ESTIMATE_CLASSES];
        assay_estimate_mixture_show(mixture, g, shares);
        for (uint32_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            print("mix", g, shares[k]);
        }
    }
    assay_estimate_mixture_destroy(mixture);
}

static struct assay_estimate_market learn(const struct assay_estimate_tally tallies[STRATA])
{
    struct assay_estimate_sums sums = {0};
    for (uint32_t k = 0; k < STRATA; k++) {
        struct assay_estimate_sums more = {.tally = tallies[k], .units_sold = 600};
        assay_estimate_sums_add(&sums, &more);
    }
    sums.reference_scans = 200;
    sums.reference_further = 9 * ASSAY_ESTIMATE_ONE;
    struct assay_estimate_market market;
    assay_estimate_market_learn(&sums, &sums, &market);
    struct assay_estimate_spread spread = {0};
    for (uint32_t k = 0; k < STRATA; k++) {
        assay_estimate_spread_add(&spread, &market, &tallies[k]);
    }
    assay_estimate_spread_close(&spread, &market);
    return market;
}

int main(void)
{
    static struct world world;
    struct assay_estimate_tally tallies[STRATA] = {{0}};
    make(&world);
    estimate(&world, tallies);
    struct assay_estimate_market market = learn(tallies);
    struct assay_estimate_sold sold[STRATA];
    struct assay_estimate_e2 e2[STRATA];
    for (uint32_t k = 0; k < STRATA; k++) {
        assay_estimate_e2(&market, &tallies[k], &e2[k]);
        sold[k] = (struct assay_estimate_sold){e2[k].share, e2[k].sd, {draw(4), 12}};
        print("e2", k, e2[k].share.point);
        print("e2_low", k, e2[k].share.low);
        print("e2_high", k, e2[k].share.high);
        print("lower_bound", k, e2[k].lower_bound);
    }
    struct assay_estimate_anchor anchor;
    must(assay_estimate_anchor_learn(sold, STRATA, &anchor));
    print("rho", 0, anchor.rho.point);
    for (uint32_t k = 0; k < STRATA; k++) {
        struct assay_estimate e3;
        must(assay_estimate_e3(&anchor, &sold[k], &e3));
        print("e3", k, e3.point);
        print("e3_low", k, e3.low);
        print("e3_high", k, e3.high);
    }
    struct assay_estimate_period periods[2] = {{e2[0].share.point, e2[0].sd, e2[0].items},
                                               {e2[1].share.point, e2[1].sd, e2[1].items}};
    struct assay_estimate_trend trend;
    must(assay_estimate_trend(&periods[0], &periods[1], &trend));
    print("trend", 0, trend.odds_ratio.point);
    print("trend_low", 0, trend.odds_ratio.low);
    print("trend_high", 0, trend.odds_ratio.high);
    return 0;
}
