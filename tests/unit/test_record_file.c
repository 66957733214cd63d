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

static void count_up(uint8_t *data, uint8_t first, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)(first + i);
    }
}

/* The golden records, as tests/golden/make_records.py has them. */
static void golden_history(struct assay_history_record *history)
{
    history->at_unix_ms = AT;
    history->began_at = 0x4040;
    history->rows_done = 1000;
    history->rows = 70000;
    count_up(history->sha256, 0x40, sizeof history->sha256);
    history->scans = 256;
    history->outcomes = 2;
    history->outcome[0] =
        (struct assay_history_outcome){3, ASSAY_VERDICT_NOT_ISSUED, ASSAY_RISK_LOW, 0, 0};
    history->outcome[1] =
        (struct assay_history_outcome){255, ASSAY_OUTCOME_WAITS, ASSAY_RISK_CHECK, 0, -1024};
    snprintf(history->actor, sizeof history->actor, "uid 0 (root)");
}

static void golden_reference(struct assay_reference_record *reference)
{
    static const uint8_t runs[] = {5 << 1 | 1, 1, 10 << 1, 0xD8, 0x04};
    count_up(reference->id, 0x20, sizeof reference->id);
    reference->handle = HANDLE;
    reference->items = 5;
    reference->runs_len = sizeof runs;
    memcpy(reference->runs, runs, sizeof runs);
}

static void golden_sales(struct assay_sales_record *sales)
{
    count_up(sales->id, 0x20, sizeof sales->id);
    sales->rows = 2;
    sales->row[0] = (struct assay_sale){"YB-10400", {"CN", "CN-GD"}, 20458, 1200};
    sales->row[1] = (struct assay_sale){"YB-10400", {"DE", ""}, 20465, 7};
}

static void golden_purchase(struct assay_purchase_record *purchases)
{
    count_up(purchases->id, 0x20, sizeof purchases->id);
    purchases->rows = 2;
    purchases->row[0] = (struct assay_purchase){AT, ITEM, "YB-10400", {"CN", "CN-GD"}, false};
    purchases->row[1] = (struct assay_purchase){AT + 1, 0, "YB-10400", {"DE", ""}, true};
}

static void golden_plan(struct assay_plan_record *plan)
{
    count_up(plan->id, 0x20, sizeof plan->id);
    plan->seed = 5;
    plan->wanted = 40;
    plan->basis = ASSAY_PLAN_SCANS;
    plan->rows = 2;
    plan->row[0] = (struct assay_plan_row){"YB-10400", {"CN", "CN-JS"}, 61964, 3};
    plan->row[1] = (struct assay_plan_row){"", {"", ""}, 9, 0};
}

static void golden_import(struct assay_import_record *import)
{
    import->at_unix_ms = AT;
    import->kind = ASSAY_IMPORT_PURCHASE;
    import->replaces = true;
    count_up(import->id, 0x20, sizeof import->id);
    count_up(import->plan, 0x30, sizeof import->plan);
    count_up(import->sha256, 0x40, sizeof import->sha256);
    import->rows = 400;
    import->began_at = 0x4040;
    snprintf(import->actor, sizeof import->actor, "uid 0 (root)");
}

static void golden_file(unsigned type, struct assay_record *record)
{
    memset(record, 0, sizeof *record);
    record->type = type;
    switch (type) {
    case ASSAY_RECORD_HISTORY:
        golden_history(&record->history);
        break;
    case ASSAY_RECORD_REFERENCE:
        golden_reference(&record->reference);
        break;
    case ASSAY_RECORD_SALES:
        golden_sales(&record->sales);
        break;
    case ASSAY_RECORD_PURCHASE:
        golden_purchase(&record->purchase);
        break;
    case ASSAY_RECORD_PLAN:
        golden_plan(&record->plan);
        break;
    default:
        golden_import(&record->import);
        break;
    }
}

static const unsigned types[] = {
    ASSAY_RECORD_REFERENCE, ASSAY_RECORD_SALES, ASSAY_RECORD_PURCHASE,
    ASSAY_RECORD_IMPORT,    ASSAY_RECORD_PLAN,  ASSAY_RECORD_HISTORY,
};

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
        {ASSAY_RECORD_REFERENCE, 24 + 3, 0x40}, /* handle above 30 bits */
        {ASSAY_RECORD_REFERENCE, 28, 6},        /* more items than the runs hold */
        {ASSAY_RECORD_REFERENCE, 32 + 1, 6},    /* runs longer than a record */
        {ASSAY_RECORD_SALES, 24, 0},            /* no row */
        {ASSAY_RECORD_SALES, 24, ASSAY_EVIDENCE_ROWS_MAX + 1},
        {ASSAY_RECORD_SALES, 28, 0},        /* no Monday */
        {ASSAY_RECORD_SALES, 40, 0},        /* the sku's length */
        {ASSAY_RECORD_SALES, 52, 'D'},      /* CN-GD is not in DN */
        {ASSAY_RECORD_PURCHASE, 44, 2},     /* neither fake nor genuine */
        {ASSAY_RECORD_PURCHASE, 36 + 7, 1}, /* an item above 56 bits */
        {ASSAY_RECORD_PLAN, 36, 2},         /* unknown basis */
        {ASSAY_RECORD_PLAN, 40, 0},
        {ASSAY_RECORD_IMPORT, 16, 0}, /* unknown kind */
        {ASSAY_RECORD_IMPORT, 16, 5},
        {ASSAY_RECORD_IMPORT, 17, 2},
        {ASSAY_RECORD_IMPORT, 90, 1}, /* off its boundary */
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
