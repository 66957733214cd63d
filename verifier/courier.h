// SPDX-License-Identifier: Apache-2.0
/* The courier: the one thread that tells endpoints and the mail relay of alerts. It hands alerts from
 * the ledger to the outbox, sends what is due, and tries again what was not taken. Nobody waits for
 * it. Each endpoint has one transfer at a time, so that one that hangs holds back itself alone. */
#ifndef ASSAY_VERIFIER_COURIER_H
#define ASSAY_VERIFIER_COURIER_H

#include "verifier/service.h"

struct assay_courier;

/** Open the outbox and start. service: with config, store and keyring; outlives the courier.
 *  returns ASSAY_OK; ASSAY_E_FIELD (mail settings); what the outbox says. */
ASSAY_MUST_CHECK enum assay_error assay_courier_open(struct assay_service *service,
                                                     struct assay_courier **courier,
                                                     struct assay_reason *reason);

/** Stop and join; transfers under way are cut off and tried again by the next process. NULL is
 *  allowed. */
void assay_courier_close(struct assay_courier *courier);

#endif
