// SPDX-License-Identifier: Apache-2.0
#include "core/receipt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_LEN = 99, LEN = 74, FIELDS_LEN = 42 };

static const int64_t now_ms = 1795294923456;
static const struct assay_receipt_key key = {.key = {1, 2, 3}};
static const struct assay_receipt receipt = {
    .item = 0x0123456789abcdef,
    .scan_id = {0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    .device = 0xfedcba9876543210,
    .verdict = ASSAY_VERDICT_GENUINE,
    .expires_at_unix_ms = 1795294923456 + 1,
};
static char text[ASSAY_RECEIPT_TEXT_SIZE];

static int sign(void **state)
{
    (void)state;
    assay_receipt_sign(&key, &receipt, text);
    return 0;
}

static enum assay_error open_text(const char *given, size_t len, int64_t at_ms)
{
    struct assay_receipt opened;
    struct assay_receipt before;
    memset(&opened, 0x77, sizeof opened);
    before = opened;
    enum assay_error error = assay_receipt_open(&key, given, len, at_ms, &opened);
    if (error != ASSAY_OK) {
        assert_memory_equal(&opened, &before, sizeof opened);
    }
    return error;
}

static void every_changed_character_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXT_LEN; i++) {
        for (int character = -128; character < 128; character++) {
            char changed[ASSAY_RECEIPT_TEXT_SIZE];
            memcpy(changed, text, sizeof changed);
            changed[i] = (char)character;
            assert_int_equal(open_text(changed, TEXT_LEN, now_ms),
                             changed[i] == text[i] ? ASSAY_OK : ASSAY_E_RECEIPT);
        }
    }
}

static void every_other_length_is_refused(void **state)
{
    (void)state;
    char longer[400];
    memset(longer, 'A', sizeof longer);
    memcpy(longer, text, TEXT_LEN);
    for (size_t len = 0; len <= sizeof longer; len++) {
        assert_int_equal(open_text(longer, len, now_ms),
                         len == TEXT_LEN ? ASSAY_OK : ASSAY_E_RECEIPT);
    }
}

static void another_key_does_not_open_it(void **state)
{
    (void)state;
    struct assay_receipt opened;
    struct assay_receipt_key other = key;
    other.key[31] ^= 1;
    assert_int_equal(assay_receipt_open(&other, text, TEXT_LEN, now_ms, &opened), ASSAY_E_RECEIPT);
}

static void it_expires_to_the_millisecond(void **state)
{
    (void)state;
    assert_int_equal(open_text(text, TEXT_LEN, now_ms), ASSAY_OK);
    assert_int_equal(open_text(text, TEXT_LEN, now_ms + 1), ASSAY_E_RECEIPT);
    assert_int_equal(open_text(text, TEXT_LEN, INT64_MAX), ASSAY_E_RECEIPT);
}

/* Fields that we would not sign, with a MAC that fits. */
static enum assay_error open_forged(size_t offset, uint8_t value)
{
    uint8_t bytes[LEN];
    size_t len = sizeof bytes;
    assert_int_equal(assay_base64url_decode(text, TEXT_LEN, bytes, &len), ASSAY_OK);
    bytes[offset] = value;
    uint8_t message[16 + FIELDS_LEN] = "assay receipt v1";
    memcpy(message + 16, bytes, FIELDS_LEN);
    assay_hmac_sha256(key.key, message, sizeof message, bytes + FIELDS_LEN);
    char forged[ASSAY_RECEIPT_TEXT_SIZE];
    assay_base64url_encode(bytes, sizeof bytes, forged);
    return open_text(forged, TEXT_LEN, now_ms);
}

static void unknown_versions_and_verdicts_are_refused(void **state)
{
    (void)state;
    assert_int_equal(open_forged(0, 1), ASSAY_OK);
    assert_int_equal(open_forged(0, 0), ASSAY_E_RECEIPT);
    assert_int_equal(open_forged(0, 2), ASSAY_E_RECEIPT);
    assert_int_equal(open_forged(1, ASSAY_VERDICT_COUNT), ASSAY_E_RECEIPT);
    assert_int_equal(open_forged(1, 255), ASSAY_E_RECEIPT);
    assert_int_equal(open_forged(41, 0x80), ASSAY_E_RECEIPT); /* expires before 1970 */
}

static void what_was_signed_is_what_is_opened(void **state)
{
    (void)state;
    struct assay_receipt opened;
    assert_int_equal(strlen(text), TEXT_LEN);
    assert_int_equal(assay_receipt_open(&key, text, TEXT_LEN, now_ms, &opened), ASSAY_OK);
    assert_true(opened.item == receipt.item);
    assert_memory_equal(opened.scan_id, receipt.scan_id, sizeof opened.scan_id);
    assert_true(opened.device == receipt.device);
    assert_int_equal(opened.verdict, receipt.verdict);
    assert_true(opened.expires_at_unix_ms == receipt.expires_at_unix_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_character_is_refused),
        cmocka_unit_test(every_other_length_is_refused),
        cmocka_unit_test(another_key_does_not_open_it),
        cmocka_unit_test(it_expires_to_the_millisecond),
        cmocka_unit_test(unknown_versions_and_verdicts_are_refused),
        cmocka_unit_test(what_was_signed_is_what_is_opened),
    };
    return cmocka_run_group_tests(tests, sign, NULL);
}
