// SPDX-License-Identifier: Apache-2.0
#include "core/base32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void only_the_alphabet_and_its_look_alikes_have_values(void **state)
{
    (void)state;
    static const char typed[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyzOoIiLl";
    for (int character = -128; character < 256; character++) {
        bool known = (char)character != '\0' && strchr(typed, (char)character) != NULL;
        assert_int_equal(assay_base32_value((char)character) >= 0, known);
    }
    assert_int_equal(assay_base32_value('U'), -1);
    assert_int_equal(assay_base32_value('o'), 0);
    assert_int_equal(assay_base32_value('I'), 1);
    assert_int_equal(assay_base32_value('l'), 1);
    assert_int_equal(assay_base32_value('z'), 31);
}

static void a_bad_character_leaves_the_value(void **state)
{
    (void)state;
    uint64_t value = 77;
    assert_int_equal(assay_base32_get("00U", 3, &value), ASSAY_E_CODE_FORM);
    assert_int_equal(assay_base32_get("0-0", 3, &value), ASSAY_E_CODE_FORM);
    assert_int_equal(assay_base32_get("00", 3, &value), ASSAY_E_CODE_FORM); /* the NUL */
    assert_int_equal(value, 77);
}

static void values_go_both_ways(void **state)
{
    (void)state;
    const uint64_t pattern = 0x0edcba9876543210;
    for (unsigned digits = 1; digits <= 12; digits++) {
        char text[13] = "############";
        uint64_t value = 0;
        uint64_t wanted = pattern & (((uint64_t)1 << (5 * digits)) - 1);
        assay_base32_put(pattern, digits, text);
        assert_int_equal(strspn(text, ASSAY_BASE32_ALPHABET), digits);
        assert_int_equal(assay_base32_get(text, digits, &value), ASSAY_OK);
        assert_true(value == wanted);
    }
    char text[4] = {0};
    assay_base32_put(31 << 10 | 1 << 5 | 16, 3, text);
    assert_string_equal(text, "Z1G");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_alphabet_and_its_look_alikes_have_values),
        cmocka_unit_test(a_bad_character_leaves_the_value),
        cmocka_unit_test(values_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
