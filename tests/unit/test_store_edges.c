// SPDX-License-Identifier: Apache-2.0
/* Where a verdict or an acknowledged record could slip: replay from a checkpoint, bounds that are
 * met, retries of a reveal, refusals that read what is not on disk yet. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define HANDLE 77
#define COUNT 300000u

static struct world world;
static const struct assay_batch_facts *batch;
static atomic_bool syncs_are_slow;

/* Nothing here crashes the machine, so the disk need not be waited for. */
static int quick_sync(int fd)
{
    (void)fd;
    if (atomic_load(&syncs_are_slow)) {
        const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    return 0;
}

static void open_again(void)
{
    world_open(&world);
    batch = assay_store_batch_facts(world.store, HANDLE);
    assert_non_null(batch);
}

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 4096, false);
    batch = world_batch(&world, HANDLE, COUNT, ASSAY_BATCH_HAS_PIN);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 1, COUNT - 1), ASSAY_OK);
    world_close(&world);
    world.options.io.fdatasync = quick_sync;
    open_again();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static struct assay_scan_answer scan_as(uint32_t index, uint64_t device, enum assay_pin_outcome pin)
{
    struct assay_scan_request request = world_request(batch, index, device, WORLD_EPOCH_MS);
    struct assay_scan_answer answer;
    request.pin = pin;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.error, ASSAY_OK);
    return answer;
}

static enum assay_error put(struct assay_store_session *session, const struct assay_record *record)
{
    uint64_t position = 0;
    struct assay_reason reason;
    return assay_store_put(session, record, &position, &reason);
}

static struct assay_record claim_of(uint32_t index)
{
    struct assay_record record = {.type = ASSAY_RECORD_CLAIM};
    record.claim = (struct assay_claim_record){
        .at_unix_ms = WORLD_EPOCH_MS, .item = assay_item_key_of(HANDLE, index), .ends_on = 20000};
    return record;
}

static struct assay_item item_now(uint32_t index)
{
    struct assay_item item;
    assert_int_equal(assay_store_item(world.session, assay_item_key_of(HANDLE, index), &item),
                     ASSAY_OK);
    return item;
}

static uint64_t records_now(void)
{
    struct assay_store_stats stats;
    assay_store_stats(world.store, &stats);
    return stats.ledger_records;
}

/* -- replay -- */

/* What is known of an item before its first scan is in the state; replay begins at the scan. */
static void what_came_before_the_first_scan_outlives_a_kill(void **state)
{
    (void)state;
    world_close(&world);
    pid_t child = fork();
    if (child == 0) {
        world_open(&world);
        batch = assay_store_batch_facts(world.store, HANDLE);
        struct assay_record find = {.type = ASSAY_RECORD_FIND};
        find.find.at_unix_ms = WORLD_EPOCH_MS;
        find.find.item = assay_item_key_of(HANDLE, 5);
        struct assay_record claim = claim_of(6);
        bool good = put(world.session, &claim) == ASSAY_OK;
        for (int i = 0; i < ASSAY_FIND_TRIES_A_DAY; i++) {
            good = good && put(world.session, &find) == ASSAY_OK;
        }
        good = good && assay_store_checkpoint(world.store) == ASSAY_OK;
        for (uint32_t index = 5; index < 8; index++) {
            struct assay_scan_request request = world_request(batch, index, 1, WORLD_EPOCH_MS);
            struct assay_scan_answer answer;
            good = good && world_scan(&world, &request, &answer) == ASSAY_OK;
        }
        _exit(good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    open_again();
    assert_int_equal(item_now(5).scans, 1);
    assert_int_equal(item_now(5).find_tries, ASSAY_FIND_TRIES_A_DAY);
    assert_int_equal(item_now(6).scans, 1);
    assert_true(item_now(6).claim != 0);
    assert_int_equal(item_now(7).scans, 1);
    struct assay_record claim = claim_of(6);
    assert_int_equal(put(world.session, &claim), ASSAY_E_TAKEN);
}

static struct assay_place place_number(uint32_t number)
{
    char city[16];
    struct assay_place place;
    snprintf(city, sizeof city, "City%u", number);
    assay_place_set(&place, "CN", "CN-GD", city);
    return place;
}

static void scan_at(uint32_t index, const struct assay_place *place)
{
    struct assay_scan_request request = world_request(batch, index, index + 1, WORLD_EPOCH_MS);
    struct assay_scan_answer answer;
    request.place = *place;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.error, ASSAY_OK);
}

/* Places are a whole group at a time; the overlay is folded when it is half full. */
static void fill_places(void)
{
    static struct assay_scan_request requests[ASSAY_GROUP_SCANS_MAX];
    static struct assay_scan_answer answers[ASSAY_GROUP_SCANS_MAX];
    for (uint32_t done = 0; done < ASSAY_PLACES_MAX; done += ASSAY_GROUP_SCANS_MAX) {
        struct assay_scan_group group = {.count = ASSAY_GROUP_SCANS_MAX};
        for (uint32_t i = 0; i < ASSAY_GROUP_SCANS_MAX; i++) {
            requests[i] = world_request(batch, 1 + done + i, 0, WORLD_EPOCH_MS);
            requests[i].place = place_number(done + i);
            group.requests[i] = &requests[i];
            group.answers[i] = &answers[i];
        }
        assert_int_equal(assay_store_scan(world.session, &group), ASSAY_OK);
        if (done % (2 * ASSAY_GROUP_SCANS_MAX) != 0) {
            assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
        }
    }
}

static void an_item_is_the_same_after_a_rebuild_with_no_places_left(void **state)
{
    (void)state;
    struct assay_place strange;
    struct assay_reason reason;
    struct assay_store_stats stats;
    fill_places();
    assay_store_stats(world.store, &stats);
    assert_int_equal(stats.places, ASSAY_PLACES_MAX - ASSAY_PLACES_WITHOUT_CITY +
                                       1); /* and their region, without a city */
    const uint32_t index = COUNT - 1;
    assay_place_set(&strange, "FR", "FR-IDF", "Paris");
    scan_at(index, &strange);
    assay_place_set(&strange, "JP", "JP-13", "Tokyo");
    scan_at(index, &strange);
    struct assay_item before = item_now(index);
    assert_string_equal(assay_store_place(world.store, before.first_place)->region, "FR-IDF");
    assert_string_equal(assay_store_place(world.store, before.first_place)->city, "");
    world_close(&world);
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    open_again();
    struct assay_item after = item_now(index);
    uint8_t rows[2][ASSAY_ITEM_ROW_MAX];
    size_t len = assay_item_encode(&before, rows[0]);
    assert_int_equal(assay_item_encode(&after, rows[1]), len);
    assert_memory_equal(rows[0], rows[1], len);
}

/* -- bounds -- */

static void more_manifests_than_ranges_are_refused_and_the_directory_opens(void **state)
{
    (void)state;
    struct assay_record record = {.type = ASSAY_RECORD_MANIFEST};
    record.manifest.at_unix_ms = WORLD_EPOCH_MS;
    record.manifest.handle = HANDLE;
    record.manifest.good = 1;
    for (uint32_t i = 0; i < ASSAY_BATCH_RANGES_MAX; i++) {
        record.manifest.range = (struct assay_range){2 * i, 2 * i};
        assert_int_equal(put(world.session, &record), ASSAY_OK);
    }
    record.manifest.range = (struct assay_range){COUNT - 1, COUNT - 1};
    assert_int_equal(put(world.session, &record), ASSAY_E_FULL);
    record.manifest.range = (struct assay_range){1, 1}; /* joins two: there is room again */
    assert_int_equal(put(world.session, &record), ASSAY_OK);
    world_close(&world);
    open_again();
}

static void pins_cannot_fill_the_disk_with_one_good_code(void **state)
{
    (void)state;
    const struct {
        uint32_t index;
        enum assay_pin_outcome pin;
        enum assay_verdict verdict;
    } rows[] = {
        {0, ASSAY_PIN_WRONG, ASSAY_VERDICT_NOT_ON_SALE},
        {0, ASSAY_PIN_RIGHT, ASSAY_VERDICT_NOT_ON_SALE},
        {9, ASSAY_PIN_RIGHT, ASSAY_VERDICT_SUSPECT},
    };
    assert_int_equal(scan_as(9, 1, ASSAY_PIN_RIGHT).verdict, ASSAY_VERDICT_CONFIRMED);
    for (size_t row = 0; row < ASSAY_COUNT_OF(rows); row++) {
        uint64_t before = records_now();
        for (uint64_t i = 0; i < 5 * ASSAY_ITEM_SCANS_A_MINUTE; i++) {
            assert_int_equal(scan_as(rows[row].index, 100 + i, rows[row].pin).verdict,
                             rows[row].verdict);
        }
        /* The batch's alert of the day is one more. */
        assert_in_range(records_now() - before, 0, ASSAY_ITEM_SCANS_A_MINUTE + 1);
    }
    /* Whoever confirmed it may do so again. */
    assert_int_equal(item_now(9).confirmed_device, 1);
}

static void what_an_item_has_once_is_recorded_at_any_rate(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2 * ASSAY_ITEM_SCANS_A_MINUTE; i++) {
        assert_int_equal(scan_as(0, 100 + i, ASSAY_PIN_NONE).number, 0);
    }
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, 0), ASSAY_OK);
    assert_int_equal(scan_as(0, 1, ASSAY_PIN_NONE).verdict, ASSAY_VERDICT_GENUINE);
    struct assay_scan_answer second = scan_as(0, 2, ASSAY_PIN_NONE);
    assert_int_equal(second.first_at_unix_ms, WORLD_EPOCH_MS);
    assert_int_not_equal(second.verdict, ASSAY_VERDICT_GENUINE);
    uint64_t before = records_now();
    assert_int_equal(item_now(0).confirmed_at_unix_ms, 0);
    (void)scan_as(0, 3, ASSAY_PIN_RIGHT);
    assert_int_equal(records_now(), before + 1);
    assert_int_equal(item_now(0).confirmed_device, 3);
}

/* Sums of the last summary in the ledger, by verdict. */
static void read_summary(uint64_t counts[ASSAY_VERDICT_COUNT], uint64_t item, uint64_t *of_item)
{
    char path[128];
    struct assay_ledger_reader *reader;
    struct assay_reason reason;
    struct assay_span span;
    uint64_t position;
    snprintf(path, sizeof path, "%s/ledger", world.dir);
    assert_int_equal(assay_ledger_reader_open(path, 0, UINT64_MAX, &reader, &reason), ASSAY_OK);
    while (assay_ledger_reader_next(reader, &span, &position, &reason) == ASSAY_OK &&
           span.len_bytes > 0) {
        struct assay_record record;
        assert_int_equal(assay_record_decode(span.data, span.len_bytes, &record), ASSAY_OK);
        for (uint32_t i = 0; record.type == ASSAY_RECORD_SUMMARY && i < record.summary.rows; i++) {
            counts[record.summary.row[i].verdict] += record.summary.row[i].count;
            *of_item += record.summary.row[i].item == item ? record.summary.row[i].count : 0;
        }
    }
    assay_ledger_reader_close(reader);
}

static void a_full_summary_never_counts_one_verdict_as_another(void **state)
{
    (void)state;
    uint64_t counts[ASSAY_VERDICT_COUNT] = {0};
    uint64_t of_item = 0;
    for (uint64_t i = 0; i < ASSAY_ITEM_SCANS_A_MINUTE; i++) {
        (void)scan_as(3, 0, ASSAY_PIN_NONE);
    }
    for (uint32_t i = 0; i < 3 * ASSAY_SUMMARY_ROWS_MAX; i++) {
        struct assay_place place = place_number(i);
        assay_store_count_forged(world.store, &place, 1, WORLD_EPOCH_MS);
        if (i == ASSAY_SUMMARY_ROWS_MAX - 2) {
            (void)scan_as(3, 0, ASSAY_PIN_NONE); /* takes the last row */
        }
    }
    for (uint32_t i = 0; i < 10; i++) {
        (void)scan_as(3, 0, ASSAY_PIN_NONE);
    }
    world_close(&world);
    read_summary(counts, assay_item_key_of(HANDLE, 3), &of_item);
    open_again();
    assert_int_equal(counts[ASSAY_VERDICT_NOT_ISSUED], 3 * ASSAY_SUMMARY_ROWS_MAX);
    assert_int_equal(counts[ASSAY_VERDICT_GENUINE_SEEN], 11);
    assert_in_range(of_item, 0, 11); /* or counted without the item: never as another's */
}

/* -- a reveal sent twice -- */

static void the_same_reveal_sent_again_stays_confirmed(void **state)
{
    (void)state;
    struct assay_scan_request request = world_request(batch, 4, 0, WORLD_EPOCH_MS);
    struct assay_scan_answer answer;
    request.pin = ASSAY_PIN_RIGHT;
    for (int round = 0; round < 4; round++) {
        assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
        assert_int_equal(answer.verdict, ASSAY_VERDICT_CONFIRMED);
        assert_int_equal(answer.risk.level, ASSAY_RISK_LOW);
        assert_int_equal(answer.number, 1);
        request.at_unix_ms += 1000;
    }
    assert_int_equal(scan_as(4, 0, ASSAY_PIN_RIGHT).verdict, ASSAY_VERDICT_SUSPECT);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_RECALL, 4, 4), ASSAY_OK);
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_RECALLED);
}

/* -- refusals -- */

static void *put_claim(void *context)
{
    struct assay_store_session *session = context;
    struct assay_record claim = claim_of(8);
    return put(session, &claim) == ASSAY_OK ? context : NULL;
}

/* A refusal tells of what another thread wrote: that must be on disk before the refusal leaves. */
static void a_refusal_waits_for_what_it_tells_of(void **state)
{
    (void)state;
    struct assay_store_session *other;
    struct assay_store_stats stats;
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(assay_store_session_open(world.store, &other), ASSAY_OK);
    assay_store_stats(world.store, &stats);
    uint64_t before = stats.ledger_end;
    atomic_store(&syncs_are_slow, true);
    assert_int_equal(pthread_create(&thread, NULL, put_claim, other), 0);
    while (stats.ledger_end == before) {
        assay_store_stats(world.store, &stats);
    }
    uint64_t end = stats.ledger_end;
    struct assay_record claim = claim_of(8);
    assert_int_equal(put(world.session, &claim), ASSAY_E_TAKEN);
    assay_store_stats(world.store, &stats);
    atomic_store(&syncs_are_slow, false);
    pthread_join(thread, &result);
    assay_store_session_close(other);
    assert_non_null(result);
    assert_in_range(stats.ledger_synced, end, UINT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_came_before_the_first_scan_outlives_a_kill),
        TEST(an_item_is_the_same_after_a_rebuild_with_no_places_left),
        TEST(more_manifests_than_ranges_are_refused_and_the_directory_opens),
        TEST(pins_cannot_fill_the_disk_with_one_good_code),
        TEST(what_an_item_has_once_is_recorded_at_any_rate),
        TEST(a_full_summary_never_counts_one_verdict_as_another),
        TEST(the_same_reveal_sent_again_stays_confirmed),
        TEST(a_refusal_waits_for_what_it_tells_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
