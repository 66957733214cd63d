// SPDX-License-Identifier: Apache-2.0
/* Administrative commands: one table, one function; served over HTTP by the verifier and called
 * directly by assay-batch when no verifier runs. */
#ifndef ASSAY_CORE_OFFICE_H
#define ASSAY_CORE_OFFICE_H

#include <jansson.h>

#include "core/keyring.h"
#include "core/store.h"

struct assay_outbox;

struct assay_office {
    const char *dir; /* the data directory: lists of scans are read from its ledger */
    struct assay_store *store;
    struct assay_store_session *session; /* of the calling thread */
    /* Label key (item.show), office key (batch.create: without it the order comes unsigned, and
     * assay-batch signs it); NULL = none. */
    const struct assay_keyring *keyring;
    struct assay_outbox *outbox; /* deliveries of alerts (core/outbox.h); NULL: no verifier runs */
    /* What audit views keep (core/office_audit_ground.h), of the calling thread; NULL: nothing. */
    struct assay_audit_kept *audit_kept;
};

/** Who asks: for the ledger, and what they may do. */
struct assay_actor {
    char name[ASSAY_ACTOR_MAX + 1]; /* "uid 0 (root)", "token ci" */
    uint32_t scopes;                /* ASSAY_SCOPE_* */
};

/** What is asked, by whom, when. All borrowed for the call. */
struct assay_office_request {
    const char *command;  /* "product.add", "batch.create", ...; see assay_office_each_command */
    const json_t *params; /* an object; every field is checked, unknown ones are refused */
    const struct assay_actor *actor;
    int64_t now_unix_ms; /* the time of the act */
};

/** Run one command.
 *
 *  result    out: a new reference, on ASSAY_OK only.
 *  returns   ASSAY_OK; ASSAY_E_FIELD, _NOT_FOUND, _EXISTS, _TRANSITION, _SCOPE, ... with a reason
 *            that names the field and what to do; ASSAY_E_IO: end the process.
 *  blocks    for the sync. threads: one per session.
 */
ASSAY_MUST_CHECK enum assay_error assay_office_run(struct assay_office *office,
                                                   const struct assay_office_request *request,
                                                   json_t **result, struct assay_reason *reason);

/** Read name, name_zh, host and time_zone over what *brand holds, and check the whole.
 *  returns ASSAY_OK; ASSAY_E_FIELD with the field's name, *brand untouched. */
ASSAY_MUST_CHECK enum assay_error assay_office_brand_read(const json_t *params,
                                                          struct assay_brand_record *brand,
                                                          struct assay_reason *reason);

/** The actor of a Bearer token's text. ASSAY_OK or ASSAY_E_TOKEN. */
ASSAY_MUST_CHECK enum assay_error assay_office_actor_of_token(struct assay_store *store,
                                                              const char *token, size_t len,
                                                              struct assay_actor *actor);

/** As assay_office_actor_of_token, by the SHA-256 of the token's text: who keeps that instead of the
 *  token learns here that the token was revoked. ASSAY_OK or ASSAY_E_TOKEN. */
ASSAY_MUST_CHECK enum assay_error assay_office_actor_of_token_sha256(
    struct assay_store *store, const uint8_t sha256[ASSAY_SHA256_LEN], struct assay_actor *actor);

/** Walk the table: name, scope, one line of help. */
void assay_office_each_command(void (*visit)(void *context, const char *name, uint32_t scope,
                                             const char *help),
                               void *context);

#endif
