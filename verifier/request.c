// SPDX-License-Identifier: Apache-2.0
#include "verifier/request.h"

#include <strings.h>

h2o_iovec_t assay_request_path(const h2o_req_t *request)
{
    size_t len = request->query_at < request->path.len ? request->query_at : request->path.len;
    return h2o_iovec_init(request->path.base, len);
}

h2o_iovec_t assay_request_query(const h2o_req_t *request)
{
    if (request->query_at >= request->path.len) {
        return h2o_iovec_init("", 0);
    }
    return h2o_iovec_init(request->path.base + request->query_at + 1,
                          request->path.len - request->query_at - 1);
}

h2o_iovec_t assay_request_header(const h2o_req_t *request, const h2o_token_t *token)
{
    ssize_t at = h2o_find_header(&request->headers, token, -1);
    return at == -1 ? h2o_iovec_init("", 0) : request->headers.entries[at].value;
}

static h2o_iovec_t header_by_name(const h2o_req_t *request, const char *name)
{
    ssize_t at = h2o_find_header_by_str(&request->headers, name, strlen(name), -1);
    return at == -1 ? h2o_iovec_init("", 0) : request->headers.entries[at].value;
}

/* The media type alone, without parameters (RFC 9110, 8.3.1). */
static h2o_iovec_t media_type(h2o_iovec_t value)
{
    size_t len = 0;
    while (len < value.len && value.base[len] != ';') {
        len++;
    }
    while (len > 0 && (value.base[len - 1] == ' ' || value.base[len - 1] == '\t')) {
        len--;
    }
    return h2o_iovec_init(value.base, len);
}

static bool text_is(h2o_iovec_t text, const char *literal)
{
    return text.len == strlen(literal) && strncasecmp(text.base, literal, text.len) == 0;
}

enum assay_body_kind assay_request_body_kind(const h2o_req_t *request)
{
    if (request->entity.base == NULL || request->entity.len == 0) {
        return ASSAY_BODY_EMPTY;
    }
    h2o_iovec_t type = media_type(assay_request_header(request, H2O_TOKEN_CONTENT_TYPE));
    if (text_is(type, "application/json")) {
        return ASSAY_BODY_JSON;
    }
    if (text_is(type, "application/x-www-form-urlencoded")) {
        return ASSAY_BODY_FORM;
    }
    return ASSAY_BODY_OTHER;
}

bool assay_request_accepts_html(const h2o_req_t *request)
{
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT);
    return h2o_strstr(accept.base, accept.len, H2O_STRLIT("text/html")) != SIZE_MAX;
}

/* "https://HOST" or "http://HOST" with the request's own authority. */
static bool origin_is_own_host(const h2o_req_t *request, h2o_iovec_t origin)
{
    size_t scheme = h2o_strstr(origin.base, origin.len, H2O_STRLIT("://"));
    if (scheme != 4 && scheme != 5) {
        return false;
    }
    if (strncasecmp(origin.base, "https", scheme) != 0) {
        return false;
    }
    h2o_iovec_t host = h2o_iovec_init(origin.base + scheme + 3, origin.len - scheme - 3);
    return host.len > 0 && h2o_lcstris(host.base, host.len, request->input.authority.base,
                                       request->input.authority.len);
}

bool assay_request_is_same_site(const h2o_req_t *request, const char *origin)
{
    h2o_iovec_t fetch_site = header_by_name(request, "sec-fetch-site");
    if (text_is(fetch_site, "same-origin")) {
        return true;
    }
    if (text_is(fetch_site, "cross-site")) {
        return false;
    }
    h2o_iovec_t sent = header_by_name(request, "origin");
    if (sent.len == 0) {
        return true;
    }
    return text_is(sent, origin) || origin_is_own_host(request, sent);
}

bool assay_request_is_own_page(const h2o_req_t *request, const char *origin)
{
    h2o_iovec_t fetch_site = header_by_name(request, "sec-fetch-site");
    h2o_iovec_t sent = header_by_name(request, "origin");
    return fetch_site.len > 0 ? text_is(fetch_site, "same-origin")
                              : sent.len > 0 && assay_request_is_same_site(request, origin);
}

/* All lines of X-Forwarded-For joined by ',', in the order they came. */
static h2o_iovec_t forwarded_for(h2o_req_t *request)
{
    h2o_iovec_t joined = h2o_iovec_init("", 0);
    ssize_t at = -1;
    while ((at = h2o_find_header(&request->headers, H2O_TOKEN_X_FORWARDED_FOR, at)) != -1) {
        h2o_iovec_t line = request->headers.entries[at].value;
        joined = joined.len == 0
                     ? line
                     : h2o_concat(&request->pool, joined, h2o_iovec_init(H2O_STRLIT(",")), line);
    }
    return joined;
}

void assay_request_client(h2o_req_t *request, const struct assay_networks *proxies,
                          struct assay_address *client)
{
    struct sockaddr_storage peer;
    struct assay_address address = {{0}};
    if (request->conn->callbacks->get_peername(request->conn, (struct sockaddr *)&peer) != 0) {
        assay_address_of((struct sockaddr *)&peer, &address);
    }
    if (proxies == NULL || proxies->count == 0) {
        *client = address;
        return;
    }
    h2o_iovec_t forwarded = forwarded_for(request);
    assay_address_client(proxies, &address, forwarded.base, forwarded.len, client);
}

/* h2o keeps environment variables for CGI there, which this server has none of. */
struct assay_request_note *assay_request_note(h2o_req_t *request)
{
    if (request->env.size == 0) {
        struct assay_request_note *note = h2o_mem_alloc_pool(&request->pool, sizeof *note);
        *note = (struct assay_request_note){.route = "none"};
        h2o_vector_reserve(&request->pool, &request->env, 1);
        request->env.entries[0] = h2o_iovec_init(note, sizeof *note);
        request->env.size = 1;
    }
    return (struct assay_request_note *)(void *)request->env.entries[0].base;
}

const struct assay_request_note *assay_request_note_if_any(const h2o_req_t *request)
{
    if (request->env.size == 0) {
        return NULL;
    }
    return (const struct assay_request_note *)(const void *)request->env.entries[0].base;
}
