// SPDX-License-Identifier: Apache-2.0
/* Warranty registration and look-up, and buyers' reports of fakes.
 * Order of a registration: personal record committed, ledger entry synced, then answered. */
#ifndef ASSAY_CORE_CLAIM_H
#define ASSAY_CORE_CLAIM_H

#include "core/personal.h"
#include "core/receipt.h"
#include "core/store.h"

/* Invariants
 *  1. Personal record committed, ledger entry synced, answered: in this order. Nothing personal is in
 *     the ledger: it holds the reference and a salted commitment.
 *  2. A record whose entry was refused is deleted at once; one whose entry never came is swept at
 *     open, found by its mark (core/personal.h).
 *  3. The tries of one item's look-ups are counted one after the other, on disk before the answer.
 */

struct assay_claims; /* what these calls stand on: store, personal environment */

/** Open the personal environment of data directory `dir` and sweep records without an entry.
 *  store: borrowed until close; nothing was registered since it was opened. keyring: service.key.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_STORE; ASSAY_E_IO; ASSAY_E_MEMORY and what
 *  assay_personal_open says. */
ASSAY_MUST_CHECK enum assay_error assay_claims_open(struct assay_store *store, const char *dir,
                                                    const struct assay_keyring *keyring,
                                                    struct assay_claims **claims,
                                                    struct assay_reason *reason);

/** Close; NULL is allowed. */
void assay_claims_close(struct assay_claims *claims);

struct assay_claim_request {
    const struct assay_receipt *receipt; /* opened by the caller */
    const char *name;                    /* 1..80 bytes of UTF-8 */
    const char *phone; /* 5..20 of digits, '+', '-', space; compared by its digits, 5 at least */
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

/** Register. The item is decided anew. The same receipt's scan and the same phone get the same
 *  answer again; whoever comes with another scan is refused, also with the right phone, so that
 *  this is no way around the bound on look-ups.
 *
 *  session  of the calling thread.
 *  returns  ASSAY_OK; ASSAY_E_FIELD (which); ASSAY_E_TAKEN; ASSAY_E_REFUSED; ASSAY_E_FULL,
 *           ASSAY_E_NO_SPACE (try later); ASSAY_E_CORRUPT; ASSAY_E_IO: end the process.
 *  blocks   for two commits and the ledger's sync. threads: any.
 */
ASSAY_MUST_CHECK enum assay_error assay_claim_register(struct assay_claims *claims,
                                                       struct assay_store_session *session,
                                                       const struct assay_claim_request *request,
                                                       struct assay_claim_answer *answer,
                                                       struct assay_reason *reason);

struct assay_claim_search {
    uint64_t item;     /* 0 = the code was never issued */
    const char *phone; /* as typed */
    int64_t at_unix_ms;
};

/** Find a registration. Unknown, unregistered, wrong phone and too many tries today (UTC) are all
 *  ASSAY_E_NOT_FOUND. session, threads: as above. blocks: for the sync of a failed try. */
ASSAY_MUST_CHECK enum assay_error assay_claim_find(struct assay_claims *claims,
                                                   struct assay_store_session *session,
                                                   const struct assay_claim_search *search,
                                                   struct assay_claim_answer *answer);

struct assay_claim_report {
    uint64_t item;                   /* 0 = the code was never issued */
    const char *code;                /* as typed, at most 64 bytes */
    const char *where;               /* 0..200 bytes of UTF-8 */
    const char *text;                /* 0..1000 bytes of UTF-8, may have several lines */
    const struct assay_place *place; /* where the reporter is; may be empty */
    int64_t at_unix_ms;
};

/** Keep a report of a suspected fake. Errors, session, threads and blocking as above. */
ASSAY_MUST_CHECK enum assay_error assay_claim_report(struct assay_claims *claims,
                                                     struct assay_store_session *session,
                                                     const struct assay_claim_report *report,
                                                     struct assay_reason *reason);

#endif
