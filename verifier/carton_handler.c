// SPDX-License-Identifier: Apache-2.0
/* GET /00/SSCC: what a carton or pallet should hold. Everybody may read product, count and state; a
 * Bearer token with scope read, or a browser's session, adds lots, dates and where it went. Never
 * codes or PINs. As a page, or as JSON for who does not accept HTML. Runs carton.show on a worker.
 *
 * Without either the address' bucket of forms is asked: SSCCs are serials, and somebody could walk
 * along them to count what a brand ships. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/sscc.h"
#include "verifier/bearer.h"
#include "verifier/buyer.h"
#include "verifier/config.h"
#include "verifier/handlers.h"
#include "verifier/page_reply.h"
#include "verifier/pages/page_carton.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/visitor.h"
#include "verifier/workers.h"

#define PATH_HEAD "/00/"

struct carton_job {
    struct assay_job job;
    struct assay_actor actor;
    enum assay_language language;
    bool inspector;
    bool wants_page;
    char sscc[ASSAY_SSCC_SIZE];
    enum assay_error error;
    struct assay_reason reason;
    json_t *shown;
};

static void free_job(struct carton_job *job)
{
    json_decref(job->shown);
    free(job);
}

/* -- on a worker -- */

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct carton_job *job = (struct carton_job *)base;
    /* Without the label key: nothing here needs codes. */
    struct assay_office office = {
        .dir = worker->service->dir,
        .store = worker->service->store,
        .session = worker->session,
    };
    json_t *params = json_pack("{s:s, s:i}", "sscc", job->sscc, "limit", 0);
    const struct assay_office_request request = {
        .command = "carton.show",
        .params = params,
        .actor = &job->actor,
        .now_unix_ms = assay_clock_unix_ms(),
    };
    job->error =
        params == NULL
            ? ASSAY_E_MEMORY
            : assay_must_last(assay_office_run(&office, &request, &job->shown, &job->reason),
                              "carton");
    json_decref(params);
}

/* -- on the loop -- */

/* Name and GTIN of each product, once. */
static json_t *products_json(const json_t *content)
{
    json_t *products = json_array();
    const char *last = "";
    for (size_t i = 0; i < json_array_size(content); i++) {
        const json_t *batch = json_array_get(content, i);
        const char *sku = json_string_value(json_object_get(batch, "sku"));
        bool known = sku == NULL || strcmp(sku, last) == 0;
        for (size_t k = 0; !known && k < i; k++) {
            known = json_equal(json_object_get(batch, "sku"),
                               json_object_get(json_array_get(content, k), "sku"));
        }
        if (!known) {
            last = sku;
            json_array_append_new(products, json_pack("{s:O, s:O, s:O}", "gtin",
                                                      json_object_get(batch, "gtin"), "name_zh",
                                                      json_object_get(batch, "name_zh"), "name_en",
                                                      json_object_get(batch, "name_en")));
        }
    }
    return products;
}

static json_t *public_json(const json_t *shown)
{
    return json_pack("{s:O, s:O, s:O, s:O, s:O, s:o}", "sscc", json_object_get(shown, "sscc"),
                     "kind", json_object_get(shown, "kind"), "state",
                     json_object_get(shown, "state"), "count", json_object_get(shown, "count"),
                     "items", json_object_get(shown, "items"), "products",
                     products_json(json_object_get(shown, "content")));
}

static void answer_page(h2o_req_t *request, const struct carton_job *job, int status)
{
    const struct assay_page_carton page = {
        .language = job->language,
        .brand = assay_store_brand(assay_loop_of(request)->service->store),
        .sscc = job->sscc,
        .shown = job->shown,
        .inspector = job->inspector,
    };
    char *html = NULL;
    size_t len = 0;
    enum assay_error error = assay_page_carton_render(&page, &html, &len);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, NULL);
        return;
    }
    assay_page_send_html(request, status, html, len);
}

static void answer_json(h2o_req_t *request, const struct carton_job *job)
{
    if (job->inspector) {
        json_object_del(job->shown, "holds");
        json_object_del(job->shown, "next_offset");
        assay_reply_json(request, 200, job->shown);
        return;
    }
    json_t *json = public_json(job->shown);
    if (json == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return;
    }
    assay_reply_json(request, 200, json);
    json_decref(json);
}

static void answer(h2o_req_t *request, const struct carton_job *job)
{
    bool page = job->wants_page && (job->error == ASSAY_OK || job->error == ASSAY_E_NOT_FOUND ||
                                    job->error == ASSAY_E_FIELD);
    if (page) {
        answer_page(request, job, job->error == ASSAY_OK ? 200 : assay_reply_status(job->error));
    } else if (job->error != ASSAY_OK) {
        assay_reply_error(request, job->error, job->reason.text[0] != '\0' ? &job->reason : NULL);
    } else {
        answer_json(request, job);
    }
}

static void done(struct assay_job *base)
{
    struct carton_job *job = (struct carton_job *)base;
    if (base->request != NULL) {
        answer(base->request, job);
    }
    free_job(job);
}

static bool has_token_left(h2o_req_t *request)
{
    struct assay_service *service = assay_loop_of(request)->service;
    struct assay_address client;
    assay_request_client(request, &service->config->trusted_proxies, &client);
    uint32_t wait_ms =
        assay_rates_take(service->rates, ASSAY_RATE_FORMS, &client, assay_clock_monotonic_ns());
    if (wait_ms != 0) {
        assay_reply_wait(request, 429, "throttled", "too many requests from this address", wait_ms);
    }
    return wait_ms == 0;
}

/* A session that has ended is none: its page is everybody's, with the form to log in again. */
static bool find_inspector(h2o_req_t *request, struct assay_actor *actor, bool *inspector)
{
    *inspector = assay_bearer_given(request);
    if (*inspector) {
        return assay_bearer_actor(request, actor);
    }
    *inspector = assay_visitor_of_session(request, actor);
    return *inspector || has_token_left(request);
}

static void begin(h2o_req_t *request, struct carton_job *job)
{
    h2o_iovec_t query = assay_request_query(request);
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT_LANGUAGE);
    h2o_iovec_t path = assay_request_path(request);
    h2o_iovec_t type = assay_request_header(request, H2O_TOKEN_ACCEPT);
    const size_t head = sizeof PATH_HEAD - 1;
    uint64_t sscc = 0;
    job->job.run = run;
    job->job.done = done;
    job->language = assay_page_language(query.base, query.len, accept.base, accept.len);
    job->wants_page = type.len == 0 || h2o_memis(type.base, type.len, H2O_STRLIT("*/*")) ||
                      assay_request_accepts_html(request);
    job->error = assay_sscc_parse(path.base + head, path.len - head, &sscc, &job->reason);
    if (job->error == ASSAY_OK) {
        assay_sscc_format(sscc, job->sscc);
    }
}

int assay_carton_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor = {.name = "page", .scopes = ASSAY_SCOPE_READ};
    bool inspector;
    if (!find_inspector(request, &actor, &inspector)) {
        return 0;
    }
    struct carton_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return 0;
    }
    begin(request, job);
    job->actor = actor;
    job->inspector = inspector;
    if (job->error != ASSAY_OK) {
        answer(request, job);
    } else if (assay_workers_submit(assay_loop_of(request)->service->workers, &job->job, request) !=
               ASSAY_OK) {
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
    } else {
        return 0;
    }
    free_job(job);
    return 0;
}
