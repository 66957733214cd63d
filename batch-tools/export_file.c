// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/export_file.h"

#include "core/clock.h"

static void set(json_t *line, const char *column, json_t *value)
{
    json_object_set_new(line, column, value);
}

static void set_act(json_t *line, int64_t at_unix_ms, const char *actor)
{
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(at_unix_ms, text);
    set(line, "at", json_string(text));
    set(line, "actor", json_string(actor));
}

void assay_export_file(json_t *line, const struct assay_record *record)
{
    const struct assay_history_record *history = &record->history;
    char sha256[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(history->sha256, sizeof history->sha256, sha256);
    set_act(line, history->at_unix_ms, history->actor);
    set(line, "count", json_integer(history->scans));
    set(line, "detail",
        json_pack("{s:s, s:I, s:I}", "sha256", sha256, "rows", (json_int_t)history->rows,
                  "rows_done", (json_int_t)history->rows_done));
}
