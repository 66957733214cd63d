// SPDX-License-Identifier: Apache-2.0
/* The state's rows of cartons and pallets (docs/FORMAT.md, section 8), in the table "cartons":
 *
 *   'M'                    meta: how far in the ledger the table got, number of units, prefix,
 *                          next serials
 *   'U' number             a unit
 *   'S' SSCC               its number
 *   'I' handle, block      which unit holds each of 256 items in a row
 *   'B' handle             how many of a batch's items are packed, and shipped
 *
 * Written by core/carton.c alone, one transaction a record, apart from checkpoints; so the table
 * has a position of its own. */
#ifndef ASSAY_CORE_STATE_CARTON_H
#define ASSAY_CORE_STATE_CARTON_H

#include "core/state.h"

enum assay_unit_state {
    ASSAY_UNIT_OPEN,   /* made, not filled */
    ASSAY_UNIT_PACKED, /* filled and closed */
    ASSAY_UNIT_SHIPPED,
    ASSAY_UNIT_VOID,
    ASSAY_UNIT_UNPACKED, /* taken apart; its SSCC is never used again */
    ASSAY_UNIT_STATES
};

/** A carton or pallet as of now. */
struct assay_unit {
    uint64_t sscc;
    uint32_t number; /* from 1, in order of making */
    enum assay_unit_kind kind;
    enum assay_unit_state state;
    uint32_t count;    /* items, or cartons of a pallet; once unpacked, what it held */
    uint32_t parent;   /* number of the pallet that it is on; 0 = none */
    uint64_t recorded; /* position of its CARTON record, or of PACKED once filled */
    uint64_t content;  /* position of its first PACK; 0 while open */
    uint64_t shipped;  /* position of the CARTON_MOVE, its own or its pallet's; 0 = never */
    uint64_t moved;    /* position of its last one; 0 = none */
};

/** What the table says of itself. */
struct assay_unit_meta {
    uint64_t position; /* of the last record that it holds; 0 = none */
    uint32_t units;    /* how many were ever made: the last one's number */
    char prefix[ASSAY_GS1_PREFIX_MAX + 1];
    uint64_t next_serial[ASSAY_SSCC_EXTENSIONS]; /* least serial never made, by extension digit */
};

/** How many of a batch's items are in cartons now, and in shipped ones. */
struct assay_unit_counts {
    uint32_t packed;
    uint32_t shipped;
};

#define ASSAY_UNIT_BLOCK_ITEMS 256

/** For 256 items in a row, the number of the carton of each; 0 = none. */
struct assay_unit_block {
    uint32_t number[ASSAY_UNIT_BLOCK_ITEMS];
};

/** A snapshot of a reader (between begin and end), or a writer's transaction. */
struct assay_unit_table {
    struct assay_state *state;
    void *txn;
    bool writable;
};

/** The table as a reader sees it, or as a writer does. Valid while they are. */
struct assay_unit_table assay_unit_table_of_reader(struct assay_state_reader *reader);
struct assay_unit_table assay_unit_table_of_writer(struct assay_state_writer *writer);

/** Read a row. What was never written is all zero, but for units: ASSAY_E_NOT_FOUND.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_unit_meta_get(const struct assay_unit_table *table,
                                                      struct assay_unit_meta *meta);
ASSAY_MUST_CHECK enum assay_error assay_unit_get(const struct assay_unit_table *table,
                                                 uint32_t number, struct assay_unit *unit);
ASSAY_MUST_CHECK enum assay_error assay_unit_find(const struct assay_unit_table *table,
                                                  uint64_t sscc, struct assay_unit *unit);
ASSAY_MUST_CHECK enum assay_error assay_unit_counts_get(const struct assay_unit_table *table,
                                                        uint32_t handle,
                                                        struct assay_unit_counts *counts);
/** block: the items' index / ASSAY_UNIT_BLOCK_ITEMS. */
ASSAY_MUST_CHECK enum assay_error assay_unit_block_get(const struct assay_unit_table *table,
                                                       uint32_t handle, uint32_t block,
                                                       struct assay_unit_block *value);

/** Write a row; a writer's table. An LMDB error ends the process. */
void assay_unit_meta_put(const struct assay_unit_table *table, const struct assay_unit_meta *meta);
/** is_new: its SSCC is noted too. */
void assay_unit_put(const struct assay_unit_table *table, const struct assay_unit *unit,
                    bool is_new);
void assay_unit_counts_put(const struct assay_unit_table *table, uint32_t handle,
                           const struct assay_unit_counts *counts);
void assay_unit_block_put(const struct assay_unit_table *table, uint32_t handle, uint32_t block,
                          const struct assay_unit_block *value);

/** Compare two states' tables, row by row; both are readers'. ASSAY_OK or what reading says. */
ASSAY_MUST_CHECK enum assay_error assay_unit_tables_equal(const struct assay_unit_table *a,
                                                          const struct assay_unit_table *b,
                                                          bool *equal);

/** Pages of the table and their bytes, for growth figures. */
ASSAY_MUST_CHECK enum assay_error assay_unit_table_bytes(const struct assay_unit_table *table,
                                                         uint64_t *tree_bytes);

#define ASSAY_UNIT_BLOCK_ROW_MAX (ASSAY_UNIT_BLOCK_ITEMS * 5)

/** The block's row; returns its length. */
size_t assay_unit_block_encode(const struct assay_unit_block *block,
                               uint8_t data[ASSAY_UNIT_BLOCK_ROW_MAX]);
/** And back. ASSAY_OK or ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_unit_block_decode(const void *data, size_t len_bytes,
                                                          struct assay_unit_block *block);

/** "open", "packed", "shipped", "void", "unpacked"; static. */
const char *assay_unit_state_name(enum assay_unit_state state);

#endif
