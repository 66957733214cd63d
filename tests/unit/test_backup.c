// SPDX-License-Identifier: Apache-2.0
#include "core/backup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/file.h"
#include "core/outbox.h"
#include "tests/support/world.h"

#define HANDLE 77

static struct world world;
static struct assay_reason reason;
static char made[96];     /* the backup */
static char restored[96]; /* the data directory made of it */

static void scan_some(uint32_t count, int64_t at_unix_ms)
{
    const struct assay_batch_facts *facts = assay_store_batch_facts(world.store, HANDLE);
    for (uint32_t i = 0; i < count; i++) {
        struct assay_scan_request request = world_request(facts, i, 1 + i, at_unix_ms);
        struct assay_scan_answer answer;
        assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    }
}

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 4096, false);
    char path[128];
    snprintf(path, sizeof path, "%s/keys", world.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/keys/label.key", world.dir);
    assert_int_equal(assay_file_write_new(path, "key", 3, &reason), ASSAY_OK);
    snprintf(made, sizeof made, "%s.backup", world.dir);
    snprintf(restored, sizeof restored, "%s.restored", world.dir);
    (void)world_batch(&world, HANDLE, 1000, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, 999), ASSAY_OK);
    scan_some(200, WORLD_EPOCH_MS);
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    scan_some(300, WORLD_EPOCH_MS + 10000000); /* the ledger is ahead of the state */
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_file_remove_tree(made);
    assay_file_remove_tree(restored);
    world_remove(&world);
    return 0;
}

static enum assay_error back_up(bool without_keys)
{
    const struct assay_backup_options options = {
        .dir = world.dir, .to = made, .without_keys = without_keys, .now_unix_ms = WORLD_EPOCH_MS};
    struct assay_backup_report report;
    return assay_backup_make(&options, &report, &reason);
}

static enum assay_error restore(void)
{
    const struct assay_backup_options options = {.dir = restored, .to = made};
    struct assay_backup_report report;
    return assay_backup_restore(&options, &report, &reason);
}

/* Run beside the open store, in a process of its own: LMDB allows an environment once in each. */
static enum assay_error outside(enum assay_error (*step)(bool), bool argument)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        enum assay_error error = step(argument);
        if (error != ASSAY_OK) {
            fprintf(stderr, "%s\n", reason.text);
        }
        _exit((int)error);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum assay_error)WEXITSTATUS(status);
}

static void a_backup_beside_an_open_store_is_whole(void **state)
{
    (void)state;
    assert_int_equal(outside(back_up, false), ASSAY_OK);
    scan_some(100, WORLD_EPOCH_MS + 20000000); /* after the backup: not in it */
    if (restore() != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    const struct assay_check_options options = {.dir = restored};
    struct assay_check_report report;
    if (assay_check_run(&options, &report, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(report.scans, 500);
    struct assay_store_options store_options = world.options;
    struct assay_store *store = NULL;
    struct assay_store_stats stats;
    store_options.dir = restored;
    assert_int_equal(assay_store_open(&store_options, &store, &reason), ASSAY_OK);
    assay_store_stats(store, &stats);
    assert_int_equal(stats.ledger_records, report.records);
    assay_store_close(store);
}

static void names_that_exist_are_refused(void **state)
{
    (void)state;
    world_close(&world);
    assert_int_equal(back_up(false), ASSAY_OK);
    assert_int_equal(back_up(false), ASSAY_E_EXISTS);
    assert_int_equal(restore(), ASSAY_OK);
    assert_int_equal(restore(), ASSAY_E_EXISTS);
    world_open(&world);
}

static void a_backup_without_keys_says_so(void **state)
{
    (void)state;
    world_close(&world);
    char path[160];
    assert_int_equal(back_up(true), ASSAY_OK);
    snprintf(path, sizeof path, "%s/keys/label.key", made);
    assert_int_not_equal(access(path, F_OK), 0);
    const struct assay_backup_options options = {.dir = restored, .to = made};
    struct assay_backup_report report;
    assert_int_equal(assay_backup_restore(&options, &report, &reason), ASSAY_OK);
    assert_false(report.has_keys);
    world_open(&world);
}

/* Replace the first `old` in backup.json. */
static void change_list(const char *old, const char *new)
{
    char path[160];
    char *text = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/backup.json", made);
    assert_int_equal(assay_file_read(path, 1 << 20, &text, &len, &reason), ASSAY_OK);
    char *at = strstr(text, old);
    assert_non_null(at);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    fclose(file);
    free(text);
}

static void restore_is_refused(enum assay_error wanted, const char *words)
{
    enum assay_error error = restore();
    if (error != wanted || strstr(reason.text, words) == NULL) {
        fail_msg("%s: %s", assay_error_name(error), reason.text);
    }
    assert_int_not_equal(access(restored, F_OK), 0);
}

static void changed_files_are_refused(void **state)
{
    (void)state;
    world_close(&world);
    assert_int_equal(back_up(false), ASSAY_OK);
    char path[160];
    snprintf(path, sizeof path, "%s/keys/label.key", made);
    FILE *file = fopen(path, "w");
    fputs("kez", file);
    fclose(file);
    restore_is_refused(ASSAY_E_CORRUPT, "keys/label.key");
    assert_int_equal(unlink(path), 0);
    restore_is_refused(ASSAY_E_NOT_FOUND, "keys/label.key");
    assert_int_equal(symlink("/etc/hostname", path), 0);
    restore_is_refused(ASSAY_E_IO, "keys/label.key");
    world_open(&world);
}

static void lists_from_elsewhere_are_refused(void **state)
{
    (void)state;
    world_close(&world);
    assert_int_equal(back_up(false), ASSAY_OK);
    change_list("\"format\": 2", "\"format\": 3");
    restore_is_refused(ASSAY_E_VERSION, "newer version");
    change_list("\"format\": 3", "\"format\": 2");
    static const char *const names[] = {
        "../label.key", "keys/../label.key", "/etc/hostname", "keys/.hidden",
        "keys/",        "other/label.key",   "keys/a/b",      "backup.json"};
    const char *old = "keys/label.key";
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        change_list(old, names[i]);
        restore_is_refused(ASSAY_E_FIELD, "is no file of a backup");
        old = names[i];
    }
    change_list(old, "keys/label.key");
    change_list("\"files\"", "\"fils\"");
    restore_is_refused(ASSAY_E_FIELD, "fil");
    change_list("\"fils\"", "\"files\"");
    assert_int_equal(restore(), ASSAY_OK);
    world_open(&world);
}

static void a_missing_directory_leaves_nothing(void **state)
{
    (void)state;
    const struct assay_backup_options options = {.dir = "/nonexistent", .to = made};
    struct assay_backup_report report;
    assert_int_equal(assay_backup_make(&options, &report, &reason), ASSAY_E_NOT_FOUND);
    assert_int_not_equal(access(made, F_OK), 0);
    const struct assay_backup_options back = {.dir = restored, .to = "/nonexistent"};
    assert_int_equal(assay_backup_restore(&back, &report, &reason), ASSAY_E_NOT_FOUND);
    assert_int_not_equal(access(restored, F_OK), 0);
}

static void what_is_still_to_be_told_is_backed_up(void **state)
{
    (void)state;
    const struct assay_outbox_message messages[] = {
        {.alert = 4104, .endpoint = 16, .next_unix_ms = 5, .tries = 2, .status = 503},
        {.alert = 4160, .endpoint = 0, .next_unix_ms = 7, .tries = 24, .status = -7, .dead = true},
    };
    struct assay_outbox *outbox = NULL;
    struct assay_outbox_message *found = NULL;
    uint64_t cursor = 0;
    size_t count = 0;
    assert_int_equal(assay_outbox_open(world.dir, 4096, &outbox, &reason), ASSAY_OK);
    assay_outbox_put(outbox, messages, 2, 4160);
    assert_int_equal(outside(back_up, false), ASSAY_OK); /* beside the courier that has it open */
    assay_outbox_remove(outbox, &messages[0]);
    assay_outbox_close(outbox);
    if (restore() != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(assay_outbox_open(restored, 1, &outbox, &reason), ASSAY_OK);
    assert_int_equal(assay_outbox_cursor(outbox, &cursor), ASSAY_OK);
    assert_int_equal(cursor, 4160);
    assert_int_equal(assay_outbox_list(outbox, &found, &count), ASSAY_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(&found[0], &messages[0], sizeof *found);
    assert_memory_equal(&found[1], &messages[1], sizeof *found);
    free(found);
    assay_outbox_close(outbox);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_is_still_to_be_told_is_backed_up),
        CASE(a_backup_beside_an_open_store_is_whole),
        CASE(names_that_exist_are_refused),
        CASE(a_backup_without_keys_says_so),
        CASE(changed_files_are_refused),
        CASE(lists_from_elsewhere_are_refused),
        CASE(a_missing_directory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
