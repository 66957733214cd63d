// SPDX-License-Identifier: Apache-2.0
#include "core/carton.h"

#include <stdlib.h>
#include <string.h>

#include "core/carton_private.h"
#include "core/runs.h"

/* Items and units of one transaction, and what a move counts for: it may touch a pallet's items. */
#define REPLAY_WEIGHT_MAX (1u << 20)
#define REPLAY_MOVE_WEIGHT 256

/* -- reading PACK records -- */

/* The PACK at *position, which moves on to what follows it. */
static enum assay_error read_pack(const struct assay_carton_target *target, uint64_t *position,
                                  struct assay_pack_record *pack)
{
    uint8_t data[ASSAY_PACK_BYTES_MAX];
    struct assay_record record;
    enum assay_error error = target->read(target->context, *position, data, sizeof data);
    if (error == ASSAY_OK) {
        error = assay_record_decode(data, sizeof data, &record);
    }
    if (error != ASSAY_OK || record.type != ASSAY_RECORD_PACK) {
        return error == ASSAY_E_IO || error == ASSAY_E_MEMORY ? error : ASSAY_E_CORRUPT;
    }
    *position += assay_record_len(data, sizeof data);
    *pack = record.pack;
    return ASSAY_OK;
}

enum assay_error assay_carton_each_pack(
    const struct assay_carton_target *target, const struct assay_unit *unit,
    enum assay_error (*visit)(void *context, const struct assay_pack_record *pack), void *context)
{
    uint64_t position = unit->content;
    uint64_t seen = 0;
    while (position != 0 && seen < unit->count) {
        struct assay_pack_record pack;
        enum assay_error error = read_pack(target, &position, &pack);
        if (error == ASSAY_OK) {
            seen += pack.items;
            bool fits = pack.number == unit->number && pack.sscc == unit->sscc &&
                        seen <= unit->count &&
                        (pack.handle == 0) == (unit->kind == ASSAY_UNIT_PALLET);
            error = fits ? visit(context, &pack) : ASSAY_E_CORRUPT;
        }
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

/* -- items -- */

static enum assay_error add_item(struct assay_carton_change *change, uint64_t key, uint32_t number)
{
    if (change->item_count == change->item_room) {
        size_t room = change->item_room == 0 ? 1024 : 2 * change->item_room;
        struct assay_carton_placing *wider = realloc(change->items, room * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        change->items = wider;
        change->item_room = room;
    }
    change->items[change->item_count++] = (struct assay_carton_placing){key, number};
    return ASSAY_OK;
}

enum assay_error assay_carton_add_items(void *context, const struct assay_pack_record *pack)
{
    struct assay_carton_change *change = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t index = run.first; index <= run.last; index++) {
            uint64_t key = assay_item_key_of(pack->handle, (uint32_t)index);
            enum assay_error error = add_item(change, key, pack->number);
            if (error != ASSAY_OK) {
                return error;
            }
        }
    }
    return ASSAY_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct assay_carton_placing *left = a;
    const struct assay_carton_placing *right = b;
    return (left->key > right->key) - (left->key < right->key);
}

static uint32_t block_of(uint64_t key)
{
    return assay_item_key_index(key) / ASSAY_UNIT_BLOCK_ITEMS;
}

/* Put the items of one block from `from` on in their places; *to: the first of another block. */
static enum assay_error write_block(const struct assay_carton_change *change, size_t from,
                                    size_t *to)
{
    uint32_t handle = assay_item_key_handle(change->items[from].key);
    uint32_t number = block_of(change->items[from].key);
    struct assay_unit_block block;
    enum assay_error error = assay_unit_block_get(&change->table, handle, number, &block);
    size_t at = from;
    while (error == ASSAY_OK && at < change->item_count &&
           assay_item_key_handle(change->items[at].key) == handle &&
           block_of(change->items[at].key) == number) {
        const struct assay_carton_placing *item = &change->items[at++];
        uint32_t *place = &block.number[assay_item_key_index(item->key) % ASSAY_UNIT_BLOCK_ITEMS];
        error = *place == (change->take_out ? item->number : 0) ? ASSAY_OK : ASSAY_E_CORRUPT;
        *place = change->take_out ? 0 : item->number;
    }
    if (error == ASSAY_OK) {
        assay_unit_block_put(&change->table, handle, number, &block);
        *to = at;
    }
    return error;
}

static enum assay_error write_items(struct assay_carton_change *change)
{
    if (change->item_count > 0) {
        qsort(change->items, change->item_count, sizeof *change->items, by_key);
    }
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; error == ASSAY_OK && at < change->item_count;) {
        error = write_block(change, at, &at);
    }
    return error;
}

enum assay_error assay_carton_count(const struct assay_carton_change *change, uint32_t handle,
                                    int64_t packed, int64_t shipped)
{
    struct assay_unit_counts counts;
    enum assay_error error = assay_unit_counts_get(&change->table, handle, &counts);
    int64_t now_packed = counts.packed + packed;
    int64_t now_shipped = counts.shipped + shipped;
    if (error == ASSAY_OK && (now_packed < 0 || now_shipped < 0 || now_shipped > now_packed ||
                              now_packed > (int64_t)ASSAY_BATCH_ITEMS_MAX)) {
        error = ASSAY_E_CORRUPT;
    }
    if (error == ASSAY_OK) {
        counts = (struct assay_unit_counts){(uint32_t)now_packed, (uint32_t)now_shipped};
        assay_unit_counts_put(&change->table, handle, &counts);
    }
    return error;
}

/* -- making -- */

/* Moves the least serial never made past those that were. */
static enum assay_error pass_serials(struct assay_carton_change *change, unsigned extension)
{
    uint64_t *serial = &change->meta.next_serial[extension];
    uint64_t serials = assay_sscc_serials(change->meta.prefix);
    enum assay_error error = ASSAY_OK;
    while (error == ASSAY_OK && *serial < serials) {
        struct assay_unit unit;
        uint64_t sscc = assay_sscc_make(extension, change->meta.prefix, *serial);
        error = assay_unit_find(&change->table, sscc, &unit);
        *serial += error == ASSAY_OK;
    }
    return error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
}

static enum assay_error note_serial(struct assay_carton_change *change, uint64_t sscc)
{
    unsigned extension = 0;
    uint64_t serial = 0;
    bool next = change->meta.prefix[0] != '\0' &&
                assay_sscc_split(sscc, change->meta.prefix, &extension, &serial) &&
                change->meta.next_serial[extension] == serial;
    return next ? pass_serials(change, extension) : ASSAY_OK;
}

static enum assay_error make_unit(struct assay_carton_change *change, const struct assay_unit *unit)
{
    struct assay_unit known;
    if (unit->number != change->meta.units + 1) {
        return ASSAY_E_CORRUPT;
    }
    enum assay_error error = assay_unit_find(&change->table, unit->sscc, &known);
    if (error != ASSAY_E_NOT_FOUND) {
        return error == ASSAY_OK ? ASSAY_E_CORRUPT : error;
    }
    assay_unit_put(&change->table, unit, true);
    change->meta.units++;
    return note_serial(change, unit->sscc);
}

static enum assay_error apply_carton(struct assay_carton_change *change,
                                     const struct assay_carton_record *carton)
{
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; error == ASSAY_OK && i < carton->count; i++) {
        struct assay_unit unit = {
            .sscc = assay_sscc_after(carton->sscc, i),
            .number = carton->number + i,
            .kind = carton->kind,
            .state = ASSAY_UNIT_OPEN,
            .recorded = change->position,
        };
        error = unit.sscc == 0 ? ASSAY_E_CORRUPT : make_unit(change, &unit);
    }
    return error;
}

/* -- filling -- */

/* Put the pallet's cartons on it. */
static enum assay_error load_pallet(const struct assay_carton_change *change,
                                    const struct assay_pack_record *pack)
{
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t number = run.first; number <= run.last; number++) {
            struct assay_unit carton;
            enum assay_error error = assay_unit_get(&change->table, (uint32_t)number, &carton);
            if (error != ASSAY_OK || carton.kind != ASSAY_UNIT_CARTON || carton.parent != 0 ||
                carton.state != ASSAY_UNIT_PACKED) {
                return error == ASSAY_OK || error == ASSAY_E_NOT_FOUND ? ASSAY_E_CORRUPT : error;
            }
            carton.parent = pack->number;
            assay_unit_put(&change->table, &carton, false);
        }
    }
    return ASSAY_OK;
}

static enum assay_error fill_unit(struct assay_carton_change *change,
                                  const struct assay_pack_record *pack, uint64_t position)
{
    struct assay_unit unit;
    enum assay_unit_kind kind = pack->handle == 0 ? ASSAY_UNIT_PALLET : ASSAY_UNIT_CARTON;
    enum assay_error error = assay_unit_get(&change->table, pack->number, &unit);
    bool is_new = error == ASSAY_E_NOT_FOUND;
    if (is_new) {
        unit = (struct assay_unit){.sscc = pack->sscc, .number = pack->number, .kind = kind};
        error = ASSAY_OK;
    }
    bool goes_on = unit.state == ASSAY_UNIT_PACKED && unit.recorded == change->position;
    if (error == ASSAY_OK && (unit.sscc != pack->sscc || unit.kind != kind ||
                              (unit.state != ASSAY_UNIT_OPEN && !goes_on))) {
        error = ASSAY_E_CORRUPT;
    }
    if (error != ASSAY_OK) {
        return error;
    }
    unit.state = ASSAY_UNIT_PACKED;
    unit.recorded = change->position;
    unit.content = unit.content == 0 ? position : unit.content;
    unit.count += pack->items;
    if (is_new) {
        return make_unit(change, &unit);
    }
    assay_unit_put(&change->table, &unit, false);
    return ASSAY_OK;
}

static enum assay_error apply_pack(struct assay_carton_change *change,
                                   const struct assay_pack_record *pack, uint64_t position)
{
    enum assay_error error = fill_unit(change, pack, position);
    if (error != ASSAY_OK || pack->handle == 0) {
        return error != ASSAY_OK ? error : load_pallet(change, pack);
    }
    error = assay_carton_count(change, pack->handle, pack->items, 0);
    return error != ASSAY_OK ? error : assay_carton_add_items(change, pack);
}

static enum assay_error apply_packed(struct assay_carton_change *change,
                                     const struct assay_packed_record *packed)
{
    enum assay_error error = ASSAY_OK;
    for (uint32_t chunk = 0; error == ASSAY_OK && chunk < packed->chunks; chunk++) {
        uint64_t position = packed->chunk_at[chunk];
        for (uint32_t i = 0; error == ASSAY_OK && i < packed->chunk_packs[chunk]; i++) {
            struct assay_pack_record pack;
            uint64_t at = position;
            error = at < change->position ? read_pack(change->target, &position, &pack)
                                          : ASSAY_E_CORRUPT;
            error = error != ASSAY_OK ? error : apply_pack(change, &pack, at);
        }
    }
    if (error == ASSAY_OK && change->item_count != packed->items) {
        error = ASSAY_E_CORRUPT;
    }
    return error != ASSAY_OK ? error : write_items(change);
}

/* -- one record -- */

/* Serials that were made under this prefix before, or elsewhere, are passed over. */
static enum assay_error apply_prefix(struct assay_carton_change *change,
                                     const struct assay_prefix_record *prefix)
{
    enum assay_error error = ASSAY_OK;
    memset(change->meta.prefix, 0, sizeof change->meta.prefix);
    memcpy(change->meta.prefix, prefix->prefix, strlen(prefix->prefix));
    memset(change->meta.next_serial, 0, sizeof change->meta.next_serial);
    for (unsigned i = 0; error == ASSAY_OK && i < ASSAY_SSCC_EXTENSIONS; i++) {
        error = pass_serials(change, i);
    }
    return error;
}

static enum assay_error apply(struct assay_carton_change *change, const struct assay_record *record)
{
    enum assay_error error;
    switch (record->type) {
    case ASSAY_RECORD_CARTON:
        return apply_carton(change, &record->carton);
    case ASSAY_RECORD_PACKED:
        return apply_packed(change, &record->packed);
    case ASSAY_RECORD_CARTON_MOVE:
        error = assay_carton_apply_move(change, &record->carton_move);
        return error != ASSAY_OK ? error : write_items(change);
    default:
        assay_assert(record->type == ASSAY_RECORD_PREFIX);
        return apply_prefix(change, &record->prefix);
    }
}

/* In the writer's transaction; on an error that must be given up. */
static enum assay_error apply_in(const struct assay_carton_target *target,
                                 struct assay_state_writer *writer,
                                 const struct assay_record *record, uint64_t position)
{
    struct assay_carton_change change = {
        .target = target,
        .table = assay_unit_table_of_writer(writer),
        .position = position,
    };
    enum assay_error error = assay_unit_meta_get(&change.table, &change.meta);
    if (error == ASSAY_OK && change.meta.position < position) {
        error = apply(&change, record);
        change.meta.position = position;
        if (error == ASSAY_OK) {
            assay_unit_meta_put(&change.table, &change.meta);
        }
    }
    free(change.items);
    return error;
}

enum assay_error assay_carton_apply(const struct assay_carton_target *target,
                                    const struct assay_record *record, uint64_t position)
{
    struct assay_carton_replay replay = {.target = *target};
    enum assay_error error = assay_carton_replay(&replay, record, position);
    assay_carton_replay_end(&replay);
    return error;
}

/* Roughly what a record changes: items and units. */
static uint64_t weight_of(const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_CARTON:
        return record->carton.count;
    case ASSAY_RECORD_PACKED:
        return (uint64_t)record->packed.items + record->packed.units;
    default:
        return REPLAY_MOVE_WEIGHT;
    }
}

enum assay_error assay_carton_replay(struct assay_carton_replay *replay,
                                     const struct assay_record *record, uint64_t position)
{
    assay_assert(assay_record_is_of_cartons(record));
    if (record->type == ASSAY_RECORD_PACK) {
        return ASSAY_OK;
    }
    uint64_t weight = weight_of(record);
    if (replay->weight + weight > REPLAY_WEIGHT_MAX) {
        assay_carton_replay_end(replay);
    }
    if (replay->writer == NULL) {
        replay->writer = assay_state_write_begin(replay->target.state);
    }
    replay->weight += weight;
    enum assay_error error = apply_in(&replay->target, replay->writer, record, position);
    if (error != ASSAY_OK) {
        assay_state_abort(replay->writer);
        replay->writer = NULL;
        replay->weight = 0;
    }
    return error;
}

void assay_carton_replay_end(struct assay_carton_replay *replay)
{
    if (replay->writer != NULL) {
        assay_state_commit(replay->writer);
        replay->writer = NULL;
    }
    replay->weight = 0;
}
