// SPDX-License-Identifier: Apache-2.0
#include "verifier/routes.h"

#include "core/store.h"
#include "verifier/access_log.h"
#include "verifier/config.h"
#include "verifier/metrics.h"
#include "verifier/reply.h"
#include "verifier/request.h"

struct routes_handler {
    h2o_handler_t super; /* first: h2o frees and calls it by this */
    const struct assay_route *routes;
    size_t count;
};

static bool path_fits(const char *pattern, h2o_iovec_t path)
{
    size_t len = strlen(pattern);
    if (len > 0 && pattern[len - 1] == '*') {
        return path.len >= len - 1 && memcmp(path.base, pattern, len - 1) == 0;
    }
    return path.len == len && memcmp(path.base, pattern, len) == 0;
}

static bool method_fits(const char *wanted, h2o_iovec_t method)
{
    if (h2o_memis(method.base, method.len, wanted, strlen(wanted))) {
        return true;
    }
    return strcmp(wanted, "GET") == 0 && h2o_memis(method.base, method.len, H2O_STRLIT("HEAD"));
}

const struct assay_route *assay_routes_find(const struct assay_route *routes, size_t count,
                                            h2o_iovec_t path, h2o_iovec_t method,
                                            const char **allowed)
{
    *allowed = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!path_fits(routes[i].path, path)) {
            continue;
        }
        if (method_fits(routes[i].method, method)) {
            return &routes[i];
        }
        if (*allowed == NULL) {
            *allowed = routes[i].method;
        }
    }
    return NULL;
}

static int refuse_method(h2o_req_t *request, const char *allowed)
{
    const char *value = strcmp(allowed, "GET") == 0 ? "GET, HEAD" : allowed;
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_ALLOW, NULL, value,
                   strlen(value));
    assay_reply_problem(request, 405, "method", "This path has another method; see Allow.");
    return 0;
}

static bool comes_from_our_site(h2o_req_t *request)
{
    const struct assay_service *service = assay_loop_of(request)->service;
    return assay_request_is_same_site(request, assay_store_brand(service->store)->host);
}

static int on_request(h2o_handler_t *super, h2o_req_t *request)
{
    const struct routes_handler *self = (const struct routes_handler *)super;
    const char *allowed;
    const struct assay_route *route = assay_routes_find(
        self->routes, self->count, assay_request_path(request), request->method, &allowed);
    if (route == NULL && allowed != NULL) {
        return refuse_method(request, allowed);
    }
    if (route == NULL) {
        assay_reply_problem(request, 404, "path", "There is nothing at this path.");
        return 0;
    }
    if (assay_loop_of(request)->access_log != NULL) {
        assay_request_note(request)->route = route->name;
    }
    if ((route->flags & ASSAY_ROUTE_SAME_SITE) != 0 && !comes_from_our_site(request)) {
        assay_reply_problem(request, 403, "cross_site", "Posted by a page of another site.");
        return 0;
    }
    return route->handle(super, request);
}

/* Only known methods are written, so that no line holds what a stranger typed. */
static const char *method_name(h2o_iovec_t method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(known); i++) {
        if (h2o_memis(method.base, method.len, known[i], strlen(known[i]))) {
            return known[i];
        }
    }
    return "other";
}

static int64_t unix_ms_of(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_usec / 1000;
}

static bool log_request(struct assay_loop *loop, h2o_req_t *request)
{
    const struct assay_request_note *note = assay_request_note_if_any(request);
    int64_t began = unix_ms_of(&request->timestamps.request_begin_at);
    int64_t ended = (int64_t)h2o_now(loop->context.loop);
    struct assay_log_line line = {
        .at_unix_ms = ended,
        .method = method_name(request->method),
        .route = note == NULL ? "none" : note->route,
        .verdict = note == NULL ? NULL : note->verdict,
        .handle = note == NULL ? "" : note->handle,
        .status = request->res.status,
        .body_bytes = request->bytes_sent,
        .took_ms = ended > began ? (uint64_t)(ended - began) : 0,
    };
    assay_request_client(request, &loop->service->config->trusted_proxies, &line.client);
    return assay_access_log_add(loop->access_log, &line);
}

/* h2o calls this for every request that was parsed, answered or not, when it is over. */
static void on_over(h2o_logger_t *self, h2o_req_t *request)
{
    (void)self;
    struct assay_loop *loop = assay_loop_of(request);
    assay_count(&loop->metrics->requests, 1);
    if (request->res.status == 503) {
        assay_count(&loop->metrics->unavailable, 1);
    }
    if (request->res.status == 429) {
        assay_count(&loop->metrics->limited, 1);
    }
    if (loop->access_log != NULL && !log_request(loop, request)) {
        assay_count(&loop->metrics->log_dropped, 1);
    }
}

void assay_routes_register(h2o_hostconf_t *host, const struct assay_route *routes, size_t count)
{
    struct routes_handler *self =
        (struct routes_handler *)h2o_create_handler(&host->fallback_path, sizeof *self);
    self->super.on_req = on_request;
    self->routes = routes;
    self->count = count;
    h2o_create_logger(&host->fallback_path, sizeof(h2o_logger_t))->log_access = on_over;
}
