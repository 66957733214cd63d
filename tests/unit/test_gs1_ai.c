// SPDX-License-Identifier: Apache-2.0
#include "core/gs1_ai.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct assay_ai *find(const char *text)
{
    return assay_ai_find(text, strlen(text));
}

static void what_is_no_identifier_is_not_found(void **state)
{
    (void)state;
    static const char *const none[] = {"",     "0",    "1",    "001",  "04",   "18",   "19",
                                       "236",  "999",  "3106", "3170", "3380", "3580", "3596",
                                       "3700", "3944", "7042", "8031", "9",    "910",  "0x",
                                       "-1",   " 1",   "01 ",  "00001"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(none); i++) {
        assert_null(find(none[i]));
    }
}

static void wrong_values_are_refused_with_what_is_wrong(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"01", "1231231231233", "(01): the value is too short"},
        {"01", "123123123123333", "(01): the value is too long"},
        {"01", "1231231231233A", "(01): character 14 is not a digit"},
        {"01", "12312312312334", "(01): the numeric check digit is incorrect"},
        {"00", "123456789012345674", "(00): the numeric check digit is incorrect"},
        {"10", "", "(10): the value is too short"},
        {"10", "ABCDEFGHIJKLMNOPQRSTU", "(10): the value is too long"},
        {"10", "A B", "(10): character 2 is not of GS1's character set 82"},
        {"10", "A#B", "(10): character 2 is not"},
        {"10", "A\xc3\xa4", "(10): character 2 is not"},
        {"17", "261301", "(17): not a date"},
        {"17", "260230", "(17): not a date"},
        {"17", "270229", "(17): not a date"},
        {"4326", "260100", "(4326): not a date"},
        {"8003", "19520123456788", "(8003): the first digit must be 0"},
        {"8006", "123123123123330302", "(8006): the piece is not one of the total"},
        {"8006", "123123123123330002", "(8006): the piece is not one of the total"},
        {"4321", "2", "(4321): must be 0 or 1"},
        {"8010", "ab", "(8010): character 1 is not of GS1's character set 39"},
        {"8030", "a+b", "(8030): character 2 is not of base64url"},
        {"423", "15615", "(423): the value is too short"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_reason reason = {""};
        const struct assay_ai *ai = find(cases[i][0]);
        assert_non_null(ai);
        assert_int_equal(assay_ai_check(ai, cases[i][0], cases[i][1], &reason), ASSAY_E_FIELD);
        assert_non_null(strstr(reason.text, cases[i][2]));
    }
}

static void right_values_pass(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"01", "12312312312333"},
        {"00", "123456789012345675"},
        {"10", "!\"%&'()*+,-./:;<=>?"},
        {"21", "_azAZ09"},
        {"17", "260200"},
        {"17", "280229"},
        {"3103", "000195"},
        {"3695", "000195"},
        {"423", "156"},
        {"423", "156276"},
        {"253", "4000001000005"},
        {"253", "4000001000005ABC"},
        {"8006", "123123123123330202"},
        {"91", "a"},
        {"7040", "1ABC"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_reason reason = {""};
        const struct assay_ai *ai = find(cases[i][0]);
        assert_non_null(ai);
        enum assay_error error = assay_ai_check(ai, cases[i][0], cases[i][1], &reason);
        if (error != ASSAY_OK) {
            fail_msg("%s %s: %s", cases[i][0], cases[i][1], reason.text);
        }
    }
}

/* No spec lets through what is longer than an element's room. */
static void no_value_is_longer_than_its_room(void **state)
{
    (void)state;
    char value[2 * ASSAY_AI_VALUE_SIZE];
    unsigned found = 0;
    memset(value, '1', sizeof value);
    value[ASSAY_AI_VALUE_SIZE] = '\0';
    for (unsigned number = 0; number < 10000; number++) {
        for (int digits = 2; digits <= 4; digits++) {
            char name[16];
            snprintf(name, sizeof name, "%0*u", digits, number);
            const struct assay_ai *ai = strlen(name) == (size_t)digits ? find(name) : NULL;
            if (ai != NULL) {
                assert_int_equal(assay_ai_check(ai, name, value, NULL), ASSAY_E_FIELD);
                found++;
            }
        }
    }
    assert_true(found > 400);
}

static void check_digits_are_gs1s(void **state)
{
    (void)state;
    static const char *const right[] = {"02345673", "416000336108", "1234567890128",
                                        "12345678901231", "123456789012345675"};
    static const char *const wrong[] = {"12345673", "416000336109", "1234567890129",
                                        "12345678901232"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(right); i++) {
        assert_true(assay_gs1_check_digit_is_right(right[i], strlen(right[i])));
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(wrong); i++) {
        assert_false(assay_gs1_check_digit_is_right(wrong[i], strlen(wrong[i])));
    }
}

static void keys_know_the_order_of_their_qualifiers(void **state)
{
    (void)state;
    const struct assay_ai *gtin = find("01");
    assert_true(assay_ai_is_key(gtin));
    assert_int_equal(assay_ai_qualifier_place(gtin, 0, "22"), 0);
    assert_int_equal(assay_ai_qualifier_place(gtin, 0, "10"), 1);
    assert_int_equal(assay_ai_qualifier_place(gtin, 0, "21"), 2);
    assert_int_equal(assay_ai_qualifier_place(gtin, 0, "235"), -1);
    assert_int_equal(assay_ai_qualifier_place(gtin, 1, "235"), 0);
    assert_int_equal(assay_ai_qualifier_place(gtin, 1, "2"), -1);
    assert_int_equal(assay_ai_qualifier_place(find("00"), 0, "10"), -1);
    assert_false(assay_ai_is_key(find("10")));
    assert_true(assay_ai_is_attribute(find("10")));
    assert_false(assay_ai_is_attribute(find("21")));
    assert_false(assay_ai_is_attribute(find("8200")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_identifier_is_not_found),
        cmocka_unit_test(wrong_values_are_refused_with_what_is_wrong),
        cmocka_unit_test(right_values_pass),
        cmocka_unit_test(no_value_is_longer_than_its_room),
        cmocka_unit_test(check_digits_are_gs1s),
        cmocka_unit_test(keys_know_the_order_of_their_qualifiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
