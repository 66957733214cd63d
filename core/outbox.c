// SPDX-License-Identifier: Apache-2.0
#include "core/outbox.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/wire.h"

#define MAP_BYTES (1ull << 30)
#define KEY_LEN 17
#define ROW_LEN 19
#define ROW_VERSION 1
#define FLAG_DEAD 1u
#define FLAG_TEST 2u

struct assay_outbox {
    MDB_env *env;
    MDB_dbi table;
};

/* The one map from the library's codes. */
static enum assay_error error_of(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return ASSAY_OK;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return ASSAY_E_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return ASSAY_E_VERSION;
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

static void must(int code, const char *what)
{
    if (code != MDB_SUCCESS) {
        assay_log(ASSAY_LOG_ERROR, "outbox_failed", "what=%s error=\"%s\"", what,
                  mdb_strerror(code));
        abort();
    }
}

static void abort_transaction(MDB_txn **txn)
{
    if (*txn != NULL) {
        mdb_txn_abort(*txn);
    }
}

/* -- rows: 'C' is the cursor, 'M' alert, endpoint a message; numbers in keys big-endian -- */

static void put_big_endian(uint8_t *data, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        data[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

static uint64_t get_big_endian(const uint8_t *data)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

static void key_of(const struct assay_outbox_message *message, uint8_t key[KEY_LEN])
{
    key[0] = 'M';
    put_big_endian(key + 1, message->alert);
    put_big_endian(key + 9, message->endpoint);
}

static void encode(const struct assay_outbox_message *message, uint8_t row[ROW_LEN])
{
    struct assay_wire wire = assay_wire_writer(row, ROW_LEN);
    assay_wire_put_u8(&wire, ROW_VERSION);
    assay_wire_put_u64(&wire, (uint64_t)message->next_unix_ms);
    assay_wire_put_u32(&wire, message->tries);
    assay_wire_put_u32(&wire, (uint32_t)message->status);
    assay_wire_put_u8(&wire,
                      (uint8_t)((message->dead ? FLAG_DEAD : 0) | (message->test ? FLAG_TEST : 0)));
    assay_wire_put_u8(&wire, 0);
    assay_assert(!wire.failed);
}

static bool decode(const MDB_val *key, const MDB_val *row, struct assay_outbox_message *message)
{
    const uint8_t *name = key->mv_data;
    struct assay_wire wire = assay_wire_reader(row->mv_data, row->mv_size);
    if (key->mv_size != KEY_LEN || row->mv_size != ROW_LEN ||
        assay_wire_get_u8(&wire) != ROW_VERSION) {
        return false;
    }
    *message = (struct assay_outbox_message){.alert = get_big_endian(name + 1),
                                             .endpoint = get_big_endian(name + 9)};
    message->next_unix_ms = (int64_t)assay_wire_get_u64(&wire);
    message->tries = assay_wire_get_u32(&wire);
    message->status = (int32_t)assay_wire_get_u32(&wire);
    uint8_t flags = assay_wire_get_u8(&wire);
    message->dead = (flags & FLAG_DEAD) != 0;
    message->test = (flags & FLAG_TEST) != 0;
    return flags <= (FLAG_DEAD | FLAG_TEST);
}

/* -- opening -- */

static int put_cursor(struct assay_outbox *outbox, MDB_txn *txn, uint64_t position, unsigned flags)
{
    uint8_t row[8];
    char name[] = "C";
    put_big_endian(row, position);
    MDB_val key = {1, name};
    MDB_val value = {sizeof row, row};
    int code = mdb_put(txn, outbox->table, &key, &value, flags);
    return code == MDB_KEYEXIST ? MDB_SUCCESS : code;
}

static int open_environment(struct assay_outbox *outbox, const char *path, uint64_t position)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    int code = mdb_env_create(&outbox->env);
    code = code != MDB_SUCCESS ? code : mdb_env_set_mapsize(outbox->env, MAP_BYTES);
    code = code != MDB_SUCCESS ? code : mdb_env_open(outbox->env, path, MDB_NOTLS, 0600);
    code = code != MDB_SUCCESS ? code : mdb_txn_begin(outbox->env, NULL, 0, &txn);
    code = code != MDB_SUCCESS ? code : mdb_dbi_open(txn, NULL, 0, &outbox->table);
    code = code != MDB_SUCCESS ? code : put_cursor(outbox, txn, position, MDB_NOOVERWRITE);
    if (code == MDB_SUCCESS) {
        must(mdb_txn_commit(txn), "commit");
        txn = NULL;
    }
    return code;
}

enum assay_error assay_outbox_open(const char *dir, uint64_t position, struct assay_outbox **outbox,
                                   struct assay_reason *reason)
{
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/outbox", dir);
    if (len < 0 || (size_t)len >= sizeof path || (mkdir(path, 0700) != 0 && errno != EEXIST)) {
        return assay_fail(reason, ASSAY_E_IO, "%s/outbox: %s", dir, strerror(errno));
    }
    struct assay_outbox *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    int code = open_environment(self, path, position);
    if (code != MDB_SUCCESS) {
        assay_outbox_close(self);
        return assay_fail(reason, error_of(code), "%s: %s", path, mdb_strerror(code));
    }
    *outbox = self;
    return ASSAY_OK;
}

void assay_outbox_close(struct assay_outbox *outbox)
{
    if (outbox != NULL && outbox->env != NULL) {
        mdb_env_close(outbox->env);
    }
    free(outbox);
}

/* -- backup -- */

static int copy_environment(const char *path, const char *to)
{
    MDB_env *env = NULL;
    int code = mdb_env_create(&env);
    code = code != MDB_SUCCESS ? code : mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS, 0600);
    code = code != MDB_SUCCESS ? code : mdb_env_copy(env, to);
    if (env != NULL) {
        mdb_env_close(env);
    }
    return code;
}

enum assay_error assay_outbox_copy(const char *dir, const char *to, struct assay_reason *reason)
{
    char path[1024];
    struct stat facts;
    int len = snprintf(path, sizeof path, "%s/outbox/data.mdb", dir);
    if (len < 0 || (size_t)len >= sizeof path) {
        return assay_fail(reason, ASSAY_E_IO, "%s: the path is too long", dir);
    }
    if (stat(path, &facts) != 0 && errno == ENOENT) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: there is none", path);
    }
    path[len - (int)strlen("/data.mdb")] = '\0';
    int code = copy_environment(path, to);
    return code == MDB_SUCCESS ? ASSAY_OK
                               : assay_fail(reason, error_of(code), "copy of %s to %s: %s", path,
                                            to, mdb_strerror(code));
}

/* -- reading -- */

enum assay_error assay_outbox_cursor(struct assay_outbox *outbox, uint64_t *position)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    char name[] = "C";
    MDB_val key = {1, name};
    MDB_val value;
    int code = mdb_txn_begin(outbox->env, NULL, MDB_RDONLY, &txn);
    code = code != MDB_SUCCESS ? code : mdb_get(txn, outbox->table, &key, &value);
    if (code != MDB_SUCCESS || value.mv_size != 8) {
        return code != MDB_SUCCESS ? error_of(code) : ASSAY_E_CORRUPT;
    }
    *position = get_big_endian(value.mv_data);
    return ASSAY_OK;
}

static enum assay_error read_all(struct assay_outbox *outbox, MDB_txn *txn,
                                 struct assay_outbox_message *messages, size_t *count)
{
    char name[] = "M";
    MDB_val key = {1, name};
    MDB_val value;
    MDB_cursor *cursor = NULL;
    int code = mdb_cursor_open(txn, outbox->table, &cursor);
    if (code != MDB_SUCCESS) {
        return error_of(code);
    }
    enum assay_error error = ASSAY_OK;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == MDB_SUCCESS && *count < ASSAY_OUTBOX_MESSAGES_MAX && error == ASSAY_OK) {
        error = decode(&key, &value, &messages[*count]) ? ASSAY_OK : ASSAY_E_CORRUPT;
        *count += error == ASSAY_OK;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return error != ASSAY_OK || code == MDB_SUCCESS || code == MDB_NOTFOUND ? error
                                                                            : error_of(code);
}

enum assay_error assay_outbox_list(struct assay_outbox *outbox,
                                   struct assay_outbox_message **messages, size_t *count)
{
    MDB_txn *txn ASSAY_CLEANUP(abort_transaction) = NULL;
    MDB_stat stat;
    size_t found = 0;
    int code = mdb_txn_begin(outbox->env, NULL, MDB_RDONLY, &txn);
    code = code != MDB_SUCCESS ? code : mdb_stat(txn, outbox->table, &stat);
    if (code != MDB_SUCCESS) {
        return error_of(code);
    }
    struct assay_outbox_message *list = calloc(stat.ms_entries + 1, sizeof *list);
    if (list == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = read_all(outbox, txn, list, &found);
    if (error != ASSAY_OK) {
        free(list);
        return error;
    }
    *messages = list;
    *count = found;
    return ASSAY_OK;
}

/* -- writing -- */

void assay_outbox_put(struct assay_outbox *outbox, const struct assay_outbox_message *messages,
                      size_t count, uint64_t cursor)
{
    MDB_txn *txn = NULL;
    must(mdb_txn_begin(outbox->env, NULL, 0, &txn), "begin");
    for (size_t i = 0; i < count; i++) {
        uint8_t key[KEY_LEN];
        uint8_t row[ROW_LEN];
        key_of(&messages[i], key);
        encode(&messages[i], row);
        MDB_val name = {sizeof key, key};
        MDB_val value = {sizeof row, row};
        must(mdb_put(txn, outbox->table, &name, &value, 0), "put");
    }
    if (cursor != 0) {
        must(put_cursor(outbox, txn, cursor, 0), "cursor");
    }
    must(mdb_txn_commit(txn), "commit");
}

void assay_outbox_remove(struct assay_outbox *outbox, const struct assay_outbox_message *message)
{
    MDB_txn *txn = NULL;
    uint8_t key[KEY_LEN];
    key_of(message, key);
    MDB_val name = {sizeof key, key};
    must(mdb_txn_begin(outbox->env, NULL, 0, &txn), "begin");
    int code = mdb_del(txn, outbox->table, &name, NULL);
    must(code == MDB_NOTFOUND ? MDB_SUCCESS : code, "delete");
    must(mdb_txn_commit(txn), "commit");
}
