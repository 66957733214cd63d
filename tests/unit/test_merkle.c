// SPDX-License-Identifier: Apache-2.0
/* Roots of RFC 6962's own example (the test vectors of Certificate Transparency's reference
 * implementation), and of random lists against the definition written down as it stands. */
#include "core/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES 65

static const char *const inputs[] = {
    "", "\x00", "\x10", "\x20\x21", "\x30\x31", "\x40\x41\x42\x43", "PQRSTUVW", "`abcdefghijklmno"};
static const size_t input_len[] = {0, 1, 1, 2, 2, 4, 8, 16};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void roots_are_those_of_the_reference(void **state)
{
    (void)state;
    struct assay_merkle merkle;
    assay_merkle_init(&merkle);
    for (size_t i = 0; i < ASSAY_COUNT_OF(roots); i++) {
        uint8_t root[ASSAY_SHA256_LEN];
        char hex[2 * sizeof root + 1];
        assay_merkle_root(&merkle, root);
        assay_hex_encode(root, sizeof root, hex);
        assert_string_equal(hex, roots[i]);
        if (i < ASSAY_COUNT_OF(inputs)) {
            assay_merkle_add(&merkle, inputs[i], input_len[i]);
        }
    }
}

/* MTH of RFC 6962, 2.1, word by word: k is the largest power of two below n. */
static void plain_root(const uint8_t *entries, size_t count, uint8_t root[ASSAY_SHA256_LEN])
{
    uint8_t data[1 + 2 * ASSAY_SHA256_LEN] = {0};
    if (count == 1) {
        data[1] = entries[0];
        assay_sha256(data, 2, root);
        return;
    }
    size_t k = 1;
    while (2 * k < count) {
        k *= 2;
    }
    data[0] = 1;
    plain_root(entries, k, data + 1);
    plain_root(entries + k, count - k, data + 1 + ASSAY_SHA256_LEN);
    assay_sha256(data, sizeof data, root);
}

static void every_length_agrees_with_the_definition(void **state)
{
    (void)state;
    uint8_t entries[ENTRIES];
    struct assay_merkle merkle;
    assay_merkle_init(&merkle);
    for (size_t i = 0; i < ENTRIES; i++) {
        uint8_t root[ASSAY_SHA256_LEN];
        uint8_t expected[ASSAY_SHA256_LEN];
        entries[i] = (uint8_t)(i * 7 + 3);
        assay_merkle_add(&merkle, &entries[i], 1);
        assay_merkle_root(&merkle, root);
        plain_root(entries, i + 1, expected);
        assert_memory_equal(root, expected, sizeof root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_the_reference),
        cmocka_unit_test(every_length_agrees_with_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
