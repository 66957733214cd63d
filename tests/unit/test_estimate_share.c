// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_share.h"

#define Z ASSAY_ESTIMATE_Z95

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct assay_estimate share = {7.0, 7.0, 7.0};
    double raw = 7.0;
    assert_int_equal(assay_estimate_wilson((struct assay_estimate_count){2, 1}, Z, &share),
                     ASSAY_E_FIELD);
    struct assay_estimate_test tests[] = {{.sensitivity = 1.1, .specificity = 0.9},
                                          {.sensitivity = 0.9, .specificity = -0.1},
                                          {.sensitivity = 0.4, .specificity = 0.6},
                                          {.sensitivity = NAN, .specificity = 0.9},
                                          {.sensitivity = 0.2, .specificity = 0.3}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(tests); i++) {
        assert_int_equal(
            assay_estimate_corrected((struct assay_estimate_count){1, 10}, &tests[i], &share),
            ASSAY_E_FIELD);
    }
    struct assay_estimate_reveals reveals = {.right_first = 5, .errors = {3, 2}};
    assert_int_equal(assay_estimate_from_reveals(&reveals, &share), ASSAY_E_FIELD);
    reveals = (struct assay_estimate_reveals){.right_first = UINT64_MAX, .failed_or_reused = 1};
    assert_int_equal(assay_estimate_from_reveals(&reveals, &share), ASSAY_E_FIELD);
    reveals = (struct assay_estimate_reveals){.right_first = 1, .errors = {9, 9}};
    assert_int_equal(assay_estimate_from_reveals(&reveals, &share), ASSAY_E_FIELD);
    struct assay_estimate_forged forged = {.raw = {1, 2}, .distinct = {2, 1}};
    assert_int_equal(assay_estimate_e0(&forged, &share, &raw), ASSAY_E_FIELD);
    forged = (struct assay_estimate_forged){.raw = {3, 2}, .distinct = {1, 1}};
    assert_int_equal(assay_estimate_e0(&forged, &share, &raw), ASSAY_E_FIELD);
    assert_true(share.point == 7.0);
    assert_true(raw == 7.0);
}

/* Newcombe (1998), table 1, method 3; and 0 of 10. */
static void wilson(void **state)
{
    (void)state;
    static const struct {
        uint64_t x, n;
        double low, high;
    } known[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0, 0.1611},
                 {1, 29, 0.0061, 0.1718},
                 {29, 29, 0.8830, 1.0}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(known); i++) {
        struct assay_estimate share;
        struct assay_estimate_count count = {known[i].x, known[i].n};
        assert_int_equal(assay_estimate_wilson(count, Z, &share), ASSAY_OK);
        assert_true(fabs(share.low - known[i].low) < 6e-5);
        assert_true(fabs(share.high - known[i].high) < 6e-5);
        assert_true(share.low <= share.point);
        assert_true(share.point <= share.high);
    }
    struct assay_estimate none;
    assert_int_equal(assay_estimate_wilson((struct assay_estimate_count){0, 0}, Z, &none),
                     ASSAY_OK);
    assert_true(none.low == 0.0);
    assert_true(none.high == 1.0);
}

static void a_sure_test_changes_little(void **state)
{
    (void)state;
    struct assay_estimate_test sure = {.sensitivity = 1.0, .specificity = 1.0};
    for (uint64_t x = 0; x <= 50; x += 5) {
        struct assay_estimate plain;
        struct assay_estimate corrected;
        struct assay_estimate_count count = {x, 50};
        assert_int_equal(assay_estimate_wilson(count, Z, &plain), ASSAY_OK);
        assert_int_equal(assay_estimate_corrected(count, &sure, &corrected), ASSAY_OK);
        assert_true(fabs(corrected.point - plain.point) < 1e-12);
        assert_true(fabs(corrected.low - plain.low) < 0.04);
        assert_true(fabs(corrected.high - plain.high) < 0.04);
    }
}

/* Rogan and Gladen by hand: (.3 + .9 - 1) / (.8 + .9 - 1) = 2/7. */
static void a_test_that_errs(void **state)
{
    (void)state;
    struct assay_estimate_test test = {.sensitivity = 0.8, .specificity = 0.9};
    struct assay_estimate known;
    assert_int_equal(
        assay_estimate_corrected((struct assay_estimate_count){300, 1000}, &test, &known),
        ASSAY_OK);
    assert_true(fabs(known.point - 2.0 / 7.0) < 1e-12);
    assert_true(known.low > 0.24);
    assert_true(known.high < 0.34);
    test.sensitivity_n = test.specificity_n = 50;
    struct assay_estimate learnt;
    assert_int_equal(
        assay_estimate_corrected((struct assay_estimate_count){300, 1000}, &test, &learnt),
        ASSAY_OK);
    assert_true(learnt.low < known.low);
    assert_true(learnt.high > known.high);
    /* fewer than the errors alone would give */
    assert_int_equal(
        assay_estimate_corrected((struct assay_estimate_count){2, 1000}, &test, &learnt), ASSAY_OK);
    assert_true(learnt.point == 0.0);
    assert_true(learnt.low == 0.0);
    assert_int_equal(assay_estimate_corrected((struct assay_estimate_count){0, 0}, &test, &learnt),
                     ASSAY_OK);
    assert_true(learnt.high == 1.0);
}

static uint64_t seed = 7;

static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) * 0x1p-53;
}

static uint64_t draw(uint64_t n, double chance)
{
    uint64_t x = 0;
    for (uint64_t i = 0; i < n; i++) {
        x += uniform() < chance;
    }
    return x;
}

/* 95 of 100 intervals hold the truth, also where it is small and the test is learnt. */
static void as_often_as_it_says(void **state)
{
    (void)state;
    static const double truths[] = {0.0, 0.02, 0.10, 0.30};
    for (size_t i = 0; i < ASSAY_COUNT_OF(truths); i++) {
        int held = 0;
        for (int round = 0; round < 1000; round++) {
            struct assay_estimate_reveals reveals = {.errors = {draw(300, 0.011), 300}};
            reveals.failed_or_reused = draw(500, truths[i] + (1.0 - truths[i]) * 0.011);
            reveals.right_first = 500 - reveals.failed_or_reused;
            struct assay_estimate share;
            assert_int_equal(assay_estimate_from_reveals(&reveals, &share), ASSAY_OK);
            held += share.low <= truths[i] && truths[i] <= share.high;
        }
        print_message("share %.2f: held %d of 1000\n", truths[i], held);
        assert_true(held >= 920);
    }
}

static void reveals_and_forgeries(void **state)
{
    (void)state;
    struct assay_estimate share;
    double raw;
    struct assay_estimate_reveals none = {0};
    assert_int_equal(assay_estimate_from_reveals(&none, &share), ASSAY_OK);
    assert_true(share.low == 0.0);
    assert_true(share.high == 1.0);
    struct assay_estimate_reveals reveals = {.right_first = 890, .failed_or_reused = 110};
    assert_int_equal(assay_estimate_from_reveals(&reveals, &share), ASSAY_OK);
    assert_true(fabs(share.point - (0.11 - 0.01) / 0.99) < 1e-12);
    struct assay_estimate_forged forged = {.raw = {99000, 100000}, .distinct = {12, 1012}};
    assert_int_equal(assay_estimate_e0(&forged, &share, &raw), ASSAY_OK);
    assert_true(raw == 0.99);
    assert_true(share.high < 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused),  cmocka_unit_test(wilson),
        cmocka_unit_test(a_sure_test_changes_little), cmocka_unit_test(a_test_that_errs),
        cmocka_unit_test(as_often_as_it_says),        cmocka_unit_test(reveals_and_forgeries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
