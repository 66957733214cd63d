// SPDX-License-Identifier: Apache-2.0
#include "core/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[ASSAY_SEAL_KEY_LEN] = {7, 1, 2};
static const struct assay_span bound = {(const uint8_t *)"reference", 9};

enum { TEXT_LEN = 40 };

static void seal_sample(uint8_t sealed[TEXT_LEN + ASSAY_SEAL_OVERHEAD])
{
    uint8_t plain[TEXT_LEN];
    memset(plain, 'p', sizeof plain);
    struct assay_span span = {plain, sizeof plain};
    assert_int_equal(assay_seal(key, bound, span, sealed), ASSAY_OK);
}

static void every_changed_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t sealed[TEXT_LEN + ASSAY_SEAL_OVERHEAD];
    uint8_t plain[TEXT_LEN];
    uint8_t zeros[TEXT_LEN] = {0};
    seal_sample(sealed);
    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct assay_span span = {sealed, sizeof sealed};
        assert_int_equal(assay_unseal(key, bound, span, plain), ASSAY_E_CORRUPT);
        assert_memory_equal(plain, zeros, sizeof plain);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void other_keys_references_and_lengths_do_not_open(void **state)
{
    (void)state;
    uint8_t sealed[TEXT_LEN + ASSAY_SEAL_OVERHEAD];
    uint8_t plain[TEXT_LEN];
    seal_sample(sealed);
    uint8_t other_key[ASSAY_SEAL_KEY_LEN] = {8, 1, 2};
    struct assay_span span = {sealed, sizeof sealed};
    struct assay_span other_bound = {(const uint8_t *)"referencf", 9};
    assert_int_equal(assay_unseal(other_key, bound, span, plain), ASSAY_E_CORRUPT);
    assert_int_equal(assay_unseal(key, other_bound, span, plain), ASSAY_E_CORRUPT);
    for (size_t len = 0; len < sizeof sealed; len++) {
        span.len_bytes = len;
        assert_int_equal(assay_unseal(key, bound, span, plain), ASSAY_E_CORRUPT);
    }
}

static void what_was_sealed_opens_and_never_looks_the_same(void **state)
{
    (void)state;
    uint8_t sealed[TEXT_LEN + ASSAY_SEAL_OVERHEAD];
    uint8_t again[TEXT_LEN + ASSAY_SEAL_OVERHEAD];
    uint8_t plain[TEXT_LEN];
    uint8_t expected[TEXT_LEN];
    memset(expected, 'p', sizeof expected);
    seal_sample(sealed);
    seal_sample(again);
    assert_memory_not_equal(sealed, again, sizeof sealed);
    assert_memory_not_equal(sealed + 12, again + 12, TEXT_LEN);
    struct assay_span span = {sealed, sizeof sealed};
    assert_int_equal(assay_unseal(key, bound, span, plain), ASSAY_OK);
    assert_memory_equal(plain, expected, sizeof plain);
}

/* NIST's GCM test case 14: key, nonce and text of zeros. */
static void the_cipher_is_aes_256_gcm(void **state)
{
    (void)state;
    static const uint8_t zero_key[ASSAY_SEAL_KEY_LEN] = {0};
    uint8_t sealed[12 + 16 + 16] = {0};
    assert_int_equal(assay_hex_decode("cea7403d4d606b6e074ec5d3baf39d18"
                                      "d0d1c8a799996bf0265b98b5d48ab919",
                                      64, sealed + 12, 32),
                     ASSAY_OK);
    uint8_t plain[16] = {1};
    uint8_t zeros[16] = {0};
    struct assay_span nothing = {zeros, 0};
    struct assay_span span = {sealed, sizeof sealed};
    assert_int_equal(assay_unseal(zero_key, nothing, span, plain), ASSAY_OK);
    assert_memory_equal(plain, zeros, sizeof plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_bit_is_noticed),
        cmocka_unit_test(other_keys_references_and_lengths_do_not_open),
        cmocka_unit_test(what_was_sealed_opens_and_never_looks_the_same),
        cmocka_unit_test(the_cipher_is_aes_256_gcm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
