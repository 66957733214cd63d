// SPDX-License-Identifier: Apache-2.0
/* audit.series and audit.regions (docs/AUDIT-API.md). */
#include <string.h>

#include "core/office_audit.h"

#define ROWS_MAX 1000
#define SERIES_DAYS_MAX 400
#define SERIES_POINTS_MAX 2000

/* -- series -- */

static json_t *point_json(int32_t day, int32_t step, const uint64_t *count)
{
    json_t *point =
        json_pack("{s:o, s:o, s:o}", "from", assay_office_day(day), "to",
                  assay_office_day(day + step - 1), "forged", assay_audit_forged(count));
    if (point != NULL) {
        assay_audit_set_figures(point, count);
    }
    return point;
}

/* Ascending, without gaps. */
static json_t *points_json(const struct assay_audit_filter *filter,
                           const struct assay_rollup *groups, int32_t step)
{
    static const uint64_t none[ASSAY_ROLLUP_COUNT];
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
        json_array_append_new(points, point_json(day, step, there ? groups->rows[at].count : none));
    }
    return points;
}

enum assay_error assay_office_audit_series(const struct assay_office_call *call, json_t **result)
{
    char bucket[8] = "week";
    const struct assay_json_field extra[] = {ASSAY_JSON_TEXT_ROW("bucket", false, bucket)};
    struct assay_audit_view view;
    struct assay_rollup groups;
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
    error = assay_audit_view_sum(&view, by_day ? ASSAY_AUDIT_BY_DAY : ASSAY_AUDIT_BY_WEEK, &groups);
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
    json_t *body = json_pack("{s:s, s:o}", "bucket", bucket, "points",
                             points_json(&view.filter, &groups, by_day ? 1 : 7));
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(&view, body, result);
}

enum assay_error assay_office_audit_regions(const struct assay_office_call *call, json_t **result)
{
    char by[8] = "";
    const struct assay_json_field extra[] = {ASSAY_JSON_TEXT_ROW("by", false, by)};
    struct assay_audit_view view;
    struct assay_rollup groups;
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
    error = assay_audit_view_sum(
        &view, regions ? ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION : ASSAY_AUDIT_BY_COUNTRY,
        &groups);
    if (error != ASSAY_OK) {
        return assay_audit_view_give_up(&view, &groups, error);
    }
    assay_audit_rank(&groups);
    json_t *rows = json_array();
    for (size_t i = 0; i < groups.count && i < ROWS_MAX; i++) {
        const struct assay_rollup_row *row = &groups.rows[i];
        json_t *shown =
            json_pack("{s:o, s:o}", "place", assay_audit_place(row->key.country, row->key.region),
                      "forged", assay_audit_forged(row->count));
        assay_audit_set_figures(shown, row->count);
        json_array_append_new(rows, shown);
    }
    assay_rollup_deinit(&groups);
    return assay_audit_view_give(
        &view, json_pack("{s:s, s:o}", "by", regions ? "region" : "country", "rows", rows), result);
}
