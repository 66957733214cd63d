// SPDX-License-Identifier: Apache-2.0
#include "verifier/alert_thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/alert_watch.h"
#include "core/clock.h"
#include "core/log.h"

#define LOOK_MS 500
#define REST_TIMES 20 /* of a pass' own time */

struct assay_alert_thread {
    struct assay_store *store;
    struct assay_store_session *session;
    uint64_t interval_ns;
    pthread_t thread;
    pthread_mutex_t lock; /* of stopping */
    pthread_cond_t wake;
    bool stopping;
};

/* false: stop. */
static bool wait_a_while(struct assay_alert_thread *self)
{
    uint64_t until_ns = assay_clock_monotonic_ns() + LOOK_MS * 1000000ull;
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000ull),
                             .tv_nsec = (long)(until_ns % 1000000000ull)};
    int rc = 0;
    pthread_mutex_lock(&self->lock);
    while (!self->stopping && rc == 0) {
        rc = pthread_cond_timedwait(&self->wake, &self->lock, &until);
    }
    bool goes_on = !self->stopping;
    pthread_mutex_unlock(&self->lock);
    return goes_on;
}

static void pass(struct assay_alert_thread *self)
{
    struct assay_reason reason;
    uint32_t raised = 0;
    enum assay_error error = assay_alert_pass(self->session, &raised, &reason);
    if (error != ASSAY_OK) {
        assay_log(ASSAY_LOG_ERROR, "alert_pass_failed", "error=%s", assay_error_name(error));
    }
    if (error == ASSAY_E_IO || error == ASSAY_E_STORE || error == ASSAY_E_CORRUPT) {
        abort(); /* what was written or read cannot be trusted */
    }
    if (raised > 0) {
        assay_log(ASSAY_LOG_INFO, "alerts_raised", "count=%u", raised);
    }
}

static void *watch(void *context)
{
    struct assay_alert_thread *self = context;
    uint64_t seen = 0;
    uint64_t next_ns = 0;
    while (wait_a_while(self)) {
        struct assay_store_stats stats;
        uint64_t began_ns = assay_clock_monotonic_ns();
        assay_store_stats(self->store, &stats);
        if (began_ns < next_ns || stats.checkpoint_position == seen || stats.low_space) {
            continue;
        }
        pass(self);
        seen = stats.checkpoint_position;
        uint64_t rest_ns = (assay_clock_monotonic_ns() - began_ns) * REST_TIMES;
        next_ns = began_ns + (rest_ns > self->interval_ns ? rest_ns : self->interval_ns);
    }
    return NULL;
}

enum assay_error assay_alert_thread_open(struct assay_store *store, uint32_t interval_ms,
                                         struct assay_alert_thread **thread)
{
    struct assay_alert_thread *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->store = store;
    self->interval_ns = interval_ms * 1000000ull;
    enum assay_error error = assay_store_session_open(store, &self->session);
    if (error != ASSAY_OK) {
        free(self);
        return error;
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&self->thread, NULL, watch, self) != 0) {
        assay_store_session_close(self->session);
        free(self);
        return ASSAY_E_MEMORY;
    }
    *thread = self;
    return ASSAY_OK;
}

void assay_alert_thread_close(struct assay_alert_thread *thread)
{
    if (thread == NULL) {
        return;
    }
    pthread_mutex_lock(&thread->lock);
    thread->stopping = true;
    pthread_cond_signal(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
    pthread_join(thread->thread, NULL);
    pthread_cond_destroy(&thread->wake);
    pthread_mutex_destroy(&thread->lock);
    assay_store_session_close(thread->session);
    free(thread);
}
