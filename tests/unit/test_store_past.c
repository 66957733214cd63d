// SPDX-License-Identifier: Apache-2.0
/* Scans of the past against live ones: the same requests, at the same times, come to the same answers
 * to the bit, in groups of any size, through a full overlay; and what only the past has: batches as
 * they were, counts by minute, parts that say how far a file got. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define HANDLE 77
#define COUNT 400u
#define SCANS 6000u
#define OVERLAY 300u /* fills up time and again */

static const char *const countries[] = {"CN", "CN", "CN", "DE", "US", ""};

/* A history of few items, so that all rules are met. */
static void any_request(uint64_t *random, const struct assay_batch_facts *batch, int64_t at_unix_ms,
                        struct assay_scan_request *request)
{
    uint32_t index = (uint32_t)(world_random(random) % (world_random(random) % 3 == 0 ? 3 : COUNT));
    *request = world_request(batch, index, world_random(random) % 40, at_unix_ms);
    request->scan_id_given = false;
    request->device = request->device == 0 ? 0 : request->device * 0x9E3779B97F4A7C15ull;
    assay_place_set(&request->place, countries[world_random(random) % 6], NULL, NULL);
    request->position = (struct assay_position){(int16_t)(world_random(random) % 800),
                                                (int16_t)(world_random(random) % 1200), 25};
    uint64_t pin = world_random(random) % 30;
    request->pin = pin == 0 ? ASSAY_PIN_RIGHT : pin < 12 ? ASSAY_PIN_WRONG : ASSAY_PIN_NONE;
    request->net = (enum assay_net)(world_random(random) % ASSAY_NETS);
    request->channel = world_random(random) % 9 == 0 ? ASSAY_CHANNEL_BOT : ASSAY_CHANNEL_REPLAY;
}

static void fill_requests(uint64_t seed, const struct assay_batch_facts *batch,
                          struct assay_scan_request *requests)
{
    int64_t at = WORLD_EPOCH_MS;
    for (uint32_t i = 0; i < SCANS; i++) {
        at += (int64_t)(world_random(&seed) % (world_random(&seed) % 40 == 0 ? 40000000 : 1500));
        any_request(&seed, batch, at, &requests[i]);
        if (i > 0 && world_random(&seed) % 8 == 0) { /* the same scan again, or nearly so */
            requests[i] = requests[i - 1];
            requests[i].pin = world_random(&seed) % 3 == 0 ? requests[i].pin : ASSAY_PIN_NONE;
            at = requests[i - 1].at_unix_ms + (int64_t)(world_random(&seed) % 700000);
            requests[i].at_unix_ms = at;
        }
    }
}

static const struct assay_batch_facts *make_world(struct world *world, uint32_t overlay)
{
    uint64_t calibration = 5;
    world_create(world, overlay, false);
    const struct assay_batch_facts *batch = world_batch(world, HANDLE, COUNT, ASSAY_BATCH_HAS_PIN);
    assert_int_equal(world_move(world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 21), ASSAY_OK);
    world_calibrate(world, &calibration, WORLD_EPOCH_MS);
    return batch;
}

static void scan_live(struct world *world, const struct assay_scan_request *requests,
                      struct assay_scan_answer *answers)
{
    for (uint32_t i = 0; i < SCANS; i++) {
        assert_int_equal(world_scan(world, &requests[i], &answers[i]), ASSAY_OK);
    }
}

static enum assay_error scan_past(struct world *world, const struct assay_scan_request *requests,
                                  uint32_t count, struct assay_scan_answer *answers,
                                  struct assay_history_record *mark)
{
    struct assay_scan_group group = {.count = count};
    for (uint32_t i = 0; i < count; i++) {
        group.requests[i] = &requests[i];
        group.answers[i] = &answers[i];
    }
    mark->rows_done += count;
    return assay_store_scan_past(world->session, &group, mark);
}

static void same_answer(const struct assay_scan_answer *a, const struct assay_scan_answer *b)
{
    assert_int_equal(a->error, b->error);
    if (a->error != ASSAY_OK) {
        assert_int_equal(a->retry_after_ms, b->retry_after_ms);
        return;
    }
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->repetition, b->repetition);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->at_unix_ms, b->at_unix_ms);
    assert_int_equal(a->risk.score, b->risk.score);
    assert_int_equal(a->risk.level, b->risk.level);
    assert_int_equal(a->risk.reasons, b->risk.reasons);
    assert_int_equal(a->risk.mass, b->risk.mass);
    assert_int_equal(a->first_at_unix_ms, b->first_at_unix_ms);
    assert_int_equal(a->confirmed_at_unix_ms, b->confirmed_at_unix_ms);
}

static void the_past_is_decided_as_the_present(void **state)
{
    (void)state;
    struct assay_scan_request *requests = calloc(SCANS, sizeof *requests);
    struct assay_scan_answer *live = calloc(SCANS, sizeof *live);
    struct assay_scan_answer *past = calloc(SCANS, sizeof *past);
    struct world one;
    struct world two;
    uint64_t random = 11;
    fill_requests(7, make_world(&one, 0), requests);
    scan_live(&one, requests, live);
    const struct assay_batch_facts *batch = make_world(&two, OVERLAY);
    for (uint32_t i = 0; i < SCANS; i++) {
        requests[i].batch = batch;
    }
    struct assay_history_record mark = {.rows = SCANS};
    for (uint32_t at = 0; at < SCANS;) {
        uint32_t most = 1 + (uint32_t)(world_random(&random) % ASSAY_HISTORY_SCANS_MAX);
        uint32_t count = SCANS - at < most ? SCANS - at : most;
        assert_int_equal(scan_past(&two, requests + at, count, past + at, &mark), ASSAY_OK);
        at += count;
    }
    unsigned seen[ASSAY_VERDICT_COUNT] = {0};
    unsigned waits = 0;
    unsigned repetitions = 0;
    for (uint32_t i = 0; i < SCANS; i++) {
        same_answer(&live[i], &past[i]);
        waits += past[i].error != ASSAY_OK;
        repetitions += past[i].error == ASSAY_OK && past[i].repetition;
        seen[past[i].error == ASSAY_OK ? past[i].verdict : ASSAY_VERDICT_PIN_WRONG]++;
    }
    assert_true(waits > 10);
    assert_true(repetitions > 10);
    assert_true(seen[ASSAY_VERDICT_NOT_ON_SALE] > 10);
    assert_true(seen[ASSAY_VERDICT_CONFIRMED] > 10);
    assert_true(seen[ASSAY_VERDICT_GENUINE_SEEN] > 100);
    for (uint32_t index = 0; index < COUNT; index++) {
        struct assay_item left;
        struct assay_item right;
        uint64_t key = assay_item_key_of(HANDLE, index);
        assert_int_equal(assay_store_item(one.session, key, &left), ASSAY_OK);
        assert_int_equal(assay_store_item(two.session, key, &right), ASSAY_OK);
        assert_int_equal(left.scans, right.scans);
        assert_memory_equal(&left.risk, &right.risk, sizeof left.risk);
    }
    world_remove(&one);
    world_remove(&two);
    free(requests);
    free(live);
    free(past);
}

static void a_batch_is_as_it_was(void **state)
{
    (void)state;
    struct world world;
    struct assay_scan_answer answer;
    const struct assay_batch_facts *batch = make_world(&world, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_RECALL, 0, COUNT - 1), ASSAY_OK);
    struct assay_batch then;
    assert_int_equal(assay_store_batch(world.session, HANDLE, &then), ASSAY_OK);
    then.recalled.count = 0;
    struct assay_scan_request request = world_request(batch, 3, 9, WORLD_EPOCH_MS);
    request.past = &then;
    struct assay_history_record mark = {.rows = 3};
    assert_int_equal(scan_past(&world, &request, 1, &answer, &mark), ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    then.active.count = 0;
    request = world_request(batch, 4, 9, WORLD_EPOCH_MS + 1);
    request.past = &then;
    assert_int_equal(scan_past(&world, &request, 1, &answer, &mark), ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_NOT_ON_SALE);
    assert_int_equal(answer.number, 0);
    request.past = NULL;
    request.index = 5;
    assert_int_equal(scan_past(&world, &request, 1, &answer, &mark), ASSAY_OK);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_RECALLED);
    assay_batch_deinit(&then);
    world_remove(&world);
}

static struct assay_record record_at(struct world *world, uint64_t position)
{
    struct assay_record record;
    assert_int_equal(assay_store_record(world->store, position, &record), ASSAY_OK);
    return record;
}

/* Codes that were never issued, in two minutes: two summaries, then the mark, in one group. */
static void what_is_not_recorded_is_counted_by_its_own_minute(void **state)
{
    (void)state;
    struct world world;
    make_world(&world, 0);
    struct assay_scan_request requests[5];
    struct assay_scan_answer answers[5];
    for (uint32_t i = 0; i < 5; i++) {
        requests[i] = world_request(NULL, 0, i % 2, WORLD_EPOCH_MS + (i < 3 ? 1 : 60001));
        assay_place_set(&requests[i].place, i == 1 ? "DE" : "CN", NULL, NULL);
    }
    struct assay_history_record mark = {.rows = 10};
    assert_int_equal(scan_past(&world, requests, 5, answers, &mark), ASSAY_OK);
    assert_int_equal(mark.scans, 5);
    assert_int_equal(mark.outcomes, 5);
    assert_int_equal(mark.outcome[4].verdict, ASSAY_VERDICT_NOT_ISSUED);
    uint64_t position = mark.began_at;
    struct assay_record record = record_at(&world, position);
    unsigned places = 0;
    uint8_t bytes[4096];
    while (record.type == ASSAY_RECORD_PLACE) {
        position += assay_record_encode(&record, bytes, sizeof bytes);
        record = record_at(&world, position);
        places++;
    }
    assert_int_equal(places, 2);
    assert_int_equal(record.type, ASSAY_RECORD_SUMMARY);
    assert_int_equal(record.summary.at_unix_ms, WORLD_EPOCH_MS);
    assert_int_equal(record.summary.rows, 2);
    assert_int_equal(record.summary.row[0].count, 2);
    assert_int_equal(record.summary.row[1].count, 1);
    position += assay_record_encode(&record, bytes, sizeof bytes);
    record = record_at(&world, position);
    assert_int_equal(record.summary.at_unix_ms, WORLD_EPOCH_MS + 60000);
    assert_int_equal(record.summary.row[0].count, 2);
    position += assay_record_encode(&record, bytes, sizeof bytes);
    record = record_at(&world, position);
    assert_int_equal(record.type, ASSAY_RECORD_HISTORY);
    assert_int_equal(record.history.rows_done, 5);
    world_remove(&world);
}

static void how_far_a_file_got_outlives_a_restart(void **state)
{
    (void)state;
    struct world world;
    struct assay_scan_answer answer;
    struct assay_catalog_file file;
    const struct assay_batch_facts *batch = make_world(&world, 0);
    struct assay_history_record mark = {.rows = 7, .sha256 = {1, 2, 3}};
    assert_int_equal(assay_store_file(world.store, mark.sha256, &file), ASSAY_E_NOT_FOUND);
    for (uint32_t i = 0; i < 2; i++) {
        struct assay_scan_request request = world_request(batch, i, 9, WORLD_EPOCH_MS + i);
        assert_int_equal(scan_past(&world, &request, 1, &answer, &mark), ASSAY_OK);
    }
    for (int round = 0; round < 2; round++) {
        assert_int_equal(assay_store_file(world.store, mark.sha256, &file), ASSAY_OK);
        assert_int_equal(file.value.rows_done, 2);
        assert_int_equal(file.value.rows, 7);
        assert_int_equal(file.value.began_at, mark.began_at);
        world_close(&world);
        world_open(&world);
    }
    world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_is_decided_as_the_present),
        cmocka_unit_test(a_batch_is_as_it_was),
        cmocka_unit_test(what_is_not_recorded_is_counted_by_its_own_minute),
        cmocka_unit_test(how_far_a_file_got_outlives_a_restart),
    };
    return cmocka_run_group_tests_name("store_past", tests, NULL, NULL);
}
