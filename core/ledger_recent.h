// SPDX-License-Identifier: Apache-2.0
/* The last bytes that were appended to a ledger, in memory: repetitions are looked for among scans
 * of a moment ago, and a copy costs less than a pread. Inside of core/ledger.c.
 *
 * Invariant: what was appended from `from` to `end`, and lies less than ASSAY_LEDGER_RECENT_BYTES
 * before `end`, is here, at its position modulo that. Threads: one at a time. */
#ifndef ASSAY_CORE_LEDGER_RECENT_H
#define ASSAY_CORE_LEDGER_RECENT_H

#include "core/bytes.h"
#include "core/error.h"

struct assay_ledger_recent {
    uint8_t *bytes;
    uint64_t from;
    uint64_t end;
};

/** Begin with nothing; records follow from position `from` on. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_recent_init(struct assay_ledger_recent *recent,
                                                           uint64_t from);
/** Free; zeros are allowed. */
void assay_ledger_recent_deinit(struct assay_ledger_recent *recent);

/** Take in what was appended at a position behind all before it. */
void assay_ledger_recent_put(struct assay_ledger_recent *recent, uint64_t position,
                             struct assay_span data);

/** Copy bytes of a record. false: they are not here (any more). */
bool assay_ledger_recent_get(const struct assay_ledger_recent *recent, uint64_t position,
                             void *data, size_t len_bytes);

#endif
