// SPDX-License-Identifier: Apache-2.0
#include "verifier/upkeep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/alert_watch.h"
#include "core/calibrate.h"
#include "core/clock.h"
#include "core/log.h"

#define LOOK_MS 500
#define REST_TIMES 20 /* of a pass' own time */
#define DAY_MS 86400000ll

struct assay_upkeep {
    struct assay_upkeep_options options;
    struct assay_store_session *session;
    pthread_t thread;
    pthread_mutex_t lock; /* wake's */
    pthread_cond_t wake;
    atomic_bool stopping;
    int64_t refused_unix_ms; /* when a calibration did not come about, or 0 */
};

/* false: stop. */
static bool wait_a_while(struct assay_upkeep *self)
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

/* What was written or read cannot be trusted: end the process. */
static void end_if_broken(enum assay_error error)
{
    if (error == ASSAY_E_IO || error == ASSAY_E_STORE || error == ASSAY_E_CORRUPT) {
        abort();
    }
}

static void ask_rules(struct assay_upkeep *self)
{
    struct assay_reason reason;
    uint32_t raised = 0;
    enum assay_error error = assay_alert_pass(self->session, &raised, &reason);
    if (error != ASSAY_OK) {
        assay_log(ASSAY_LOG_ERROR, "alert_pass_failed", "error=%s", assay_error_name(error));
    }
    end_if_broken(error);
    if (raised > 0) {
        assay_log(ASSAY_LOG_INFO, "alerts_raised", "count=%u", raised);
    }
}

static void calibrate(struct assay_upkeep *self, int64_t now_unix_ms)
{
    const struct assay_calibrate_options options = {.dir = self->options.dir,
                                                    .session = self->session,
                                                    .actor = "verifier",
                                                    .now_unix_ms = now_unix_ms,
                                                    .references_wanted = true,
                                                    .stop = &self->stopping};
    struct assay_calibrate_report report;
    struct assay_reason reason;
    enum assay_error error = assay_calibrate(&options, &report, &reason);
    if (error == ASSAY_OK) {
        assay_log(ASSAY_LOG_INFO, "calibrated", "reference_items=%u levels_learnt=%d",
                  report.references, report.levels);
    } else if (!atomic_load(&self->stopping)) {
        self->refused_unix_ms = now_unix_ms;
        assay_log(ASSAY_LOG_ERROR, "calibration_failed", "error=%s", assay_error_name(error));
    }
    end_if_broken(error);
}

static void calibrate_if_due(struct assay_upkeep *self)
{
    int64_t now_unix_ms = assay_clock_unix_ms();
    bool rests = now_unix_ms - self->refused_unix_ms < DAY_MS;
    if (self->options.calibrate_days > 0 && !rests &&
        assay_calibrate_is_due(self->options.store, now_unix_ms,
                               self->options.calibrate_days * DAY_MS)) {
        calibrate(self, now_unix_ms);
    }
}

static void *keep_up(void *context)
{
    struct assay_upkeep *self = context;
    uint64_t interval_ns = self->options.alerts_interval_ms * 1000000ull;
    uint64_t seen = 0;
    uint64_t next_ns = 0;
    while (wait_a_while(self)) {
        struct assay_store_stats stats;
        uint64_t began_ns = assay_clock_monotonic_ns();
        assay_store_stats(self->options.store, &stats);
        if (began_ns < next_ns || stats.checkpoint_position == seen || stats.low_space) {
            continue;
        }
        ask_rules(self);
        seen = stats.checkpoint_position;
        uint64_t rest_ns = (assay_clock_monotonic_ns() - began_ns) * REST_TIMES;
        next_ns = began_ns + (rest_ns > interval_ns ? rest_ns : interval_ns);
        calibrate_if_due(self);
    }
    return NULL;
}

enum assay_error assay_upkeep_open(const struct assay_upkeep_options *options,
                                   struct assay_upkeep **upkeep)
{
    struct assay_upkeep *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->options = *options;
    enum assay_error error = assay_store_session_open(options->store, &self->session);
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
    if (pthread_create(&self->thread, NULL, keep_up, self) != 0) {
        assay_store_session_close(self->session);
        free(self);
        return ASSAY_E_MEMORY;
    }
    *upkeep = self;
    return ASSAY_OK;
}

void assay_upkeep_close(struct assay_upkeep *upkeep)
{
    if (upkeep == NULL) {
        return;
    }
    pthread_mutex_lock(&upkeep->lock);
    upkeep->stopping = true;
    pthread_cond_signal(&upkeep->wake);
    pthread_mutex_unlock(&upkeep->lock);
    pthread_join(upkeep->thread, NULL);
    pthread_cond_destroy(&upkeep->wake);
    pthread_mutex_destroy(&upkeep->lock);
    assay_store_session_close(upkeep->session);
    free(upkeep);
}
