// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ledger_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

void support_folder_make(struct support_folder *folder)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/assay-test-XXXXXX",
             base == NULL ? "/tmp" : base);
    assay_assert(mkdtemp(folder->path) != NULL);
    snprintf(folder->ledger, sizeof folder->ledger, "%s/ledger", folder->path);
}

void support_remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_type == DT_REG) {
            assay_assert(unlinkat(dirfd(dir), entry->d_name, 0) == 0);
        }
    }
    closedir(dir);
    assay_assert(rmdir(path) == 0);
}

void support_folder_remove(struct support_folder *folder)
{
    support_remove_tree(folder->ledger);
    support_remove_tree(folder->path);
}

uint64_t support_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

uint64_t support_seed(void)
{
    const char *text = getenv("ASSAY_SEED");
    uint64_t seed = text == NULL ? assay_clock_monotonic_ns() : strtoull(text, NULL, 10);
    printf("ASSAY_SEED=%" PRIu64 "\n", seed);
    fflush(stdout);
    return seed;
}

void support_scan(uint64_t number, uint8_t data[ASSAY_SCAN_RECORD_LEN])
{
    uint64_t state = number;
    struct assay_scan_record scan = {0};
    scan.item = assay_item_key_of(1 + (uint32_t)(support_random(&state) % 1000),
                                  (uint32_t)(support_random(&state) % ASSAY_BATCH_ITEMS_MAX));
    scan.at_unix_ms = (int64_t)number;
    scan.device = support_random(&state);
    scan.number = (uint32_t)number;
    scan.flags = (uint32_t)support_random(&state) % 128;
    scan.verdict = (enum assay_verdict)(support_random(&state) % ASSAY_VERDICT_COUNT);
    uint64_t words[2] = {support_random(&state), support_random(&state)};
    memcpy(scan.scan_id, words, sizeof scan.scan_id);
    assay_scan_record_encode(&scan, data);
}

uint64_t support_append(struct assay_ledger *ledger, uint64_t number, uint32_t count)
{
    uint8_t *data = malloc((size_t)count * ASSAY_SCAN_RECORD_LEN);
    assay_assert(data != NULL);
    for (uint32_t i = 0; i < count; i++) {
        support_scan(number + i, data + (size_t)i * ASSAY_SCAN_RECORD_LEN);
    }
    uint64_t expected = 0;
    uint64_t first = 0;
    size_t len = (size_t)count * ASSAY_SCAN_RECORD_LEN;
    assay_assert(assay_ledger_next(ledger, len, &expected) == ASSAY_OK);
    assay_assert(assay_ledger_append(ledger, data, len, count, &first) == ASSAY_OK);
    assay_assert(first == expected);
    free(data);
    return first;
}

uint64_t support_check_scans(const char *dir, uint64_t from, uint64_t end, uint64_t number)
{
    struct assay_ledger_reader *reader = NULL;
    struct assay_reason reason;
    assay_assert(assay_ledger_reader_open(dir, from, end, &reader, &reason) == ASSAY_OK);
    uint64_t before = 0;
    for (;;) {
        struct assay_span record;
        uint64_t position = 0;
        uint8_t expected[ASSAY_SCAN_RECORD_LEN];
        assay_assert(assay_ledger_reader_next(reader, &record, &position, &reason) == ASSAY_OK);
        if (record.len_bytes == 0) {
            break;
        }
        support_scan(number++, expected);
        assay_assert(record.len_bytes == sizeof expected);
        assay_assert(memcmp(record.data, expected, sizeof expected) == 0);
        assay_assert(position > before);
        before = position;
    }
    uint64_t count = assay_ledger_reader_count(reader);
    assay_ledger_reader_close(reader);
    return count;
}

void support_segment_path(const struct support_folder *folder, uint64_t number, char path[256])
{
    snprintf(path, 256, "%s/%016" PRIx64 ".seg", folder->ledger, number);
}

void support_poke(const char *path, uint64_t offset, const void *data, size_t len_bytes)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assay_assert(fd >= 0);
    assay_assert(pwrite(fd, data, len_bytes, (off_t)offset) == (ssize_t)len_bytes);
    close(fd);
}

void support_peek(const char *path, uint64_t offset, void *data, size_t len_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assay_assert(fd >= 0);
    assay_assert(pread(fd, data, len_bytes, (off_t)offset) == (ssize_t)len_bytes);
    close(fd);
}

void support_flip(const char *path, uint64_t offset, unsigned bit)
{
    uint8_t byte;
    support_peek(path, offset, &byte, 1);
    byte ^= (uint8_t)(1u << bit);
    support_poke(path, offset, &byte, 1);
}

unsigned support_count_files(const char *dir, const char *prefix, const char *suffix)
{
    DIR *listing = opendir(dir);
    assay_assert(listing != NULL);
    unsigned count = 0;
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        size_t len = strlen(entry->d_name);
        bool begins = strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
        bool ends =
            len >= strlen(suffix) && strcmp(entry->d_name + len - strlen(suffix), suffix) == 0;
        count += begins && ends;
    }
    closedir(listing);
    return count;
}

struct assay_ledger_options support_options(const struct support_folder *folder)
{
    return (struct assay_ledger_options){.dir = folder->ledger,
                                         .segment_bytes = SUPPORT_SEGMENT_BYTES};
}

void support_create(const struct support_folder *folder)
{
    struct assay_ledger_options options = support_options(folder);
    struct assay_reason reason;
    const uint8_t id[16] = "support-ledger-1";
    assay_assert(assay_ledger_create(&options, id, &reason) == ASSAY_OK);
}
