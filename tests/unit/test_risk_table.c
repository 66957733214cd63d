// SPDX-License-Identifier: Apache-2.0
#include "core/risk_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/ledger_support.h"

static uint8_t data[ASSAY_RISK_TABLE_BYTES + 1];

static enum assay_error decode(size_t len, struct assay_risk_table *table)
{
    /* On the heap and exactly as long, so that ASan sees a step beyond. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, data, len);
    enum assay_error error = assay_risk_table_decode(copy, len, table);
    free(copy);
    return error;
}

static void random_table(uint64_t *random, struct assay_risk_table *table)
{
    memset(table, 0, sizeof *table);
    table->version = (uint32_t)support_random(random);
    table->learnt_items = (uint32_t)support_random(random);
    table->learnt_confirmed = (uint32_t)support_random(random);
    table->learnt_dismissed = (uint32_t)support_random(random);
    table->known_copied = (uint32_t)support_random(random);
    table->learnt_scans = support_random(random);
    int32_t threshold = -5000;
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        threshold += (int32_t)(support_random(random) % 5000);
        table->thresholds[i] = threshold;
    }
    for (int i = 0; i < ASSAY_RISK_WEIGHTS; i++) {
        table->weights[i] = (int32_t)(support_random(random) % 20000) - 10000;
    }
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        table->llr[i] = (int16_t)support_random(random);
    }
}

static void no_part_of_a_table_is_one(void **state)
{
    (void)state;
    struct assay_risk_table table;
    assay_risk_table_encode(assay_risk_table_default(), data);
    for (size_t cut = 0; cut < ASSAY_RISK_TABLE_BYTES; cut += cut < 300 ? 1 : 997) {
        assert_int_equal(decode(cut, &table), ASSAY_E_CORRUPT);
    }
    data[ASSAY_RISK_TABLE_BYTES] = 0;
    assert_int_equal(decode(ASSAY_RISK_TABLE_BYTES + 1, &table), ASSAY_E_CORRUPT);
}

struct bad_byte {
    size_t offset;
    uint8_t value;
    enum assay_error error;
};

static void other_forms_and_wild_values_are_refused(void **state)
{
    (void)state;
    static const struct bad_byte rows[] = {
        {0, 3, ASSAY_E_VERSION},     /* another form */
        {0, 1, ASSAY_E_CORRUPT},     /* the one before is shorter */
        {2, 0xff, ASSAY_E_CORRUPT},  /* unknown flag */
        {24, 4, ASSAY_E_VERSION},    /* other dimensions */
        {26, 1, ASSAY_E_VERSION},    /* likewise */
        {28, 1, ASSAY_E_VERSION},    /* likewise */
        {35, 0x7f, ASSAY_E_CORRUPT}, /* thresholds descend */
        {47, 0x7f, ASSAY_E_CORRUPT}, /* a weight beyond its bound */
        {47, 0x80, ASSAY_E_CORRUPT}, /* likewise */
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        struct assay_risk_table table = {.version = 77};
        assay_risk_table_encode(assay_risk_table_default(), data);
        data[rows[i].offset] = rows[i].value;
        assert_int_equal(decode(ASSAY_RISK_TABLE_BYTES, &table), rows[i].error);
        assert_int_equal(table.version, 77);
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    for (int round = 0; round < 50; round++) {
        struct assay_risk_table table;
        struct assay_risk_table back;
        uint8_t again[ASSAY_RISK_TABLE_BYTES];
        random_table(&random, &table);
        assay_risk_table_encode(&table, data);
        memset(&back, 0, sizeof back);
        assert_int_equal(decode(ASSAY_RISK_TABLE_BYTES, &back), ASSAY_OK);
        assay_risk_table_encode(&back, again);
        assert_memory_equal(again, data, sizeof again);
        assert_memory_equal(back.llr, table.llr, sizeof table.llr);
        assert_int_equal(back.learnt_dismissed, table.learnt_dismissed);
        assert_int_equal(back.known_copied, table.known_copied);
        assert_memory_equal(back.thresholds, table.thresholds, sizeof table.thresholds);
    }
}

/* Ledgers have tables from before alerts taught anything. */
static void the_form_before_is_read(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    struct assay_risk_table table;
    struct assay_risk_table back;
    random_table(&random, &table);
    assay_risk_table_encode(&table, data);
    data[0] = 1;
    assert_int_equal(decode(ASSAY_RISK_TABLE_BYTES - 8, &back), ASSAY_OK);
    assert_int_equal(back.learnt_dismissed, 0);
    assert_int_equal(back.known_copied, 0);
    assert_int_equal(back.learnt_scans, table.learnt_scans);
    assert_memory_equal(back.llr, table.llr, sizeof table.llr);
}

static void a_table_is_named_by_its_bytes(void **state)
{
    (void)state;
    struct assay_risk_table table = *assay_risk_table_default();
    uint8_t id[ASSAY_SHA256_LEN];
    uint8_t other[ASSAY_SHA256_LEN];
    assay_risk_table_id(&table, id);
    assay_risk_table_id(assay_risk_table_default(), other);
    assert_memory_equal(id, other, sizeof id);
    table.llr[ASSAY_RISK_KINDS - 1]++;
    assay_risk_table_id(&table, other);
    assert_memory_not_equal(id, other, sizeof id);
    assert_true(assay_risk_table_default()->is_default);
}

static void every_kind_has_a_number_of_its_own(void **state)
{
    (void)state;
    uint32_t next = 0;
    struct assay_risk_kind kind = {0};
    for (kind.device = 0; kind.device < ASSAY_RISK_DEVICES; kind.device++) {
        for (kind.distance = 0; kind.distance < ASSAY_RISK_DISTANCES; kind.distance++) {
            for (kind.accuracy = 0; kind.accuracy < ASSAY_RISK_ACCURACIES; kind.accuracy++) {
                for (kind.gap = 0; kind.gap < ASSAY_RISK_GAPS; kind.gap++) {
                    for (kind.market = 0; kind.market < ASSAY_RISK_MARKETS; kind.market++) {
                        for (unsigned last = 0; last < 2 * ASSAY_RISK_ORDINALS; last++) {
                            kind.impossible = last >= ASSAY_RISK_ORDINALS;
                            kind.ordinal = last % ASSAY_RISK_ORDINALS;
                            assert_int_equal(assay_risk_kind_index(&kind), next++);
                        }
                    }
                }
            }
        }
    }
    assert_int_equal(next, ASSAY_RISK_KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_part_of_a_table_is_one),
        cmocka_unit_test(other_forms_and_wild_values_are_refused),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_form_before_is_read),
        cmocka_unit_test(a_table_is_named_by_its_bytes),
        cmocka_unit_test(every_kind_has_a_number_of_its_own),
    };
    return cmocka_run_group_tests_name("risk_table", tests, NULL, NULL);
}
