// SPDX-License-Identifier: Apache-2.0
#include "core/audit_flow.h"

#include <stdlib.h>

#define SEASON_DAYS_MIN 7

struct span {
    int32_t first, last; /* days; first > last: none */
    uint32_t longest;    /* scans of one code */
};

static bool is_kept(const struct assay_audit_scan *scan)
{
    return (scan->flags & ASSAY_AUDIT_SCAN_KEPT) != 0;
}

static struct span span_of(const struct assay_audit_codes *codes)
{
    struct span span = {INT32_MAX, INT32_MIN, 0};
    for (size_t i = 0; i < codes->scan_count; i++) {
        const struct assay_audit_scan *scan = &codes->scans[i];
        if (is_kept(scan)) {
            span.first = scan->day < span.first ? scan->day : span.first;
            span.last = scan->day > span.last ? scan->day : span.last;
        }
    }
    for (uint32_t i = 0; i < codes->code_count; i++) {
        uint32_t count = codes->first[i + 1] - codes->first[i];
        span.longest = count > span.longest ? count : span.longest;
    }
    return span;
}

/* Seasons as short as may be, such that they cover the span and one begins on the border. */
static void lay_out(struct assay_audit_flow *flow, const struct span *span, int32_t border_day)
{
    int64_t days = (int64_t)span->last - span->first + 1;
    int64_t season = days / (ASSAY_ESTIMATE_SEASONS - 1) + 1;
    season = season < SEASON_DAYS_MIN ? SEASON_DAYS_MIN : season;
    int64_t before = ((int64_t)border_day - span->first) % season;
    before = before < 0 ? before + season : before;
    flow->season_days = (int32_t)season;
    flow->origin_day = (int32_t)(span->first - (before == 0 ? 0 : season - before));
}

/* Room for one code as the estimators take it. */
struct room {
    struct assay_estimate_scan *scans;
    uint8_t *seasons;
};

static void count_code(const struct assay_audit_scan *scans, uint32_t count,
                       const struct assay_estimate_mixture *mixture, const struct room *room,
                       struct assay_audit_flow *flow)
{
    for (uint32_t i = 0; i < count; i++) {
        bool first = (scans[i].flags & ASSAY_AUDIT_SCAN_FIRST) != 0;
        bool burst = (scans[i].flags & ASSAY_AUDIT_SCAN_BURST) != 0;
        int64_t season = ((int64_t)scans[i].day - flow->origin_day) / flow->season_days;
        assay_assert(season >= 0);
        assay_assert(season < ASSAY_ESTIMATE_SEASONS);
        room->seasons[i] = (uint8_t)season;
        room->scans[i] = (struct assay_estimate_scan){
            .llr = scans[i].llr,
            .flags =
                (uint8_t)((first ? ASSAY_ESTIMATE_FIRST : 0) | (burst ? ASSAY_ESTIMATE_BURST : 0)),
        };
    }
    const struct assay_estimate_code code = {scans[0].group, count, room->scans};
    assay_estimate_flow_add(&flow->flow, mixture, &code, room->seasons);
}

enum assay_error assay_audit_flow_count(const struct assay_audit_codes *codes,
                                        const struct assay_estimate_mixture *mixture,
                                        int32_t border_day, struct assay_audit_flow *flow)
{
    struct span span = span_of(codes);
    *flow = (struct assay_audit_flow){.season_days = SEASON_DAYS_MIN};
    if (span.first > span.last) {
        return ASSAY_OK;
    }
    lay_out(flow, &span, border_day);
    struct room room = {calloc((size_t)span.longest + 1, sizeof *room.scans),
                        calloc((size_t)span.longest + 1, sizeof *room.seasons)};
    if (room.scans == NULL || room.seasons == NULL) {
        free(room.scans);
        free(room.seasons);
        return ASSAY_E_MEMORY;
    }
    for (uint32_t i = 0; i < codes->code_count; i++) {
        uint32_t first = codes->first[i];
        uint32_t count = codes->first[i + 1] - first;
        if (count > 0 && is_kept(&codes->scans[first])) {
            count_code(&codes->scans[first], count, mixture, &room, flow);
        }
    }
    free(room.scans);
    free(room.seasons);
    return ASSAY_OK;
}

bool assay_audit_flow_period(const struct assay_audit_flow *flow,
                             const struct assay_estimate_e2 *whole,
                             const struct assay_audit_days *days,
                             struct assay_estimate_period *period)
{
    struct assay_estimate_part part = {.first = ASSAY_ESTIMATE_SEASONS, .firsts = days->firsts};
    for (unsigned season = 0; season < ASSAY_ESTIMATE_SEASONS; season++) {
        int64_t middle =
            flow->origin_day + (int64_t)season * flow->season_days + flow->season_days / 2;
        if (middle >= days->from && middle <= days->to) {
            part.first = season < part.first ? season : part.first;
            part.end = season + 1;
        }
    }
    if (part.first >= part.end) {
        return false;
    }
    struct assay_estimate_period found;
    assay_estimate_flow_period(&flow->flow, whole, &part, &found);
    if (found.items <= 0.0) {
        return false;
    }
    *period = found;
    return true;
}
