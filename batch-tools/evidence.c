// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/evidence.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/csv.h"
#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "batch-tools/upload.h"
#include "core/file.h"

enum assay_error assay_tool_evidence_import(struct assay_tool_call *call)
{
    struct assay_tool_command command = *call->command;
    struct assay_tool_call import = *call;
    import.command = &command;
    command.keys = assay_door_has_passphrase(call) ? 1u << ASSAY_KEY_LABEL : 0;
    enum assay_error error = assay_tool_upload(&import);
    call->keyring = import.keyring;
    call->keys_open = import.keys_open;
    call->reason = import.reason;
    return error;
}

/* -- a plan as a file -- */

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text == NULL ? "" : text;
}

static void write_plan(FILE *file, const json_t *plan)
{
    struct assay_csv csv = {.file = file};
    static const char *const titles[] = {"sku", "region", "count", "units", "plan", "seed"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(titles); i++) {
        assay_csv_text(&csv, titles[i]);
    }
    assay_csv_end(&csv);
    const json_t *rows = json_object_get(plan, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        assay_csv_text(&csv, text_of(row, "sku"));
        assay_csv_text(&csv, text_of(row, "region"));
        assay_csv_number(&csv, json_integer_value(json_object_get(row, "count")));
        assay_csv_number(&csv, json_integer_value(json_object_get(row, "units")));
        assay_csv_text(&csv, text_of(plan, "id"));
        assay_csv_number(&csv, json_integer_value(json_object_get(plan, "seed")));
        assay_csv_end(&csv);
    }
}

static enum assay_error write_file(struct assay_tool_call *call, const char *path,
                                   const json_t *plan)
{
    char made[4096];
    snprintf(made, sizeof made, "%s.partial", path);
    FILE *file = fopen(made, "we");
    if (file == NULL) {
        return assay_file_fail(&call->reason, made);
    }
    write_plan(file, plan);
    bool written = !ferror(file) && fflush(file) == 0 && fsync(fileno(file)) == 0;
    written = fclose(file) == 0 && written;
    enum assay_error error = written ? assay_file_rename(made, path, &call->reason)
                                     : assay_file_fail(&call->reason, made);
    if (error != ASSAY_OK) {
        unlink(made);
    }
    return error;
}

enum assay_error assay_tool_plan(struct assay_tool_call *call)
{
    const char *path = assay_tool_text(call, "out");
    if (path != NULL && strlen(path) > 4000) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--out: the path is too long");
    }
    if (path != NULL && access(path, F_OK) == 0) {
        return assay_fail(&call->reason, ASSAY_E_EXISTS, "%s exists already", path);
    }
    json_t *plan = NULL;
    enum assay_error error = assay_door_run(call, call->command->office, call->params, &plan);
    if (error != ASSAY_OK) {
        return error;
    }
    if (path != NULL) {
        error = write_file(call, path, plan);
    }
    if (error == ASSAY_OK) {
        assay_show_result(call, plan);
    }
    json_decref(plan);
    return error;
}
