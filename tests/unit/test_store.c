// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/state.h"
#include "tests/support/world.h"

#define HANDLE 77
#define COUNT 1000

static struct world world;
static const struct assay_batch_facts *batch;

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 256, false);
    batch = world_batch(&world, HANDLE, COUNT, ASSAY_BATCH_HAS_PIN);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static void reopen(void)
{
    world_close(&world);
    world_open(&world);
    batch = assay_store_batch_facts(world.store, HANDLE);
    assert_non_null(batch);
}

static struct assay_scan_answer scan(uint32_t index, uint64_t device, int64_t at_unix_ms)
{
    struct assay_scan_request request = world_request(batch, index, device, at_unix_ms);
    struct assay_scan_answer answer;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    return answer;
}

static struct assay_scan_answer reveal(uint32_t index, uint64_t device, int64_t at_unix_ms,
                                       enum assay_pin_outcome pin)
{
    struct assay_scan_request request = world_request(batch, index, device, at_unix_ms);
    struct assay_scan_answer answer;
    request.pin = pin;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    return answer;
}

static void a_scan_before_activation_is_never_the_first(void **state)
{
    (void)state;
    struct assay_scan_answer answer = scan(0, 5, WORLD_EPOCH_MS);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_NOT_ON_SALE);
    assert_int_equal(answer.number, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    answer = scan(0, 5, WORLD_EPOCH_MS + 1000);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(answer.number, 1);
    assert_false(answer.repetition);
}

static void a_retry_is_the_same_scan_also_after_a_restart(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    struct assay_scan_request request = world_request(batch, 3, 0, WORLD_EPOCH_MS);
    struct assay_scan_answer first;
    assert_int_equal(world_scan(&world, &request, &first), ASSAY_OK);
    assert_int_equal(first.number, 1);
    assert_int_equal(scan(3, 9, WORLD_EPOCH_MS + 1).number, 2);
    reopen();
    struct assay_scan_answer again;
    request.batch = batch;
    request.at_unix_ms += 86400000;
    assert_int_equal(world_scan(&world, &request, &again), ASSAY_OK);
    assert_true(again.repetition);
    assert_int_equal(again.number, 1);
    assert_int_equal(again.verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(again.at_unix_ms, WORLD_EPOCH_MS);
}

static void a_recall_is_never_hidden_by_a_repetition(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    assert_int_equal(scan(4, 5, WORLD_EPOCH_MS).verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_RECALL, 4, 4), ASSAY_OK);
    struct assay_scan_answer answer = scan(4, 5, WORLD_EPOCH_MS + 60000);
    assert_true(answer.repetition);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_RECALLED);
    assert_string_equal(answer.reason_text, "because");
    assert_int_equal(answer.number, 1);
}

static void two_scans_of_one_item_in_one_group_are_first_and_second(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    struct assay_scan_request requests[3];
    struct assay_scan_answer answers[3];
    struct assay_scan_group group = {.count = 3};
    for (uint64_t i = 0; i < 3; i++) {
        requests[i] = world_request(batch, 8, i + 1, WORLD_EPOCH_MS);
        group.requests[i] = &requests[i];
        group.answers[i] = &answers[i];
    }
    memcpy(requests[2].scan_id, requests[0].scan_id, sizeof requests[2].scan_id);
    assert_int_equal(assay_store_scan(world.session, &group), ASSAY_OK);
    assert_int_equal(answers[0].verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(answers[1].verdict, ASSAY_VERDICT_GENUINE_SEEN);
    assert_int_equal(answers[1].number, 2);
    assert_true(answers[2].repetition);
    assert_int_equal(answers[2].number, 1);
}

static void a_revealed_pin_is_suspect_for_others_and_stays_for_its_device(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    assert_int_equal(scan(5, 1, WORLD_EPOCH_MS).number, 1);
    struct assay_scan_answer answer = reveal(5, 1, WORLD_EPOCH_MS + 5000, ASSAY_PIN_RIGHT);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_CONFIRMED);
    assert_int_equal(answer.number, 1);
    assert_int_equal(reveal(5, 1, WORLD_EPOCH_MS + 86400000, ASSAY_PIN_RIGHT).verdict,
                     ASSAY_VERDICT_CONFIRMED);
    assert_int_equal(reveal(5, 2, WORLD_EPOCH_MS + 86400000, ASSAY_PIN_RIGHT).verdict,
                     ASSAY_VERDICT_SUSPECT);
}

static void wrong_pins_are_slowed_down_and_never_locked(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    int64_t now = WORLD_EPOCH_MS;
    for (int i = 0; i < ASSAY_PIN_FREE_TRIES; i++) {
        assert_int_equal(reveal(6, 1, now, ASSAY_PIN_WRONG).verdict, ASSAY_VERDICT_PIN_WRONG);
    }
    struct assay_scan_answer answer = reveal(6, 1, now, ASSAY_PIN_RIGHT);
    assert_int_equal(answer.error, ASSAY_E_THROTTLED);
    assert_in_range(answer.retry_after_ms, 1, 1000);
    reopen();
    assert_int_equal(reveal(6, 1, now, ASSAY_PIN_RIGHT).error, ASSAY_E_THROTTLED);
    now += ASSAY_PIN_WAIT_MS_MAX;
    assert_int_equal(reveal(6, 1, now, ASSAY_PIN_RIGHT).verdict, ASSAY_VERDICT_CONFIRMED);
}

static void one_good_code_cannot_fill_the_disk(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    struct assay_store_stats before;
    struct assay_store_stats after;
    for (int i = 0; i < ASSAY_ITEM_SCANS_A_MINUTE; i++) {
        assert_int_equal(scan(7, 0, WORLD_EPOCH_MS).error, ASSAY_OK);
    }
    assay_store_stats(world.store, &before);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(scan(7, 0, WORLD_EPOCH_MS).error, ASSAY_OK);
    }
    assay_store_stats(world.store, &after);
    assert_int_equal(before.ledger_records, after.ledger_records);
    reopen(); /* closing ledgers the counts */
    assay_store_stats(world.store, &after);
    assert_int_equal(after.ledger_records, before.ledger_records + 1);
}

static void a_foreign_gtin_is_not_issued_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    struct assay_scan_request request = world_request(batch, 9, 1, WORLD_EPOCH_MS);
    struct assay_scan_answer answer;
    request.foreign_gtin = true;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_NOT_ISSUED);
    assert_null(answer.product);
    assert_int_equal(scan(9, 1, WORLD_EPOCH_MS).number, 1);
}

static void a_full_overlay_refuses_until_the_next_checkpoint(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    uint32_t index = 0;
    while (scan(index, 0, WORLD_EPOCH_MS).error == ASSAY_OK) {
        index++;
    }
    assert_int_equal(index, 256);
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    struct assay_scan_answer answer = scan(index, 0, WORLD_EPOCH_MS);
    assert_int_equal(answer.error, ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(scan(0, 0, WORLD_EPOCH_MS).number, 2);
}

static void below_the_reserve_scans_are_refused_and_a_recall_is_not(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    world.options.reserve_bytes = UINT64_MAX;
    world.options.no_checkpointer = false;
    reopen();
    assert_int_equal(scan(1, 0, WORLD_EPOCH_MS).error, ASSAY_E_NO_SPACE);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_RECALL, 0, 0), ASSAY_OK);
}

static void a_second_process_is_told_who_holds_the_directory(void **state)
{
    (void)state;
    struct assay_store *second = NULL;
    struct assay_reason reason;
    assert_int_equal(assay_store_open(&world.options, &second, &reason), ASSAY_E_LOCKED);
    assert_non_null(strstr(reason.text, "test_store, process"));
    assert_non_null(strstr(reason.text, world.dir));
}

/* As if another program had written the state. */
static void set_state_format(uint8_t format)
{
    char path[128];
    snprintf(path, sizeof path, "%s/state/data.mdb", world.dir);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    static char data[1 << 20];
    size_t len = fread(data, 1, sizeof data, file);
    size_t found = 0;
    const char now[] = {'f', 'o', 'r', 'm', 'a', 't', ASSAY_STATE_FORMAT, 0, 0, 0};
    for (size_t i = 0; i + sizeof now <= len; i++) {
        if (memcmp(data + i, now, sizeof now) == 0) {
            fseek(file, (long)i + 6, SEEK_SET);
            fputc(format, file);
            found++;
        }
    }
    fclose(file);
    assert_true(found > 0);
}

static void a_state_of_another_format_is_refused_until_rebuilt(void **state)
{
    (void)state;
    static const struct {
        uint8_t format;
        const char *told;
    } rows[] = {{ASSAY_STATE_FORMAT + 1, "use the newer program"},
                {ASSAY_STATE_FORMAT - 1, "make it anew"}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
        world_close(&world);
        set_state_format(rows[i].format);
        struct assay_store *store = NULL;
        struct assay_reason reason;
        assert_int_equal(assay_store_open(&world.options, &store, &reason), ASSAY_E_VERSION);
        assert_non_null(strstr(reason.text, rows[i].told));
        assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
        world_open(&world);
    }
}

static void a_lost_ledger_tail_is_noticed(void **state)
{
    (void)state;
    char path[160];
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    snprintf(path, sizeof path, "%s/ledger/%016x.seg", world.dir, 0);
    struct assay_store_stats stats;
    assay_store_stats(world.store, &stats);
    world_close(&world);
    /* Zeros where the last groups were: as if an older copy had been put back. */
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, (long)stats.ledger_end - 256, SEEK_SET);
    for (int i = 0; i < 256; i++) {
        fputc(0, file);
    }
    fclose(file);
    struct assay_store *store = NULL;
    struct assay_reason reason;
    enum assay_error error = assay_store_open(&world.options, &store, &reason);
    assert_int_equal(assay_error_class(error), ASSAY_CLASS_CORRUPT);
    world_remove(&world);
    world_create(&world, 256, false); /* for tear-down */
}

static atomic_bool disk_fails; /* the preparing thread reads it too */

static int failing_sync(int fd)
{
    if (!disk_fails) {
        return fdatasync(fd);
    }
    errno = EIO;
    return -1;
}

static void a_failed_sync_is_no_answer(void **state)
{
    (void)state;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    world_close(&world);
    pid_t child = fork();
    if (child == 0) {
        /* Its own process: a store whose disk failed is never closed in peace. */
        world.options.io.fdatasync = failing_sync;
        world_open(&world);
        batch = assay_store_batch_facts(world.store, HANDLE);
        disk_fails = true;
        struct assay_scan_request request = world_request(batch, 1, 1, WORLD_EPOCH_MS);
        struct assay_scan_answer answer;
        enum assay_error first = world_scan(&world, &request, &answer);
        enum assay_error second = world_scan(&world, &request, &answer);
        _exit(first == ASSAY_E_IO && second == ASSAY_E_IO ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    world_open(&world);
}

static void claims_are_first_come_and_only_for_what_is_on_sale(void **state)
{
    (void)state;
    struct assay_record record = {.type = ASSAY_RECORD_CLAIM};
    struct assay_reason reason;
    uint64_t position = 0;
    record.claim.item = assay_item_key_of(HANDLE, 2);
    record.claim.at_unix_ms = WORLD_EPOCH_MS;
    record.claim.ends_on = 20000;
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_E_REFUSED);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_E_TAKEN);
    reopen();
    struct assay_scan_answer answer = scan(2, 1, WORLD_EPOCH_MS);
    assert_int_equal(answer.warranty_ends_on, 20000);
    struct assay_record read;
    struct assay_item item;
    assert_int_equal(assay_store_item(world.session, record.claim.item, &item), ASSAY_OK);
    assert_int_equal(assay_store_record(world.store, item.claim, &read), ASSAY_OK);
    assert_int_equal(read.type, ASSAY_RECORD_CLAIM);
    assert_int_equal(read.claim.ends_on, 20000);
}

static bool count_one(void *context, const struct assay_batch *value)
{
    (void)value;
    (*(int *)context)++;
    return true;
}

static void the_catalog_outlives_a_restart_and_a_rebuild(void **state)
{
    (void)state;
    struct assay_reason reason;
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 10, 19), ASSAY_OK);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_VOID, 12, 12), ASSAY_OK);
    world_batch(&world, 5, 10, 0);
    for (int round = 0; round < 2; round++) {
        reopen();
        struct assay_batch copy;
        assert_int_equal(assay_store_batch(world.session, HANDLE, &copy), ASSAY_OK);
        assert_int_equal(assay_range_set_total(&copy.active), 10);
        assert_int_equal(assay_range_set_total(&copy.voided), 1);
        assert_string_equal(copy.void_reason, "because");
        assay_batch_deinit(&copy);
        int batches = 0;
        assert_int_equal(assay_store_each_batch(world.session, count_one, &batches), ASSAY_OK);
        assert_int_equal(batches, 2);
        assert_non_null(assay_store_product(world.store, "P"));
        world_close(&world);
        assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
        world_open(&world);
    }
}

static void readers_outside_learn_how_far_they_may_read(void **state)
{
    (void)state;
    uint64_t synced = 0;
    pid_t child = fork();
    if (child == 0) {
        uint64_t seen = 0;
        _exit(assay_store_published(world.dir, &seen) == ASSAY_OK && seen > 0 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
    world_close(&world);
    assert_int_equal(assay_store_published(world.dir, &synced), ASSAY_E_NOT_FOUND);
    world_open(&world);
}

/* More items than one transaction takes: each must be there after a restart that replays nothing. */
static void a_large_fold_goes_in_slices(void **state)
{
    (void)state;
    enum { ITEMS = 100000, PER_GROUP = 500 };
    world_remove(&world);
    world_create(&world, ITEMS, false);
    batch = world_batch(&world, HANDLE, ITEMS, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 1), ASSAY_OK);
    static struct assay_scan_request requests[PER_GROUP];
    static struct assay_scan_answer answers[PER_GROUP];
    struct assay_scan_group group = {.count = PER_GROUP};
    for (uint32_t first = 0; first < ITEMS; first += PER_GROUP) {
        for (uint32_t i = 0; i < PER_GROUP; i++) {
            requests[i] = world_request(batch, first + i, 0, WORLD_EPOCH_MS);
            group.requests[i] = &requests[i];
            group.answers[i] = &answers[i];
        }
        assert_int_equal(assay_store_scan(world.session, &group), ASSAY_OK);
    }
    struct assay_store_stats stats;
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    assay_store_stats(world.store, &stats);
    assert_int_equal(stats.checkpoint_position, stats.ledger_end);
    assert_int_equal(stats.overlay_items, 0);
    reopen();
    for (uint32_t index = 0; index < ITEMS; index += 997) {
        assert_int_equal(scan(index, 0, WORLD_EPOCH_MS + 60000).number, 2);
    }
}

static void an_item_expires_when_its_last_day_ends_where_the_brand_is(void **state)
{
    (void)state;
    struct assay_reason reason;
    uint64_t position = 0;
    struct assay_record record = {.type = ASSAY_RECORD_BRAND};
    record.brand = *assay_store_brand(world.store);
    record.brand.utc_offset_minutes = 8 * 60;
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
    record = (struct assay_record){.type = ASSAY_RECORD_BATCH};
    record.batch.batch = (struct assay_batch){.handle = 78, .count = 10, .sku = "P"};
    assert_int_equal(assay_date_parse("2026-03-31", &record.batch.batch.expires_on), ASSAY_OK);
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
    assert_int_equal(world_move(&world, 78, ASSAY_MOVE_ACTIVATE, 0, 9), ASSAY_OK);
    batch = assay_store_batch_facts(world.store, 78);
    int64_t midnight = 0; /* at the end of that day in the brand's zone */
    assert_int_equal(assay_time_parse("2026-04-01T00:00:00+08:00", &midnight), ASSAY_OK);
    assert_int_equal(scan(0, 1, midnight - 1).verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(scan(1, 1, midnight).verdict, ASSAY_VERDICT_EXPIRED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scan_before_activation_is_never_the_first),
        TEST(a_retry_is_the_same_scan_also_after_a_restart),
        TEST(a_recall_is_never_hidden_by_a_repetition),
        TEST(two_scans_of_one_item_in_one_group_are_first_and_second),
        TEST(a_revealed_pin_is_suspect_for_others_and_stays_for_its_device),
        TEST(wrong_pins_are_slowed_down_and_never_locked),
        TEST(one_good_code_cannot_fill_the_disk),
        TEST(a_foreign_gtin_is_not_issued_and_changes_nothing),
        TEST(a_full_overlay_refuses_until_the_next_checkpoint),
        TEST(below_the_reserve_scans_are_refused_and_a_recall_is_not),
        TEST(a_second_process_is_told_who_holds_the_directory),
        TEST(a_state_of_another_format_is_refused_until_rebuilt),
        TEST(a_lost_ledger_tail_is_noticed),
        TEST(a_failed_sync_is_no_answer),
        TEST(claims_are_first_come_and_only_for_what_is_on_sale),
        TEST(the_catalog_outlives_a_restart_and_a_rebuild),
        TEST(readers_outside_learn_how_far_they_may_read),
        TEST(a_large_fold_goes_in_slices),
        TEST(an_item_expires_when_its_last_day_ends_where_the_brand_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
