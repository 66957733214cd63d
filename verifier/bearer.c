// SPDX-License-Identifier: Apache-2.0
#include "verifier/bearer.h"

#include <string.h>

#include "core/clock.h"
#include "verifier/config.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/request.h"

/* The token of `Authorization: Bearer TOKEN`; empty if there is none. */
static h2o_iovec_t bearer_token(const h2o_req_t *request)
{
    h2o_iovec_t value = assay_request_header(request, H2O_TOKEN_AUTHORIZATION);
    const size_t scheme = sizeof "Bearer " - 1;
    if (value.len <= scheme || strncasecmp(value.base, "Bearer ", scheme) != 0) {
        return h2o_iovec_init("", 0);
    }
    return h2o_iovec_init(value.base + scheme, value.len - scheme);
}

uint32_t assay_bearer_denied(h2o_req_t *request)
{
    struct assay_service *service = assay_loop_of(request)->service;
    struct assay_address client;
    assay_request_client(request, &service->config->trusted_proxies, &client);
    return assay_rates_take(service->rates, ASSAY_RATE_DENIED, &client, assay_clock_monotonic_ns());
}

void assay_bearer_refuse(h2o_req_t *request, uint32_t wait_ms)
{
    if (wait_ms != 0) {
        assay_reply_wait(request, 429, "throttled", "too many wrong tokens from this address",
                         wait_ms);
        return;
    }
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_WWW_AUTHENTICATE, NULL,
                   H2O_STRLIT("Bearer"));
    assay_reply_error(request, ASSAY_E_TOKEN, NULL);
}

bool assay_bearer_given(const h2o_req_t *request)
{
    return assay_request_header(request, H2O_TOKEN_AUTHORIZATION).len > 0;
}

bool assay_bearer_actor(h2o_req_t *request, struct assay_actor *actor)
{
    h2o_iovec_t token = bearer_token(request);
    *actor = (struct assay_actor){.scopes = 0};
    if (token.len == 0 || assay_office_actor_of_token(assay_loop_of(request)->service->store,
                                                      token.base, token.len, actor) != ASSAY_OK) {
        assay_bearer_refuse(request, assay_bearer_denied(request));
        return false;
    }
    return true;
}
