// SPDX-License-Identifier: Apache-2.0
/* Warranty registration and look-up, and buyers' reports of fakes.
 * Order of a registration: personal record committed, ledger entry synced, then answered. */
#ifndef ASSAY_CORE_CLAIM_H
#define ASSAY_CORE_CLAIM_H

#include "core/personal.h"
#include "core/receipt.h"
#include "core/store.h"

struct assay_claims; /* what these calls stand on: store, personal, keys */

/** Open the personal environment of data directory `dir` and sweep records without a claim.
 *  store, keyring: borrowed until close. returns ASSAY_OK; ASSAY_E_STORE; ASSAY_E_IO;
 *  ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_claims_open(struct assay_store *store, const char *dir,
                                                    const struct assay_keyring *keyring,
                                                    struct assay_claims **claims,
                                                    struct assay_reason *reason);

/** Close; NULL is allowed. */
void assay_claims_close(struct assay_claims *claims);

struct assay_claim_request {
    const char *name;  /* 1..80 bytes of UTF-8 */
    const char *phone; /* 5..20 of digits, '+', '-', space; compared by its digits */
    const char *email; /* or NULL */
    int32_t bought_on; /* day number, or ASSAY_DAY_NONE: the first scan's day */
    bool consent;      /* must be true */
    int64_t at_unix_ms;
};

struct assay_claim_answer {
    bool created; /* false: the same registration again */
    char reference[33];
    int32_t begins_on;
    int32_t ends_on;
    struct assay_warranty_terms terms;
};

/** Register. The receipt was opened by the caller; the item is decided anew.
 *  returns ASSAY_OK; ASSAY_E_FIELD (which); ASSAY_E_TAKEN; ASSAY_E_REFUSED; ASSAY_E_IO. blocks. */
ASSAY_MUST_CHECK enum assay_error
assay_claim_register(struct assay_claims *claims, struct assay_store_session *session,
                     const struct assay_receipt *receipt, const struct assay_claim_request *request,
                     struct assay_claim_answer *answer, struct assay_reason *reason);

/** Find by item and phone; unknown, wrong and throttled are all ASSAY_E_NOT_FOUND. blocks. */
ASSAY_MUST_CHECK enum assay_error
assay_claim_find(struct assay_claims *claims, struct assay_store_session *session, uint64_t item,
                 const char *phone, int64_t at_unix_ms, struct assay_claim_answer *answer);

/** Keep a report of a suspected fake. item 0 = the code was never issued. blocks.
 *  code: as typed, at most 64 bytes; where, text: 0..200, 0..1000 bytes of UTF-8. */
ASSAY_MUST_CHECK enum assay_error
assay_claim_report(struct assay_claims *claims, struct assay_store_session *session, uint64_t item,
                   const char *code, const char *where, const char *text,
                   const struct assay_place *place, int64_t at_unix_ms,
                   struct assay_reason *reason);

#endif
