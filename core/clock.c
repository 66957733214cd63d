// SPDX-License-Identifier: Apache-2.0
#include "core/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    MS_A_DAY = 24 * 60 * 60 * 1000,
    MS_A_MINUTE = 60 * 1000,
    DAYS_A_CYCLE = 146097,     /* the Gregorian calendar repeats after 400 years */
    DAYS_BEFORE_1970 = 719468, /* from 0000-03-01, where the cycles below begin */
    YEAR_MIN = 1970,
    YEAR_MAX = 9999,
    DAY_MAX = 2932896, /* 9999-12-31 */
};

struct date {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

/* Years begin in March here, so that the leap day is a year's last. Howard Hinnant,
 * "chrono-compatible low-level date algorithms". */
static int32_t day_of_date(struct date date)
{
    int32_t year = date.year - (date.month <= 2 ? 1 : 0);
    int32_t cycle = (int32_t)floor_divide(year, 400);
    int32_t year_of_cycle = year - cycle * 400;
    int32_t month = (date.month + 9) % 12;
    int32_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int32_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * DAYS_A_CYCLE + day_of_cycle - DAYS_BEFORE_1970;
}

static struct date date_of_day(int32_t day)
{
    int64_t shifted = (int64_t)day + DAYS_BEFORE_1970;
    int64_t cycle = floor_divide(shifted, DAYS_A_CYCLE);
    int32_t day_of_cycle = (int32_t)(shifted - cycle * DAYS_A_CYCLE);
    int32_t year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    int32_t day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    int32_t month = (5 * day_of_year + 2) / 153;
    return (struct date){
        .year = (int32_t)(cycle * 400) + year_of_cycle + (month >= 10 ? 1 : 0),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };
}

static int32_t days_of_month(int32_t year, int32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* What is left to read; a step that does not fit leaves `failed` set. */
struct cursor {
    const char *at;
    bool failed;
};

static int32_t take_number(struct cursor *cursor, int digits, int32_t min, int32_t max)
{
    int32_t value = 0;
    for (int i = 0; i < digits && !cursor->failed; i++, cursor->at++) {
        if (*cursor->at < '0' || *cursor->at > '9') {
            cursor->failed = true;
            return min;
        }
        value = value * 10 + (*cursor->at - '0');
    }
    if (value < min || value > max) {
        cursor->failed = true;
    }
    return cursor->failed ? min : value;
}

static void take_character(struct cursor *cursor, char wanted)
{
    char found = cursor->failed ? '\0' : *cursor->at;
    if (found == wanted || (found >= 'a' && found <= 'z' && found - 32 == wanted)) {
        cursor->at++;
    } else {
        cursor->failed = true;
    }
}

static int32_t take_date(struct cursor *cursor)
{
    struct date date;
    date.year = take_number(cursor, 4, YEAR_MIN, YEAR_MAX);
    take_character(cursor, '-');
    date.month = take_number(cursor, 2, 1, 12);
    take_character(cursor, '-');
    date.day = take_number(cursor, 2, 1, days_of_month(date.year, date.month));
    return day_of_date(date);
}

/* Beyond milliseconds the digits are read and dropped. */
static int32_t take_fraction_ms(struct cursor *cursor)
{
    int32_t ms = 0;
    int32_t unit = 100;
    int digits = 0;
    take_character(cursor, '.');
    for (; !cursor->failed && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++, digits++) {
        ms += (*cursor->at - '0') * unit;
        unit /= 10;
    }
    if (digits < 1 || digits > 9) {
        cursor->failed = true;
    }
    return ms;
}

static int32_t take_offset_minutes(struct cursor *cursor)
{
    if (cursor->failed || (*cursor->at != '+' && *cursor->at != '-')) {
        take_character(cursor, 'Z');
        return 0;
    }
    int32_t sign = *cursor->at == '-' ? -1 : 1;
    cursor->at++;
    int32_t hours = take_number(cursor, 2, 0, 23);
    take_character(cursor, ':');
    return sign * (hours * 60 + take_number(cursor, 2, 0, 59));
}

static int64_t take_time_ms(struct cursor *cursor)
{
    take_character(cursor, 'T');
    int32_t hours = take_number(cursor, 2, 0, 23);
    take_character(cursor, ':');
    int32_t minutes = take_number(cursor, 2, 0, 59);
    take_character(cursor, ':');
    int32_t seconds = take_number(cursor, 2, 0, 59); /* Unix time has no leap seconds */
    int32_t ms = 0;
    if (!cursor->failed && *cursor->at == '.') {
        ms = take_fraction_ms(cursor);
    }
    int32_t offset = take_offset_minutes(cursor);
    return (int64_t)(hours * 60 + minutes - offset) * MS_A_MINUTE + seconds * 1000 + ms;
}

int64_t assay_clock_unix_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t assay_clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void assay_time_format(int64_t unix_ms, char text[ASSAY_TIME_TEXT_SIZE])
{
    const int64_t last_ms = ((int64_t)DAY_MAX + 1) * MS_A_DAY - 1;
    int64_t ms = unix_ms < 0 ? 0 : unix_ms > last_ms ? last_ms : unix_ms;
    uint32_t of_day = (uint32_t)(ms % MS_A_DAY);
    assay_date_format((int32_t)(ms / MS_A_DAY), text);
    snprintf(text + ASSAY_DATE_TEXT_SIZE - 1, ASSAY_TIME_TEXT_SIZE - ASSAY_DATE_TEXT_SIZE + 1,
             "T%02u:%02u:%02u.%03uZ", of_day / 3600000 % 24, of_day / 60000 % 60,
             of_day / 1000 % 60, of_day % 1000);
}

enum assay_error assay_time_parse(const char *text, int64_t *unix_ms)
{
    struct cursor cursor = {.at = text};
    int64_t ms = (int64_t)take_date(&cursor) * MS_A_DAY;
    if (!cursor.failed && *cursor.at != '\0') {
        ms += take_time_ms(&cursor);
    }
    int64_t end_ms = ((int64_t)DAY_MAX + 1) * MS_A_DAY;
    if (cursor.failed || *cursor.at != '\0' || ms < 0 || ms >= end_ms) {
        return ASSAY_E_SYNTAX;
    }
    *unix_ms = ms;
    return ASSAY_OK;
}

enum assay_error assay_date_parse(const char *text, int32_t *day)
{
    struct cursor cursor = {.at = text};
    int32_t found = take_date(&cursor);
    if (cursor.failed || *cursor.at != '\0') {
        return ASSAY_E_SYNTAX;
    }
    *day = found;
    return ASSAY_OK;
}

void assay_date_format(int32_t day, char text[ASSAY_DATE_TEXT_SIZE])
{
    struct date date = date_of_day(day < 0 ? 0 : day > DAY_MAX ? DAY_MAX : day);
    /* The remainders hold the compiler's bounds; they change nothing. */
    snprintf(text, ASSAY_DATE_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)date.year % 10000u,
             (unsigned)date.month % 100u, (unsigned)date.day % 100u);
}

int32_t assay_day_of(int64_t unix_ms, int32_t utc_offset_minutes)
{
    return (int32_t)floor_divide(unix_ms + (int64_t)utc_offset_minutes * MS_A_MINUTE, MS_A_DAY);
}

int32_t assay_day_add_months(int32_t day, int32_t months)
{
    assay_assert(months >= 0);
    assay_assert(months <= 1200);
    struct date date = date_of_day(day);
    int32_t month = date.month - 1 + months;
    date.year += month / 12;
    date.month = month % 12 + 1;
    int32_t days = days_of_month(date.year, date.month);
    date.day = date.day < days ? date.day : days;
    return day_of_date(date);
}
