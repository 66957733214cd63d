// SPDX-License-Identifier: Apache-2.0
/* The private listener: health, readiness, metrics. */
#include <stdlib.h>

#include "verifier/handlers.h"
#include "verifier/metrics.h"
#include "verifier/reply.h"

static const h2o_iovec_t type_text = {H2O_STRLIT("text/plain; charset=utf-8")};

int assay_ops_health(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    assay_reply_send(request, 200, type_text, h2o_iovec_init(H2O_STRLIT("ok\n")));
    return 0;
}

/* Why scans would not be taken, or NULL. */
static const char *hindrance(h2o_req_t *request)
{
    if (request->conn->ctx->shutdown_requested) {
        return "The server is draining.";
    }
    struct assay_store_stats stats;
    assay_store_stats(assay_loop_of(request)->service->store, &stats);
    if (stats.low_space) {
        return "The disk is nearly full.";
    }
    if (stats.overlay_items >= stats.overlay_room) {
        return "The overlay is full; a checkpoint is under way.";
    }
    return NULL;
}

int assay_ops_ready(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    const char *reason = hindrance(request);
    if (reason != NULL) {
        assay_reply_wait(request, 503, "not_ready", reason, 1000);
        return 0;
    }
    assay_reply_send(request, 200, type_text, h2o_iovec_init(H2O_STRLIT("ready\n")));
    return 0;
}

int assay_ops_metrics(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    const struct assay_service *service = assay_loop_of(request)->service;
    char *text;
    size_t len;
    enum assay_error error = assay_metrics_render(service->metrics, service->store, &text, &len);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, NULL);
        return 0;
    }
    h2o_iovec_t body = h2o_strdup(&request->pool, text, len);
    free(text);
    assay_reply_send(request, 200,
                     h2o_iovec_init(H2O_STRLIT("text/plain; version=0.0.4; charset=utf-8")), body);
    return 0;
}
