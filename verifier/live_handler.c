// SPDX-License-Identifier: Apache-2.0
/* GET /v1/office/audit/live: server-sent events (WHATWG HTML, 9.2) of how many scans were answered
 * with which verdict, once a second.
 *
 * Invariants: a stream is of its request's loop alone; the timer is linked only while nothing is
 * under way to the client, so that a slow one gets fewer events and no queue grows; a disposer in the
 * request's pool unlinks it when the client leaves. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/verdict.h"
#include "verifier/handlers.h"
#include "verifier/metrics.h"
#include "verifier/reply.h"
#include "verifier/visitor.h"

#define STREAMS_MAX 64
#define EVENT_SIZE 1024

static _Atomic unsigned open_streams;

struct stream {
    h2o_generator_t super; /* first: h2o calls it by this */
    h2o_req_t *request;
    h2o_timeout_entry_t timer;
    char event[EVENT_SIZE];
};

static size_t write_event(const struct stream *stream, char text[EVENT_SIZE])
{
    const struct assay_service *service = assay_loop_of(stream->request)->service;
    uint64_t verdicts[ASSAY_VERDICT_COUNT];
    char now[ASSAY_TIME_TEXT_SIZE];
    char since[ASSAY_TIME_TEXT_SIZE];
    assay_metrics_verdicts(service->metrics, verdicts);
    assay_time_format(assay_clock_unix_ms(), now);
    assay_time_format(service->began_at_unix_ms, since);
    size_t at = (size_t)snprintf(
        text, EVENT_SIZE, "event: scans\ndata: {\"at\":\"%s\",\"since\":\"%s\",\"verdicts\":{", now,
        since);
    for (unsigned i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        at += (size_t)snprintf(text + at, EVENT_SIZE - at, "%s\"%s\":%llu", i == 0 ? "" : ",",
                               assay_verdict_row((enum assay_verdict)i)->name,
                               (unsigned long long)verdicts[i]);
        assay_assert(at < EVENT_SIZE);
    }
    at += (size_t)snprintf(text + at, EVENT_SIZE - at, "}}\n\n");
    assay_assert(at < EVENT_SIZE);
    return at;
}

static void send_event(struct stream *stream)
{
    h2o_iovec_t event = {stream->event, write_event(stream, stream->event)};
    bool ends = stream->request->conn->ctx->shutdown_requested != 0;
    h2o_send(stream->request, &event, 1, ends ? H2O_SEND_STATE_FINAL : H2O_SEND_STATE_IN_PROGRESS);
}

static void on_second(h2o_timeout_entry_t *entry)
{
    send_event(H2O_STRUCT_FROM_MEMBER(struct stream, timer, entry));
}

/* The event is on its way: the next one in a second. */
static void on_sent(h2o_generator_t *super, h2o_req_t *request)
{
    struct stream *stream = (struct stream *)super;
    h2o_context_t *context = request->conn->ctx;
    h2o_timeout_link(context->loop, &context->one_sec_timeout, &stream->timer);
}

static void unlink_timer(struct stream *stream)
{
    if (h2o_timeout_is_linked(&stream->timer)) {
        h2o_timeout_unlink(&stream->timer);
    }
}

static void on_stop(h2o_generator_t *super, h2o_req_t *request)
{
    (void)request;
    unlink_timer((struct stream *)super);
}

static void on_dispose(void *stream)
{
    unlink_timer(stream);
    atomic_fetch_sub(&open_streams, 1);
}

static void set_head(h2o_req_t *request)
{
    request->res.status = 200;
    request->res.reason = "OK";
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL,
                   H2O_STRLIT("text/event-stream"));
    h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_CACHE_CONTROL, NULL,
                   H2O_STRLIT("no-store"));
}

/* Who asks for the head alone opens no stream: h2o would send its body. */
static void send_head(h2o_req_t *request)
{
    static h2o_generator_t none;
    set_head(request);
    h2o_start_response(request, &none);
    h2o_send(request, NULL, 0, H2O_SEND_STATE_FINAL);
}

static void begin_stream(h2o_req_t *request)
{
    struct stream *stream = h2o_mem_alloc_shared(&request->pool, sizeof *stream, on_dispose);
    memset(stream, 0, sizeof *stream);
    stream->super.proceed = on_sent;
    stream->super.stop = on_stop;
    stream->request = request;
    stream->timer.cb = on_second;
    set_head(request);
    h2o_start_response(request, &stream->super);
    send_event(stream);
}

int assay_live_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    if (!assay_visitor_actor(request, &actor)) {
        return 0;
    }
    if (h2o_memis(request->method.base, request->method.len, H2O_STRLIT("HEAD"))) {
        send_head(request);
        return 0;
    }
    if (atomic_fetch_add(&open_streams, 1) >= STREAMS_MAX) {
        atomic_fetch_sub(&open_streams, 1);
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
        return 0;
    }
    begin_stream(request);
    return 0;
}
