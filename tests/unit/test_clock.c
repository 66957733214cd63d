// SPDX-License-Identifier: Apache-2.0
#include "core/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void bad_times_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-21T",
        "2026-11-21T21:02",
        "2026-11-21T21:02:03",
        "2026-11-21T21:02:03.",
        "2026-11-21T21:02:03.Z",
        "2026-11-21T21:02:03.1234567890Z",
        "2026-11-21T21:02:03Z ",
        " 2026-11-21T21:02:03Z",
        "2026-11-21 21:02:03Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T21:60:00Z",
        "2026-12-31T23:59:60Z",
        "2026-11-21T21:02:03+24:00",
        "2026-11-21T21:02:03+01:60",
        "2026-11-21T21:02:03+0100",
        "2026-11-21T21:02:03+01",
        "2026-11-21T21:02:03+01:00Z",
        "2026-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59.999-00:01",
        "2026-11-21T-1:02:03Z",
        "+026-11-21",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        int64_t unix_ms = 77;
        assert_int_equal(assay_time_parse(bad[i], &unix_ms), ASSAY_E_SYNTAX);
        assert_int_equal(unix_ms, 77);
    }
}

static void bad_dates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "2026-11-2",  "2026-11-211", "2026-1-21",   "2026/11/21",  "2026-00-01",
        "2026-13-01", "2026-01-00", "2026-04-31",  "2026-02-29",  "1900-02-29",  "2100-02-29",
        "1969-12-31", "0000-00-00", "99999-01-01", "2026-11-21T", "2026-11-21 ", "20261121",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        int32_t day = 77;
        assert_int_equal(assay_date_parse(bad[i], &day), ASSAY_E_SYNTAX);
        assert_int_equal(day, 77);
    }
}

static void times_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unix_ms;
    } good[] = {
        {"1970-01-01", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T01:00:00+01:00", 0},
        {"1970-01-02T07:59:59.999+08:00", 86399999},
        {"2026-11-21T21:02:03.456Z", 1795294923456},
        {"2026-11-21t21:02:03.4569z", 1795294923456},
        {"2026-11-22T05:02:03.456000000+08:00", 1795294923456},
        {"2026-11-21T15:32:03.4-05:30", 1795294923400},
        {"2024-02-29", 1709164800000},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(good); i++) {
        int64_t unix_ms = -1;
        assert_int_equal(assay_time_parse(good[i].text, &unix_ms), ASSAY_OK);
        assert_int_equal(unix_ms, good[i].unix_ms);
    }
}

static void times_are_written(void **state)
{
    (void)state;
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(1795294923456, text);
    assert_string_equal(text, "2026-11-21T21:02:03.456Z");
    assay_time_format(INT64_MIN, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    assay_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

/* Against the C library, every 37th day of all years, and each day back again. */
static void days_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int32_t day = 0; day <= 2932896; day += 37) {
        char text[ASSAY_DATE_TEXT_SIZE];
        char wanted[64];
        time_t seconds = (time_t)day * 86400;
        struct tm parts;
        gmtime_r(&seconds, &parts);
        strftime(wanted, sizeof wanted, "%Y-%m-%d", &parts);
        assay_date_format(day, text);
        assert_string_equal(text, wanted);
        int32_t back = -1;
        assert_int_equal(assay_date_parse(text, &back), ASSAY_OK);
        assert_int_equal(back, day);
    }
}

static void dates_out_of_bounds_are_written_as_the_nearest(void **state)
{
    (void)state;
    char text[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(INT32_MIN, text);
    assert_string_equal(text, "1970-01-01");
    assay_date_format(INT32_MAX, text);
    assert_string_equal(text, "9999-12-31");
}

static void a_day_begins_where_its_zone_does(void **state)
{
    (void)state;
    assert_int_equal(assay_day_of(0, 0), 0);
    assert_int_equal(assay_day_of(-1, 0), -1);
    assert_int_equal(assay_day_of(16 * 3600000 - 1, 480), 0);
    assert_int_equal(assay_day_of(16 * 3600000, 480), 1);
    assert_int_equal(assay_day_of(5 * 3600000 - 1, -300), -1);
    assert_int_equal(assay_day_of(86400000, 0), 1);
}

static void months_end_where_the_calendar_says(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int32_t months;
        const char *to;
    } cases[] = {
        {"2026-11-21", 0, "2026-11-21"},  {"2026-11-21", 3, "2027-02-21"},
        {"2026-11-30", 3, "2027-02-28"},  {"2023-11-30", 3, "2024-02-29"},
        {"2026-01-31", 1, "2026-02-28"},  {"2026-01-31", 12, "2027-01-31"},
        {"2024-02-29", 12, "2025-02-28"}, {"2026-12-31", 1200, "2126-12-31"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        int32_t day = -1;
        char text[ASSAY_DATE_TEXT_SIZE];
        assert_int_equal(assay_date_parse(cases[i].from, &day), ASSAY_OK);
        assay_date_format(assay_day_add_months(day, cases[i].months), text);
        assert_string_equal(text, cases[i].to);
    }
}

static void the_clocks_run(void **state)
{
    (void)state;
    uint64_t before_ns = assay_clock_monotonic_ns();
    int64_t drift_s = assay_clock_unix_ms() / 1000 - (int64_t)time(NULL);
    assert_in_range(drift_s + 2, 0, 4);
    assert_true(assay_clock_monotonic_ns() >= before_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_times_are_refused),
        cmocka_unit_test(bad_dates_are_refused),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(times_are_written),
        cmocka_unit_test(days_agree_with_the_c_library),
        cmocka_unit_test(dates_out_of_bounds_are_written_as_the_nearest),
        cmocka_unit_test(a_day_begins_where_its_zone_does),
        cmocka_unit_test(months_end_where_the_calendar_says),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
