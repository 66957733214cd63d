// SPDX-License-Identifier: Apache-2.0
#include "core/gs1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void wrong_gtins_are_refused_with_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "8, 12, 13 or 14"},
        {"123456789", "8, 12, 13 or 14"},
        {"690123456789212", "8, 12, 13 or 14"},
        {"69012345678922222222222222", "8, 12, 13 or 14"},
        {"690123456789X", "character 13"},
        {" 6901234567892", "character 1"},
        {"6901234567893", "must be 2, not 3"},
        {"6910234567892", "check digit"},
        {"00000000", "zeros"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        char gtin[ASSAY_GTIN_SIZE] = "untouched";
        struct assay_reason reason;
        assert_int_equal(assay_gtin_parse(cases[i].text, gtin, &reason), ASSAY_E_FIELD);
        assert_non_null(strstr(reason.text, cases[i].says));
        assert_memory_equal(reason.text, "gtin:", 5);
        assert_string_equal(gtin, "untouched");
    }
}

static void gtins_are_padded_to_14(void **state)
{
    (void)state;
    /* examples with published check digits */
    static const char *const cases[][2] = {
        {"6901234567892", "06901234567892"},  {"4006381333931", "04006381333931"},
        {"036000291452", "00036000291452"},   {"96385074", "00000096385074"},
        {"09506000134352", "09506000134352"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        char gtin[ASSAY_GTIN_SIZE];
        struct assay_reason reason;
        assert_int_equal(assay_gtin_parse(cases[i][0], gtin, &reason), ASSAY_OK);
        assert_string_equal(gtin, cases[i][1]);
    }
}

static void set_82_has_82_characters(void **state)
{
    (void)state;
    int count = 0;
    for (int byte = 1; byte < 256; byte++) {
        char text[2] = {(char)byte, '\0'};
        count += assay_gs1_is_cset82(text, 1);
    }
    assert_int_equal(count, 82);
    assert_true(assay_gs1_is_cset82("A/b_1\"", 20));
    assert_false(assay_gs1_is_cset82("", 20));
    assert_false(assay_gs1_is_cset82("a b", 20));
    assert_false(assay_gs1_is_cset82("a#b", 20));
    assert_true(assay_gs1_is_cset82("12345678901234567890", 20));
    assert_false(assay_gs1_is_cset82("123456789012345678901", 20));
}

static void only_unreserved_characters_stay(void **state)
{
    (void)state;
    char encoded[64];
    assay_gs1_percent_encode("aZ09-._~", encoded, sizeof encoded);
    assert_string_equal(encoded, "aZ09-._~");
    assay_gs1_percent_encode("L/2 %+\xE5", encoded, 3 * 7 + 1);
    assert_string_equal(encoded, "L%2F2%20%25%2B%E5");
    assay_gs1_percent_encode("", encoded, 1);
    assert_string_equal(encoded, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_gtins_are_refused_with_what_is_wrong),
        cmocka_unit_test(gtins_are_padded_to_14),
        cmocka_unit_test(set_82_has_82_characters),
        cmocka_unit_test(only_unreserved_characters_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
