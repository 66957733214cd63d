// SPDX-License-Identifier: Apache-2.0
/* What came of the rows of a file that were replayed before, read from the ledger: a file that is
 * replayed again adds nothing, and still tells the same of each row. */
#ifndef ASSAY_CORE_HISTORY_RECALL_H
#define ASSAY_CORE_HISTORY_RECALL_H

#include "core/ledger.h"

struct assay_history_recall;

/** Begin with a file's first part. dir: the data directory; file: as its last HISTORY record says.
 *  ASSAY_OK, the caller destroys it; what reading the ledger says. */
ASSAY_MUST_CHECK enum assay_error assay_history_recall_open(const char *dir,
                                                            const struct assay_history_record *file,
                                                            uint64_t ledger_end,
                                                            struct assay_history_recall **recall,
                                                            struct assay_reason *reason);

/** Free; NULL is allowed. */
void assay_history_recall_close(struct assay_history_recall *recall);

/** The outcome of the next row that was handed over (all but malformed ones), in order of time.
 *  ASSAY_OK; ASSAY_E_CORRUPT: the ledger does not say; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_history_recall_next(struct assay_history_recall *recall,
                                                            struct assay_history_outcome *outcome,
                                                            struct assay_reason *reason);

/** The scan id of a row: eight bytes of the file's SHA-256, then the row's number. */
void assay_history_scan_id(const uint8_t sha256[ASSAY_SHA256_LEN], uint64_t number,
                           uint8_t scan_id[ASSAY_SCAN_ID_LEN]);

#endif
