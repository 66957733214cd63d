// SPDX-License-Identifier: Apache-2.0
#include "core/code.h"

#include "core/base32.h"
#include "core/limits.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { HANDLE = 0x2badcafe, MANY = 300 };

static const struct assay_batch_keys keys = {
    .tag = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    .mask = {16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
};
static const uint8_t pin_key[ASSAY_CMAC_KEY_LEN] = {0xa5, 0x5a};

static struct assay_code_cipher *cipher;
static char codes[MANY][ASSAY_CODE_SIZE];
static char pins[MANY][ASSAY_PIN_SIZE];

static int make_codes(void **state)
{
    (void)state;
    assert_int_equal(assay_code_cipher_create(&keys, pin_key, &cipher), ASSAY_OK);
    assay_code_make(cipher, &(struct assay_code_range){HANDLE, 0, MANY, ASSAY_CODE_VERSION_C1},
                    codes);
    assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])codes, MANY, pins);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    assay_code_cipher_destroy(cipher);
    return 0;
}

/* The parts of a code that must be well formed. */
static struct assay_code_parts parts_of(const char *text)
{
    struct assay_code_parts parts;
    assert_int_equal(assay_code_parse(text, strlen(text), &parts, NULL, NULL), ASSAY_OK);
    return parts;
}

static void fails(const char *text, size_t len, enum assay_error error, enum assay_code_hint hint,
                  unsigned count)
{
    struct assay_code_parts parts;
    struct assay_code_parts before;
    enum assay_code_hint found_hint = ASSAY_HINT_NONE;
    unsigned found_count = 1000;
    memset(&parts, 0x77, sizeof parts);
    before = parts;
    assert_int_equal(assay_code_parse(text, len, &parts, &found_hint, &found_count), error);
    assert_int_equal(assay_code_parse(text, len, &parts, NULL, NULL), error);
    assert_int_equal(found_hint, hint);
    assert_int_equal(found_count, count);
    assert_memory_equal(&parts, &before, sizeof parts);
}

static void wrong_lengths_are_named(void **state)
{
    (void)state;
    char text[200];
    memset(text, '7', sizeof text);
    for (unsigned len = 0; len < ASSAY_CODE_LEN; len++) {
        fails(text, len, ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_SHORT, ASSAY_CODE_LEN - len);
    }
    for (unsigned len = ASSAY_CODE_LEN + 1; len <= 64; len++) {
        fails(text, len, ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_LONG, len - ASSAY_CODE_LEN);
    }
    fails(text, sizeof text, ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_LONG, 64 - ASSAY_CODE_LEN);
    memset(text, '-', sizeof text);
    fails(text, 64, ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_SHORT, ASSAY_CODE_LEN);
    memcpy(text + 44, codes[0], ASSAY_CODE_LEN);
    assert_int_equal(strncmp(text + 43, "-1", 2), 0);
    fails(text, 65, ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_LONG, 0);
}

static void foreign_characters_are_named(void **state)
{
    (void)state;
    for (unsigned position = 0; position < ASSAY_CODE_LEN; position++) {
        for (int character = -128; character < 128; character++) {
            char text[ASSAY_CODE_LEN];
            if (assay_base32_value((char)character) >= 0 || character == ' ' || character == '-') {
                continue;
            }
            memcpy(text, codes[0], sizeof text);
            text[position] = (char)character;
            fails(text, sizeof text, ASSAY_E_CODE_FORM, ASSAY_HINT_CHARACTER, position + 1);
        }
    }
}

/* Every position, every other character. */
static void every_single_substitution_is_caught(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 20; n++) {
        for (unsigned position = 0; position < ASSAY_CODE_LEN; position++) {
            for (unsigned value = 0; value < 32; value++) {
                char text[ASSAY_CODE_LEN];
                memcpy(text, codes[n], sizeof text);
                text[position] = ASSAY_BASE32_ALPHABET[value];
                if (text[position] != codes[n][position]) {
                    fails(text, sizeof text, ASSAY_E_CODE_CHECK, ASSAY_HINT_TYPING, 0);
                }
            }
        }
    }
}

/* Every pair of positions, every pair of characters that differ. */
static void every_swap_of_two_is_caught(void **state)
{
    (void)state;
    for (unsigned a = 0; a < ASSAY_CODE_LEN; a++) {
        for (unsigned b = a + 1; b < ASSAY_CODE_LEN - 1; b++) {
            for (unsigned pair = 0; pair < 32 * 32; pair++) {
                char text[ASSAY_CODE_SIZE];
                memcpy(text, codes[pair % MANY], sizeof text);
                text[a] = ASSAY_BASE32_ALPHABET[pair / 32];
                text[b] = ASSAY_BASE32_ALPHABET[pair % 32];
                text[ASSAY_CODE_LEN - 1] = assay_code_check_character(text);
                char held = text[a];
                text[a] = text[b];
                text[b] = held;
                bool same = text[a] == text[b];
                bool caught = text[ASSAY_CODE_LEN - 1] != assay_code_check_character(text);
                assert_int_equal(caught, !same);
            }
        }
    }
}

/* The check character itself swapped with another. */
static void every_swap_with_the_check_character_is_caught(void **state)
{
    (void)state;
    for (unsigned n = 0; n < MANY; n++) {
        for (unsigned a = 0; a < ASSAY_CODE_LEN - 1; a++) {
            char text[ASSAY_CODE_LEN];
            memcpy(text, codes[n], sizeof text);
            text[a] = codes[n][ASSAY_CODE_LEN - 1];
            text[ASSAY_CODE_LEN - 1] = codes[n][a];
            if (text[a] != codes[n][a]) {
                fails(text, sizeof text, ASSAY_E_CODE_CHECK, ASSAY_HINT_TYPING, 0);
            }
        }
    }
}

static void other_versions_are_unknown(void **state)
{
    (void)state;
    for (unsigned version = 0; version < 32; version++) {
        char text[ASSAY_CODE_SIZE];
        memcpy(text, codes[0], sizeof text);
        text[0] = ASSAY_BASE32_ALPHABET[version];
        text[ASSAY_CODE_LEN - 1] = assay_code_check_character(text);
        if (version == ASSAY_CODE_VERSION_C1 || version == ASSAY_CODE_VERSION_O1) {
            assert_int_equal(parts_of(text).version, version);
        } else {
            fails(text, ASSAY_CODE_LEN, ASSAY_E_CODE_VERSION, ASSAY_HINT_NONE, 0);
        }
    }
}

static void forged_codes_do_not_open(void **state)
{
    (void)state;
    const struct assay_code_parts good = parts_of(codes[5]);
    for (unsigned bit = 0; bit < 34 + 26 + 30 + 2; bit++) {
        struct assay_code_parts parts = good;
        uint32_t index = 0x7777;
        if (bit < 34) {
            parts.tag ^= (uint64_t)1 << bit;
        } else if (bit < 34 + 26) {
            parts.masked ^= 1u << (bit - 34);
        } else if (bit < 34 + 26 + 30) {
            parts.handle ^= 1u << (bit - 34 - 26);
        } else {
            parts.version ^= (uint8_t)(1 << (bit - 34 - 26 - 30));
        }
        uint64_t before = assay_code_cmac_count();
        assert_int_equal(assay_code_open(cipher, &parts, &index), ASSAY_E_CODE_UNKNOWN);
        assert_int_equal(assay_code_cmac_count() - before, 2);
        assert_int_equal(index, 0x7777);
    }
}

static void codes_open_to_their_index(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        struct assay_code_parts parts = parts_of(codes[i]);
        uint32_t index = UINT32_MAX;
        uint64_t before = assay_code_cmac_count();
        assert_int_equal(parts.version, ASSAY_CODE_VERSION_C1);
        assert_int_equal(parts.handle, HANDLE);
        assert_string_equal(parts.text, codes[i]);
        assert_int_equal(assay_code_open(cipher, &parts, &index), ASSAY_OK);
        assert_int_equal(assay_code_cmac_count() - before, 2);
        assert_int_equal(index, i);
    }
}

/* Chunks of the cipher's call must not show. */
static void codes_are_the_same_in_any_portion(void **state)
{
    (void)state;
    static const uint32_t portions[] = {1, 2, 127, 128, 129, 299};
    for (size_t p = 0; p < ASSAY_COUNT_OF(portions); p++) {
        for (uint32_t first = 0; first < MANY; first += portions[p]) {
            char some[MANY][ASSAY_CODE_SIZE];
            char some_pins[MANY][ASSAY_PIN_SIZE];
            uint32_t count = MANY - first < portions[p] ? MANY - first : portions[p];
            assay_code_make(cipher,
                            &(struct assay_code_range){HANDLE, first, count, ASSAY_CODE_VERSION_C1},
                            some);
            assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])some, count, some_pins);
            assert_memory_equal(some, codes[first], count * sizeof some[0]);
            assert_memory_equal(some_pins, pins[first], count * sizeof some_pins[0]);
        }
    }
}

static void the_last_index_fits(void **state)
{
    (void)state;
    char last[1][ASSAY_CODE_SIZE];
    uint32_t index = 0;
    assay_code_make(
        cipher, &(struct assay_code_range){1, ASSAY_BATCH_ITEMS_MAX - 1, 1, ASSAY_CODE_VERSION_O1},
        last);
    assay_code_make(cipher,
                    &(struct assay_code_range){1, ASSAY_BATCH_ITEMS_MAX, 0, ASSAY_CODE_VERSION_O1},
                    NULL);
    struct assay_code_parts parts = parts_of(last[0]);
    assert_int_equal(assay_code_open(cipher, &parts, &index), ASSAY_OK);
    assert_int_equal(index, ASSAY_BATCH_ITEMS_MAX - 1);
    assert_int_equal(parts.version, ASSAY_CODE_VERSION_O1);
    assert_int_equal(parts.handle, 1);
}

/* OpenSSL's own CMAC of a message. mac: out, its first 8 bytes. */
static uint64_t reference_cmac(const uint8_t *key, const void *message, size_t len)
{
    uint8_t mac[16];
    size_t mac_len = 0;
    char name[] = "AES-128-CBC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0),
        OSSL_PARAM_construct_end(),
    };
    assert_non_null(EVP_Q_mac(NULL, "CMAC", NULL, NULL, params, key, ASSAY_CMAC_KEY_LEN, message,
                              len, mac, sizeof mac, &mac_len));
    assert_int_equal(mac_len, sizeof mac);
    uint64_t head = 0;
    for (int i = 0; i < 8; i++) {
        head = head << 8 | mac[i];
    }
    return head;
}

static void codes_and_pins_agree_with_openssls_cmac(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        struct assay_code_parts parts = parts_of(codes[i]);
        uint8_t tagged[16] = {
            'A', 'S', 'Y', 'T', 1, 0x2b, 0xad, 0xca, 0xfe, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
        uint8_t masked[16] = {'A', 'S', 'Y', 'M', 1, 0x2b, 0xad, 0xca, 0xfe};
        for (int byte = 0; byte < 5; byte++) {
            masked[9 + byte] = (uint8_t)(parts.tag >> (8 * (4 - byte)));
        }
        uint64_t tag = reference_cmac(keys.tag, tagged, sizeof tagged) >> 30;
        uint64_t mask = reference_cmac(keys.mask, masked, sizeof masked) >> 38;
        uint64_t pin = reference_cmac(pin_key, codes[i], ASSAY_CODE_LEN) >> 24;
        char wanted[ASSAY_PIN_SIZE] = {0};
        assay_base32_put(pin, ASSAY_PIN_LEN, wanted);
        assert_true(parts.tag == tag);
        assert_int_equal(parts.masked, i ^ mask);
        assert_string_equal(pins[i], wanted);
    }
}

static void typed_codes_are_folded(void **state)
{
    (void)state;
    char made[ASSAY_CODE_SIZE] = "1010101010101010101";
    made[ASSAY_CODE_LEN - 1] = assay_code_check_character(made);
    char typed[ASSAY_CODE_SIZE];
    memcpy(typed, "IoLOi0lo1oIOLoiOlO1", ASSAY_CODE_LEN - 1);
    typed[ASSAY_CODE_LEN - 1] = (char)(made[ASSAY_CODE_LEN - 1] | 0x20);
    typed[ASSAY_CODE_LEN] = '\0';
    assert_string_equal(parts_of(typed).text, made);
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    assay_code_group(made, grouped);
    assert_string_equal(parts_of(grouped).text, made);
    assert_int_equal(strncmp(grouped, "1010-1010-1010-1010-101", 23), 0);
    char spaced[64];
    memset(spaced, ' ', sizeof spaced);
    memcpy(spaced + 20, grouped, strlen(grouped));
    struct assay_code_parts parts;
    enum assay_code_hint hint = ASSAY_HINT_TYPING;
    unsigned count = 9;
    assert_int_equal(assay_code_parse(spaced, sizeof spaced, &parts, &hint, &count), ASSAY_OK);
    assert_int_equal(hint, ASSAY_HINT_NONE);
    assert_int_equal(count, 0);
}

static void bad_handles_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "00000",  "000000", "OOOOOO",
                                      "0000001", "00000U", "0000-1"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        uint32_t handle = 77;
        assert_int_equal(assay_handle_parse(bad[i], &handle), ASSAY_E_CODE_FORM);
        assert_int_equal(handle, 77);
    }
    char text[ASSAY_HANDLE_SIZE];
    uint32_t handle = 0;
    assay_handle_format(HANDLE, text);
    assert_int_equal(strncmp(text, codes[0] + 1, ASSAY_HANDLE_LEN), 0);
    assert_int_equal(assay_handle_parse(text, &handle), ASSAY_OK);
    assert_int_equal(handle, HANDLE);
    assert_int_equal(assay_handle_parse("zzzzzz", &handle), ASSAY_OK);
    assert_int_equal(handle, (1u << 30) - 1);
}

static void wrong_pins_do_not_match(void **state)
{
    (void)state;
    for (unsigned position = 0; position < ASSAY_PIN_LEN; position++) {
        for (unsigned value = 0; value < 32; value++) {
            char typed[ASSAY_PIN_LEN];
            memcpy(typed, pins[3], sizeof typed);
            typed[position] = ASSAY_BASE32_ALPHABET[value];
            bool right = typed[position] == pins[3][position];
            assert_int_equal(assay_pin_matches(cipher, codes[3], typed, sizeof typed), right);
        }
    }
    assert_false(assay_pin_matches(cipher, codes[4], pins[3], ASSAY_PIN_LEN));
    assert_false(assay_pin_matches(cipher, codes[3], pins[3], ASSAY_PIN_LEN - 1));
    assert_false(assay_pin_matches(cipher, codes[3], pins[3], ASSAY_PIN_LEN + 1)); /* the NUL */
    assert_false(assay_pin_matches(cipher, codes[3], "", 0));
    assert_false(assay_pin_matches(cipher, codes[3], "UUUUUUUU", ASSAY_PIN_LEN));
}

static void typed_pins_are_folded(void **state)
{
    (void)state;
    for (unsigned n = 0; n < MANY; n++) {
        char typed[64];
        memset(typed, ' ', sizeof typed);
        for (unsigned i = 0; i < ASSAY_PIN_LEN; i++) {
            char character = pins[n][i];
            typed[3 * i] = character == '0' ? 'o' : character == '1' ? 'L' : character;
            typed[3 * i] = character > '9' ? (char)(character | 0x20) : typed[3 * i];
            typed[3 * i + 1] = '-';
        }
        assert_true(assay_pin_matches(cipher, codes[n], typed, sizeof typed));
    }
    char longer[65];
    memset(longer, ' ', sizeof longer);
    memcpy(longer, pins[0], ASSAY_PIN_LEN);
    assert_false(assay_pin_matches(cipher, codes[0], longer, sizeof longer));
}

static void a_cipher_without_a_pin_key_makes_the_same_codes(void **state)
{
    (void)state;
    struct assay_code_cipher *label_only = NULL;
    char some[2][ASSAY_CODE_SIZE];
    assert_int_equal(assay_code_cipher_create(&keys, NULL, &label_only), ASSAY_OK);
    assay_code_make(label_only, &(struct assay_code_range){HANDLE, 0, 2, ASSAY_CODE_VERSION_C1},
                    some);
    assert_memory_equal(some, codes, sizeof some);
    assay_code_cipher_destroy(label_only);
    assay_code_cipher_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lengths_are_named),
        cmocka_unit_test(foreign_characters_are_named),
        cmocka_unit_test(every_single_substitution_is_caught),
        cmocka_unit_test(every_swap_of_two_is_caught),
        cmocka_unit_test(every_swap_with_the_check_character_is_caught),
        cmocka_unit_test(other_versions_are_unknown),
        cmocka_unit_test(forged_codes_do_not_open),
        cmocka_unit_test(codes_open_to_their_index),
        cmocka_unit_test(codes_are_the_same_in_any_portion),
        cmocka_unit_test(the_last_index_fits),
        cmocka_unit_test(codes_and_pins_agree_with_openssls_cmac),
        cmocka_unit_test(typed_codes_are_folded),
        cmocka_unit_test(bad_handles_are_refused),
        cmocka_unit_test(wrong_pins_do_not_match),
        cmocka_unit_test(typed_pins_are_folded),
        cmocka_unit_test(a_cipher_without_a_pin_key_makes_the_same_codes),
    };
    return cmocka_run_group_tests(tests, make_codes, destroy);
}
