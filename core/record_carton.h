// SPDX-License-Identifier: Apache-2.0
/* Records of cartons and pallets (docs/FORMAT.md, section 4; the reasons in docs/decisions/).
 *
 * A unit is a carton, which holds items, or a pallet, which holds cartons. Units are numbered from 1
 * in the order in which they were made. Contents never change: a unit is made, filled once, and
 * later shipped, made void or unpacked as a whole. */
#ifndef ASSAY_CORE_RECORD_CARTON_H
#define ASSAY_CORE_RECORD_CARTON_H

#include "core/limits.h"
#include "core/sscc.h"
#include "core/wire.h"

struct assay_record;

enum assay_unit_kind { ASSAY_UNIT_CARTON, ASSAY_UNIT_PALLET, ASSAY_UNIT_KINDS };

enum assay_carton_move {
    ASSAY_CARTON_SHIP,
    ASSAY_CARTON_VOID,
    ASSAY_CARTON_UNPACK,
    ASSAY_CARTON_MOVES
};

/** CARTON: units made empty, to be filled later; serials in a row. */
struct assay_carton_record {
    int64_t at_unix_ms;
    uint64_t sscc;   /* of the first; the next ones have the serials after it */
    uint32_t number; /* of the first */
    uint32_t count;
    enum assay_unit_kind kind;
    char actor[ASSAY_ACTOR_MAX + 1];
};

/* Bytes of runs in one PACK; a unit that needs more goes on in the next. */
#define ASSAY_PACK_RUNS_MAX 1400

/** PACK: what a unit holds of one batch (or which cartons, handle 0). It says nothing until a PACKED
 *  record after it does: an import that was cut short has none. */
struct assay_pack_record {
    uint64_t sscc;
    uint32_t number;
    uint32_t handle;   /* 0: the numbers are those of cartons */
    uint32_t items;    /* how many numbers the runs hold */
    uint32_t runs_len; /* bytes */
    uint8_t runs[ASSAY_PACK_RUNS_MAX];
};

/* Groups of one import: 2^21 units of one item each take 81 groups of a MiB. */
#define ASSAY_PACKED_CHUNKS_MAX 120

/** PACKED: the PACK records that it names hold, as one act. They stand in chunks, each within one
 *  group of the ledger; the records of one unit stand in one chunk, one after the other. */
struct assay_packed_record {
    int64_t at_unix_ms;
    uint32_t units; /* cartons and pallets that were filled */
    uint32_t items; /* items in cartons; cartons on pallets do not count */
    uint32_t chunks;
    uint64_t chunk_at[ASSAY_PACKED_CHUNKS_MAX];    /* position of its first PACK; ascending */
    uint32_t chunk_packs[ASSAY_PACKED_CHUNKS_MAX]; /* how many follow one another from there */
    char actor[ASSAY_ACTOR_MAX + 1];
};

/** CARTON_MOVE: a unit with all that it holds. */
struct assay_carton_move_record {
    int64_t at_unix_ms;
    uint32_t number;
    enum assay_carton_move move;
    char actor[ASSAY_ACTOR_MAX + 1];
    char text[ASSAY_REASON_MAX + 1]; /* where to, or the reason */
};

/** PREFIX: the company prefix that SSCCs are allocated from. */
struct assay_prefix_record {
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
    char prefix[ASSAY_GS1_PREFIX_MAX + 1];
};

struct assay_record_fields;

/** The fields' row of one of the types above, or NULL; static. threads: any. */
const struct assay_record_fields *assay_carton_fields_of(unsigned type);

/** True for the five types above: they change the cartons, not the catalog. */
bool assay_record_is_of_cartons(const struct assay_record *record);

/** "ship", "void", "unpack"; static. And "carton", "pallet". */
const char *assay_carton_move_name(enum assay_carton_move move);
const char *assay_unit_kind_name(enum assay_unit_kind kind);

#endif
