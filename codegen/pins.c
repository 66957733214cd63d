// SPDX-License-Identifier: Apache-2.0
#include "codegen/pins.h"

#include <stdio.h>
#include <string.h>

/* Rows made in one call of the cipher. */
#define ROWS_AT_ONCE 256u

struct writer {
    struct assay_code_cipher *cipher;
    struct assay_output *output;
    char codes[ROWS_AT_ONCE][ASSAY_CODE_SIZE];
    char pins[ROWS_AT_ONCE][ASSAY_PIN_SIZE];
    char rows[ROWS_AT_ONCE * (10 + ASSAY_PIN_SIZE + 2)];
};

static enum assay_error create_cipher(const struct assay_job *job,
                                      struct assay_code_cipher **cipher)
{
    const struct assay_order *order = &job->order;
    struct assay_batch_keys keys;
    uint8_t pin_key[ASSAY_CMAC_KEY_LEN];
    assay_keyring_batch_keys(job->keyring, order->epoch, order->handle, &keys);
    assay_keyring_pin_key(job->keyring, order->epoch, order->handle, pin_key);
    enum assay_error error = assay_code_cipher_create(&keys, pin_key, cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    assay_bytes_wipe(pin_key, sizeof pin_key);
    return error;
}

static size_t put_rows(struct writer *writer, const struct assay_code_range *range)
{
    char *at = writer->rows;
    assay_code_make(writer->cipher, range, writer->codes);
    assay_pin_make(writer->cipher, writer->codes, range->count, writer->pins);
    for (uint32_t i = 0; i < range->count; i++) {
        at += assay_decimal_put(range->first + i, at);
        *at++ = ',';
        memcpy(at, writer->pins[i], ASSAY_PIN_LEN);
        at += ASSAY_PIN_LEN;
        memcpy(at, "\r\n", 2);
        at += 2;
    }
    return (size_t)(at - writer->rows);
}

static enum assay_error write_rows(const struct assay_job *job, struct assay_range numbers,
                                   struct writer *writer, struct assay_reason *reason)
{
    static const char header[] = "position,pin\r\n";
    bool offline = (job->order.flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    struct assay_code_range range = {
        .handle = job->order.handle,
        .version = offline ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1,
    };
    enum assay_error error = assay_output_write(writer->output, header, sizeof header - 1, reason);
    for (uint32_t done = numbers.first; done <= numbers.last && error == ASSAY_OK;
         done += range.count) {
        uint32_t left = numbers.last - done + 1, run;
        range.first = assay_job_item(job, done, &run);
        range.count = left < run ? left : run;
        range.count = range.count < ROWS_AT_ONCE ? range.count : ROWS_AT_ONCE;
        error = assay_output_write(writer->output, writer->rows, put_rows(writer, &range), reason);
    }
    return error;
}

enum assay_error assay_pins_write(const struct assay_job *job, const struct assay_folder *folder,
                                  struct assay_range numbers, struct assay_manifest_file *file,
                                  struct assay_reason *reason)
{
    struct writer writer = {0};
    char name[64];
    uint32_t run;
    snprintf(name, sizeof name, "%spins-%08u-%08u.csv",
             job->kind == ASSAY_PRINT_REPRINT ? "reprint-" : "",
             assay_job_item(job, numbers.first, &run), assay_job_item(job, numbers.last, &run));
    enum assay_error error = create_cipher(job, &writer.cipher);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error = assay_output_begin(folder, name, &writer.output, reason);
    if (error == ASSAY_OK) {
        error = write_rows(job, numbers, &writer, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_output_commit(writer.output, file, reason);
    } else {
        assay_output_abort(writer.output);
    }
    assay_code_cipher_destroy(writer.cipher);
    assay_bytes_wipe(&writer, sizeof writer);
    return error;
}
