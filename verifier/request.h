// SPDX-License-Identifier: Apache-2.0
/* What a request says, checked: path, query, kind of body, whose page sent it. Nothing here
 * allocates beyond the caller's room. threads: the request's loop. */
#ifndef ASSAY_VERIFIER_REQUEST_H
#define ASSAY_VERIFIER_REQUEST_H

#include <h2o.h>

#include "core/code.h"
#include "verifier/address.h"

enum assay_body_kind {
    ASSAY_BODY_EMPTY,
    ASSAY_BODY_JSON, /* application/json */
    ASSAY_BODY_FORM, /* application/x-www-form-urlencoded */
    ASSAY_BODY_OTHER,
};

/** Path as sent, without query, still percent-encoded; borrowed. */
h2o_iovec_t assay_request_path(const h2o_req_t *request);

/** Query as sent, without '?'; empty if there is none; borrowed. */
h2o_iovec_t assay_request_query(const h2o_req_t *request);

/** Value of a header by token; empty if it is missing; the first if there are several. */
h2o_iovec_t assay_request_header(const h2o_req_t *request, const h2o_token_t *token);

/** What the body is, by its length and Content-Type. */
enum assay_body_kind assay_request_body_kind(const h2o_req_t *request);

/** True if a page is wanted rather than JSON: Accept names text/html. */
bool assay_request_accepts_html(const h2o_req_t *request);

/** True unless a browser says that another site's page sent this: Sec-Fetch-Site is `cross-site`,
 *  or, without a `same-origin`, Origin is neither `origin` nor the request's own host. */
bool assay_request_is_same_site(const h2o_req_t *request, const char *origin);

/** True if a browser says that a page of ours sent this: Sec-Fetch-Site is `same-origin`, or there is
 *  none and Origin is `origin` or the request's own host. For what only browsers send. */
bool assay_request_is_own_page(const h2o_req_t *request, const char *origin);

/** Whose request it is: the peer, or whom its trusted proxy names in X-Forwarded-For.
 *  proxies: or NULL. */
void assay_request_client(h2o_req_t *request, const struct assay_networks *proxies,
                          struct assay_address *client);

/** What the access log says of a request beyond its path; from the request's pool. */
struct assay_request_note {
    const char *route;   /* static */
    const char *verdict; /* static; or NULL */
    char handle[ASSAY_HANDLE_SIZE];
};

/** The request's note, made when it is first asked for. */
struct assay_request_note *assay_request_note(h2o_req_t *request);

/** The note if there is one, else NULL. */
const struct assay_request_note *assay_request_note_if_any(const h2o_req_t *request);

#endif
