// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "codegen/output.h"

#define PROBLEMS_MAX 20u

enum kind { KIND_LENGTH, KIND_COUNT, KIND_NAME };

struct entry {
    const char *name;
    enum kind kind;
    bool required;
    size_t offset;
};

#define ENTRY(name, kind, required, member)                                                        \
    {                                                                                              \
        name, KIND_##kind, required, offsetof(struct assay_layout, member)                         \
    }

static const struct entry entries[] = {
    ENTRY("name", NAME, false, name),
    ENTRY("page_width", LENGTH, true, page_width_um),
    ENTRY("page_height", LENGTH, true, page_height_um),
    ENTRY("columns", COUNT, false, columns),
    ENTRY("rows", COUNT, false, rows),
    ENTRY("left", LENGTH, false, left_um),
    ENTRY("top", LENGTH, false, top_um),
    ENTRY("label_width", LENGTH, true, label_width_um),
    ENTRY("label_height", LENGTH, true, label_height_um),
    ENTRY("column_gap", LENGTH, false, column_gap_um),
    ENTRY("row_gap", LENGTH, false, row_gap_um),
    ENTRY("roll_gap", LENGTH, false, roll_gap_um),
};

#define ENTRIES ASSAY_COUNT_OF(entries)
#define ROLL_GAP (ENTRIES - 1)

struct check {
    const char *name; /* of the file */
    const struct assay_layout_sink *sink;
    unsigned problems;
    yaml_document_t *document;
    struct assay_layout layout;
    unsigned line_of[ENTRIES]; /* where each stands; 0 = it does not */
};

static void tell(struct check *check, unsigned line, const char *entry, const char *what)
{
    check->problems++;
    char text[700];
    if (check->problems <= PROBLEMS_MAX) {
        snprintf(text, sizeof text, "%.200s:%u: %s%s%s", check->name, line, entry,
                 entry[0] != '\0' ? ": " : "", what);
        check->sink->problem(check->sink->context, text);
    } else if (check->problems == PROBLEMS_MAX + 1) {
        snprintf(text, sizeof text, "%.200s:%u: and more problems from here on", check->name, line);
        check->sink->problem(check->sink->context, text);
    }
}

static unsigned line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

static const char *set_length(const char *text, int32_t *um)
{
    static const char wrong[] = "must be a length in mm from 0 to 2000, with up to three decimals";
    size_t whole = strspn(text, "0123456789"), decimals = 0;
    if (whole == 0 || whole > 4) {
        return wrong;
    }
    long value = strtol(text, NULL, 10) * 1000;
    if (text[whole] == '.') {
        decimals = strspn(text + whole + 1, "0123456789");
        long unit = 100;
        for (size_t i = 0; i < decimals && decimals <= 3; i++, unit /= 10) {
            value += (text[whole + 1 + i] - '0') * unit;
        }
        if (decimals == 0 || decimals > 3) {
            return wrong;
        }
        decimals++;
    }
    if (text[whole + decimals] != '\0' || value > ASSAY_PAGE_MAX_UM) {
        return wrong;
    }
    *um = (int32_t)value;
    return NULL;
}

static const char *set_count(const char *text, uint32_t *count)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long value = digits > 0 && digits <= 4 ? strtoul(text, NULL, 10) : 0;
    if (digits > 4 || text[digits] != '\0' || value < 1 || value > ASSAY_LAYOUT_CELLS_MAX) {
        return "must be a whole number from 1 to 200";
    }
    *count = (uint32_t)value;
    return NULL;
}

static const char *set_name(const char *text, char *name)
{
    size_t len = strlen(text);
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (len == 0 || len > ASSAY_LAYOUT_NAME_MAX || good != len) {
        return "must be 1 to 40 letters, digits, '.', '_' or '-'";
    }
    memcpy(name, text, len + 1);
    return NULL;
}

static void take_value(struct check *check, const struct entry *entry, const yaml_node_t *node)
{
    void *member = (char *)&check->layout + entry->offset;
    const char *wrong = "must be one value";
    if (node->type == YAML_SCALAR_NODE) {
        const char *text = (const char *)node->data.scalar.value;
        wrong = strlen(text) != node->data.scalar.length ? "must not hold a NUL"
                : entry->kind == KIND_LENGTH             ? set_length(text, member)
                : entry->kind == KIND_COUNT              ? set_count(text, member)
                                                         : set_name(text, member);
    }
    if (wrong != NULL) {
        tell(check, line_of(node), entry->name, wrong);
    }
}

static size_t find_entry(const yaml_node_t *key)
{
    size_t i = 0;
    while (i < ENTRIES && (key->type != YAML_SCALAR_NODE ||
                           strcmp(entries[i].name, (const char *)key->data.scalar.value) != 0)) {
        i++;
    }
    return i;
}

static void take_pair(struct check *check, const yaml_node_t *key, const yaml_node_t *value)
{
    size_t number = find_entry(key);
    char text[128];
    if (number == ENTRIES) {
        bool scalar = key->type == YAML_SCALAR_NODE;
        size_t len = scalar ? strcspn((const char *)key->data.scalar.value, "\r\n") : 0;
        snprintf(text, sizeof text, "%.*s", (int)(len < 60 ? len : 60),
                 scalar ? (const char *)key->data.scalar.value : "");
        tell(check, line_of(key), text, "a layout has no such entry");
    } else if (check->line_of[number] != 0) {
        snprintf(text, sizeof text, "is set twice, first in line %u", check->line_of[number]);
        tell(check, line_of(key), entries[number].name, text);
    } else {
        check->line_of[number] = line_of(key);
        take_value(check, &entries[number], value);
    }
}

static enum assay_error check_document(struct check *check)
{
    const yaml_node_t *root = yaml_document_get_root_node(check->document);
    if (root == NULL || root->type != YAML_MAPPING_NODE) {
        tell(check, root == NULL ? 1 : line_of(root), "", "must be entries, each `name: value`");
        return ASSAY_E_FIELD;
    }
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++) {
        take_pair(check, yaml_document_get_node(check->document, pair->key),
                  yaml_document_get_node(check->document, pair->value));
    }
    for (size_t i = 0; i < ENTRIES; i++) {
        if (entries[i].required && check->line_of[i] == 0) {
            tell(check, line_of(root), entries[i].name, "is missing");
        }
    }
    struct assay_reason reason;
    if (check->problems == 0 && assay_layout_check(&check->layout, &reason) != ASSAY_OK) {
        tell(check, line_of(root), "", reason.text);
    }
    return check->problems == 0 ? ASSAY_OK : ASSAY_E_FIELD;
}

static enum assay_error tell_syntax(struct check *check, const yaml_parser_t *parser)
{
    char text[256];
    snprintf(text, sizeof text, "is not YAML: %.200s",
             parser->problem != NULL ? parser->problem : "not UTF-8");
    bool marked = parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR ||
                  parser->error == YAML_COMPOSER_ERROR;
    tell(check, marked ? (unsigned)parser->problem_mark.line + 1 : 1, "", text);
    return ASSAY_E_SYNTAX;
}

/* A second document in the file would be ignored in silence: refuse it. */
static enum assay_error check_end(struct check *check, yaml_parser_t *parser)
{
    yaml_document_t more;
    if (!yaml_parser_load(parser, &more)) {
        return tell_syntax(check, parser);
    }
    const yaml_node_t *root = yaml_document_get_root_node(&more);
    if (root != NULL) {
        tell(check, line_of(root), "", "must be one YAML document");
    }
    yaml_document_delete(&more);
    return root == NULL ? ASSAY_OK : ASSAY_E_FIELD;
}

static enum assay_error parse(struct check *check, yaml_parser_t *parser)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) {
        return tell_syntax(check, parser);
    }
    check->document = &document;
    enum assay_error error = check_document(check);
    enum assay_error end = check_end(check, parser);
    yaml_document_delete(&document);
    return error != ASSAY_OK ? error : end;
}

enum assay_error assay_layout_parse(const char *name, const struct assay_buffer *text,
                                    struct assay_layout *layout,
                                    const struct assay_layout_sink *sink)
{
    struct check check = {
        .name = name, .sink = sink, .layout = {.name = "own", .columns = 1, .rows = 1}};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        tell(&check, 1, "", "out of memory");
        return ASSAY_E_MEMORY;
    }
    /* libyaml wants a pointer of an empty text too. */
    const unsigned char *bytes = text->len_bytes > 0 ? text->data : (const unsigned char *)"";
    yaml_parser_set_input_string(&parser, bytes, text->len_bytes);
    enum assay_error error = parse(&check, &parser);
    yaml_parser_delete(&parser);
    if (error == ASSAY_OK) {
        check.layout.roll = check.line_of[ROLL_GAP] != 0;
        *layout = check.layout;
    }
    return error;
}

enum assay_error assay_layout_load(const char *path, struct assay_layout *layout,
                                   const struct assay_layout_sink *sink)
{
    struct assay_buffer text = {0};
    struct assay_reason reason;
    enum assay_error error =
        assay_buffer_load(AT_FDCWD, path, ASSAY_LAYOUT_FILE_BYTES_MAX, &text, &reason);
    if (error == ASSAY_OK) {
        error = assay_layout_parse(path, &text, layout, sink);
    } else {
        sink->problem(sink->context, reason.text);
    }
    assay_buffer_deinit(&text);
    return error;
}
