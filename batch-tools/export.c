// SPDX-License-Identifier: Apache-2.0
/* export: the ledger in its order, one line a record (a summary: one line a count). The columns are
 * the same for all, always, and are documented in docs/CLI.md; new ones go to the end. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/csv.h"
#include "batch-tools/export_row.h"
#include "batch-tools/tool.h"
#include "core/file.h"
#include "core/ledger.h"
#include "core/store.h"

struct export
{
    struct assay_tool_call *call;
    struct assay_catalog *catalog;
    FILE *file;
    struct assay_csv csv;
    bool as_csv;
    uint64_t from;
    uint64_t to;
};

static void write_csv(struct export *export, const json_t *line)
{
    for (size_t i = 0; i < assay_export_column_count; i++) {
        const json_t *value = json_object_get(line, assay_export_columns[i]);
        if (json_is_integer(value)) {
            assay_csv_number(&export->csv, json_integer_value(value));
        } else if (json_is_real(value)) {
            assay_csv_tenths(&export->csv, json_real_value(value));
        } else if (json_is_object(value)) {
            char *text = json_dumps(value, JSON_COMPACT);
            assay_csv_text(&export->csv, text == NULL ? "" : text);
            free(text);
        } else if (json_is_boolean(value)) {
            assay_csv_number(&export->csv, json_is_true(value));
        } else {
            const char *text = json_string_value(value);
            assay_csv_text(&export->csv, text == NULL ? "" : text);
        }
    }
    assay_csv_end(&export->csv);
}

static void write_titles(struct export *export)
{
    for (size_t i = 0; i < assay_export_column_count; i++) {
        assay_csv_text(&export->csv, assay_export_columns[i]);
    }
    assay_csv_end(&export->csv);
}

static enum assay_error write_lines(struct export *export, const struct assay_export_source *source)
{
    uint32_t lines = assay_export_lines(source->record);
    for (uint32_t i = 0; i < lines; i++) {
        json_t *line = assay_export_line(source, i);
        if (line == NULL) {
            return assay_fail(&export->call->reason, ASSAY_E_MEMORY, NULL);
        }
        if (export->as_csv) {
            write_csv(export, line);
        } else if (json_dumpf(line, export->file, JSON_COMPACT | JSON_REAL_PRECISION(5)) == 0) {
            fputc('\n', export->file);
        }
        json_decref(line);
    }
    return ferror(export->file)
               ? assay_fail(&export->call->reason, ASSAY_E_IO, "the export could not be written")
               : ASSAY_OK;
}

/* Records before `from` are read too: they name the places and batches of those after. */
static enum assay_error export_record(struct export *export, struct assay_span bytes,
                                      uint64_t position)
{
    struct assay_record record;
    enum assay_error error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
    if (error == ASSAY_OK && assay_export_is_catalog(record.type)) {
        error = assay_catalog_apply(export->catalog, &record, position);
    }
    if (error != ASSAY_OK) {
        return assay_fail(&export->call->reason, error,
                          "ledger: the record at %llu does not fit what came before it (%s); "
                          "run check",
                          (unsigned long long)position, assay_error_text(error));
    }
    const struct assay_export_source source = {&record, position, export->catalog};
    return position >= export->from ? write_lines(export, &source) : ASSAY_OK;
}

static enum assay_error export_all(struct export *export, struct assay_ledger_reader *reader)
{
    for (;;) {
        struct assay_span bytes;
        uint64_t position = 0;
        enum assay_error error =
            assay_ledger_reader_next(reader, &bytes, &position, &export->call->reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0 || position >= export->to) {
            return error;
        }
        error = export_record(export, bytes, position);
        if (error != ASSAY_OK) {
            return error;
        }
    }
}

static enum assay_error export_run(struct export *export)
{
    uint64_t end = UINT64_MAX;
    enum assay_error error = assay_store_published(export->call->data, &end);
    if (error != ASSAY_OK && error != ASSAY_E_NOT_FOUND) {
        return assay_fail(&export->call->reason, error, "%s/synced: %s", export->call->data,
                          assay_error_text(error));
    }
    if (assay_catalog_create(&export->catalog) != ASSAY_OK) {
        return assay_fail(&export->call->reason, ASSAY_E_MEMORY, NULL);
    }
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/ledger", export->call->data);
    struct assay_ledger_reader *reader = NULL;
    error = assay_ledger_reader_open(dir, 0, end, &reader, &export->call->reason);
    if (error == ASSAY_OK) {
        if (export->as_csv) {
            write_titles(export);
        }
        error = export_all(export, reader);
        assay_ledger_reader_close(reader);
    }
    assay_catalog_destroy(export->catalog);
    return error;
}

/* To a file: under another name first, so that FILE is whole or as it was. */
static enum assay_error export_to_file(struct export *export, const char *path)
{
    char made[PATH_MAX];
    if (strlen(path) + sizeof ".partial" > sizeof made) {
        return assay_fail(&export->call->reason, ASSAY_E_USAGE, "--output: the path is too long");
    }
    snprintf(made, sizeof made, "%s.partial", path);
    export->file = fopen(made, "we");
    if (export->file == NULL) {
        return assay_file_fail(&export->call->reason, made);
    }
    export->csv.file = export->file;
    enum assay_error error = export_run(export);
    bool written = fflush(export->file) == 0 && fsync(fileno(export->file)) == 0;
    if (fclose(export->file) != 0 || !written) {
        error = error == ASSAY_OK ? assay_file_fail(&export->call->reason, made) : error;
    }
    if (error == ASSAY_OK) {
        return assay_file_rename(made, path, &export->call->reason);
    }
    unlink(made);
    return error;
}

enum assay_error assay_tool_export(struct assay_tool_call *call)
{
    const char *format = assay_tool_text(call, "format");
    const json_t *from = json_object_get(call->own, "from");
    const json_t *to = json_object_get(call->own, "to");
    struct export export = {
        .call = call,
        .file = stdout,
        .csv = {.file = stdout},
        .as_csv = strcmp(format, "csv") == 0,
        .from = (uint64_t)json_integer_value(from),
        .to = to == NULL ? UINT64_MAX : (uint64_t)json_integer_value(to),
    };
    if (!export.as_csv && strcmp(format, "jsonl") != 0) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--format: csv or jsonl is wanted");
    }
    const char *path = assay_tool_text(call, "output");
    return path == NULL ? export_run(&export) : export_to_file(&export, path);
}
