// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/record.h"
#include "tests/support/golden.h"

#define AT 1793000000123
#define HANDLE 0x2a5f00d1u
#define ITEM ((uint64_t)HANDLE << 26 | 0x123456)

/* The golden records, as tests/golden/make_records.py has them. */
static void golden_file(unsigned type, struct assay_record *record)
{
    memset(record, 0, sizeof *record);
    record->type = type;
    assert_int_equal(type, ASSAY_RECORD_HISTORY);
    struct assay_history_record *history = &record->history;
    history->at_unix_ms = AT;
    history->began_at = 0x4040;
    history->rows_done = 1000;
    history->rows = 70000;
    for (unsigned i = 0; i < sizeof history->sha256; i++) {
        history->sha256[i] = (uint8_t)(0x40 + i);
    }
    history->scans = 256;
    history->outcomes = 2;
    history->outcome[0] =
        (struct assay_history_outcome){3, ASSAY_VERDICT_NOT_ISSUED, ASSAY_RISK_LOW, 0, 0};
    history->outcome[1] =
        (struct assay_history_outcome){255, ASSAY_OUTCOME_WAITS, ASSAY_RISK_CHECK, 0, -1024};
    snprintf(history->actor, sizeof history->actor, "uid 0 (root)");
}

static const unsigned types[] = {ASSAY_RECORD_HISTORY};

static void no_part_of_a_record_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(types); i++) {
        struct assay_record record;
        struct assay_record back;
        uint8_t data[4096];
        golden_file(types[i], &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        for (size_t cut = 0; cut < len; cut++) {
            uint8_t room[4096];
            assert_int_equal(assay_record_decode(data, cut, &back), ASSAY_E_CORRUPT);
            assert_int_equal(assay_record_encode(&record, room, cut), 0);
        }
    }
}

struct bad_byte {
    unsigned type;
    size_t offset;
    uint8_t value;
};

static void fields_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct bad_byte rows[] = {
        {ASSAY_RECORD_HISTORY, 16, 1},    /* off its boundary */
        {ASSAY_RECORD_HISTORY, 27, 1},    /* more rows done than there are */
        {ASSAY_RECORD_HISTORY, 73, 2},    /* scans */
        {ASSAY_RECORD_HISTORY, 76, 3},    /* outcomes that run into the text */
        {ASSAY_RECORD_HISTORY, 77, 0xff}, /* more outcomes than scans */
        {ASSAY_RECORD_HISTORY, 80, 255},  /* numbers do not ascend */
        {ASSAY_RECORD_HISTORY, 81, ASSAY_VERDICT_COUNT},
        {ASSAY_RECORD_HISTORY, 82, ASSAY_RISK_CLONED + 1},
        {ASSAY_RECORD_HISTORY, 83, 1},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        struct assay_record record;
        struct assay_record back;
        uint8_t data[4096];
        golden_file(rows[i].type, &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        data[rows[i].offset] = rows[i].value;
        assert_int_equal(assay_record_decode(data, len, &back), ASSAY_E_CORRUPT);
    }
}

static void fields_out_of_range_are_not_written(void **state)
{
    (void)state;
    struct assay_record record;
    uint8_t data[4096];
    golden_file(ASSAY_RECORD_HISTORY, &record);
    record.history.outcome[1].number = 3;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    golden_file(ASSAY_RECORD_HISTORY, &record);
    record.history.rows_done = record.history.rows + 1;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    golden_file(ASSAY_RECORD_HISTORY, &record);
    record.history.scans = ASSAY_HISTORY_SCANS_MAX + 1;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
}

static void golden_bytes_are_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(types); i++) {
        struct assay_record record;
        struct assay_record back;
        uint8_t golden[4096];
        uint8_t data[4096];
        golden_file(types[i], &record);
        size_t len = golden_read("records.txt", assay_record_type_name(types[i]), golden, 4096);
        assert_int_equal(assay_record_encode(&record, data, sizeof data), len);
        assert_memory_equal(data, golden, len);
        memset(&back, 0xa5, sizeof back);
        assert_int_equal(assay_record_decode(golden, len, &back), ASSAY_OK);
        assert_memory_equal(&back, &record, sizeof record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_part_of_a_record_is_one),
        cmocka_unit_test(fields_out_of_range_are_refused),
        cmocka_unit_test(fields_out_of_range_are_not_written),
        cmocka_unit_test(golden_bytes_are_written_and_read),
    };
    return cmocka_run_group_tests_name("record_file", tests, NULL, NULL);
}
