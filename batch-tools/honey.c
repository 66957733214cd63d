// SPDX-License-Identifier: Apache-2.0
/* batch honey: the decoys' rows go into a CSV file of codegen's columns. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "batch-tools/csv.h"
#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/file.h"

static const char *const columns[] = {"code", "grouped", "url",        "pin",
                                      "gtin", "lot",     "expires_on", "position"};

static void put_rows(struct assay_csv *csv, const json_t *rows)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(columns); i++) {
        assay_csv_text(csv, columns[i]);
    }
    assay_csv_end(csv);
    for (size_t row = 0; row < json_array_size(rows); row++) {
        const json_t *cells = json_array_get(rows, row);
        for (size_t i = 0; i < ASSAY_COUNT_OF(columns); i++) {
            char text[512];
            assay_csv_text(csv,
                           assay_show_cell(json_object_get(cells, columns[i]), text, sizeof text));
        }
        assay_csv_end(csv);
    }
}

static enum assay_error write_rows(struct assay_tool_call *call, const json_t *rows)
{
    char *text = NULL;
    size_t len = 0;
    struct assay_csv csv = {.file = open_memstream(&text, &len)};
    if (csv.file == NULL) {
        return assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
    }
    put_rows(&csv, rows);
    if (fclose(csv.file) != 0) {
        free(text);
        return assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
    }
    struct assay_reason reason;
    enum assay_error error = assay_file_write_new(assay_tool_text(call, "out"), text, len, &reason);
    free(text);
    return error == ASSAY_OK
               ? ASSAY_OK
               : assay_fail(&call->reason, error,
                            "the rows were not written: %s; the decoys are reserved, ask for "
                            "their name without --count",
                            reason.text);
}

enum assay_error assay_tool_honey(struct assay_tool_call *call)
{
    const char *out = assay_tool_text(call, "out");
    if (access(out, F_OK) == 0) {
        return assay_fail(&call->reason, ASSAY_E_EXISTS,
                          "--out: %s exists already; name another file", out);
    }
    json_t *result = NULL;
    enum assay_error error = assay_door_run(call, call->command->office, call->params, &result);
    if (error != ASSAY_OK) {
        return error;
    }
    error = write_rows(call, json_object_get(result, "rows"));
    if (error == ASSAY_OK) {
        json_object_del(result, "rows");
        assay_show_result(call, result);
    }
    json_decref(result);
    return error;
}
