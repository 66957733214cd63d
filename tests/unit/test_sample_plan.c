// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/sample_plan.h"

static void nothing_sold_is_no_plan(void **state)
{
    (void)state;
    struct assay_plan_row rows[2] = {{.units = 0, .count = 7}, {.units = 0}};
    assert_false(assay_sample_plan_draw(rows, 2, 1, 40));
    assert_false(assay_sample_plan_draw(rows, 0, 1, 40));
    assert_int_equal(rows[0].count, 7);
}

/* The numbers that a program of its own, in another language, made of the same definition. */
static void a_seed_draws_what_it_always_drew(void **state)
{
    (void)state;
    struct assay_plan_row rows[4] = {{.units = 5}, {.units = 0}, {.units = 80}, {.units = 15}};
    assert_true(assay_sample_plan_draw(rows, 4, 5, 40));
    assert_int_equal(rows[0].count, 1);
    assert_int_equal(rows[1].count, 0);
    assert_int_equal(rows[2].count, 34);
    assert_int_equal(rows[3].count, 5);
}

/* In the long run in proportion: within five standard deviations. */
static void many_draws_are_in_proportion(void **state)
{
    (void)state;
    struct assay_plan_row rows[3] = {{.units = 1}, {.units = 3}, {.units = 6}};
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_true(assay_sample_plan_draw(rows, 3, seed, 10000));
        assert_int_equal(rows[0].count + rows[1].count + rows[2].count, 10000);
        assert_in_range(rows[0].count, 850, 1150);
        assert_in_range(rows[1].count, 2770, 3230);
        assert_in_range(rows[2].count, 5755, 6245);
    }
}

static void large_units_fit(void **state)
{
    (void)state;
    struct assay_plan_row rows[2] = {{.units = 1ull << 62}, {.units = (1ull << 62) - 1}};
    assert_true(assay_sample_plan_draw(rows, 2, 9, 1000));
    assert_in_range(rows[0].count, 420, 580);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_sold_is_no_plan),
        cmocka_unit_test(a_seed_draws_what_it_always_drew),
        cmocka_unit_test(many_draws_are_in_proportion),
        cmocka_unit_test(large_units_fit),
    };
    return cmocka_run_group_tests_name("sample_plan", tests, NULL, NULL);
}
