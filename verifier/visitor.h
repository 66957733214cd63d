// SPDX-License-Identifier: Apache-2.0
/* Who asks: by a Bearer token, or, in a browser, by the cookie of a session that was begun with one.
 *
 * A session may read and nothing else, whatever its token allows, but for what the dashboard decides
 * about alerts. Its cookie is HttpOnly,
 * SameSite=Strict, and, over TLS or at the brand's own https host, Secure under the prefix `__Host-`.
 * A method that is not GET or HEAD counts only if Origin (or Sec-Fetch-Site) says that our own page
 * sent it; a browser always says so. threads: the request's loop. */
#ifndef ASSAY_VERIFIER_VISITOR_H
#define ASSAY_VERIFIER_VISITOR_H

#include "verifier/service.h"

/** Who asks, by the session's cookie alone. Nothing is answered.
 *  returns   true; or false: there is no session, it has ended, its token was revoked, or another
 *            site's page sent a POST. actor: out; untouched on false. */
bool assay_visitor_of_session(h2o_req_t *request, struct assay_actor *actor);

/** Who asks, by a Bearer token if one is given, else by the session: what calls of a dashboard ask
 *  first. false: nobody, and the request has been answered: 401, or 429 after too many wrong tokens.
 */
bool assay_visitor_actor(h2o_req_t *request, struct assay_actor *actor);

/** As assay_visitor_actor, with all that the session's token allows: for the dashboard's queries,
 *  which say what it may do, and for POST /v1/office/alert/state. */
bool assay_visitor_decider(h2o_req_t *request, struct assay_actor *actor);

/** Begin a session for a token's text and set its cookie on the answer, which the caller sends.
 *  returns   ASSAY_OK; ASSAY_E_TOKEN: the token is unknown or revoked.
 *  actor     out: who has logged in. */
ASSAY_MUST_CHECK enum assay_error assay_visitor_login(h2o_req_t *request, const char *token,
                                                      size_t len, struct assay_actor *actor);

/** End the request's session, if it has one, and delete the cookie with the answer. */
void assay_visitor_logout(h2o_req_t *request);

#endif
