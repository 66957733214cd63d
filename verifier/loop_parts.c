// SPDX-License-Identifier: Apache-2.0
#include "verifier/loop_parts.h"

#include <stdatomic.h>

#include "verifier/access_log.h"
#include "verifier/answer.h"
#include "verifier/cipher_cache.h"
#include "verifier/geo.h"
#include "verifier/handlers.h"
#include "verifier/metrics.h"
#include "verifier/workers.h"

static enum assay_error open_parts(struct assay_loop *loop)
{
    struct assay_service *service = loop->service;
    loop->metrics = assay_metrics_of_loop(service->metrics, loop->number);
    if (service->log_writer != NULL) {
        loop->access_log = assay_log_writer_of_loop(service->log_writer, loop->number);
    }
    loop->key_generation = atomic_load(&service->key_generation);
    enum assay_error error = assay_store_session_open(service->store, &loop->session);
    if (error == ASSAY_OK) {
        error = assay_cipher_cache_create(assay_service_keyring(service), &loop->ciphers);
    }
    if (error == ASSAY_OK) {
        error = assay_group_create(loop, assay_scan_answer, &loop->group);
    }
    if (error == ASSAY_OK) {
        error = assay_geo_reader_open(service->geo, &loop->geo);
    }
    if (error == ASSAY_OK) {
        error = assay_answers_create(&loop->answers);
    }
    return error;
}

enum assay_error assay_loop_open(struct assay_loop *loop)
{
    enum assay_error error = open_parts(loop);
    if (error == ASSAY_OK && loop->service->workers != NULL) {
        assay_workers_attach(loop->service->workers, loop);
    }
    return error;
}

void assay_loop_close(struct assay_loop *loop)
{
    if (loop->service->workers != NULL) {
        assay_workers_detach(loop->service->workers, loop);
    }
    if (loop->access_log != NULL) {
        assay_access_log_end_pass(loop->access_log, 0, true);
    }
    assay_answers_destroy(loop->answers);
    assay_geo_reader_close(loop->geo);
    assay_group_destroy(loop->group);
    assay_cipher_cache_destroy(loop->ciphers);
    assay_store_session_close(loop->session);
}

void assay_loop_pass_begin(struct assay_loop *loop)
{
    unsigned generation =
        atomic_load_explicit(&loop->service->key_generation, memory_order_acquire);
    if (generation != loop->key_generation) {
        assay_cipher_cache_rekey(loop->ciphers, assay_service_keyring(loop->service));
        loop->key_generation = generation;
    }
    assay_group_begin_pass(loop->group);
}

void assay_loop_pass_end(struct assay_loop *loop)
{
    assay_group_end_pass(loop->group);
    if (loop->access_log != NULL) {
        assay_access_log_end_pass(loop->access_log, (int64_t)h2o_now(loop->context.loop), false);
    }
}

bool assay_loop_is_busy(struct assay_loop *loop)
{
    const struct assay_workers *workers = loop->service->workers;
    return assay_group_is_waiting(loop->group) ||
           (workers != NULL && assay_workers_pending(loop->service->workers) > 0);
}
