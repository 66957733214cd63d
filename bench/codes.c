// SPDX-License-Identifier: Apache-2.0
/* How fast are codes and PINs made on one core, against a bare EVP loop?
 *
 *   bench_codes [ROUNDS]      default 9
 *
 * One round makes 131,072 codes with PINs in three ways, one after the other:
 *   bare blocks   AES of as many blocks as codes and PINs need (four each), in chunks, no text
 *   bare calls    the same AES by one call of the cipher for each block, as EVP_MAC would
 *   ours          assay_code_make and assay_pin_make
 * Medians over the rounds, and ours as a ratio of both.
 */
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/code.h"

enum { COUNT = 1 << 17, CHUNK = 128, BLOCKS_A_CODE = 4, ROUNDS_MAX = 101 };

static char codes[COUNT][ASSAY_CODE_SIZE];
static char pins[COUNT][ASSAY_PIN_SIZE];

static EVP_CIPHER_CTX *bare_context(void)
{
    static const uint8_t key[16] = {1};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL || EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL) != 1) {
        fprintf(stderr, "bench_codes: no AES\n");
        exit(1);
    }
    return context;
}

/* Encrypt what COUNT codes need, so many blocks a call. returns seconds. */
static double bare(EVP_CIPHER_CTX *context, int blocks_a_call)
{
    static uint8_t blocks[16 * CHUNK];
    uint64_t begun_ns = assay_clock_monotonic_ns();
    for (int left = COUNT * BLOCKS_A_CODE; left > 0; left -= blocks_a_call) {
        int len = 0;
        if (EVP_EncryptUpdate(context, blocks, &len, blocks, 16 * blocks_a_call) != 1) {
            exit(1);
        }
    }
    return (double)(assay_clock_monotonic_ns() - begun_ns) / 1e9;
}

static double ours(struct assay_code_cipher *cipher)
{
    struct assay_code_range range = {.handle = 1, .count = COUNT, .version = ASSAY_CODE_VERSION_C1};
    uint64_t begun_ns = assay_clock_monotonic_ns();
    assay_code_make(cipher, &range, codes);
    assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])codes, COUNT, pins);
    return (double)(assay_clock_monotonic_ns() - begun_ns) / 1e9;
}

static int by_size(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static double median(double *seconds, int count)
{
    qsort(seconds, (size_t)count, sizeof *seconds, by_size);
    return seconds[count / 2];
}

int main(int argc, char **argv)
{
    static const struct assay_batch_keys keys = {.tag = {1}, .mask = {2}};
    static const uint8_t pin_key[ASSAY_CMAC_KEY_LEN] = {3};
    double seconds[3][ROUNDS_MAX];
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 9;
    if (argc > 2 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_codes [ROUNDS]    1 to %d\n", ROUNDS_MAX);
        return 2;
    }
    struct assay_code_cipher *cipher = NULL;
    if (assay_code_cipher_create(&keys, pin_key, &cipher) != ASSAY_OK) {
        return 1;
    }
    EVP_CIPHER_CTX *context = bare_context();
    for (long round = 0; round < rounds; round++) {
        seconds[0][round] = bare(context, CHUNK);
        seconds[1][round] = bare(context, 1);
        seconds[2][round] = ours(cipher);
    }
    double chunks_a_s = COUNT / median(seconds[0], (int)rounds);
    double calls_a_s = COUNT / median(seconds[1], (int)rounds);
    double ours_a_s = COUNT / median(seconds[2], (int)rounds);
    printf("codes with PINs a second, one core, median of %ld rounds of %d\n", rounds, COUNT);
    printf("bare blocks  %12.0f\n", chunks_a_s);
    printf("bare calls   %12.0f\n", calls_a_s);
    printf("ours         %12.0f   %.2f of bare calls, %.2f of bare blocks\n", ours_a_s,
           ours_a_s / calls_a_s, ours_a_s / chunks_a_s);
    EVP_CIPHER_CTX_free(context);
    assay_code_cipher_destroy(cipher);
    return 0;
}
