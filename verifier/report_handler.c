// SPDX-License-Identifier: Apache-2.0
/* A buyer reports a suspected fake: any code, issued or not, and what is known of where it was
 * bought. The address becomes a place here and goes no further. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "verifier/buyer.h"
#include "verifier/config.h"
#include "verifier/geo.h"
#include "verifier/handlers.h"
#include "verifier/request.h"
#include "verifier/workers.h"

#define TYPED_CODE_SIZE 65
#define WHERE_SIZE 201
#define TEXT_SIZE 1001

/* Personal, for what people write: wiped before it is freed. */
struct report_job {
    struct assay_job job;
    struct assay_buyer buyer;
    uint64_t item;
    char code[TYPED_CODE_SIZE];
    char where[WHERE_SIZE];
    char text[TEXT_SIZE];
    struct assay_place place;
    enum assay_error error;
    struct assay_reason reason;
};

static void free_job(struct report_job *job)
{
    assay_bytes_wipe(job, sizeof *job);
    free(job);
}

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct report_job *job = (struct report_job *)base;
    const struct assay_claim_report report = {
        .item = job->item,
        .code = job->code,
        .where = job->where,
        .text = job->text,
        .place = &job->place,
        .at_unix_ms = job->buyer.now_unix_ms,
    };
    enum assay_error error =
        assay_claim_report(worker->service->claims, worker->session, &report, &job->reason);
    job->error = assay_must_last(error, "report");
}

static void done(struct assay_job *base)
{
    struct report_job *job = (struct report_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        const char *message = job->buyer.language == ASSAY_LANGUAGE_ZH
                                  ? "谢谢，您的举报已收到，品牌方会跟进。"
                                  : "Thank you. The brand has received your report.";
        assay_buyer_answer(request, &job->buyer, 201, json_pack("{s:s}", "state", "received"),
                           message);
    } else if (request != NULL) {
        assay_buyer_refuse(request, &job->buyer, job->error,
                           job->reason.text[0] != '\0' ? &job->reason : NULL);
    }
    free_job(job);
}

/* A text that may have several lines, taken out of the object; missing or null: empty. */
static enum assay_error take_lines(json_t *object, const char *name, char *text, size_t size_bytes,
                                   struct assay_reason *reason)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        json_object_del(object, name);
        return ASSAY_OK;
    }
    size_t len = json_string_length(value);
    if (!json_is_string(value) || !assay_text_is_clean_lines(json_string_value(value), len)) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must be a text without control characters",
                          name);
    }
    if (len >= size_bytes) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: longer than %zu bytes", name, size_bytes - 1);
    }
    memcpy(text, json_string_value(value), len + 1);
    json_object_del(object, name);
    return ASSAY_OK;
}

static enum assay_error read_report(json_t *object, struct report_job *job)
{
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("code", true, job->code),
        ASSAY_JSON_TEXT_ROW("where", false, job->where),
    };
    enum assay_error error = take_lines(object, "text", job->text, sizeof job->text, &job->reason);
    if (error == ASSAY_OK) {
        error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &job->reason);
    }
    if (error == ASSAY_OK && job->where[0] == '\0' && job->text[0] == '\0') {
        error = assay_fail(&job->reason, ASSAY_E_FIELD, "where, text: one of them is needed");
    }
    return error;
}

static void add_place(h2o_req_t *request, struct report_job *job)
{
    struct assay_loop *loop = assay_loop_of(request);
    struct assay_address client;
    if (loop->geo == NULL) {
        return;
    }
    assay_request_client(request, &loop->service->config->trusted_proxies, &client);
    job->place = assay_geo_lookup(loop->geo, &client)->place;
}

int assay_report_take(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_loop *loop = assay_loop_of(request);
    struct assay_buyer buyer;
    json_t *object;
    if (!assay_buyer_begin(request, NULL, &buyer, &object)) {
        return 0;
    }
    struct report_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        json_decref(object);
        assay_buyer_refuse(request, &buyer, ASSAY_E_MEMORY, NULL);
        return 0;
    }
    job->buyer = buyer;
    job->job.run = run;
    job->job.done = done;
    enum assay_error error = read_report(object, job);
    json_decref(object);
    if (error == ASSAY_OK) {
        job->item = assay_buyer_item(loop, job->code, &job->buyer);
        add_place(request, job);
        error = assay_workers_submit(loop->service->workers, &job->job, request);
    }
    if (error != ASSAY_OK) {
        assay_buyer_refuse(request, &job->buyer, error,
                           job->reason.text[0] != '\0' ? &job->reason : NULL);
        free_job(job);
    }
    return 0;
}
