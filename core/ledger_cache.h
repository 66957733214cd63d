// SPDX-License-Identifier: Apache-2.0
/* Open segments for reading single records. Inside of core/ledger.c.
 *
 * Threads: any. Each slot has a read-write lock: held for reading around a pread, for writing
 * while a file is opened or replaced.
 */
#ifndef ASSAY_CORE_LEDGER_CACHE_H
#define ASSAY_CORE_LEDGER_CACHE_H

#include "core/ledger_segment.h"

struct assay_segment_cache;

/** Make an empty cache. folder: borrowed until destroy. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_segment_cache_create(const struct assay_segment_folder *folder,
                           struct assay_segment_cache **cache);

/** Close every file and free; NULL is allowed. */
void assay_segment_cache_destroy(struct assay_segment_cache *cache);

/** Read bytes of the ledger at a position; got is short only at the end of the segment.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (no such segment, or a bad one); ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_segment_cache_read(struct assay_segment_cache *cache,
                                                           uint64_t position, void *data,
                                                           size_t len_bytes, size_t *got);

#endif
