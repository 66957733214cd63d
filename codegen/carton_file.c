// SPDX-License-Identifier: Apache-2.0
#include "codegen/carton_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/csv_reader.h"
#include "core/text.h"

/* As `assay-batch carton labels` writes them. */
enum column {
    SSCC,
    ELEMENT,
    CONTENT,
    URL,
    KIND,
    STATE,
    COUNT,
    ITEMS,
    GTIN,
    SKU,
    NAME_ZH,
    NAME_EN,
    LOT,
    EXPIRES_ON,
    COLUMNS
};

static const char *const titles[COLUMNS] = {"sscc",    "element", "content", "url",       "kind",
                                            "state",   "count",   "items",   "gtin",      "sku",
                                            "name_zh", "name_en", "lot",     "expires_on"};

/* A unit as it came. */
struct row {
    uint64_t sscc;
    uint32_t group;
    uint32_t line;
};

struct reading {
    struct assay_carton_file file; /* its sscc is filled in at the end */
    struct row *row;
    uint32_t rows;
    uint32_t row_room;
    uint32_t group_room;
    bool titled;
};

static enum assay_error fail(struct assay_reason *reason, const struct assay_csv_record *record,
                             enum column column, const char *what)
{
    return assay_fail(reason, ASSAY_E_FIELD, "line %u: %s: %s", record->line, titles[column], what);
}

/* Room for one more; items are `size` bytes each. */
static bool grow(void **items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room) {
        return true;
    }
    uint32_t wanted = *room == 0 ? 64 : 2 * *room;
    void *more = realloc(*items, wanted * size);
    if (more != NULL) {
        *items = more;
        *room = wanted;
    }
    return more != NULL;
}

static enum assay_error read_titles(const struct assay_csv_record *record,
                                    struct assay_reason *reason)
{
    bool same = record->count == COLUMNS;
    for (unsigned i = 0; same && i < COLUMNS; i++) {
        same = strcmp(record->field[i], titles[i]) == 0;
    }
    return same ? ASSAY_OK
                : assay_fail(reason, ASSAY_E_SYNTAX,
                             "line %u: the header is not that of `assay-batch carton labels`",
                             record->line);
}

static bool read_count(const char *text, uint32_t most, uint32_t *count)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0') {
        return false;
    }
    *count = (uint32_t)strtoul(text, NULL, 10);
    return *count <= most;
}

static enum assay_error read_sscc(struct reading *reading, const struct assay_csv_record *record,
                                  uint64_t *sscc, struct assay_reason *reason)
{
    struct assay_reason inner;
    char digits[ASSAY_SSCC_SIZE];
    const char *url = record->field[URL];
    if (assay_sscc_parse(record->field[SSCC], record->len[SSCC], sscc, &inner) != ASSAY_OK) {
        return fail(reason, record, SSCC, inner.text);
    }
    assay_sscc_format(*sscc, digits);
    if (strcmp(record->field[SSCC], digits) != 0) {
        return fail(reason, record, SSCC, "the 18 digits alone are wanted");
    }
    if (strncmp(record->field[ELEMENT], "(00)", 4) != 0 ||
        strcmp(record->field[ELEMENT] + 4, digits) != 0) {
        return fail(reason, record, ELEMENT, "is not (00) and the SSCC");
    }
    size_t tail = sizeof "/00/" - 1 + ASSAY_SSCC_LEN;
    char host[ASSAY_HOST_MAX + 1];
    if (record->len[URL] <= tail || record->len[URL] - tail > ASSAY_HOST_MAX ||
        strncmp(url + record->len[URL] - tail, "/00/", 4) != 0 ||
        strcmp(url + record->len[URL] - ASSAY_SSCC_LEN, digits) != 0) {
        return fail(reason, record, URL, "is not HOST/00/SSCC");
    }
    snprintf(host, sizeof host, "%.*s", (int)(record->len[URL] - tail), url);
    if (!assay_text_is_origin(host)) {
        return fail(reason, record, URL, "is not HOST/00/SSCC");
    }
    if (reading->file.host[0] != '\0' && strcmp(reading->file.host, host) != 0) {
        return fail(reason, record, URL, "is of another host than the lines before");
    }
    memcpy(reading->file.host, host, sizeof host);
    return ASSAY_OK;
}

static enum assay_error read_counts(const struct assay_csv_record *record,
                                    struct assay_carton_content *content,
                                    struct assay_reason *reason)
{
    content->pallet = strcmp(record->field[KIND], "pallet") == 0;
    if (!content->pallet && strcmp(record->field[KIND], "carton") != 0) {
        return fail(reason, record, KIND, "is carton or pallet");
    }
    if (strcmp(record->field[STATE], "void") == 0 ||
        strcmp(record->field[STATE], "unpacked") == 0) {
        return fail(reason, record, STATE, "void and unpacked units get no label");
    }
    if (!read_count(record->field[COUNT], ASSAY_UNIT_ITEMS_MAX, &content->count)) {
        return fail(reason, record, COUNT, "is not how many a unit holds");
    }
    if (!read_count(record->field[ITEMS], 999999999, &content->items)) {
        return fail(reason, record, ITEMS, "is not a number of items");
    }
    return ASSAY_OK;
}

static enum assay_error copy_text(const struct assay_csv_record *record, enum column column,
                                  char *text, size_t size_bytes, struct assay_reason *reason)
{
    size_t len = record->len[column];
    if (len >= size_bytes || !assay_text_is_clean(record->field[column], len)) {
        char what[80];
        snprintf(what, sizeof what, "is not clean UTF-8 of at most %zu bytes", size_bytes - 1);
        return fail(reason, record, column, what);
    }
    memcpy(text, record->field[column], len + 1);
    return ASSAY_OK;
}

static enum assay_error read_texts(const struct assay_csv_record *record,
                                   struct assay_carton_content *content,
                                   struct assay_reason *reason)
{
    const struct {
        enum column column;
        char *text;
        size_t size_bytes;
    } texts[] = {
        {GTIN, content->gtin, sizeof content->gtin},
        {NAME_ZH, content->name_zh, sizeof content->name_zh},
        {NAME_EN, content->name_en, sizeof content->name_en},
        {LOT, content->lot, sizeof content->lot},
        {EXPIRES_ON, content->expires_on, sizeof content->expires_on},
    };
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts) && error == ASSAY_OK; i++) {
        error = copy_text(record, texts[i].column, texts[i].text, texts[i].size_bytes, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char gtin[ASSAY_GTIN_SIZE];
    int32_t day;
    struct assay_reason inner;
    if (content->gtin[0] != '\0' && (assay_gtin_parse(content->gtin, gtin, &inner) != ASSAY_OK ||
                                     strcmp(gtin, content->gtin) != 0)) {
        return fail(reason, record, GTIN, "is not a GTIN of 14 digits");
    }
    if (content->expires_on[0] != '\0' && assay_date_parse(content->expires_on, &day) != ASSAY_OK) {
        return fail(reason, record, EXPIRES_ON, "is not a date");
    }
    return ASSAY_OK;
}

static bool is_same(const struct assay_carton_content *a, const struct assay_carton_content *b)
{
    return a->pallet == b->pallet && a->count == b->count && a->items == b->items &&
           strcmp(a->gtin, b->gtin) == 0 && strcmp(a->name_zh, b->name_zh) == 0 &&
           strcmp(a->name_en, b->name_en) == 0 && strcmp(a->lot, b->lot) == 0 &&
           strcmp(a->expires_on, b->expires_on) == 0;
}

/* The number of the group of this content, a new one at need; latest first, since lists have runs. */
static enum assay_error find_group(struct reading *reading,
                                   const struct assay_carton_content *content, uint32_t *number,
                                   struct assay_reason *reason)
{
    struct assay_carton_file *file = &reading->file;
    for (uint32_t i = file->groups; i > 0; i--) {
        if (is_same(&file->group[i - 1].content, content)) {
            *number = i - 1;
            return ASSAY_OK;
        }
    }
    if (file->groups == ASSAY_CARTON_LABEL_GROUPS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE,
                          "more than %u different contents; print the list in parts",
                          ASSAY_CARTON_LABEL_GROUPS_MAX);
    }
    void *groups = file->group;
    if (!grow(&groups, file->groups, &reading->group_room, sizeof *file->group)) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    file->group = groups;
    file->group[file->groups] = (struct assay_carton_group){.content = *content};
    *number = file->groups++;
    return ASSAY_OK;
}

static enum assay_error add_row(struct reading *reading, const struct row *row,
                                struct assay_reason *reason)
{
    if (reading->rows == ASSAY_CARTON_LABELS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE,
                          "line %u: more than %u units; print the list "
                          "in parts",
                          row->line, ASSAY_CARTON_LABELS_MAX);
    }
    void *rows = reading->row;
    if (!grow(&rows, reading->rows, &reading->row_room, sizeof *reading->row)) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    reading->row = rows;
    reading->row[reading->rows++] = *row;
    reading->file.group[row->group].units++;
    return ASSAY_OK;
}

static enum assay_error take(void *context, const struct assay_csv_record *record,
                             struct assay_reason *reason)
{
    struct reading *reading = context;
    struct assay_carton_content content = {.pallet = false};
    struct row row = {.line = record->line};
    if (!reading->titled) {
        reading->titled = true;
        return read_titles(record, reason);
    }
    if (record->count != COLUMNS) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "line %u: %u fields are wanted, not %u",
                          record->line, COLUMNS, record->count);
    }
    enum assay_error error = read_sscc(reading, record, &row.sscc, reason);
    if (error == ASSAY_OK) {
        error = read_counts(record, &content, reason);
    }
    if (error == ASSAY_OK) {
        error = read_texts(record, &content, reason);
    }
    if (error == ASSAY_OK) {
        error = find_group(reading, &content, &row.group, reason);
    }
    return error == ASSAY_OK ? add_row(reading, &row, reason) : error;
}

static int by_sscc(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->sscc != y->sscc) {
        return x->sscc < y->sscc ? -1 : 1;
    }
    return (x->line > y->line) - (x->line < y->line);
}

/* Put the units where their groups are; then look whether one is there twice. */
static enum assay_error arrange(struct reading *reading, struct assay_reason *reason)
{
    struct assay_carton_file *file = &reading->file;
    if (reading->rows == 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "the list names no cartons");
    }
    file->sscc = malloc(reading->rows * sizeof *file->sscc);
    if (file->sscc == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    for (uint32_t i = 1; i < file->groups; i++) {
        file->group[i].first = file->group[i - 1].first + file->group[i - 1].units;
    }
    for (uint32_t i = 0; i < file->groups; i++) {
        file->group[i].units = 0;
    }
    for (uint32_t i = 0; i < reading->rows; i++) {
        struct assay_carton_group *group = &file->group[reading->row[i].group];
        file->sscc[group->first + group->units++] = reading->row[i].sscc;
    }
    file->count = reading->rows;
    qsort(reading->row, reading->rows, sizeof *reading->row, by_sscc);
    for (uint32_t i = 1; i < reading->rows; i++) {
        if (reading->row[i].sscc == reading->row[i - 1].sscc) {
            return assay_fail(reason, ASSAY_E_FIELD, "line %u: sscc: stands in line %u already",
                              reading->row[i].line, reading->row[i - 1].line);
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_carton_file_read(const char *text, size_t len,
                                        struct assay_carton_file *file, struct assay_reason *reason)
{
    struct reading reading = {.titled = false};
    struct assay_csv_reader *csv = malloc(sizeof *csv);
    if (csv == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    assay_csv_reader_init(csv, take, &reading);
    enum assay_error error = assay_csv_reader_feed(csv, text, len, reason);
    if (error == ASSAY_OK) {
        error = assay_csv_reader_end(csv, reason);
    }
    free(csv);
    if (error == ASSAY_OK) {
        error = arrange(&reading, reason);
    }
    free(reading.row);
    if (error != ASSAY_OK) {
        assay_carton_file_deinit(&reading.file);
        return error;
    }
    *file = reading.file;
    return ASSAY_OK;
}

void assay_carton_file_deinit(struct assay_carton_file *file)
{
    free(file->sscc);
    free(file->group);
    *file = (struct assay_carton_file){.count = 0};
}

size_t assay_carton_url(const struct assay_carton_file *file, uint32_t unit,
                        char url[ASSAY_URL_MAX + 1])
{
    char digits[ASSAY_SSCC_SIZE];
    assay_sscc_format(file->sscc[unit], digits);
    return (size_t)snprintf(url, ASSAY_URL_MAX + 1, "%s/00/%s", file->host, digits);
}
