// SPDX-License-Identifier: Apache-2.0
/* The published list of keys, as everybody may fetch it: made at most once a minute, however often
 * it is asked for.
 *
 * Invariants
 *  1. One worker at a time makes a list; meanwhile the others have the last one, or ASSAY_E_BUSY.
 *  2. `lock` guards all and is held for a copy at most, never while a list is made.
 */
#ifndef ASSAY_VERIFIER_KEY_NOTICE_H
#define ASSAY_VERIFIER_KEY_NOTICE_H

#include "verifier/workers.h"

/* Seconds that a list is given out; revocations are known to readers so much later. */
#define ASSAY_KEY_NOTICE_SECONDS 60

struct assay_key_notice;

/** Nothing made yet. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_key_notice_create(struct assay_key_notice **notice);

/** Free; NULL is allowed. No worker is in it any more. */
void assay_key_notice_destroy(struct assay_key_notice *notice);

/** A copy of the list, made anew if it is old.
 *
 *  text     out: malloc'ed, len bytes; the caller frees.
 *  returns  ASSAY_OK; ASSAY_E_BUSY; ASSAY_E_MEMORY; what keys.list says.
 *  threads  workers. blocks: to make it.
 */
ASSAY_MUST_CHECK enum assay_error assay_key_notice_get(struct assay_key_notice *notice,
                                                       struct assay_worker *worker, char **text,
                                                       size_t *len, struct assay_reason *reason);

#endif
