// SPDX-License-Identifier: Apache-2.0
#include "core/code.h"

#include "core/base32.h"
#include "core/limits.h"

#include <openssl/evp.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_LEN = 16,
    CHUNK = 128, /* codes of one call of the cipher; 2 KiB of blocks on the stack */
    TAG_BITS = 34,
    MASKED_BITS = 26,
    HANDLE_BITS = 30,
    X_DIGITS = 12,
    TYPED_LEN_MAX = 64,
};

/* One AES key of CMAC (NIST SP 800-38B) with its two subkeys. */
struct lane {
    EVP_CIPHER_CTX *context;
    uint8_t k1[BLOCK_LEN]; /* for a last block that is full */
    uint8_t k2[BLOCK_LEN]; /* for one that is padded */
};

struct assay_code_cipher {
    struct lane tag;
    struct lane mask;
    struct lane pin; /* context NULL without a PIN key */
};

static _Thread_local uint64_t cmac_count;

static EVP_CIPHER *aes;
static pthread_once_t aes_once = PTHREAD_ONCE_INIT;

/* Fetched once and kept: looking it up costs more than a code. */
static void aes_fetch(void)
{
    aes = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
}

/* -- text -- */

/* Times x in GF(32), x^5+x^2+1. */
static unsigned times_a(unsigned value)
{
    return (value << 1 & 31) ^ (value >> 4) * 5;
}

/* By Horner's rule: the last digit is multiplied most often. */
static unsigned check_value(const char text[ASSAY_CODE_LEN - 1])
{
    unsigned sum = 0;
    for (int i = ASSAY_CODE_LEN - 2; i >= 0; i--) {
        int digit = assay_base32_value(text[i]);
        assay_assert(digit >= 0);
        sum = times_a(sum ^ (unsigned)digit);
    }
    return sum;
}

char assay_code_check_character(const char text[ASSAY_CODE_LEN - 1])
{
    return ASSAY_BASE32_ALPHABET[check_value(text)];
}

/* Copy what is no separator. returns how many there were, counted on beyond size. */
static size_t drop_separators(const char *typed, size_t typed_len, char *text, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < typed_len; i++) {
        if (typed[i] == ' ' || typed[i] == '-') {
            continue;
        }
        if (len < size) {
            text[len] = typed[i];
        }
        len++;
    }
    return len;
}

/* Fold look-alikes and case in place. returns 0, or the position from 1 of a foreign character. */
static unsigned fold(char *text, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        int value = assay_base32_value(text[i]);
        if (value < 0) {
            return i + 1;
        }
        text[i] = ASSAY_BASE32_ALPHABET[value];
    }
    return 0;
}

struct finding {
    enum assay_error error;
    enum assay_code_hint hint;
    unsigned count;
};

/* text: out, canonical if the finding is ASSAY_OK. */
static struct finding find_fault(const char *typed, size_t typed_len, char text[ASSAY_CODE_SIZE])
{
    size_t looked_at = typed_len < TYPED_LEN_MAX ? typed_len : TYPED_LEN_MAX;
    size_t len = drop_separators(typed, looked_at, text, ASSAY_CODE_LEN);
    if (len > ASSAY_CODE_LEN || typed_len > TYPED_LEN_MAX) {
        unsigned over = len > ASSAY_CODE_LEN ? (unsigned)len - ASSAY_CODE_LEN : 0;
        return (struct finding){ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_LONG, over};
    }
    if (len < ASSAY_CODE_LEN) {
        unsigned missing = ASSAY_CODE_LEN - (unsigned)len;
        return (struct finding){ASSAY_E_CODE_FORM, ASSAY_HINT_TOO_SHORT, missing};
    }
    unsigned foreign = fold(text, ASSAY_CODE_LEN);
    if (foreign > 0) {
        return (struct finding){ASSAY_E_CODE_FORM, ASSAY_HINT_CHARACTER, foreign};
    }
    if (text[ASSAY_CODE_LEN - 1] != assay_code_check_character(text)) {
        return (struct finding){ASSAY_E_CODE_CHECK, ASSAY_HINT_TYPING, 0};
    }
    if (text[0] != '0' + ASSAY_CODE_VERSION_C1 && text[0] != '0' + ASSAY_CODE_VERSION_O1) {
        return (struct finding){ASSAY_E_CODE_VERSION, ASSAY_HINT_NONE, 0};
    }
    text[ASSAY_CODE_LEN] = '\0';
    return (struct finding){ASSAY_OK, ASSAY_HINT_NONE, 0};
}

/* The digits are known to be of the alphabet. */
static uint64_t value_of(const char *text, unsigned digits)
{
    uint64_t value = 0;
    enum assay_error error = assay_base32_get(text, digits, &value);
    assay_assert(error == ASSAY_OK);
    return value;
}

enum assay_error assay_code_parse(const char *text, size_t len, struct assay_code_parts *parts,
                                  enum assay_code_hint *hint, unsigned *hint_count)
{
    char canonical[ASSAY_CODE_SIZE];
    struct finding finding = find_fault(text, len, canonical);
    if (hint != NULL) {
        *hint = finding.hint;
    }
    if (hint_count != NULL) {
        *hint_count = finding.count;
    }
    if (finding.error != ASSAY_OK) {
        return finding.error;
    }
    uint64_t x = value_of(canonical + 1 + ASSAY_HANDLE_LEN, X_DIGITS);
    parts->version = (uint8_t)value_of(canonical, 1);
    parts->handle = (uint32_t)value_of(canonical + 1, ASSAY_HANDLE_LEN);
    parts->tag = x >> MASKED_BITS;
    parts->masked = (uint32_t)x & ((1u << MASKED_BITS) - 1);
    memcpy(parts->text, canonical, sizeof canonical);
    return ASSAY_OK;
}

void assay_code_group(const char text[ASSAY_CODE_LEN], char grouped[ASSAY_CODE_GROUPED_SIZE])
{
    size_t at = 0;
    for (size_t i = 0; i < ASSAY_CODE_LEN; i++) {
        if (i > 0 && i % 4 == 0) {
            grouped[at++] = '-';
        }
        grouped[at++] = text[i];
    }
    grouped[at] = '\0';
}

void assay_handle_format(uint32_t handle, char text[ASSAY_HANDLE_SIZE])
{
    assay_assert(handle >> HANDLE_BITS == 0);
    assay_base32_put(handle, ASSAY_HANDLE_LEN, text);
    text[ASSAY_HANDLE_LEN] = '\0';
}

enum assay_error assay_handle_parse(const char *text, uint32_t *handle)
{
    uint64_t value = 0;
    if (strnlen(text, ASSAY_HANDLE_SIZE) != ASSAY_HANDLE_LEN ||
        assay_base32_get(text, ASSAY_HANDLE_LEN, &value) != ASSAY_OK || value == 0) {
        return ASSAY_E_CODE_FORM;
    }
    *handle = (uint32_t)value;
    return ASSAY_OK;
}

/* -- cipher -- */

/* AES of whole blocks, in place. */
static void encrypt(struct lane *lane, uint8_t *blocks, size_t count)
{
    int len = (int)(count * BLOCK_LEN);
    int written = 0;
    int done = EVP_EncryptUpdate(lane->context, blocks, &written, blocks, len);
    assay_assert(done == 1);
    assay_assert(written == len);
}

/* Doubling in GF(2^128), as SP 800-38B makes subkeys. */
static void double_block(const uint8_t in[BLOCK_LEN], uint8_t out[BLOCK_LEN])
{
    uint8_t carry = in[0] >> 7;
    for (int i = 0; i < BLOCK_LEN - 1; i++) {
        out[i] = (uint8_t)(in[i] << 1 | in[i + 1] >> 7);
    }
    out[BLOCK_LEN - 1] = (uint8_t)(in[BLOCK_LEN - 1] << 1 ^ carry * 0x87);
}

static enum assay_error lane_init(struct lane *lane, const uint8_t key[ASSAY_CMAC_KEY_LEN])
{
    lane->context = EVP_CIPHER_CTX_new();
    if (lane->context == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (EVP_EncryptInit_ex2(lane->context, aes, key, NULL, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(lane->context, 0) != 1) {
        return ASSAY_E_CRYPTO;
    }
    uint8_t zero[BLOCK_LEN] = {0};
    encrypt(lane, zero, 1);
    double_block(zero, lane->k1);
    double_block(lane->k1, lane->k2);
    assay_bytes_wipe(zero, sizeof zero);
    return ASSAY_OK;
}

static enum assay_error lanes_init(struct assay_code_cipher *cipher,
                                   const struct assay_batch_keys *keys, const uint8_t *pin_key)
{
    enum assay_error error = lane_init(&cipher->tag, keys->tag);
    if (error == ASSAY_OK) {
        error = lane_init(&cipher->mask, keys->mask);
    }
    if (error == ASSAY_OK && pin_key != NULL) {
        error = lane_init(&cipher->pin, pin_key);
    }
    return error;
}

enum assay_error assay_code_cipher_create(const struct assay_batch_keys *keys,
                                          const uint8_t *pin_key, struct assay_code_cipher **cipher)
{
    if (pthread_once(&aes_once, aes_fetch) != 0 || aes == NULL) {
        return ASSAY_E_CRYPTO;
    }
    struct assay_code_cipher *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = lanes_init(made, keys, pin_key);
    if (error != ASSAY_OK) {
        assay_code_cipher_destroy(made);
        return error;
    }
    *cipher = made;
    return ASSAY_OK;
}

void assay_code_cipher_destroy(struct assay_code_cipher *cipher)
{
    if (cipher == NULL) {
        return;
    }
    /* OpenSSL wipes the key schedules. */
    EVP_CIPHER_CTX_free(cipher->tag.context);
    EVP_CIPHER_CTX_free(cipher->mask.context);
    EVP_CIPHER_CTX_free(cipher->pin.context);
    assay_bytes_wipe(cipher, sizeof *cipher);
    free(cipher);
}

uint64_t assay_code_cmac_count(void)
{
    return cmac_count;
}

/* -- codes -- */

static void put_be(uint8_t *at, uint64_t value, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * (len_bytes - 1 - i)));
    }
}

static uint64_t get_be64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap64(value);
}

static void xor_block(uint8_t *block, const uint8_t key[BLOCK_LEN])
{
    for (int i = 0; i < BLOCK_LEN; i++) {
        block[i] ^= key[i];
    }
}

/* The two inputs of docs/FORMAT.md, section 1: purpose, V, B, then index (4) or tag (5), zeros. */
static void tag_block(uint8_t block[BLOCK_LEN], uint8_t version, uint32_t handle, uint32_t index)
{
    memcpy(block, "ASYT", 4);
    block[4] = version;
    put_be(block + 5, handle, 4);
    put_be(block + 9, index, 4);
    memset(block + 13, 0, 3);
}

static void mask_block(uint8_t block[BLOCK_LEN], uint8_t version, uint32_t handle, uint64_t tag)
{
    memcpy(block, "ASYM", 4);
    block[4] = version;
    put_be(block + 5, handle, 4);
    put_be(block + 9, tag, 5);
    memset(block + 14, 0, 2);
}

/* CMAC of messages of one full block each, in place: AES(message xor K1). */
static void cmac_full_blocks(struct lane *lane, uint8_t (*blocks)[BLOCK_LEN], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        xor_block(blocks[i], lane->k1);
    }
    encrypt(lane, blocks[0], count);
    cmac_count += count;
}

/* The first 7 characters are there; put X, the check character and NUL after them. */
static void put_tail(char text[ASSAY_CODE_SIZE], uint64_t tag, uint32_t masked)
{
    assay_base32_put(tag << MASKED_BITS | masked, X_DIGITS, text + 1 + ASSAY_HANDLE_LEN);
    text[ASSAY_CODE_LEN - 1] = assay_code_check_character(text);
    text[ASSAY_CODE_LEN] = '\0';
}

/* At most CHUNK codes. head: their V and B as text. */
static void make_chunk(struct assay_code_cipher *cipher, const struct assay_code_range *range,
                       const char head[1 + ASSAY_HANDLE_LEN], char (*codes)[ASSAY_CODE_SIZE])
{
    uint8_t blocks[CHUNK][BLOCK_LEN];
    uint64_t tags[CHUNK];
    for (uint32_t i = 0; i < range->count; i++) {
        tag_block(blocks[i], range->version, range->handle, range->first + i);
    }
    cmac_full_blocks(&cipher->tag, blocks, range->count);
    for (uint32_t i = 0; i < range->count; i++) {
        tags[i] = get_be64(blocks[i]) >> (64 - TAG_BITS);
        mask_block(blocks[i], range->version, range->handle, tags[i]);
    }
    cmac_full_blocks(&cipher->mask, blocks, range->count);
    for (uint32_t i = 0; i < range->count; i++) {
        uint32_t mask = (uint32_t)(get_be64(blocks[i]) >> (64 - MASKED_BITS));
        memcpy(codes[i], head, 1 + ASSAY_HANDLE_LEN);
        put_tail(codes[i], tags[i], (range->first + i) ^ mask);
    }
}

void assay_code_make(struct assay_code_cipher *cipher, const struct assay_code_range *range,
                     char (*codes)[ASSAY_CODE_SIZE])
{
    bool known = range->version == ASSAY_CODE_VERSION_C1 || range->version == ASSAY_CODE_VERSION_O1;
    assay_assert(known);
    assay_assert(range->handle != 0);
    assay_assert(range->handle >> HANDLE_BITS == 0);
    assay_assert(range->first <= ASSAY_BATCH_ITEMS_MAX);
    assay_assert(range->count <= ASSAY_BATCH_ITEMS_MAX - range->first);
    char head[1 + ASSAY_HANDLE_LEN];
    assay_base32_put(range->version, 1, head);
    assay_base32_put(range->handle, ASSAY_HANDLE_LEN, head + 1);
    struct assay_code_range chunk = *range;
    for (uint32_t at = 0; at < range->count; at += CHUNK) {
        chunk.first = range->first + at;
        chunk.count = range->count - at < CHUNK ? range->count - at : CHUNK;
        make_chunk(cipher, &chunk, head, codes + at);
    }
}

enum assay_error assay_code_open(struct assay_code_cipher *cipher,
                                 const struct assay_code_parts *parts, uint32_t *index)
{
    uint8_t block[1][BLOCK_LEN];
    mask_block(block[0], parts->version, parts->handle, parts->tag);
    cmac_full_blocks(&cipher->mask, block, 1);
    uint32_t opened = parts->masked ^ (uint32_t)(get_be64(block[0]) >> (64 - MASKED_BITS));
    tag_block(block[0], parts->version, parts->handle, opened);
    cmac_full_blocks(&cipher->tag, block, 1);
    uint64_t tag = get_be64(block[0]) >> (64 - TAG_BITS);
    if (!assay_bytes_equal(&tag, &parts->tag, sizeof tag)) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *index = opened;
    return ASSAY_OK;
}

/* -- PINs -- */

/* CMAC of 20 bytes: a full block, then 4 bytes padded and mixed with K2. */
static void pin_chunk(struct lane *lane, const char (*codes)[ASSAY_CODE_SIZE], uint32_t count,
                      char (*pins)[ASSAY_PIN_SIZE])
{
    uint8_t blocks[CHUNK][BLOCK_LEN];
    for (uint32_t i = 0; i < count; i++) {
        memcpy(blocks[i], codes[i], BLOCK_LEN);
    }
    encrypt(lane, blocks[0], count);
    for (uint32_t i = 0; i < count; i++) {
        xor_block(blocks[i], lane->k2);
        for (int rest = 0; rest < ASSAY_CODE_LEN - BLOCK_LEN; rest++) {
            blocks[i][rest] ^= (uint8_t)codes[i][BLOCK_LEN + rest];
        }
        blocks[i][ASSAY_CODE_LEN - BLOCK_LEN] ^= 0x80;
    }
    encrypt(lane, blocks[0], count);
    cmac_count += count;
    for (uint32_t i = 0; i < count; i++) {
        assay_base32_put(get_be64(blocks[i]) >> (64 - 5 * ASSAY_PIN_LEN), ASSAY_PIN_LEN, pins[i]);
        pins[i][ASSAY_PIN_LEN] = '\0';
    }
    assay_bytes_wipe(blocks, sizeof blocks);
}

void assay_pin_make(struct assay_code_cipher *cipher, const char (*codes)[ASSAY_CODE_SIZE],
                    uint32_t count, char (*pins)[ASSAY_PIN_SIZE])
{
    assay_assert(cipher->pin.context != NULL);
    for (uint32_t at = 0; at < count; at += CHUNK) {
        uint32_t chunk = count - at < CHUNK ? count - at : CHUNK;
        pin_chunk(&cipher->pin, codes + at, chunk, pins + at);
    }
}

bool assay_pin_matches(struct assay_code_cipher *cipher, const char code[ASSAY_CODE_LEN],
                       const char *typed, size_t typed_len)
{
    assay_assert(cipher->pin.context != NULL);
    char given[ASSAY_PIN_LEN];
    size_t looked_at = typed_len < TYPED_LEN_MAX ? typed_len : TYPED_LEN_MAX;
    size_t len = drop_separators(typed, looked_at, given, sizeof given);
    if (typed_len > TYPED_LEN_MAX || len != ASSAY_PIN_LEN || fold(given, ASSAY_PIN_LEN) != 0) {
        return false;
    }
    char codes[1][ASSAY_CODE_SIZE] = {{0}};
    char pins[1][ASSAY_PIN_SIZE];
    memcpy(codes[0], code, ASSAY_CODE_LEN);
    pin_chunk(&cipher->pin, (const char(*)[ASSAY_CODE_SIZE])codes, 1, pins);
    bool matches = assay_bytes_equal(given, pins[0], ASSAY_PIN_LEN);
    assay_bytes_wipe(pins, sizeof pins);
    return matches;
}
