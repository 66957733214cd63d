// SPDX-License-Identifier: Apache-2.0
#include "core/record_carton.h"

#include "core/record_fields.h"
#include "core/runs.h"

#define HANDLE_LIMIT (1u << 30)

/* Numbers that stand in ledgers. */
_Static_assert(ASSAY_UNIT_PALLET == 1, "stored kind of unit");
_Static_assert(ASSAY_CARTON_UNPACK == 2, "stored move of a unit");

const char *assay_carton_move_name(enum assay_carton_move move)
{
    static const char *const names[ASSAY_CARTON_MOVES] = {"ship", "void", "unpack"};
    assay_assert(move < ASSAY_CARTON_MOVES);
    return names[move];
}

const char *assay_unit_kind_name(enum assay_unit_kind kind)
{
    return kind == ASSAY_UNIT_PALLET ? "pallet" : "carton";
}

bool assay_record_is_of_cartons(const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_CARTON:
    case ASSAY_RECORD_PACK:
    case ASSAY_RECORD_PACKED:
    case ASSAY_RECORD_CARTON_MOVE:
    case ASSAY_RECORD_PREFIX:
        return true;
    default:
        return false;
    }
}

static bool number_is_valid(uint32_t number)
{
    return number >= 1 && number <= ASSAY_UNITS_MAX;
}

/* -- made empty -- */

static bool carton_is_valid(const struct assay_carton_record *carton)
{
    return assay_sscc_is_right(carton->sscc) && number_is_valid(carton->number) &&
           carton->count >= 1 && carton->count <= ASSAY_UNITS_MAX - carton->number + 1 &&
           (unsigned)carton->kind < ASSAY_UNIT_KINDS;
}

static bool put_carton(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_carton_record *carton = &record->carton;
    assay_wire_put_u64(wire, (uint64_t)carton->at_unix_ms);
    assay_wire_put_u64(wire, carton->sscc);
    assay_wire_put_u32(wire, carton->number);
    assay_wire_put_u32(wire, carton->count);
    assay_wire_put_u8(wire, (uint8_t)carton->kind);
    assay_wire_put_text(wire, carton->actor);
    return carton_is_valid(carton);
}

static bool get_carton(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_carton_record *carton = &record->carton;
    carton->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    carton->sscc = assay_wire_get_u64(wire);
    carton->number = assay_wire_get_u32(wire);
    carton->count = assay_wire_get_u32(wire);
    carton->kind = assay_wire_get_u8(wire);
    assay_wire_get_text(wire, carton->actor, sizeof carton->actor);
    return carton_is_valid(carton);
}

/* -- filled -- */

static bool pack_is_valid(const struct assay_pack_record *pack)
{
    if (pack->runs_len > ASSAY_PACK_RUNS_MAX || pack->handle >= HANDLE_LIMIT) {
        return false;
    }
    uint64_t limit = pack->handle != 0 ? ASSAY_BATCH_ITEMS_MAX : (uint64_t)ASSAY_UNITS_MAX + 1;
    return assay_sscc_is_right(pack->sscc) && number_is_valid(pack->number) && pack->items >= 1 &&
           assay_runs_total(pack->runs, pack->runs_len, limit) == pack->items;
}

static bool put_pack(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_pack_record *pack = &record->pack;
    bool valid = pack_is_valid(pack);
    assay_wire_put_u64(wire, pack->sscc);
    assay_wire_put_u32(wire, pack->number);
    assay_wire_put_u32(wire, pack->handle);
    assay_wire_put_u32(wire, pack->items);
    assay_wire_put_u16(wire, (uint16_t)pack->runs_len);
    assay_wire_put_bytes(wire, pack->runs, valid ? pack->runs_len : 0);
    return valid;
}

static bool get_pack(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_pack_record *pack = &record->pack;
    pack->sscc = assay_wire_get_u64(wire);
    pack->number = assay_wire_get_u32(wire);
    pack->handle = assay_wire_get_u32(wire);
    pack->items = assay_wire_get_u32(wire);
    pack->runs_len = assay_wire_get_u16(wire);
    if (pack->runs_len > ASSAY_PACK_RUNS_MAX) {
        return false;
    }
    assay_wire_get_bytes(wire, pack->runs, pack->runs_len);
    return pack_is_valid(pack);
}

static bool packed_is_valid(const struct assay_packed_record *packed)
{
    if (packed->chunks < 1 || packed->chunks > ASSAY_PACKED_CHUNKS_MAX || packed->units < 1) {
        return false;
    }
    uint64_t before = 0;
    for (uint32_t i = 0; i < packed->chunks; i++) {
        uint64_t at = packed->chunk_at[i];
        if (at <= before || at % 8 != 0 || packed->chunk_packs[i] < 1) {
            return false;
        }
        before = at;
    }
    return true;
}

static bool put_packed(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_packed_record *packed = &record->packed;
    bool valid = packed_is_valid(packed);
    assay_wire_put_u64(wire, (uint64_t)packed->at_unix_ms);
    assay_wire_put_u32(wire, packed->units);
    assay_wire_put_u32(wire, packed->items);
    assay_wire_put_u32(wire, packed->chunks);
    for (uint32_t i = 0; valid && i < packed->chunks; i++) {
        assay_wire_put_u64(wire, packed->chunk_at[i]);
        assay_wire_put_u32(wire, packed->chunk_packs[i]);
    }
    assay_wire_put_text(wire, packed->actor);
    return valid;
}

static bool get_packed(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_packed_record *packed = &record->packed;
    packed->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    packed->units = assay_wire_get_u32(wire);
    packed->items = assay_wire_get_u32(wire);
    packed->chunks = assay_wire_get_u32(wire);
    if (packed->chunks > ASSAY_PACKED_CHUNKS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < packed->chunks; i++) {
        packed->chunk_at[i] = assay_wire_get_u64(wire);
        packed->chunk_packs[i] = assay_wire_get_u32(wire);
    }
    assay_wire_get_text(wire, packed->actor, sizeof packed->actor);
    return packed_is_valid(packed);
}

/* -- moved -- */

static bool carton_move_is_valid(const struct assay_carton_move_record *move)
{
    return number_is_valid(move->number) && (unsigned)move->move < ASSAY_CARTON_MOVES;
}

static bool put_carton_move(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_carton_move_record *move = &record->carton_move;
    assay_wire_put_u64(wire, (uint64_t)move->at_unix_ms);
    assay_wire_put_u32(wire, move->number);
    assay_wire_put_u8(wire, (uint8_t)move->move);
    assay_wire_put_text(wire, move->actor);
    assay_wire_put_text(wire, move->text);
    return carton_move_is_valid(move);
}

static bool get_carton_move(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_carton_move_record *move = &record->carton_move;
    move->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    move->number = assay_wire_get_u32(wire);
    move->move = assay_wire_get_u8(wire);
    assay_wire_get_text(wire, move->actor, sizeof move->actor);
    assay_wire_get_text(wire, move->text, sizeof move->text);
    return carton_move_is_valid(move);
}

/* -- the prefix -- */

static bool put_prefix(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_prefix_record *prefix = &record->prefix;
    assay_wire_put_u64(wire, (uint64_t)prefix->at_unix_ms);
    assay_wire_put_text(wire, prefix->actor);
    assay_wire_put_text(wire, prefix->prefix);
    return assay_gs1_prefix_is_right(prefix->prefix);
}

static bool get_prefix(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_prefix_record *prefix = &record->prefix;
    prefix->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_text(wire, prefix->actor, sizeof prefix->actor);
    assay_wire_get_text(wire, prefix->prefix, sizeof prefix->prefix);
    return assay_gs1_prefix_is_right(prefix->prefix);
}

const struct assay_record_fields *assay_carton_fields_of(unsigned type)
{
    static const struct assay_record_fields rows[] = {
        [ASSAY_RECORD_CARTON] = {.put = put_carton, .get = get_carton},
        [ASSAY_RECORD_PACK] = {.put = put_pack, .get = get_pack},
        [ASSAY_RECORD_PACKED] = {.put = put_packed, .get = get_packed},
        [ASSAY_RECORD_CARTON_MOVE] = {.put = put_carton_move, .get = get_carton_move},
        [ASSAY_RECORD_PREFIX] = {.put = put_prefix, .get = get_prefix},
    };
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    return known ? &rows[type] : NULL;
}
