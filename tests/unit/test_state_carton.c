// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/state_carton.h"
#include "tests/support/world.h"

static void same_block(const struct assay_unit_block *block, size_t len_max)
{
    uint8_t data[ASSAY_UNIT_BLOCK_ROW_MAX];
    struct assay_unit_block back;
    size_t len = assay_unit_block_encode(block, data);
    assert_true(len <= len_max);
    assert_int_equal(assay_unit_block_decode(data, len, &back), ASSAY_OK);
    assert_memory_equal(block, &back, sizeof back);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(assay_unit_block_decode(data, cut, &back), ASSAY_E_CORRUPT);
    }
    uint8_t longer[ASSAY_UNIT_BLOCK_ROW_MAX + 1];
    memcpy(longer, data, len);
    longer[len] = 0;
    assert_int_equal(assay_unit_block_decode(longer, len + 1, &back), ASSAY_E_CORRUPT);
}

static void blocks_come_back_and_are_small(void **state)
{
    (void)state;
    struct assay_unit_block block = {0};
    same_block(&block, 3);
    for (uint32_t i = 0; i < ASSAY_UNIT_BLOCK_ITEMS; i++) {
        block.number[i] = 1000000 + i / 20; /* twenty in a row in each carton */
    }
    same_block(&block, 32);
    for (uint32_t i = 0; i < ASSAY_UNIT_BLOCK_ITEMS; i++) {
        block.number[i] = i % 2 == 0 ? ASSAY_UNITS_MAX : 1; /* as far apart as can be */
    }
    same_block(&block, ASSAY_UNIT_BLOCK_ROW_MAX);
    uint64_t seed = 7;
    for (unsigned round = 0; round < 200; round++) {
        for (uint32_t i = 0; i < ASSAY_UNIT_BLOCK_ITEMS; i++) {
            uint64_t draw = world_random(&seed);
            block.number[i] = draw % 3 == 0   ? 0
                              : draw % 3 == 1 ? (i > 0 ? block.number[i - 1] : 0)
                                              : 1 + (uint32_t)(draw >> 8) % ASSAY_UNITS_MAX;
        }
        same_block(&block, ASSAY_UNIT_BLOCK_ROW_MAX);
    }
}

static void what_is_no_block_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t data[12];
        size_t len;
    } bad[] = {
        {{0x01, 0xFF, 0x01}, 3},                         /* 257 of none */
        {{0x01, 0xFC, 0x01, 0x01, 0x00, 0x00}, 6},       /* 254, then two, then one byte more */
        {{0x03, 0xFE, 0x01}, 3},                         /* number 0, by its distance */
        {{0x05, 0xFE, 0x01}, 3},                         /* number -1 */
        {{0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFE, 0x01}, 7}, /* number beyond the bound */
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFE, 0x01}, 11},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_unit_block block;
        assert_int_equal(assay_unit_block_decode(bad[i].data, bad[i].len, &block), ASSAY_E_CORRUPT);
    }
}

static void rows_come_back(void **state)
{
    (void)state;
    char dir[] = "/tmp/assay-state-carton-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct assay_state *opened = NULL;
    struct assay_state_reader *reader = NULL;
    assert_int_equal(assay_state_open(dir, false, &opened, NULL), ASSAY_OK);
    const struct assay_unit unit = {.sscc = 106141411234567897,
                                    .number = 9,
                                    .kind = ASSAY_UNIT_PALLET,
                                    .state = ASSAY_UNIT_SHIPPED,
                                    .count = 65535,
                                    .parent = 3,
                                    .recorded = 8,
                                    .content = 16,
                                    .shipped = 24,
                                    .moved = 32};
    const struct assay_unit_meta meta = {.position = 32, .units = 9, .prefix = "6901234"};
    struct assay_unit_block block = {{0, 9, 9}};
    struct assay_state_writer *writer = assay_state_write_begin(opened);
    struct assay_unit_table table = assay_unit_table_of_writer(writer);
    assay_unit_put(&table, &unit, true);
    assay_unit_meta_put(&table, &meta);
    assay_unit_block_put(&table, 5, 65535, &block);
    assay_unit_counts_put(&table, 5, &(struct assay_unit_counts){7, 2});
    assay_state_commit(writer);

    assert_int_equal(assay_state_reader_open(opened, &reader), ASSAY_OK);
    assert_int_equal(assay_state_begin(reader), ASSAY_OK);
    table = assay_unit_table_of_reader(reader);
    struct assay_unit found;
    struct assay_unit_meta said;
    struct assay_unit_counts counts;
    struct assay_unit_block read;
    assert_int_equal(assay_unit_find(&table, unit.sscc, &found), ASSAY_OK);
    assert_int_equal(found.content, 16);
    assert_int_equal(found.shipped, 24);
    assert_int_equal(found.kind, ASSAY_UNIT_PALLET);
    assert_int_equal(assay_unit_find(&table, unit.sscc + 10, &found), ASSAY_E_NOT_FOUND);
    assert_int_equal(assay_unit_get(&table, 8, &found), ASSAY_E_NOT_FOUND);
    assert_int_equal(assay_unit_meta_get(&table, &said), ASSAY_OK);
    assert_memory_equal(&said, &meta, sizeof meta);
    assert_int_equal(assay_unit_counts_get(&table, 5, &counts), ASSAY_OK);
    assert_int_equal(counts.packed, 7);
    assert_int_equal(assay_unit_block_get(&table, 5, 65535, &read), ASSAY_OK);
    assert_memory_equal(&read, &block, sizeof block);
    assert_int_equal(assay_unit_block_get(&table, 5, 65534, &read), ASSAY_OK);
    assert_int_equal(read.number[1], 0);
    assay_state_end(reader);
    assay_state_reader_close(reader);
    assay_state_close(opened);
    char path[64];
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    remove(path);
    snprintf(path, sizeof path, "%s/lock.mdb", dir);
    remove(path);
    remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_back_and_are_small),
        cmocka_unit_test(what_is_no_block_is_refused),
        cmocka_unit_test(rows_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
