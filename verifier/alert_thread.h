// SPDX-License-Identifier: Apache-2.0
/* The thread that asks the rules of alerts, a while after a checkpoint has taken in something new.
 * It waits for disks, with a session of its own; nobody waits for it. */
#ifndef ASSAY_VERIFIER_ALERT_THREAD_H
#define ASSAY_VERIFIER_ALERT_THREAD_H

#include "core/store.h"

struct assay_alert_thread;

/** Start it.
 *  interval_ms  the least time between two passes; a pass that took long is followed by at least
 *               twenty times as long.
 *  returns      ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_STORE. The caller closes it before the store. */
ASSAY_MUST_CHECK enum assay_error assay_alert_thread_open(struct assay_store *store,
                                                          uint32_t interval_ms,
                                                          struct assay_alert_thread **thread);

/** Stop and join; NULL is allowed. blocks: for a pass under way. */
void assay_alert_thread_close(struct assay_alert_thread *thread);

#endif
