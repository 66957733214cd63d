// SPDX-License-Identifier: Apache-2.0
#include "verifier/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

/* One loop's end of the way back. */
struct desk {
    h2o_multithread_receiver_t receiver; /* first: a cast in take_answers */
    bool attached;                       /* under the workers' lock */
};

struct assay_workers {
    struct assay_service *service;
    pthread_mutex_t lock; /* guards head, tail, queued, pending, stopping, the desks */
    pthread_cond_t wake;
    struct assay_job *head;
    struct assay_job *tail;
    unsigned queued;
    unsigned queue_max;
    unsigned pending;
    bool stopping;
    struct desk desks[ASSAY_LOOPS_MAX + 1]; /* the private loop comes last */
    unsigned threads;
    unsigned running;
    struct worker_thread {
        pthread_t thread;
        struct assay_workers *workers;
        struct assay_worker worker;
    } thread[];
};

/* In the request's pool; its disposer runs when the request ends, answered or not. */
struct assay_job_watch {
    struct assay_job *job; /* NULL once the job is done */
};

static void client_left(void *data)
{
    struct assay_job_watch *watch = data;
    if (watch->job != NULL) {
        watch->job->request = NULL;
        watch->job->watch = NULL;
        watch->job = NULL;
    }
}

/* -- on a worker -- */

static struct assay_job *take_job(struct assay_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    while (workers->head == NULL && !workers->stopping) {
        pthread_cond_wait(&workers->wake, &workers->lock);
    }
    struct assay_job *job = workers->head;
    if (job != NULL) {
        workers->head = job->next;
        workers->tail = workers->head != NULL ? workers->tail : NULL;
        workers->queued--;
    }
    pthread_mutex_unlock(&workers->lock);
    return job;
}

/* Back to the loop. One that was cut off at the drain's deadline has left its desk: then nobody is
 * left to answer, the process is about to end, and the job is left to that. */
static void send_back(struct assay_workers *workers, struct assay_job *job)
{
    struct desk *desk = &workers->desks[job->loop->number];
    pthread_mutex_lock(&workers->lock);
    if (desk->attached) {
        h2o_multithread_send_message(&desk->receiver, &job->message);
    }
    pthread_mutex_unlock(&workers->lock);
}

static void *work(void *data)
{
    struct worker_thread *self = data;
    struct assay_workers *workers = self->workers;
    for (struct assay_job *job; (job = take_job(workers)) != NULL;) {
        job->run(job, &self->worker);
        send_back(workers, job);
    }
    return NULL;
}

/* -- on a loop -- */

static void end_job(struct assay_workers *workers, struct assay_job *job)
{
    if (job->watch != NULL) {
        job->watch->job = NULL;
        job->watch = NULL;
    }
    pthread_mutex_lock(&workers->lock);
    assay_assert(workers->pending > 0);
    workers->pending--;
    pthread_mutex_unlock(&workers->lock);
    job->done(job);
}

static void take_answers(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    (void)receiver;
    while (!h2o_linklist_is_empty(messages)) {
        h2o_multithread_message_t *message =
            H2O_STRUCT_FROM_MEMBER(h2o_multithread_message_t, link, messages->next);
        struct assay_job *job = H2O_STRUCT_FROM_MEMBER(struct assay_job, message, message);
        h2o_linklist_unlink(&message->link);
        end_job(job->loop->service->workers, job);
    }
}

void assay_workers_attach(struct assay_workers *workers, struct assay_loop *loop)
{
    assay_assert(loop->number <= ASSAY_LOOPS_MAX);
    struct desk *desk = &workers->desks[loop->number];
    assay_assert(!desk->attached);
    h2o_multithread_register_receiver(loop->context.queue, &desk->receiver, take_answers);
    pthread_mutex_lock(&workers->lock);
    desk->attached = true;
    pthread_mutex_unlock(&workers->lock);
}

void assay_workers_detach(struct assay_workers *workers, struct assay_loop *loop)
{
    struct desk *desk = &workers->desks[loop->number];
    pthread_mutex_lock(&workers->lock);
    assay_assert(desk->attached);
    desk->attached = false;
    pthread_mutex_unlock(&workers->lock);
    /* What was sent but not taken: only a loop that was cut off leaves any. */
    while (!h2o_linklist_is_empty(&desk->receiver._messages)) {
        h2o_linklist_unlink(desk->receiver._messages.next);
    }
    h2o_multithread_unregister_receiver(loop->context.queue, &desk->receiver);
}

static bool put_job(struct assay_workers *workers, struct assay_job *job)
{
    pthread_mutex_lock(&workers->lock);
    bool room = workers->queued < workers->queue_max && !workers->stopping;
    if (room) {
        if (workers->tail != NULL) {
            workers->tail->next = job;
        } else {
            workers->head = job;
        }
        workers->tail = job;
        workers->queued++;
        workers->pending++;
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->lock);
    return room;
}

enum assay_error assay_workers_submit(struct assay_workers *workers, struct assay_job *job,
                                      h2o_req_t *request)
{
    assay_assert(job->run != NULL);
    assay_assert(job->done != NULL);
    job->next = NULL;
    job->message.link = (h2o_linklist_t){NULL, NULL};
    job->loop = assay_loop_of(request);
    job->request = request;
    /* The worker reads neither request nor watch, so both may be set before and undone after. */
    job->watch = h2o_mem_alloc_shared(&request->pool, sizeof *job->watch, client_left);
    job->watch->job = job;
    if (!put_job(workers, job)) {
        job->watch->job = NULL;
        job->watch = NULL;
        return ASSAY_E_BUSY;
    }
    return ASSAY_OK;
}

unsigned assay_workers_pending(struct assay_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    unsigned pending = workers->pending;
    pthread_mutex_unlock(&workers->lock);
    return pending;
}

/* -- start and end -- */

static enum assay_error start_thread(struct assay_workers *workers, unsigned number)
{
    struct worker_thread *self = &workers->thread[number];
    self->workers = workers;
    self->worker.service = workers->service;
    self->worker.number = number;
    enum assay_error error =
        assay_store_session_open(workers->service->store, &self->worker.session);
    if (error != ASSAY_OK) {
        return error;
    }
    int failed = pthread_create(&self->thread, NULL, work, self);
    if (failed != 0) {
        assay_store_session_close(self->worker.session);
        assay_log(ASSAY_LOG_ERROR, "worker", "problem=\"%s\"", strerror(failed));
        return ASSAY_E_IO;
    }
    workers->running++;
    return ASSAY_OK;
}

enum assay_error assay_workers_open(struct assay_service *service, unsigned threads,
                                    unsigned queue_max, struct assay_workers **workers)
{
    assay_assert(threads > 0);
    assay_assert(queue_max > 0);
    struct assay_workers *value = calloc(1, sizeof *value + threads * sizeof value->thread[0]);
    if (value == NULL) {
        return ASSAY_E_MEMORY;
    }
    value->service = service;
    value->threads = threads;
    value->queue_max = queue_max;
    pthread_mutex_init(&value->lock, NULL);
    pthread_cond_init(&value->wake, NULL);
    for (unsigned i = 0; i < threads; i++) {
        enum assay_error error = start_thread(value, i);
        if (error != ASSAY_OK) {
            assay_workers_close(value);
            return error;
        }
    }
    *workers = value;
    return ASSAY_OK;
}

void assay_workers_close(struct assay_workers *workers)
{
    if (workers == NULL) {
        return;
    }
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->running; i++) {
        pthread_join(workers->thread[i].thread, NULL);
        assay_store_session_close(workers->thread[i].worker.session);
        assay_audit_kept_deinit(&workers->thread[i].worker.audit_kept);
    }
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
