// SPDX-License-Identifier: Apache-2.0
/* GET /v1/office/audit/NAME: the dashboard's views (docs/AUDIT-API.md). The query's fields become the
 * params of the office's command audit.NAME, which runs on a worker; names of places are added to
 * what it says. For a Bearer token or a browser's session. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "verifier/buyer.h"
#include "verifier/config.h"
#include "verifier/form.h"
#include "verifier/handlers.h"
#include "verifier/place_names.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/visitor.h"
#include "verifier/workers.h"

#define PATH_HEAD "/v1/office/audit/"
#define CODE_HEAD "code/"
#define COMMAND_SIZE 32
#define QUERY_MAX 2048

static const h2o_iovec_t type_json = {H2O_STRLIT("application/json")};

struct audit_job {
    struct assay_job job;
    struct assay_actor actor;
    char command[COMMAND_SIZE];
    json_t *params;
    enum assay_error error;
    struct assay_reason reason;
    char *answer; /* JSON text, made on the worker */
    size_t answer_len;
};

static void free_job(struct audit_job *job)
{
    json_decref(job->params);
    free(job->answer);
    free(job);
}

/* -- on a worker -- */

static enum assay_error dump(const json_t *result, struct audit_job *job)
{
    size_t len = json_dumpb(result, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(12));
    job->answer = len > 0 ? malloc(len) : NULL;
    if (job->answer == NULL) {
        return ASSAY_E_MEMORY;
    }
    job->answer_len = json_dumpb(result, job->answer, len, JSON_COMPACT | JSON_REAL_PRECISION(12));
    return ASSAY_OK;
}

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct audit_job *job = (struct audit_job *)base;
    struct assay_office office = {
        .dir = worker->service->dir,
        .store = worker->service->store,
        .session = worker->session,
        .keyring = assay_service_keyring(worker->service),
        .outbox = worker->service->outbox,
        .audit_kept = &worker->audit_kept,
    };
    const struct assay_office_request request = {
        .command = job->command,
        .params = job->params,
        .actor = &job->actor,
        .now_unix_ms = assay_clock_unix_ms(),
    };
    json_t *result = NULL;
    job->error =
        assay_must_last(assay_office_run(&office, &request, &result, &job->reason), "audit");
    if (job->error == ASSAY_OK) {
        assay_place_names_add(result);
        if (strcmp(job->command, "audit.about") == 0) {
            bool has_map = worker->service->config->audit_geojson[0] != '\0';
            json_object_set_new(result, "geojson", json_boolean(has_map));
        }
        job->error = dump(result, job);
    }
    json_decref(result);
}

/* -- on the loop -- */

static void done(struct assay_job *base)
{
    struct audit_job *job = (struct audit_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        assay_reply_send(request, 200, type_json,
                         h2o_strdup(&request->pool, job->answer, job->answer_len));
    } else if (request != NULL) {
        assay_reply_error(request, job->error, job->reason.text[0] != '\0' ? &job->reason : NULL);
    }
    free_job(job);
}

/* A query's fields are texts; the office wants this one as a number. */
static enum assay_error number_limit(json_t *params, struct assay_reason *reason)
{
    const char *text = json_string_value(json_object_get(params, "limit"));
    char *end = NULL;
    if (text == NULL) {
        return ASSAY_OK;
    }
    long long limit = text[0] >= '0' && text[0] <= '9' ? strtoll(text, &end, 10) : 0;
    if (end == NULL || *end != '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "limit: a whole number");
    }
    json_object_set_new(params, "limit", json_integer(limit));
    return ASSAY_OK;
}

/* "code/CODE" is audit.code with a code; everything else is a word. */
static enum assay_error read_name(struct audit_job *job, h2o_iovec_t path)
{
    const char *name = path.base + sizeof PATH_HEAD - 1;
    size_t len = path.len - (sizeof PATH_HEAD - 1);
    const size_t head = sizeof CODE_HEAD - 1;
    char code[64];
    if (len > head && memcmp(name, CODE_HEAD, head) == 0) {
        enum assay_error error =
            assay_percent_decode(name + head, len - head, false, code, sizeof code);
        if (error != ASSAY_OK) {
            return assay_fail(&job->reason, ASSAY_E_FIELD, "code: not a code");
        }
        json_object_set_new(job->params, "code", json_string(code));
        len = head - 1;
    }
    if (len == 0 || len > 16 || strspn(name, "abcdefghijklmnopqrstuvwxyz") < len) {
        return assay_fail(&job->reason, ASSAY_E_NOT_FOUND, "there is no such view");
    }
    memcpy(job->command, "audit.", 6);
    memcpy(job->command + 6, name, len);
    return ASSAY_OK;
}

static enum assay_error read_request(struct audit_job *job, h2o_req_t *request)
{
    h2o_iovec_t query = assay_request_query(request);
    if (query.len > QUERY_MAX) {
        return assay_fail(&job->reason, ASSAY_E_FIELD, "query: at most %d bytes", QUERY_MAX);
    }
    enum assay_error error =
        assay_form_parse(query.base, query.len, NULL, &job->params, &job->reason);
    error = error == ASSAY_E_SYNTAX ? ASSAY_E_FIELD : error;
    error = error != ASSAY_OK ? error : number_limit(job->params, &job->reason);
    return error != ASSAY_OK ? error : read_name(job, assay_request_path(request));
}

int assay_audit_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    if (!assay_visitor_decider(request, &actor)) {
        return 0;
    }
    struct audit_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return 0;
    }
    job->job.run = run;
    job->job.done = done;
    job->actor = actor;
    enum assay_error error = read_request(job, request);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, &job->reason);
    } else if (assay_workers_submit(assay_loop_of(request)->service->workers, &job->job, request) !=
               ASSAY_OK) {
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
    } else {
        return 0;
    }
    free_job(job);
    return 0;
}
