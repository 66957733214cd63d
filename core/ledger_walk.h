// SPDX-License-Identifier: Apache-2.0
/* Walking a ledger group by group, with every seal and the chain checked, and telling its torn
 * tail from corruption. Inside of core/ledger.c; needs no lock.
 *
 * Invariants
 *  1. `number` and `offset` are where the next group is expected, or would be appended.
 *  2. A segment is left for the next one only if the next one's first group continues the chain.
 *  3. What stands behind the end is the torn tail if nothing says that it was synced; corruption
 *     if a caller knows better, or a later valid group was written after it was synced.
 */
#ifndef ASSAY_CORE_LEDGER_WALK_H
#define ASSAY_CORE_LEDGER_WALK_H

#include "core/ledger_segment.h"

struct assay_ledger_walk {
    struct assay_segment_folder folder;
    int fd; /* of segment `number` */
    uint64_t number;
    uint64_t offset;
    bool chained;      /* the three below are known */
    uint64_t sequence; /* of the last group */
    uint64_t ordinal;  /* records up to here */
    uint32_t crc;      /* of the last group */
    uint64_t synced;   /* the highest that a group named */
    uint8_t *window;   /* bytes of the segment from window_at on */
    uint64_t window_at;
    size_t window_len;
};

/** A group found; borrowed until the next step. */
struct assay_ledger_walk_group {
    struct assay_group_header header;
    const uint8_t *payload; /* NULL: the end was reached */
};

/** Segment that holds a record's position, or the end of a group. */
uint64_t assay_ledger_walk_segment_of(const struct assay_segment_folder *folder, uint64_t position);

/** Where the walk stands, as a position. */
uint64_t assay_ledger_walk_position(const struct assay_ledger_walk *walk);

/** Begin at the first group of the segment in which `position` lies (0 = the first).
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_AHEAD (no such segment yet); ASSAY_E_VERSION;
 *  ASSAY_E_CORRUPT; ASSAY_E_MEMORY; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_walk_open(const char *dir, uint64_t position,
                                                         struct assay_ledger_walk *walk,
                                                         struct assay_reason *reason);

/** The next group, or payload NULL where no further group stands. Says nothing yet about why it
 *  ends there. returns ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_VERSION; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_walk_next(struct assay_ledger_walk *walk,
                                                         struct assay_ledger_walk_group *group,
                                                         struct assay_reason *reason);

/** Judge the end that _next reached.
 *
 *  known_synced  what the caller knows to be on disk.
 *  dirty         out: true if bytes other than zero stand behind the end (the torn tail).
 *  returns       ASSAY_OK; ASSAY_E_CORRUPT (file, offset, position); ASSAY_E_AHEAD: the ledger
 *                ends, cleanly, before known_synced; ASSAY_E_IO.
 */
ASSAY_MUST_CHECK enum assay_error assay_ledger_walk_judge(struct assay_ledger_walk *walk,
                                                          uint64_t known_synced, bool *dirty,
                                                          struct assay_reason *reason);

/** Write "FILE, offset O (position P): what" into the reason. returns ASSAY_E_CORRUPT. */
enum assay_error assay_ledger_walk_damaged(const struct assay_ledger_walk *walk, uint64_t position,
                                           const char *what, struct assay_reason *reason);

/** Close files, free the window. */
void assay_ledger_walk_close(struct assay_ledger_walk *walk);

#endif
