// SPDX-License-Identifier: Apache-2.0
/* The office's commands over HTTP: POST /v1/office/NAME/VERB runs "name.verb" of core/office. With
 * a Bearer token (RFC 6750, 2.1) on the public listener; on admin.sock for whoever can open it. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "verifier/admin_socket.h"
#include "verifier/bearer.h"
#include "verifier/buyer.h"
#include "verifier/config.h"
#include "verifier/handlers.h"
#include "verifier/place_names.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/request.h"
#include "verifier/visitor.h"
#include "verifier/workers.h"

#define OFFICE_PATH "/v1/office/"
#define COMMAND_SIZE 64
#define ALL_SCOPES (ASSAY_SCOPE_READ | ASSAY_SCOPE_WRITE | ASSAY_SCOPE_ADMIN)

static const h2o_iovec_t type_json = {H2O_STRLIT("application/json")};

struct office_job {
    struct assay_job job;
    struct assay_actor actor;
    int64_t now_unix_ms;
    size_t body_max; /* of the listener */
    char command[COMMAND_SIZE];
    enum assay_error error;
    struct assay_reason reason;
    char *answer; /* JSON text, made on the worker */
    size_t answer_len;
    size_t body_len;
    char body[];
};

static void free_job(struct office_job *job)
{
    /* Both may hold a token or a person. */
    if (job->answer != NULL) {
        assay_bytes_wipe(job->answer, job->answer_len);
        free(job->answer);
    }
    assay_bytes_wipe(job->body, job->body_len);
    free(job);
}

/* -- on a worker -- */

static enum assay_error parse_params(struct office_job *job, json_t **params)
{
    if (job->body_len == 0) {
        *params = json_object();
        return *params != NULL ? ASSAY_OK : ASSAY_E_MEMORY;
    }
    return assay_json_parse(job->body, job->body_len, job->body_max, params, &job->reason);
}

static enum assay_error dump(const json_t *result, struct office_job *job)
{
    size_t len = json_dumpb(result, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(12));
    char *text = len > 0 ? malloc(len) : NULL;
    if (text == NULL) {
        return ASSAY_E_MEMORY;
    }
    json_dumpb(result, text, len, JSON_COMPACT | JSON_REAL_PRECISION(12));
    job->answer = text;
    job->answer_len = len;
    return ASSAY_OK;
}

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct office_job *job = (struct office_job *)base;
    struct assay_office office = {
        .dir = worker->service->dir,
        .store = worker->service->store,
        .session = worker->session,
        .keyring = assay_service_keyring(worker->service),
        .outbox = worker->service->outbox,
    };
    json_t *params = NULL;
    json_t *result = NULL;
    job->error = parse_params(job, &params);
    if (job->error != ASSAY_OK) {
        return;
    }
    const struct assay_office_request request = {
        .command = job->command,
        .params = params,
        .actor = &job->actor,
        .now_unix_ms = job->now_unix_ms,
    };
    job->error =
        assay_must_last(assay_office_run(&office, &request, &result, &job->reason), "office");
    if (job->error == ASSAY_OK && strcmp(job->command, "alert.state") == 0) {
        assay_place_names_add(result);
    }
    if (job->error == ASSAY_OK) {
        job->error = dump(result, job);
    }
    json_decref(result);
    json_decref(params);
}

/* -- on the loop -- */

static void done(struct assay_job *base)
{
    struct office_job *job = (struct office_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        assay_reply_send(request, 200, type_json,
                         h2o_strdup(&request->pool, job->answer, job->answer_len));
    } else if (request != NULL) {
        assay_reply_error(request, job->error, job->reason.text[0] != '\0' ? &job->reason : NULL);
    }
    free_job(job);
}

static bool is_word(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool letter = text[i] >= 'a' && text[i] <= 'z';
        if (!letter && text[i] != '_' && text[i] != '-') {
            return false;
        }
    }
    return len > 0;
}

/* "/v1/office/batch/create" is "batch.create"; false if it is no command's form. */
static bool read_command(const h2o_req_t *request, char command[COMMAND_SIZE])
{
    const size_t head = sizeof OFFICE_PATH - 1;
    h2o_iovec_t path = assay_request_path(request);
    if (path.len <= head || path.len - head >= COMMAND_SIZE ||
        memcmp(path.base, OFFICE_PATH, head) != 0) {
        return false;
    }
    const char *name = path.base + head;
    size_t len = path.len - head;
    const char *slash = memchr(name, '/', len);
    if (slash == NULL || !is_word(name, (size_t)(slash - name)) ||
        !is_word(slash + 1, len - (size_t)(slash - name) - 1)) {
        return false;
    }
    memcpy(command, name, len);
    command[slash - name] = '.';
    command[len] = '\0';
    return true;
}

static void run_for(h2o_req_t *request, const struct assay_actor *actor, size_t body_max)
{
    struct office_job *job = calloc(1, sizeof *job + request->entity.len);
    if (job == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return;
    }
    job->job.run = run;
    job->job.done = done;
    job->actor = *actor;
    job->now_unix_ms = assay_clock_unix_ms();
    job->body_max = body_max;
    job->body_len = request->entity.len;
    if (job->body_len > 0) {
        memcpy(job->body, request->entity.base, job->body_len);
    }
    enum assay_body_kind kind = assay_request_body_kind(request);
    if (!read_command(request, job->command)) {
        assay_reply_problem(request, 404, "not_found", "commands are /v1/office/NAME/VERB");
    } else if (kind != ASSAY_BODY_EMPTY && kind != ASSAY_BODY_JSON) {
        assay_reply_problem(request, 415, "media_type", "the body must be application/json");
    } else if (assay_workers_submit(assay_loop_of(request)->service->workers, &job->job, request) !=
               ASSAY_OK) {
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
    } else {
        return;
    }
    free_job(job);
}

int assay_office_over_http(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    if (assay_bearer_actor(request, &actor)) {
        run_for(request, &actor, ASSAY_BODY_BYTES_MAX);
    }
    return 0;
}

int assay_alert_state_post(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    if (assay_visitor_decider(request, &actor)) {
        run_for(request, &actor, ASSAY_BODY_BYTES_MAX);
    }
    return 0;
}

int assay_office_over_socket(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor = {.scopes = ALL_SCOPES};
    h2o_socket_t *socket = request->conn->callbacks->get_socket(request->conn);
    if (assay_admin_socket_peer(h2o_socket_get_fd(socket), actor.name, sizeof actor.name) !=
        ASSAY_OK) {
        assay_reply_error(request, ASSAY_E_IO, NULL);
        return 0;
    }
    run_for(request, &actor, ASSAY_UPLOAD_BYTES_MAX);
    return 0;
}
