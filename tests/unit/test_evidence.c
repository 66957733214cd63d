// SPDX-License-Identifier: Apache-2.0
/* What records of evidence add up to: committed or not, replaced, interleaved; random ones against a
 * plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/evidence.h"
#include "core/runs.h"
#include "tests/support/ledger_support.h"

#define HANDLE 77u
#define ROUNDS 200
#define IMPORTS 12
#define SALES 6

static void take(struct assay_evidence_reader *reader, const struct assay_record *record)
{
    assert_int_equal(assay_evidence_take(reader, record), ASSAY_OK);
}

static void add_reference(struct assay_evidence_reader *reader, uint8_t id, uint32_t first,
                          uint32_t last)
{
    struct assay_record record = {.type = ASSAY_RECORD_REFERENCE};
    struct assay_runs runs = {0};
    memset(record.reference.id, id, ASSAY_IMPORT_ID_LEN);
    record.reference.handle = HANDLE;
    record.reference.items = last - first + 1;
    assert_true(assay_runs_put(&runs, record.reference.runs, ASSAY_REFERENCE_RUNS_MAX,
                               (struct assay_run){first, last}));
    record.reference.runs_len = (uint32_t)runs.at;
    take(reader, &record);
}

static void add_sale(struct assay_evidence_reader *reader, uint8_t id, int32_t week, uint64_t units)
{
    struct assay_record record = {.type = ASSAY_RECORD_SALES};
    memset(record.sales.id, id, ASSAY_IMPORT_ID_LEN);
    record.sales.rows = 1;
    record.sales.row[0] = (struct assay_sale){"S1", {"CN", "CN-GD"}, 4 + 7 * week, units};
    take(reader, &record);
}

static void add_purchase(struct assay_evidence_reader *reader, uint8_t id, int64_t at, bool is_fake)
{
    struct assay_record record = {.type = ASSAY_RECORD_PURCHASE};
    memset(record.purchase.id, id, ASSAY_IMPORT_ID_LEN);
    record.purchase.rows = 1;
    record.purchase.row[0] = (struct assay_purchase){at, 0, "S1", {"CN", ""}, is_fake};
    take(reader, &record);
}

static void commit(struct assay_evidence_reader *reader, uint8_t id, enum assay_import_kind kind,
                   bool replaces)
{
    struct assay_record record = {.type = ASSAY_RECORD_IMPORT};
    memset(record.import.id, id, ASSAY_IMPORT_ID_LEN);
    memset(record.import.plan, id + 100, ASSAY_IMPORT_ID_LEN);
    record.import.kind = kind;
    record.import.replaces = replaces;
    take(reader, &record);
}

static struct assay_evidence_reader *begin(void)
{
    struct assay_evidence_reader *reader = NULL;
    assert_int_equal(assay_evidence_reader_create(&reader), ASSAY_OK);
    return reader;
}

static void rows_without_an_import_do_not_exist(void **state)
{
    (void)state;
    struct assay_evidence_reader *reader = begin();
    struct assay_evidence evidence;
    add_reference(reader, 1, 5, 9);
    add_sale(reader, 2, 1, 10);
    add_purchase(reader, 3, 1, true);
    commit(reader, 4, ASSAY_IMPORT_SALES, false); /* of a file without rows */
    assert_int_equal(assay_evidence_finish(reader, &evidence), ASSAY_OK);
    assert_int_equal(evidence.reference_count, 0);
    assert_int_equal(evidence.sale_count, 0);
    assert_int_equal(evidence.purchase_count, 0);
    assert_false(assay_evidence_is_reference(&evidence, assay_item_key_of(HANDLE, 5)));
    assay_evidence_deinit(&evidence);
}

static void imports_beside_each_other(void **state)
{
    (void)state;
    struct assay_evidence_reader *reader = begin();
    struct assay_evidence evidence;
    add_reference(reader, 1, 5, 9);
    add_reference(reader, 2, 8, 12);
    add_reference(reader, 3, 100, 100);
    commit(reader, 2, ASSAY_IMPORT_REFERENCE, false);
    add_reference(reader, 1, 20, 20);
    commit(reader, 1, ASSAY_IMPORT_REFERENCE, false);
    assert_int_equal(assay_evidence_finish(reader, &evidence), ASSAY_OK);
    assert_int_equal(evidence.reference_count, 9);
    assert_true(assay_evidence_is_reference(&evidence, assay_item_key_of(HANDLE, 5)));
    assert_true(assay_evidence_is_reference(&evidence, assay_item_key_of(HANDLE, 20)));
    assert_false(assay_evidence_is_reference(&evidence, assay_item_key_of(HANDLE, 100)));
    assert_false(assay_evidence_is_reference(&evidence, assay_item_key_of(HANDLE, 13)));
    assay_evidence_deinit(&evidence);
}

static void a_replacing_import_ends_those_before(void **state)
{
    (void)state;
    struct assay_evidence_reader *reader = begin();
    struct assay_evidence evidence;
    add_purchase(reader, 1, 50, true);
    commit(reader, 1, ASSAY_IMPORT_PURCHASE, false);
    add_sale(reader, 2, 1, 10);
    commit(reader, 2, ASSAY_IMPORT_SALES, false);
    add_purchase(reader, 3, 70, false);
    add_purchase(reader, 3, 60, true);
    commit(reader, 3, ASSAY_IMPORT_PURCHASE, true);
    assert_int_equal(assay_evidence_finish(reader, &evidence), ASSAY_OK);
    assert_int_equal(evidence.purchase_count, 2);
    assert_int_equal(evidence.purchases[0].value.at_unix_ms, 60);
    assert_int_equal(evidence.purchases[0].plan[3], 103);
    assert_int_equal(evidence.sale_count, 1);
    size_t known = 0;
    const struct assay_sale any = {.sku = ""};
    assert_int_equal(assay_evidence_units(&evidence, &any, 0, 100, &known), 10);
    assert_int_equal(known, 1);
    assert_int_equal(assay_evidence_units(&evidence, &any, 12, 100, &known), 0);
    assay_evidence_deinit(&evidence);
}

/* Against a plain array: the last committed import of a week's sales holds. */
static void random_sales_against_an_array(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    for (int round = 0; round < ROUNDS; round++) {
        struct assay_evidence_reader *reader = begin();
        struct assay_evidence evidence;
        uint64_t said[IMPORTS][SALES] = {{0}};
        uint64_t holds[SALES] = {0};
        unsigned left = IMPORTS;
        bool done[IMPORTS] = {false};
        while (left > 0) {
            unsigned import = (unsigned)(support_random(&random) % IMPORTS);
            unsigned week = (unsigned)(support_random(&random) % SALES);
            if (!done[import] && said[import][week] == 0) {
                said[import][week] = 1 + support_random(&random) % 1000;
                add_sale(reader, (uint8_t)(import + 1), (int32_t)week, said[import][week]);
            }
            if (!done[import] && support_random(&random) % 5 == 0) {
                done[import] = true;
                left--;
                bool holds_now = support_random(&random) % 4 > 0;
                bool replaces = support_random(&random) % 8 == 0;
                for (unsigned i = 0; i < SALES && holds_now; i++) {
                    holds[i] = said[import][i] > 0 ? said[import][i] : replaces ? 0 : holds[i];
                }
                if (holds_now) {
                    commit(reader, (uint8_t)(import + 1), ASSAY_IMPORT_SALES, replaces);
                }
            }
        }
        assert_int_equal(assay_evidence_finish(reader, &evidence), ASSAY_OK);
        size_t at = 0;
        for (unsigned i = 0; i < SALES; i++) {
            if (holds[i] > 0) {
                assert_int_equal(evidence.sales[at].week, 4 + 7 * i);
                assert_int_equal(evidence.sales[at].units, holds[i]);
                at++;
            }
        }
        assert_int_equal(evidence.sale_count, at);
        assay_evidence_deinit(&evidence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_without_an_import_do_not_exist),
        cmocka_unit_test(imports_beside_each_other),
        cmocka_unit_test(a_replacing_import_ends_those_before),
        cmocka_unit_test(random_sales_against_an_array),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
