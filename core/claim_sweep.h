// SPDX-License-Identifier: Apache-2.0
/* The sweep at start: personal records whose ledger entry never came. */
#ifndef ASSAY_CORE_CLAIM_SWEEP_H
#define ASSAY_CORE_CLAIM_SWEEP_H

#include "core/personal.h"

/** Look every mark up in the ledger: with an entry the mark goes, without one the record goes too.
 *  The ledger is read from the earliest mark's position on, and not at all without marks: after a
 *  clean stop there are none.
 *
 *  dir      the data directory.  synced  how far its ledger is on disk; nothing is appended meanwhile
 *           that a mark waits for.
 *  returns  ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_VERSION; ASSAY_E_IO; ASSAY_E_STORE; ASSAY_E_MEMORY.
 *  blocks   for disk. threads: one, at start.
 */
ASSAY_MUST_CHECK enum assay_error assay_claim_sweep(struct assay_personal *personal,
                                                    const char *dir, uint64_t synced,
                                                    struct assay_reason *reason);

#endif
