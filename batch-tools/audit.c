// SPDX-License-Identifier: Apache-2.0
/* audit: one report, three shapes. */
#include "core/audit.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "batch-tools/audit_file.h"
#include "batch-tools/audit_json.h"
#include "batch-tools/csv.h"
#include "batch-tools/show.h"
#include "batch-tools/table.h"
#include "batch-tools/tool.h"
#include "core/file.h"
#include "core/store.h"

#define COLUMNS_MAX (16 + ASSAY_VERDICT_COUNT)

static unsigned cut_of(const char *name, size_t len)
{
    for (const struct assay_audit_cut_row *row = assay_audit_cuts; row->name != NULL; row++) {
        if (strlen(row->name) == len && memcmp(row->name, name, len) == 0) {
            return row->cut;
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

static enum assay_error days_check(struct assay_tool_call *call, const char *which,
                                   int32_t from_day, int32_t to_day)
{
    bool empty = from_day != ASSAY_DAY_NONE && to_day != ASSAY_DAY_NONE && from_day > to_day;
    return empty ? assay_fail(&call->reason, ASSAY_E_USAGE, "--%sfrom: it is later than --%sto",
                              which, which)
                 : ASSAY_OK;
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
    add_column(columns, "E0 %", true);
    add_column(columns, "E2 %", true);
    add_column(columns, "95%", true);
    add_column(columns, "at least", true);
    add_column(columns, "E3 %", true);
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

/* Per cent with one decimal place. */
static void add_share(struct assay_table *table, bool known, double share)
{
    char text[32] = "-";
    if (known) {
        snprintf(text, sizeof text, "%.1f", 100 * share);
    }
    assay_table_add(table, text);
}

static void add_range(struct assay_table *table, bool known, const struct assay_estimate *share)
{
    char text[48] = "-";
    if (known) {
        snprintf(text, sizeof text, "%.1f..%.1f", 100 * share->low, 100 * share->high);
    }
    assay_table_add(table, text);
}

static void add_rate_cells(struct assay_table *table, const struct assay_audit *audit,
                           const struct assay_audit_rates *rates)
{
    add_share(table, rates->tried, rates->e0.point);
    add_share(table, rates->scanned, rates->e2.share.point);
    add_range(table, rates->scanned, &rates->e2.share);
    add_share(table, rates->scanned, rates->e2.lower_bound);
    if (audit->anchor.anchored) {
        add_share(table, rates->scanned, rates->e3.point);
    } else {
        add_range(table, rates->scanned, &rates->e3);
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
        add_rate_cells(table, audit, &row->rates);
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
    char root[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(audit->root, sizeof audit->root, root);
    fprintf(file, "ledger: %llu records, end %llu, last CRC %08x\nroot: %s\n",
            (unsigned long long)audit->entries, (unsigned long long)audit->ledger_end,
            audit->last_crc, root);
}

/* -- CSV and JSON -- */

static void csv_share(struct assay_csv *csv, bool known, double share)
{
    char text[32] = "";
    if (known) {
        snprintf(text, sizeof text, "%.6f", share);
    }
    assay_csv_text(csv, text);
}

static void csv_rates(struct assay_csv *csv, const struct assay_audit *audit,
                      const struct assay_audit_row *row)
{
    const struct assay_audit_rates *rates = &row->rates;
    for (int i = ASSAY_LEFT_OUT_PREVIEW; i < ASSAY_LEFT_OUTS; i++) {
        assay_csv_number(csv, (int64_t)row->left_out[i]);
    }
    assay_csv_number(csv, (int64_t)row->repeats);
    assay_csv_number(csv, (int64_t)row->before_sale);
    csv_share(csv, rates->tried, rates->e0.point);
    csv_share(csv, rates->scanned, rates->e2.share.point);
    csv_share(csv, rates->scanned, rates->e2.share.low);
    csv_share(csv, rates->scanned, rates->e2.share.high);
    csv_share(csv, rates->scanned, rates->e2.lower_bound);
    csv_share(csv, rates->scanned && audit->anchor.anchored, rates->e3.point);
    csv_share(csv, rates->scanned, rates->e3.low);
    csv_share(csv, rates->scanned, rates->e3.high);
}

static void print_csv(const struct assay_audit *audit)
{
    struct assay_csv csv = {.file = stdout};
    static const char *const titles[] = {"sku", "batch", "country",     "region",
                                         "day", "scans", "first_scans", "confirmations"};
    static const char *const rate_titles[] = {"left_out_preview",
                                              "left_out_bot",
                                              "left_out_hosting",
                                              "left_out_repeats",
                                              "before_sale",
                                              "e0",
                                              "e2",
                                              "e2_low",
                                              "e2_high",
                                              "e2_lower_bound",
                                              "e3",
                                              "e3_low",
                                              "e3_high"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(titles); i++) {
        assay_csv_text(&csv, titles[i]);
    }
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        assay_csv_text(&csv, assay_verdict_row((enum assay_verdict)i)->name);
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(rate_titles); i++) {
        assay_csv_text(&csv, rate_titles[i]);
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
        csv_rates(&csv, audit, row);
        assay_csv_end(&csv);
    }
}

/* -- files -- */

/* The report's other cuts. */
struct cuts {
    struct assay_audit total;
    struct assay_audit weeks;
    struct assay_audit regions;
};

static enum assay_error run_cut(const struct assay_audit_options *options, unsigned by,
                                struct assay_audit *audit, struct assay_reason *reason)
{
    struct assay_audit_options cut = *options;
    cut.by = by;
    return assay_audit_run(&cut, audit, reason);
}

static enum assay_error run_cuts(const struct assay_audit_options *options, struct cuts *cuts,
                                 struct assay_reason *reason)
{
    enum assay_error error = run_cut(options, 0, &cuts->total, reason);
    if (error == ASSAY_OK) {
        error = run_cut(options, ASSAY_CUT_WEEK, &cuts->weeks, reason);
    }
    return error != ASSAY_OK
               ? error
               : run_cut(options, ASSAY_CUT_PRODUCT | ASSAY_CUT_REGION, &cuts->regions, reason);
}

/* Under another name until it is whole. */
static enum assay_error write_file(struct assay_tool_call *call,
                                   const struct assay_audit_report *report, bool pdf)
{
    const char *out = assay_tool_text(call, "out");
    char part[PATH_MAX];
    int len = snprintf(part, sizeof part, "%s.part", out);
    if (len < 0 || (size_t)len >= sizeof part) {
        return assay_fail(&call->reason, ASSAY_E_TOO_LARGE, "--out: too long");
    }
    enum assay_error error = pdf ? assay_audit_pdf(report, part, &call->reason)
                                 : assay_audit_xlsx(report, part, &call->reason);
    error = error != ASSAY_OK ? error : assay_file_sync(part, &call->reason);
    if (error == ASSAY_OK && rename(part, out) != 0) {
        error = assay_file_fail(&call->reason, out);
    }
    if (error != ASSAY_OK) {
        (void)remove(part);
    }
    return error;
}

static enum assay_error print_file(struct assay_tool_call *call,
                                   const struct assay_audit_options *options,
                                   const struct assay_audit *audit, bool pdf)
{
    struct cuts cuts = {0};
    enum assay_error error = run_cuts(options, &cuts, &call->reason);
    if (error == ASSAY_OK) {
        const struct assay_audit_report report = {
            .options = options,
            .audit = audit,
            .total = &cuts.total,
            .weeks = &cuts.weeks,
            .regions = &cuts.regions,
            .brand = audit->brand,
            .ledger_at_unix_ms = audit->last_at_unix_ms,
        };
        error = write_file(call, &report, pdf);
    }
    assay_audit_deinit(&cuts.total);
    assay_audit_deinit(&cuts.weeks);
    assay_audit_deinit(&cuts.regions);
    return error;
}

/* -- the command -- */

static bool is_file_format(const char *format)
{
    return strcmp(format, "xlsx") == 0 || strcmp(format, "pdf") == 0;
}

static enum assay_error format_parse(struct assay_tool_call *call, const char **format)
{
    static const char *const known[] = {"table", "csv", "json", "xlsx", "pdf"};
    const char *text = assay_tool_text(call, "format");
    *format = text != NULL ? text : call->json ? "json" : "table";
    bool found = false;
    for (size_t i = 0; i < ASSAY_COUNT_OF(known); i++) {
        found = found || strcmp(*format, known[i]) == 0;
    }
    if (!found) {
        return assay_fail(&call->reason, ASSAY_E_USAGE,
                          "--format: table, csv, json, xlsx or pdf is wanted");
    }
    bool has_out = assay_tool_text(call, "out") != NULL;
    if (is_file_format(*format) != has_out) {
        return assay_fail(&call->reason, ASSAY_E_USAGE,
                          has_out ? "--out: only with --format xlsx or pdf"
                                  : "--format: xlsx and pdf need --out FILE");
    }
    return ASSAY_OK;
}

static enum assay_error options_fill(struct assay_tool_call *call,
                                     struct assay_audit_options *options, const char **format)
{
    enum assay_error error = format_parse(call, format);
    *options = (struct assay_audit_options){.dir = call->data,
                                            .sku = assay_tool_text(call, "sku"),
                                            .from_day = ASSAY_DAY_NONE,
                                            .to_day = ASSAY_DAY_NONE,
                                            .against_from_day = ASSAY_DAY_NONE,
                                            .against_to_day = ASSAY_DAY_NONE,
                                            .ledger_end = UINT64_MAX};
    error = error != ASSAY_OK ? error : cuts_parse(call, &options->by);
    error = error != ASSAY_OK ? error : day_parse(call, "from", &options->from_day);
    error = error != ASSAY_OK ? error : day_parse(call, "to", &options->to_day);
    error = error != ASSAY_OK ? error : day_parse(call, "against-from", &options->against_from_day);
    error = error != ASSAY_OK ? error : day_parse(call, "against-to", &options->against_to_day);
    error = error != ASSAY_OK ? error : days_check(call, "", options->from_day, options->to_day);
    return error != ASSAY_OK
               ? error
               : days_check(call, "against-", options->against_from_day, options->against_to_day);
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
    if (is_file_format(format)) {
        error = print_file(call, &options, &audit, strcmp(format, "pdf") == 0);
    } else if (strcmp(format, "json") == 0) {
        json_t *report = assay_audit_json(&audit, &options);
        assay_show_json(report);
        json_decref(report);
    } else if (strcmp(format, "csv") == 0) {
        print_csv(&audit);
        print_source(&audit, stderr);
    } else {
        print_table(options.by, &audit);
        putchar('\n');
        print_source(&audit, stdout);
    }
    assay_audit_deinit(&audit);
    return error;
}
