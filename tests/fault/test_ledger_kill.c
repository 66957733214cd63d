// SPDX-License-Identifier: Apache-2.0
/* kill -9 in the midst of writing, again and again on the same ledger: everything whose sync had
 * returned is there afterwards, in order, and the ledger goes on. */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/ledger_support.h"

#define ROUNDS 20

static struct support_folder folder;

/* What the child says after each sync: this many records, up to here. */
struct acknowledged {
    uint64_t records;
    uint64_t end;
};

static struct assay_ledger *open_ledger(uint64_t known_synced)
{
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = known_synced;
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    struct assay_reason reason;
    enum assay_error error = assay_ledger_open(&options, &ledger, &tail, &reason);
    if (error != ASSAY_OK) {
        fprintf(stderr, "%s: %s\n", assay_error_name(error), reason.text);
    }
    assay_assert(error == ASSAY_OK);
    return ledger;
}

/* Appends one to three groups, syncs, tells, without end. */
static _Noreturn void write_until_killed(uint64_t random, uint64_t known_synced, int pipe_fd)
{
    struct assay_ledger *ledger = open_ledger(known_synced);
    for (;;) {
        uint64_t groups = 1 + support_random(&random) % 3;
        for (uint64_t i = 0; i < groups; i++) {
            uint64_t count =
                support_random(&random) % 8 == 0 ? 900 : 1 + support_random(&random) % 40;
            support_append(ledger, 1 + assay_ledger_record_count(ledger), (uint32_t)count);
        }
        struct acknowledged told = {assay_ledger_record_count(ledger), assay_ledger_end(ledger)};
        assay_assert(assay_ledger_sync(ledger, told.end) == ASSAY_OK);
        assay_assert(write(pipe_fd, &told, sizeof told) == sizeof told);
    }
}

/* Reads what the child says, kills it after so many lines or microseconds. */
static struct acknowledged watch_and_kill(pid_t child, int pipe_fd, uint64_t lines,
                                          uint64_t wait_us, struct acknowledged last)
{
    struct acknowledged told;
    while (lines-- > 0 && read(pipe_fd, &told, sizeof told) == sizeof told) {
        last = told;
    }
    usleep((useconds_t)wait_us);
    assay_assert(kill(child, SIGKILL) == 0);
    while (read(pipe_fd, &told, sizeof told) == sizeof told) {
        last = told;
    }
    int status;
    assay_assert(waitpid(child, &status, 0) == child);
    assay_assert(WIFSIGNALED(status));
    assay_assert(WTERMSIG(status) == SIGKILL);
    return last;
}

static struct acknowledged round_of(uint64_t *random, struct acknowledged last)
{
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    uint64_t seed = support_random(random);
    /* From where the last round was acknowledged, or from the start. */
    uint64_t known = seed % 2 == 0 ? last.end : 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(pipe_fds[0]);
        write_until_killed(seed, known, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    last = watch_and_kill(child, pipe_fds[0], support_random(random) % 30,
                          support_random(random) % 5000, last);
    close(pipe_fds[0]);
    return last;
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    struct acknowledged last = {0, 0};
    support_folder_make(&folder);
    support_create(&folder);
    for (unsigned round = 0; round < ROUNDS; round++) {
        last = round_of(&random, last);
        assert_true(support_check_scans(folder.ledger, 0, last.end, 1) == last.records);
        struct assay_ledger *ledger = open_ledger(last.end);
        uint64_t records = assay_ledger_record_count(ledger);
        assert_true(records >= last.records);
        assert_int_equal(support_check_scans(folder.ledger, 0, UINT64_MAX, 1), records);
        last = (struct acknowledged){records, assay_ledger_end(ledger)};
        assay_ledger_close(ledger);
    }
    assert_true(last.records > 0);
    printf("%" PRIu64 " records, %" PRIu64 " bytes, %u rounds\n", last.records, last.end, ROUNDS);
    support_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_survives_kill_9),
    };
    return cmocka_run_group_tests_name("ledger_kill", tests, NULL, NULL);
}
