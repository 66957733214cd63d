// SPDX-License-Identifier: Apache-2.0
/* State: LMDB, holding what the ledger adds up to, up to one position. MDB_* stays in here.
 *
 *   items    key u64 (handle << 26 | index), value: assay_item_encode
 *   catalog  key: kind u8, identity; value: position u64, then a record, a batch row or a cell
 *   meta     "format" u32, "position" u64, "ledger" 16 bytes
 *   cartons  see state_carton.h
 *
 * Default durability (never WRITEMAP, never NOSYNC). A failed commit ends the process: a later
 * success would lie. What LMDB returns never leaves its transaction undecoded.
 */
#ifndef ASSAY_CORE_STATE_H
#define ASSAY_CORE_STATE_H

#include "core/item.h"

#define ASSAY_STATE_FORMAT 6
#define ASSAY_CATALOG_KEY_MAX 64

struct assay_state;
struct assay_state_reader;
struct assay_state_writer;

/** Open or create the environment in `dir` (made if need be).
 *  read_only: beside a running verifier; the environment must exist.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_VERSION; ASSAY_E_CORRUPT; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_open(const char *dir, bool read_only,
                                                   struct assay_state **state,
                                                   struct assay_reason *reason);
/** Close; no reader is open. NULL is allowed. */
void assay_state_close(struct assay_state *state);

/** Release the slots of readers that died (mdb_reader_check). */
void assay_state_reader_check(struct assay_state *state);

/* -- reading: one reader a thread -- */

/** A reader, between end and begin. ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_STORE (no slot left). */
ASSAY_MUST_CHECK enum assay_error assay_state_reader_open(struct assay_state *state,
                                                          struct assay_state_reader **reader);
/** Give the slot back; NULL is allowed. */
void assay_state_reader_close(struct assay_state_reader *reader);

/** Take a fresh snapshot; a reader between end and begin pins no pages. */
ASSAY_MUST_CHECK enum assay_error assay_state_begin(struct assay_state_reader *reader);
void assay_state_end(struct assay_state_reader *reader);

/** Item of a key; all zero if there is no row. returns ASSAY_OK; E_CORRUPT; E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_item(struct assay_state_reader *reader, uint64_t key,
                                                   struct assay_item *item);

/** How far in the ledger the snapshot got; 0 = nothing yet. */
ASSAY_MUST_CHECK enum assay_error assay_state_position(struct assay_state_reader *reader,
                                                       uint64_t *position);

/** Name of the ledger that the state belongs to; zeros in a new state. */
ASSAY_MUST_CHECK enum assay_error assay_state_ledger_id(struct assay_state_reader *reader,
                                                        uint8_t ledger_id[16]);

/** Visit the catalog in key order; value borrowed for the call; a visit's error ends the walk and
 *  is returned. */
ASSAY_MUST_CHECK enum assay_error assay_state_each_catalog(
    struct assay_state_reader *reader,
    enum assay_error (*visit)(void *context, struct assay_span key, struct assay_span value),
    void *context);

/** Visit all items in key order. */
ASSAY_MUST_CHECK enum assay_error assay_state_each_item(
    struct assay_state_reader *reader,
    enum assay_error (*visit)(void *context, uint64_t key, const struct assay_item *item),
    void *context);

/** Size of the items' tree, for growth figures. */
struct assay_state_size {
    uint64_t items;
    uint64_t tree_bytes; /* B-tree pages of the items */
    uint64_t file_bytes; /* highest page ever used */
};
/** The sizes as of the snapshot. ASSAY_OK or ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_size(struct assay_state_reader *reader,
                                                   struct assay_state_size *size);

/* -- writing: one writer in all; every function but begin ends the process on an LMDB error -- */

/** Begin a transaction. */
struct assay_state_writer *assay_state_write_begin(struct assay_state *state);
void assay_state_put_item(struct assay_state_writer *writer, uint64_t key,
                          const struct assay_item *item);
void assay_state_put_catalog(struct assay_state_writer *writer, struct assay_span key,
                             struct assay_span value);
void assay_state_put_position(struct assay_state_writer *writer, uint64_t position,
                              const uint8_t ledger_id[16]);
/** Commit, durable when it returns. */
void assay_state_commit(struct assay_state_writer *writer);
/** Give the transaction up: nothing of it was done. */
void assay_state_abort(struct assay_state_writer *writer);

/** Copy the environment, consistent, beside a running verifier (mdb_env_copy). `to` is an
 *  existing, empty folder. returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_copy(const char *dir, const char *to,
                                                   struct assay_reason *reason);

#endif
