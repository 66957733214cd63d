// SPDX-License-Identifier: Apache-2.0
/* audit: one report, three shapes. */
#include "core/audit.h"

#include <stdio.h>
#include <string.h>

#include "batch-tools/csv.h"
#include "batch-tools/show.h"
#include "batch-tools/table.h"
#include "batch-tools/tool.h"
#include "core/store.h"

#define COLUMNS_MAX (8 + ASSAY_VERDICT_COUNT)

static const struct {
    const char *name;
    unsigned cut;
} cut_rows[] = {
    {"product", ASSAY_CUT_PRODUCT}, {"batch", ASSAY_CUT_BATCH}, {"region", ASSAY_CUT_REGION},
    {"day", ASSAY_CUT_DAY},         {"week", ASSAY_CUT_WEEK},
};

static unsigned cut_of(const char *name, size_t len)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(cut_rows); i++) {
        if (strlen(cut_rows[i].name) == len && memcmp(cut_rows[i].name, name, len) == 0) {
            return cut_rows[i].cut;
        }
    }
    return 0;
}

static enum assay_error cuts_parse(struct assay_tool_call *call, unsigned *by)
{
    unsigned found = 0;
    for (const char *at = assay_tool_text(call, "by"); at != NULL;) {
        const char *comma = strchr(at, ',');
        size_t len = comma == NULL ? strlen(at) : (size_t)(comma - at);
        unsigned cut = cut_of(at, len);
        if (cut == 0) {
            return assay_fail(&call->reason, ASSAY_E_USAGE,
                              "--by: product, batch, region, day, week are known, not \"%.*s\"",
                              (int)len, at);
        }
        found |= cut;
        at = comma == NULL ? NULL : comma + 1;
    }
    if ((found & ASSAY_CUT_DAY) != 0 && (found & ASSAY_CUT_WEEK) != 0) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--by: day or week, not both");
    }
    *by = found;
    return ASSAY_OK;
}

static enum assay_error day_parse(struct assay_tool_call *call, const char *name, int32_t *day)
{
    const char *text = assay_tool_text(call, name);
    if (text != NULL && assay_date_parse(text, day) != ASSAY_OK) {
        return assay_fail(&call->reason, ASSAY_E_USAGE,
                          "--%s: a day of the calendar is wanted, such as 2026-11-30", name);
    }
    return ASSAY_OK;
}

/* -- cells that name a row -- */

struct cells {
    char batch[ASSAY_HANDLE_SIZE];
    char day[ASSAY_DATE_TEXT_SIZE];
};

static void cells_fill(const struct assay_audit_row *row, struct cells *cells)
{
    *cells = (struct cells){0};
    if (row->handle != 0) {
        assay_handle_format(row->handle, cells->batch);
    }
    if (row->day != ASSAY_DAY_NONE) {
        assay_date_format(row->day, cells->day);
    }
}

/* -- table -- */

/* Verdicts that the table shows: those that occur. CSV and JSON have all, in a fixed order. */
static bool occurs(const struct assay_audit *audit, int verdict)
{
    for (size_t i = 0; i < audit->rows; i++) {
        if (audit->row[i].verdicts[verdict] != 0) {
            return true;
        }
    }
    return false;
}

struct columns {
    const char *titles[COLUMNS_MAX];
    bool right[COLUMNS_MAX];
    size_t count;
};

static void add_column(struct columns *columns, const char *title, bool right)
{
    assay_assert(columns->count < COLUMNS_MAX);
    columns->titles[columns->count] = title;
    columns->right[columns->count++] = right;
}

static void columns_fill(unsigned by, const struct assay_audit *audit, struct columns *columns)
{
    if ((by & (ASSAY_CUT_PRODUCT | ASSAY_CUT_BATCH)) != 0) {
        add_column(columns, "SKU", false);
    }
    if ((by & ASSAY_CUT_BATCH) != 0) {
        add_column(columns, "BATCH", false);
    }
    if ((by & ASSAY_CUT_REGION) != 0) {
        add_column(columns, "COUNTRY", false);
        add_column(columns, "REGION", false);
    }
    if ((by & (ASSAY_CUT_DAY | ASSAY_CUT_WEEK)) != 0) {
        add_column(columns, (by & ASSAY_CUT_WEEK) != 0 ? "WEEK OF" : "DAY", false);
    }
    add_column(columns, "scans", true);
    add_column(columns, "first", true);
    add_column(columns, "confirmations", true);
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        if (occurs(audit, i)) {
            add_column(columns, assay_verdict_row((enum assay_verdict)i)->name, true);
        }
    }
}

static void add_name_cells(struct assay_table *table, unsigned by,
                           const struct assay_audit_row *row)
{
    struct cells cells;
    cells_fill(row, &cells);
    if ((by & (ASSAY_CUT_PRODUCT | ASSAY_CUT_BATCH)) != 0) {
        assay_table_add(table, row->sku[0] == '\0' ? "-" : row->sku);
    }
    if ((by & ASSAY_CUT_BATCH) != 0) {
        assay_table_add(table, cells.batch[0] == '\0' ? "-" : cells.batch);
    }
    if ((by & ASSAY_CUT_REGION) != 0) {
        assay_table_add(table, row->country[0] == '\0' ? "-" : row->country);
        assay_table_add(table, row->region[0] == '\0' ? "-" : row->region);
    }
    if ((by & (ASSAY_CUT_DAY | ASSAY_CUT_WEEK)) != 0) {
        assay_table_add(table, cells.day);
    }
}

static void print_table(unsigned by, const struct assay_audit *audit)
{
    struct columns columns = {0};
    columns_fill(by, audit, &columns);
    struct assay_table *table = assay_table_create(columns.count, columns.titles, columns.right);
    for (size_t i = 0; i < audit->rows; i++) {
        const struct assay_audit_row *row = &audit->row[i];
        add_name_cells(table, by, row);
        assay_table_add_number(table, row->scans);
        assay_table_add_number(table, row->first_scans);
        assay_table_add_number(table, row->confirmed);
        for (int verdict = 0; verdict < ASSAY_VERDICT_COUNT; verdict++) {
            if (occurs(audit, verdict)) {
                assay_table_add_number(table, row->verdicts[verdict]);
            }
        }
    }
    assay_table_print(table, stdout);
    assay_table_destroy(table);
}

/* Where the counts come from, so that another reader can tell that it counted the same. */
static void print_source(const struct assay_audit *audit, FILE *file)
{
    fprintf(file, "ledger: %llu records, end %llu, last CRC %08x\n",
            (unsigned long long)audit->entries, (unsigned long long)audit->ledger_end,
            audit->last_crc);
}

/* -- CSV and JSON -- */

static void print_csv(const struct assay_audit *audit)
{
    struct assay_csv csv = {.file = stdout};
    static const char *const titles[] = {"sku", "batch", "country",     "region",
                                         "day", "scans", "first_scans", "confirmations"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(titles); i++) {
        assay_csv_text(&csv, titles[i]);
    }
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        assay_csv_text(&csv, assay_verdict_row((enum assay_verdict)i)->name);
    }
    assay_csv_end(&csv);
    for (size_t i = 0; i < audit->rows; i++) {
        const struct assay_audit_row *row = &audit->row[i];
        struct cells cells;
        cells_fill(row, &cells);
        assay_csv_text(&csv, row->sku);
        assay_csv_text(&csv, cells.batch);
        assay_csv_text(&csv, row->country);
        assay_csv_text(&csv, row->region);
        assay_csv_text(&csv, cells.day);
        assay_csv_number(&csv, (int64_t)row->scans);
        assay_csv_number(&csv, (int64_t)row->first_scans);
        assay_csv_number(&csv, (int64_t)row->confirmed);
        for (int verdict = 0; verdict < ASSAY_VERDICT_COUNT; verdict++) {
            assay_csv_number(&csv, (int64_t)row->verdicts[verdict]);
        }
        assay_csv_end(&csv);
    }
}

static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *row_json(const struct assay_audit_row *row)
{
    struct cells cells;
    cells_fill(row, &cells);
    json_t *verdicts = json_object();
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, assay_verdict_row((enum assay_verdict)i)->name,
                            json_integer((json_int_t)row->verdicts[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "sku", text_or_null(row->sku),
                     "batch", text_or_null(cells.batch), "country", text_or_null(row->country),
                     "region", text_or_null(row->region), "day", text_or_null(cells.day), "scans",
                     (json_int_t)row->scans, "first_scans", (json_int_t)row->first_scans,
                     "confirmations", (json_int_t)row->confirmed, "verdicts", verdicts);
}

static void print_json(unsigned by, const struct assay_audit *audit)
{
    char crc[9];
    snprintf(crc, sizeof crc, "%08x", audit->last_crc);
    json_t *cuts = json_array();
    for (size_t i = 0; i < ASSAY_COUNT_OF(cut_rows); i++) {
        if ((by & cut_rows[i].cut) != 0) {
            json_array_append_new(cuts, json_string(cut_rows[i].name));
        }
    }
    json_t *rows = json_array();
    for (size_t i = 0; i < audit->rows; i++) {
        json_array_append_new(rows, row_json(&audit->row[i]));
    }
    json_t *report =
        json_pack("{s:{s:I, s:I, s:s}, s:o, s:o}", "ledger", "records", (json_int_t)audit->entries,
                  "end", (json_int_t)audit->ledger_end, "last_crc", crc, "by", cuts, "rows", rows);
    assay_show_json(report);
    json_decref(report);
}

/* -- the command -- */

static enum assay_error options_fill(struct assay_tool_call *call,
                                     struct assay_audit_options *options, const char **format)
{
    *format = assay_tool_text(call, "format");
    if (*format == NULL) {
        *format = call->json ? "json" : "table";
    }
    if (strcmp(*format, "table") != 0 && strcmp(*format, "csv") != 0 &&
        strcmp(*format, "json") != 0) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--format: table, csv or json is wanted");
    }
    *options = (struct assay_audit_options){.dir = call->data,
                                            .sku = assay_tool_text(call, "sku"),
                                            .from_day = ASSAY_DAY_NONE,
                                            .to_day = ASSAY_DAY_NONE,
                                            .ledger_end = UINT64_MAX};
    enum assay_error error = cuts_parse(call, &options->by);
    if (error == ASSAY_OK) {
        error = day_parse(call, "from", &options->from_day);
    }
    return error == ASSAY_OK ? day_parse(call, "to", &options->to_day) : error;
}

enum assay_error assay_tool_audit(struct assay_tool_call *call)
{
    struct assay_audit_options options;
    const char *format = NULL;
    enum assay_error error = options_fill(call, &options, &format);
    if (error == ASSAY_OK) {
        error = assay_store_published(call->data, &options.ledger_end);
        error = error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
    }
    struct assay_audit audit;
    if (error == ASSAY_OK) {
        error = assay_audit_run(&options, &audit, &call->reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (strcmp(format, "json") == 0) {
        print_json(options.by, &audit);
    } else if (strcmp(format, "csv") == 0) {
        print_csv(&audit);
        print_source(&audit, stderr);
    } else {
        print_table(options.by, &audit);
        putchar('\n');
        print_source(&audit, stdout);
    }
    assay_audit_deinit(&audit);
    return ASSAY_OK;
}
