// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_anchor.h"

#define STRATA 40

static uint64_t seed = 99;

static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) * 0x1p-53;
}

static double normal(void)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) {
        sum += uniform();
    }
    return sum;
}

static struct assay_estimate_sold sold(double share, uint64_t x, uint64_t n)
{
    return (struct assay_estimate_sold){
        .e2 = {share, 0.7 * share, share + 0.3 * share * (1.0 - share)},
        .e2_sd = 0.1 * share * (1.0 - share),
        .purchases = {x, n},
    };
}

/* Strata whose E3 scatters around what rho makes of E2, and purchases in them. */
static void make(struct assay_estimate_sold strata[STRATA], double truth[STRATA], double rho,
                 uint64_t n)
{
    for (size_t k = 0; k < STRATA; k++) {
        double e2 = 0.02 + 0.4 * uniform() * uniform();
        double odds = e2 / (1.0 - e2) / rho * exp(0.3 * normal());
        truth[k] = odds / (1.0 + odds);
        uint64_t x = 0;
        for (uint64_t i = 0; i < n; i++) {
            x += uniform() < truth[k];
        }
        strata[k] = sold(e2, x, n);
    }
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct assay_estimate_sold bad = sold(0.1, 3, 2);
    struct assay_estimate_anchor anchor;
    assert_int_equal(assay_estimate_anchor_learn(&bad, 1, &anchor), ASSAY_E_FIELD);
    assert_int_equal(assay_estimate_anchor_learn(NULL, 0, &anchor), ASSAY_OK);
    struct assay_estimate e3;
    assert_int_equal(assay_estimate_e3(&anchor, &bad, &e3), ASSAY_E_FIELD);
}

static void without_purchases_a_band(void **state)
{
    (void)state;
    struct assay_estimate_sold stratum = sold(0.2, 1, 5);
    struct assay_estimate_anchor anchor;
    assert_int_equal(assay_estimate_anchor_learn(&stratum, 1, &anchor), ASSAY_OK);
    assert_false(anchor.anchored);
    assert_true(anchor.rho.low == 0.5);
    assert_true(anchor.rho.high == 2.0);
    struct assay_estimate e3;
    assert_int_equal(assay_estimate_e3(&anchor, &stratum, &e3), ASSAY_OK);
    assert_true(e3.point == 0.2);
    assert_true(fabs(e3.low - assay_estimate_by_rho(stratum.e2.low, 2.0)) < 1e-15);
    assert_true(fabs(e3.high - assay_estimate_by_rho(stratum.e2.high, 0.5)) < 1e-15);
}

static void rho_is_found(void **state)
{
    (void)state;
    static const double rhos[] = {0.5, 1.0, 2.0};
    for (size_t i = 0; i < ASSAY_COUNT_OF(rhos); i++) {
        int held = 0;
        for (int round = 0; round < 20; round++) {
            struct assay_estimate_sold strata[STRATA];
            double truth[STRATA];
            make(strata, truth, rhos[i], 20);
            struct assay_estimate_anchor anchor;
            assert_int_equal(assay_estimate_anchor_learn(strata, STRATA, &anchor), ASSAY_OK);
            assert_true(anchor.anchored);
            held += anchor.rho.low <= rhos[i] && rhos[i] <= anchor.rho.high;
        }
        print_message("rho %.1f: held %d of 20\n", rhos[i], held);
        assert_true(held >= 16);
    }
}

static void the_composite_is_right_and_narrow(void **state)
{
    (void)state;
    int held = 0;
    int all = 0;
    double width = 0.0;
    double alone = 0.0;
    for (int round = 0; round < 20; round++) {
        struct assay_estimate_sold strata[STRATA];
        double truth[STRATA];
        make(strata, truth, 1.5, 10);
        struct assay_estimate_anchor anchor;
        assert_int_equal(assay_estimate_anchor_learn(strata, STRATA, &anchor), ASSAY_OK);
        for (size_t k = 0; k < STRATA; k++) {
            struct assay_estimate e3;
            struct assay_estimate wilson;
            assert_int_equal(assay_estimate_e3(&anchor, &strata[k], &e3), ASSAY_OK);
            assert_int_equal(
                assay_estimate_wilson(strata[k].purchases, ASSAY_ESTIMATE_Z95, &wilson), ASSAY_OK);
            assert_true(e3.low <= e3.point);
            assert_true(e3.point <= e3.high);
            held += e3.low <= truth[k] && truth[k] <= e3.high;
            width += e3.high - e3.low;
            alone += wilson.high - wilson.low;
            all++;
        }
    }
    print_message("held %d of %d, width %.3f, purchases alone %.3f\n", held, all, width / all,
                  alone / all);
    assert_true(held >= all * 93 / 100);
    assert_true(width <= 0.5 * alone);
}

static void purchases_have_the_last_word(void **state)
{
    (void)state;
    struct assay_estimate_sold strata[2] = {sold(0.02, 400, 1000), sold(0.5, 0, 1000)};
    struct assay_estimate_anchor anchor;
    assert_int_equal(assay_estimate_anchor_learn(strata, 2, &anchor), ASSAY_OK);
    struct assay_estimate e3;
    assert_int_equal(assay_estimate_e3(&anchor, &strata[0], &e3), ASSAY_OK);
    assert_true(fabs(e3.point - 0.4) < 0.03);
    assert_int_equal(assay_estimate_e3(&anchor, &strata[1], &e3), ASSAY_OK);
    assert_true(e3.high < 0.02);
}

static void clean_stays_clean(void **state)
{
    (void)state;
    struct assay_estimate_sold strata[STRATA];
    for (size_t k = 0; k < STRATA; k++) {
        strata[k] = (struct assay_estimate_sold){{0.0, 0.0, 0.01}, 0.002, {0, 10}};
    }
    struct assay_estimate_anchor anchor;
    assert_int_equal(assay_estimate_anchor_learn(strata, STRATA, &anchor), ASSAY_OK);
    struct assay_estimate e3;
    assert_int_equal(assay_estimate_e3(&anchor, &strata[0], &e3), ASSAY_OK);
    assert_true(e3.low == 0.0);
    assert_true(e3.high < 0.03);
}

static void chances_of_regions(void **state)
{
    (void)state;
    assert_true(assay_estimate_region_chance(0.0, 0.0, 0.4) == 0.4);
    assert_true(fabs(assay_estimate_region_chance(50000.0, 100000.0, 0.4) - 0.5) < 1e-3);
    double few = assay_estimate_region_chance(5.0, 10.0, 0.4);
    assert_true(few > 0.4);
    assert_true(few < 0.5);
    assert_true(assay_estimate_region_chance(500.0, 10.0, 0.4) <= 1.0);
    assert_true(assay_estimate_by_rho(0.0, 2.0) == 0.0);
    assert_true(assay_estimate_by_rho(1.0, 2.0) == 1.0);
    assert_true(fabs(assay_estimate_by_rho(0.5, 2.0) - 1.0 / 3.0) < 1e-15);
}

/* Refilled packs: scans say nothing, purchases one in ten; so every stratum has some. */
static void what_no_scan_shows_is_told_by_purchases(void **state)
{
    (void)state;
    struct assay_estimate_sold strata[STRATA];
    struct assay_estimate_anchor anchor;
    struct assay_estimate e3;
    for (size_t k = 0; k < STRATA; k++) {
        strata[k] = sold(0.002, 1, 10);
    }
    strata[0].purchases = (struct assay_estimate_count){0, 2};
    assert_int_equal(assay_estimate_anchor_learn(strata, STRATA, &anchor), ASSAY_OK);
    assert_true(anchor.hidden_mean > 0.05 && anchor.hidden_mean < 0.15);
    assert_int_equal(assay_estimate_e3(&anchor, &strata[0], &e3), ASSAY_OK);
    assert_true(e3.low < 0.08 && e3.high > 0.10 && e3.high < 0.35);
    for (size_t k = 0; k < STRATA; k++) {
        strata[k].purchases.x = 0;
    }
    assert_int_equal(assay_estimate_anchor_learn(strata, STRATA, &anchor), ASSAY_OK);
    assert_true(anchor.hidden_mean < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(without_purchases_a_band),
        cmocka_unit_test(rho_is_found),
        cmocka_unit_test(the_composite_is_right_and_narrow),
        cmocka_unit_test(purchases_have_the_last_word),
        cmocka_unit_test(clean_stays_clean),
        cmocka_unit_test(what_no_scan_shows_is_told_by_purchases),
        cmocka_unit_test(chances_of_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
