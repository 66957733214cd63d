// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

#include "core/ledger_segment.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_support.h"

static struct support_folder folder;
static struct assay_reason reason;

static int set_up(void **state)
{
    (void)state;
    memset(&reason, 0, sizeof reason);
    support_folder_make(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(&folder);
    return 0;
}

static struct assay_ledger *open_ledger(uint64_t known_synced, struct assay_ledger_tail *tail)
{
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = known_synced;
    struct assay_ledger *ledger = NULL;
    enum assay_error error = assay_ledger_open(&options, &ledger, tail, &reason);
    if (error != ASSAY_OK) {
        print_error("%s: %s\n", assay_error_name(error), reason.text);
    }
    assert_int_equal(error, ASSAY_OK);
    return ledger;
}

static uint64_t read_all(uint64_t from, uint64_t end, uint64_t number)
{
    return support_check_scans(folder.ledger, from, end, number);
}

static void opening_what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct assay_ledger_options options = support_options(&folder);
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    struct assay_ledger_reader *reader = NULL;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_NOT_FOUND);
    assert_int_equal(assay_ledger_reader_open(folder.ledger, 0, UINT64_MAX, &reader, &reason),
                     ASSAY_E_NOT_FOUND);
    assert_null(ledger);
    assert_null(reader);
}

static void a_ledger_is_created_once(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_options options = support_options(&folder);
    const uint8_t id[16] = {9};
    assert_int_equal(assay_ledger_create(&options, id, &reason), ASSAY_E_EXISTS);
    struct assay_ledger_tail tail;
    struct assay_ledger *ledger = open_ledger(0, &tail);
    assert_int_equal(tail.end, 4096);
    assert_int_equal(tail.torn_bytes, 0);
    assert_int_equal(assay_ledger_record_count(ledger), 0);
    assay_ledger_close(ledger);
    assert_int_equal(read_all(0, UINT64_MAX, 1), 0);
}

static void groups_are_read_back_after_reopening(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_tail tail;
    struct assay_ledger *ledger = open_ledger(0, &tail);
    assert_int_equal(support_append(ledger, 1, 1), 4096 + 64);
    assert_int_equal(support_append(ledger, 2, 3), 4096 + 192 + 64);
    uint64_t end = assay_ledger_end(ledger);
    assert_int_equal(assay_ledger_synced(ledger), 4096);
    assert_int_equal(assay_ledger_sync(ledger, end), ASSAY_OK);
    assert_int_equal(assay_ledger_synced(ledger), end);
    assay_ledger_close(ledger);
    ledger = open_ledger(end, &tail);
    assert_int_equal(tail.end, end);
    assert_int_equal(assay_ledger_record_count(ledger), 4);
    support_append(ledger, 5, 2);
    assay_ledger_close(ledger);
    assert_int_equal(read_all(0, UINT64_MAX, 1), 6);
    assert_int_equal(read_all(end, UINT64_MAX, 5), 2);
    assert_int_equal(read_all(0, end, 1), 4);
}

static void segments_change_when_a_group_does_not_fit(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_tail tail;
    struct assay_ledger *ledger = open_ledger(0, &tail);
    uint64_t positions[40];
    for (uint32_t i = 0; i < 40; i++) {
        positions[i] = support_append(ledger, 1 + i * 1000, 1000);
    }
    uint64_t end = assay_ledger_end(ledger);
    assert_true(positions[39] / SUPPORT_SEGMENT_BYTES == 3);
    assay_ledger_close(ledger);
    ledger = open_ledger(end, &tail);
    assert_int_equal(tail.end, end);
    assert_int_equal(assay_ledger_record_count(ledger), 40000);
    for (uint32_t i = 0; i < 40; i++) {
        uint8_t data[ASSAY_SCAN_RECORD_LEN];
        uint8_t expected[ASSAY_SCAN_RECORD_LEN];
        uint64_t position = positions[i] + 999 * ASSAY_SCAN_RECORD_LEN;
        assert_int_equal(assay_ledger_read(ledger, position, data, sizeof data), ASSAY_OK);
        support_scan((uint64_t)(i + 1) * 1000, expected);
        assert_memory_equal(data, expected, sizeof data);
        assert_int_equal(read_all(position, end, (uint64_t)(i + 1) * 1000),
                         (uint64_t)(40 - i) * 1000 - 999);
    }
    assay_ledger_close(ledger);
}

/* The store asks room for the largest group it may write, and then writes a shorter one. */
static void a_shorter_group_lands_where_next_said(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_tail tail;
    struct assay_ledger *ledger = open_ledger(0, &tail);
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t expected = 0;
        assert_int_equal(assay_ledger_next(ledger, 2000 * ASSAY_SCAN_RECORD_LEN, &expected),
                         ASSAY_OK);
        assert_int_equal(support_append(ledger, 1 + i * 500, 500), expected);
    }
    uint64_t end = assay_ledger_end(ledger);
    assert_true(end / SUPPORT_SEGMENT_BYTES > 4);
    assay_ledger_close(ledger);
    assert_int_equal(read_all(0, end, 1), 50000);
    ledger = open_ledger(end, &tail);
    assert_int_equal(tail.end, end);
    assert_int_equal(assay_ledger_record_count(ledger), 50000);
    assay_ledger_close(ledger);
}

#define WRITERS 4
#define GROUPS_EACH 150

struct shared {
    struct assay_ledger *ledger;
    pthread_mutex_t lock; /* the store's, around append */
    uint64_t number;      /* of the next scan */
};

/* Append under the lock, sync outside it, then read back what was written. */
static void *write_and_sync(void *context)
{
    struct shared *shared = context;
    for (uint32_t i = 0; i < GROUPS_EACH; i++) {
        uint8_t data[ASSAY_SCAN_RECORD_LEN];
        uint8_t expected[ASSAY_SCAN_RECORD_LEN];
        uint32_t count = i % 30 == 0 ? 1000 : 1 + i % 3;
        pthread_mutex_lock(&shared->lock);
        uint64_t number = shared->number;
        uint64_t first = support_append(shared->ledger, number, count);
        uint64_t end = assay_ledger_end(shared->ledger);
        shared->number += count;
        pthread_mutex_unlock(&shared->lock);
        assay_assert(assay_ledger_sync(shared->ledger, end) == ASSAY_OK);
        assay_assert(assay_ledger_synced(shared->ledger) >= end);
        assay_assert(assay_ledger_read(shared->ledger, first, data, sizeof data) == ASSAY_OK);
        support_scan(number, expected);
        assay_assert(memcmp(data, expected, sizeof data) == 0);
    }
    return NULL;
}

static void threads_share_syncs_and_read_meanwhile(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_tail tail;
    struct shared shared = {.ledger = open_ledger(0, &tail), .number = 1};
    pthread_mutex_init(&shared.lock, NULL);
    pthread_t threads[WRITERS];
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_and_sync, &shared), 0);
    }
    uint64_t seen = 0;
    for (unsigned i = 0; i < 20; i++) { /* a reader beside them, up to what is synced */
        uint64_t synced = assay_ledger_synced(shared.ledger);
        uint64_t count = read_all(0, synced, 1);
        assert_true(count >= seen);
        seen = count;
    }
    for (size_t i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    uint64_t calls;
    uint64_t total_ns;
    uint64_t max_ns;
    assay_ledger_sync_stats(shared.ledger, &calls, &total_ns, &max_ns);
    assert_true(calls > 0);
    assert_true(calls <= WRITERS * GROUPS_EACH + 10);
    assert_true(max_ns <= total_ns);
    assert_int_equal(assay_ledger_record_count(shared.ledger), shared.number - 1);
    assay_ledger_close(shared.ledger);
    assert_int_equal(read_all(0, UINT64_MAX, 1), shared.number - 1);
    pthread_mutex_destroy(&shared.lock);
}

static void positions_that_name_no_record_are_refused(void **state)
{
    (void)state;
    support_create(&folder);
    struct assay_ledger_tail tail;
    struct assay_ledger *ledger = open_ledger(0, &tail);
    uint64_t first = support_append(ledger, 1, 1);
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    const uint64_t positions[] = {0,
                                  8,
                                  4096,
                                  first - 8,
                                  first + 4,
                                  first + 8,
                                  first + ASSAY_SCAN_RECORD_LEN,
                                  first + 128,
                                  UINT64_MAX - 7};
    for (size_t i = 0; i < ASSAY_COUNT_OF(positions); i++) {
        assert_int_equal(assay_ledger_read(ledger, positions[i], data, sizeof data),
                         ASSAY_E_CORRUPT);
    }
    assert_int_equal(assay_ledger_read(ledger, first, data, 88), ASSAY_E_CORRUPT);
    assert_int_equal(assay_ledger_read(ledger, first, data, 4), ASSAY_E_CORRUPT);
    assert_int_equal(assay_ledger_read(ledger, first, data, sizeof data), ASSAY_OK);
    assay_ledger_close(ledger);
}

static void golden_headers_are_written_and_read(void **state)
{
    (void)state;
    static uint8_t golden[ASSAY_SEGMENT_HEADER_LEN];
    static uint8_t made[ASSAY_SEGMENT_HEADER_LEN];
    struct assay_segment_header segment = {
        .number = 3, .segment_bytes = 1 << 20, .created_at_unix_ms = 1793000000123};
    for (uint8_t i = 0; i < ASSAY_LEDGER_ID_LEN; i++) {
        segment.ledger_id[i] = (uint8_t)(0xa0 + i);
    }
    assert_int_equal(golden_read("records.txt", "segment_header", golden, sizeof golden), 4096);
    assay_segment_header_encode(&segment, made);
    assert_memory_equal(made, golden, sizeof golden);

    size_t len = golden_read("records.txt", "group", golden, sizeof golden);
    uint32_t seed = assay_crc32c(0, segment.ledger_id, ASSAY_LEDGER_ID_LEN);
    struct assay_group_header group;
    memset(golden + len, 0, 64);
    struct assay_span whole = {golden, sizeof golden};
    assert_true(assay_group_check(whole, 3 * (1 << 20) + 4160, seed, &group));
    assert_false(assay_group_check(whole, 3 * (1 << 20) + 4096, seed, &group));
    assert_false(assay_group_check(whole, 3 * (1 << 20) + 4160, seed + 1, &group));
    assert_int_equal(group.sequence, 12);
    assert_int_equal(group.ordinal, 345);
    assert_int_equal(group.previous_crc, 0x11223344);
    memcpy(made, golden, len);
    memset(made, 0, ASSAY_GROUP_HEADER_LEN);
    assert_int_equal(assay_group_seal(&group, seed, made), group.crc);
    assert_memory_equal(made, golden, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opening_what_is_not_there_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ledger_is_created_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_read_back_after_reopening, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_share_syncs_and_read_meanwhile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(positions_that_name_no_record_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test(golden_headers_are_written_and_read),
        cmocka_unit_test_setup_teardown(segments_change_when_a_group_does_not_fit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_shorter_group_lands_where_next_said, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
