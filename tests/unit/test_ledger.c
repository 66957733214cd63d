// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opening_what_is_not_there_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ledger_is_created_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_read_back_after_reopening, set_up, tear_down),
        cmocka_unit_test_setup_teardown(segments_change_when_a_group_does_not_fit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_shorter_group_lands_where_next_said, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
