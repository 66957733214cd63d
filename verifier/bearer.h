// SPDX-License-Identifier: Apache-2.0
/* Who asks, by the Bearer token of the request (RFC 6750, 2.1). threads: the request's loop. */
#ifndef ASSAY_VERIFIER_BEARER_H
#define ASSAY_VERIFIER_BEARER_H

#include "verifier/service.h"

/** True if the request says who it is, rightly or not. */
bool assay_bearer_given(const h2o_req_t *request);

/** The token's actor. false: there is none, or it is wrong, and the request has been answered: 401,
 *  or 429 after too many. */
bool assay_bearer_actor(h2o_req_t *request, struct assay_actor *actor);

/** Take a token of the address' bucket for a wrong token. 0: there was one; else for how many
 *  milliseconds there is none. */
uint32_t assay_bearer_denied(h2o_req_t *request);

/** Answer a wrong token with what assay_bearer_denied said: 401, or 429 with Retry-After. */
void assay_bearer_refuse(h2o_req_t *request, uint32_t wait_ms);

#endif
