// SPDX-License-Identifier: Apache-2.0
/* backup, restore, check, rebuild. */
#include <stdio.h>
#include <unistd.h>

#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/backup.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/store.h"

/* Print a result and drop the reference. */
static enum assay_error show(struct assay_tool_call *call, json_t *json)
{
    if (json == NULL) {
        return assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
    }
    assay_show_result(call, json);
    json_decref(json);
    return ASSAY_OK;
}

static enum assay_error show_backup(struct assay_tool_call *call, const char *folder,
                                    const struct assay_backup_report *report)
{
    char made_at[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(report->made_at_unix_ms, made_at);
    return show(call,
                json_pack("{s:s, s:s, s:I, s:I, s:I, s:b}", "folder", folder, "made_at", made_at,
                          "files", (json_int_t)report->files, "bytes", (json_int_t)report->bytes,
                          "ledger_end", (json_int_t)report->ledger_end, "keys", report->has_keys));
}

enum assay_error assay_tool_backup(struct assay_tool_call *call)
{
    const struct assay_backup_options options = {
        .dir = call->data,
        .to = assay_tool_text(call, "out"),
        .without_keys = assay_tool_flag(call, "without-keys"),
        .now_unix_ms = assay_clock_unix_ms(),
    };
    struct assay_backup_report report;
    enum assay_error error = assay_backup_make(&options, &report, &call->reason);
    return error == ASSAY_OK ? show_backup(call, options.to, &report) : error;
}

enum assay_error assay_tool_restore(struct assay_tool_call *call)
{
    const struct assay_backup_options options = {
        .dir = call->data,
        .to = assay_tool_text(call, "from"),
    };
    struct assay_backup_report report;
    enum assay_error error = assay_backup_restore(&options, &report, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (!report.has_keys) {
        fprintf(stderr, "assay-batch restore: the backup holds no keys; put them in %s/keys\n",
                options.dir);
    }
    return show_backup(call, options.dir, &report);
}

static void tell_progress(void *context, double share)
{
    (void)context;
    fprintf(stderr, "\rchecking %3.0f %%", 100 * share);
}

enum assay_error assay_tool_check(struct assay_tool_call *call)
{
    bool on_terminal = isatty(STDERR_FILENO) != 0;
    const struct assay_check_options options = {
        .dir = call->data,
        .progress = on_terminal ? tell_progress : NULL,
    };
    struct assay_check_report report;
    enum assay_error error = assay_check_run(&options, &report, &call->reason);
    if (on_terminal) {
        fputs("\r\033[K", stderr);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char crc[9];
    snprintf(crc, sizeof crc, "%08x", report.last_crc);
    return show(call, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:i}", "result",
                                "whole", "records", (json_int_t)report.records, "scans",
                                (json_int_t)report.scans, "items", (json_int_t)report.items,
                                "item_rows_compared", (json_int_t)report.rows,
                                "catalog_rows_compared", (json_int_t)report.catalog_rows,
                                "ledger_end", (json_int_t)report.ledger_end, "state_position",
                                (json_int_t)report.state_position, "last_crc", crc, "passes",
                                (int)report.passes));
}

enum assay_error assay_tool_rebuild(struct assay_tool_call *call)
{
    enum assay_error error = assay_store_rebuild(call->data, &call->reason);
    return error == ASSAY_OK ? show(call, json_pack("{s:s, s:s}", "data", call->data, "result",
                                                    "state made anew from the ledger"))
                             : error;
}
