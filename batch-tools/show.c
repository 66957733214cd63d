// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch-tools/table.h"

#define CELL_ROOM 1024
#define COLUMNS_MAX 16
#define PATH_ROOM 64

void assay_show_json(const json_t *json)
{
    if (json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0) {
        putchar('\n');
    }
}

/* Objects are counted: their fields have no place in a cell. */
static void join(const json_t *list, char *text, size_t size_bytes)
{
    if (json_is_object(json_array_get(list, 0))) {
        snprintf(text, size_bytes, "%zu", json_array_size(list));
        return;
    }
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(list) && at < size_bytes; i++) {
        char part[CELL_ROOM];
        at += (size_t)snprintf(text + at, size_bytes - at, "%s%s", i > 0 ? "," : "",
                               assay_show_cell(json_array_get(list, i), part, sizeof part));
    }
}

const char *assay_show_cell(const json_t *value, char *text, size_t size_bytes)
{
    text[0] = '\0';
    if (json_is_string(value)) {
        snprintf(text, size_bytes, "%s", json_string_value(value));
    } else if (json_is_integer(value)) {
        snprintf(text, size_bytes, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        snprintf(text, size_bytes, "%g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        snprintf(text, size_bytes, "%s", json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        join(value, text, size_bytes);
    }
    return text;
}

/* "place.city" of a row. */
static const json_t *at_path(const json_t *row, const char *path)
{
    const char *dot = strchr(path, '.');
    if (dot == NULL) {
        return json_object_get(row, path);
    }
    char head[PATH_ROOM];
    snprintf(head, sizeof head, "%.*s", (int)(dot - path), path);
    return at_path(json_object_get(row, head), dot + 1);
}

static void show_list(const struct assay_tool_column *columns, const json_t *list)
{
    const char *titles[COLUMNS_MAX];
    bool right[COLUMNS_MAX];
    size_t count = 0;
    for (; columns[count].title != NULL; count++) {
        assay_assert(count < COLUMNS_MAX);
        titles[count] = columns[count].title;
        right[count] = columns[count].right;
    }
    struct assay_table *table = assay_table_create(count, titles, right);
    for (size_t row = 0; row < json_array_size(list); row++) {
        for (size_t i = 0; i < count; i++) {
            char text[CELL_ROOM];
            const json_t *value = at_path(json_array_get(list, row), columns[i].path);
            assay_table_add(table, assay_show_cell(value, text, sizeof text));
        }
    }
    assay_table_print(table, stdout);
    assay_table_destroy(table);
}

/* Name and value of each field; those of objects inside as "first_scan.at". */
static void collect_fields(struct assay_table *table, const char *prefix, const json_t *object,
                           const char *left_out)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char name[PATH_ROOM];
        char text[CELL_ROOM];
        snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".", key);
        if (left_out != NULL && strcmp(key, left_out) == 0) {
            continue;
        }
        if (json_is_object(value)) {
            collect_fields(table, name, value, NULL);
            continue;
        }
        const char *cell = assay_show_cell(value, text, sizeof text);
        assay_table_add(table, name);
        assay_table_add(table, cell[0] == '\0' ? "-" : cell);
    }
}

static void show_fields(const json_t *result, const char *left_out)
{
    static const char *const titles[] = {"FIELD", "VALUE"};
    static const bool right[] = {false, false};
    struct assay_table *table = assay_table_create(2, titles, right);
    collect_fields(table, "", result, left_out);
    assay_table_print(table, stdout);
    assay_table_destroy(table);
}

void assay_show_result(const struct assay_tool_call *call, const json_t *result)
{
    const struct assay_tool_command *command = call->command;
    if (call->json) {
        assay_show_json(result);
        return;
    }
    if (!command->only_list) {
        show_fields(result, command->list);
    }
    if (command->list != NULL) {
        const json_t *list = json_object_get(result, command->list);
        if (!command->only_list && json_array_size(list) > 0) {
            putchar('\n');
        }
        if (command->only_list || json_array_size(list) > 0) {
            show_list(command->columns, list);
        }
    }
}
