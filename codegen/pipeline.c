// SPDX-License-Identifier: Apache-2.0
/* Invariants, under the mutex
 *  1. written <= next <= written + slot_count: a slot is never taken before it was written out.
 *  2. slots[p % slot_count].full is true from the time page p is rendered until it is written.
 *  3. error, once set, stays; workers stop before their next page, the writer at once.
 */
#include "codegen/pipeline.h"

#include <pthread.h>
#include <stdlib.h>

struct slot {
    struct assay_buffer buffer;
    bool full;
};

struct ring {
    const struct assay_pipeline *pipeline;
    pthread_mutex_t mutex;
    pthread_cond_t slot_free;
    pthread_cond_t slot_full;
    struct slot *slots;
    uint32_t slot_count;
    uint32_t next;    /* page that no worker has taken yet */
    uint32_t written; /* pages that were written */
    enum assay_error error;
    struct assay_reason reason;
};

static void fail(struct ring *ring, enum assay_error error, const struct assay_reason *reason)
{
    pthread_mutex_lock(&ring->mutex);
    if (ring->error == ASSAY_OK) {
        ring->error = error;
        ring->reason = *reason;
    }
    pthread_cond_broadcast(&ring->slot_free);
    pthread_cond_signal(&ring->slot_full);
    pthread_mutex_unlock(&ring->mutex);
}

/* The next page to render, once there is a slot for it. false: there is nothing more to do. */
static bool take_page(struct ring *ring, uint32_t *page)
{
    pthread_mutex_lock(&ring->mutex);
    while (ring->error == ASSAY_OK && ring->next < ring->pipeline->pages &&
           ring->next - ring->written >= ring->slot_count) {
        pthread_cond_wait(&ring->slot_free, &ring->mutex);
    }
    bool more = ring->error == ASSAY_OK && ring->next < ring->pipeline->pages;
    if (more) {
        *page = ring->next++;
    }
    pthread_mutex_unlock(&ring->mutex);
    return more;
}

static void hand_over(struct ring *ring, uint32_t page)
{
    pthread_mutex_lock(&ring->mutex);
    ring->slots[page % ring->slot_count].full = true;
    if (page == ring->written) {
        pthread_cond_signal(&ring->slot_full);
    }
    pthread_mutex_unlock(&ring->mutex);
}

static void *work(void *argument)
{
    struct ring *ring = argument;
    const struct assay_pipeline *pipeline = ring->pipeline;
    struct assay_reason reason = {0};
    void *worker = NULL;
    enum assay_error error = pipeline->worker_begin(pipeline->context, &worker, &reason);
    uint32_t page;
    while (error == ASSAY_OK && take_page(ring, &page)) {
        struct assay_buffer *buffer = &ring->slots[page % ring->slot_count].buffer;
        buffer->len_bytes = 0;
        buffer->mark = 0;
        error = pipeline->render(worker, pipeline->first + page, buffer, &reason);
        if (error == ASSAY_OK) {
            hand_over(ring, page);
        }
    }
    if (error != ASSAY_OK) {
        fail(ring, error, &reason);
    }
    pipeline->worker_end(worker);
    return NULL;
}

/* Wait for the next page in order. false: an error came first. */
static bool await_page(struct ring *ring)
{
    pthread_mutex_lock(&ring->mutex);
    while (ring->error == ASSAY_OK && !ring->slots[ring->written % ring->slot_count].full) {
        pthread_cond_wait(&ring->slot_full, &ring->mutex);
    }
    bool good = ring->error == ASSAY_OK;
    pthread_mutex_unlock(&ring->mutex);
    return good;
}

static void release_page(struct ring *ring)
{
    pthread_mutex_lock(&ring->mutex);
    ring->slots[ring->written % ring->slot_count].full = false;
    ring->written++;
    pthread_cond_signal(&ring->slot_free);
    pthread_mutex_unlock(&ring->mutex);
}

static void write_pages(struct ring *ring)
{
    const struct assay_pipeline *pipeline = ring->pipeline;
    for (uint32_t page = 0; page < pipeline->pages && await_page(ring); page++) {
        struct assay_reason reason = {0};
        enum assay_error error =
            pipeline->write(pipeline->context, pipeline->first + page,
                            &ring->slots[page % ring->slot_count].buffer, &reason);
        if (error != ASSAY_OK) {
            fail(ring, error, &reason);
            return;
        }
        release_page(ring);
    }
}

static void run_threads(struct ring *ring)
{
    pthread_t threads[ASSAY_PIPELINE_THREADS_MAX];
    uint32_t started = 0;
    while (started < ring->pipeline->threads &&
           pthread_create(&threads[started], NULL, work, ring) == 0) {
        started++;
    }
    if (started == 0) {
        struct assay_reason reason;
        fail(ring, assay_fail(&reason, ASSAY_E_MEMORY, "cannot start a thread"), &reason);
    }
    write_pages(ring);
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

enum assay_error assay_pipeline_run(const struct assay_pipeline *pipeline,
                                    struct assay_reason *reason)
{
    assay_assert(pipeline->threads > 0);
    assay_assert(pipeline->threads <= ASSAY_PIPELINE_THREADS_MAX);
    struct ring ring = {
        .pipeline = pipeline,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .slot_free = PTHREAD_COND_INITIALIZER,
        .slot_full = PTHREAD_COND_INITIALIZER,
        .slot_count = 2 * pipeline->threads + 2,
    };
    ring.slots = calloc(ring.slot_count, sizeof *ring.slots);
    if (ring.slots == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    run_threads(&ring);
    for (uint32_t i = 0; i < ring.slot_count; i++) {
        assay_buffer_deinit(&ring.slots[i].buffer);
    }
    free(ring.slots);
    if (ring.error != ASSAY_OK && reason != NULL) {
        *reason = ring.reason;
    }
    return ring.error;
}
