// SPDX-License-Identifier: Apache-2.0
#include "verifier/visitor.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/limits.h"
#include "verifier/bearer.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/session.h"

/* The prefix makes browsers refuse the cookie unless it is Secure, of this host and of no subdomain
 * (RFC 6265bis, 4.1.3.2). */
#define COOKIE_PLAIN "assay_session"
#define COOKIE_SECURE "__Host-assay_session"
#define COOKIE_SIZE 256

static uint64_t now_ms(void)
{
    return assay_clock_monotonic_ns() / 1000000u;
}

/* TLS ends here, or at a proxy in front that serves the brand's own https host. */
static bool is_secure(h2o_req_t *request)
{
    static const char scheme[] = "https://";
    const size_t len = sizeof scheme - 1;
    if (request->scheme == &H2O_URL_SCHEME_HTTPS) {
        return true;
    }
    const char *host = assay_store_brand(assay_loop_of(request)->service->store)->host;
    h2o_iovec_t asked = request->input.authority;
    return strncmp(host, scheme, len) == 0 && strlen(host) - len == asked.len &&
           strncasecmp(host + len, asked.base, asked.len) == 0;
}

/* Value of `name` among "a=b; c=d" (RFC 6265, 4.2.1); empty if it is not there. */
static h2o_iovec_t value_of(h2o_iovec_t cookies, const char *name)
{
    size_t name_len = strlen(name);
    for (size_t at = 0; at < cookies.len;) {
        size_t end = at;
        while (end < cookies.len && cookies.base[end] != ';') {
            end++;
        }
        while (at < end && (cookies.base[at] == ' ' || cookies.base[at] == '\t')) {
            at++;
        }
        if (end - at > name_len && cookies.base[at + name_len] == '=' &&
            memcmp(cookies.base + at, name, name_len) == 0) {
            size_t from = at + name_len + 1;
            return h2o_iovec_init(cookies.base + from, end - from);
        }
        at = end + 1;
    }
    return h2o_iovec_init("", 0);
}

static h2o_iovec_t session_id(h2o_req_t *request)
{
    const char *name = is_secure(request) ? COOKIE_SECURE : COOKIE_PLAIN;
    ssize_t at = -1;
    while ((at = h2o_find_header(&request->headers, H2O_TOKEN_COOKIE, at)) != -1) {
        h2o_iovec_t value = value_of(request->headers.entries[at].value, name);
        if (value.len > 0) {
            return value;
        }
    }
    return h2o_iovec_init("", 0);
}

static bool only_reads(const h2o_req_t *request)
{
    return h2o_memis(request->method.base, request->method.len, H2O_STRLIT("GET")) ||
           h2o_memis(request->method.base, request->method.len, H2O_STRLIT("HEAD"));
}

/* As assay_visitor_of_session, with the scopes of the session's token. */
static bool find_owner(h2o_req_t *request, struct assay_actor *actor)
{
    struct assay_service *service = assay_loop_of(request)->service;
    uint8_t token_sha256[ASSAY_SHA256_LEN];
    struct assay_actor found = {.scopes = 0};
    h2o_iovec_t id = session_id(request);
    if (!only_reads(request) &&
        !assay_request_is_own_page(request, assay_store_brand(service->store)->host)) {
        return false;
    }
    if (!assay_sessions_find(service->sessions, id.base, id.len, now_ms(), token_sha256)) {
        return false;
    }
    if (assay_office_actor_of_token_sha256(service->store, token_sha256, &found) != ASSAY_OK) {
        assay_sessions_end(service->sessions, id.base, id.len);
        return false;
    }
    *actor = found;
    return true;
}

bool assay_visitor_of_session(h2o_req_t *request, struct assay_actor *actor)
{
    if (!find_owner(request, actor)) {
        return false;
    }
    actor->scopes = ASSAY_SCOPE_READ;
    return true;
}

/* By a token, else by what `of_session` finds. */
static bool ask(h2o_req_t *request, struct assay_actor *actor,
                bool (*of_session)(h2o_req_t *request, struct assay_actor *actor))
{
    if (assay_bearer_given(request)) {
        return assay_bearer_actor(request, actor);
    }
    if (session_id(request).len == 0) {
        return assay_bearer_actor(request, actor); /* as for whoever brings nothing */
    }
    if (of_session(request, actor)) {
        return true;
    }
    assay_reply_problem(request, 401, "token",
                        "the session has ended, or another site's page asked: log in again");
    return false;
}

bool assay_visitor_actor(h2o_req_t *request, struct assay_actor *actor)
{
    return ask(request, actor, assay_visitor_of_session);
}

bool assay_visitor_decider(h2o_req_t *request, struct assay_actor *actor)
{
    return ask(request, actor, find_owner);
}

static void set_cookie(h2o_req_t *request, const char *value, unsigned age_s)
{
    bool secure = is_secure(request);
    char *text = h2o_mem_alloc_pool(&request->pool, COOKIE_SIZE);
    int len =
        snprintf(text, COOKIE_SIZE, "%s=%s; Path=/; Max-Age=%u; HttpOnly; SameSite=Strict%s",
                 secure ? COOKIE_SECURE : COOKIE_PLAIN, value, age_s, secure ? "; Secure" : "");
    assay_assert(len > 0 && len < COOKIE_SIZE);
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_SET_COOKIE, NULL, text,
                   (size_t)len);
}

enum assay_error assay_visitor_login(h2o_req_t *request, const char *token, size_t len,
                                     struct assay_actor *actor)
{
    struct assay_service *service = assay_loop_of(request)->service;
    struct assay_actor found = {.scopes = 0};
    uint8_t token_sha256[ASSAY_SHA256_LEN];
    char id[ASSAY_SESSION_TEXT_SIZE];
    if (len == 0 || assay_office_actor_of_token(service->store, token, len, &found) != ASSAY_OK) {
        return ASSAY_E_TOKEN;
    }
    assay_sha256(token, len, token_sha256);
    assay_sessions_begin(service->sessions, token_sha256, now_ms(), id);
    set_cookie(request, id, ASSAY_SESSION_LIFETIME_MS / 1000);
    assay_bytes_wipe(id, sizeof id);
    *actor = found;
    actor->scopes = ASSAY_SCOPE_READ;
    return ASSAY_OK;
}

void assay_visitor_logout(h2o_req_t *request)
{
    h2o_iovec_t id = session_id(request);
    assay_sessions_end(assay_loop_of(request)->service->sessions, id.base, id.len);
    set_cookie(request, "", 0);
}
