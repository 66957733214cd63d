// SPDX-License-Identifier: Apache-2.0
/* The state's roll-ups (docs/FORMAT.md, section 8.1), in the table "rollup":
 *
 *   'M'                         how far in the ledger they got, the brand's offset from UTC there
 *   'D' day, batch, country     a row by day
 *   'W' Monday, batch, region   a row by week
 *   'd' 'c' 'b' 'w' 'r'         sums of these (enum assay_rollup_kind), for walks over much
 *   'I' item                    an item that was answered above level low: when, score, level
 *   'R' level, score, item      the same, most suspicious first
 *   'L' batch                   how many of its items are at each level above low
 *
 * Written by checkpoints, in the transaction that stores their position. */
#ifndef ASSAY_CORE_STATE_ROLLUP_H
#define ASSAY_CORE_STATE_ROLLUP_H

#include "core/rollup.h"
#include "core/state.h"

struct assay_rollup_meta {
    uint64_t position; /* the ledger is contained up to here; 0 = there are no roll-ups yet */
    int32_t utc_offset_minutes;
    uint64_t records;   /* that stand before it */
    int64_t at_unix_ms; /* the newest scan; 0 = none */
};

/** What the snapshot's roll-ups say of themselves. ASSAY_OK; E_CORRUPT; E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_rollup_meta(struct assay_state_reader *reader,
                                                          struct assay_rollup_meta *meta);

/** Add a sorted roll-up to the rows of the transaction, those of the coarser kinds too, and set meta.
 *  Ends the process on LMDB's errors.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (a stored row cannot be read); ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_state_put_rollup(struct assay_state_writer *writer,
                                                         const struct assay_rollup *rollup,
                                                         const struct assay_rollup_meta *meta);

/** Wanted rows of one kind from one day to another, both included. visit borrows the row for the call;
 *  an error of it ends the walk. */
struct assay_rollup_walk {
    enum assay_rollup_kind kind;
    int32_t from_day;
    int32_t to_day;
    struct assay_rollup_wanted wanted; /* zeros = all */
    enum assay_error (*visit)(void *context, const struct assay_rollup_row *row);
    void *context;
};
/** Visit the rows in the order of their keys. ASSAY_OK; E_CORRUPT; E_STORE; a visit's error. */
ASSAY_MUST_CHECK enum assay_error assay_state_each_rollup(struct assay_state_reader *reader,
                                                          const struct assay_rollup_walk *walk);

/** Visit suspicious items, the most suspicious first, those behind `after` only (NULL = all), until
 *  visit returns an error; ASSAY_E_BUSY from it means enough, and is returned as ASSAY_OK. */
ASSAY_MUST_CHECK enum assay_error assay_state_each_suspect(
    struct assay_state_reader *reader, const struct assay_rollup_suspect *after,
    enum assay_error (*visit)(void *context, const struct assay_rollup_suspect *suspect),
    void *context);

/** How many items of a batch stand at each level: by their last scan above level low; [0] is not
 *  used. ASSAY_OK; E_CORRUPT; E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_state_flagged(struct assay_state_reader *reader,
                                                      uint32_t handle,
                                                      uint64_t count[ASSAY_RISK_LEVELS]);

#endif
