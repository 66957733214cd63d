// SPDX-License-Identifier: Apache-2.0
/* The bare loops that assay-codegen is held against (bench/labels.sh), on so many threads.
 *
 *   bench_labels_bare input THREADS FILE    encode each line as codegen does: a byte segment up to
 *                                           the last '/', an alphanumeric one, version fixed
 *   bench_labels_bare string THREADS FILE   the same lines by QRcode_encodeString, 8-bit mode
 *   bench_labels_bare codes THREADS COUNT   make COUNT codes and PINs of a batch, 256 a call
 *   bench_labels_bare code THREADS COUNT    the same, one a call
 *
 * Level M. Prints how many a second.
 */
#include <pthread.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/code.h"

enum { THREADS_MAX = 64, CODES_AT_ONCE = 256 };

struct part {
    char **lines;
    uint32_t first;
    uint32_t count;
    int version;
    uint32_t codes_at_once;
};

static void die(const char *what)
{
    fprintf(stderr, "bench_labels_bare: %s\n", what);
    exit(1);
}

static QRcode *encode_input(const char *line, int version)
{
    const unsigned char *text = (const unsigned char *)line;
    int len = (int)strlen(line), bytes = (int)(strrchr(line, '/') - line);
    QRinput *input = QRinput_new2(version, QR_ECLEVEL_M);
    if (input == NULL || QRinput_append(input, QR_MODE_8, bytes, text) != 0 ||
        QRinput_append(input, QR_MODE_AN, len - bytes, text + bytes) != 0) {
        die("QRinput");
    }
    QRcode *code = QRcode_encodeInput(input);
    QRinput_free(input);
    return code;
}

static void *run_input(void *argument)
{
    const struct part *part = argument;
    for (uint32_t i = 0; i < part->count; i++) {
        QRcode *code = encode_input(part->lines[part->first + i], part->version);
        if (code == NULL) {
            die("QRcode_encodeInput");
        }
        QRcode_free(code);
    }
    return NULL;
}

static void *run_string(void *argument)
{
    const struct part *part = argument;
    for (uint32_t i = 0; i < part->count; i++) {
        QRcode *code =
            QRcode_encodeString(part->lines[part->first + i], 0, QR_ECLEVEL_M, QR_MODE_8, 1);
        if (code == NULL) {
            die("QRcode_encodeString");
        }
        QRcode_free(code);
    }
    return NULL;
}

static void *run_codes(void *argument)
{
    static const struct assay_batch_keys keys = {.tag = {1}, .mask = {2}};
    static const uint8_t pin_key[ASSAY_CMAC_KEY_LEN] = {3};
    const struct part *part = argument;
    char codes[CODES_AT_ONCE][ASSAY_CODE_SIZE];
    char pins[CODES_AT_ONCE][ASSAY_PIN_SIZE];
    struct assay_code_cipher *cipher;
    if (assay_code_cipher_create(&keys, pin_key, &cipher) != ASSAY_OK) {
        die("cipher");
    }
    for (uint32_t done = 0; done < part->count; done += part->codes_at_once) {
        uint32_t left = part->count - done;
        struct assay_code_range range = {.handle = 1,
                                         .first = part->first + done,
                                         .count = left < part->codes_at_once ? left
                                                                             : part->codes_at_once,
                                         .version = ASSAY_CODE_VERSION_C1};
        assay_code_make(cipher, &range, codes);
        assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])codes, range.count, pins);
    }
    assay_code_cipher_destroy(cipher);
    return NULL;
}

/* Every thread gets its share, in one piece. returns seconds. */
static double run(void *(*work)(void *), uint32_t threads, const struct part *whole)
{
    pthread_t thread[THREADS_MAX];
    struct part parts[THREADS_MAX];
    uint64_t begun_ns = assay_clock_monotonic_ns();
    for (uint32_t i = 0; i < threads; i++) {
        uint32_t first = (uint32_t)((uint64_t)whole->count * i / threads);
        parts[i] = *whole;
        parts[i].first = first;
        parts[i].count = (uint32_t)((uint64_t)whole->count * (i + 1) / threads) - first;
        if (pthread_create(&thread[i], NULL, work, &parts[i]) != 0) {
            die("pthread_create");
        }
    }
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    return (double)(assay_clock_monotonic_ns() - begun_ns) / 1e9;
}

static void read_lines(const char *path, struct part *whole)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        die(path);
    }
    size_t room = 0, line_room = 0;
    char *line = NULL;
    while (getline(&line, &line_room, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strrchr(line, '/') == NULL) {
            die("a line is no URL");
        }
        if (whole->count == room) {
            room = room * 2 + 1024;
            whole->lines = reallocarray(whole->lines, room, sizeof *whole->lines);
        }
        whole->lines[whole->count++] = line;
        line = NULL;
        line_room = 0;
    }
    free(line);
    fclose(file);
    if (whole->count == 0) {
        die("no lines");
    }
    QRcode *code = encode_input(whole->lines[0], 0);
    whole->version = code->version;
    QRcode_free(code);
}

int main(int argc, char **argv)
{
    uint32_t threads = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    if (threads < 1 || threads > THREADS_MAX) {
        fprintf(stderr, "usage: bench_labels_bare input|string|codes|code THREADS FILE|COUNT\n");
        return 2;
    }
    struct part whole = {.codes_at_once = strcmp(argv[1], "code") == 0 ? 1 : CODES_AT_ONCE};
    void *(*work)(void *) = strcmp(argv[1], "input") == 0    ? run_input
                            : strcmp(argv[1], "string") == 0 ? run_string
                                                             : run_codes;
    if (work == run_codes) {
        whole.count = (uint32_t)strtoul(argv[3], NULL, 10);
    } else {
        read_lines(argv[3], &whole);
    }
    double seconds = run(work, threads, &whole);
    printf("%.0f\n", whole.count / seconds);
    return 0;
}
