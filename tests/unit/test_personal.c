// SPDX-License-Identifier: Apache-2.0
#include "core/personal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lmdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/key_support.h"

#define NAME "Lei Li of Shenzhen"
#define PHONE "13800138000"

static struct key_support keys;
static struct assay_personal *personal;

static void reopen(void)
{
    struct assay_reason reason;
    assay_personal_close(personal);
    personal = NULL;
    assert_int_equal(assay_personal_open(keys.dir, keys.keyring, &personal, &reason), ASSAY_OK);
}

static void make_reference(uint8_t reference[ASSAY_REFERENCE_LEN], int number)
{
    memset(reference, 0, ASSAY_REFERENCE_LEN);
    snprintf((char *)reference, ASSAY_REFERENCE_LEN, "ref %d", number);
}

static void put(int number, const char *text, uint64_t since)
{
    uint8_t reference[ASSAY_REFERENCE_LEN];
    uint8_t commitment[ASSAY_SHA256_LEN];
    make_reference(reference, number);
    assert_int_equal(assay_personal_put(personal, reference, text, since, commitment), ASSAY_OK);
}

static enum assay_error get(int number, char text[ASSAY_PERSONAL_BYTES_MAX + 1])
{
    uint8_t reference[ASSAY_REFERENCE_LEN];
    make_reference(reference, number);
    return assay_personal_get(personal, reference, text, ASSAY_PERSONAL_BYTES_MAX + 1);
}

static void without_the_service_key_nothing_opens(void **state)
{
    (void)state;
    struct assay_keyring *keyring = NULL;
    struct assay_personal *opened = NULL;
    struct assay_reason reason;
    assert_int_equal(
        assay_keyring_open(keys.keys, "test", 1u << ASSAY_KEY_LABEL, &keyring, &reason), ASSAY_OK);
    assert_int_equal(assay_personal_open(keys.dir, keyring, &opened, &reason), ASSAY_E_NOT_FOUND);
    assert_null(opened);
    assay_keyring_close(keyring);
    assert_int_equal(assay_personal_open("/nowhere/at/all", keys.keyring, &opened, &reason),
                     ASSAY_E_IO);
    assert_non_null(strstr(reason.text, "/nowhere/at/all/personal"));
}

static void too_much_or_twice_is_refused(void **state)
{
    (void)state;
    static char large[ASSAY_PERSONAL_BYTES_MAX + 2];
    uint8_t reference[ASSAY_REFERENCE_LEN];
    uint8_t commitment[ASSAY_SHA256_LEN] = {1};
    make_reference(reference, 10);
    memset(large, 'x', sizeof large - 1);
    assert_int_equal(assay_personal_put(personal, reference, large, 0, commitment),
                     ASSAY_E_TOO_LARGE);
    large[ASSAY_PERSONAL_BYTES_MAX] = '\0';
    assert_int_equal(assay_personal_put(personal, reference, large, 0, commitment), ASSAY_OK);
    uint8_t kept[ASSAY_SHA256_LEN];
    memcpy(kept, commitment, sizeof kept);
    assert_int_equal(assay_personal_put(personal, reference, "other", 0, commitment),
                     ASSAY_E_EXISTS);
    assert_memory_equal(commitment, kept, sizeof kept);
    char text[ASSAY_PERSONAL_BYTES_MAX + 1];
    assert_int_equal(get(10, text), ASSAY_OK);
    assert_string_equal(text, large);
}

static void records_survive_and_missing_ones_are_missing(void **state)
{
    (void)state;
    char text[ASSAY_PERSONAL_BYTES_MAX + 1] = "old";
    assert_int_equal(get(20, text), ASSAY_E_NOT_FOUND);
    put(20, "{\"name\":\"" NAME "\"}", 0);
    reopen();
    assert_int_equal(get(20, text), ASSAY_OK);
    assert_string_equal(text, "{\"name\":\"" NAME "\"}");
    uint8_t reference[ASSAY_REFERENCE_LEN];
    make_reference(reference, 20);
    assert_int_equal(assay_personal_delete(personal, reference), ASSAY_OK);
    assert_int_equal(assay_personal_delete(personal, reference), ASSAY_OK);
    assert_int_equal(get(20, text), ASSAY_E_NOT_FOUND);
}

static void equal_texts_have_different_commitments(void **state)
{
    (void)state;
    uint8_t reference[ASSAY_REFERENCE_LEN];
    uint8_t a[ASSAY_SHA256_LEN];
    uint8_t b[ASSAY_SHA256_LEN];
    make_reference(reference, 30);
    assert_int_equal(assay_personal_put(personal, reference, "same", 0, a), ASSAY_OK);
    make_reference(reference, 31);
    assert_int_equal(assay_personal_put(personal, reference, "same", 0, b), ASSAY_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

struct seen {
    uint64_t since[8];
    int count;
    int stop_at;
};

static bool note(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN], uint64_t since)
{
    struct seen *seen = context;
    if (memcmp(reference, "ref 4", 5) == 0) {
        seen->since[seen->count++] = since;
    }
    return seen->count != seen->stop_at;
}

static bool delete_all(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN], uint64_t since)
{
    (void)since;
    ++*(int *)context;
    return assay_personal_delete(personal, reference) == ASSAY_OK;
}

static void marks_stay_until_settled(void **state)
{
    (void)state;
    put(40, "a", 111);
    put(41, "b", 222);
    put(42, "c", 333);
    uint8_t reference[ASSAY_REFERENCE_LEN];
    make_reference(reference, 41);
    assert_int_equal(assay_personal_settle(personal, reference), ASSAY_OK);
    assert_int_equal(assay_personal_settle(personal, reference), ASSAY_OK);
    reopen();
    struct seen seen = {.stop_at = 8};
    assert_int_equal(assay_personal_each(personal, true, note, &seen), ASSAY_OK);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.since[0], 111);
    assert_int_equal(seen.since[1], 333);
    seen = (struct seen){.stop_at = 8};
    assert_int_equal(assay_personal_each(personal, false, note, &seen), ASSAY_OK);
    assert_int_equal(seen.count, 3);
    seen = (struct seen){.stop_at = 1};
    assert_int_equal(assay_personal_each(personal, false, note, &seen), ASSAY_OK);
    assert_int_equal(seen.count, 1);
    int deleted = 0;
    assert_int_equal(assay_personal_each(personal, true, delete_all, &deleted), ASSAY_OK);
    assert_true(deleted >= 2);
    char text[ASSAY_PERSONAL_BYTES_MAX + 1];
    assert_int_equal(get(40, text), ASSAY_E_NOT_FOUND);
    assert_int_equal(get(41, text), ASSAY_OK);
}

static char *read_whole_file(const char *name, size_t *len)
{
    char path[128];
    snprintf(path, sizeof path, "%s/personal/%s", keys.dir, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *bytes = malloc(8 << 20);
    assert_non_null(bytes);
    *len = fread(bytes, 1, 8 << 20, file);
    assert_true(*len > 0);
    assert_true(*len < 8 << 20);
    fclose(file);
    return bytes;
}

static void neither_name_nor_phone_is_in_the_files(void **state)
{
    (void)state;
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    for (int i = 0; i < 50; i++) {
        put(500 + i, "{\"name\":\"" NAME "\",\"phone\":\"" PHONE "\"}", 0);
    }
    reopen();
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        size_t len = 0;
        char *bytes = read_whole_file(names[i], &len);
        assert_null(memmem(bytes, len, NAME, strlen(NAME)));
        assert_null(memmem(bytes, len, PHONE, strlen(PHONE)));
        assert_null(memmem(bytes, len, "\"name\"", 6));
        /* the search itself works: references are in the clear */
        assert_int_equal(memmem(bytes, len, "ref 549", 7) != NULL, i == 0);
        free(bytes);
    }
}

static void the_folder_is_the_owners_alone(void **state)
{
    (void)state;
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "%s/personal", keys.dir);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/personal/data.mdb", keys.dir);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* Write a row past the module: what a fault or an attacker with the disk might do. */
static void poke(const char *database, MDB_val key, MDB_val value)
{
    char path[128];
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi dbi = 0;
    assay_personal_close(personal);
    personal = NULL;
    snprintf(path, sizeof path, "%s/personal", keys.dir);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 3), 0);
    assert_int_equal(mdb_env_open(env, path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, database, 0, &dbi), 0);
    assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static void damaged_and_newer_records_are_told_apart(void **state)
{
    (void)state;
    uint8_t reference[ASSAY_REFERENCE_LEN];
    uint8_t row[100] = {1};
    char text[ASSAY_PERSONAL_BYTES_MAX + 1] = "old";
    make_reference(reference, 60);
    poke("records", (MDB_val){sizeof reference, reference}, (MDB_val){sizeof row, row});
    reopen();
    assert_int_equal(get(60, text), ASSAY_E_CORRUPT);
    poke("records", (MDB_val){sizeof reference, reference}, (MDB_val){61, row});
    reopen();
    assert_int_equal(get(60, text), ASSAY_E_CORRUPT);
    row[0] = 2;
    poke("records", (MDB_val){sizeof reference, reference}, (MDB_val){sizeof row, row});
    reopen();
    assert_int_equal(get(60, text), ASSAY_E_VERSION);
    assert_string_equal(text, "old");
}

static void a_newer_environment_is_refused(void **state)
{
    (void)state;
    static char name[] = "format";
    uint8_t version = 2;
    struct assay_reason reason;
    poke("meta", (MDB_val){6, name}, (MDB_val){1, &version});
    assert_int_equal(assay_personal_open(keys.dir, keys.keyring, &personal, &reason),
                     ASSAY_E_VERSION);
    assert_null(personal);
    version = 1;
    poke("meta", (MDB_val){6, name}, (MDB_val){1, &version});
    reopen();
}

/* In a process of its own: the file may not grow, so that the commit cannot be written. */
static _Noreturn void put_without_room(const char *dir)
{
    struct assay_personal *opened = NULL;
    struct assay_reason reason;
    struct rlimit limit = {0, 0};
    uint8_t reference[ASSAY_REFERENCE_LEN] = {1};
    uint8_t commitment[ASSAY_SHA256_LEN];
    signal(SIGXFSZ, SIG_IGN);
    if (assay_personal_open(dir, keys.keyring, &opened, &reason) != ASSAY_OK ||
        setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        _exit(1);
    }
    enum assay_error error = assay_personal_put(opened, reference, "text", 0, commitment);
    _exit(error == ASSAY_OK ? 2 : 3);
}

static void a_commit_that_fails_ends_the_process(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        put_without_room(keys.keys);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static int set_up(void **state)
{
    (void)state;
    key_support_init(&keys);
    reopen();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_personal_close(personal);
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_service_key_nothing_opens),
        cmocka_unit_test(too_much_or_twice_is_refused),
        cmocka_unit_test(records_survive_and_missing_ones_are_missing),
        cmocka_unit_test(equal_texts_have_different_commitments),
        cmocka_unit_test(marks_stay_until_settled),
        cmocka_unit_test(neither_name_nor_phone_is_in_the_files),
        cmocka_unit_test(the_folder_is_the_owners_alone),
        cmocka_unit_test(damaged_and_newer_records_are_told_apart),
        cmocka_unit_test(a_newer_environment_is_refused),
        cmocka_unit_test(a_commit_that_fails_ends_the_process),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
