// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the groups of a ledger: a reader and open agree, and what open mended reads the
 * same as before.
 *
 * First byte: 1 = seal the groups again, so that the input gets past the sums; 2 = the input is the
 * segment's header instead; 4 = open as well. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ledger.h"
#include "core/ledger_segment.h"
#include "core/log.h"
#include "tests/support/ledger_support.h"

#define SEGMENT_BYTES ((uint64_t)ASSAY_LEDGER_SEGMENT_BYTES_MIN)
#define INPUT_MAX 65536u

static char folder[] = "/tmp/assay-fuzz-ledger-XXXXXX";
static const uint8_t ledger_id[16] = "fuzz-ledger-0001";
static uint8_t header[ASSAY_SEGMENT_HEADER_LEN];
static int segment_fd = -1;

static void remove_folder(void)
{
    support_remove_tree(folder);
}

/* No further segment is prepared: each run would write a mebibyte. */
static ssize_t small_pwrite(int fd, const void *data, size_t len_bytes, int64_t offset)
{
    if (len_bytes > INPUT_MAX * 4) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(fd, data, len_bytes, offset);
}

static int no_sync(int fd)
{
    return fd < 0 ? -1 : 0;
}

static void set_up(void)
{
    assay_log_set(open("/dev/null", O_WRONLY | O_CLOEXEC), ASSAY_LOG_ERROR);
    assay_assert(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    struct assay_ledger_options options = {.dir = folder, .segment_bytes = SEGMENT_BYTES};
    assay_assert(assay_ledger_create(&options, ledger_id, NULL) == ASSAY_OK);
    char path[128];
    snprintf(path, sizeof path, "%s/0000000000000000.seg", folder);
    segment_fd = open(path, O_RDWR | O_CLOEXEC);
    assay_assert(segment_fd >= 0);
    assay_assert(pread(segment_fd, header, sizeof header, 0) == (ssize_t)sizeof header);
}

static void put(const void *data, size_t len_bytes, uint64_t offset)
{
    assay_assert(pwrite(segment_fd, data, len_bytes, (off_t)offset) == (ssize_t)len_bytes);
}

/* Make whatever claims to be a group one that continues the chain. */
static void seal_again(uint8_t *groups, size_t len_bytes)
{
    struct assay_group_header next = {.sequence = 1, .synced = ASSAY_SEGMENT_HEADER_LEN};
    uint32_t seed = assay_crc32c(0, ledger_id, sizeof ledger_id);
    size_t at = 0;
    while (at + ASSAY_GROUP_HEADER_LEN <= len_bytes) {
        size_t span = assay_group_claimed_span(groups + at);
        if (span == 0 || at + span > len_bytes) {
            break;
        }
        memcpy(&next.payload_len_bytes, groups + at + 4, 4);
        next.records = groups[at + 8];
        next.position = ASSAY_SEGMENT_HEADER_LEN + at;
        size_t len = ASSAY_GROUP_HEADER_LEN + next.payload_len_bytes;
        memset(groups + at + len, 0, span - len);
        next.previous_crc = assay_group_seal(&next, seed, groups + at);
        next.synced = groups[at + 9] % 2 == 0 ? next.synced : next.position;
        next.ordinal += next.records;
        next.sequence++;
        at += span;
    }
}

/* All records' bytes and positions in one sum; false if the ledger is refused. */
static bool read_all(uint32_t *sum, uint64_t *count)
{
    struct assay_ledger_reader *reader = NULL;
    struct assay_reason reason;
    uint64_t position = 0;
    uint64_t before = 0;
    *sum = 0;
    enum assay_error error = assay_ledger_reader_open(folder, 0, UINT64_MAX, &reader, &reason);
    while (error == ASSAY_OK) {
        struct assay_span span = {NULL, 0};
        struct assay_record record;
        error = assay_ledger_reader_next(reader, &span, &position, &reason);
        if (error != ASSAY_OK || span.len_bytes == 0) {
            break;
        }
        assay_assert(position > before);
        before = position;
        *sum = assay_crc32c(*sum, &position, sizeof position);
        *sum = assay_crc32c(*sum, span.data, span.len_bytes);
        if (assay_record_decode(span.data, span.len_bytes, &record) == ASSAY_OK) {
            assay_assert(assay_record_type_name(record.type) != NULL);
        }
    }
    *count = reader == NULL ? 0 : assay_ledger_reader_count(reader);
    assay_ledger_reader_close(reader);
    return error == ASSAY_OK;
}

static void open_and_compare(bool readable, uint32_t sum, uint64_t count)
{
    struct assay_ledger_options options = {.dir = folder, .io = {small_pwrite, no_sync}};
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    struct assay_reason reason;
    enum assay_error error = assay_ledger_open(&options, &ledger, &tail, &reason);
    assay_assert(!readable || error == ASSAY_OK);
    if (error != ASSAY_OK) {
        return;
    }
    uint64_t records = assay_ledger_record_count(ledger);
    assay_ledger_close(ledger);
    if (tail.torn_bytes > 0) {
        assay_assert(unlink(tail.torn_file) == 0);
    }
    if (readable) {
        uint32_t sum_after;
        uint64_t count_after;
        assay_assert(records == count);
        assay_assert(read_all(&sum_after, &count_after));
        assay_assert(sum_after == sum);
        assay_assert(count_after == count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t groups[INPUT_MAX];
    static const uint8_t zeros[INPUT_MAX];
    if (segment_fd < 0) {
        set_up();
    }
    if (size < 1 || size > INPUT_MAX) {
        return 0;
    }
    uint8_t how = data[0];
    size_t len = size - 1;
    memcpy(groups, data + 1, len);
    put(header, sizeof header, 0);
    if ((how & 2) != 0) {
        put(groups, len < sizeof header ? len : sizeof header, 0);
        len = 0;
    } else {
        if ((how & 1) != 0) {
            seal_again(groups, len);
        }
        put(groups, len, ASSAY_SEGMENT_HEADER_LEN);
    }
    uint32_t sum;
    uint64_t count;
    bool readable = read_all(&sum, &count);
    if ((how & 4) != 0) {
        open_and_compare(readable, sum, count);
    }
    put(zeros, len, ASSAY_SEGMENT_HEADER_LEN);
    return 0;
}
