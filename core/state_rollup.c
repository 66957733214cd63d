// SPDX-License-Identifier: Apache-2.0
#include "core/state_rollup.h"

#include <stdlib.h>
#include <string.h>

#include "core/state_private.h"
#include "core/wire.h"

#define META_LEN 29
#define META_VERSION 2
#define ITEM_KEY_LEN 9
#define RANK_KEY_LEN 14
#define SUSPECT_LEN 13

/* -- keys and rows of items -- */

static void put_u64_big_endian(uint8_t *data, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        data[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

static uint64_t get_u64_big_endian(const uint8_t *data)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

static void item_key(uint64_t item, uint8_t data[ITEM_KEY_LEN])
{
    data[0] = 'I';
    put_u64_big_endian(data + 1, item);
}

/* Highest level first, then highest score. */
static void rank_key(const struct assay_rollup_suspect *suspect, uint8_t data[RANK_KEY_LEN])
{
    uint32_t falling = ~((uint32_t)suspect->score ^ 0x80000000u);
    data[0] = 'R';
    data[1] = (uint8_t)(UINT8_MAX - suspect->level);
    data[2] = (uint8_t)(falling >> 24);
    data[3] = (uint8_t)(falling >> 16);
    data[4] = (uint8_t)(falling >> 8);
    data[5] = (uint8_t)falling;
    put_u64_big_endian(data + 6, suspect->item);
}

static void suspect_encode(const struct assay_rollup_suspect *suspect, uint8_t data[SUSPECT_LEN])
{
    struct assay_wire wire = assay_wire_writer(data, SUSPECT_LEN);
    assay_wire_put_u64(&wire, (uint64_t)suspect->at_unix_ms);
    assay_wire_put_u32(&wire, (uint32_t)suspect->score);
    assay_wire_put_u8(&wire, (uint8_t)suspect->level);
    assay_assert(!wire.failed);
}

static enum assay_error suspect_decode(uint64_t item, const MDB_val *row,
                                       struct assay_rollup_suspect *suspect)
{
    struct assay_wire wire = assay_wire_reader(row->mv_data, row->mv_size);
    struct assay_rollup_suspect value = {.item = item};
    value.at_unix_ms = (int64_t)assay_wire_get_u64(&wire);
    value.score = (int32_t)assay_wire_get_u32(&wire);
    value.level = assay_wire_get_u8(&wire);
    if (wire.failed || wire.at != row->mv_size || value.level > ASSAY_RISK_CLONED) {
        return ASSAY_E_CORRUPT;
    }
    *suspect = value;
    return ASSAY_OK;
}

/* -- how many items of a batch are flagged -- */

#define BATCH_KEY_LEN 5
#define FLAGGED_LEN (8 * ASSAY_RISK_LEVELS)

static void batch_key(uint32_t handle, uint8_t data[BATCH_KEY_LEN])
{
    data[0] = 'L';
    for (int i = 0; i < 4; i++) {
        data[1 + i] = (uint8_t)(handle >> (24 - 8 * i));
    }
}

static enum assay_error get_flagged(MDB_txn *txn, MDB_dbi table, uint32_t handle,
                                    uint64_t count[ASSAY_RISK_LEVELS])
{
    uint8_t key[BATCH_KEY_LEN];
    batch_key(handle, key);
    MDB_val name = {.mv_size = sizeof key, .mv_data = key};
    MDB_val row;
    int rc = mdb_get(txn, table, &name, &row);
    memset(count, 0, FLAGGED_LEN);
    if (rc != MDB_SUCCESS) {
        return rc == MDB_NOTFOUND ? ASSAY_OK : assay_state_error(rc);
    }
    struct assay_wire wire = assay_wire_reader(row.mv_data, row.mv_size);
    for (size_t i = 0; i < ASSAY_RISK_LEVELS; i++) {
        count[i] = assay_wire_get_u64(&wire);
    }
    return wire.failed || wire.at != row.mv_size ? ASSAY_E_CORRUPT : ASSAY_OK;
}

enum assay_error assay_state_flagged(struct assay_state_reader *reader, uint32_t handle,
                                     uint64_t count[ASSAY_RISK_LEVELS])
{
    memset(count, 0, FLAGGED_LEN);
    return reader->state->has_rollup
               ? get_flagged(reader->txn, reader->state->rollup, handle, count)
               : ASSAY_OK;
}

/* -- writing -- */

static void put(struct assay_state_writer *writer, MDB_val key, MDB_val value)
{
    assay_state_must(mdb_put(writer->txn, writer->state->rollup, &key, &value, 0), "rollup");
}

static enum assay_error merge_row(struct assay_state_writer *writer,
                                  const struct assay_rollup_row *row)
{
    uint8_t key[ASSAY_ROLLUP_KEY_LEN];
    uint8_t data[ASSAY_ROLLUP_ROW_MAX];
    uint64_t count[ASSAY_ROLLUP_COUNT];
    assay_rollup_key_encode(&row->key, key);
    memcpy(count, row->count, sizeof count);
    MDB_val name = {.mv_size = sizeof key, .mv_data = key};
    MDB_val stored;
    int rc = mdb_get(writer->txn, writer->state->rollup, &name, &stored);
    assay_state_must(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc, "rollup");
    enum assay_error error = rc == MDB_SUCCESS
                                 ? assay_rollup_counts_add(stored.mv_data, stored.mv_size, count)
                                 : ASSAY_OK;
    if (error != ASSAY_OK) {
        return error;
    }
    put(writer, name, (MDB_val){assay_rollup_counts_encode(count, data), data});
    return ASSAY_OK;
}

static void put_flagged(struct assay_state_writer *writer, uint32_t handle,
                        const uint64_t count[ASSAY_RISK_LEVELS])
{
    uint8_t key[BATCH_KEY_LEN];
    uint8_t data[FLAGGED_LEN];
    struct assay_wire wire = assay_wire_writer(data, sizeof data);
    for (size_t i = 0; i < ASSAY_RISK_LEVELS; i++) {
        assay_wire_put_u64(&wire, count[i]);
    }
    batch_key(handle, key);
    put(writer, (MDB_val){sizeof key, key}, (MDB_val){sizeof data, data});
}

/* An item has one rank: that of its last scan above level low. flagged: of its batch; the item goes
 * from one level to another, or becomes flagged. */
static enum assay_error put_suspect(struct assay_state_writer *writer,
                                    const struct assay_rollup_suspect *suspect,
                                    uint64_t flagged[ASSAY_RISK_LEVELS])
{
    uint8_t key[ITEM_KEY_LEN];
    uint8_t rank[RANK_KEY_LEN];
    uint8_t data[SUSPECT_LEN];
    item_key(suspect->item, key);
    MDB_val name = {.mv_size = sizeof key, .mv_data = key};
    MDB_val place = {.mv_size = sizeof rank, .mv_data = rank};
    MDB_val stored;
    int rc = mdb_get(writer->txn, writer->state->rollup, &name, &stored);
    assay_state_must(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc, "rollup");
    struct assay_rollup_suspect before = {.level = ASSAY_RISK_LOW};
    if (rc == MDB_SUCCESS) {
        if (suspect_decode(suspect->item, &stored, &before) != ASSAY_OK) {
            return ASSAY_E_CORRUPT;
        }
        rank_key(&before, rank);
        rc = mdb_del(writer->txn, writer->state->rollup, &place, NULL);
        assay_state_must(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc, "rollup");
    }
    suspect_encode(suspect, data);
    put(writer, name, (MDB_val){sizeof data, data});
    rank_key(suspect, rank);
    put(writer, place, (MDB_val){sizeof data, data});
    flagged[before.level] -= before.level != ASSAY_RISK_LOW;
    flagged[suspect->level]++;
    return ASSAY_OK;
}

/* By item; of one item in the order of the ledger, which is that of their addresses. */
static int by_item(const void *a, const void *b)
{
    const struct assay_rollup_suspect *left = *(const struct assay_rollup_suspect *const *)a;
    const struct assay_rollup_suspect *right = *(const struct assay_rollup_suspect *const *)b;
    return left->item != right->item ? (left->item > right->item) - (left->item < right->item)
                                     : (left > right) - (left < right);
}

/* Suspects of one batch, by item: the last of each item holds. *at: in and out. */
static enum assay_error put_batch(struct assay_state_writer *writer,
                                  const struct assay_rollup_suspect **sorted, size_t count,
                                  size_t *at)
{
    uint64_t flagged[ASSAY_RISK_LEVELS];
    uint32_t handle = assay_item_key_handle(sorted[*at]->item);
    enum assay_error error = get_flagged(writer->txn, writer->state->rollup, handle, flagged);
    for (; error == ASSAY_OK && *at < count; (*at)++) {
        const struct assay_rollup_suspect *suspect = sorted[*at];
        if (assay_item_key_handle(suspect->item) != handle) {
            break;
        }
        if (*at + 1 == count || sorted[*at + 1]->item != suspect->item) {
            error = put_suspect(writer, suspect, flagged);
        }
    }
    put_flagged(writer, handle, flagged);
    return error;
}

static enum assay_error put_suspects(struct assay_state_writer *writer,
                                     const struct assay_rollup *rollup)
{
    size_t count = rollup->suspect_count;
    const struct assay_rollup_suspect **sorted = malloc(sizeof *sorted * (count + 1));
    if (sorted == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &rollup->suspects[i];
    }
    qsort(sorted, count, sizeof *sorted, by_item);
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < count && error == ASSAY_OK;) {
        error = put_batch(writer, sorted, count, &at);
    }
    free(sorted);
    return error;
}

static void put_rollup_meta(struct assay_state_writer *writer, const struct assay_rollup_meta *meta)
{
    uint8_t data[META_LEN];
    char key[] = "M";
    struct assay_wire wire = assay_wire_writer(data, sizeof data);
    assay_wire_put_u8(&wire, META_VERSION);
    assay_wire_put_u64(&wire, meta->position);
    assay_wire_put_u32(&wire, (uint32_t)meta->utc_offset_minutes);
    assay_wire_put_u64(&wire, meta->records);
    assay_wire_put_u64(&wire, (uint64_t)meta->at_unix_ms);
    assay_assert(!wire.failed);
    put(writer, (MDB_val){1, key}, (MDB_val){sizeof data, data});
}

static enum assay_error merge_rows(struct assay_state_writer *writer,
                                   const struct assay_rollup *rollup)
{
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < rollup->count && error == ASSAY_OK; i++) {
        error = merge_row(writer, &rollup->rows[i]);
    }
    return error;
}

enum assay_error assay_state_put_rollup(struct assay_state_writer *writer,
                                        const struct assay_rollup *rollup,
                                        const struct assay_rollup_meta *meta)
{
    struct assay_rollup coarse;
    assay_rollup_init(&coarse, NULL, 0);
    enum assay_error error = assay_rollup_coarsen(rollup, &coarse);
    if (error == ASSAY_OK) {
        error = merge_rows(writer, rollup);
    }
    error = error != ASSAY_OK ? error : merge_rows(writer, &coarse);
    assay_rollup_deinit(&coarse);
    error = error != ASSAY_OK ? error : put_suspects(writer, rollup);
    put_rollup_meta(writer, meta);
    return error;
}

/* -- reading -- */

enum assay_error assay_state_rollup_meta(struct assay_state_reader *reader,
                                         struct assay_rollup_meta *meta)
{
    struct assay_rollup_meta value = {0};
    char key[] = "M";
    MDB_val name = {.mv_size = 1, .mv_data = key};
    MDB_val row;
    int rc = reader->state->has_rollup ? mdb_get(reader->txn, reader->state->rollup, &name, &row)
                                       : MDB_NOTFOUND;
    if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) {
        return assay_state_error(rc);
    }
    if (rc == MDB_SUCCESS) {
        struct assay_wire wire = assay_wire_reader(row.mv_data, row.mv_size);
        uint8_t version = assay_wire_get_u8(&wire);
        value.position = assay_wire_get_u64(&wire);
        value.utc_offset_minutes = (int32_t)assay_wire_get_u32(&wire);
        value.records = assay_wire_get_u64(&wire);
        value.at_unix_ms = (int64_t)assay_wire_get_u64(&wire);
        if (wire.failed || wire.at != row.mv_size || version != META_VERSION) {
            return ASSAY_E_CORRUPT;
        }
    }
    *meta = value;
    return ASSAY_OK;
}

static int open_cursor(struct assay_state_reader *reader, MDB_cursor **cursor)
{
    return reader->state->has_rollup ? mdb_cursor_open(reader->txn, reader->state->rollup, cursor)
                                     : MDB_NOTFOUND;
}

static enum assay_error end_walk(MDB_cursor *cursor, int rc, enum assay_error error)
{
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    if (error != ASSAY_OK) {
        return error == ASSAY_E_BUSY ? ASSAY_OK : error;
    }
    return rc == MDB_SUCCESS || rc == MDB_NOTFOUND ? ASSAY_OK : assay_state_error(rc);
}

/* A walk under way: the row under the cursor, and what to ask for next. */
struct walking {
    const struct assay_rollup_walk *walk;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val value;
    uint8_t sought[ASSAY_ROLLUP_KEY_LEN];
};

static int seek(struct walking *walking, const struct assay_rollup_key *key)
{
    assay_rollup_key_encode(key, walking->sought);
    walking->key = (MDB_val){.mv_size = sizeof walking->sought, .mv_data = walking->sought};
    return mdb_cursor_get(walking->cursor, &walking->key, &walking->value, MDB_SET_RANGE);
}

/* Visit the row if it is wanted, and go on: rc as LMDB's, MDB_NOTFOUND behind the last. */
static enum assay_error take_row(struct walking *walking, int *rc)
{
    const struct assay_rollup_walk *walk = walking->walk;
    struct assay_rollup_row row = {0};
    *rc = MDB_NOTFOUND;
    if (walking->key.mv_size != ASSAY_ROLLUP_KEY_LEN ||
        *(const uint8_t *)walking->key.mv_data != walk->kind) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_rollup_key_decode(walking->key.mv_data, &row.key);
    if (error != ASSAY_OK || row.key.day > walk->to_day) {
        return error;
    }
    enum assay_rollup_step step = assay_rollup_step(&walk->wanted, &row.key);
    if (step == ASSAY_ROLLUP_END) {
        return ASSAY_OK;
    }
    if (step == ASSAY_ROLLUP_SEEK) {
        *rc = seek(walking, &row.key);
        return ASSAY_OK;
    }
    if (step == ASSAY_ROLLUP_HERE) {
        error = assay_rollup_counts_add(walking->value.mv_data, walking->value.mv_size, row.count);
        error = error != ASSAY_OK ? error : walk->visit(walk->context, &row);
    }
    *rc = mdb_cursor_get(walking->cursor, &walking->key, &walking->value, MDB_NEXT);
    return error;
}

enum assay_error assay_state_each_rollup(struct assay_state_reader *reader,
                                         const struct assay_rollup_walk *walk)
{
    struct walking walking = {.walk = walk};
    int rc = open_cursor(reader, &walking.cursor);
    if (rc == MDB_SUCCESS) {
        const struct assay_rollup_key first = {.kind = walk->kind, .day = walk->from_day};
        rc = seek(&walking, &first);
    }
    enum assay_error error = ASSAY_OK;
    while (rc == MDB_SUCCESS && error == ASSAY_OK) {
        error = take_row(&walking, &rc);
    }
    return end_walk(walking.cursor, rc, error);
}

enum assay_error assay_state_each_suspect(
    struct assay_state_reader *reader, const struct assay_rollup_suspect *after,
    enum assay_error (*visit)(void *context, const struct assay_rollup_suspect *suspect),
    void *context)
{
    uint8_t start[RANK_KEY_LEN + 1] = "R";
    MDB_val key = {.mv_size = 1, .mv_data = start};
    MDB_val value;
    MDB_cursor *cursor = NULL;
    if (after != NULL) {
        rank_key(after, start); /* and a byte more: what stands behind it */
        key.mv_size = sizeof start;
    }
    int rc = open_cursor(reader, &cursor);
    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    }
    enum assay_error error = ASSAY_OK;
    while (rc == MDB_SUCCESS && error == ASSAY_OK) {
        const uint8_t *bytes = key.mv_data;
        if (key.mv_size != RANK_KEY_LEN || bytes[0] != 'R') {
            break;
        }
        struct assay_rollup_suspect suspect;
        error = suspect_decode(get_u64_big_endian(bytes + 6), &value, &suspect);
        error = error != ASSAY_OK ? error : visit(context, &suspect);
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    return end_walk(cursor, rc, error);
}
