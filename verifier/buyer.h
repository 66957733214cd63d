// SPDX-License-Identifier: Apache-2.0
/* What the buyers' forms (warranties, reports) have in common: a body as JSON or as an HTML form,
 * and an answer as JSON or, for a form that accepts text/html, as the page with a message.
 * threads: the request's loop, but for assay_must_last. */
#ifndef ASSAY_VERIFIER_BUYER_H
#define ASSAY_VERIFIER_BUYER_H

#include "verifier/pages/page.h"
#include "verifier/service.h"

/** How to answer a buyer; kept in the job meanwhile. */
struct assay_buyer {
    enum assay_language language;
    bool wants_page;
    int64_t now_unix_ms;
    char code[ASSAY_CODE_SIZE]; /* the way back to the item's page; empty: not known yet */
};

/** Take a token of the address, and the body as an object.
 *
 *  booleans  names of check boxes, as assay_form_parse has them.
 *  object    out: a new reference.
 *  returns   true; or false: the request has been answered (429, 400, 413, 415).
 */
bool assay_buyer_begin(h2o_req_t *request, const char *const *booleans, struct assay_buyer *buyer,
                       json_t **object);

/** The body of a request, JSON or a form, as an object.
 *  booleans  as assay_form_parse has them, or NULL.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX, _FIELD, _TOO_LARGE; object: out, a new reference. */
ASSAY_MUST_CHECK enum assay_error assay_buyer_body(h2o_req_t *request, const char *const *booleans,
                                                   json_t **object, struct assay_reason *reason);

/** Answer with a problem, or the page with what it means for a buyer. reason: or NULL. */
void assay_buyer_refuse(h2o_req_t *request, const struct assay_buyer *buyer, enum assay_error error,
                        const struct assay_reason *reason);

/** Answer with a value (taken over), or the page with a message (rendered, borrowed). */
void assay_buyer_answer(h2o_req_t *request, const struct assay_buyer *buyer, int status,
                        json_t *value, const char *message);

/** The item of a code as typed; 0 if it is malformed or was never issued. Its canonical form, if
 *  it has one, goes into buyer->code. */
uint64_t assay_buyer_item(struct assay_loop *loop, const char *typed, struct assay_buyer *buyer);

/** Write the code of an item that exists into buyer->code. */
void assay_buyer_code_of(struct assay_loop *loop, uint64_t item, struct assay_buyer *buyer);

/** End the process on an error after which nothing can be promised: what was written may not be on
 *  disk. Else hand the error on. threads: any. */
enum assay_error assay_must_last(enum assay_error error, const char *what);

#endif
