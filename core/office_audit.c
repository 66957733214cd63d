// SPDX-License-Identifier: Apache-2.0
/* What the audit views share: filter, snapshot, and the head of every answer. */
#include "core/office_audit.h"

#include <stdlib.h>
#include <string.h>

#define EXTRA_MAX 4

/* -- the filter -- */

struct filter_texts {
    char from[ASSAY_DATE_TEXT_SIZE];
    char to[ASSAY_DATE_TEXT_SIZE];
    char handle[ASSAY_HANDLE_SIZE];
};

static enum assay_error read_day(const struct assay_office_call *call, const char *field,
                                 const char *text, int32_t *day)
{
    if (text[0] == '\0') {
        return ASSAY_OK;
    }
    return assay_date_parse(text, day) == ASSAY_OK
               ? ASSAY_OK
               : assay_fail(call->reason, ASSAY_E_FIELD, "%s: a day is YYYY-MM-DD", field);
}

static bool is_capitals(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text[i] < 'A' || text[i] > 'Z') {
            return false;
        }
    }
    return true;
}

static enum assay_error check_place(const struct assay_office_call *call,
                                    const struct assay_audit_filter *filter)
{
    const char *country = filter->country;
    if (country[0] != '\0' && strcmp(country, "--") != 0 &&
        (strlen(country) != 2 || !is_capitals(country, 2))) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "country: two capital letters of ISO 3166-1, or --");
    }
    const char *region = filter->region;
    if (region[0] != '\0' && (strlen(region) < 4 || region[2] != '-' || !is_capitals(region, 2))) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "region: a code of ISO 3166-2, CN-GD");
    }
    return ASSAY_OK;
}

static enum assay_error read_filter(const struct assay_office_call *call,
                                    const struct filter_texts *texts,
                                    struct assay_audit_filter *filter)
{
    enum assay_error error = read_day(call, "from", texts->from, &filter->from_day);
    error = error != ASSAY_OK ? error : read_day(call, "to", texts->to, &filter->to_day);
    if (error != ASSAY_OK) {
        return error;
    }
    bool both = filter->from_day != ASSAY_DAY_NONE && filter->to_day != ASSAY_DAY_NONE;
    if (both && filter->to_day < filter->from_day) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "to: lies before from");
    }
    if (texts->handle[0] != '\0' &&
        assay_handle_parse(texts->handle, &filter->handle) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "handle: the six characters of a batch, as in its codes");
    }
    return check_place(call, filter);
}

enum assay_error assay_audit_view_begin(const struct assay_office_call *call,
                                        const struct assay_json_field *extra, size_t extra_count,
                                        struct assay_audit_view *view)
{
    struct filter_texts texts = {0};
    struct assay_audit_view value = {
        .call = call, .filter = {.from_day = ASSAY_DAY_NONE, .to_day = ASSAY_DAY_NONE}};
    struct assay_json_field fields[6 + EXTRA_MAX] = {
        ASSAY_JSON_TEXT_ROW("from", false, texts.from),
        ASSAY_JSON_TEXT_ROW("to", false, texts.to),
        ASSAY_JSON_TEXT_ROW("handle", false, texts.handle),
        ASSAY_JSON_TEXT_ROW("sku", false, value.filter.sku),
        ASSAY_JSON_TEXT_ROW("country", false, value.filter.country),
        ASSAY_JSON_TEXT_ROW("region", false, value.filter.region),
    };
    assay_assert(extra_count <= EXTRA_MAX);
    for (size_t i = 0; i < extra_count; i++) {
        fields[6 + i] = extra[i];
    }
    enum assay_error error = assay_json_read(call->params, fields, 6 + extra_count, call->reason);
    error = error != ASSAY_OK ? error : read_filter(call, &texts, &value.filter);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_store_rollup_begin(call->office->session, &value.meta);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    error = assay_audit_ground_find(&value, &value.ground);
    if (error != ASSAY_OK) {
        assay_store_rollup_end(call->office->session);
        return error;
    }
    *view = value;
    return ASSAY_OK;
}

void assay_audit_view_end(struct assay_audit_view *view)
{
    assay_store_rollup_end(view->call->office->session);
}

bool assay_audit_view_keeps_batch(const struct assay_audit_view *view, uint32_t handle)
{
    const struct assay_audit_filter *filter = &view->filter;
    if (filter->handle != 0 && filter->handle != handle) {
        return false;
    }
    if (filter->sku[0] == '\0') {
        return true;
    }
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(view->call->office->store, handle);
    return facts != NULL && strcmp(facts->sku, filter->sku) == 0;
}

bool assay_audit_view_keeps_place(const struct assay_audit_filter *filter, const char *country,
                                  const char *region)
{
    const char *wanted = strcmp(filter->country, "--") == 0 ? "" : filter->country;
    return (filter->country[0] == '\0' || strcmp(country, wanted) == 0) &&
           (filter->region[0] == '\0' || strcmp(region, filter->region) == 0);
}

/* -- the head -- */

static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *filter_json(const struct assay_audit_filter *filter)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    if (filter->handle != 0) {
        assay_handle_format(filter->handle, handle);
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "from", assay_office_day(filter->from_day),
                     "to", assay_office_day(filter->to_day), "sku", text_or_null(filter->sku),
                     "handle", text_or_null(handle), "country", text_or_null(filter->country),
                     "region", text_or_null(filter->region));
}

json_t *assay_audit_view_head(const struct assay_audit_view *view)
{
    const struct assay_rollup_meta *meta = &view->meta;
    return json_pack("{s:{s:I, s:n, s:o}, s:o, s:o}", "ledger", "entries",
                     (json_int_t)meta->records, "root", "at", assay_office_time(meta->at_unix_ms),
                     "filter", filter_json(&view->filter), "basis", assay_audit_basis(view));
}

/* -- the end of a view -- */

enum assay_error assay_audit_view_join(const struct assay_audit_view *view, json_t *body,
                                       json_t **result)
{
    json_t *whole = assay_audit_view_head(view);
    int rc = whole == NULL || body == NULL ? -1 : json_object_update(whole, body);
    json_decref(body);
    if (rc != 0) {
        json_decref(whole);
        whole = NULL;
    }
    return assay_office_give(whole, result, view->call->reason);
}

enum assay_error assay_audit_view_give(struct assay_audit_view *view, json_t *body, json_t **result)
{
    assay_audit_view_end(view);
    return assay_audit_view_join(view, body, result);
}

enum assay_error assay_audit_view_give_up(struct assay_audit_view *view,
                                          struct assay_rollup *groups, enum assay_error error)
{
    assay_rollup_deinit(groups);
    assay_audit_view_end(view);
    return error;
}

/* -- ranked lists -- */

static int compare_excess(const void *left, const void *right)
{
    const struct assay_rollup_row *a = left;
    const struct assay_rollup_row *b = right;
    double excess[2] = {assay_audit_excess(a->count), assay_audit_excess(b->count)};
    if (excess[0] != excess[1]) {
        return excess[0] > excess[1] ? -1 : 1;
    }
    int order = strcmp(a->key.country, b->key.country);
    order = order != 0 ? order : strcmp(a->key.region, b->key.region);
    return order != 0 ? order : (a->key.handle > b->key.handle) - (a->key.handle < b->key.handle);
}

void assay_audit_rank(struct assay_rollup *groups)
{
    if (groups->count > 1) {
        qsort(groups->rows, groups->count, sizeof *groups->rows, compare_excess);
    }
}
