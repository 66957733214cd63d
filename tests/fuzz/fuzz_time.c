// SPDX-License-Identifier: Apache-2.0
/* What is read as a time or a date is written as one that reads the same. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

static void check_time(const char *text)
{
    int64_t unix_ms = 0;
    int64_t again_ms = -1;
    char written[ASSAY_TIME_TEXT_SIZE];
    if (assay_time_parse(text, &unix_ms) == ASSAY_OK) {
        assay_time_format(unix_ms, written);
        enum assay_error error = assay_time_parse(written, &again_ms);
        assay_assert(error == ASSAY_OK);
        assay_assert(again_ms == unix_ms);
    }
}

static void check_date(const char *text)
{
    int32_t day = 0;
    int32_t later = 0;
    char written[ASSAY_DATE_TEXT_SIZE];
    if (assay_date_parse(text, &day) == ASSAY_OK) {
        assay_date_format(day, written);
        assay_assert(strcmp(written, text) == 0);
        later = assay_day_add_months(day, (int32_t)strlen(text) * 7);
        assay_assert(later >= day + 70 * 28);
        assay_assert(later <= day + 70 * 31);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    assay_assert(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    check_time(text);
    check_date(text);
    free(text);
    return 0;
}
