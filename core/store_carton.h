// SPDX-License-Identifier: Apache-2.0
/* Cartons and pallets in the store: looked up in the state, changed by records.
 *
 * A change is made by whoever holds the cartons' own lock, from what it reads to what it writes, so
 * that two imports never pack the same item. Scans do not meet that lock. Records of cartons go to
 * the ledger first; their rows in the state follow before the call returns, in transactions of their
 * own; until then checkpoints do not claim the ledger beyond them. */
#ifndef ASSAY_CORE_STORE_CARTON_H
#define ASSAY_CORE_STORE_CARTON_H

#include "core/carton.h"
#include "core/store.h"

/** Take the lock; taken before the store's own, never while that is held. And give it back. */
void assay_store_cartons_lock(struct assay_store_session *session);
void assay_store_cartons_unlock(struct assay_store_session *session);

/** Append records as one group, sync it, and apply it.
 *
 *  records   MOVE records are checked and applied as assay_store_put does; the last record is one
 *            of cartons, checked by the caller under the lock. PACK records alone do nothing yet.
 *  count     1.. as many as fit a group (ASSAY_LEDGER_GROUP_BYTES_MAX).
 *  first     out: position of the first record.
 *  returns   ASSAY_OK; a refusal of a move; ASSAY_E_TOO_LARGE: no group holds them;
 *            ASSAY_E_NO_SPACE; ASSAY_E_CORRUPT, _IO, _MEMORY: end the process.
 *  threads   the lock's holder.
 */
ASSAY_MUST_CHECK enum assay_error assay_store_cartons_put(struct assay_store_session *session,
                                                          const struct assay_record *records,
                                                          size_t count, uint64_t *first,
                                                          struct assay_reason *reason);

/** Append encoded PACK records as one group; not synced. Errors as above. */
ASSAY_MUST_CHECK enum assay_error assay_store_cartons_append(struct assay_store_session *session,
                                                             struct assay_span packs,
                                                             uint32_t count, uint64_t *first);

/** Read the table: a snapshot from begin to end, through the session's reader. */
ASSAY_MUST_CHECK enum assay_error assay_store_cartons_begin(struct assay_store_session *session,
                                                            struct assay_unit_table *table);
void assay_store_cartons_end(struct assay_store_session *session);

/** Where PACK records of this store are read from. */
struct assay_carton_target assay_store_carton_target(struct assay_store *store);

#endif
