// SPDX-License-Identifier: Apache-2.0
/* GET /v1/office/audit/geojson: the operator's own map, as it is on disk. It is a brand's own file, and
 * may be replaced while we run, so it is read at each request, on a worker. */
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/limits.h"
#include "verifier/config.h"
#include "verifier/handlers.h"
#include "verifier/reply.h"
#include "verifier/visitor.h"
#include "verifier/workers.h"

struct map_job {
    struct assay_job job;
    enum assay_error error;
    char *text;
    size_t len;
};

/* -- on a worker -- */

static void run(struct assay_job *base, struct assay_worker *worker)
{
    struct map_job *job = (struct map_job *)base;
    /* The reason would name a path of this machine: it is not for the answer. */
    job->error = assay_file_read(worker->service->config->audit_geojson, ASSAY_GEOJSON_BYTES_MAX,
                                 &job->text, &job->len, NULL);
}

/* -- on the loop -- */

static void done(struct assay_job *base)
{
    struct map_job *job = (struct map_job *)base;
    h2o_req_t *request = base->request;
    if (request != NULL && job->error == ASSAY_OK) {
        assay_reply_send(request, 200, h2o_iovec_init(H2O_STRLIT("application/geo+json")),
                         h2o_strdup(&request->pool, job->text, job->len));
    } else if (request != NULL) {
        assay_reply_error(request, job->error, NULL);
    }
    free(job->text);
    free(job);
}

int assay_geojson_get(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    struct assay_service *service = assay_loop_of(request)->service;
    if (!assay_visitor_actor(request, &actor)) {
        return 0;
    }
    if (service->config->audit_geojson[0] == '\0') {
        assay_reply_problem(request, 404, "not_found", "No map is set (audit.geojson).");
        return 0;
    }
    struct map_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
        return 0;
    }
    job->job.run = run;
    job->job.done = done;
    if (assay_workers_submit(service->workers, &job->job, request) != ASSAY_OK) {
        free(job);
        assay_reply_error(request, ASSAY_E_BUSY, NULL);
    }
    return 0;
}
