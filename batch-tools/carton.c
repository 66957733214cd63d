// SPDX-License-Identifier: Apache-2.0
/* Commands about cartons that need more than their options: page after page of a list, and what a label says. */
#include "batch-tools/carton.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/csv.h"
#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "core/file.h"
#include "core/limits.h"
#include "core/sscc.h"

#define LIST_PAGE 1000
#define CONTENT_SIZE 128

static enum assay_error set_param(struct assay_tool_call *call, const char *name, json_t *value)
{
    return json_object_set_new(call->params, name, value) == 0
               ? ASSAY_OK
               : assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
}

/* All rows of carton.list, page after page. */
static enum assay_error each_page(struct assay_tool_call *call,
                                  enum assay_error (*take)(void *context, json_t *rows),
                                  void *context)
{
    enum assay_error error = set_param(call, "limit", json_integer(LIST_PAGE));
    bool more = true;
    while (error == ASSAY_OK && more) {
        json_t *result = NULL;
        error = assay_door_run(call, "carton.list", call->params, &result);
        if (error != ASSAY_OK) {
            return error;
        }
        const json_t *next = json_object_get(result, "next_after");
        more = json_is_integer(next);
        if (more) {
            error = set_param(call, "after", json_integer(json_integer_value(next)));
        }
        if (error == ASSAY_OK) {
            error = take(context, json_object_get(result, "cartons"));
        }
        json_decref(result);
    }
    return error;
}

/* What the unit's one batch says, or nothing if it holds several. */
static const char *of_content(const json_t *row, const char *key)
{
    const json_t *content = json_object_get(row, "content");
    const char *text = "";
    for (size_t i = 0; i < json_array_size(content); i++) {
        const char *other = json_string_value(json_object_get(json_array_get(content, i), key));
        if (other == NULL || (i > 0 && strcmp(other, text) != 0)) {
            return "";
        }
        text = other;
    }
    return text;
}

static enum assay_error add_rows(void *context, json_t *rows)
{
    json_t *all = context;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        json_object_set_new(row, "sku", json_string(of_content(row, "sku")));
        json_object_set_new(row, "lot", json_string(of_content(row, "lot")));
    }
    return json_array_extend(all, rows) == 0 ? ASSAY_OK : ASSAY_E_MEMORY;
}

enum assay_error assay_tool_carton_list(struct assay_tool_call *call)
{
    json_t *all = json_array();
    enum assay_error error = each_page(call, add_rows, all);
    json_t *whole = json_pack("{s:o}", "cartons", all);
    if (error == ASSAY_OK) {
        assay_show_result(call, whole);
    }
    json_decref(whole);
    return error;
}

/* -- labels -- */

/* (02) what is in it, (37) how many, (10) of which lot: only if it is one trade item's (General
 * Specifications, 3.2.2). */
static void content_element(const json_t *row, char text[CONTENT_SIZE])
{
    const char *gtin = of_content(row, "gtin");
    const char *lot = of_content(row, "lot");
    long long items = json_integer_value(json_object_get(row, "items"));
    text[0] = '\0';
    if (gtin[0] != '\0' && items > 0) {
        snprintf(text, CONTENT_SIZE, "(02)%s(37)%lld%s%s", gtin, items,
                 lot[0] == '\0' ? "" : "(10)", lot);
    }
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text == NULL ? "" : text;
}

static enum assay_error write_rows(void *context, json_t *rows)
{
    struct assay_csv *csv = context;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        char element[ASSAY_SSCC_ELEMENT_SIZE];
        char content[CONTENT_SIZE];
        snprintf(element, sizeof element, "(00)%.18s", text_of(row, "sscc"));
        content_element(row, content);
        assay_csv_text(csv, text_of(row, "sscc"));
        assay_csv_text(csv, element);
        assay_csv_text(csv, content);
        assay_csv_text(csv, text_of(row, "url"));
        assay_csv_text(csv, text_of(row, "kind"));
        assay_csv_text(csv, text_of(row, "state"));
        assay_csv_number(csv, json_integer_value(json_object_get(row, "count")));
        assay_csv_number(csv, json_integer_value(json_object_get(row, "items")));
        static const char *const facts[] = {"gtin",    "sku", "name_zh",
                                            "name_en", "lot", "expires_on"};
        for (size_t k = 0; k < ASSAY_COUNT_OF(facts); k++) {
            assay_csv_text(csv, of_content(row, facts[k]));
        }
        assay_csv_end(csv);
    }
    return ASSAY_OK;
}

static void write_titles(struct assay_csv *csv)
{
    static const char *const titles[] = {"sscc",    "element", "content", "url",       "kind",
                                         "state",   "count",   "items",   "gtin",      "sku",
                                         "name_zh", "name_en", "lot",     "expires_on"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(titles); i++) {
        assay_csv_text(csv, titles[i]);
    }
    assay_csv_end(csv);
}

enum assay_error assay_tool_carton_labels(struct assay_tool_call *call)
{
    const char *path = assay_tool_text(call, "out");
    char made[4096];
    if ((size_t)snprintf(made, sizeof made, "%s.partial", path) >= sizeof made) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--out: the path is too long");
    }
    if (access(path, F_OK) == 0) {
        return assay_fail(&call->reason, ASSAY_E_EXISTS, "%s exists already", path);
    }
    struct assay_csv csv = {.file = fopen(made, "we")};
    if (csv.file == NULL) {
        return assay_file_fail(&call->reason, made);
    }
    write_titles(&csv);
    enum assay_error error = each_page(call, write_rows, &csv);
    bool written = fflush(csv.file) == 0 && fsync(fileno(csv.file)) == 0;
    if ((fclose(csv.file) != 0 || !written) && error == ASSAY_OK) {
        error = assay_file_fail(&call->reason, made);
    }
    if (error == ASSAY_OK) {
        return assay_file_rename(made, path, &call->reason);
    }
    unlink(made);
    return error;
}
