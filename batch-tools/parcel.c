// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/parcel.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "core/clock.h"
#include "core/file.h"

static enum assay_error check_new(struct assay_tool_call *call, const char *path)
{
    return path == NULL || access(path, F_OK) != 0
               ? ASSAY_OK
               : assay_fail(&call->reason, ASSAY_E_EXISTS, "%s exists already; name another file",
                            path);
}

/* The office's own passphrase is never taken for a print site's. */
static enum assay_error read_opener(struct assay_tool_call *call, struct assay_parcel *parcel)
{
    const char *to = assay_tool_text(call, "to");
    const char *file = assay_tool_text(call, "site-passphrase-file");
    if ((to == NULL) == (file == NULL)) {
        return assay_fail(
            &call->reason, ASSAY_E_USAGE,
            "who opens the keys: --to CERT.pem or --site-passphrase-file FILE, one of "
            "them");
    }
    if (to != NULL) {
        return assay_certificate_read(to, assay_clock_unix_ms(), &parcel->to, &call->reason);
    }
    return assay_passphrase_get(file, false, parcel->passphrase, sizeof parcel->passphrase,
                                &call->reason);
}

enum assay_error assay_parcel_prepare(struct assay_tool_call *call, const char *label_option,
                                      const char *pin_option, struct assay_parcel *parcel)
{
    *parcel = (struct assay_parcel){
        .label_out = assay_tool_text(call, label_option),
        .pin_out = assay_tool_text(call, pin_option),
    };
    if (parcel->label_out == NULL && parcel->pin_out == NULL) {
        return ASSAY_OK;
    }
    if (parcel->label_out != NULL && parcel->pin_out != NULL &&
        strcmp(parcel->label_out, parcel->pin_out) == 0) {
        return assay_fail(&call->reason, ASSAY_E_USAGE,
                          "label keys and PIN key go into a file each, so that they can go to two "
                          "printers");
    }
    enum assay_error error = check_new(call, parcel->label_out);
    if (error == ASSAY_OK) {
        error = check_new(call, parcel->pin_out);
    }
    return error == ASSAY_OK ? read_opener(call, parcel) : error;
}

unsigned assay_parcel_keys(const struct assay_parcel *parcel)
{
    return (parcel->label_out != NULL ? 1u << ASSAY_KEY_LABEL : 0) |
           (parcel->pin_out != NULL ? 1u << ASSAY_KEY_PIN : 0);
}

static enum assay_error write_one(struct assay_tool_call *call, const struct assay_parcel *parcel,
                                  struct assay_batch_key *key, const char *path)
{
    uint8_t *file = NULL;
    size_t len = 0;
    assay_keyring_take_batch(call->keyring, key);
    enum assay_error error = parcel->to != NULL
                                 ? assay_batch_key_seal_to(key, parcel->to, &file, &len)
                                 : assay_batch_key_seal(key, parcel->passphrase, &file, &len);
    assay_bytes_wipe(key->secret, sizeof key->secret);
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error, "%s: the keys could not be encrypted: %s", path,
                          assay_error_text(error));
    }
    error = assay_file_write_new(path, file, len, &call->reason);
    free(file);
    return error;
}

enum assay_error assay_parcel_write(struct assay_tool_call *call, const struct assay_parcel *parcel,
                                    const json_t *batch)
{
    const char *handle = json_string_value(json_object_get(batch, "handle"));
    struct assay_batch_key key = {
        .name = ASSAY_KEY_LABEL,
        .epoch = (uint32_t)json_integer_value(json_object_get(batch, "epoch")),
        .offline = json_is_true(json_object_get(batch, "offline")),
    };
    if (handle == NULL || assay_handle_parse(handle, &key.handle) != ASSAY_OK) {
        return assay_fail(&call->reason, ASSAY_E_CORRUPT, "the office sent no batch");
    }
    if (parcel->pin_out != NULL && !json_is_true(json_object_get(batch, "pin"))) {
        return assay_fail(&call->reason, ASSAY_E_REFUSED, "batch %s has no PINs", handle);
    }
    enum assay_error error =
        parcel->label_out == NULL ? ASSAY_OK : write_one(call, parcel, &key, parcel->label_out);
    if (error == ASSAY_OK && parcel->pin_out != NULL) {
        key.name = ASSAY_KEY_PIN;
        key.offline = false;
        error = write_one(call, parcel, &key, parcel->pin_out);
    }
    return error;
}

void assay_parcel_release(struct assay_parcel *parcel)
{
    assay_certificate_free(parcel->to);
    assay_bytes_wipe(parcel, sizeof *parcel);
}

/* -- batch keys -- */

static enum assay_error send(struct assay_tool_call *call, const struct assay_parcel *parcel)
{
    if (assay_parcel_keys(parcel) == 0) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--out FILE or --pin-out FILE is wanted");
    }
    json_t *result = NULL;
    enum assay_error error = assay_tool_keys(call, assay_parcel_keys(parcel));
    if (error == ASSAY_OK) {
        error = assay_door_run(call, call->command->office, call->params, &result);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_parcel_write(call, parcel, result);
    if (error == ASSAY_OK) {
        json_t *shown = json_pack("{s:O, s:s?, s:s?}", "handle", json_object_get(result, "handle"),
                                  "keys", parcel->label_out, "pin_keys", parcel->pin_out);
        assay_show_result(call, shown);
        json_decref(shown);
    }
    json_decref(result);
    return error;
}

enum assay_error assay_tool_batch_keys(struct assay_tool_call *call)
{
    struct assay_parcel parcel;
    enum assay_error error = assay_parcel_prepare(call, "out", "pin-out", &parcel);
    if (error == ASSAY_OK) {
        error = send(call, &parcel);
    }
    assay_parcel_release(&parcel);
    return error;
}
