// SPDX-License-Identifier: Apache-2.0
#include "core/offline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base32.h"
#include "tests/support/key_support.h"

#define CODE "20ABCDEF0123456789XY"
#define OTHER_CODE "20ABCDEF0123456789XZ"

static struct key_support keys;
static struct assay_offline_signer *signer;
static const uint8_t *key;
static char text[ASSAY_OFFLINE_TEXT_SIZE];

static int set_up(void **state)
{
    (void)state;
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    key_support_init(&keys);
    assay_keyring_offline_seed(keys.keyring, 1, 7, seed);
    if (assay_offline_signer_create(seed, &signer) != ASSAY_OK) {
        return -1;
    }
    key = assay_offline_signer_key(signer);
    assay_offline_sign(signer, CODE, text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_offline_signer_destroy(signer);
    assay_offline_signer_destroy(NULL);
    key_support_deinit(&keys);
    return 0;
}

static enum assay_error check(const char *typed)
{
    return assay_offline_check(key, CODE, typed, strlen(typed));
}

/* Every character matters: id, signature, and the three bits that no byte uses. */
static void a_changed_character_is_no_signature(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_OFFLINE_TEXT_LEN; i++) {
        for (unsigned step = 1; step < 32; step += 6) {
            char changed[ASSAY_OFFLINE_TEXT_SIZE];
            memcpy(changed, text, sizeof changed);
            unsigned value = (unsigned)assay_base32_value(changed[i]) ^ step;
            changed[i] = ASSAY_BASE32_ALPHABET[value & 31];
            assert_int_equal(check(changed), ASSAY_E_SIGNATURE);
        }
    }
    for (unsigned spare = 1; spare < 8; spare++) {
        char changed[ASSAY_OFFLINE_TEXT_SIZE];
        memcpy(changed, text, sizeof changed);
        int value = assay_base32_value(changed[ASSAY_OFFLINE_TEXT_LEN - 1]);
        assert_int_equal(value & 7, 0);
        changed[ASSAY_OFFLINE_TEXT_LEN - 1] = ASSAY_BASE32_ALPHABET[value | (int)spare];
        assert_int_equal(check(changed), ASSAY_E_SIGNATURE);
    }
}

static void wrong_lengths_and_characters_are_no_signature(void **state)
{
    (void)state;
    char longer[ASSAY_OFFLINE_TEXT_SIZE + 1];
    memcpy(longer, text, ASSAY_OFFLINE_TEXT_LEN);
    memcpy(longer + ASSAY_OFFLINE_TEXT_LEN, "0", 2);
    assert_int_equal(check(longer), ASSAY_E_SIGNATURE);
    longer[ASSAY_OFFLINE_TEXT_LEN - 1] = '\0';
    assert_int_equal(check(longer), ASSAY_E_SIGNATURE);
    assert_int_equal(check(""), ASSAY_E_SIGNATURE);
    for (size_t i = 0; i < ASSAY_OFFLINE_TEXT_LEN; i += 5) {
        char changed[ASSAY_OFFLINE_TEXT_SIZE];
        memcpy(changed, text, sizeof changed);
        changed[i] = "U-*\x80 "[i % 5];
        assert_int_equal(check(changed), ASSAY_E_SIGNATURE);
    }
}

static void it_is_of_one_code_and_one_key(void **state)
{
    (void)state;
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *other = NULL;
    assert_int_equal(assay_offline_check(key, OTHER_CODE, text, strlen(text)), ASSAY_E_SIGNATURE);
    for (uint32_t handle = 8; handle < 40; handle++) {
        assay_keyring_offline_seed(keys.keyring, 1, handle, seed);
        assert_int_equal(assay_offline_signer_create(seed, &other), ASSAY_OK);
        const uint8_t *other_key = assay_offline_signer_key(other);
        assert_memory_not_equal(other_key, key, ASSAY_ED25519_KEY_LEN);
        assert_int_equal(assay_offline_check(other_key, CODE, text, strlen(text)),
                         ASSAY_E_SIGNATURE);
        assay_offline_signer_destroy(other);
    }
}

static void seeds_depend_on_epoch_and_batch_and_are_no_label_keys(void **state)
{
    (void)state;
    uint8_t seeds[3][ASSAY_ED25519_KEY_LEN];
    struct assay_batch_keys labels;
    assay_keyring_offline_seed(keys.keyring, 1, 7, seeds[0]);
    assay_keyring_offline_seed(keys.keyring, 2, 7, seeds[1]);
    assay_keyring_offline_seed(keys.keyring, 1, 8, seeds[2]);
    assay_keyring_batch_keys(keys.keyring, 1, 7, &labels);
    assert_memory_not_equal(seeds[0], seeds[1], sizeof seeds[0]);
    assert_memory_not_equal(seeds[0], seeds[2], sizeof seeds[0]);
    assert_memory_not_equal(seeds[0], &labels, sizeof labels);
}

static void what_is_signed_passes_as_typed(void **state)
{
    (void)state;
    assert_int_equal(strlen(text), ASSAY_OFFLINE_TEXT_LEN);
    assert_int_equal(check(text), ASSAY_OK);
    char id[ASSAY_KEY_ID_SIZE];
    assay_offline_key_id(key, id);
    assert_memory_equal(text, id, ASSAY_KEY_ID_LEN);
    char folded[ASSAY_OFFLINE_TEXT_SIZE];
    for (size_t i = 0; i < sizeof folded; i++) {
        char lower = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        folded[i] = text[i] == '0' ? 'o' : text[i] == '1' ? 'l' : lower;
    }
    assert_int_equal(check(folded), ASSAY_OK);
    char again[ASSAY_OFFLINE_TEXT_SIZE];
    assay_offline_sign(signer, CODE, again);
    assert_string_equal(again, text);
    assay_offline_sign(signer, OTHER_CODE, again);
    assert_string_not_equal(again, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_character_is_no_signature),
        cmocka_unit_test(wrong_lengths_and_characters_are_no_signature),
        cmocka_unit_test(it_is_of_one_code_and_one_key),
        cmocka_unit_test(seeds_depend_on_epoch_and_batch_and_are_no_label_keys),
        cmocka_unit_test(what_is_signed_passes_as_typed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
