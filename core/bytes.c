// SPDX-License-Identifier: Apache-2.0
#include "core/bytes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

enum { SHA256_BLOCK_LEN = 64 };

static const char base64url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void assay_hex_encode(const void *data, size_t len_bytes, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len_bytes; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * len_bytes] = '\0';
}

/* Value + 1 of a hex digit; 0 for what is none. */
static const uint8_t hex_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

enum assay_error assay_hex_decode(const char *text, size_t text_len, void *data, size_t len_bytes)
{
    if (text_len % 2 != 0 || text_len / 2 != len_bytes) {
        return ASSAY_E_SYNTAX;
    }
    for (size_t i = 0; i < text_len; i++) {
        if (hex_values[(uint8_t)text[i]] == 0) {
            return ASSAY_E_SYNTAX;
        }
    }
    uint8_t *bytes = data;
    for (size_t i = 0; i < len_bytes; i++) {
        unsigned high = hex_values[(uint8_t)text[2 * i]] - 1u;
        unsigned low = hex_values[(uint8_t)text[2 * i + 1]] - 1u;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return ASSAY_OK;
}

void assay_base64url_encode(const void *data, size_t len_bytes, char *text)
{
    const uint8_t *bytes = data;
    size_t at = 0;
    size_t i = 0;
    for (; i + 3 <= len_bytes; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        text[at++] = base64url_alphabet[bits >> 18];
        text[at++] = base64url_alphabet[bits >> 12 & 63];
        text[at++] = base64url_alphabet[bits >> 6 & 63];
        text[at++] = base64url_alphabet[bits & 63];
    }
    if (i < len_bytes) {
        uint32_t bits = (uint32_t)bytes[i] << 16;
        bool two = i + 2 == len_bytes;
        bits |= two ? (uint32_t)bytes[i + 1] << 8 : 0;
        text[at++] = base64url_alphabet[bits >> 18];
        text[at++] = base64url_alphabet[bits >> 12 & 63];
        if (two) {
            text[at++] = base64url_alphabet[bits >> 6 & 63];
        }
    }
    text[at] = '\0';
}

static int base64url_value(char character)
{
    const char *found = memchr(base64url_alphabet, character, 64);
    return found == NULL ? -1 : (int)(found - base64url_alphabet);
}

enum assay_error assay_base64url_decode(const char *text, size_t text_len, void *data,
                                        size_t *len_bytes)
{
    size_t wanted = text_len / 4 * 3 + text_len % 4 * 3 / 4;
    if (text_len % 4 == 1 || wanted > *len_bytes) {
        return ASSAY_E_SYNTAX;
    }
    uint32_t spare = 0;
    for (size_t i = 0; i < text_len; i++) {
        int value = base64url_value(text[i]);
        if (value < 0) {
            return ASSAY_E_SYNTAX;
        }
        spare = (uint32_t)value;
    }
    if ((text_len % 4 == 2 && (spare & 15) != 0) || (text_len % 4 == 3 && (spare & 3) != 0)) {
        return ASSAY_E_SYNTAX;
    }
    uint8_t *bytes = data;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t at = 0;
    for (size_t i = 0; i < text_len; i++) {
        bits = bits << 6 | (uint32_t)base64url_value(text[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[at++] = (uint8_t)(bits >> held);
        }
    }
    assay_assert(at == wanted);
    *len_bytes = wanted;
    return ASSAY_OK;
}

bool assay_bytes_equal(const void *a, const void *b, size_t len_bytes)
{
    return CRYPTO_memcmp(a, b, len_bytes) == 0;
}

void assay_bytes_wipe(void *data, size_t len_bytes)
{
    explicit_bzero(data, len_bytes);
}

void assay_bytes_random(void *data, size_t len_bytes)
{
    uint8_t *bytes = data;
    for (size_t at = 0; at < len_bytes;) {
        ssize_t got = getrandom(bytes + at, len_bytes - at, 0);
        bool interrupted = got < 0 && errno == EINTR;
        assay_assert(got > 0 || interrupted);
        at += got > 0 ? (size_t)got : 0;
    }
}

static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

/* Fetched once and kept: looking it up costs more than a short digest (2.3 us of 3.5). */
static void sha256_fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *sha256_method(void)
{
    int done = pthread_once(&sha256_once, sha256_fetch);
    assay_assert(done == 0);
    assay_assert(sha256 != NULL);
    return sha256;
}

/* A block-long head, then data. */
static void sha256_of_two(EVP_MD_CTX *context, const uint8_t head[SHA256_BLOCK_LEN],
                          struct assay_span data, uint8_t digest[ASSAY_SHA256_LEN])
{
    bool done = EVP_DigestInit_ex2(context, sha256_method(), NULL) == 1 &&
                EVP_DigestUpdate(context, head, SHA256_BLOCK_LEN) == 1 &&
                EVP_DigestUpdate(context, data.data, data.len_bytes) == 1 &&
                EVP_DigestFinal_ex(context, digest, NULL) == 1;
    assay_assert(done);
}

void assay_sha256(const void *data, size_t len_bytes, uint8_t digest[ASSAY_SHA256_LEN])
{
    int done = EVP_Digest(data, len_bytes, digest, NULL, sha256_method(), NULL);
    assay_assert(done == 1);
}

void assay_sha256_prefixed(uint8_t prefix, const void *data, size_t len_bytes,
                           uint8_t digest[ASSAY_SHA256_LEN])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assay_assert(context != NULL);
    int done = EVP_DigestInit_ex(context, sha256_method(), NULL) &&
               EVP_DigestUpdate(context, &prefix, 1) &&
               EVP_DigestUpdate(context, data, len_bytes) &&
               EVP_DigestFinal_ex(context, digest, NULL);
    assay_assert(done);
    EVP_MD_CTX_free(context);
}

void assay_hmac_sha256(const uint8_t key[ASSAY_SHA256_LEN], const void *data, size_t len_bytes,
                       uint8_t mac[ASSAY_SHA256_LEN])
{
    uint8_t inner[SHA256_BLOCK_LEN];
    uint8_t outer[SHA256_BLOCK_LEN];
    memset(inner, 0x36, sizeof inner);
    memset(outer, 0x5c, sizeof outer);
    for (size_t i = 0; i < ASSAY_SHA256_LEN; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    uint8_t digest[ASSAY_SHA256_LEN];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assay_assert(context != NULL);
    sha256_of_two(context, inner, (struct assay_span){data, len_bytes}, digest);
    sha256_of_two(context, outer, (struct assay_span){digest, sizeof digest}, mac);
    EVP_MD_CTX_free(context);
    assay_bytes_wipe(inner, sizeof inner);
    assay_bytes_wipe(outer, sizeof outer);
}
