// SPDX-License-Identifier: Apache-2.0
/* A turn is what a worker takes at once: pages_at_once pages, the last one's maybe fewer.
 *
 * Invariants, under the mutex
 *  1. written <= next <= written + slot_count: a slot is never taken before it was written out.
 *  2. slots[t % slot_count].full is true from the time turn t is rendered until it is written.
 *  3. error, once set, stays; workers stop before their next page, the writer at once.
 */
#include "codegen/pipeline.h"

#include <pthread.h>
#include <stdlib.h>

struct slot {
    struct assay_buffer *pages; /* of a turn */
    bool full;
};

struct ring {
    const struct assay_pipeline *pipeline;
    pthread_mutex_t mutex;
    pthread_cond_t slot_free;
    pthread_cond_t slot_full;
    struct slot *slots;
    uint32_t slot_count;
    uint32_t turns;
    uint32_t next;    /* turn that no worker has taken yet */
    uint32_t written; /* turns that were written */
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

static struct slot *slot_of(struct ring *ring, uint32_t turn)
{
    return &ring->slots[turn % ring->slot_count];
}

static uint32_t pages_of(const struct ring *ring, uint32_t turn)
{
    uint32_t at_once = ring->pipeline->pages_at_once;
    uint32_t left = ring->pipeline->pages - turn * at_once;
    return left < at_once ? left : at_once;
}

/* The next turn to render, once there is a slot for it. false: there is nothing more to do. */
static bool take_turn(struct ring *ring, uint32_t *turn)
{
    pthread_mutex_lock(&ring->mutex);
    while (ring->error == ASSAY_OK && ring->next < ring->turns &&
           ring->next - ring->written >= ring->slot_count) {
        pthread_cond_wait(&ring->slot_free, &ring->mutex);
    }
    bool more = ring->error == ASSAY_OK && ring->next < ring->turns;
    if (more) {
        *turn = ring->next++;
    }
    pthread_mutex_unlock(&ring->mutex);
    return more;
}

static void hand_over(struct ring *ring, uint32_t turn)
{
    pthread_mutex_lock(&ring->mutex);
    slot_of(ring, turn)->full = true;
    if (turn == ring->written) {
        pthread_cond_signal(&ring->slot_full);
    }
    pthread_mutex_unlock(&ring->mutex);
}

static enum assay_error render_turn(struct ring *ring, void *worker, uint32_t turn,
                                    struct assay_reason *reason)
{
    const struct assay_pipeline *pipeline = ring->pipeline;
    uint32_t first = pipeline->first + turn * pipeline->pages_at_once;
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < pages_of(ring, turn) && error == ASSAY_OK; i++) {
        struct assay_buffer *page = &slot_of(ring, turn)->pages[i];
        page->len_bytes = 0;
        page->mark = 0;
        error = pipeline->render(worker, first + i, page, reason);
    }
    return error;
}

static void *work(void *argument)
{
    struct ring *ring = argument;
    const struct assay_pipeline *pipeline = ring->pipeline;
    struct assay_reason reason = {0};
    void *worker = NULL;
    enum assay_error error = pipeline->worker_begin(pipeline->context, &worker, &reason);
    uint32_t turn;
    while (error == ASSAY_OK && take_turn(ring, &turn)) {
        error = render_turn(ring, worker, turn, &reason);
        if (error == ASSAY_OK) {
            hand_over(ring, turn);
        }
    }
    if (error != ASSAY_OK) {
        fail(ring, error, &reason);
    }
    pipeline->worker_end(worker);
    return NULL;
}

/* Wait for the next turn in order. false: an error came first. */
static bool await_turn(struct ring *ring)
{
    pthread_mutex_lock(&ring->mutex);
    while (ring->error == ASSAY_OK && !slot_of(ring, ring->written)->full) {
        pthread_cond_wait(&ring->slot_full, &ring->mutex);
    }
    bool good = ring->error == ASSAY_OK;
    pthread_mutex_unlock(&ring->mutex);
    return good;
}

static void release_turn(struct ring *ring)
{
    pthread_mutex_lock(&ring->mutex);
    slot_of(ring, ring->written)->full = false;
    ring->written++;
    pthread_cond_signal(&ring->slot_free);
    pthread_mutex_unlock(&ring->mutex);
}

static enum assay_error write_turn(struct ring *ring, uint32_t turn, struct assay_reason *reason)
{
    const struct assay_pipeline *pipeline = ring->pipeline;
    uint32_t first = pipeline->first + turn * pipeline->pages_at_once;
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < pages_of(ring, turn) && error == ASSAY_OK; i++) {
        error =
            pipeline->write(pipeline->context, first + i, &slot_of(ring, turn)->pages[i], reason);
    }
    return error;
}

static void write_turns(struct ring *ring)
{
    for (uint32_t turn = 0; turn < ring->turns && await_turn(ring); turn++) {
        struct assay_reason reason = {0};
        enum assay_error error = write_turn(ring, turn, &reason);
        if (error != ASSAY_OK) {
            fail(ring, error, &reason);
            return;
        }
        release_turn(ring);
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
    write_turns(ring);
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
}

static bool make_slots(struct ring *ring)
{
    ring->slots = calloc(ring->slot_count, sizeof *ring->slots);
    bool good = ring->slots != NULL;
    for (uint32_t i = 0; i < ring->slot_count && good; i++) {
        struct assay_buffer *pages = calloc(ring->pipeline->pages_at_once, sizeof *pages);
        ring->slots[i].pages = pages;
        good = pages != NULL;
    }
    return good;
}

static void free_slots(struct ring *ring)
{
    for (uint32_t i = 0; ring->slots != NULL && i < ring->slot_count; i++) {
        struct assay_buffer *pages = ring->slots[i].pages;
        for (uint32_t page = 0; pages != NULL && page < ring->pipeline->pages_at_once; page++) {
            assay_buffer_deinit(&pages[page]);
        }
        free(pages);
    }
    free(ring->slots);
}

enum assay_error assay_pipeline_run(const struct assay_pipeline *pipeline,
                                    struct assay_reason *reason)
{
    assay_assert(pipeline->threads > 0);
    assay_assert(pipeline->threads <= ASSAY_PIPELINE_THREADS_MAX);
    assay_assert(pipeline->pages_at_once > 0);
    struct ring ring = {
        .pipeline = pipeline,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .slot_free = PTHREAD_COND_INITIALIZER,
        .slot_full = PTHREAD_COND_INITIALIZER,
        .slot_count = 2 * pipeline->threads + 2,
        .turns = pipeline->pages / pipeline->pages_at_once +
                 (pipeline->pages % pipeline->pages_at_once > 0),
    };
    if (make_slots(&ring)) {
        run_threads(&ring);
    } else {
        ring.error = assay_fail(&ring.reason, ASSAY_E_MEMORY, NULL);
    }
    free_slots(&ring);
    if (ring.error != ASSAY_OK && reason != NULL) {
        *reason = ring.reason;
    }
    return ring.error;
}
