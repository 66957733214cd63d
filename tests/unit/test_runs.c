// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/runs.h"

static void what_is_no_run_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t data[12];
        size_t len;
    } bad[] = {
        {{0x80}, 1},             /* not ended */
        {{0x80, 0x00}, 2},       /* not the shortest */
        {{0x01}, 1},             /* its length is missing */
        {{0x01, 0x80, 0x00}, 3}, /* nor is this */
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, 10}, /* above 63 bits */
        {{0x80, 0x80, 0x80, 0x80, 0x20}, 5},                                /* begins at 2^32 */
        {{0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, 6},                          /* ends past 2^32 */
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_runs_total(bad[i].data, bad[i].len, UINT64_MAX), 0);
    }
    const uint8_t good[] = {0x0B, 0x01};
    assert_int_equal(assay_runs_total(good, 2, 8), 3);
    assert_int_equal(assay_runs_total(good, 2, 7), 0); /* 5, 6 and 7 */
    assert_int_equal(assay_runs_total(good, 0, 8), 0);
}

static void runs_come_back(void **state)
{
    (void)state;
    static const struct assay_run wanted[] = {{0, 0},
                                              {1, 1},
                                              {3, 4},
                                              {5, 69},
                                              {1000, 1000},
                                              {1u << 24, (1u << 24) + 300},
                                              {UINT32_MAX - 1, UINT32_MAX}};
    uint8_t data[64];
    struct assay_runs runs = {0};
    for (size_t i = 0; i < ASSAY_COUNT_OF(wanted); i++) {
        assert_true(assay_runs_put(&runs, data, sizeof data, wanted[i]));
    }
    size_t len = runs.at;
    runs = (struct assay_runs){0};
    struct assay_run run;
    for (size_t i = 0; i < ASSAY_COUNT_OF(wanted); i++) {
        assert_true(assay_runs_take(&runs, data, len, &run));
        assert_int_equal(run.first, wanted[i].first);
        assert_int_equal(run.last, wanted[i].last);
    }
    assert_false(assay_runs_take(&runs, data, len, &run));
    assert_int_equal(runs.at, len);
    assert_int_equal(assay_runs_total(data, len, UINT64_MAX), 1 + 1 + 2 + 65 + 1 + 301 + 2);
    for (size_t cut = 1; cut < len; cut++) {
        assert_true(assay_runs_total(data, cut, UINT64_MAX) <
                    assay_runs_total(data, len, UINT64_MAX));
    }
}

static void what_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    uint8_t data[3] = {9, 9, 9};
    struct assay_runs runs = {0};
    assert_true(assay_runs_put(&runs, data, 2, (struct assay_run){5, 7}));
    assert_false(assay_runs_put(&runs, data, 2, (struct assay_run){9, 9}));
    assert_int_equal(runs.at, 2);
    assert_int_equal(runs.next, 8);
    assert_int_equal(data[2], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_run_is_refused),
        cmocka_unit_test(runs_come_back),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
