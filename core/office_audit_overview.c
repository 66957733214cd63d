// SPDX-License-Identifier: Apache-2.0
/* audit.about and audit.overview (docs/AUDIT-API.md). */
#include <string.h>

#include "core/office_alert.h"

#define BATCHES_MAX 1000

/* The one sum of a view without cuts; zeros if there is no row. */
static const uint64_t *total_of(const struct assay_rollup *groups)
{
    static const uint64_t none[ASSAY_ROLLUP_COUNT];
    return groups->count > 0 ? groups->rows[0].count : none;
}

/* -- about -- */

static json_t *products_json(struct assay_store *store)
{
    json_t *list = json_array();
    const struct assay_product *product;
    for (uint32_t i = 0; (product = assay_store_product_at(store, i)) != NULL; i++) {
        json_array_append_new(list, json_pack("{s:s, s:o}", "sku", product->value.sku, "name",
                                              assay_audit_product_name(product)));
    }
    return list;
}

static json_t *batches_json(struct assay_store *store)
{
    json_t *list = json_array();
    uint32_t count = 0;
    while (assay_store_batch_at(store, count) != NULL) {
        count++;
    }
    for (uint32_t i = 0; i < count && i < BATCHES_MAX; i++) {
        const struct assay_batch_facts *facts = assay_store_batch_at(store, count - 1 - i);
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(facts->handle, handle);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "handle", handle, "sku",
                                              facts->sku, "lot", facts->lot));
    }
    return list;
}

static json_t *countries_json(const struct assay_rollup *groups)
{
    json_t *list = json_array();
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->rows[i].key.country[0] != '\0') {
            json_array_append_new(list, json_string(groups->rows[i].key.country));
        }
    }
    return list;
}

/* First and last day with a scan. */
static enum assay_error days_json(const struct assay_audit_view *view, json_t **days)
{
    struct assay_rollup groups;
    enum assay_error error = assay_audit_view_sum(view, ASSAY_AUDIT_BY_DAY, &groups);
    if (error == ASSAY_OK && groups.count == 0) {
        *days = json_null();
    } else if (error == ASSAY_OK) {
        *days = json_pack("{s:o, s:o}", "first", assay_office_day(groups.rows[0].key.day), "last",
                          assay_office_day(groups.rows[groups.count - 1].key.day));
    }
    assay_rollup_deinit(&groups);
    return error;
}

static json_t *zone_json(int32_t utc_offset_minutes)
{
    int32_t size = utc_offset_minutes < 0 ? -utc_offset_minutes : utc_offset_minutes;
    return json_sprintf("%c%02d:%02d", utc_offset_minutes < 0 ? '-' : '+', size / 60, size % 60);
}

static json_t *scopes_json(uint32_t scopes)
{
    json_t *list = json_array();
    bool admin = (scopes & ASSAY_SCOPE_ADMIN) != 0;
    bool writes = admin || (scopes & ASSAY_SCOPE_WRITE) != 0;
    json_array_append_new(list, json_string("read"));
    if (writes) {
        json_array_append_new(list, json_string("write"));
    }
    if (admin) {
        json_array_append_new(list, json_string("admin"));
    }
    return list;
}

enum assay_error assay_office_audit_about(const struct assay_office_call *call, json_t **result)
{
    struct assay_audit_view view;
    struct assay_rollup groups;
    enum assay_error error = assay_audit_view_begin(call, NULL, 0, &view);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *days = NULL;
    error = days_json(&view, &days);
    if (error != ASSAY_OK) {
        assay_audit_view_end(&view);
        return error;
    }
    error = assay_audit_view_sum(&view, ASSAY_AUDIT_BY_COUNTRY, &groups);
    if (error != ASSAY_OK) {
        json_decref(days);
        return assay_audit_view_give_up(&view, &groups, error);
    }
    struct assay_store *store = call->office->store;
    uint64_t alerts[ASSAY_ALERT_STATES];
    assay_audit_alert_states(&view, alerts);
    const struct assay_brand_record *brand = assay_store_brand(store);
    json_t *body = json_pack(
        "{s:{s:s, s:s, s:o}, s:o, s:{s:s, s:o}, s:o, s:o, s:o, s:o, s:I}", "brand", "name",
        brand->name, "name_zh", brand->name_zh, "time_zone", zone_json(brand->utc_offset_minutes),
        "today", assay_office_day(assay_day_of(call->now_unix_ms, brand->utc_offset_minutes)), "me",
        "name", call->actor->name, "scopes", scopes_json(call->actor->scopes), "days", days,
        "products", products_json(store), "batches", batches_json(store), "countries",
        countries_json(&groups), "open_alerts", (json_int_t)alerts[ASSAY_ALERT_OPEN]);
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(&view, body, result);
}

/* -- overview -- */

static json_t *verdicts_json(const uint64_t *count)
{
    json_t *verdicts = json_object();
    for (unsigned i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, assay_verdict_row((enum assay_verdict)i)->name,
                            json_integer((json_int_t)count[ASSAY_ROLLUP_VERDICTS + i]));
    }
    return verdicts;
}

static json_t *left_out_json(const uint64_t *count)
{
    return json_pack("{s:I, s:I, s:I}", "preview", (json_int_t)count[ASSAY_ROLLUP_PREVIEW], "bot",
                     (json_int_t)count[ASSAY_ROLLUP_BOT], "hosting",
                     (json_int_t)count[ASSAY_ROLLUP_HOSTING]);
}

/* Items of the kept batches by level; days and places do not apply: a level is of now. */
static enum assay_error flagged_json(const struct assay_audit_view *view, json_t **flagged)
{
    struct assay_store *store = view->call->office->store;
    uint64_t sum[ASSAY_RISK_LEVELS] = {0};
    const struct assay_batch_facts *facts;
    for (uint32_t i = 0; (facts = assay_store_batch_at(store, i)) != NULL; i++) {
        uint64_t count[ASSAY_RISK_LEVELS];
        if (!assay_audit_view_keeps_batch(view, facts->handle)) {
            continue;
        }
        enum assay_error error =
            assay_store_flagged(view->call->office->session, facts->handle, count);
        if (error != ASSAY_OK) {
            return assay_fail(view->call->reason, error, NULL);
        }
        for (size_t j = 0; j < ASSAY_RISK_LEVELS; j++) {
            sum[j] += count[j];
        }
    }
    *flagged = assay_audit_flagged(sum);
    return ASSAY_OK;
}

/* The period of equal length just before; null without one. */
static enum assay_error change_json(const struct assay_audit_view *view, const uint64_t *now,
                                    json_t **change)
{
    const struct assay_audit_filter *filter = &view->filter;
    *change = json_null();
    if (filter->from_day == ASSAY_DAY_NONE) {
        return ASSAY_OK;
    }
    int32_t last = filter->to_day != ASSAY_DAY_NONE
                       ? filter->to_day
                       : assay_day_of(view->call->now_unix_ms, view->meta.utc_offset_minutes);
    int32_t to = filter->from_day - 1;
    int32_t from = to - (last - filter->from_day);
    struct assay_rollup groups;
    enum assay_error error = assay_audit_view_sum_days(view, from, to, 0, &groups);
    if (error == ASSAY_OK) {
        const uint64_t *then = total_of(&groups);
        *change = json_pack("{s:o, s:o, s:o, s:o}", "from", assay_office_day(from), "to",
                            assay_office_day(to), "e2", assay_audit_e2(&view->ground, then),
                            "odds_ratio", assay_audit_odds_ratio(&view->ground, now, then));
    }
    assay_rollup_deinit(&groups);
    return error;
}

enum assay_error assay_office_audit_overview(const struct assay_office_call *call, json_t **result)
{
    struct assay_audit_view view;
    struct assay_rollup groups;
    enum assay_error error = assay_audit_view_begin(call, NULL, 0, &view);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *flagged = NULL;
    json_t *change = NULL;
    error = assay_audit_view_sum(&view, 0, &groups);
    const uint64_t *count = total_of(&groups);
    error = error != ASSAY_OK ? error : flagged_json(&view, &flagged);
    error = error != ASSAY_OK ? error : change_json(&view, count, &change);
    if (error != ASSAY_OK) {
        json_decref(flagged);
        return assay_audit_view_give_up(&view, &groups, error);
    }
    uint64_t alerts[ASSAY_ALERT_STATES];
    assay_audit_alert_states(&view, alerts);
    json_t *body = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "alerts",
                             assay_alert_counts_json(alerts), "verdicts", verdicts_json(count),
                             "left_out", left_out_json(count), "flagged", flagged, "forged",
                             assay_audit_forged(count), "e0", assay_audit_e0(count), "e3",
                             assay_audit_e3(&view.ground, count), "change", change);
    if (body != NULL) {
        assay_audit_set_figures(body, &view.ground, count);
    }
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(&view, body, result);
}
