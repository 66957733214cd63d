// SPDX-License-Identifier: Apache-2.0
/* Write the codes of a batch in random order, for the load benches.
 *
 *   make_codes KEYS_DIR HANDLE EPOCH COUNT OUT
 *
 *   OUT         every code of the batch, 20 characters and a line break each
 *   OUT.forged  as many with a right check character and a wrong tag
 *   OUT.keys    "HANDLE COUNT KT KM" for the rival of bench/http
 *
 * The passphrase of KEYS_DIR comes from ASSAY_PASSPHRASE. The order is the same in every run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/keyring.h"
#include "core/limits.h"
#include "core/passphrase.h"

#define SEED 0x9e3779b97f4a7c15u

typedef char code_text[ASSAY_CODE_SIZE];

static void die(const char *what, const char *why)
{
    fprintf(stderr, "make_codes: %s: %s\n", what, why);
    exit(1);
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += SEED;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void shuffle(code_text *codes, uint32_t count)
{
    uint64_t state = SEED;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = (uint32_t)(next_random(&state) % i);
        code_text kept;
        memcpy(kept, codes[i - 1], sizeof kept);
        memcpy(codes[i - 1], codes[other], sizeof kept);
        memcpy(codes[other], kept, sizeof kept);
    }
}

/* Another tag: two of its characters change; the check character is made anew. */
static void forge(char *code, uint64_t *state)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (int at = 7; at < 9; at++) {
        char changed = alphabet[next_random(state) % 32];
        code[at] = changed == code[at] ? (changed == '0' ? '1' : '0') : changed;
    }
    code[ASSAY_CODE_LEN - 1] = assay_code_check_character(code);
}

static void write_codes(const char *path, code_text *codes, uint32_t count)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        die(path, "cannot be written");
    }
    for (uint32_t i = 0; i < count; i++) {
        fprintf(file, "%s\n", codes[i]);
    }
    if (fclose(file) != 0) {
        die(path, "cannot be written");
    }
}

static void put_hex(FILE *file, const uint8_t *key)
{
    fputc(' ', file);
    for (int i = 0; i < ASSAY_CMAC_KEY_LEN; i++) {
        fprintf(file, "%02x", key[i]);
    }
}

static void write_keys(const char *path, const char *handle, uint32_t count,
                       const struct assay_batch_keys *keys)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        die(path, "cannot be written");
    }
    fprintf(file, "%s %u", handle, count);
    put_hex(file, keys->tag);
    put_hex(file, keys->mask);
    fputc('\n', file);
    fclose(file);
}

static void read_batch_keys(const char *dir, uint32_t epoch, uint32_t handle,
                            struct assay_batch_keys *keys)
{
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    struct assay_reason reason;
    struct assay_keyring *keyring = NULL;
    if (assay_passphrase_get(NULL, false, passphrase, sizeof passphrase, &reason) != ASSAY_OK ||
        assay_keyring_open(dir, passphrase, 1u << ASSAY_KEY_LABEL, &keyring, &reason) != ASSAY_OK) {
        die(dir, reason.text);
    }
    assay_keyring_batch_keys(keyring, epoch, handle, keys);
    assay_keyring_close(keyring);
}

static code_text *make(const struct assay_batch_keys *keys, uint32_t handle, uint32_t count)
{
    struct assay_code_cipher *cipher = NULL;
    code_text *codes = calloc(count, sizeof *codes);
    if (codes == NULL || assay_code_cipher_create(keys, NULL, &cipher) != ASSAY_OK) {
        die("codes", "out of memory");
    }
    struct assay_code_range range = {
        .handle = handle, .first = 0, .count = count, .version = ASSAY_CODE_VERSION_C1};
    assay_code_make(cipher, &range, codes);
    assay_code_cipher_destroy(cipher);
    return codes;
}

int main(int argc, char **argv)
{
    uint32_t handle = 0;
    if (argc != 6 || assay_handle_parse(argv[2], &handle) != ASSAY_OK) {
        fprintf(stderr, "usage: make_codes KEYS_DIR HANDLE EPOCH COUNT OUT\n");
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[4], NULL, 10);
    if (count == 0 || count > ASSAY_BATCH_ITEMS_MAX) {
        die(argv[4], "COUNT is from 1 to the largest batch");
    }
    struct assay_batch_keys keys;
    read_batch_keys(argv[1], (uint32_t)strtoul(argv[3], NULL, 10), handle, &keys);
    code_text *codes = make(&keys, handle, count);
    shuffle(codes, count);
    write_codes(argv[5], codes, count);
    char path[4096];
    snprintf(path, sizeof path, "%s.keys", argv[5]);
    write_keys(path, argv[2], count, &keys);
    uint64_t state = SEED;
    for (uint32_t i = 0; i < count; i++) {
        forge(codes[i], &state);
    }
    snprintf(path, sizeof path, "%s.forged", argv[5]);
    write_codes(path, codes, count);
    free(codes);
    return 0;
}
