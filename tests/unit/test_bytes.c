// SPDX-License-Identifier: Apache-2.0
#include "core/bytes.h"

#include "core/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void bad_hex_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[2] = {7, 7};
    assert_int_equal(assay_hex_decode("0", 1, bytes, 1), ASSAY_E_SYNTAX);
    assert_int_equal(assay_hex_decode("00", 2, bytes, 2), ASSAY_E_SYNTAX);
    assert_int_equal(assay_hex_decode("000000", 6, bytes, 2), ASSAY_E_SYNTAX);
    assert_int_equal(assay_hex_decode("00000", 5, bytes, 2), ASSAY_E_SYNTAX);
    assert_int_equal(assay_hex_decode("000g", 4, bytes, 2), ASSAY_E_SYNTAX);
    assert_int_equal(assay_hex_decode("00 0", 4, bytes, 2), ASSAY_E_SYNTAX);
    assert_int_equal(bytes[0], 7);
}

static void hex_goes_both_ways(void **state)
{
    (void)state;
    uint8_t bytes[256];
    uint8_t back[256];
    char text[513];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    assay_hex_encode(bytes, sizeof bytes, text);
    assert_int_equal(strlen(text), 512);
    assert_int_equal(strncmp(text + 2 * 0xab, "abacad", 6), 0);
    assert_int_equal(assay_hex_decode(text, 512, back, sizeof back), ASSAY_OK);
    assert_memory_equal(bytes, back, sizeof bytes);
    assert_int_equal(assay_hex_decode("aBCd", 4, back, 2), ASSAY_OK);
    assert_int_equal(back[0], 0xab);
    assert_int_equal(back[1], 0xcd);
}

static void bad_base64url_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "A", "AAAAA", "AA=", "AA==", "AB", "AAB", "A+", "A/", "A A", "\xc3\xa4", "AAA\n",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        uint8_t bytes[8] = {7};
        size_t len = sizeof bytes;
        assert_int_equal(assay_base64url_decode(bad[i], strlen(bad[i]), bytes, &len),
                         ASSAY_E_SYNTAX);
        assert_int_equal(len, sizeof bytes);
        assert_int_equal(bytes[0], 7);
    }
    uint8_t small[2];
    size_t room = sizeof small;
    assert_int_equal(assay_base64url_decode("AAAA", 4, small, &room), ASSAY_E_SYNTAX);
    assert_int_equal(assay_base64url_decode("AA\0A", 4, small, &room), ASSAY_E_SYNTAX);
}

/* RFC 4648, section 10, without padding, and the two characters that differ. */
static void base64url_is_as_the_rfc_says(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        char text[16];
        uint8_t back[6];
        size_t len = sizeof back;
        assay_base64url_encode(cases[i].bytes, strlen(cases[i].bytes), text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(assay_base64url_decode(text, strlen(text), back, &len), ASSAY_OK);
        assert_int_equal(len, strlen(cases[i].bytes));
        assert_memory_equal(back, cases[i].bytes, len);
    }
}

static void comparison_sees_every_bit(void **state)
{
    (void)state;
    uint8_t a[16] = {0};
    uint8_t b[16] = {0};
    assert_true(assay_bytes_equal(a, b, sizeof a));
    for (size_t bit = 0; bit < 128; bit++) {
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(assay_bytes_equal(a, b, sizeof a));
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void wiped_is_zero_and_random_is_not(void **state)
{
    (void)state;
    uint8_t a[64] = {0};
    uint8_t zero[64] = {0};
    assay_bytes_random(a, sizeof a);
    assert_memory_not_equal(a, zero, sizeof a);
    assay_bytes_wipe(a, sizeof a);
    assert_memory_equal(a, zero, sizeof a);
}

/* RFC 3720, appendix B.4, and the customary check value. */
static void crc32c_is_as_the_rfc_says(void **state)
{
    (void)state;
    uint8_t bytes[32];
    assert_int_equal(assay_crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(assay_crc32c(0, "", 0), 0);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(assay_crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(assay_crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(assay_crc32c(0, bytes, sizeof bytes), 0x46dd794e);
}

static void crc32c_is_the_same_in_pieces_and_by_table(void **state)
{
    (void)state;
    uint8_t bytes[67];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 151 + 7);
    }
    uint32_t whole = assay_crc32c(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        uint32_t head = assay_crc32c(0, bytes, cut);
        assert_int_equal(head, assay_crc32c_by_table(0, bytes, cut));
        assert_int_equal(assay_crc32c(head, bytes + cut, sizeof bytes - cut), whole);
        assert_int_equal(assay_crc32c_by_table(head, bytes + cut, sizeof bytes - cut), whole);
    }
}

static void sha256_is_as_the_standard_says(void **state)
{
    (void)state;
    uint8_t digest[ASSAY_SHA256_LEN];
    char text[2 * ASSAY_SHA256_LEN + 1];
    assay_sha256("abc", 3, digest);
    assay_hex_encode(digest, sizeof digest, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, cases 1, 2 and 3; zeros after a short key change nothing. */
static void hmac_is_as_the_rfc_says(void **state)
{
    (void)state;
    uint8_t fifty[50];
    memset(fifty, 0xdd, sizeof fifty);
    const struct {
        uint8_t key[ASSAY_SHA256_LEN];
        const void *data;
        size_t len;
        const char *mac;
    } cases[] = {
        {"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
         "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?", 28,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa", fifty,
         50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        uint8_t mac[ASSAY_SHA256_LEN];
        char text[2 * ASSAY_SHA256_LEN + 1];
        assay_hmac_sha256(cases[i].key, cases[i].data, cases[i].len, mac);
        assay_hex_encode(mac, sizeof mac, text);
        assert_string_equal(text, cases[i].mac);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_hex_is_refused),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(bad_base64url_is_refused),
        cmocka_unit_test(base64url_is_as_the_rfc_says),
        cmocka_unit_test(comparison_sees_every_bit),
        cmocka_unit_test(wiped_is_zero_and_random_is_not),
        cmocka_unit_test(crc32c_is_as_the_rfc_says),
        cmocka_unit_test(crc32c_is_the_same_in_pieces_and_by_table),
        cmocka_unit_test(sha256_is_as_the_standard_says),
        cmocka_unit_test(hmac_is_as_the_rfc_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
