// SPDX-License-Identifier: Apache-2.0
#include "core/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/limits.h"
#include "core/log.h"
#include "core/state_private.h"

/* The one place where LMDB's errors become ours. */
enum assay_error assay_state_error(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ASSAY_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return ASSAY_E_NOT_FOUND;
    case MDB_VERSION_MISMATCH:
        return ASSAY_E_VERSION;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return ASSAY_E_CORRUPT;
    case ENOMEM:
        return ASSAY_E_MEMORY;
    default:
        return ASSAY_E_STORE;
    }
}

static enum assay_error fail_lmdb(struct assay_reason *reason, int rc, const char *dir)
{
    return assay_fail(reason, assay_state_error(rc), "state %s: %s", dir, mdb_strerror(rc));
}

/* A failed write leaves nothing to trust: a later success would lie. */
void assay_state_must(int rc, const char *what)
{
    if (rc != MDB_SUCCESS) {
        assay_log(ASSAY_LOG_ERROR, "state_write_failed", "what=%s error=\"%s\"", what,
                  mdb_strerror(rc));
        abort();
    }
}

static int open_tables(struct assay_state *state, bool read_only)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(state->env, NULL, read_only ? MDB_RDONLY : 0, &txn);
    if (rc != MDB_SUCCESS) {
        return rc;
    }
    unsigned create = read_only ? 0 : MDB_CREATE;
    rc = mdb_dbi_open(txn, "items", create | MDB_INTEGERKEY, &state->items);
    if (rc == MDB_SUCCESS) {
        rc = mdb_dbi_open(txn, "catalog", create, &state->catalog);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_dbi_open(txn, "meta", create, &state->meta);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_dbi_open(txn, "cartons", create, &state->cartons);
        state->has_cartons = rc == MDB_SUCCESS;
        /* A state that no program since cartons has opened for writing holds none. */
        rc = rc == MDB_NOTFOUND && read_only ? MDB_SUCCESS : rc;
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_dbi_open(txn, "rollup", create, &state->rollup);
        state->has_rollup = rc == MDB_SUCCESS;
        rc = rc == MDB_NOTFOUND && read_only ? MDB_SUCCESS : rc;
    }
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static int open_mapped(struct assay_state *state, const char *dir, unsigned flags,
                       uint64_t map_bytes)
{
    int rc = mdb_env_create(&state->env);
    if (rc != MDB_SUCCESS) {
        return rc;
    }
    /* Two readers a loop and some for tools; 40 bytes each. */
    (void)mdb_env_set_maxreaders(state->env, 2 * ASSAY_LOOPS_MAX + 64);
    (void)mdb_env_set_maxdbs(state->env, 8);
    rc = mdb_env_set_mapsize(state->env, map_bytes);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_open(state->env, dir, flags, 0600);
    }
    if (rc != MDB_SUCCESS) {
        mdb_env_close(state->env);
        state->env = NULL;
    }
    return rc;
}

static int open_environment(struct assay_state *state, const char *dir, bool read_only)
{
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (read_only ? MDB_RDONLY : 0);
    uint64_t map_bytes = ASSAY_STATE_MAP_BYTES;
    int rc = open_mapped(state, dir, flags, map_bytes);
    /* Address space can be bounded too, by ulimit -v or a sanitizer; valgrind says EINVAL. */
    while ((rc == ENOMEM || rc == EINVAL) && map_bytes > ASSAY_STATE_MAP_BYTES_MIN) {
        map_bytes /= 4;
        rc = open_mapped(state, dir, flags, map_bytes);
    }
    return rc != MDB_SUCCESS ? rc : open_tables(state, read_only);
}

static enum assay_error get_meta(struct assay_state_reader *reader, const char *name, void *value,
                                 size_t len_bytes)
{
    char copy[16];
    snprintf(copy, sizeof copy, "%s", name);
    MDB_val key = {.mv_size = strlen(copy), .mv_data = copy};
    MDB_val data;
    int rc = mdb_get(reader->txn, reader->state->meta, &key, &data);
    if (rc == MDB_NOTFOUND) {
        memset(value, 0, len_bytes);
        return ASSAY_OK;
    }
    if (rc != MDB_SUCCESS) {
        return assay_state_error(rc);
    }
    if (data.mv_size != len_bytes) {
        return ASSAY_E_CORRUPT;
    }
    memcpy(value, data.mv_data, len_bytes);
    return ASSAY_OK;
}

static enum assay_error check_format(struct assay_state *state, const char *dir,
                                     struct assay_reason *reason)
{
    struct assay_state_reader *reader = NULL;
    enum assay_error error = assay_state_reader_open(state, &reader);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "state %s: no reader slot", dir);
    }
    uint32_t format = 0;
    error = assay_state_begin(reader);
    if (error == ASSAY_OK) {
        error = get_meta(reader, "format", &format, sizeof format);
        assay_state_end(reader);
    }
    assay_state_reader_close(reader);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "state %s: its format cannot be read", dir);
    }
    if (format > ASSAY_STATE_FORMAT) {
        return assay_fail(reason, ASSAY_E_VERSION,
                          "state %s has format %u, this program reads up to %u: use the newer "
                          "program, or rebuild the state",
                          dir, format, ASSAY_STATE_FORMAT);
    }
    if (format != 0 && format < ASSAY_STATE_FORMAT) {
        return assay_fail(reason, ASSAY_E_VERSION,
                          "state %s has format %u of an older program: make it anew from the "
                          "ledger with assay-batch rebuild",
                          dir, format);
    }
    return ASSAY_OK;
}

enum assay_error assay_state_open(const char *dir, bool read_only, struct assay_state **state,
                                  struct assay_reason *reason)
{
    if (!read_only && mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return assay_fail(reason, ASSAY_E_IO, "state %s: %s", dir, strerror(errno));
    }
    struct assay_state *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    int rc = open_environment(opened, dir, read_only);
    enum assay_error error =
        rc == MDB_SUCCESS ? check_format(opened, dir, reason) : fail_lmdb(reason, rc, dir);
    if (error != ASSAY_OK) {
        assay_state_close(opened);
        return error;
    }
    *state = opened;
    return ASSAY_OK;
}

void assay_state_close(struct assay_state *state)
{
    if (state == NULL) {
        return;
    }
    if (state->env != NULL) {
        mdb_env_close(state->env);
    }
    free(state);
}

void assay_state_reader_check(struct assay_state *state)
{
    int dead = 0;
    if (mdb_reader_check(state->env, &dead) == MDB_SUCCESS && dead > 0) {
        assay_log(ASSAY_LOG_WARNING, "state_stale_readers", "released=%d", dead);
    }
}

enum assay_error assay_state_reader_open(struct assay_state *state,
                                         struct assay_state_reader **reader)
{
    struct assay_state_reader *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return ASSAY_E_MEMORY;
    }
    opened->state = state;
    int rc = mdb_txn_begin(state->env, NULL, MDB_RDONLY, &opened->txn);
    if (rc != MDB_SUCCESS) {
        free(opened);
        return assay_state_error(rc);
    }
    mdb_txn_reset(opened->txn);
    *reader = opened;
    return ASSAY_OK;
}

void assay_state_reader_close(struct assay_state_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    mdb_txn_abort(reader->txn);
    free(reader);
}

enum assay_error assay_state_begin(struct assay_state_reader *reader)
{
    return assay_state_error(mdb_txn_renew(reader->txn));
}

void assay_state_end(struct assay_state_reader *reader)
{
    mdb_txn_reset(reader->txn);
}

enum assay_error assay_state_item(struct assay_state_reader *reader, uint64_t key,
                                  struct assay_item *item)
{
    MDB_val name = {.mv_size = sizeof key, .mv_data = &key};
    MDB_val row;
    int rc = mdb_get(reader->txn, reader->state->items, &name, &row);
    if (rc == MDB_NOTFOUND) {
        *item = (struct assay_item){0};
        return ASSAY_OK;
    }
    return rc != MDB_SUCCESS ? assay_state_error(rc)
                             : assay_item_decode(row.mv_data, row.mv_size, item);
}

enum assay_error assay_state_position(struct assay_state_reader *reader, uint64_t *position)
{
    return get_meta(reader, "position", position, sizeof *position);
}

enum assay_error assay_state_ledger_id(struct assay_state_reader *reader, uint8_t ledger_id[16])
{
    return get_meta(reader, "ledger", ledger_id, 16);
}

/* Walks one table; the callers differ in what they make of key and value. */
static enum assay_error each_row(struct assay_state_reader *reader, MDB_dbi table,
                                 enum assay_error (*take)(void *context, const MDB_val *key,
                                                          const MDB_val *value),
                                 void *context)
{
    MDB_cursor *cursor = NULL;
    int rc = mdb_cursor_open(reader->txn, table, &cursor);
    if (rc != MDB_SUCCESS) {
        return assay_state_error(rc);
    }
    MDB_val key;
    MDB_val value;
    enum assay_error error = ASSAY_OK;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (rc == MDB_SUCCESS && error == ASSAY_OK) {
        error = take(context, &key, &value);
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (error != ASSAY_OK) {
        return error;
    }
    return rc == MDB_NOTFOUND ? ASSAY_OK : assay_state_error(rc);
}

struct catalog_walk {
    enum assay_error (*visit)(void *context, struct assay_span key, struct assay_span value);
    void *context;
};

static enum assay_error take_catalog(void *context, const MDB_val *key, const MDB_val *value)
{
    struct catalog_walk *walk = context;
    return walk->visit(walk->context, (struct assay_span){key->mv_data, key->mv_size},
                       (struct assay_span){value->mv_data, value->mv_size});
}

enum assay_error assay_state_each_catalog(struct assay_state_reader *reader,
                                          enum assay_error (*visit)(void *context,
                                                                    struct assay_span key,
                                                                    struct assay_span value),
                                          void *context)
{
    struct catalog_walk walk = {visit, context};
    return each_row(reader, reader->state->catalog, take_catalog, &walk);
}

struct item_walk {
    enum assay_error (*visit)(void *context, uint64_t key, const struct assay_item *item);
    void *context;
};

static enum assay_error take_item(void *context, const MDB_val *key, const MDB_val *value)
{
    struct item_walk *walk = context;
    struct assay_item item;
    uint64_t number = 0;
    if (key->mv_size != sizeof number) {
        return ASSAY_E_CORRUPT;
    }
    memcpy(&number, key->mv_data, sizeof number);
    enum assay_error error = assay_item_decode(value->mv_data, value->mv_size, &item);
    return error != ASSAY_OK ? error : walk->visit(walk->context, number, &item);
}

enum assay_error assay_state_each_item(struct assay_state_reader *reader,
                                       enum assay_error (*visit)(void *context, uint64_t key,
                                                                 const struct assay_item *item),
                                       void *context)
{
    struct item_walk walk = {visit, context};
    return each_row(reader, reader->state->items, take_item, &walk);
}

enum assay_error assay_state_size(struct assay_state_reader *reader, struct assay_state_size *size)
{
    MDB_stat stat;
    MDB_envinfo info;
    int rc = mdb_stat(reader->txn, reader->state->items, &stat);
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_info(reader->state->env, &info);
    }
    if (rc != MDB_SUCCESS) {
        return assay_state_error(rc);
    }
    uint64_t pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    *size = (struct assay_state_size){
        .items = stat.ms_entries,
        .tree_bytes = pages * stat.ms_psize,
        .file_bytes = (info.me_last_pgno + 1) * stat.ms_psize,
    };
    return ASSAY_OK;
}

struct assay_state_writer *assay_state_write_begin(struct assay_state *state)
{
    struct assay_state_writer *writer = calloc(1, sizeof *writer);
    assay_state_must(writer == NULL ? ENOMEM : MDB_SUCCESS, "memory");
    writer->state = state;
    assay_state_must(mdb_txn_begin(state->env, NULL, 0, &writer->txn), "begin");
    assay_state_must(mdb_cursor_open(writer->txn, state->items, &writer->items), "cursor");
    return writer;
}

void assay_state_put_item(struct assay_state_writer *writer, uint64_t key,
                          const struct assay_item *item)
{
    uint8_t row[ASSAY_ITEM_ROW_MAX];
    MDB_val name = {.mv_size = sizeof key, .mv_data = &key};
    MDB_val value = {.mv_size = assay_item_encode(item, row), .mv_data = row};
    assay_state_must(mdb_cursor_put(writer->items, &name, &value, 0), "item");
}

void assay_state_put_catalog(struct assay_state_writer *writer, struct assay_span key,
                             struct assay_span value)
{
    uint8_t copy[ASSAY_CATALOG_KEY_MAX];
    assay_assert(key.len_bytes <= sizeof copy);
    memcpy(copy, key.data, key.len_bytes);
    MDB_val name = {.mv_size = key.len_bytes, .mv_data = copy};
    MDB_val row = {.mv_size = value.len_bytes};
    assay_state_must(mdb_put(writer->txn, writer->state->catalog, &name, &row, MDB_RESERVE),
                     "catalog");
    memcpy(row.mv_data, value.data, value.len_bytes);
}

static void put_meta(struct assay_state_writer *writer, const char *name, const void *value,
                     size_t len_bytes)
{
    char copy[16];
    snprintf(copy, sizeof copy, "%s", name);
    MDB_val key = {.mv_size = strlen(copy), .mv_data = copy};
    MDB_val row = {.mv_size = len_bytes};
    assay_state_must(mdb_put(writer->txn, writer->state->meta, &key, &row, MDB_RESERVE), name);
    memcpy(row.mv_data, value, len_bytes);
}

void assay_state_put_position(struct assay_state_writer *writer, uint64_t position,
                              const uint8_t ledger_id[16])
{
    uint32_t format = ASSAY_STATE_FORMAT;
    put_meta(writer, "format", &format, sizeof format);
    put_meta(writer, "position", &position, sizeof position);
    put_meta(writer, "ledger", ledger_id, 16);
}

void assay_state_commit(struct assay_state_writer *writer)
{
    mdb_cursor_close(writer->items);
    assay_state_must(mdb_txn_commit(writer->txn), "commit");
    free(writer);
}

void assay_state_abort(struct assay_state_writer *writer)
{
    mdb_cursor_close(writer->items);
    mdb_txn_abort(writer->txn);
    free(writer);
}

enum assay_error assay_state_copy(const char *dir, const char *to, struct assay_reason *reason)
{
    struct assay_state *state = NULL;
    enum assay_error error = assay_state_open(dir, true, &state, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    int rc = mdb_env_copy(state->env, to);
    assay_state_close(state);
    if (rc != MDB_SUCCESS) {
        return assay_fail(reason, rc == ENOSPC || rc == EIO ? ASSAY_E_IO : assay_state_error(rc),
                          "copy of state %s to %s: %s", dir, to, mdb_strerror(rc));
    }
    return ASSAY_OK;
}
