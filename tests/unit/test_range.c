// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/range.h"
#include "tests/support/ledger_support.h"

#define ITEMS 200

static void removing_what_is_not_there_changes_nothing(void **state)
{
    (void)state;
    struct assay_range_set set = {0};
    struct assay_range common = {7, 7};
    assert_int_equal(assay_range_set_remove(&set, (struct assay_range){0, UINT32_MAX}), ASSAY_OK);
    assert_false(assay_range_set_meets(&set, (struct assay_range){0, UINT32_MAX}, &common));
    assert_int_equal(common.first, 7);
    assert_int_equal(assay_range_set_add(&set, (struct assay_range){5, 9}), ASSAY_OK);
    assert_int_equal(assay_range_set_remove(&set, (struct assay_range){0, 4}), ASSAY_OK);
    assert_int_equal(assay_range_set_remove(&set, (struct assay_range){10, 50}), ASSAY_OK);
    assert_int_equal(assay_range_set_total(&set), 5);
    free(set.ranges);
}

static void a_full_set_refuses_a_hole(void **state)
{
    (void)state;
    struct assay_range_set set = {0};
    for (uint32_t i = 0; i < ASSAY_BATCH_RANGES_MAX; i++) {
        assert_int_equal(assay_range_set_add(&set, (struct assay_range){i * 10, i * 10 + 4}),
                         ASSAY_OK);
    }
    assert_int_equal(assay_range_set_remove(&set, (struct assay_range){11, 12}), ASSAY_E_FULL);
    assert_int_equal(assay_range_set_total(&set), ASSAY_BATCH_RANGES_MAX * 5u);
    assert_int_equal(assay_range_set_remove(&set, (struct assay_range){13, 14}), ASSAY_OK);
    assert_int_equal(assay_range_set_total(&set), ASSAY_BATCH_RANGES_MAX * 5u - 2);
    free(set.ranges);
}

static struct assay_range any_range(uint64_t *random)
{
    uint32_t first = (uint32_t)(support_random(random) % ITEMS);
    uint32_t most = ITEMS - first < 40 ? ITEMS - first : 40;
    return (struct assay_range){first, first + (uint32_t)(support_random(random) % most)};
}

static void compare(const struct assay_range_set *set, const bool has[ITEMS],
                    struct assay_range range)
{
    uint32_t total = 0;
    bool whole = true;
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_int_equal(assay_range_set_has(set, i), has[i]);
        total += has[i];
        bool inside = i >= range.first && i <= range.last;
        whole = whole && (!inside || has[i]);
        first = inside && has[i] && first == UINT32_MAX ? i : first;
    }
    assert_int_equal(assay_range_set_total(set), total);
    assert_int_equal(assay_range_set_has_whole(set, range), whole);
    struct assay_range common;
    assert_int_equal(assay_range_set_meets(set, range, &common), first != UINT32_MAX);
    if (first != UINT32_MAX) {
        assert_int_equal(common.first, first);
        assert_true(common.last <= range.last);
        assert_true(has[common.last]);
        assert_true(common.last == range.last || !has[common.last + 1]);
    }
    for (uint32_t i = 1; i < set->count; i++) {
        assert_true(set->ranges[i].first > set->ranges[i - 1].last + 1);
    }
}

static void adding_and_removing_agree_with_a_plain_array(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    struct assay_range_set set = {0};
    bool has[ITEMS] = {false};
    for (unsigned step = 0; step < 20000; step++) {
        struct assay_range range = any_range(&random);
        bool add = support_random(&random) % 2 == 0;
        enum assay_error error =
            add ? assay_range_set_add(&set, range) : assay_range_set_remove(&set, range);
        assert_int_equal(error, ASSAY_OK);
        for (uint32_t i = range.first; i <= range.last; i++) {
            has[i] = add;
        }
        compare(&set, has, any_range(&random));
    }
    struct assay_range_set copy;
    assert_int_equal(assay_range_set_copy(&copy, &set), ASSAY_OK);
    assert_int_equal(assay_range_set_add(&copy, (struct assay_range){ITEMS, ITEMS}), ASSAY_OK);
    compare(&set, has, any_range(&random));
    assert_int_equal(assay_range_set_common(&copy, &set), assay_range_set_total(&set));
    free(copy.ranges);
    free(set.ranges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(removing_what_is_not_there_changes_nothing),
        cmocka_unit_test(a_full_set_refuses_a_hole),
        cmocka_unit_test(adding_and_removing_agree_with_a_plain_array),
    };
    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
