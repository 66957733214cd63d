// SPDX-License-Identifier: Apache-2.0
#include "core/claim_sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/key_support.h"
#include "tests/support/world.h"

static struct key_support keys;
static struct world world;
static struct assay_personal *personal;

static uint64_t synced(void)
{
    struct assay_store_stats stats;
    assay_store_stats(world.store, &stats);
    return stats.ledger_synced;
}

static void put(uint8_t number, uint64_t since)
{
    uint8_t reference[ASSAY_REFERENCE_LEN] = {number};
    uint8_t commitment[ASSAY_SHA256_LEN];
    assert_int_equal(assay_personal_put(personal, reference, "{}", since, commitment), ASSAY_OK);
}

/* The ledger entry of a record: a registration of that item, or a report. */
static void put_entry(uint8_t number, uint32_t index, bool report)
{
    struct assay_record record = {.type = report ? ASSAY_RECORD_REPORT : ASSAY_RECORD_CLAIM};
    if (report) {
        record.report =
            (struct assay_report_record){.at_unix_ms = WORLD_EPOCH_MS, .reference = {number}};
    } else {
        record.claim = (struct assay_claim_record){.at_unix_ms = WORLD_EPOCH_MS,
                                                   .item = assay_item_key_of(7, index),
                                                   .reference = {number}};
    }
    struct assay_reason reason;
    uint64_t position = 0;
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
}

static bool has(uint8_t number)
{
    uint8_t reference[ASSAY_REFERENCE_LEN] = {number};
    char text[ASSAY_PERSONAL_BYTES_MAX + 1];
    enum assay_error error = assay_personal_get(personal, reference, text, sizeof text);
    assert_true(error == ASSAY_OK || error == ASSAY_E_NOT_FOUND);
    return error == ASSAY_OK;
}

static bool count_one(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN], uint64_t since)
{
    (void)reference;
    (void)since;
    ++*(int *)context;
    return true;
}

static void sweep(void)
{
    struct assay_reason reason;
    int marks = 0;
    assert_int_equal(assay_claim_sweep(personal, world.dir, synced(), &reason), ASSAY_OK);
    assert_int_equal(assay_personal_each(personal, true, count_one, &marks), ASSAY_OK);
    assert_int_equal(marks, 0);
}

static void records_without_an_entry_go(void **state)
{
    (void)state;
    const uint64_t sinces[] = {0, 1, synced(), UINT64_MAX / 2};
    for (uint8_t i = 0; i < ASSAY_COUNT_OF(sinces); i++) {
        put(i + 1, sinces[i]);
        sweep();
        assert_false(has(i + 1));
    }
}

static void records_with_an_entry_stay(void **state)
{
    (void)state;
    put(10, synced());
    put(11, synced());
    put(12, synced());
    put_entry(10, 0, false);
    put_entry(11, 0, true);
    put(13, synced());
    world_close(&world);
    world_open(&world);
    sweep();
    assert_true(has(10));
    assert_true(has(11));
    assert_false(has(12));
    assert_false(has(13));
    sweep(); /* without marks the ledger is not read */
    assert_true(has(10));
}

static void an_entry_that_is_not_on_disk_does_not_count(void **state)
{
    (void)state;
    struct assay_reason reason;
    uint64_t before = synced();
    put(20, before);
    put_entry(20, 1, false);
    assert_int_equal(assay_claim_sweep(personal, world.dir, before, &reason), ASSAY_OK);
    assert_false(has(20));
}

static void a_missing_ledger_removes_nothing(void **state)
{
    (void)state;
    struct assay_reason reason;
    put(30, synced());
    assert_int_not_equal(assay_claim_sweep(personal, "/nowhere", synced(), &reason), ASSAY_OK);
    assert_true(has(30));
    sweep();
    assert_false(has(30));
}

static int set_up(void **state)
{
    (void)state;
    struct assay_reason reason;
    key_support_init(&keys);
    world_create(&world, 0, false);
    world_batch(&world, 7, 10, 0);
    if (world_move(&world, 7, ASSAY_MOVE_ACTIVATE, 0, 9) != ASSAY_OK) {
        return -1;
    }
    return assay_personal_open(world.dir, keys.keyring, &personal, &reason) == ASSAY_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assay_personal_close(personal);
    world_remove(&world);
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_without_an_entry_go),
        cmocka_unit_test(records_with_an_entry_stay),
        cmocka_unit_test(an_entry_that_is_not_on_disk_does_not_count),
        cmocka_unit_test(a_missing_ledger_removes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
