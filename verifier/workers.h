// SPDX-License-Identifier: Apache-2.0
/* A small bounded pool of threads for calls that wait: registrations, reports, office commands.
 * A job starts on a loop, runs on a worker with that worker's own store session, and ends on the
 * loop by message.
 *
 * Invariants
 *  1. A job belongs to the loop, then to the queue and one worker, then to the loop again; nobody
 *     else touches it in between.
 *  2. The worker never touches the request. `job->request` is read and cleared on the loop's
 *     thread alone; a disposer in the request's pool clears it when the client leaves.
 *  3. Every job that was taken ends: `done` is called exactly once, on its loop; but for a loop that
 *     was cut off at the drain's deadline, whose jobs run to their end and are answered by nobody.
 */
#ifndef ASSAY_VERIFIER_WORKERS_H
#define ASSAY_VERIFIER_WORKERS_H

#include "core/office_audit_ground.h"
#include "verifier/service.h"

struct assay_workers;
struct assay_job_watch;

/** What a job has while it runs; of the worker's thread. */
struct assay_worker {
    struct assay_service *service;
    struct assay_store_session *session;
    struct assay_audit_kept audit_kept; /* for audit views */
    unsigned number;
};

/** The head of a handler's own struct (first member), heap-allocated by the handler. */
struct assay_job {
    h2o_multithread_message_t message; /* first: the answer's way back */
    struct assay_job *next;
    struct assay_loop *loop;
    struct assay_job_watch *watch;
    h2o_req_t *request; /* NULL once the client has left */
    /** On a worker; may block. */
    void (*run)(struct assay_job *job, struct assay_worker *worker);
    /** On the loop: answers if request is not NULL, and frees the job in any case. */
    void (*done)(struct assay_job *job);
};

/** Start the threads. loops: how many will attach.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_STORE; ASSAY_E_IO (no thread). */
ASSAY_MUST_CHECK enum assay_error assay_workers_open(struct assay_service *service,
                                                     unsigned threads, unsigned queue_max,
                                                     struct assay_workers **workers);

/** A loop's receiver of answers; before its first job and after its last. threads: the loop's. */
void assay_workers_attach(struct assay_workers *workers, struct assay_loop *loop);
void assay_workers_detach(struct assay_workers *workers, struct assay_loop *loop);

/** Hand a job over; run and done are set, all else is filled in here.
 *
 *  returns  ASSAY_OK; ASSAY_E_BUSY: the queue is full, the job is still the caller's (503).
 *  threads  the request's loop. blocks: no.
 */
ASSAY_MUST_CHECK enum assay_error assay_workers_submit(struct assay_workers *workers,
                                                       struct assay_job *job, h2o_req_t *request);

/** Jobs taken and not yet done. threads: any. */
unsigned assay_workers_pending(struct assay_workers *workers);

/** Finish what is queued, stop the threads, free. The loops have been detached, or nobody is left
 *  to answer. NULL is allowed. */
void assay_workers_close(struct assay_workers *workers);

#endif
