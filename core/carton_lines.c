// SPDX-License-Identifier: Apache-2.0
#include "core/carton_lines.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv_reader.h"

#define INDEX_FIRST 64 /* a power of two */

struct reading {
    const struct assay_carton_reading *how;
    struct assay_carton_lines *lines;
    uint32_t line_room;
    uint32_t parent_room;
    uint32_t open_parent; /* the carton without a number; UINT32_MAX = none */
    bool header_seen;
};

/* -- parents by SSCC -- */

static uint32_t *slot_of(const struct assay_carton_lines *lines, uint64_t sscc)
{
    uint32_t at = (uint32_t)((sscc * 0x9E3779B97F4A7C15ull) >> 32) & lines->index_mask;
    while (lines->index[at] != 0 && lines->parents[lines->index[at] - 1].sscc != sscc) {
        at = (at + 1) & lines->index_mask;
    }
    return &lines->index[at];
}

uint32_t assay_carton_lines_find(const struct assay_carton_lines *lines, uint64_t sscc)
{
    uint32_t number = lines->index == NULL ? 0 : *slot_of(lines, sscc);
    return number == 0 ? UINT32_MAX : number - 1;
}

void assay_carton_lines_name(struct assay_carton_lines *lines, uint32_t parent, uint64_t sscc)
{
    assay_assert(lines->parents[parent].sscc == 0);
    uint32_t *slot = slot_of(lines, sscc);
    assay_assert(*slot == 0);
    lines->parents[parent].sscc = sscc;
    *slot = parent + 1;
}

/* The index has room for every parent, named or not. */
static enum assay_error grow_index(struct assay_carton_lines *lines)
{
    uint32_t slots = lines->index == NULL ? INDEX_FIRST : 2 * (lines->index_mask + 1);
    uint32_t *index = calloc(slots, sizeof *index);
    if (index == NULL) {
        return ASSAY_E_MEMORY;
    }
    free(lines->index);
    lines->index = index;
    lines->index_mask = slots - 1;
    for (uint32_t i = 0; i < lines->parent_count; i++) {
        if (lines->parents[i].sscc != 0) {
            *slot_of(lines, lines->parents[i].sscc) = i + 1;
        }
    }
    return ASSAY_OK;
}

static enum assay_error add_parent(struct reading *reading, uint64_t sscc, uint32_t line,
                                   uint32_t *number)
{
    struct assay_carton_lines *lines = reading->lines;
    if (lines->parent_count == reading->parent_room) {
        uint32_t room = reading->parent_room == 0 ? 64 : 2 * reading->parent_room;
        struct assay_carton_parent *wider = realloc(lines->parents, room * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        lines->parents = wider;
        reading->parent_room = room;
    }
    if (lines->index == NULL || 2 * (lines->parent_count + 1) > lines->index_mask) {
        enum assay_error error = grow_index(lines);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    *number = lines->parent_count++;
    lines->parents[*number] = (struct assay_carton_parent){.sscc = sscc, .line = line};
    if (sscc != 0) {
        *slot_of(lines, sscc) = *number + 1;
    }
    return ASSAY_OK;
}

/* -- columns -- */

static const char *part_end(const char *text, const char *end)
{
    const char *slash = memchr(text, '/', (size_t)(end - text));
    return slash == NULL ? end : slash;
}

struct assay_span assay_carton_lines_token(const char *text, size_t len)
{
    const char *end = text + len;
    const char *colon = memchr(text, ':', len);
    if (colon == NULL || end - colon < 3 || colon[1] != '/' || colon[2] != '/') {
        return (struct assay_span){(const uint8_t *)text, len};
    }
    const char *tail = memchr(text, '?', len);
    end = tail == NULL ? end : tail;
    const char *at = colon + 3 <= end ? part_end(colon + 3, end) : end;
    /* Parts in pairs, identifier and value; the first alone is a code in the short form. */
    struct assay_span token = {(const uint8_t *)end, 0};
    for (bool first = true; at < end; first = false) {
        const char *key = at + 1;
        const char *key_end = part_end(key, end);
        size_t key_len = (size_t)(key_end - key);
        bool is_identifier =
            key_len == 2 && (memcmp(key, "00", 2) == 0 || memcmp(key, "01", 2) == 0 ||
                             memcmp(key, "10", 2) == 0 || memcmp(key, "21", 2) == 0);
        if (first && !is_identifier) {
            return (struct assay_span){(const uint8_t *)key, key_len};
        }
        const char *value = key_end < end ? key_end + 1 : end;
        const char *value_end = part_end(value, end);
        if (key_len == 2 && (memcmp(key, "00", 2) == 0 || memcmp(key, "21", 2) == 0)) {
            token = (struct assay_span){(const uint8_t *)value, (size_t)(value_end - value)};
        }
        at = value_end;
    }
    return token;
}

/* An SSCC is all digits and brackets, and a code of 20 characters begins with its version, never
 * with "00". */
static bool looks_like_sscc(struct assay_span token)
{
    const char *text = (const char *)token.data;
    size_t digits = 0;
    for (size_t i = 0; i < token.len_bytes; i++) {
        digits += text[i] >= '0' && text[i] <= '9';
    }
    bool marked =
        token.len_bytes > 4 && (memcmp(text, "(00)", 4) == 0 || memcmp(text, "]C10", 4) == 0);
    bool bare = digits == token.len_bytes &&
                (digits == ASSAY_SSCC_LEN || (digits == 20 && memcmp(text, "00", 2) == 0));
    return marked || bare;
}

static enum assay_error at_line(const struct assay_csv_record *record, enum assay_error error,
                                const char *column, const char *what, struct assay_reason *reason)
{
    return assay_fail(reason, error, "line %u: %s: %s", record->line, column, what);
}

static enum assay_error read_parent(struct reading *reading, const struct assay_csv_record *record,
                                    uint32_t *parent, struct assay_reason *reason)
{
    if (record->len[0] == 0) {
        if (reading->how->per_carton == 0) {
            return at_line(record, ASSAY_E_FIELD, "carton",
                           "it is empty; give an SSCC, or how many items make a carton", reason);
        }
        if (reading->open_parent == UINT32_MAX) {
            enum assay_error error = add_parent(reading, 0, record->line, &reading->open_parent);
            if (error != ASSAY_OK) {
                return assay_fail(reason, error, NULL);
            }
        }
        *parent = reading->open_parent;
        return ASSAY_OK;
    }
    struct assay_span token = assay_carton_lines_token(record->field[0], record->len[0]);
    struct assay_reason what;
    uint64_t sscc = 0;
    enum assay_error error =
        assay_sscc_parse((const char *)token.data, token.len_bytes, &sscc, &what);
    if (error != ASSAY_OK) {
        return at_line(record, error, "carton", what.text, reason);
    }
    *parent = assay_carton_lines_find(reading->lines, sscc);
    if (*parent == UINT32_MAX) {
        error = add_parent(reading, sscc, record->line, parent);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

static enum assay_error read_child(const struct reading *reading,
                                   const struct assay_csv_record *record, uint64_t *child,
                                   struct assay_reason *reason)
{
    struct assay_span token = assay_carton_lines_token(record->field[1], record->len[1]);
    const char *text = (const char *)token.data;
    struct assay_reason what;
    enum assay_error error;
    if (looks_like_sscc(token)) {
        error = assay_sscc_parse(text, token.len_bytes, child, &what);
        *child |= ASSAY_CARTON_CHILD;
        return error == ASSAY_OK ? ASSAY_OK : at_line(record, error, "code", what.text, reason);
    }
    struct assay_code_parts parts;
    error = assay_code_parse(text, token.len_bytes, &parts, NULL, NULL);
    if (error == ASSAY_OK) {
        error = reading->how->open(reading->how->context, &parts, child);
    }
    return error == ASSAY_OK ? ASSAY_OK
                             : at_line(record, error, "code", assay_error_text(error), reason);
}

/* -- lines -- */

static enum assay_error add_line(struct reading *reading, struct assay_carton_line line)
{
    struct assay_carton_lines *lines = reading->lines;
    if (lines->line_count == reading->line_room) {
        uint32_t room = reading->line_room == 0 ? 256 : 2 * reading->line_room;
        struct assay_carton_line *wider = realloc(lines->lines, room * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        lines->lines = wider;
        reading->line_room = room;
    }
    lines->lines[lines->line_count++] = line;
    return ASSAY_OK;
}

static enum assay_error count_child(struct reading *reading, const struct assay_csv_record *record,
                                    const struct assay_carton_line *line,
                                    struct assay_reason *reason)
{
    struct assay_carton_parent *parent = &reading->lines->parents[line->parent];
    bool is_item = (line->child & ASSAY_CARTON_CHILD) == 0;
    enum assay_unit_kind kind = is_item ? ASSAY_UNIT_CARTON : ASSAY_UNIT_PALLET;
    if (parent->count > 0 && parent->kind != kind) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "line %u: %s, but in line %u this unit begins to hold %s", record->line,
                          is_item ? "an item" : "a carton", parent->line,
                          is_item ? "cartons" : "items");
    }
    if (parent->sscc == 0 && !is_item) {
        return at_line(record, ASSAY_E_FIELD, "carton",
                       "it is empty; a pallet needs its SSCC in each line", reason);
    }
    if (parent->count == ASSAY_UNIT_ITEMS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "line %u: at most %u of one unit",
                          record->line, ASSAY_UNIT_ITEMS_MAX);
    }
    parent->kind = kind;
    parent->count++;
    if (parent->sscc == 0 && parent->count == reading->how->per_carton) {
        reading->open_parent = UINT32_MAX;
    }
    return ASSAY_OK;
}

static bool is_header(const struct assay_csv_record *record)
{
    return record->count == 2 &&
           ((strcmp(record->field[0], "carton") == 0 && strcmp(record->field[1], "code") == 0) ||
            (strcmp(record->field[0], "parent") == 0 && strcmp(record->field[1], "child") == 0));
}

static enum assay_error take(void *context, const struct assay_csv_record *record,
                             struct assay_reason *reason)
{
    struct reading *reading = context;
    if (!reading->header_seen) {
        reading->header_seen = true;
        return is_header(record) ? ASSAY_OK
                                 : assay_fail(reason, ASSAY_E_SYNTAX,
                                              "line %u: the header must be carton,code or "
                                              "parent,child",
                                              record->line);
    }
    if (record->count != 2) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "line %u: two fields are wanted, not %u",
                          record->line, record->count);
    }
    if (reading->lines->line_count == ASSAY_IMPORT_LINES_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE,
                          "line %u: at most %u lines; split the file between two cartons",
                          record->line, ASSAY_IMPORT_LINES_MAX);
    }
    struct assay_carton_line line = {.line = record->line};
    enum assay_error error = read_child(reading, record, &line.child, reason);
    error = error != ASSAY_OK ? error : read_parent(reading, record, &line.parent, reason);
    error = error != ASSAY_OK ? error : count_child(reading, record, &line, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = add_line(reading, line);
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

static int by_child(const void *a, const void *b)
{
    const struct assay_carton_line *left = a;
    const struct assay_carton_line *right = b;
    if (left->child != right->child) {
        return left->child < right->child ? -1 : 1;
    }
    return (left->line > right->line) - (left->line < right->line);
}

/* Sorts, and finds what stands there twice: the pair whose second line comes first in the file. */
static enum assay_error check_twice(struct assay_carton_lines *lines, struct assay_reason *reason)
{
    qsort(lines->lines, lines->line_count, sizeof *lines->lines, by_child);
    const struct assay_carton_line *found = NULL;
    for (uint32_t i = 0; i < lines->line_count; i++) {
        const struct assay_carton_line *line = &lines->lines[i];
        lines->item_count += (line->child & ASSAY_CARTON_CHILD) == 0;
        bool twice = i > 0 && line[-1].child == line->child;
        if (twice && (found == NULL || line->line < found->line)) {
            found = line;
        }
    }
    if (found == NULL) {
        return ASSAY_OK;
    }
    const char *what = (found->child & ASSAY_CARTON_CHILD) == 0 ? "item" : "carton";
    bool elsewhere = found->parent != found[-1].parent;
    return assay_fail(reason, ASSAY_E_EXISTS, "line %u: this %s is in %s already, by line %u",
                      found->line, what, elsewhere ? "another unit" : "it", found[-1].line);
}

enum assay_error assay_carton_lines_read(const char *csv, size_t len_bytes,
                                         const struct assay_carton_reading *how,
                                         struct assay_carton_lines *lines,
                                         struct assay_reason *reason)
{
    assay_assert(how->per_carton <= ASSAY_UNIT_ITEMS_MAX);
    struct assay_carton_lines value = {0};
    struct reading reading = {.how = how, .lines = &value, .open_parent = UINT32_MAX};
    struct assay_csv_reader reader;
    assay_csv_reader_init(&reader, take, &reading);
    enum assay_error error = assay_csv_reader_feed(&reader, csv, len_bytes, reason);
    if (error == ASSAY_OK) {
        error = assay_csv_reader_end(&reader, reason);
    }
    if (error == ASSAY_OK && value.line_count == 0) {
        error = assay_fail(reason, ASSAY_E_SYNTAX,
                           "line 1: there is nothing to pack: a header and lines are wanted");
    }
    if (error == ASSAY_OK) {
        error = check_twice(&value, reason);
    }
    if (error != ASSAY_OK) {
        assay_carton_lines_deinit(&value);
        return error;
    }
    *lines = value;
    return ASSAY_OK;
}

void assay_carton_lines_deinit(struct assay_carton_lines *lines)
{
    free(lines->parents);
    free(lines->lines);
    free(lines->index);
    *lines = (struct assay_carton_lines){0};
}
