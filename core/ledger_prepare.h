// SPDX-License-Identifier: Apache-2.0
/* The thread that prepares the next segment ahead of need. Inside of core/ledger.c.
 *
 * Threads: its own lock guards how far it got and what it was asked for; held for no I/O.
 */
#ifndef ASSAY_CORE_LEDGER_PREPARE_H
#define ASSAY_CORE_LEDGER_PREPARE_H

#include "core/ledger_segment.h"

struct assay_preparer;

/** Start the thread. ready: number of the last segment there is. folder, io: borrowed until stop.
 *  returns ASSAY_OK; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_preparer_start(const struct assay_segment_folder *folder,
                                                       const struct assay_ledger_io *io,
                                                       uint64_t ready,
                                                       struct assay_preparer **preparer);

/** Ask for a segment; does not wait. threads: any. */
void assay_preparer_want(struct assay_preparer *preparer, uint64_t number);

/** Wait for a segment; one attempt is made anew if the last one failed.
 *  returns ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_preparer_wait(struct assay_preparer *preparer,
                                                      uint64_t number);

/** Segments that are there, prepared or used. threads: any. */
uint64_t assay_preparer_count(struct assay_preparer *preparer);

/** End the thread and free; a half-made segment is removed. NULL is allowed. */
void assay_preparer_stop(struct assay_preparer *preparer);

#endif
