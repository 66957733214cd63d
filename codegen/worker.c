// SPDX-License-Identifier: Apache-2.0
#include "codegen/worker.h"

#include <stdlib.h>

/* Codes made in one call of the cipher: enough to keep it busy, few enough to stay in the cache. */
#define CODES_AT_ONCE 256u

struct assay_worker {
    const struct assay_job *job;
    struct assay_code_cipher *cipher;
    struct assay_offline_signer *signer; /* NULL for codes that are not signed */
    struct assay_qr *qr;                 /* NULL for formats that do not draw */
    void *painter;
    char codes[CODES_AT_ONCE][ASSAY_CODE_SIZE];
    char pins[CODES_AT_ONCE][ASSAY_PIN_SIZE];
};

static enum assay_error create_cipher(struct assay_worker *worker)
{
    const struct assay_job *job = worker->job;
    const struct assay_order *order = &job->order;
    struct assay_batch_keys keys;
    uint8_t pin_key[ASSAY_CMAC_KEY_LEN];
    assay_keyring_batch_keys(job->keyring, order->epoch, order->handle, &keys);
    if (job->facts.has_pin) {
        assay_keyring_pin_key(job->keyring, order->epoch, order->handle, pin_key);
    }
    enum assay_error error =
        assay_code_cipher_create(&keys, job->facts.has_pin ? pin_key : NULL, &worker->cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    assay_bytes_wipe(pin_key, sizeof pin_key);
    return error;
}

static enum assay_error create_signer(struct assay_worker *worker)
{
    const struct assay_job *job = worker->job;
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    if (job->prefix.joint == NULL) {
        return ASSAY_OK;
    }
    assay_keyring_offline_seed(job->keyring, job->order.epoch, job->order.handle, seed);
    enum assay_error error = assay_offline_signer_create(seed, &worker->signer);
    assay_bytes_wipe(seed, sizeof seed);
    return error;
}

static enum assay_error prepare(struct assay_worker *worker)
{
    const struct assay_job *job = worker->job;
    enum assay_error error = create_cipher(worker);
    if (error == ASSAY_OK) {
        error = create_signer(worker);
    }
    if (error == ASSAY_OK) {
        error = job->options->format->create(&job->sheet, &worker->painter);
    }
    if (error == ASSAY_OK && job->options->format->draws) {
        char url[ASSAY_URL_MAX + 1];
        assay_url_sample(&job->prefix, url);
        error = assay_qr_create(job->options->ecc, url, &worker->qr);
    }
    return error;
}

enum assay_error assay_worker_create(const struct assay_job *job, struct assay_worker **worker,
                                     struct assay_reason *reason)
{
    struct assay_worker *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->job = job;
    enum assay_error error = prepare(made);
    if (error != ASSAY_OK) {
        assay_worker_destroy(made);
        return assay_fail(reason, error, NULL);
    }
    *worker = made;
    return ASSAY_OK;
}

void assay_worker_destroy(struct assay_worker *worker)
{
    if (worker != NULL) {
        assay_code_cipher_destroy(worker->cipher);
        assay_offline_signer_destroy(worker->signer);
        worker->job->options->format->destroy(worker->painter);
        assay_qr_destroy(worker->qr);
        assay_bytes_wipe(worker->pins, sizeof worker->pins);
        free(worker);
    }
}

static enum assay_error render_label(struct assay_worker *worker, uint32_t slot,
                                     struct assay_label *label, struct assay_buffer *out)
{
    char url[ASSAY_URL_MAX + 1];
    char sig[ASSAY_OFFLINE_TEXT_SIZE];
    if (worker->signer != NULL) {
        assay_offline_sign(worker->signer, label->code, sig);
    }
    label->url = url;
    label->url_len =
        assay_url_make(&worker->job->prefix, label->code, worker->signer != NULL ? sig : NULL, url);
    enum assay_error error = ASSAY_OK;
    if (worker->qr != NULL) {
        error = assay_qr_encode(worker->qr, url, &label->matrix);
    }
    return error == ASSAY_OK
               ? worker->job->options->format->label(worker->painter, slot, label, out)
               : error;
}

/* Labels of a page from `first` on, as many as are made in one call. */
static enum assay_error render_some(struct assay_worker *worker, struct assay_range labels,
                                    uint32_t slot, struct assay_buffer *out)
{
    struct assay_code_range range = {
        .handle = worker->job->order.handle,
        .first = labels.first,
        .count = labels.last - labels.first + 1,
        .version = worker->signer != NULL ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1,
    };
    bool has_pin = worker->job->facts.has_pin;
    assay_code_make(worker->cipher, &range, worker->codes);
    if (has_pin) {
        assay_pin_make(worker->cipher, worker->codes, range.count, worker->pins);
    }
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < range.count && error == ASSAY_OK; i++) {
        struct assay_label label = {
            .index = range.first + i,
            .code = worker->codes[i],
            .pin = has_pin ? worker->pins[i] : NULL,
        };
        error = render_label(worker, slot + i, &label, out);
    }
    return error;
}

enum assay_error assay_worker_render(struct assay_worker *worker, uint32_t page,
                                     struct assay_buffer *out, struct assay_reason *reason)
{
    const struct assay_format *format = worker->job->options->format;
    struct assay_plan_page place;
    assay_plan_page(&worker->job->plan, page, &place);
    enum assay_error error = format->page_begin(worker->painter, place.number, out);
    uint32_t count = place.labels.last - place.labels.first + 1;
    for (uint32_t done = 0, some = 0; done < count && error == ASSAY_OK; done += some) {
        uint32_t run = 0;
        uint32_t first = assay_job_item(worker->job, place.labels.first + done, &run);
        some = count - done < CODES_AT_ONCE ? count - done : CODES_AT_ONCE;
        some = some < run ? some : run;
        error = render_some(worker, (struct assay_range){first, first + some - 1}, done, out);
    }
    if (error == ASSAY_OK) {
        error = format->page_end(worker->painter, out);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}
