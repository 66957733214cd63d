// SPDX-License-Identifier: Apache-2.0
/* Warranties: a registration is a receipt (opened here) and a person (kept by core/claim). */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "verifier/buyer.h"
#include "verifier/handlers.h"
#include "verifier/reply.h"
#include "verifier/workers.h"

#define NAME_SIZE 81
#define PHONE_SIZE 21
#define EMAIL_SIZE 255
#define TYPED_CODE_SIZE 65

/* Personal: wiped before it is freed. */
struct warranty_job {
    struct assay_job job;
    struct assay_buyer buyer;
    struct assay_receipt receipt; /* of a registration */
    uint64_t item;                /* of a look-up */
    char name[NAME_SIZE];
    char phone[PHONE_SIZE];
    char email[EMAIL_SIZE];
    int32_t bought_on;
    enum assay_error error;
    struct assay_reason reason;
    struct assay_claim_answer answer;
};

static void free_job(struct warranty_job *job)
{
    assay_bytes_wipe(job, sizeof *job);
    free(job);
}

static json_t *answer_json(const struct assay_claim_answer *answer)
{
    char begins_on[ASSAY_DATE_TEXT_SIZE];
    char ends_on[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(answer->begins_on, begins_on);
    assay_date_format(answer->ends_on, ends_on);
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:i, s:i}}", "state", "registered", "reference",
                     answer->reference, "begins_on", begins_on, "ends_on", ends_on, "terms",
                     "months", (int)answer->terms.months, "bonus_months",
                     (int)answer->terms.bonus_months);
}

static void answer_registered(const struct warranty_job *job, int status)
{
    char ends_on[ASSAY_DATE_TEXT_SIZE];
    char message[300];
    assay_date_format(job->answer.ends_on, ends_on);
    if (job->buyer.language == ASSAY_LANGUAGE_ZH) {
        snprintf(message, sizeof message, "保修已登记，有效期至 %s。登记号：%s", ends_on,
                 job->answer.reference);
    } else {
        snprintf(message, sizeof message, "Registered: the warranty lasts until %s. Reference: %s",
                 ends_on, job->answer.reference);
    }
    assay_buyer_answer(job->job.request, &job->buyer, status, answer_json(&job->answer), message);
}

/* Hand over, or refuse what cannot wait. */
static void submit(h2o_req_t *request, struct warranty_job *job)
{
    struct assay_workers *workers = assay_loop_of(request)->service->workers;
    enum assay_error error = assay_workers_submit(workers, &job->job, request);
    if (error != ASSAY_OK) {
        assay_buyer_refuse(request, &job->buyer, error, NULL);
        free_job(job);
    }
}

static struct warranty_job *begin(h2o_req_t *request, const char *const *booleans, json_t **object)
{
    struct assay_buyer buyer;
    if (!assay_buyer_begin(request, booleans, &buyer, object)) {
        return NULL;
    }
    struct warranty_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        json_decref(*object);
        assay_buyer_refuse(request, &buyer, ASSAY_E_MEMORY, NULL);
        return NULL;
    }
    job->buyer = buyer;
    job->bought_on = ASSAY_DAY_NONE;
    return job;
}

/* -- POST /v1/warranties -- */

static void run_register(struct assay_job *base, struct assay_worker *worker)
{
    struct warranty_job *job = (struct warranty_job *)base;
    const struct assay_claim_request claim = {
        .receipt = &job->receipt,
        .name = job->name,
        .phone = job->phone,
        .email = job->email[0] != '\0' ? job->email : NULL,
        .bought_on = job->bought_on,
        .consent = true,
        .at_unix_ms = job->buyer.now_unix_ms,
    };
    enum assay_error error = assay_claim_register(worker->service->claims, worker->session, &claim,
                                                  &job->answer, &job->reason);
    job->error = assay_must_last(error, "claim");
}

static void done_register(struct assay_job *base)
{
    struct warranty_job *job = (struct warranty_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        answer_registered(job, 201);
    } else if (request != NULL) {
        assay_buyer_refuse(request, &job->buyer, job->error,
                           job->reason.text[0] != '\0' ? &job->reason : NULL);
    }
    free_job(job);
}

static enum assay_error read_registration(const json_t *object, struct warranty_job *job,
                                          char receipt[ASSAY_RECEIPT_TEXT_SIZE])
{
    char bought_on[ASSAY_DATE_TEXT_SIZE] = "";
    bool consent = false;
    const struct assay_json_field fields[] = {
        {.name = "receipt",
         .kind = ASSAY_JSON_TEXT,
         .required = true,
         .out = receipt,
         .size = ASSAY_RECEIPT_TEXT_SIZE},
        ASSAY_JSON_TEXT_ROW("name", true, job->name),
        ASSAY_JSON_TEXT_ROW("phone", true, job->phone),
        ASSAY_JSON_TEXT_ROW("email", false, job->email),
        ASSAY_JSON_TEXT_ROW("bought_on", false, bought_on),
        ASSAY_JSON_BOOLEAN_ROW("consent", true, consent),
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &job->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (!consent) {
        return assay_fail(&job->reason, ASSAY_E_FIELD, "consent: must be true");
    }
    if (bought_on[0] != '\0' && assay_date_parse(bought_on, &job->bought_on) != ASSAY_OK) {
        return assay_fail(&job->reason, ASSAY_E_FIELD, "bought_on: must be a date, YYYY-MM-DD");
    }
    return ASSAY_OK;
}

static enum assay_error prepare_registration(struct assay_loop *loop, const json_t *object,
                                             struct warranty_job *job)
{
    char receipt[ASSAY_RECEIPT_TEXT_SIZE];
    enum assay_error error = read_registration(object, job, receipt);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_receipt_open(&loop->service->receipt_key, receipt, strlen(receipt),
                               job->buyer.now_unix_ms, &job->receipt);
    if (error != ASSAY_OK) {
        return assay_fail(&job->reason, error, "receipt: %s", assay_error_text(error));
    }
    assay_buyer_code_of(loop, job->receipt.item, &job->buyer);
    return ASSAY_OK;
}

int assay_warranty_register(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    static const char *const booleans[] = {"consent", NULL};
    json_t *object;
    struct warranty_job *job = begin(request, booleans, &object);
    if (job == NULL) {
        return 0;
    }
    job->job.run = run_register;
    job->job.done = done_register;
    enum assay_error error = prepare_registration(assay_loop_of(request), object, job);
    json_decref(object);
    if (error == ASSAY_OK) {
        submit(request, job);
    } else {
        assay_buyer_refuse(request, &job->buyer, error, &job->reason);
        free_job(job);
    }
    return 0;
}

/* -- POST /v1/warranties/find -- */

/* One answer for a code that is malformed or unknown, a wrong phone, no registration, and too many
 * tries, so that nobody learns which. */
static void answer_not_found(h2o_req_t *request, const struct assay_buyer *buyer)
{
    static const struct assay_reason reason = {
        "there is no warranty registration for this code and phone"};
    assay_buyer_refuse(request, buyer, ASSAY_E_NOT_FOUND, &reason);
}

static void run_find(struct assay_job *base, struct assay_worker *worker)
{
    struct warranty_job *job = (struct warranty_job *)base;
    const struct assay_claim_search search = {
        .item = job->item,
        .phone = job->phone,
        .at_unix_ms = job->buyer.now_unix_ms,
    };
    enum assay_error error =
        assay_claim_find(worker->service->claims, worker->session, &search, &job->answer);
    job->error = assay_must_last(error, "find");
}

static void done_find(struct assay_job *base)
{
    struct warranty_job *job = (struct warranty_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL) {
        if (job->error == ASSAY_OK) {
            answer_registered(job, 200);
        } else if (job->error == ASSAY_E_NOT_FOUND || job->error == ASSAY_E_FIELD) {
            answer_not_found(request, &job->buyer);
        } else {
            assay_buyer_refuse(request, &job->buyer, job->error, NULL);
        }
    }
    free_job(job);
}

int assay_warranty_find(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    json_t *object;
    struct warranty_job *job = begin(request, NULL, &object);
    if (job == NULL) {
        return 0;
    }
    char code[TYPED_CODE_SIZE];
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("code", true, code),
        ASSAY_JSON_TEXT_ROW("phone", true, job->phone),
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &job->reason);
    json_decref(object);
    if (error != ASSAY_OK) {
        assay_buyer_refuse(request, &job->buyer, error, &job->reason);
        free_job(job);
        return 0;
    }
    job->job.run = run_find;
    job->job.done = done_find;
    /* A code that is none goes the same way, as item 0. */
    job->item = assay_buyer_item(assay_loop_of(request), code, &job->buyer);
    submit(request, job);
    return 0;
}
