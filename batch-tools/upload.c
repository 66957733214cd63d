// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/upload.h"

#include <stdlib.h>
#include <string.h>

#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "core/file.h"
#include "core/limits.h"

/* As JSON a line end takes two bytes, so this much text fits an upload. */
#define IMPORT_BYTES_MAX (ASSAY_UPLOAD_BYTES_MAX - (4u << 20))

static enum assay_error set_csv(struct assay_tool_call *call, const char *text, size_t len)
{
    /* Not UTF-8 is no CSV of ours either; the office would not learn the line. */
    json_t *csv = json_stringn(text, len);
    if (csv == NULL) {
        return assay_fail(&call->reason, ASSAY_E_SYNTAX, "%s: it is not UTF-8", call->operand);
    }
    return json_object_set_new(call->params, "csv", csv) == 0
               ? ASSAY_OK
               : assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
}

enum assay_error assay_tool_upload(struct assay_tool_call *call)
{
    char *text = NULL;
    size_t len = 0;
    enum assay_error error =
        assay_file_read(call->operand, IMPORT_BYTES_MAX, &text, &len, &call->reason);
    if (error == ASSAY_E_TOO_LARGE) {
        return assay_fail(&call->reason, error, "%s: at most %u bytes; make two files of it",
                          call->operand, IMPORT_BYTES_MAX);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = set_csv(call, text, len);
    free(text);
    json_t *result = NULL;
    if (error == ASSAY_OK) {
        error = assay_door_run(call, call->command->office, call->params, &result);
    }
    if (error == ASSAY_OK) {
        assay_show_result(call, result);
        json_decref(result);
    } else if (strncmp(call->reason.text, "line ", 5) == 0) {
        struct assay_reason reason = call->reason;
        return assay_fail(&call->reason, error, "%s: %s", call->operand, reason.text);
    }
    return error;
}
