// SPDX-License-Identifier: Apache-2.0
/* Calls that fail below the ledger: no space is a refusal, anything else ends it for good. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

#include "tests/support/ledger_support.h"

#define BIG 1000u /* scans; ten such groups fill a segment */

static struct support_folder folder;
static struct assay_reason reason;
static struct assay_ledger_tail tail;

/* What the faulty calls do; the preparing thread makes them too. */
static struct {
    atomic_int prepare_errno; /* for writes to a segment that is being prepared */
    atomic_int prepare_sync_errno;
    atomic_int write_errno; /* for all others */
    atomic_int sync_errno;
    atomic_int sync_delay_us;
    atomic_int write_at_most; /* bytes; 0 = all */
    atomic_int interrupts;    /* calls that end with EINTR first */
    atomic_int writes;
    atomic_int syncs;
} fault;

static bool is_prepared_file(int fd)
{
    char link[64];
    char path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path);
    return len > 4 && memcmp(path + len - 4, ".tmp", 4) == 0;
}

static ssize_t faulty_pwrite(int fd, const void *data, size_t len_bytes, int64_t offset)
{
    int error = is_prepared_file(fd) ? fault.prepare_errno : fault.write_errno;
    fault.writes++;
    if (error != 0 || atomic_fetch_sub(&fault.interrupts, 1) > 0) {
        errno = error != 0 ? error : EINTR;
        return -1;
    }
    size_t most = (size_t)fault.write_at_most;
    return pwrite(fd, data, most != 0 && most < len_bytes ? most : len_bytes, offset);
}

static int faulty_fdatasync(int fd)
{
    bool prepared = is_prepared_file(fd);
    if (!prepared) {
        fault.syncs++;
        usleep((useconds_t)fault.sync_delay_us);
    }
    int error = prepared ? fault.prepare_sync_errno : fault.sync_errno;
    if (error != 0) {
        errno = error;
        return -1;
    }
    return fdatasync(fd);
}

static struct assay_ledger_options faulty_options(void)
{
    struct assay_ledger_options options = support_options(&folder);
    options.io = (struct assay_ledger_io){faulty_pwrite, faulty_fdatasync};
    return options;
}

static enum assay_error try_open(struct assay_ledger **ledger)
{
    struct assay_ledger_options options = faulty_options();
    *ledger = NULL;
    return assay_ledger_open(&options, ledger, &tail, &reason);
}

static struct assay_ledger *open_ledger(void)
{
    struct assay_ledger *ledger;
    assert_int_equal(try_open(&ledger), ASSAY_OK);
    return ledger;
}

static int set_up(void **state)
{
    (void)state;
    memset(&fault, 0, sizeof fault);
    support_folder_make(&folder);
    support_create(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(&folder);
    return 0;
}

static enum assay_error try_append(struct assay_ledger *ledger, uint64_t number, uint32_t count)
{
    static uint8_t data[BIG * ASSAY_SCAN_RECORD_LEN];
    for (uint32_t i = 0; i < count; i++) {
        support_scan(number + i, data + i * ASSAY_SCAN_RECORD_LEN);
    }
    uint64_t first = 77;
    enum assay_error error =
        assay_ledger_append(ledger, data, (size_t)count * ASSAY_SCAN_RECORD_LEN, count, &first);
    assert_true(error == ASSAY_OK || first == 77);
    return error;
}

static void expect_dead(struct assay_ledger *ledger)
{
    uint64_t first;
    assert_int_equal(try_append(ledger, 1, 1), ASSAY_E_IO);
    assert_int_equal(assay_ledger_next(ledger, 96, &first), ASSAY_E_IO);
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_E_IO);
    assert_int_equal(assay_ledger_sync(ledger, 0), ASSAY_E_IO);
}

static void a_failed_write_ends_it_for_good(void **state)
{
    (void)state;
    static const int errors[] = {EIO, ENOSPC, EDQUOT, EBADF};
    uint64_t kept = 0;
    for (size_t i = 0; i < ASSAY_COUNT_OF(errors); i++) {
        struct assay_ledger *ledger = open_ledger();
        assert_int_equal(try_append(ledger, 1 + i, 1), ASSAY_OK);
        kept = assay_ledger_end(ledger);
        assert_int_equal(assay_ledger_sync(ledger, kept), ASSAY_OK);
        fault.write_errno = errors[i];
        assert_int_equal(try_append(ledger, 99, 1), ASSAY_E_IO);
        fault.write_errno = 0;
        assert_int_equal(assay_ledger_end(ledger), kept);
        expect_dead(ledger);
        assay_ledger_close(ledger);
    }
    struct assay_ledger *ledger = open_ledger();
    assert_int_equal(tail.end, kept);
    assay_ledger_close(ledger);
    assert_int_equal(support_check_scans(folder.ledger, 0, kept, 1), ASSAY_COUNT_OF(errors));
}

static void short_and_interrupted_writes_are_finished(void **state)
{
    (void)state;
    fault.write_at_most = 0;
    struct assay_ledger *ledger = open_ledger();
    fault.write_at_most = 7;
    fault.interrupts = 3;
    assert_int_equal(try_append(ledger, 1, 5), ASSAY_OK);
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_OK);
    fault.write_at_most = 0;
    assay_ledger_close(ledger);
    assert_int_equal(support_check_scans(folder.ledger, 0, UINT64_MAX, 1), 5);
}

static void *sync_to_end(void *context)
{
    struct assay_ledger *ledger = context;
    enum assay_error error = assay_ledger_sync(ledger, assay_ledger_end(ledger));
    return error == ASSAY_E_IO ? ledger : NULL;
}

static void a_failed_sync_is_everybodys(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger();
    assert_int_equal(try_append(ledger, 1, 1), ASSAY_OK);
    uint64_t kept = assay_ledger_end(ledger);
    assert_int_equal(assay_ledger_sync(ledger, kept), ASSAY_OK);
    assert_int_equal(try_append(ledger, 2, 1), ASSAY_OK);
    fault.sync_errno = EIO;
    fault.sync_delay_us = 20000;
    fault.syncs = 0;
    pthread_t threads[4];
    for (size_t i = 0; i < ASSAY_COUNT_OF(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, sync_to_end, ledger), 0);
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(threads); i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_ptr_equal(failed, ledger);
    }
    assert_int_equal(fault.syncs, 1); /* never tried again: a second success would lie */
    assert_int_equal(assay_ledger_synced(ledger), kept);
    fault.sync_errno = 0;
    expect_dead(ledger);
    assert_int_equal(fault.syncs, 1);
    assay_ledger_close(ledger);
}

/* After a failed sync the page cache may show a group that the disk does not hold. */
static void what_was_not_synced_is_written_again_at_open(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger();
    assert_int_equal(try_append(ledger, 1, 1), ASSAY_OK);
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_OK);
    assert_int_equal(try_append(ledger, 2, 1), ASSAY_OK);
    fault.sync_errno = EIO;
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_E_IO);
    assay_ledger_close(ledger);
    assert_int_equal(try_open(&ledger), ASSAY_E_IO);
    fault.sync_errno = 0;
    fault.write_errno = EIO;
    assert_int_equal(try_open(&ledger), ASSAY_E_IO);
    fault.write_errno = 0;
    fault.writes = 0;
    fault.syncs = 0;
    fault.prepare_errno = ENOSPC;
    ledger = open_ledger();
    assert_true(fault.writes >= 1);
    assert_int_equal(fault.syncs, 1);
    assert_int_equal(assay_ledger_record_count(ledger), 2);
    assert_int_equal(assay_ledger_synced(ledger), assay_ledger_end(ledger));
    assay_ledger_close(ledger);
}

/* Big groups until the next one needs a new segment. returns how many. */
static uint64_t fill_segment(struct assay_ledger *ledger)
{
    uint64_t groups = 0;
    for (; groups < 10; groups++) {
        assert_int_equal(try_append(ledger, 1 + groups * BIG, BIG), ASSAY_OK);
    }
    return groups;
}

static void a_full_disk_refuses_and_writes_nothing(void **state)
{
    (void)state;
    static const struct {
        int write_errno;
        int sync_errno;
    } rows[] = {{ENOSPC, 0}, {EDQUOT, 0}, {0, ENOSPC}};
    fault.prepare_errno = ENOSPC;
    struct assay_ledger *ledger = open_ledger();
    uint64_t number = 1 + fill_segment(ledger) * BIG;
    uint64_t end = assay_ledger_end(ledger);
    uint64_t first;
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        fault.prepare_errno = rows[i].write_errno;
        fault.prepare_sync_errno = rows[i].sync_errno;
        assert_int_equal(assay_ledger_next(ledger, BIG * 96, &first), ASSAY_E_NO_SPACE);
        assert_int_equal(try_append(ledger, 99, BIG), ASSAY_E_NO_SPACE);
        assert_int_equal(assay_ledger_end(ledger), end);
        assert_int_equal(support_count_files(folder.ledger, "0", ".tmp"), 0);
        assert_int_equal(support_count_files(folder.ledger, "0", ".seg"), 1);
    }
    /* What fits the old segment is still taken: its space is there. */
    assert_int_equal(try_append(ledger, number, 1), ASSAY_OK);
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_OK);
    fault.prepare_errno = 0;
    fault.prepare_sync_errno = 0;
    assert_int_equal(try_append(ledger, number + 1, BIG), ASSAY_OK);
    assay_ledger_close(ledger);
    assert_int_equal(support_check_scans(folder.ledger, 0, UINT64_MAX, 1), number + BIG);
}

static void a_disk_that_fails_while_preparing_ends_it(void **state)
{
    (void)state;
    fault.prepare_sync_errno = EIO;
    struct assay_ledger *ledger = open_ledger();
    fill_segment(ledger);
    assert_int_equal(try_append(ledger, 99, BIG), ASSAY_E_IO);
    fault.prepare_sync_errno = 0;
    expect_dead(ledger);
    assay_ledger_close(ledger);
}

/* The first group of a new segment never stands before the old one is on disk. */
static void a_segment_that_cannot_be_synced_is_not_left(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger();
    fill_segment(ledger);
    fault.sync_errno = EIO;
    assert_int_equal(try_append(ledger, 99, BIG), ASSAY_E_IO);
    fault.sync_errno = 0;
    expect_dead(ledger);
    assay_ledger_close(ledger);
    char path[256];
    uint8_t head[64];
    uint8_t zeros[64] = {0};
    support_segment_path(&folder, 1, path);
    support_peek(path, 4096, head, sizeof head);
    assert_memory_equal(head, zeros, sizeof head);
}

static void a_tail_that_cannot_be_mended_stays_as_it_is(void **state)
{
    (void)state;
    struct assay_ledger *ledger = open_ledger();
    assert_int_equal(try_append(ledger, 1, 1), ASSAY_OK);
    uint64_t kept = assay_ledger_end(ledger);
    assert_int_equal(try_append(ledger, 2, 1), ASSAY_OK);
    assay_ledger_close(ledger);
    char path[256];
    support_segment_path(&folder, 0, path);
    support_flip(path, kept + 100, 1);
    fault.write_errno = EIO;
    assert_int_equal(try_open(&ledger), ASSAY_E_IO);
    fault.write_errno = ENOSPC;
    assert_int_equal(try_open(&ledger), ASSAY_E_NO_SPACE);
    fault.write_errno = 0;
    fault.sync_errno = EIO;
    assert_int_equal(try_open(&ledger), ASSAY_E_IO);
    fault.sync_errno = 0;
    ledger = open_ledger();
    assert_int_equal(tail.end, kept);
    assay_ledger_close(ledger);
    assert_true(support_count_files(folder.ledger, "torn-4288-", ".bin") >= 1);
    assert_int_equal(support_check_scans(folder.ledger, 0, UINT64_MAX, 1), 1);
}

static void a_ledger_that_cannot_be_created_leaves_nothing(void **state)
{
    (void)state;
    support_remove_tree(folder.ledger);
    struct assay_ledger_options options = faulty_options();
    const uint8_t id[16] = "support-ledger-1";
    fault.prepare_errno = ENOSPC;
    assert_int_equal(assay_ledger_create(&options, id, &reason), ASSAY_E_NO_SPACE);
    fault.prepare_errno = EIO;
    assert_int_equal(assay_ledger_create(&options, id, &reason), ASSAY_E_IO);
    fault.prepare_errno = 0;
    fault.prepare_sync_errno = EIO;
    assert_int_equal(assay_ledger_create(&options, id, &reason), ASSAY_E_IO);
    fault.prepare_sync_errno = 0;
    assert_int_equal(support_count_files(folder.ledger, "0", ""), 0);
    assert_int_equal(assay_ledger_create(&options, id, &reason), ASSAY_OK);
    struct assay_ledger *ledger = open_ledger();
    assay_ledger_close(ledger);
}

#define IO_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IO_TEST(a_failed_write_ends_it_for_good),
        IO_TEST(short_and_interrupted_writes_are_finished),
        IO_TEST(a_failed_sync_is_everybodys),
        IO_TEST(what_was_not_synced_is_written_again_at_open),
        IO_TEST(a_full_disk_refuses_and_writes_nothing),
        IO_TEST(a_disk_that_fails_while_preparing_ends_it),
        IO_TEST(a_segment_that_cannot_be_synced_is_not_left),
        IO_TEST(a_tail_that_cannot_be_mended_stays_as_it_is),
        IO_TEST(a_ledger_that_cannot_be_created_leaves_nothing),
    };
    return cmocka_run_group_tests_name("ledger_io", tests, NULL, NULL);
}
