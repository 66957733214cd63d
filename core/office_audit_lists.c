// SPDX-License-Identifier: Apache-2.0
/* audit.series and audit.regions (docs/AUDIT-API.md). */
#include <string.h>

#include "core/office_alert.h"

#define ROWS_MAX 1000
#define SERIES_DAYS_MAX 400
#define SERIES_POINTS_MAX 2000

/* -- series -- */

static json_t *point_json(const struct assay_audit_ground *ground, const int32_t days[2],
                          const uint64_t *count, uint64_t alerts)
{
    json_t *point = json_pack("{s:o, s:o, s:o, s:I}", "from", assay_office_day(days[0]), "to",
                              assay_office_day(days[1]), "forged", assay_audit_forged(count),
                              "alerts", (json_int_t)alerts);
    if (point != NULL) {
        assay_audit_set_figures(point, ground, count);
    }
    return point;
}

/* Ascending, without gaps. */
static json_t *points_json(const struct assay_audit_view *view, const struct assay_rollup *groups,
                           const struct assay_rollup *alerts, int32_t step)
{
    static const uint64_t none[ASSAY_ROLLUP_COUNT];
    const struct assay_audit_filter *filter = &view->filter;
    json_t *points = json_array();
    if (groups->count == 0) {
        return points;
    }
    int32_t first = filter->from_day != ASSAY_DAY_NONE ? filter->from_day : groups->rows[0].key.day;
    int32_t last =
        filter->to_day != ASSAY_DAY_NONE ? filter->to_day : groups->rows[groups->count - 1].key.day;
    first = step == 7 ? assay_rollup_monday(first) : first;
    size_t at = 0;
    for (int32_t day = first; day <= last && json_array_size(points) < SERIES_POINTS_MAX;
         day += step) {
        while (at < groups->count && groups->rows[at].key.day < day) {
            at++;
        }
        bool there = at < groups->count && groups->rows[at].key.day == day;
        const struct assay_rollup_key key = {.kind = ASSAY_ROLLUP_DAY, .day = day};
        const int32_t days[2] = {day, day + step - 1};
        json_array_append_new(points,
                              point_json(&view->ground, days, there ? groups->rows[at].count : none,
                                         assay_audit_alerts_of(alerts, &key)));
    }
    return points;
}

enum assay_error assay_office_audit_series(const struct assay_office_call *call, json_t **result)
{
    char bucket[8] = "week";
    const struct assay_json_field extra[] = {ASSAY_JSON_TEXT_ROW("bucket", false, bucket)};
    struct assay_audit_view view;
    struct assay_rollup groups;
    struct assay_rollup alerts;
    enum assay_error error = assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &view);
    if (error != ASSAY_OK) {
        return error;
    }
    bool by_day = strcmp(bucket, "day") == 0;
    assay_rollup_init(&groups, NULL, 0);
    if (!by_day && strcmp(bucket, "week") != 0) {
        return assay_audit_view_give_up(
            &view, &groups, assay_fail(call->reason, ASSAY_E_FIELD, "bucket: week or day"));
    }
    unsigned cut = by_day ? ASSAY_AUDIT_BY_DAY : ASSAY_AUDIT_BY_WEEK;
    error = assay_audit_view_sum(&view, cut, &groups);
    if (error != ASSAY_OK) {
        return assay_audit_view_give_up(&view, &groups, error);
    }
    int32_t span =
        groups.count == 0 ? 0 : groups.rows[groups.count - 1].key.day - groups.rows[0].key.day;
    if (by_day && span >= SERIES_DAYS_MAX) {
        return assay_audit_view_give_up(
            &view, &groups,
            assay_fail(call->reason, ASSAY_E_FIELD,
                       "bucket: day is for at most %d days; narrow from and to", SERIES_DAYS_MAX));
    }
    error = assay_audit_count_alerts(&view, cut, &alerts);
    json_t *points = points_json(&view, &groups, &alerts, by_day ? 1 : 7);
    assay_rollup_deinit(&alerts);
    if (error != ASSAY_OK) {
        json_decref(points);
        return assay_audit_view_give_up(&view, &groups, error);
    }
    json_t *body = json_pack("{s:s, s:o}", "bucket", bucket, "points", points);
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(&view, body, result);
}

enum assay_error assay_office_audit_regions(const struct assay_office_call *call, json_t **result)
{
    char by[8] = "";
    const struct assay_json_field extra[] = {ASSAY_JSON_TEXT_ROW("by", false, by)};
    struct assay_audit_view view;
    struct assay_rollup groups;
    struct assay_rollup alerts;
    enum assay_error error = assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &view);
    if (error != ASSAY_OK) {
        return error;
    }
    bool asked = view.filter.country[0] != '\0' || view.filter.region[0] != '\0';
    bool regions = by[0] == '\0' ? asked : strcmp(by, "region") == 0;
    assay_rollup_init(&groups, NULL, 0);
    if (by[0] != '\0' && !regions && strcmp(by, "country") != 0) {
        return assay_audit_view_give_up(
            &view, &groups, assay_fail(call->reason, ASSAY_E_FIELD, "by: country or region"));
    }
    unsigned cut =
        regions ? ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION : ASSAY_AUDIT_BY_COUNTRY;
    error = assay_audit_view_sum(&view, cut, &groups);
    enum assay_error counted = assay_audit_count_alerts(&view, cut, &alerts);
    error = error != ASSAY_OK ? error : counted;
    if (error != ASSAY_OK) {
        assay_rollup_deinit(&alerts);
        return assay_audit_view_give_up(&view, &groups, error);
    }
    assay_audit_rank(&groups);
    json_t *rows = json_array();
    for (size_t i = 0; i < groups.count && i < ROWS_MAX; i++) {
        const struct assay_rollup_row *row = &groups.rows[i];
        json_t *shown = json_pack("{s:o, s:o, s:I}", "place",
                                  assay_audit_place(row->key.country, row->key.region), "forged",
                                  assay_audit_forged(row->count), "alerts",
                                  (json_int_t)assay_audit_alerts_of(&alerts, &row->key));
        assay_audit_set_figures(shown, &view.ground, row->count);
        json_array_append_new(rows, shown);
    }
    assay_rollup_deinit(&alerts);
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(
        &view, json_pack("{s:s, s:o}", "by", regions ? "region" : "country", "rows", rows), result);
}
