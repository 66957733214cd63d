// SPDX-License-Identifier: Apache-2.0
/* A child scans and folds without rest and tells each answer through a pipe; it is killed at a
 * random moment; what it told must be there when the directory is opened again, with an overlay so
 * small that folding and replay cross each other. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"
#include "tests/support/risk_replay.h"
#include "tests/support/world.h"

#define ROUNDS 20
#define ITEMS 4000
#define PER_GROUP 8
#define HANDLE 3

struct told {
    uint32_t index;
    uint32_t number;
    uint8_t scan_id[ASSAY_SCAN_ID_LEN];
};

static uint32_t highest[ITEMS]; /* the last number that was told of each item */

static void from_somewhere(struct assay_scan_request *request, uint64_t *seed)
{
    static const char *const countries[] = {"CN", "SG", "DE"};
    assay_place_set(&request->place, countries[world_random(seed) % 3], "", "");
    request->position = (struct assay_position){(int16_t)(world_random(seed) % 900),
                                                (int16_t)(world_random(seed) % 900), 10};
    request->net = world_random(seed) % ASSAY_NET_HOSTING; /* all of them count */
}

static void child_scans(struct world *world, int pipe_fd, uint64_t seed)
{
    world_open(world);
    const struct assay_batch_facts *batch = assay_store_batch_facts(world->store, HANDLE);
    struct assay_scan_request requests[PER_GROUP];
    struct assay_scan_answer answers[PER_GROUP];
    struct assay_scan_group group = {.count = PER_GROUP};
    for (uint64_t round = 0;; round++) {
        for (uint32_t i = 0; i < PER_GROUP; i++) {
            uint32_t index = (uint32_t)(world_random(&seed) % ITEMS);
            int64_t at = WORLD_EPOCH_MS + (int64_t)round * 60000;
            requests[i] = world_request(batch, index, world_random(&seed) | 1, at);
            from_somewhere(&requests[i], &seed);
            group.requests[i] = &requests[i];
            group.answers[i] = &answers[i];
        }
        if (assay_store_scan(world->session, &group) != ASSAY_OK) {
            _exit(1);
        }
        struct told told[PER_GROUP];
        size_t count = 0;
        for (uint32_t i = 0; i < PER_GROUP; i++) {
            if (answers[i].error == ASSAY_OK) {
                told[count] = (struct told){requests[i].index, answers[i].number, {0}};
                memcpy(told[count].scan_id, requests[i].scan_id, ASSAY_SCAN_ID_LEN);
                count++;
            }
        }
        if (write(pipe_fd, told, count * sizeof told[0]) < 0) {
            _exit(1);
        }
    }
}

/* Every scan that was told of is in the item's chain with its number. */
static void check_told(struct world *world, const struct told *told)
{
    struct assay_item item;
    uint64_t key = assay_item_key_of(HANDLE, told->index);
    assert_int_equal(assay_store_item(world->session, key, &item), ASSAY_OK);
    assert_true(item.scans >= told->number);
    bool found = false;
    uint32_t last_number = UINT32_MAX;
    for (uint64_t position = item.last_scan; position != 0 && !found;) {
        struct assay_record record;
        assert_int_equal(assay_store_record(world->store, position, &record), ASSAY_OK);
        assert_int_equal(record.type, ASSAY_RECORD_SCAN);
        assert_true(record.scan.number < last_number);
        last_number = record.scan.number;
        found = record.scan.number == told->number;
        if (found) {
            assert_memory_equal(record.scan.scan_id, told->scan_id, ASSAY_SCAN_ID_LEN);
        }
        position = record.scan.previous;
    }
    assert_true(found);
}

/* Read what the child tells for a while, kill it, and read what it told until then. */
static size_t listen_and_kill(pid_t child, int pipe_fd, int64_t life_ms, struct told *told,
                              size_t room)
{
    size_t len_bytes = 0;
    uint64_t end_ns = assay_clock_monotonic_ns() + (uint64_t)life_ms * 1000000;
    bool killed = false;
    for (;;) {
        struct pollfd ready = {.fd = pipe_fd, .events = POLLIN};
        if (!killed && assay_clock_monotonic_ns() >= end_ns) {
            kill(child, SIGKILL);
            killed = true;
        }
        if (poll(&ready, 1, 1) <= 0) {
            continue;
        }
        ssize_t got = read(pipe_fd, (char *)told + len_bytes, room * sizeof *told - len_bytes);
        if (got <= 0) {
            break;
        }
        len_bytes += (size_t)got;
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    return len_bytes / sizeof *told;
}

static void one_round(struct world *world, uint64_t *seed)
{
    static struct told told[1 << 20];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    uint64_t own_seed = world_random(seed); /* or rounds would meet the same devices */
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        child_scans(world, ends[1], own_seed);
    }
    close(ends[1]);
    int64_t life_ms = 20 + (int64_t)(world_random(seed) % 200);
    size_t count = listen_and_kill(child, ends[0], life_ms, told, ASSAY_COUNT_OF(told));
    close(ends[0]);

    world_open(world);
    for (size_t i = 0; i < count; i++) {
        assert_true(told[i].number > highest[told[i].index]); /* never the same number twice */
        highest[told[i].index] = told[i].number;
        check_told(world, &told[i]);
    }
    world_close(world);
    /* Rows, cells and roll-ups are what the ledger adds up to, and so is each scan's risk. */
    const struct assay_check_options options = {.dir = world->dir};
    struct assay_check_report report;
    struct assay_reason reason;
    if (assay_check_run(&options, &report, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    print_message("told %zu, compared %llu\n", count, (unsigned long long)risk_replay(world->dir));
}

static void what_was_told_is_there_after_a_kill(void **state)
{
    (void)state;
    const char *given = getenv("ASSAY_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("ASSAY_SEED=%llu\n", (unsigned long long)seed);
    struct world world;
    world_create(&world, 300, true);
    world.options.checkpoint_interval_ms = 1;
    world_batch(&world, HANDLE, ITEMS, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 1), ASSAY_OK);
    world_close(&world);
    for (int round = 0; round < ROUNDS; round++) {
        one_round(&world, &seed);
    }
    /* What the rounds added up to is what the ledger alone adds up to. */
    struct assay_reason reason;
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    world_open(&world);
    for (uint32_t index = 0; index < ITEMS; index++) {
        struct assay_item item;
        uint64_t key = assay_item_key_of(HANDLE, index);
        assert_int_equal(assay_store_item(world.session, key, &item), ASSAY_OK);
        assert_true(item.scans >= highest[index]);
    }
    world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_told_is_there_after_a_kill)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
