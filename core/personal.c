// SPDX-License-Identifier: Apache-2.0
#include "core/personal.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/limits.h"
#include "core/log.h"
#include "core/seal.h"
#include "core/wire.h"

/* docs/FORMAT.md, section 7. */
enum {
    FORMAT_VERSION = 1,
    RECORD_VERSION = 1,
    SALT_LEN = 32,
    PLAIN_MAX = SALT_LEN + ASSAY_PERSONAL_BYTES_MAX,
    ROW_MAX = 1 + PLAIN_MAX + ASSAY_SEAL_OVERHEAD,
};

struct assay_personal {
    char path[1024];
    MDB_env *env;
    MDB_dbi meta;
    MDB_dbi records;
    MDB_dbi marks;
    uint8_t key[ASSAY_ROOT_KEY_LEN];
};

/* The one map from the library's codes. */
static enum assay_error error_of(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return ASSAY_OK;
    case MDB_NOTFOUND:
        return ASSAY_E_NOT_FOUND;
    case MDB_KEYEXIST:
        return ASSAY_E_EXISTS;
    case MDB_MAP_FULL:
        return ASSAY_E_FULL;
    case MDB_VERSION_MISMATCH:
        return ASSAY_E_VERSION;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return ASSAY_E_CORRUPT;
    case ENOSPC:
        return ASSAY_E_NO_SPACE;
    case ENOMEM:
        return ASSAY_E_MEMORY;
    case EIO:
    case EACCES:
    case EROFS:
        return ASSAY_E_IO;
    default:
        return ASSAY_E_STORE;
    }
}

static void commit_or_die(MDB_txn *txn)
{
    int code = mdb_txn_commit(txn);
    if (code != MDB_SUCCESS) {
        assay_log(ASSAY_LOG_ERROR, "personal_commit_failed", "error=\"%s\"", mdb_strerror(code));
        abort();
    }
}

static void abort_transaction(MDB_txn **txn)
{
    if (*txn != NULL) {
        mdb_txn_abort(*txn);
    }
}

/* -- opening -- */

static enum assay_error make_folder(const char *dir, struct assay_personal *personal,
                                    struct assay_reason *reason)
{
    int len = snprintf(personal->path, sizeof personal->path, "%s/personal", dir);
    if (len < 0 || (size_t)len >= sizeof personal->path) {
        return assay_fail(reason, ASSAY_E_IO, "%s: the path is too long", dir);
    }
    if (mkdir(personal->path, 0700) != 0 && errno != EEXIST) {
        return assay_fail(reason, errno == ENOSPC ? ASSAY_E_NO_SPACE : ASSAY_E_IO, "%s: %s",
                          personal->path, strerror(errno));
    }
    return ASSAY_OK;
}

/* The format's number; written by the first process that opens the environment. */
static int check_format(struct assay_personal *personal, MDB_txn *txn)
{
    static char name[] = "format";
    uint8_t version = FORMAT_VERSION;
    MDB_val key = {sizeof name - 1, name};
    MDB_val value = {1, &version};
    int code = mdb_put(txn, personal->meta, &key, &value, MDB_NOOVERWRITE);
    if (code != MDB_KEYEXIST) {
        return code;
    }
    if (value.mv_size != 1) {
        return MDB_CORRUPTED;
    }
    return *(const uint8_t *)value.mv_data > FORMAT_VERSION ? MDB_VERSION_MISMATCH : MDB_SUCCESS;
}

static int open_databases(struct assay_personal *personal)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    int dead = 0;
    int code = mdb_reader_check(personal->env, &dead);
    if (code == MDB_SUCCESS) {
        code = mdb_txn_begin(personal->env, NULL, 0, &txn);
    }
    const struct {
        const char *name;
        MDB_dbi *dbi;
    } databases[] = {
        {"meta", &personal->meta}, {"records", &personal->records}, {"marks", &personal->marks}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(databases) && code == MDB_SUCCESS; i++) {
        code = mdb_dbi_open(txn, databases[i].name, MDB_CREATE, databases[i].dbi);
    }
    if (code == MDB_SUCCESS) {
        code = check_format(personal, txn);
    }
    if (code == MDB_SUCCESS) {
        commit_or_die(txn);
        txn = NULL;
    }
    return code;
}

static int open_environment(struct assay_personal *personal)
{
    int code = mdb_env_create(&personal->env);
    if (code == MDB_SUCCESS) {
        code = mdb_env_set_maxdbs(personal->env, 3);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_set_mapsize(personal->env, ASSAY_PERSONAL_MAP_BYTES);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_open(personal->env, personal->path, MDB_NOTLS, 0600);
    }
    return code == MDB_SUCCESS ? open_databases(personal) : code;
}

enum assay_error assay_personal_open(const char *dir, const struct assay_keyring *keyring,
                                     struct assay_personal **personal, struct assay_reason *reason)
{
    if (!assay_keyring_has(keyring, ASSAY_KEY_SERVICE)) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "service.key is needed for personal data");
    }
    struct assay_personal *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = make_folder(dir, made, reason);
    if (error == ASSAY_OK) {
        int code = open_environment(made);
        if (code != MDB_SUCCESS) {
            error =
                assay_fail(reason, error_of(code), "%.300s: %s", made->path, mdb_strerror(code));
        }
    }
    if (error != ASSAY_OK) {
        assay_personal_close(made);
        return error;
    }
    assay_keyring_service_key(keyring, ASSAY_PURPOSE_PERSONAL, made->key);
    *personal = made;
    return ASSAY_OK;
}

void assay_personal_close(struct assay_personal *personal)
{
    if (personal == NULL) {
        return;
    }
    if (personal->env != NULL) {
        mdb_env_close(personal->env);
    }
    assay_bytes_wipe(personal, sizeof *personal);
    free(personal);
}

/* -- writing -- */

static MDB_val key_of(const uint8_t reference[ASSAY_REFERENCE_LEN])
{
    /* The library takes keys without const; it does not change them. */
    return (MDB_val){ASSAY_REFERENCE_LEN, (void *)(uintptr_t)reference};
}

/* What a record is bound to: its version and its reference. */
struct bound {
    uint8_t bytes[1 + ASSAY_REFERENCE_LEN];
};

static struct bound bound_of(const uint8_t reference[ASSAY_REFERENCE_LEN])
{
    struct bound bound = {{RECORD_VERSION}};
    memcpy(bound.bytes + 1, reference, ASSAY_REFERENCE_LEN);
    return bound;
}

static enum assay_error seal_record(const struct assay_personal *personal,
                                    const uint8_t reference[ASSAY_REFERENCE_LEN], const char *text,
                                    uint8_t row[ROW_MAX], uint8_t digest[ASSAY_SHA256_LEN])
{
    uint8_t plain[PLAIN_MAX];
    size_t text_len = strlen(text);
    struct bound bound = bound_of(reference);
    assay_bytes_random(plain, SALT_LEN);
    memcpy(plain + SALT_LEN, text, text_len);
    assay_sha256(plain, SALT_LEN + text_len, digest);
    row[0] = RECORD_VERSION;
    enum assay_error error =
        assay_seal(personal->key, (struct assay_span){bound.bytes, sizeof bound.bytes},
                   (struct assay_span){plain, SALT_LEN + text_len}, row + 1);
    assay_bytes_wipe(plain, sizeof plain);
    return error;
}

static bool has_space(const struct assay_personal *personal)
{
    struct statvfs space;
    return statvfs(personal->path, &space) != 0 ||
           (uint64_t)space.f_bavail * space.f_frsize >= ASSAY_DISK_RESERVE_BYTES;
}

static int put_record(struct assay_personal *personal, MDB_val key, MDB_val row, uint64_t since)
{
    uint8_t mark[8];
    struct assay_wire wire = assay_wire_writer(mark, sizeof mark);
    assay_wire_put_u64(&wire, since);
    MDB_val mark_value = {sizeof mark, mark};
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    int code = mdb_txn_begin(personal->env, NULL, 0, &txn);
    if (code == MDB_SUCCESS) {
        code = mdb_put(txn, personal->records, &key, &row, MDB_NOOVERWRITE);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_put(txn, personal->marks, &key, &mark_value, 0);
    }
    if (code == MDB_SUCCESS) {
        commit_or_die(txn);
        txn = NULL;
    }
    return code;
}

enum assay_error assay_personal_put(struct assay_personal *personal,
                                    const uint8_t reference[ASSAY_REFERENCE_LEN], const char *text,
                                    uint64_t since, uint8_t commitment[ASSAY_SHA256_LEN])
{
    size_t text_len = strnlen(text, ASSAY_PERSONAL_BYTES_MAX + 1);
    assay_assert(text_len > 0);
    if (text_len > ASSAY_PERSONAL_BYTES_MAX) {
        return ASSAY_E_TOO_LARGE;
    }
    if (!has_space(personal)) {
        return ASSAY_E_NO_SPACE;
    }
    uint8_t row[ROW_MAX];
    uint8_t digest[ASSAY_SHA256_LEN];
    enum assay_error error = seal_record(personal, reference, text, row, digest);
    if (error != ASSAY_OK) {
        return error;
    }
    MDB_val value = {1 + SALT_LEN + text_len + ASSAY_SEAL_OVERHEAD, row};
    error = error_of(put_record(personal, key_of(reference), value, since));
    if (error == ASSAY_OK) {
        memcpy(commitment, digest, sizeof digest);
    }
    return error;
}

static int remove_rows(struct assay_personal *personal, MDB_val key, bool record)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    int code = mdb_txn_begin(personal->env, NULL, 0, &txn);
    if (code == MDB_SUCCESS) {
        code = mdb_del(txn, personal->marks, &key, NULL);
    }
    if (record && (code == MDB_SUCCESS || code == MDB_NOTFOUND)) {
        int marked = code;
        code = mdb_del(txn, personal->records, &key, NULL);
        code = code == MDB_NOTFOUND ? marked : code;
    }
    if (code == MDB_SUCCESS) {
        commit_or_die(txn);
        txn = NULL;
    }
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

enum assay_error assay_personal_settle(struct assay_personal *personal,
                                       const uint8_t reference[ASSAY_REFERENCE_LEN])
{
    return error_of(remove_rows(personal, key_of(reference), false));
}

enum assay_error assay_personal_delete(struct assay_personal *personal,
                                       const uint8_t reference[ASSAY_REFERENCE_LEN])
{
    return error_of(remove_rows(personal, key_of(reference), true));
}

/* -- reading -- */

static enum assay_error open_record(const struct assay_personal *personal,
                                    const uint8_t reference[ASSAY_REFERENCE_LEN], MDB_val row,
                                    char *text)
{
    const uint8_t *bytes = row.mv_data;
    if (row.mv_size <= 1 + SALT_LEN + ASSAY_SEAL_OVERHEAD || row.mv_size > ROW_MAX) {
        return ASSAY_E_CORRUPT;
    }
    if (bytes[0] != RECORD_VERSION) {
        return bytes[0] > RECORD_VERSION ? ASSAY_E_VERSION : ASSAY_E_CORRUPT;
    }
    uint8_t plain[PLAIN_MAX];
    struct bound bound = bound_of(reference);
    enum assay_error error =
        assay_unseal(personal->key, (struct assay_span){bound.bytes, sizeof bound.bytes},
                     (struct assay_span){bytes + 1, row.mv_size - 1}, plain);
    if (error == ASSAY_OK) {
        size_t text_len = row.mv_size - 1 - ASSAY_SEAL_OVERHEAD - SALT_LEN;
        memcpy(text, plain + SALT_LEN, text_len);
        text[text_len] = '\0';
    }
    assay_bytes_wipe(plain, sizeof plain);
    return error;
}

enum assay_error assay_personal_get(struct assay_personal *personal,
                                    const uint8_t reference[ASSAY_REFERENCE_LEN], char *text,
                                    size_t size_bytes)
{
    assay_assert(size_bytes > ASSAY_PERSONAL_BYTES_MAX);
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    MDB_val key = key_of(reference);
    MDB_val row;
    int code = mdb_txn_begin(personal->env, NULL, MDB_RDONLY, &txn);
    if (code == MDB_SUCCESS) {
        code = mdb_get(txn, personal->records, &key, &row);
    }
    return code == MDB_SUCCESS ? open_record(personal, reference, row, text) : error_of(code);
}

static void close_cursor(MDB_cursor **cursor)
{
    if (*cursor != NULL) {
        mdb_cursor_close(*cursor);
    }
}

enum assay_error assay_personal_each(struct assay_personal *personal, bool marked_only,
                                     bool (*visit)(void *context,
                                                   const uint8_t reference[ASSAY_REFERENCE_LEN],
                                                   uint64_t since),
                                     void *context)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    MDB_cursor *cursor ASSAY_CLEANUP(close_cursor) = NULL;
    int code = mdb_txn_begin(personal->env, NULL, MDB_RDONLY, &txn);
    if (code == MDB_SUCCESS) {
        code = mdb_cursor_open(txn, marked_only ? personal->marks : personal->records, &cursor);
    }
    MDB_val key;
    MDB_val row;
    while (code == MDB_SUCCESS) {
        code = mdb_cursor_get(cursor, &key, &row, MDB_NEXT);
        if (code != MDB_SUCCESS) {
            break;
        }
        struct assay_wire wire = assay_wire_reader(row.mv_data, marked_only ? row.mv_size : 0);
        uint64_t since = marked_only ? assay_wire_get_u64(&wire) : 0;
        if (key.mv_size != ASSAY_REFERENCE_LEN || wire.failed) {
            return ASSAY_E_CORRUPT;
        }
        uint8_t reference[ASSAY_REFERENCE_LEN];
        memcpy(reference, key.mv_data, sizeof reference);
        if (!visit(context, reference, since)) {
            break;
        }
    }
    return code == MDB_NOTFOUND ? ASSAY_OK : error_of(code);
}

/* -- backup -- */

enum assay_error assay_personal_copy(const char *dir, const char *to, struct assay_reason *reason)
{
    char path[sizeof((struct assay_personal *)NULL)->path];
    int len = snprintf(path, sizeof path, "%s/personal", dir);
    if (len < 0 || (size_t)len >= sizeof path) {
        return assay_fail(reason, ASSAY_E_IO, "%s: the path is too long", dir);
    }
    struct stat facts;
    if (stat(path, &facts) != 0 && errno == ENOENT) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: there is none", path);
    }
    MDB_env *env = NULL;
    int code = mdb_env_create(&env);
    if (code == MDB_SUCCESS) {
        code = mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS, 0600);
    }
    if (code == MDB_SUCCESS) {
        code = mdb_env_copy(env, to);
    }
    if (env != NULL) {
        mdb_env_close(env);
    }
    return code == MDB_SUCCESS ? ASSAY_OK
                               : assay_fail(reason, error_of(code), "copy of %s to %s: %s", path,
                                            to, mdb_strerror(code));
}
