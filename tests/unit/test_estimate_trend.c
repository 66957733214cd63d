// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_trend.h"

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct assay_estimate_period good = {0.1, 0.01, 1000.0};
    struct assay_estimate_period bad[] = {
        {-0.1, 0.01, 10.0}, {1.1, 0.01, 10.0}, {0.1, -1.0, 10.0},    {0.1, 0.01, 0.0},
        {NAN, 0.01, 10.0},  {0.1, NAN, 10.0},  {0.1, 0.01, INFINITY}};
    struct assay_estimate_trend trend;
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_estimate_trend(&bad[i], &good, &trend), ASSAY_E_FIELD);
        assert_int_equal(assay_estimate_trend(&good, &bad[i], &trend), ASSAY_E_FIELD);
    }
}

static void from_thirty_to_eight(void **state)
{
    (void)state;
    struct assay_estimate_period before = {0.30, 0.02, 30000.0};
    struct assay_estimate_period after = {0.08, 0.01, 25000.0};
    struct assay_estimate_trend trend;
    assert_int_equal(assay_estimate_trend(&before, &after, &trend), ASSAY_OK);
    double right = (0.08 / 0.92) / (0.30 / 0.70);
    assert_true(fabs(trend.odds_ratio.point / right - 1.0) < 1e-3);
    assert_true(trend.odds_ratio.low < right);
    assert_true(trend.odds_ratio.high > right);
    assert_true(trend.changed);
    struct assay_estimate_trend back;
    assert_int_equal(assay_estimate_trend(&after, &before, &back), ASSAY_OK);
    assert_true(fabs(back.odds_ratio.point * trend.odds_ratio.point - 1.0) < 1e-12);
    assert_true(fabs(back.odds_ratio.low * trend.odds_ratio.high - 1.0) < 1e-12);
}

static void nothing_changed(void **state)
{
    (void)state;
    struct assay_estimate_period same = {0.1, 0.02, 500.0};
    struct assay_estimate_trend trend;
    assert_int_equal(assay_estimate_trend(&same, &same, &trend), ASSAY_OK);
    assert_true(trend.odds_ratio.point == 1.0);
    assert_false(trend.changed);
}

static void none_and_all_are_finite(void **state)
{
    (void)state;
    struct assay_estimate_period none = {0.0, 0.0, 50.0};
    struct assay_estimate_period all = {1.0, 0.0, 50.0};
    struct assay_estimate_trend trend;
    assert_int_equal(assay_estimate_trend(&none, &all, &trend), ASSAY_OK);
    assert_true(isfinite(trend.odds_ratio.point));
    assert_true(isfinite(trend.odds_ratio.high));
    assert_true(trend.odds_ratio.low > 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(from_thirty_to_eight),
        cmocka_unit_test(nothing_changed),
        cmocka_unit_test(none_and_all_are_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
