// SPDX-License-Identifier: Apache-2.0
#include "core/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t secret[ASSAY_KEY_SECRET_LEN] = "thirty-two bytes of secret stuff";
static uint8_t file[ASSAY_KEY_FILE_LEN];

static int seal(void **state)
{
    (void)state;
    struct assay_key_lock lock = {.passphrase = "right"};
    assert_int_equal(assay_key_lock_renew(&lock, ASSAY_KEY_COST_MIN), ASSAY_OK);
    assert_int_equal(assay_key_file_seal(&lock, 3, secret, file), ASSAY_OK);
    return 0;
}

static enum assay_error open_bytes(const char *passphrase, uint8_t kind, const uint8_t *bytes,
                                   size_t len)
{
    uint8_t opened[ASSAY_KEY_SECRET_LEN];
    uint8_t before[ASSAY_KEY_SECRET_LEN];
    memset(opened, 0x77, sizeof opened);
    memcpy(before, opened, sizeof before);
    struct assay_key_lock lock = {.passphrase = passphrase};
    struct assay_span span = {bytes, len};
    enum assay_error error = assay_key_file_open(&lock, kind, span, opened);
    assert_memory_equal(opened, error == ASSAY_OK ? secret : before, sizeof opened);
    return error;
}

/* A change that its writer meant: with a CRC that fits. */
static enum assay_error open_changed(size_t offset, uint8_t value)
{
    uint8_t changed[ASSAY_KEY_FILE_LEN];
    memcpy(changed, file, sizeof changed);
    changed[offset] = value;
    uint32_t crc = assay_crc32c(0, changed, sizeof changed - 4);
    for (int i = 0; i < 4; i++) {
        changed[sizeof changed - 4 + i] = (uint8_t)(crc >> (8 * i));
    }
    return open_bytes("right", 3, changed, sizeof changed);
}

static void every_flipped_bit_is_damage(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof file; bit++) {
        uint8_t changed[ASSAY_KEY_FILE_LEN];
        memcpy(changed, file, sizeof changed);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool in_version = bit / 8 == 8 || bit / 8 == 9;
        bool newer = in_version && bit != 8 * 8;
        assert_int_equal(open_bytes("right", 3, changed, sizeof changed),
                         newer ? ASSAY_E_VERSION : ASSAY_E_CORRUPT);
    }
}

static void every_other_length_is_damage(void **state)
{
    (void)state;
    uint8_t longer[ASSAY_KEY_FILE_LEN + 20] = {0};
    memcpy(longer, file, sizeof file);
    for (size_t len = 0; len <= sizeof longer; len++) {
        if (len != sizeof file) {
            assert_int_equal(open_bytes("right", 3, longer, len), ASSAY_E_CORRUPT);
        }
    }
}

static void changes_with_a_fitting_crc_are_refused(void **state)
{
    (void)state;
    assert_int_equal(open_changed(8, 0), ASSAY_E_CORRUPT);
    assert_int_equal(open_changed(8, 2), ASSAY_E_VERSION);
    assert_int_equal(open_changed(9, 1), ASSAY_E_VERSION);
    assert_int_equal(open_changed(10, 4), ASSAY_E_CORRUPT);                      /* kind */
    assert_int_equal(open_changed(11, ASSAY_KEY_COST_MIN - 1), ASSAY_E_CORRUPT); /* cost */
    assert_int_equal(open_changed(11, ASSAY_KEY_COST_MAX + 1), ASSAY_E_CORRUPT);
    assert_int_equal(open_changed(11, 255), ASSAY_E_CORRUPT);
    assert_int_equal(open_changed(11, ASSAY_KEY_COST_MIN + 1), ASSAY_E_PASSPHRASE);
    assert_int_equal(open_changed(12, 255), ASSAY_E_CORRUPT); /* r */
    assert_int_equal(open_changed(13, 255), ASSAY_E_CORRUPT); /* p */
    assert_int_equal(open_changed(14, 1), ASSAY_E_CORRUPT);   /* zeros */
    assert_int_equal(open_changed(44, 33), ASSAY_E_CORRUPT);  /* length */
    for (size_t offset = 32; offset < 44; offset++) {         /* nonce */
        assert_int_equal(open_changed(offset, (uint8_t)(file[offset] + 1)), ASSAY_E_PASSPHRASE);
    }
    for (size_t offset = 48; offset < 96; offset++) { /* ciphertext and tag */
        assert_int_equal(open_changed(offset, (uint8_t)(file[offset] + 1)), ASSAY_E_PASSPHRASE);
    }
}

static void only_its_passphrase_and_kind_open_it(void **state)
{
    (void)state;
    assert_int_equal(open_bytes("wrong", 3, file, sizeof file), ASSAY_E_PASSPHRASE);
    assert_int_equal(open_bytes("", 3, file, sizeof file), ASSAY_E_PASSPHRASE);
    assert_int_equal(open_bytes("right ", 3, file, sizeof file), ASSAY_E_PASSPHRASE);
    assert_int_equal(open_bytes("right", 4, file, sizeof file), ASSAY_E_CORRUPT);
    assert_int_equal(open_bytes("right", 3, file, sizeof file), ASSAY_OK);
}

static void one_lock_opens_files_of_several_salts(void **state)
{
    (void)state;
    uint8_t files[3][ASSAY_KEY_FILE_LEN];
    uint8_t opened[ASSAY_KEY_SECRET_LEN];
    struct assay_key_lock lock = {.passphrase = "right"};
    assert_int_equal(assay_key_lock_renew(&lock, ASSAY_KEY_COST_MIN), ASSAY_OK);
    assert_int_equal(assay_key_file_seal(&lock, 3, secret, files[0]), ASSAY_OK);
    assert_int_equal(assay_key_file_seal(&lock, 3, secret, files[1]), ASSAY_OK);
    assert_memory_not_equal(files[0] + 32, files[1] + 32, 64); /* another nonce each time */
    assert_int_equal(assay_key_lock_renew(&lock, ASSAY_KEY_COST_MIN + 1), ASSAY_OK);
    assert_int_equal(assay_key_file_seal(&lock, 3, secret, files[2]), ASSAY_OK);
    assert_memory_not_equal(files[0] + 16, files[2] + 16, 16);
    for (int n = 0; n < 6; n++) {
        struct assay_span span = {files[n % 3], ASSAY_KEY_FILE_LEN};
        memset(opened, 0, sizeof opened);
        assert_int_equal(assay_key_file_open(&lock, 3, span, opened), ASSAY_OK);
        assert_memory_equal(opened, secret, sizeof opened);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flipped_bit_is_damage),
        cmocka_unit_test(every_other_length_is_damage),
        cmocka_unit_test(changes_with_a_fitting_crc_are_refused),
        cmocka_unit_test(only_its_passphrase_and_kind_open_it),
        cmocka_unit_test(one_lock_opens_files_of_several_salts),
    };
    return cmocka_run_group_tests(tests, seal, NULL);
}
