// SPDX-License-Identifier: Apache-2.0
/* The ledger: append-only segments of groups of records; the truth (docs/FORMAT.md, section 3).
 *
 * Invariants
 *  1. A position is segment number * segment bytes + offset; it grows with time and never repeats.
 *  2. A group begins on a 64-byte boundary with its sequence, the previous group's CRC-32C, its
 *     own, and the position up to which the ledger was synced when it was written.
 *  3. A group lies within one segment. A segment is written with zeros and synced, its folder too,
 *     before it is used; the old one is synced before the first group of the new one is written.
 *  4. After a failed write or sync nothing is appended any more: the caller ends the process.
 *  5. At open a bad group below `known_synced`, or below what any later valid group says was
 *     synced, is corruption; else it is the torn tail: saved aside, zeroed, synced.
 */
#ifndef ASSAY_CORE_LEDGER_H
#define ASSAY_CORE_LEDGER_H

#include "core/ledger_io.h"
#include "core/record.h"

struct assay_ledger;

struct assay_ledger_options {
    const char *dir;        /* the ledger's own folder, "DATA/ledger" */
    uint64_t segment_bytes; /* of a new ledger; 0 = ASSAY_LEDGER_SEGMENT_BYTES */
    uint64_t known_synced;  /* what the state says is on disk; 0 if nothing */
    struct assay_ledger_io io;
};

/** What open found at the tail. */
struct assay_ledger_tail {
    uint64_t end;        /* where the next group goes */
    uint64_t torn_bytes; /* how much was set aside; 0 = clean */
    char torn_file[256]; /* where to */
};

/** Make a new, empty ledger. ledger_id: 16 bytes that name it. Folder and file are synced.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_NO_SPACE; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_create(const struct assay_ledger_options *options,
                                                      const uint8_t ledger_id[16],
                                                      struct assay_reason *reason);

/** Open for appending; the caller holds the data directory's lock. Scans the groups from
 *  known_synced on, mends a torn tail. Starts the thread that prepares segments.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (file, offset and position in reason); ASSAY_E_AHEAD (the
 *  ledger ends, cleanly, before known_synced); ASSAY_E_VERSION; ASSAY_E_NOT_FOUND;
 *  ASSAY_E_NO_SPACE (to set the torn tail aside); ASSAY_E_MEMORY; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_open(const struct assay_ledger_options *options,
                                                    struct assay_ledger **ledger,
                                                    struct assay_ledger_tail *tail,
                                                    struct assay_reason *reason);

/** The ledger's 16-byte name, from its header. threads: any. */
const uint8_t *assay_ledger_id(const struct assay_ledger *ledger);

/** Sync and close. NULL is allowed. */
void assay_ledger_close(struct assay_ledger *ledger);

/** Append one group of encoded records; it is in the page cache, not yet on disk.
 *
 *  data, len_bytes   whole records, one after the other; at most
 *                    ASSAY_LEDGER_GROUP_BYTES_MAX - 64.
 *  records           how many.
 *  first             out: position of the first record; record i+1 follows record i.
 *  returns           ASSAY_OK; ASSAY_E_NO_SPACE (nothing was written); ASSAY_E_IO (end the process).
 *  threads           one at a time: the caller holds the store's lock. blocks: page cache only,
 *                    or for a segment if none is ready.
 */
ASSAY_MUST_CHECK enum assay_error assay_ledger_append(struct assay_ledger *ledger, const void *data,
                                                      size_t len_bytes, uint32_t records,
                                                      uint64_t *first);

/** Position that the first record of the next group will have, if the group is at most `len_bytes`
 *  long; known beforehand so that records may hold positions of records of the same group. Moves on
 *  to the next segment if so much does not fit, so that a shorter group lands at *first too.
 *  returns ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO. Same thread rule as append. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_next(struct assay_ledger *ledger, size_t len_bytes,
                                                    uint64_t *first);

/** Wait until everything below `position` is on disk. Whoever comes first syncs for all.
 *  returns ASSAY_OK or ASSAY_E_IO (end the process). threads: any. blocks: one or two fdatasync. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_sync(struct assay_ledger *ledger, uint64_t position);

/** End of what was appended; end of what is on disk; bytes in all segments. threads: any. */
uint64_t assay_ledger_end(const struct assay_ledger *ledger);
uint64_t assay_ledger_synced(const struct assay_ledger *ledger);

/** The last group's sequence and how many records there are in all. threads: any. */
uint64_t assay_ledger_record_count(const struct assay_ledger *ledger);

/** Nanoseconds and number of fdatasync calls so far, for metrics. threads: any. */
void assay_ledger_sync_stats(const struct assay_ledger *ledger, uint64_t *calls, uint64_t *total_ns,
                             uint64_t *max_ns);

/** Read the record at a position that the state or a record named.
 *  data: out, room for size_bytes >= the record's length (ASSAY_RECORD_BYTES_MAX always does).
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (no record there); ASSAY_E_IO. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_read(struct assay_ledger *ledger, uint64_t position,
                                                    void *data, size_t size_bytes);

/** Copy the first bytes of a record that was appended a moment ago, within ASSAY_LEDGER_RECENT_BYTES.
 *  false: read it. Same thread rule as append. */
bool assay_ledger_read_recent(const struct assay_ledger *ledger, uint64_t position, void *data,
                              size_t len_bytes);

/* -- reading in order; needs no lock, also beside a running writer up to what it synced -- */

struct assay_ledger_reader;

/** Begin at a record position (0 = the first) and end at `end` (UINT64_MAX = the torn tail).
 *  Group CRCs are checked. `from` may also be the end of a group, as `end` and `synced` are.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND (no ledger, or no record begins at `from`); ASSAY_E_AHEAD
 *  (the ledger ends before `from`); ASSAY_E_VERSION; ASSAY_E_CORRUPT; ASSAY_E_MEMORY;
 *  ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_reader_open(const char *dir, uint64_t from,
                                                           uint64_t end,
                                                           struct assay_ledger_reader **reader,
                                                           struct assay_reason *reason);

/** The next record's bytes, borrowed until the next call; len_bytes 0 at the end.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (where, in reason); ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_reader_next(struct assay_ledger_reader *reader,
                                                           struct assay_span *record,
                                                           uint64_t *position,
                                                           struct assay_reason *reason);

/** Identity from the header; how many records were read; CRC of the last group that was read (the
 *  chain's last value: each group's CRC covers the one before it), 0 before the first. */
const uint8_t *assay_ledger_reader_id(const struct assay_ledger_reader *reader);
uint64_t assay_ledger_reader_count(const struct assay_ledger_reader *reader);
uint32_t assay_ledger_reader_crc(const struct assay_ledger_reader *reader);

/** Free; NULL is allowed. */
void assay_ledger_reader_close(struct assay_ledger_reader *reader);

#endif
