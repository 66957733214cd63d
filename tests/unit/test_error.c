// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void long_reasons_are_cut(void **state)
{
    (void)state;
    struct assay_reason reason;
    char text[2 * sizeof reason.text];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(assay_fail(&reason, ASSAY_E_FIELD, "%s", text), ASSAY_E_FIELD);
    assert_int_equal(strlen(reason.text), sizeof reason.text - 1);
}

static void a_missing_format_gives_the_tables_text(void **state)
{
    (void)state;
    struct assay_reason reason;
    assert_int_equal(assay_fail(&reason, ASSAY_E_LOCKED, NULL), ASSAY_E_LOCKED);
    assert_string_equal(reason.text, assay_error_text(ASSAY_E_LOCKED));
    assert_int_equal(assay_fail(NULL, ASSAY_E_LOCKED, NULL), ASSAY_E_LOCKED);
}

static void every_error_has_name_text_and_class(void **state)
{
    (void)state;
    for (int error = ASSAY_OK; error < ASSAY_ERROR_COUNT; error++) {
        assert_true(strlen(assay_error_name((enum assay_error)error)) > 0);
        assert_true(strlen(assay_error_text((enum assay_error)error)) > 0);
        bool none = assay_error_class((enum assay_error)error) == ASSAY_CLASS_NONE;
        assert_int_equal(none, error == ASSAY_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_reasons_are_cut),
        cmocka_unit_test(a_missing_format_gives_the_tables_text),
        cmocka_unit_test(every_error_has_name_text_and_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
