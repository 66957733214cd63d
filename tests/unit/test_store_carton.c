// SPDX-License-Identifier: Apache-2.0
/* What stands between the ledger and the cartons' table when a process ends in between. What packing
 * does is in tests/model/test_carton_model.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/store_carton.h"
#include "core/store_private.h"
#include "tests/support/world.h"

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 64, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static struct assay_record made(uint64_t serial, uint32_t number)
{
    struct assay_record record = {.type = ASSAY_RECORD_CARTON};
    record.carton.at_unix_ms = WORLD_EPOCH_MS;
    record.carton.sscc = assay_sscc_make(0, "6901234", serial);
    record.carton.number = number;
    record.carton.count = 1;
    return record;
}

static uint32_t units(void)
{
    struct assay_unit_table table;
    struct assay_unit_meta meta;
    assert_int_equal(assay_store_cartons_begin(world.session, &table), ASSAY_OK);
    assert_int_equal(assay_unit_meta_get(&table, &meta), ASSAY_OK);
    assay_store_cartons_end(world.session);
    return meta.units;
}

static uint64_t put(const struct assay_record *record)
{
    uint64_t position = 0;
    assay_store_cartons_lock(world.session);
    assert_int_equal(assay_store_cartons_put(world.session, record, 1, &position, NULL), ASSAY_OK);
    assay_store_cartons_unlock(world.session);
    return position;
}

/* In the ledger, but not in the table: as if the process ended between the two. */
static uint64_t append_only(const struct assay_record *record)
{
    uint8_t data[256];
    uint64_t position = 0;
    size_t len = assay_record_encode(record, data, sizeof data);
    pthread_mutex_lock(&world.store->lock);
    assert_int_equal(assay_ledger_append(world.store->ledger, data, len, 1, &position), ASSAY_OK);
    world.store->carton_pending = position;
    pthread_mutex_unlock(&world.store->lock);
    assert_int_equal(assay_store_sync(world.store, position + len), ASSAY_OK);
    return position;
}

static void checkpoints_do_not_pass_what_the_table_lacks(void **state)
{
    (void)state;
    struct assay_store_stats stats;
    struct assay_record record = made(0, 1);
    put(&record);
    assert_int_equal(units(), 1);
    record = made(1, 2);
    uint64_t position = append_only(&record);
    world_batch(&world, 5, 10, 0); /* something after it that a checkpoint takes */
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    assay_store_stats(world.store, &stats);
    assert_true(stats.checkpoint_position <= position);
    assert_int_equal(units(), 1);
    world_close(&world);
    world_open(&world);
    assert_int_equal(units(), 2);
    assert_non_null(assay_store_batch_facts(world.store, 5));
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    assay_store_stats(world.store, &stats);
    assert_true(stats.checkpoint_position > position);
}

static void a_record_is_applied_once(void **state)
{
    (void)state;
    struct assay_record record = made(0, 1);
    uint64_t position = put(&record);
    struct assay_carton_target target = assay_store_carton_target(world.store);
    assert_int_equal(assay_carton_apply(&target, &record, position), ASSAY_OK);
    assert_int_equal(units(), 1);
}

static void what_does_not_fit_is_damage_and_changes_nothing(void **state)
{
    (void)state;
    struct assay_record record = made(0, 1);
    uint64_t position = put(&record);
    struct assay_carton_target target = assay_store_carton_target(world.store);
    struct assay_record bad[] = {made(5, 3), made(0, 2)}; /* a gap; an SSCC that is taken */
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_carton_apply(&target, &bad[i], position + 64), ASSAY_E_CORRUPT);
    }
    struct assay_record move = {.type = ASSAY_RECORD_CARTON_MOVE};
    move.carton_move.number = 1; /* it is empty */
    assert_int_equal(assay_carton_apply(&target, &move, position + 64), ASSAY_E_CORRUPT);
    move.carton_move.number = 2;
    assert_int_equal(assay_carton_apply(&target, &move, position + 64), ASSAY_E_CORRUPT);
    struct assay_record packed = {.type = ASSAY_RECORD_PACKED};
    packed.packed.units = 1;
    packed.packed.chunks = 1;
    packed.packed.chunk_at[0] = position; /* no PACK stands there */
    packed.packed.chunk_packs[0] = 1;
    assert_int_equal(assay_carton_apply(&target, &packed, position + 64), ASSAY_E_CORRUPT);
    assert_int_equal(units(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(checkpoints_do_not_pass_what_the_table_lacks, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_record_is_applied_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_damage_and_changes_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
