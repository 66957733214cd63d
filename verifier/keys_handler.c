// SPDX-License-Identifier: Apache-2.0
/* GET /.well-known/assay-keys.json (RFC 8615): the signed list of keys that checks offline labels. */
#include <stdlib.h>
#include <string.h>

#include "verifier/handlers.h"
#include "verifier/key_notice.h"
#include "verifier/reply.h"

#define STRING_OF(number) #number
#define MAX_AGE(seconds) "public, max-age=" STRING_OF(seconds)

struct keys_job {
    struct assay_job job;
    enum assay_error error;
    struct assay_reason reason;
    char *text;
    size_t len;
};

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct keys_job *job = (struct keys_job *)base;
    job->error = assay_key_notice_get(worker->service->key_notice, worker, &job->text, &job->len,
                                      &job->reason);
}

static void done(struct assay_job *base)
{
    struct keys_job *job = (struct keys_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        h2o_add_header(&request->pool, &request->res.headers, H2O_TOKEN_CACHE_CONTROL, NULL,
                       H2O_STRLIT(MAX_AGE(ASSAY_KEY_NOTICE_SECONDS)));
        assay_reply_send(request, 200, h2o_iovec_init(H2O_STRLIT("application/json")),
                         h2o_strdup(&request->pool, job->text, job->len));
    } else if (request != NULL) {
        assay_reply_error(request, job->error, job->reason.text[0] != '\0' ? &job->reason : NULL);
    }
    free(job->text);
    free(job);
}

int assay_keys_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct keys_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return 0;
    }
    job->job.run = run;
    job->job.done = done;
    struct assay_workers *workers = assay_loop_of(request)->service->workers;
    if (assay_workers_submit(workers, &job->job, request) != ASSAY_OK) {
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
        free(job);
    }
    return 0;
}
