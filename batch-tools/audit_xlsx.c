// SPDX-License-Identifier: Apache-2.0
/* Constant memory: rows are written as they come. */
#include <stdio.h>
#include <time.h>

#include <xlsxwriter.h>

#include "batch-tools/audit_file.h"
#include "batch-tools/audit_json.h"
#include "core/clock.h"
#include "core/code.h"

struct book {
    lxw_workbook *workbook;
    lxw_format *head;
    lxw_format *share;
    lxw_worksheet *sheet;
    lxw_row_t row;
    lxw_col_t column;
};

static void put_text(struct book *book, const char *text)
{
    worksheet_write_string(book->sheet, book->row, book->column++, text, NULL);
}

static void put_number(struct book *book, double number)
{
    worksheet_write_number(book->sheet, book->row, book->column++, number, NULL);
}

/* A share in per cent; an empty cell if it is not known. */
static void put_share(struct book *book, bool known, double share)
{
    if (known) {
        worksheet_write_number(book->sheet, book->row, book->column, share, book->share);
    }
    book->column++;
}

static void put_day(struct book *book, int32_t day)
{
    char text[ASSAY_DATE_TEXT_SIZE] = "";
    if (day != ASSAY_DAY_NONE) {
        assay_date_format(day, text);
    }
    put_text(book, text);
}

static void next_row(struct book *book)
{
    book->row++;
    book->column = 0;
}

static void begin_sheet(struct book *book, const char *name)
{
    book->sheet = workbook_add_worksheet(book->workbook, name);
    book->row = 0;
    book->column = 0;
}

static void put_head(struct book *book, const char *const *titles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        worksheet_write_string(book->sheet, 0, (lxw_col_t)i, titles[i], book->head);
    }
    worksheet_freeze_panes(book->sheet, 1, 0);
    worksheet_set_column(book->sheet, 0, (lxw_col_t)(count - 1), 14, NULL);
    next_row(book);
}

static void put_counts(struct book *book, const struct assay_audit_row *row)
{
    put_number(book, (double)row->scans);
    put_number(book, (double)row->first_scans);
    put_number(book, (double)row->confirmed);
    for (int i = ASSAY_LEFT_OUT_PREVIEW; i < ASSAY_LEFT_OUTS; i++) {
        put_number(book, (double)row->left_out[i]);
    }
    put_number(book, (double)row->repeats);
    put_number(book, (double)row->before_sale);
    put_number(book, (double)row->verdicts[ASSAY_VERDICT_NOT_ISSUED]);
}

static void put_rates(struct book *book, const struct assay_audit *audit,
                      const struct assay_audit_rates *rates)
{
    put_share(book, rates->tried, rates->e0.point);
    put_share(book, rates->scanned, rates->e2.share.point);
    put_share(book, rates->scanned, rates->e2.share.low);
    put_share(book, rates->scanned, rates->e2.share.high);
    put_share(book, rates->scanned, rates->e2.lower_bound);
    put_share(book, rates->scanned && audit->anchor.anchored, rates->e3.point);
    put_share(book, rates->scanned, rates->e3.low);
    put_share(book, rates->scanned, rates->e3.high);
    put_number(book, (double)rates->purchases.n);
    put_number(book, (double)rates->purchases.x);
}

static void put_strata(struct book *book, const struct assay_audit *audit)
{
    static const char *const titles[] = {"SKU",     "Batch",   "Country",     "Region",      "Day",
                                         "Scans",   "Items",   "Confirmed",   "Previews",    "Bots",
                                         "Hosting", "Repeats", "Before sale", "Not issued",  "E0",
                                         "E2",      "E2 low",  "E2 high",     "E2 at least", "E3",
                                         "E3 low",  "E3 high", "Bought",      "Bought fakes"};
    begin_sheet(book, "Strata");
    put_head(book, titles, ASSAY_COUNT_OF(titles));
    for (size_t i = 0; i < audit->rows; i++) {
        const struct assay_audit_row *row = &audit->row[i];
        char batch[ASSAY_HANDLE_SIZE] = "";
        if (row->handle != 0) {
            assay_handle_format(row->handle, batch);
        }
        put_text(book, row->sku);
        put_text(book, batch);
        put_text(book, row->country);
        put_text(book, row->region);
        put_day(book, row->day);
        put_counts(book, row);
        put_rates(book, audit, &row->rates);
        next_row(book);
    }
}

static void put_trend(struct book *book, const struct assay_audit_trend *trend)
{
    static const char *const titles[] = {"Period", "From", "To", "E2", "E2 low", "E2 high"};
    static const char *const names[] = {"before", "after"};
    begin_sheet(book, "Trend");
    put_head(book, titles, ASSAY_COUNT_OF(titles));
    for (int i = 0; i < 2; i++) {
        put_text(book, names[i]);
        put_day(book, trend->from_day[i]);
        put_day(book, trend->to_day[i]);
        put_share(book, trend->known, trend->e2[i].share.point);
        put_share(book, trend->known, trend->e2[i].share.low);
        put_share(book, trend->known, trend->e2[i].share.high);
        next_row(book);
    }
    put_text(book, "odds ratio");
    if (trend->known) {
        book->column = 3;
        put_number(book, trend->change.odds_ratio.point);
        put_number(book, trend->change.odds_ratio.low);
        put_number(book, trend->change.odds_ratio.high);
    }
}

static void put_fact(struct book *book, const char *name, const char *value)
{
    put_text(book, name);
    put_text(book, value);
    next_row(book);
}

static void put_basis(struct book *book, const struct assay_audit_report *report)
{
    const struct assay_audit *audit = report->audit;
    char root[2 * ASSAY_SHA256_LEN + 1];
    char entries[32];
    const char *text;
    begin_sheet(book, "Basis");
    worksheet_set_column(book->sheet, 0, 0, 20, NULL);
    worksheet_set_column(book->sheet, 1, 1, 110, NULL);
    assay_hex_encode(audit->root, sizeof audit->root, root);
    snprintf(entries, sizeof entries, "%llu", (unsigned long long)audit->entries);
    put_fact(book, "Brand", report->brand);
    put_fact(book, "Ledger entries", entries);
    put_fact(book, "Ledger root", root);
    put_fact(book, "Table of risk", audit->table.is_default ? "default" : "calibrated");
    for (size_t i = 0; (text = assay_audit_assumption(audit, i)) != NULL; i++) {
        put_fact(book, "Assumption", text);
    }
}

/* What the file says of itself is of the ledger, not of the clock. */
static void describe(struct book *book, const struct assay_audit_report *report)
{
    char company[ASSAY_BRAND_NAME_MAX + 1];
    char title[] = "Audit";
    snprintf(company, sizeof company, "%s", report->brand);
    lxw_doc_properties properties = {.title = title, .company = company};
    properties.created = report->ledger_at_unix_ms / 1000;
    workbook_set_properties(book->workbook, &properties);
    book->head = workbook_add_format(book->workbook);
    format_set_bold(book->head);
    book->share = workbook_add_format(book->workbook);
    format_set_num_format(book->share, "0.0%");
}

enum assay_error assay_audit_xlsx(const struct assay_audit_report *report, const char *path,
                                  struct assay_reason *reason)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    struct book book = {.workbook = workbook_new_opt(path, &options)};
    if (book.workbook == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    describe(&book, report);
    put_strata(&book, report->audit);
    put_trend(&book, &report->audit->trend);
    put_basis(&book, report);
    lxw_error error = workbook_close(book.workbook);
    return error == LXW_NO_ERROR
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_IO, "%s: %s", path, lxw_strerror(error));
}
