// SPDX-License-Identifier: Apache-2.0
#include "core/fixed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/real.h"

static int64_t apart(int64_t left, int64_t right)
{
    return left < right ? right - left : left - right;
}

static void logarithms_are_near_the_real_ones(void **state)
{
    (void)state;
    assert_int_equal(assay_fixed_ln(1), 0);
    for (uint64_t value = 1; value < UINT64_MAX / 3; value += 1 + value / 7) {
        int64_t real = assay_real_round(1024 * assay_real_log((double)value));
        assert_true(apart(assay_fixed_ln(value), real) <= 1);
    }
    assert_int_equal(assay_fixed_ln_ratio(1, 1024), -7098);
}

/* Around the steps of each power of two, where the table's rows meet. */
static void logarithms_grow_and_are_near_at_every_step(void **state)
{
    (void)state;
    for (int power = 7; power < 63; power++) {
        for (uint64_t step = 128; step < 256; step++) {
            uint64_t value = step << (power - 7);
            int64_t real = assay_real_round(1024 * 1024 * assay_real_log((double)value));
            assert_true(apart(1024ll * assay_fixed_ln(value), real) <= 513);
            assert_true(assay_fixed_ln(value - 1) <= assay_fixed_ln(value));
            assert_true(assay_fixed_ln(value) <= assay_fixed_ln(value + 1));
        }
    }
    assert_int_equal(assay_fixed_ln_ratio(70000, 70000), 0);
    assert_int_equal(assay_fixed_ln_ratio(3, 2), assay_fixed_ln(3) - assay_fixed_ln(2));
    assert_int_equal(assay_fixed_ln(UINT64_MAX), 45426);
}

static void exponentials_are_near_the_real_ones(void **state)
{
    (void)state;
    assert_int_equal(assay_fixed_exp(0), 65536);
    assert_int_equal(assay_fixed_exp(INT32_MIN), 0);
    assert_int_equal(assay_fixed_exp(INT32_MAX), UINT32_MAX);
    for (int32_t power = -13000; power < 11355; power += 7) {
        int64_t real = assay_real_round(65536 * assay_real_exp(power / 1024.0));
        int64_t allowed = 1 + real / 10000;
        assert_true(apart(assay_fixed_exp(power), real) <= allowed);
    }
}

static void both_grow(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < 100000; value++) {
        assert_true(assay_fixed_ln(value) <= assay_fixed_ln(value + 1));
    }
    for (int32_t power = -14000; power < 12000; power++) {
        assert_true(assay_fixed_exp(power) <= assay_fixed_exp(power + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_are_near_the_real_ones),
        cmocka_unit_test(logarithms_grow_and_are_near_at_every_step),
        cmocka_unit_test(exponentials_are_near_the_real_ones),
        cmocka_unit_test(both_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
