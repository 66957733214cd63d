// SPDX-License-Identifier: Apache-2.0
/* What is still to be told, to whom: DIR/outbox, an LMDB environment of its own (docs/FORMAT.md).
 *
 * Invariants
 *  1. A message is made in the transaction that moves the cursor past its alert: an alert is handed to
 *     each endpoint, a crash in between or not.
 *  2. A message goes only when its endpoint took it, or with its endpoint: so it may be sent twice,
 *     under the same id, and is never lost.
 *  3. A commit that fails ends the process.
 */
#ifndef ASSAY_CORE_OUTBOX_H
#define ASSAY_CORE_OUTBOX_H

#include "core/error.h"

/* Messages that wait or are dead. Met: no more alerts are handed out until some went. */
#define ASSAY_OUTBOX_MESSAGES_MAX 65536u

/** One message, named by alert and endpoint. */
struct assay_outbox_message {
    uint64_t alert;    /* position of its record; of a test, its time */
    uint64_t endpoint; /* position of the WEBHOOK record; 0: mail */
    int64_t next_unix_ms;
    uint32_t tries;
    int32_t status; /* HTTP or SMTP status of the last try; below 0: none came; 0: not tried */
    bool dead;      /* tried as often as may be */
    bool test;
};

struct assay_outbox;

/** Open or make DIR/outbox (0700). position: where the cursor of a new one begins.
 *  returns ASSAY_OK; ASSAY_E_IO; ASSAY_E_STORE; ASSAY_E_CORRUPT; the caller closes it. */
ASSAY_MUST_CHECK enum assay_error assay_outbox_open(const char *dir, uint64_t position,
                                                    struct assay_outbox **outbox,
                                                    struct assay_reason *reason);
/** Copy DIR/outbox into the folder `to`, which is empty, also beside the verifier that writes it.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND (there is none); ASSAY_E_IO; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_outbox_copy(const char *dir, const char *to,
                                                    struct assay_reason *reason);
/** Close; NULL is allowed. */
void assay_outbox_close(struct assay_outbox *outbox);

/** How far alerts were handed out. ASSAY_OK; ASSAY_E_STORE; ASSAY_E_CORRUPT. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_outbox_cursor(struct assay_outbox *outbox,
                                                      uint64_t *position);

/** Put messages, new or changed, and move the cursor (0 = leave it), all or nothing. threads: any. */
void assay_outbox_put(struct assay_outbox *outbox, const struct assay_outbox_message *messages,
                      size_t count, uint64_t cursor);

/** Take one away; missing is fine. threads: any. */
void assay_outbox_remove(struct assay_outbox *outbox, const struct assay_outbox_message *message);

/** All messages, by alert, then endpoint. *messages: out, the caller frees.
 *  ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_STORE; ASSAY_E_CORRUPT. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_outbox_list(struct assay_outbox *outbox,
                                                    struct assay_outbox_message **messages,
                                                    size_t *count);

#endif
