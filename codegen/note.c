// SPDX-License-Identifier: Apache-2.0
#include "codegen/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"

#define NAME ".job.json"
#define VERSION 1
#define BYTES_MAX (16u * 1024)

static enum assay_error read_fields(const json_t *object, struct assay_note *note,
                                    struct assay_reason *reason)
{
    int64_t version = 0;
    char job[2 * ASSAY_JOB_ID_LEN + 1] = "";
    char started_at[ASSAY_TIME_TEXT_SIZE] = "";
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("version", true, version, 1, INT32_MAX),
        ASSAY_JSON_TEXT_ROW("job", true, job),
        ASSAY_JSON_TEXT_ROW("started_at", true, started_at),
        ASSAY_JSON_TEXT_ROW("manifest", true, note->manifest),
        ASSAY_JSON_TEXT_ROW("reason", true, note->reason_text),
        ASSAY_JSON_TEXT_ROW("printer", true, note->printer),
        ASSAY_JSON_TEXT_ROW("what", true, note->what),
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (version > VERSION) {
        return assay_fail(reason, ASSAY_E_VERSION, "written by a newer version of this program");
    }
    bool job_ok = assay_hex_decode(job, strlen(job), note->job, sizeof note->job) == ASSAY_OK;
    bool time_ok = assay_time_parse(started_at, &note->started_at_unix_ms) == ASSAY_OK;
    bool name_ok =
        strncmp(note->manifest, "manifest", 8) == 0 && strchr(note->manifest, '/') == NULL;
    return job_ok && time_ok && name_ok
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD, "job, started_at or manifest is out of range");
}

enum assay_error assay_note_read(const struct assay_folder *folder, struct assay_note *note,
                                 struct assay_reason *reason)
{
    struct assay_buffer text = {0};
    enum assay_error error = assay_buffer_load(folder->fd, NAME, BYTES_MAX, &text, reason);
    if (error != ASSAY_OK) {
        assay_buffer_deinit(&text);
        return error;
    }
    json_t *object = NULL;
    struct assay_reason inner;
    struct assay_note made = {0};
    error = assay_json_parse((const char *)text.data, text.len_bytes, BYTES_MAX, &object, &inner);
    assay_buffer_deinit(&text);
    if (error == ASSAY_OK) {
        error = read_fields(object, &made, &inner);
        json_decref(object);
    }
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "%.150s/" NAME ": %.200s", folder->path, inner.text);
    }
    *note = made;
    return ASSAY_OK;
}

static enum assay_error write_text(const struct assay_folder *folder, const char *text,
                                   struct assay_reason *reason)
{
    struct assay_output *output = NULL;
    struct assay_manifest_file written;
    enum assay_error error = assay_output_begin(folder, NAME, &output, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_output_write(output, text, strlen(text), reason);
    if (error == ASSAY_OK) {
        return assay_output_commit(output, &written, reason);
    }
    assay_output_abort(output);
    return error;
}

enum assay_error assay_note_write(const struct assay_folder *folder, const struct assay_note *note,
                                  struct assay_reason *reason)
{
    char job[2 * ASSAY_JOB_ID_LEN + 1];
    char started_at[ASSAY_TIME_TEXT_SIZE];
    assay_hex_encode(note->job, sizeof note->job, job);
    assay_time_format(note->started_at_unix_ms, started_at);
    json_t *object = json_pack("{si ss ss ss ss ss ss}", "version", VERSION, "job", job,
                               "started_at", started_at, "manifest", note->manifest, "reason",
                               note->reason_text, "printer", note->printer, "what", note->what);
    char *text = object == NULL ? NULL : json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    enum assay_error error =
        text == NULL ? assay_fail(reason, ASSAY_E_MEMORY, NULL) : write_text(folder, text, reason);
    free(text);
    return error;
}

void assay_note_remove(const struct assay_folder *folder)
{
    if (unlinkat(folder->fd, NAME, 0) == 0) {
        (void)fsync(folder->fd);
    }
}
