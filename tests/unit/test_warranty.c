// SPDX-License-Identifier: Apache-2.0
#include "core/warranty.h"

#include "core/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int32_t day_of(const char *date)
{
    int32_t day = 0;
    assert_int_equal(assay_date_parse(date, &day), ASSAY_OK);
    return day;
}

static void check_end(struct assay_warranty_terms terms, const char *begins, bool registered,
                      const char *ends)
{
    char text[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(assay_warranty_ends_on(&terms, day_of(begins), registered), text);
    assert_string_equal(text, ends);
}

static void no_months_make_no_end(void **state)
{
    (void)state;
    struct assay_warranty_terms none = {0, 0};
    struct assay_warranty_terms bonus = {0, 2};
    assert_int_equal(assay_warranty_ends_on(&none, 20000, true), ASSAY_DAY_NONE);
    assert_int_equal(assay_warranty_ends_on(&bonus, 20000, false), ASSAY_DAY_NONE);
    check_end(bonus, "2026-01-15", true, "2026-03-15");
}

static void months_end_on_the_same_date_or_the_months_last(void **state)
{
    (void)state;
    struct assay_warranty_terms terms = {3, 2};
    check_end(terms, "2026-01-15", false, "2026-04-15");
    check_end(terms, "2026-01-15", true, "2026-06-15");
    check_end(terms, "2026-11-30", false, "2027-02-28");
    check_end(terms, "2027-11-30", false, "2028-02-29");
    check_end(terms, "2026-10-31", true, "2027-03-31");
    struct assay_warranty_terms longest = {600, 120};
    check_end(longest, "2024-02-29", true, "2084-02-29");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_months_make_no_end),
        cmocka_unit_test(months_end_on_the_same_date_or_the_months_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
