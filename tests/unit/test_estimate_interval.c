// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_interval.h"

#define ONE ((double)ASSAY_ESTIMATE_ONE)

static uint64_t fixed(double value)
{
    return (uint64_t)(value * ONE);
}

/* A stratum in which `mistaken` of the further items lie on codes without copies. */
static struct assay_estimate_tally stratum(uint64_t firsts, double further, double mistaken)
{
    struct assay_estimate_tally tally = {
        .scans = 2 * firsts,
        .firsts = firsts,
        .further = fixed(further),
        .variance = fixed(0.4 * further),
        .clean = firsts * ASSAY_ESTIMATE_ONE,
        .mistaken = fixed(mistaken),
        .codes_with = {fixed(0.6 * further), fixed(0.15 * further), fixed(0.03 * further), 0},
    };
    return tally;
}

static struct assay_estimate_market market_of(const struct assay_estimate_sums *sums)
{
    struct assay_estimate_market market;
    assay_estimate_market_learn(sums, sums, &market);
    return market;
}

static void in_order(const struct assay_estimate_e2 *e2)
{
    assert_true(e2->lower_bound >= 0.0);
    assert_true(e2->lower_bound <= e2->share.low);
    assert_true(e2->share.low <= e2->share.point);
    assert_true(e2->share.point <= e2->share.high);
    assert_true(e2->share.high <= 1.0);
    assert_true(e2->sd >= 0.0);
}

static void nothing_scanned(void **state)
{
    (void)state;
    struct assay_estimate_sums none = {0};
    struct assay_estimate_market market = market_of(&none);
    struct assay_estimate_spread spread = {0};
    assay_estimate_spread_close(&spread, &market);
    struct assay_estimate_tally tally = {0};
    struct assay_estimate_e2 e2;
    assay_estimate_e2(&market, &tally, &e2);
    assert_true(e2.share.point == 0.0);
    assert_true(e2.share.low == 0.0);
    assert_true(e2.share.high == 1.0);
    assert_true(e2.lower_bound == 0.0);
    assert_false(market.sales_known);
}

static void one_scan(void **state)
{
    (void)state;
    struct assay_estimate_sums sums = {.tally = {.scans = 1, .firsts = 1}, .units_sold = 1};
    struct assay_estimate_market market = market_of(&sums);
    struct assay_estimate_e2 e2;
    assay_estimate_e2(&market, &sums.tally, &e2);
    in_order(&e2);
    assert_true(e2.share.point == 0.0);
}

/* Mistakes alone, as many as the model expects: nothing is left of them. */
static void a_clean_market(void **state)
{
    (void)state;
    struct assay_estimate_sums sums = {.tally = stratum(60000, 90.0, 85.0), .units_sold = 150000};
    sums.reference_scans = 3000;
    sums.reference_further = fixed(4.5);
    struct assay_estimate_market market = market_of(&sums);
    struct assay_estimate_spread spread = {0};
    struct assay_estimate_tally small = stratum(600, 0.9, 0.85);
    for (int i = 0; i < 100; i++) {
        assay_estimate_spread_add(&spread, &market, &small);
    }
    assay_estimate_spread_close(&spread, &market);
    struct assay_estimate_e2 e2;
    assay_estimate_e2(&market, &small, &e2);
    in_order(&e2);
    assert_true(e2.share.low == 0.0);
    assert_true(e2.share.high < 0.02);
    /* a stratum that stands out is drawn in, but not away */
    struct assay_estimate_tally loud = stratum(600, 60.0, 3.0);
    assay_estimate_e2(&market, &loud, &e2);
    in_order(&e2);
}

/* Reference items on which as much is found by mistake as anywhere: a market without fakes. */
static void reference_items_take_back(void **state)
{
    (void)state;
    struct assay_estimate_sums sums = {.tally = stratum(60000, 1800.0, 900.0)};
    struct assay_estimate_market without = market_of(&sums);
    sums.reference_scans = 3000;
    sums.reference_further = fixed(45.0);
    struct assay_estimate_market as_expected = market_of(&sums);
    sums.reference_further = fixed(90.0);
    struct assay_estimate_market twice = market_of(&sums);
    struct assay_estimate_e2 e2[3];
    assay_estimate_e2(&without, &sums.tally, &e2[0]);
    assay_estimate_e2(&as_expected, &sums.tally, &e2[1]);
    assay_estimate_e2(&twice, &sums.tally, &e2[2]);
    assert_true(fabs(e2[0].share.point - e2[1].share.point) < 1e-9);
    assert_true(e2[2].share.point < 0.2 * e2[1].share.point);
    assert_true(e2[2].share.low == 0.0);
    assert_true(as_expected.mistaken_sd < without.mistaken_sd);
}

/* The market's total stays what the mixture found, while strata move apart. */
static void mistakes_are_taken_where_they_are(void **state)
{
    (void)state;
    struct assay_estimate_tally quiet = stratum(10000, 200.0, 180.0);
    struct assay_estimate_tally loud = stratum(10000, 1800.0, 200.0);
    struct assay_estimate_sums sums = {.tally = quiet};
    struct assay_estimate_sums more = {.tally = loud};
    assay_estimate_sums_add(&sums, &more);
    assert_int_equal(sums.tally.firsts, 20000);
    struct assay_estimate_market market = market_of(&sums);
    struct assay_estimate_e2 low;
    struct assay_estimate_e2 high;
    assay_estimate_e2(&market, &quiet, &low);
    assay_estimate_e2(&market, &loud, &high);
    in_order(&low);
    in_order(&high);
    double together = low.fakes - low.unseen + high.fakes - high.unseen;
    assert_true(fabs(together - 2000.0) < 100.0);
    assert_true(low.fakes - low.unseen < 60.0);
    assert_true(high.lower_bound > 0.05);
}

static void mass_needs_no_unseen(void **state)
{
    (void)state;
    struct assay_estimate_tally mass = {.scans = 40000, .firsts = 10000};
    mass.further = mass.big = fixed(5000.0);
    mass.variance = fixed(300.0);
    mass.codes_with[3] = fixed(50.0);
    struct assay_estimate_sums sums = {.tally = mass, .units_sold = 25000};
    struct assay_estimate_market market = market_of(&sums);
    struct assay_estimate_e2 e2;
    assay_estimate_e2(&market, &mass, &e2);
    in_order(&e2);
    assert_true(e2.unseen < 51.0);
    assert_true(fabs(e2.share.point - 5030.0 / 15000.0) < 0.01);
}

static void more_is_more(void **state)
{
    (void)state;
    struct assay_estimate_sums sums = {.tally = stratum(20000, 2000.0, 300.0)};
    struct assay_estimate_market market = market_of(&sums);
    double last = -1.0;
    for (double further = 0.0; further < 900.0; further += 10.0) {
        struct assay_estimate_tally tally = stratum(1000, further, 15.0);
        struct assay_estimate_e2 e2;
        assay_estimate_e2(&market, &tally, &e2);
        in_order(&e2);
        assert_true(e2.share.point >= last);
        last = e2.share.point;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_scanned),
        cmocka_unit_test(one_scan),
        cmocka_unit_test(a_clean_market),
        cmocka_unit_test(reference_items_take_back),
        cmocka_unit_test(mistakes_are_taken_where_they_are),
        cmocka_unit_test(mass_needs_no_unseen),
        cmocka_unit_test(more_is_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
