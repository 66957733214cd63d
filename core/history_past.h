// SPDX-License-Identifier: Apache-2.0
/* Batches as they were: the moves of the ledger, each at its own time. A scan of the past is decided
 * on what held then: not on sale before its range was activated, recalled only from the recall on. */
#ifndef ASSAY_CORE_HISTORY_PAST_H
#define ASSAY_CORE_HISTORY_PAST_H

#include "core/store.h"

struct assay_history_past;

/** Read the moves of the ledger of `store`, whose directory is dir. ASSAY_OK, *past is the caller's
 *  to destroy; what reading the ledger says. */
ASSAY_MUST_CHECK enum assay_error assay_history_past_create(struct assay_store_session *session,
                                                            const char *dir, uint64_t ledger_end,
                                                            struct assay_history_past **past,
                                                            struct assay_reason *reason);

/** Free; NULL is allowed. */
void assay_history_past_destroy(struct assay_history_past *past);

/** Does asking for this batch at this time change what was given out of it before? */
bool assay_history_past_moves(const struct assay_history_past *past,
                              const struct assay_batch_facts *facts, int64_t at_unix_ms);

/** The batch as it was at this time, which never goes back for one batch. *batch: borrowed, the same
 *  until it moves. ASSAY_OK, ASSAY_E_MEMORY; what the store says. */
ASSAY_MUST_CHECK enum assay_error assay_history_past_batch(struct assay_history_past *past,
                                                           const struct assay_batch_facts *facts,
                                                           int64_t at_unix_ms,
                                                           const struct assay_batch **batch);

#endif
