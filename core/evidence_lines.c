// SPDX-License-Identifier: Apache-2.0
#include "core/evidence_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/country.h"
#include "core/evidence.h"
#include "core/limits.h"
#include "core/text.h"

#define UNITS_MAX 1000000000000ll /* more than any product's of a week; sums stay far below 2^63 */

static const char *const reference_names[] = {"code"};
static const char *const sales_names[] = {"sku", "region", "week", "units"};
static const char *const purchase_names[] = {"time_ms", "sku", "region", "code", "is_fake"};

static const struct assay_csv_columns columns_of[ASSAY_IMPORT_KINDS] = {
    [ASSAY_IMPORT_REFERENCE] = {reference_names, ASSAY_COUNT_OF(reference_names)},
    [ASSAY_IMPORT_SALES] = {sales_names, ASSAY_COUNT_OF(sales_names)},
    [ASSAY_IMPORT_PURCHASE] = {purchase_names, ASSAY_COUNT_OF(purchase_names)},
};

/* A sale with the line that says so: two of the same name both. */
struct sale_line {
    struct assay_sale value;
    uint32_t line;
};

struct reading {
    const struct assay_evidence_reading *how;
    struct assay_evidence_lines *lines;
    struct sale_line *sales;
    size_t room;
    bool header_seen;
    enum assay_error (*take)(struct reading *reading, const struct assay_csv_record *record,
                             struct assay_reason *reason);
};

/* -- weeks and regions -- */

enum assay_error assay_week_parse(const char *text, int32_t *monday)
{
    char january[ASSAY_DATE_TEXT_SIZE];
    int32_t day = 0;
    if (strlen(text) != 8 || memcmp(text + 4, "-W", 2) != 0 || strspn(text, "0123456789") != 4 ||
        strspn(text + 6, "0123456789") != 2 || memcmp(text, "9999", 4) == 0) {
        return ASSAY_E_SYNTAX;
    }
    /* The first week is the one that has the 4th of January (ISO 8601, 3.2.2). */
    snprintf(january, sizeof january, "%.4s-01-04", text);
    int week = (text[6] - '0') * 10 + text[7] - '0';
    if (assay_date_parse(january, &day) != ASSAY_OK || week < 1) {
        return ASSAY_E_SYNTAX;
    }
    int32_t first = day - (day + 3) % 7; /* 1970-01-01 was a Thursday */
    int32_t found = first + 7 * (week - 1);
    char check[ASSAY_WEEK_TEXT_SIZE];
    if (found < 4) {
        return ASSAY_E_SYNTAX;
    }
    assay_week_format(found, check);
    if (strcmp(check, text) != 0) {
        return ASSAY_E_SYNTAX; /* a 53rd week that the year has not */
    }
    *monday = found;
    return ASSAY_OK;
}

void assay_week_format(int32_t monday, char text[ASSAY_WEEK_TEXT_SIZE])
{
    char date[ASSAY_DATE_TEXT_SIZE];
    char january[ASSAY_DATE_TEXT_SIZE];
    int32_t first = 0;
    assay_date_format(monday + 3, date); /* the Thursday says whose week it is */
    snprintf(january, sizeof january, "%.4s-01-01", date);
    enum assay_error error = assay_date_parse(january, &first);
    assay_assert(error == ASSAY_OK);
    snprintf(text, ASSAY_WEEK_TEXT_SIZE, "%.4s-W%02d", date, (monday + 3 - first) / 7 % 100 + 1);
}

enum assay_error assay_market_place_parse(const char *text, struct assay_market_place *where)
{
    struct assay_place place;
    size_t len = strlen(text);
    enum assay_error error = len == 0   ? ASSAY_E_FIELD
                             : len == 2 ? assay_csv_region(text, "", &place)
                                        : assay_csv_region("", text, &place);
    if (error == ASSAY_OK && len == 2 && !assay_country_is_known(place.country)) {
        error = ASSAY_E_FIELD; /* a province without its country */
    }
    if (error == ASSAY_OK) {
        memcpy(where->country, place.country, sizeof where->country);
        memcpy(where->region, place.region, sizeof where->region);
    }
    return error;
}

/* -- columns -- */

static enum assay_error refuse(const struct reading *reading, const struct assay_csv_record *record,
                               unsigned column, const char *what, struct assay_reason *reason)
{
    return assay_csv_refuse(record, columns_of[reading->how->kind].names[column], ASSAY_E_FIELD,
                            what, reason);
}

static enum assay_error read_sku(const struct reading *reading,
                                 const struct assay_csv_record *record, unsigned column,
                                 char sku[ASSAY_SKU_MAX + 1], struct assay_reason *reason)
{
    const char *text = record->field[column];
    if (!assay_text_is_name(text, ASSAY_SKU_MAX)) {
        return refuse(reading, record, column, "1 to 40 characters of A-Z a-z 0-9 . _ - are wanted",
                      reason);
    }
    if (!reading->how->has_product(reading->how->context, text)) {
        return assay_csv_refuse(record, "sku", ASSAY_E_NOT_FOUND, "there is no such product",
                                reason);
    }
    snprintf(sku, ASSAY_SKU_MAX + 1, "%s", text);
    return ASSAY_OK;
}

static enum assay_error read_region(const struct reading *reading,
                                    const struct assay_csv_record *record, unsigned column,
                                    struct assay_market_place *where, struct assay_reason *reason)
{
    return assay_market_place_parse(record->field[column], where) == ASSAY_OK
               ? ASSAY_OK
               : refuse(reading, record, column,
                        "ISO 3166-2 is wanted, such as CN-GD, or a country, such as CN", reason);
}

/* The item of a code that must be somebody's; *sku of its product. */
static enum assay_error open_code(const struct reading *reading,
                                  const struct assay_csv_record *record, unsigned column,
                                  uint64_t *item, const char **sku)
{
    struct assay_history_row code;
    assay_history_code_read(record->field[column], record->len[column], &code);
    return code.kind == ASSAY_HISTORY_MALFORMED
               ? ASSAY_E_CODE_FORM
               : reading->how->open(reading->how->context, &code, item, sku);
}

static enum assay_error refuse_code(const struct assay_csv_record *record, enum assay_error error,
                                    struct assay_reason *reason)
{
    if (error == ASSAY_E_CODE_FORM) {
        return assay_csv_refuse(record, "code", ASSAY_E_FIELD,
                                "a code as on the label, or HANDLE:INDEX, is wanted", reason);
    }
    return error != ASSAY_E_CODE_UNKNOWN
               ? assay_fail(reason, error, NULL)
               : assay_csv_refuse(record, "code", error,
                                  "no such code was issued here; is it another brand's?", reason);
}

/* -- rows -- */

/* Room for one more of `size` bytes; *rows is moved. */
static enum assay_error make_room(struct reading *reading, void **rows, size_t size)
{
    if (reading->lines->count < reading->room) {
        return ASSAY_OK;
    }
    size_t room = reading->room * 2 + 64;
    void *wider = reallocarray(*rows, room, size);
    if (wider == NULL) {
        return ASSAY_E_MEMORY;
    }
    *rows = wider;
    reading->room = room;
    return ASSAY_OK;
}

static enum assay_error take_reference(struct reading *reading,
                                       const struct assay_csv_record *record,
                                       struct assay_reason *reason)
{
    uint64_t item = 0;
    const char *sku = NULL;
    enum assay_error error = open_code(reading, record, 0, &item, &sku);
    if (error != ASSAY_OK) {
        return refuse_code(record, error, reason);
    }
    error = make_room(reading, (void **)&reading->lines->items, sizeof item);
    if (error == ASSAY_OK) {
        reading->lines->items[reading->lines->count++] = item;
    }
    return error;
}

static enum assay_error take_sale(struct reading *reading, const struct assay_csv_record *record,
                                  struct assay_reason *reason)
{
    struct sale_line line = {.line = record->line};
    int64_t units = 0;
    enum assay_error error = read_sku(reading, record, 0, line.value.sku, reason);
    error = error != ASSAY_OK ? error : read_region(reading, record, 1, &line.value.where, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_week_parse(record->field[2], &line.value.week) != ASSAY_OK) {
        return refuse(reading, record, 2, "an ISO 8601 week is wanted, such as 2026-W03", reason);
    }
    if (assay_csv_whole(record->field[3], record->len[3], &units) != ASSAY_OK || units < 0 ||
        units > UNITS_MAX) {
        return refuse(reading, record, 3, "a whole number is wanted, 0 to 10^12", reason);
    }
    line.value.units = (uint64_t)units;
    error = make_room(reading, (void **)&reading->sales, sizeof line);
    if (error == ASSAY_OK) {
        reading->sales[reading->lines->count++] = line;
    }
    return error;
}

/* A genuine item's code is its product's; what stands on a fake may be anything. */
static enum assay_error read_bought(const struct reading *reading,
                                    const struct assay_csv_record *record,
                                    struct assay_purchase *purchase, struct assay_reason *reason)
{
    const char *sku = NULL;
    const char *flag = record->field[4];
    if (record->len[4] != 1 || (flag[0] != '0' && flag[0] != '1')) {
        return refuse(reading, record, 4, "0 or 1 is wanted", reason);
    }
    purchase->is_fake = flag[0] == '1';
    if (record->len[3] == 0) {
        return ASSAY_OK;
    }
    enum assay_error error = open_code(reading, record, 3, &purchase->item, &sku);
    bool elsewhere = error == ASSAY_E_CODE_FORM || error == ASSAY_E_CODE_UNKNOWN;
    if (elsewhere && purchase->is_fake) {
        purchase->item = 0;
        return ASSAY_OK;
    }
    if (error != ASSAY_OK) {
        return refuse_code(record, error, reason);
    }
    return purchase->is_fake || strcmp(sku, purchase->sku) == 0
               ? ASSAY_OK
               : refuse(reading, record, 3,
                        "it is of another product, so the item is no genuine one", reason);
}

static enum assay_error take_purchase(struct reading *reading,
                                      const struct assay_csv_record *record,
                                      struct assay_reason *reason)
{
    struct assay_purchase purchase = {0};
    if (assay_csv_whole(record->field[0], record->len[0], &purchase.at_unix_ms) != ASSAY_OK ||
        purchase.at_unix_ms <= 0) {
        return refuse(reading, record, 0, "milliseconds since 1970 are wanted, a whole number",
                      reason);
    }
    if (purchase.at_unix_ms > reading->how->latest) {
        return refuse(reading, record, 0, "it lies in the future", reason);
    }
    enum assay_error error = read_sku(reading, record, 1, purchase.sku, reason);
    error = error != ASSAY_OK ? error : read_region(reading, record, 2, &purchase.where, reason);
    error = error != ASSAY_OK ? error : read_bought(reading, record, &purchase, reason);
    error = error != ASSAY_OK
                ? error
                : make_room(reading, (void **)&reading->lines->purchases, sizeof purchase);
    if (error == ASSAY_OK) {
        reading->lines->purchases[reading->lines->count++] = purchase;
    }
    return error;
}

static enum assay_error take_record(void *context, const struct assay_csv_record *record,
                                    struct assay_reason *reason)
{
    struct reading *reading = context;
    const struct assay_csv_columns *columns = &columns_of[reading->how->kind];
    if (!reading->header_seen) {
        reading->header_seen = true;
        return assay_csv_header(record, columns, reason);
    }
    enum assay_error error = assay_csv_width(record, columns, reason);
    if (error == ASSAY_OK && reading->lines->count == ASSAY_EVIDENCE_IMPORT_ROWS_MAX) {
        error = assay_fail(reason, ASSAY_E_TOO_LARGE, "line %u: at most %u rows", record->line,
                           ASSAY_EVIDENCE_IMPORT_ROWS_MAX);
    }
    return error != ASSAY_OK ? error : reading->take(reading, record, reason);
}

/* -- the whole -- */

static int by_key(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static void sort_items(struct assay_evidence_lines *lines)
{
    if (lines->count > 0) {
        qsort(lines->items, lines->count, sizeof *lines->items, by_key);
    }
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->item_count == 0 || lines->items[i] != lines->items[lines->item_count - 1]) {
            lines->items[lines->item_count++] = lines->items[i];
        }
    }
}

static int by_sale(const void *a, const void *b)
{
    const struct sale_line *left = a;
    const struct sale_line *right = b;
    int order = assay_sale_compare(&left->value, &right->value);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

static enum assay_error sort_sales(struct reading *reading, struct assay_reason *reason)
{
    struct assay_evidence_lines *lines = reading->lines;
    lines->sales = calloc(lines->count + 1, sizeof *lines->sales);
    if (lines->sales == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    if (lines->count > 0) {
        qsort(reading->sales, lines->count, sizeof *reading->sales, by_sale);
    }
    for (size_t i = 0; i < lines->count; i++) {
        lines->sales[i] = reading->sales[i].value;
        if (i > 0 && assay_sale_compare(&lines->sales[i - 1], &lines->sales[i]) == 0) {
            return assay_fail(reason, ASSAY_E_EXISTS,
                              "line %u: week: line %u speaks of this product, region and week too",
                              reading->sales[i].line, reading->sales[i - 1].line);
        }
    }
    return ASSAY_OK;
}

static enum assay_error finish(struct reading *reading, struct assay_reason *reason)
{
    if (!reading->header_seen) {
        return assay_fail(reason, ASSAY_E_FIELD, "line 1: the file is empty, not even a header");
    }
    if (reading->how->kind == ASSAY_IMPORT_SALES) {
        return sort_sales(reading, reason);
    }
    if (reading->how->kind == ASSAY_IMPORT_REFERENCE) {
        sort_items(reading->lines);
    }
    return ASSAY_OK;
}

enum assay_error assay_evidence_lines_read(struct assay_span csv,
                                           const struct assay_evidence_reading *how,
                                           struct assay_evidence_lines *lines,
                                           struct assay_reason *reason)
{
    assay_assert(how->kind == ASSAY_IMPORT_REFERENCE || how->kind == ASSAY_IMPORT_SALES ||
                 how->kind == ASSAY_IMPORT_PURCHASE);
    struct reading reading = {.how = how, .lines = lines};
    reading.take = how->kind == ASSAY_IMPORT_REFERENCE ? take_reference
                   : how->kind == ASSAY_IMPORT_SALES   ? take_sale
                                                       : take_purchase;
    *lines = (struct assay_evidence_lines){0};
    struct assay_csv_reader reader;
    assay_csv_reader_init(&reader, take_record, &reading);
    enum assay_error error =
        assay_csv_reader_feed(&reader, (const char *)csv.data, csv.len_bytes, reason);
    error = error != ASSAY_OK ? error : assay_csv_reader_end(&reader, reason);
    error = error != ASSAY_OK ? error : finish(&reading, reason);
    free(reading.sales);
    if (error != ASSAY_OK) {
        assay_evidence_lines_deinit(lines);
    }
    return error;
}

void assay_evidence_lines_deinit(struct assay_evidence_lines *lines)
{
    free(lines->items);
    free(lines->sales);
    free(lines->purchases);
    *lines = (struct assay_evidence_lines){0};
}
