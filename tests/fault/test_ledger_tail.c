// SPDX-License-Identifier: Apache-2.0
/* What a crash may leave behind the end of a ledger, byte by byte: each is mended, nothing that
 * was synced is touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/ledger_segment.h"
#include "tests/support/ledger_support.h"

#define FIRST 4096u
#define HEAD ASSAY_GROUP_HEADER_LEN

static struct support_folder folder;
static struct assay_reason reason;
static struct assay_ledger_tail tail;

static int set_up(void **state)
{
    (void)state;
    support_folder_make(&folder);
    support_create(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(&folder);
    return 0;
}

static struct assay_ledger *open_ledger(uint64_t known_synced)
{
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = known_synced;
    struct assay_ledger *ledger = NULL;
    enum assay_error error = assay_ledger_open(&options, &ledger, &tail, &reason);
    if (error != ASSAY_OK) {
        print_error("%s: %s\n", assay_error_name(error), reason.text);
    }
    assert_int_equal(error, ASSAY_OK);
    return ledger;
}

static void expect_scans(uint64_t from, uint64_t number, uint64_t count)
{
    assert_int_equal(support_check_scans(folder.ledger, from, UINT64_MAX, number), count);
}

static void poke(uint64_t position, const void *data, size_t len)
{
    char path[256];
    support_segment_path(&folder, position / SUPPORT_SEGMENT_BYTES, path);
    support_poke(path, position % SUPPORT_SEGMENT_BYTES, data, len);
}

static void peek(uint64_t position, void *data, size_t len)
{
    char path[256];
    support_segment_path(&folder, position / SUPPORT_SEGMENT_BYTES, path);
    support_peek(path, position % SUPPORT_SEGMENT_BYTES, data, len);
}

/* The torn bytes are in the file that open named, and gone from the ledger. */
static void expect_saved(const uint8_t *torn, size_t len)
{
    uint8_t saved[4096];
    uint8_t left[4096];
    assert_int_equal(tail.torn_bytes, len);
    support_peek(tail.torn_file, 0, saved, len);
    assert_memory_equal(saved, torn, len);
    struct stat status;
    assert_int_equal(stat(tail.torn_file, &status), 0);
    assert_int_equal(status.st_size, len);
    peek(tail.end, left, len);
    assert_true(assay_bytes_are_zero(left, len));
    assert_int_equal(unlink(tail.torn_file), 0);
}

enum tear { TEAR_ZEROS, TEAR_GARBAGE, TEAR_FLIP };

/* One scan, with padding behind it, torn from byte `at` on. returns where its last byte that is
 * not zero ends. */
static size_t tear_last_group(const uint8_t *whole, size_t span, size_t at, enum tear tear,
                              uint8_t *torn)
{
    memcpy(torn, whole, span);
    if (tear == TEAR_ZEROS) {
        memset(torn + at, 0, span - at);
    } else if (tear == TEAR_GARBAGE) {
        memset(torn + at, 0xa5, span - at);
    } else {
        torn[at] ^= 0x10;
    }
    size_t len = span;
    while (len > 0 && torn[len - 1] == 0) {
        len--;
    }
    return len;
}

static void a_last_group_torn_at_any_byte_is_set_aside(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    support_append(ledger, 1, 4);
    uint64_t kept = assay_ledger_end(ledger);
    assert_int_equal(assay_ledger_sync(ledger, kept), ASSAY_OK);
    support_append(ledger, 5, 1);
    size_t span = (size_t)(assay_ledger_end(ledger) - kept);
    assay_ledger_close(ledger);
    uint8_t whole[4096];
    uint8_t torn[4096];
    assert_true(span > HEAD + ASSAY_SCAN_RECORD_LEN); /* there is padding */
    peek(kept, whole, span);
    unsigned mended = 0;
    for (size_t at = 0; at < span; at++) {
        for (enum tear tear = TEAR_ZEROS; tear <= TEAR_FLIP; tear++) {
            size_t len = tear_last_group(whole, span, at, tear, torn);
            if (memcmp(torn, whole, span) == 0) {
                continue; /* zeros instead of zeros */
            }
            poke(kept, torn, span);
            ledger = open_ledger(at % 2 == 0 ? kept : 0);
            assert_int_equal(tail.end, kept);
            assert_int_equal(assay_ledger_record_count(ledger), 4);
            if (len > 0) {
                expect_saved(torn, len);
                mended++;
            } else {
                assert_int_equal(tail.torn_bytes, 0);
            }
            assay_ledger_close(ledger);
        }
    }
    assert_true(mended > 2 * span);
    ledger = open_ledger(kept);
    support_append(ledger, 5, 3);
    assay_ledger_close(ledger);
    expect_scans(0, 1, 7);
}

/* Two groups in the page cache; the disk took the second and not the first. */
static void a_whole_group_behind_a_tear_was_never_acknowledged(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    support_append(ledger, 1, 1);
    uint64_t kept = assay_ledger_end(ledger);
    assert_int_equal(assay_ledger_sync(ledger, kept), ASSAY_OK);
    support_append(ledger, 2, 1);
    support_append(ledger, 3, 1);
    size_t span = (size_t)(assay_ledger_end(ledger) - kept);
    assay_ledger_close(ledger);
    uint8_t torn[4096] = {0};
    peek(kept + span / 2, torn + span / 2, span / 2);
    poke(kept, torn, span / 2);
    ledger = open_ledger(kept);
    assert_int_equal(tail.end, kept);
    size_t len = span;
    while (torn[len - 1] == 0) {
        len--;
    }
    expect_saved(torn, len);
    support_append(ledger, 2, 2);
    assay_ledger_close(ledger);
    expect_scans(0, 1, 3);
}

/* Groups until segment 0 has no room for another of 1,000 scans. returns the end in segment 0 and
 * the number of the scan that comes next. */
static uint64_t fill_first_segment(struct assay_ledger *ledger, uint64_t *number)
{
    *number = 1;
    uint64_t next = 0;
    for (;;) {
        assert_int_equal(assay_ledger_next(ledger, 1000 * ASSAY_SCAN_RECORD_LEN, &next), ASSAY_OK);
        if (next > SUPPORT_SEGMENT_BYTES) {
            return assay_ledger_end(ledger);
        }
        support_append(ledger, *number, 1000);
        *number += 1000;
    }
}

static void the_first_group_of_a_fresh_segment_may_be_torn(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    uint64_t number;
    uint64_t kept = fill_first_segment(ledger, &number);
    uint64_t torn_at = support_append(ledger, number, 1000) - HEAD;
    assert_int_equal(torn_at, SUPPORT_SEGMENT_BYTES + FIRST);
    assert_int_equal(assay_ledger_synced(ledger), kept); /* before the new segment was used */
    size_t span = (size_t)(assay_ledger_end(ledger) - torn_at);
    assay_ledger_close(ledger);
    uint8_t zeros[4096] = {0};
    poke(torn_at + span - sizeof zeros, zeros, sizeof zeros);
    ledger = open_ledger(kept);
    assert_int_equal(tail.end, kept);
    assert_true(tail.torn_bytes > 90000);
    uint8_t left[4096];
    peek(torn_at, left, sizeof left);
    assert_true(assay_bytes_are_zero(left, sizeof left));
    /* A small group still goes to the old segment, a large one to the new. */
    assert_int_equal(support_append(ledger, number, 1), kept + HEAD);
    assert_int_equal(support_append(ledger, number + 1, 1000), torn_at + HEAD);
    assay_ledger_close(ledger);
    expect_scans(0, 1, number + 1000);
    ledger = open_ledger(0);
    assert_int_equal(assay_ledger_record_count(ledger), number + 1000);
    assay_ledger_close(ledger);
}

static uint64_t inode_of(uint64_t number)
{
    char path[256];
    struct stat status;
    support_segment_path(&folder, number, path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

static void a_prepared_segment_is_used_and_a_half_prepared_one_is_removed(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    uint64_t number;
    fill_first_segment(ledger, &number); /* waits until segment 1 is there */
    uint64_t kept = assay_ledger_end(ledger);
    assay_ledger_close(ledger);
    uint64_t prepared = inode_of(1);
    char path[300];
    snprintf(path, sizeof path, "%s/0000000000000002.seg.tmp", folder.ledger);
    FILE *half = fopen(path, "w");
    assert_non_null(half);
    fputs("ASSAYSEG, but the power went", half);
    fclose(half);
    ledger = open_ledger(kept);
    assert_int_equal(tail.torn_bytes, 0);
    assert_int_equal(support_count_files(folder.ledger, "0", ".tmp"), 0);
    assert_int_equal(support_append(ledger, number, 1000), SUPPORT_SEGMENT_BYTES + FIRST + HEAD);
    assert_int_equal(inode_of(1), prepared);
    assay_ledger_close(ledger);
    expect_scans(0, 1, number + 999);
}

static void a_group_may_end_with_its_segment(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    uint64_t number = 1;
    uint64_t end = assay_ledger_end(ledger);
    while (end < SUPPORT_SEGMENT_BYTES) {
        support_append(ledger, number, 2); /* 64 + 192 bytes, which divide a segment */
        number += 2;
        end = assay_ledger_end(ledger);
    }
    assert_int_equal(end, SUPPORT_SEGMENT_BYTES);
    assay_ledger_close(ledger);
    for (int i = 0; i < 2; i++) {
        ledger = open_ledger(i == 0 ? 0 : end);
        assert_int_equal(tail.end, end);
        assert_int_equal(assay_ledger_record_count(ledger), number - 1);
        assay_ledger_close(ledger);
    }
    expect_scans(0, 1, number - 1);
    expect_scans(end, number, 0);
    ledger = open_ledger(end);
    assert_int_equal(support_append(ledger, number, 1), SUPPORT_SEGMENT_BYTES + FIRST + HEAD);
    assay_ledger_close(ledger);
    expect_scans(end, number, 1);
}

static void a_ledger_that_ends_too_early_is_ahead(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger(0);
    support_append(ledger, 1, 1);
    uint64_t end = assay_ledger_end(ledger);
    assay_ledger_close(ledger);
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = end + 64;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_AHEAD);
    options.known_synced = 10 * SUPPORT_SEGMENT_BYTES;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_AHEAD);
    struct assay_ledger_reader *reader;
    assert_int_equal(
        assay_ledger_reader_open(folder.ledger, end + 64, UINT64_MAX, &reader, &reason),
        ASSAY_E_AHEAD);
    assert_int_equal(
        assay_ledger_reader_open(folder.ledger, FIRST + HEAD + 8, end, &reader, &reason),
        ASSAY_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_last_group_torn_at_any_byte_is_set_aside, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_whole_group_behind_a_tear_was_never_acknowledged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_first_group_of_a_fresh_segment_may_be_torn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_prepared_segment_is_used_and_a_half_prepared_one_is_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_group_may_end_with_its_segment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ledger_that_ends_too_early_is_ahead, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("ledger_tail", tests, NULL, NULL);
}
