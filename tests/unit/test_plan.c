// SPDX-License-Identifier: Apache-2.0
#include "codegen/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void bad_ranges_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum assay_error error;
    } bad[] = {
        {"", ASSAY_E_USAGE},
        {"-", ASSAY_E_USAGE},
        {"-5", ASSAY_E_USAGE},
        {"a-b", ASSAY_E_USAGE},
        {"1-2-3", ASSAY_E_USAGE},
        {"1 -2", ASSAY_E_USAGE},
        {"1-2x", ASSAY_E_USAGE},
        {"+1-2", ASSAY_E_USAGE},
        {"99999999999-1", ASSAY_E_USAGE},
        {"5-4", ASSAY_E_REFUSED},
        {"0-100", ASSAY_E_REFUSED},
        {"100", ASSAY_E_REFUSED},
        {"100-", ASSAY_E_REFUSED},
        {"0-16777216", ASSAY_E_REFUSED},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_range range = {7, 7};
        struct assay_reason reason = {""};
        assert_int_equal(assay_plan_range_parse(bad[i].text, 100, &range, &reason), bad[i].error);
        assert_non_null(strstr(reason.text, "--range"));
        assert_int_equal(range.first, 7);
    }
}

static void ranges_are_read(void **state)
{
    (void)state;
    struct assay_range range;
    assert_int_equal(assay_plan_range_parse("0-99", 100, &range, NULL), ASSAY_OK);
    assert_int_equal(range.first, 0);
    assert_int_equal(range.last, 99);
    assert_int_equal(assay_plan_range_parse("42-", 100, &range, NULL), ASSAY_OK);
    assert_int_equal(range.first, 42);
    assert_int_equal(range.last, 99);
    assert_int_equal(assay_plan_range_parse("42", 100, &range, NULL), ASSAY_OK);
    assert_int_equal(range.last, 42);
}

/* Every label stands once, in order; pages of a file are consecutive; files are cut where the
 * whole batch's are. */
static void check_plan(struct assay_range range, uint32_t labels_per_page, uint32_t pages_per_file)
{
    struct assay_plan plan;
    assay_plan_make(range, labels_per_page, pages_per_file, &plan);
    uint32_t next = range.first, file = 0, number = 0;
    for (uint32_t page = 0; page < plan.pages; page++) {
        struct assay_plan_page place;
        assay_plan_page(&plan, page, &place);
        assert_int_equal(place.file, file);
        assert_int_equal(place.number, number++);
        assert_int_equal(place.labels.first, next);
        assert_true(place.labels.last >= next);
        assert_true(place.labels.last - next < labels_per_page);
        assert_true(place.labels.last <= place.file_labels.last);
        next = place.labels.last + 1;
        if (number == place.file_pages) {
            assert_int_equal(place.labels.last, place.file_labels.last);
            bool cut = next % (labels_per_page * pages_per_file) == 0;
            assert_true(cut || place.file_labels.last == range.last);
            file++;
            number = 0;
        }
    }
    assert_int_equal(next, range.last + 1);
    assert_int_equal(file, plan.files);
    assert_int_equal(number, 0);
}

static void every_label_has_one_place(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 40; first++) {
        for (uint32_t last = first; last < 90; last++) {
            check_plan((struct assay_range){first, last}, 3, 4);
            check_plan((struct assay_range){first, last}, 1, 1);
            check_plan((struct assay_range){first, last}, 7, 1);
        }
    }
    check_plan((struct assay_range){0, ASSAY_BATCH_ITEMS_MAX - 1}, 4096, 4096);
    check_plan((struct assay_range){16777215, ASSAY_BATCH_ITEMS_MAX - 1}, 4096, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_ranges_are_refused),
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(every_label_has_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
