// SPDX-License-Identifier: Apache-2.0
/* Time as the rest of the tree speaks of it: Unix milliseconds, UTC. Only programs' outer edges
 * ask the machine for the time; everything else is given it, so tests and replays repeat. */
#ifndef ASSAY_CORE_CLOCK_H
#define ASSAY_CORE_CLOCK_H

#include "core/error.h"

#define ASSAY_TIME_TEXT_SIZE 25 /* 2026-11-21T21:02:03.456Z and NUL */
#define ASSAY_DATE_TEXT_SIZE 11 /* 2026-11-21 and NUL */

/** Wall clock, Unix milliseconds. threads: any. */
int64_t assay_clock_unix_ms(void);

/** Monotonic clock, nanoseconds from an arbitrary start. threads: any. */
uint64_t assay_clock_monotonic_ns(void);

/** RFC 3339 UTC with milliseconds; times before 1970 or after 9999 read as the nearest that fits.
 *  text: out, ASSAY_TIME_TEXT_SIZE bytes. threads: any. */
void assay_time_format(int64_t unix_ms, char text[ASSAY_TIME_TEXT_SIZE]);

/** Parse an RFC 3339 date-time (any offset, 0 to 9 fraction digits) or a date (midnight UTC).
 *  Years 1970 to 9999; no leap second, which Unix time cannot say.
 *  returns ASSAY_OK or ASSAY_E_SYNTAX; unix_ms untouched on error. */
ASSAY_MUST_CHECK enum assay_error assay_time_parse(const char *text, int64_t *unix_ms);

/** Days since 1970-01-01 of a `YYYY-MM-DD`; a day that the calendar has, years 1970 to 9999.
 *  returns ASSAY_OK or ASSAY_E_SYNTAX; day untouched on error. */
ASSAY_MUST_CHECK enum assay_error assay_date_parse(const char *text, int32_t *day);

/** `YYYY-MM-DD` of a day number, bounded like assay_time_format. text: out, ASSAY_DATE_TEXT_SIZE.
 */
void assay_date_format(int32_t day, char text[ASSAY_DATE_TEXT_SIZE]);

/** The day number that holds this instant in a zone of this fixed offset from UTC. */
int32_t assay_day_of(int64_t unix_ms, int32_t utc_offset_minutes);

/** The same day of the month so many months later, or that month's last day. months 0..1200. */
int32_t assay_day_add_months(int32_t day, int32_t months);

#endif
