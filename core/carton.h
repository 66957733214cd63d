// SPDX-License-Identifier: Apache-2.0
/* What a record does to the cartons' table: the only code that writes it, live, at replay and when
 * a state is checked.
 *
 * Invariants
 *  1. An item is in one carton at most, a carton on one pallet at most.
 *  2. An SSCC names one unit for ever; a unit is filled once and its content never changes.
 *  3. One record, one transaction; the table's position is the last record's. A record at or below
 *     it is skipped.
 */
#ifndef ASSAY_CORE_CARTON_H
#define ASSAY_CORE_CARTON_H

#include "core/ledger.h"
#include "core/state_carton.h"

/* The longest PACK record. */
#define ASSAY_PACK_BYTES_MAX (ASSAY_PACK_RUNS_MAX + 64)

/** Whose table, and where PACK records are read from. read: data has room of ASSAY_PACK_BYTES_MAX;
 *  ASSAY_OK; ASSAY_E_CORRUPT: no record stands there; ASSAY_E_IO. */
struct assay_carton_target {
    struct assay_state *state;
    enum assay_error (*read)(void *context, uint64_t position, void *data, size_t size_bytes);
    void *context;
};

/** Apply a record of cartons that is on disk; what it says is visible when this returns.
 *
 *  returns  ASSAY_OK (also when skipped); ASSAY_E_CORRUPT: it does not fit what came before it;
 *           ASSAY_E_MEMORY; ASSAY_E_STORE; ASSAY_E_IO. Nothing was changed on error.
 *  threads  one at a time. blocks: for the state's writer and its commit.
 */
ASSAY_MUST_CHECK enum assay_error assay_carton_apply(const struct assay_carton_target *target,
                                                     const struct assay_record *record,
                                                     uint64_t position);

/** Many records in one transaction: at replay, where a commit for each would take its time. Begins as
 *  all zero but for the target. Records that a commit did not reach are met again. */
struct assay_carton_replay {
    struct assay_carton_target target;
    struct assay_state_writer *writer; /* NULL between transactions */
    uint64_t weight;
};

/** Apply a record; errors as above, and then nothing since the last commit was changed. */
ASSAY_MUST_CHECK enum assay_error assay_carton_replay(struct assay_carton_replay *replay,
                                                      const struct assay_record *record,
                                                      uint64_t position);

/** Commit what there is; before anybody else writes to the state, and at the end. */
void assay_carton_replay_end(struct assay_carton_replay *replay);

/** True if a unit's state allows a move: it stands alone (what is on a pallet moves with it), is
 *  neither void nor unpacked, and, but to be made void, is filled. Shipped once. */
bool assay_carton_may_move(const struct assay_unit *unit, enum assay_carton_move move);

/** Visit the PACK records of a unit, from its first; an error of visit ends it.
 *  ASSAY_OK; what visit or read returned; ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_carton_each_pack(
    const struct assay_carton_target *target, const struct assay_unit *unit,
    enum assay_error (*visit)(void *context, const struct assay_pack_record *pack), void *context);

#endif
