// SPDX-License-Identifier: Apache-2.0
#include "core/state_carton.h"

#include <string.h>

#include "core/runs.h"
#include "core/state_private.h"

#define KEY_MAX 9
#define ROW_MAX 128
#define META_VERSION 1

struct key {
    uint8_t bytes[KEY_MAX];
    size_t len;
};

const char *assay_unit_state_name(enum assay_unit_state state)
{
    static const char *const names[ASSAY_UNIT_STATES] = {"open", "packed", "shipped", "void",
                                                         "unpacked"};
    assay_assert(state < ASSAY_UNIT_STATES);
    return names[state];
}

struct assay_unit_table assay_unit_table_of_reader(struct assay_state_reader *reader)
{
    return (struct assay_unit_table){reader->state, reader->txn, false};
}

struct assay_unit_table assay_unit_table_of_writer(struct assay_state_writer *writer)
{
    return (struct assay_unit_table){writer->state, writer->txn, true};
}

/* -- keys: big-endian, so that rows sort by number -- */

static void key_add(struct key *key, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        key->bytes[key->len++] = (uint8_t)(value >> (8 * bytes));
    }
}

static struct key key_of(char kind, uint64_t value, unsigned bytes)
{
    struct key key = {.bytes = {(uint8_t)kind}, .len = 1};
    key_add(&key, value, bytes);
    return key;
}

static struct key block_key(uint32_t handle, uint32_t block)
{
    struct key key = key_of('I', handle, 4);
    key_add(&key, block, 2);
    return key;
}

/* -- rows -- */

static enum assay_error get(const struct assay_unit_table *table, struct key key,
                            struct assay_wire *row)
{
    if (!table->state->has_cartons) {
        return ASSAY_E_NOT_FOUND;
    }
    MDB_val name = {.mv_size = key.len, .mv_data = key.bytes};
    MDB_val value;
    int rc = mdb_get(table->txn, table->state->cartons, &name, &value);
    if (rc == MDB_SUCCESS) {
        *row = assay_wire_reader(value.mv_data, value.mv_size);
    }
    return assay_state_error(rc);
}

static void put(const struct assay_unit_table *table, struct key key, const void *data, size_t len)
{
    assay_assert(table->writable);
    MDB_val name = {.mv_size = key.len, .mv_data = key.bytes};
    MDB_val row = {.mv_size = len};
    assay_state_must(mdb_put(table->txn, table->state->cartons, &name, &row, MDB_RESERVE),
                     "cartons");
    memcpy(row.mv_data, data, len);
}

static enum assay_error whole(const struct assay_wire *row)
{
    return row->failed || row->at != row->len_bytes ? ASSAY_E_CORRUPT : ASSAY_OK;
}

enum assay_error assay_unit_meta_get(const struct assay_unit_table *table,
                                     struct assay_unit_meta *meta)
{
    struct assay_wire row;
    struct assay_unit_meta value = {0};
    enum assay_error error = get(table, key_of('M', 0, 0), &row);
    if (error == ASSAY_E_NOT_FOUND) {
        *meta = value;
        return ASSAY_OK;
    }
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t version = assay_wire_get_u8(&row);
    value.position = assay_wire_get_u64(&row);
    value.units = assay_wire_get_u32(&row);
    for (size_t i = 0; i < ASSAY_SSCC_EXTENSIONS; i++) {
        value.next_serial[i] = assay_wire_get_u64(&row);
    }
    assay_wire_get_text(&row, value.prefix, sizeof value.prefix);
    if (version != META_VERSION) {
        return ASSAY_E_VERSION;
    }
    error = whole(&row);
    if (error == ASSAY_OK) {
        *meta = value;
    }
    return error;
}

void assay_unit_meta_put(const struct assay_unit_table *table, const struct assay_unit_meta *meta)
{
    uint8_t data[ROW_MAX];
    struct assay_wire row = assay_wire_writer(data, sizeof data);
    assay_wire_put_u8(&row, META_VERSION);
    assay_wire_put_u64(&row, meta->position);
    assay_wire_put_u32(&row, meta->units);
    for (size_t i = 0; i < ASSAY_SSCC_EXTENSIONS; i++) {
        assay_wire_put_u64(&row, meta->next_serial[i]);
    }
    assay_wire_put_text(&row, meta->prefix);
    assay_assert(!row.failed);
    put(table, key_of('M', 0, 0), data, row.at);
}

enum assay_error assay_unit_get(const struct assay_unit_table *table, uint32_t number,
                                struct assay_unit *unit)
{
    struct assay_wire row;
    enum assay_error error = get(table, key_of('U', number, 4), &row);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_unit value = {.number = number, .sscc = assay_wire_get_u64(&row)};
    uint8_t kind_and_state = assay_wire_get_u8(&row);
    value.kind = kind_and_state >> 4;
    value.state = kind_and_state & 15;
    value.count = assay_wire_get_u32(&row);
    value.parent = assay_wire_get_u32(&row);
    value.recorded = assay_wire_get_u64(&row);
    value.content = assay_wire_get_u64(&row);
    value.shipped = assay_wire_get_u64(&row);
    value.moved = assay_wire_get_u64(&row);
    bool known = (unsigned)value.kind < ASSAY_UNIT_KINDS && value.state < ASSAY_UNIT_STATES;
    error = known ? whole(&row) : ASSAY_E_CORRUPT;
    if (error == ASSAY_OK) {
        *unit = value;
    }
    return error;
}

enum assay_error assay_unit_find(const struct assay_unit_table *table, uint64_t sscc,
                                 struct assay_unit *unit)
{
    struct assay_wire row;
    enum assay_error error = get(table, key_of('S', sscc, 8), &row);
    if (error != ASSAY_OK) {
        return error;
    }
    uint32_t number = assay_wire_get_u32(&row);
    error = whole(&row);
    if (error == ASSAY_OK) {
        error = assay_unit_get(table, number, unit);
        error = error == ASSAY_E_NOT_FOUND ? ASSAY_E_CORRUPT : error;
    }
    return error;
}

void assay_unit_put(const struct assay_unit_table *table, const struct assay_unit *unit,
                    bool is_new)
{
    uint8_t data[ROW_MAX];
    struct assay_wire row = assay_wire_writer(data, sizeof data);
    assay_wire_put_u64(&row, unit->sscc);
    assay_wire_put_u8(&row, (uint8_t)((unsigned)unit->kind << 4 | unit->state));
    assay_wire_put_u32(&row, unit->count);
    assay_wire_put_u32(&row, unit->parent);
    assay_wire_put_u64(&row, unit->recorded);
    assay_wire_put_u64(&row, unit->content);
    assay_wire_put_u64(&row, unit->shipped);
    assay_wire_put_u64(&row, unit->moved);
    assay_assert(!row.failed);
    put(table, key_of('U', unit->number, 4), data, row.at);
    if (is_new) {
        row = assay_wire_writer(data, sizeof data);
        assay_wire_put_u32(&row, unit->number);
        put(table, key_of('S', unit->sscc, 8), data, row.at);
    }
}

enum assay_error assay_unit_counts_get(const struct assay_unit_table *table, uint32_t handle,
                                       struct assay_unit_counts *counts)
{
    struct assay_wire row;
    enum assay_error error = get(table, key_of('B', handle, 4), &row);
    if (error == ASSAY_E_NOT_FOUND) {
        *counts = (struct assay_unit_counts){0};
        return ASSAY_OK;
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_unit_counts value = {.packed = assay_wire_get_u32(&row)};
    value.shipped = assay_wire_get_u32(&row);
    error = whole(&row);
    if (error == ASSAY_OK) {
        *counts = value;
    }
    return error;
}

void assay_unit_counts_put(const struct assay_unit_table *table, uint32_t handle,
                           const struct assay_unit_counts *counts)
{
    uint8_t data[8];
    struct assay_wire row = assay_wire_writer(data, sizeof data);
    assay_wire_put_u32(&row, counts->packed);
    assay_wire_put_u32(&row, counts->shipped);
    put(table, key_of('B', handle, 4), data, row.at);
}

/* -- blocks: runs of items in the same carton, each carton told by its distance from the last -- */

size_t assay_unit_block_encode(const struct assay_unit_block *block,
                               uint8_t data[ASSAY_UNIT_BLOCK_ROW_MAX])
{
    size_t at = 0;
    int64_t before = 0;
    for (size_t i = 0; i < ASSAY_UNIT_BLOCK_ITEMS;) {
        uint32_t number = block->number[i];
        size_t len = 1;
        while (i + len < ASSAY_UNIT_BLOCK_ITEMS && block->number[i + len] == number) {
            len++;
        }
        int64_t step = (int64_t)number - before;
        uint64_t folded = (uint64_t)(step < 0 ? -2 * step - 1 : 2 * step);
        uint64_t symbol = number == 0 ? 0 : folded + 1;
        at += assay_varint_put(symbol << 1 | (len > 1), data + at);
        if (len > 1) {
            at += assay_varint_put(len - 2, data + at);
        }
        before = number == 0 ? before : number;
        i += len;
    }
    assay_assert(at <= ASSAY_UNIT_BLOCK_ROW_MAX);
    return at;
}

/* One run of a block; false if none stands there. */
static bool take_run(struct assay_span *rest, int64_t *before, uint32_t *number, uint64_t *len)
{
    uint64_t head = 0;
    uint64_t more = 0;
    size_t used = assay_varint_take(rest->data, rest->len_bytes, &head);
    if (used == 0) {
        return false;
    }
    bool longer = (head & 1) != 0;
    if (longer) {
        size_t extra = assay_varint_take(rest->data + used, rest->len_bytes - used, &more);
        if (extra == 0 || more > ASSAY_UNIT_BLOCK_ITEMS) {
            return false;
        }
        used += extra;
    }
    *len = longer ? more + 2 : 1;
    uint64_t symbol = head >> 1;
    uint64_t folded = symbol - 1;
    int64_t value = 0;
    if (symbol != 0) {
        value =
            *before + ((folded & 1) != 0 ? -(int64_t)((folded + 1) / 2) : (int64_t)(folded / 2));
        if (folded > 4ull * ASSAY_UNITS_MAX || value < 1 || value > (int64_t)ASSAY_UNITS_MAX) {
            return false;
        }
        *before = value;
    }
    *number = (uint32_t)value;
    *rest = (struct assay_span){rest->data + used, rest->len_bytes - used};
    return true;
}

enum assay_error assay_unit_block_decode(const void *data, size_t len_bytes,
                                         struct assay_unit_block *block)
{
    struct assay_span rest = {data, len_bytes};
    struct assay_unit_block value;
    int64_t before = 0;
    size_t at = 0;
    while (at < ASSAY_UNIT_BLOCK_ITEMS) {
        uint32_t number = 0;
        uint64_t len = 0;
        if (!take_run(&rest, &before, &number, &len) || len > ASSAY_UNIT_BLOCK_ITEMS - at) {
            return ASSAY_E_CORRUPT;
        }
        for (uint64_t i = 0; i < len; i++) {
            value.number[at++] = number;
        }
    }
    if (rest.len_bytes != 0) {
        return ASSAY_E_CORRUPT;
    }
    *block = value;
    return ASSAY_OK;
}

enum assay_error assay_unit_block_get(const struct assay_unit_table *table, uint32_t handle,
                                      uint32_t block, struct assay_unit_block *value)
{
    struct assay_wire row;
    enum assay_error error = get(table, block_key(handle, block), &row);
    if (error == ASSAY_E_NOT_FOUND) {
        *value = (struct assay_unit_block){0};
        return ASSAY_OK;
    }
    return error != ASSAY_OK ? error : assay_unit_block_decode(row.read, row.len_bytes, value);
}

void assay_unit_block_put(const struct assay_unit_table *table, uint32_t handle, uint32_t block,
                          const struct assay_unit_block *value)
{
    static const struct assay_unit_block empty;
    uint8_t data[ASSAY_UNIT_BLOCK_ROW_MAX];
    struct key key = block_key(handle, block);
    if (memcmp(value, &empty, sizeof empty) != 0) {
        put(table, key, data, assay_unit_block_encode(value, data));
        return;
    }
    MDB_val name = {.mv_size = key.len, .mv_data = key.bytes};
    int rc = mdb_del(table->txn, table->state->cartons, &name, NULL);
    assay_state_must(rc == MDB_NOTFOUND ? MDB_SUCCESS : rc, "cartons");
}

/* -- the whole table -- */

enum assay_error assay_unit_table_bytes(const struct assay_unit_table *table, uint64_t *tree_bytes)
{
    MDB_stat stat = {0};
    int rc = table->state->has_cartons ? mdb_stat(table->txn, table->state->cartons, &stat)
                                       : MDB_SUCCESS;
    *tree_bytes =
        (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
    return assay_state_error(rc);
}

static bool same(const MDB_val *a, const MDB_val *b)
{
    return a->mv_size == b->mv_size && memcmp(a->mv_data, b->mv_data, a->mv_size) == 0;
}

/* The next row; a table that is not there has none. */
static int step(MDB_cursor *cursor, MDB_val *key, MDB_val *value)
{
    return cursor == NULL ? MDB_NOTFOUND : mdb_cursor_get(cursor, key, value, MDB_NEXT);
}

static int open_cursor(const struct assay_unit_table *table, MDB_cursor **cursor)
{
    *cursor = NULL;
    return table->state->has_cartons ? mdb_cursor_open(table->txn, table->state->cartons, cursor)
                                     : MDB_SUCCESS;
}

enum assay_error assay_unit_tables_equal(const struct assay_unit_table *a,
                                         const struct assay_unit_table *b, bool *equal)
{
    MDB_cursor *left = NULL;
    MDB_cursor *right = NULL;
    MDB_val keys[2];
    MDB_val values[2];
    int rc = open_cursor(a, &left);
    rc = rc == MDB_SUCCESS ? open_cursor(b, &right) : rc;
    bool alike = rc == MDB_SUCCESS;
    while (rc == MDB_SUCCESS && alike) {
        rc = step(left, &keys[0], &values[0]);
        int other = step(right, &keys[1], &values[1]);
        alike = rc == other;
        if (alike && rc == MDB_SUCCESS) {
            alike = same(&keys[0], &keys[1]) && same(&values[0], &values[1]);
        }
    }
    if (left != NULL) {
        mdb_cursor_close(left);
    }
    if (right != NULL) {
        mdb_cursor_close(right);
    }
    *equal = alike;
    return rc == MDB_NOTFOUND || rc == MDB_SUCCESS ? ASSAY_OK : assay_state_error(rc);
}
