// SPDX-License-Identifier: Apache-2.0
/* Several loops on the same few items while checkpoints go on: each number is given once, one scan
 * of an item is its first, and a recall that was acknowledged precedes every later answer. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define THREADS 3
#define GROUPS 300
#define PER_GROUP 16
#define ITEMS 64
#define NUMBERS (THREADS * GROUPS * PER_GROUP)

struct shared {
    struct world world;
    const struct assay_batch_facts *batch;
    atomic_uint given[ITEMS][NUMBERS + 1]; /* how often a number was answered */
    atomic_uint firsts[ITEMS];
    atomic_bool recalled; /* item 0, acknowledged */
    atomic_uint late;     /* answers of item 0 that did not know it */
    atomic_bool done;
    atomic_uint errors;
};

static struct shared *shared;

static void take_answer(const struct assay_scan_request *request,
                        const struct assay_scan_answer *answer, bool recalled_before)
{
    if (answer->error == ASSAY_E_FULL) {
        return;
    }
    atomic_fetch_add(&shared->errors, answer->error != ASSAY_OK);
    atomic_fetch_add(&shared->given[request->index][answer->number], 1);
    atomic_fetch_add(&shared->firsts[request->index], answer->verdict == ASSAY_VERDICT_GENUINE);
    bool late = recalled_before && request->index == 0 && answer->verdict != ASSAY_VERDICT_RECALLED;
    atomic_fetch_add(&shared->late, late);
}

static void *scan_on(void *context)
{
    uint64_t seed = 1 + (uint64_t)(uintptr_t)context;
    struct assay_store_session *session = NULL;
    enum assay_error error = assay_store_session_open(shared->world.store, &session);
    struct assay_scan_request requests[PER_GROUP];
    struct assay_scan_answer answers[PER_GROUP];
    struct assay_scan_group group = {.count = PER_GROUP};
    for (int round = 0; round < GROUPS && error == ASSAY_OK; round++) {
        bool recalled = atomic_load(&shared->recalled);
        for (uint32_t i = 0; i < PER_GROUP; i++) {
            /* An hour apart, so that the bound of scans a minute is not met. */
            int64_t at = WORLD_EPOCH_MS + round * 3600000ll;
            uint32_t index = (uint32_t)(world_random(&seed) % ITEMS);
            requests[i] = world_request(shared->batch, index, 0, at);
            group.requests[i] = &requests[i];
            group.answers[i] = &answers[i];
        }
        error = assay_store_scan(session, &group);
        for (uint32_t i = 0; i < PER_GROUP; i++) {
            take_answer(&requests[i], &answers[i], recalled);
        }
    }
    atomic_fetch_add(&shared->errors, error != ASSAY_OK);
    assay_store_session_close(session);
    return NULL;
}

static void *fold_on(void *context)
{
    (void)context;
    while (!atomic_load(&shared->done)) {
        atomic_fetch_add(&shared->errors, assay_store_checkpoint(shared->world.store) != ASSAY_OK);
    }
    return NULL;
}

static void numbers_are_given_once(void **state)
{
    (void)state;
    shared = calloc(1, sizeof *shared);
    world_create(&shared->world, ITEMS, false);
    shared->batch = world_batch(&shared->world, 9, ITEMS, 0);
    assert_int_equal(world_move(&shared->world, 9, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 1), ASSAY_OK);
    pthread_t threads[THREADS];
    pthread_t folder;
    assert_int_equal(pthread_create(&folder, NULL, fold_on, NULL), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, scan_on, (void *)(uintptr_t)i), 0);
    }
    assert_int_equal(world_move(&shared->world, 9, ASSAY_MOVE_RECALL, 0, 0), ASSAY_OK);
    atomic_store(&shared->recalled, true);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    atomic_store(&shared->done, true);
    pthread_join(folder, NULL);

    assert_int_equal(shared->errors, 0);
    assert_int_equal(shared->late, 0);
    for (uint32_t index = 0; index < ITEMS; index++) {
        struct assay_item item;
        uint64_t key = assay_item_key_of(9, index);
        assert_int_equal(assay_store_item(shared->world.session, key, &item), ASSAY_OK);
        assert_true(item.scans > 0);
        for (uint32_t number = 1; number <= NUMBERS; number++) {
            assert_int_equal(shared->given[index][number], number <= item.scans);
        }
        assert_true(shared->firsts[index] == 1 || (index == 0 && shared->firsts[index] == 0));
    }
    world_remove(&shared->world);
    free(shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_given_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
