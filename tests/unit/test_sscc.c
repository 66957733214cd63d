// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sscc.h"

static enum assay_error parse(const char *text, uint64_t *sscc, struct assay_reason *reason)
{
    return assay_sscc_parse(text, strlen(text), sscc, reason);
}

static void what_is_no_sscc_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "1",
        "10614141123456789",    /* 17 digits */
        "1061414112345678970",  /* 19 */
        "10614141123456789O",   /* a letter */
        " 06141411234567897",   /* a blank */
        "000000000000000000",   /* all zeros */
        "106141411234567896",   /* check digit */
        "01106141411234567897", /* another identifier */
        "(00)10614141123456789",
        "]C100106141411234567896",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_reason reason = {""};
        uint64_t sscc = 7;
        assert_int_equal(parse(bad[i], &sscc, &reason), ASSAY_E_FIELD);
        assert_int_equal(sscc, 7);
        assert_int_not_equal(reason.text[0], '\0');
    }
    struct assay_reason reason;
    uint64_t sscc = 0;
    assert_int_equal(parse("106141411234567896", &sscc, &reason), ASSAY_E_FIELD);
    assert_string_equal(reason.text, "the SSCC's check digit must be 7, not 6");
    assert_false(assay_sscc_is_right(0));
    assert_false(assay_sscc_is_right(1000000000000000000));
    assert_false(assay_sscc_is_right(UINT64_MAX));
}

/* 106141411234567897 is the General Specifications' own example; the others were computed apart. */
static void what_is_one_is_read_in_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {"106141411234567897", "00106141411234567897",
                                        "(00)106141411234567897", "]C100106141411234567897"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(forms); i++) {
        uint64_t sscc = 0;
        assert_int_equal(parse(forms[i], &sscc, NULL), ASSAY_OK);
        assert_int_equal(sscc, 106141411234567897);
    }
    char text[ASSAY_SSCC_SIZE];
    uint64_t sscc = 0;
    assert_int_equal(parse("001234560000000018", &sscc, NULL), ASSAY_OK);
    assay_sscc_format(sscc, text);
    assert_string_equal(text, "001234560000000018");
}

static void prefixes_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "123",   "1234567890123", "12 45",
                                      "12a45", "00000", "-1234"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_false(assay_gs1_prefix_is_right(bad[i]));
    }
    assert_true(assay_gs1_prefix_is_right("0614"));
    assert_true(assay_gs1_prefix_is_right("690123456789"));
}

static void serials_go_there_and_back(void **state)
{
    (void)state;
    assert_int_equal(assay_sscc_make(1, "0614141", 123456789), 106141411234567897);
    static const char *const prefixes[] = {"0614", "6901234", "690123456789"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(prefixes); i++) {
        uint64_t serials = assay_sscc_serials(prefixes[i]);
        const uint64_t tried[] = {0, 1, serials / 3, serials - 1};
        for (unsigned k = 0; k < 4 * ASSAY_SSCC_EXTENSIONS; k++) {
            unsigned extension = 0;
            uint64_t serial = 0;
            uint64_t sscc = assay_sscc_make(k / 4, prefixes[i], tried[k % 4]);
            assert_true(assay_sscc_is_right(sscc));
            assert_true(assay_sscc_split(sscc, prefixes[i], &extension, &serial));
            assert_int_equal(extension, k / 4);
            assert_int_equal(serial, tried[k % 4]);
            assert_false(assay_sscc_split(sscc, "1111111", &extension, &serial));
        }
    }
    uint64_t sscc = assay_sscc_make(0, "6901234", 998);
    assert_int_equal(assay_sscc_after(sscc, 0), sscc);
    assert_int_equal(assay_sscc_after(sscc, 3), assay_sscc_make(0, "6901234", 1001));
    assert_int_equal(assay_sscc_after(999999999999999995, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_sscc_is_refused),
        cmocka_unit_test(what_is_one_is_read_in_every_form),
        cmocka_unit_test(prefixes_are_checked),
        cmocka_unit_test(serials_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
