// SPDX-License-Identifier: Apache-2.0
/* Which scans of a code are a burst: of a photo gone round or a code spoilt, not of many copies sold. */
#include "core/audit_codes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR_MS 3600000
#define DAY_MS (24 * (int64_t)HOUR_MS)
#define ROOM 1024

static struct assay_audit_codes codes;

static int set_up(void **state)
{
    (void)state;
    assay_audit_codes_init(&codes);
    codes.items = calloc(2, sizeof *codes.items);
    codes.scans = calloc(ROOM, sizeof *codes.scans);
    codes.times = calloc(ROOM, sizeof *codes.times);
    codes.code_count = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_audit_codes_deinit(&codes);
    return 0;
}

/* So many scans of a code, each some time after the one before. */
static void scans_of(uint32_t code, int count, int64_t from_ms, int64_t each_ms)
{
    for (int i = 0; i < count; i++) {
        codes.times[codes.scan_count] = from_ms + i * each_ms;
        codes.scans[codes.scan_count++] = (struct assay_audit_scan){.code = code};
    }
}

static int bursts_of(uint32_t code)
{
    int bursts = 0;
    for (size_t i = 0; i < codes.scan_count; i++) {
        bool burst = (codes.scans[i].flags & ASSAY_AUDIT_SCAN_BURST) != 0;
        bursts += codes.scans[i].code == code && burst;
    }
    return bursts;
}

static void sort(void)
{
    assert_int_equal(assay_audit_codes_sort(&codes), ASSAY_OK);
}

static void many_copies_sold_over_weeks_are_none(void **state)
{
    (void)state;
    scans_of(0, 400, 0, 3 * HOUR_MS); /* 8 a day for 50 days */
    sort();
    assert_int_equal(bursts_of(0), 0);
}

static void few_scans_are_none(void **state)
{
    (void)state;
    scans_of(0, 5, 0, HOUR_MS);
    scans_of(0, 5, 3 * DAY_MS, HOUR_MS);
    sort();
    assert_int_equal(bursts_of(0), 0);
}

static void a_photo_gone_round_in_days_is_one(void **state)
{
    (void)state;
    scans_of(0, 300, 0, HOUR_MS / 4);
    sort();
    assert_int_equal(bursts_of(0), 300);
}

static void a_code_spoilt_once_in_its_life_is_one_then(void **state)
{
    (void)state;
    codes.code_count = 2;
    scans_of(1, 3, 0, 20 * DAY_MS);
    scans_of(0, 3, 0, 20 * DAY_MS);
    scans_of(0, 8, 50 * DAY_MS, HOUR_MS);
    scans_of(0, 2, 60 * DAY_MS, 9 * DAY_MS);
    sort();
    assert_int_equal(bursts_of(0), 8);
    assert_int_equal(bursts_of(1), 0);
}

static void times_that_fall_are_none(void **state)
{
    (void)state;
    scans_of(0, 20, 50 * DAY_MS, -HOUR_MS);
    sort();
    assert_int_equal(bursts_of(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_copies_sold_over_weeks_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_scans_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_photo_gone_round_in_days_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_code_spoilt_once_in_its_life_is_one_then, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(times_that_fall_are_none, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
