// SPDX-License-Identifier: Apache-2.0
/* audit.alerts, and how many alerts the rows of other views have (docs/AUDIT-API.md). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_alert.h"

#define ALERTS_DEFAULT 100
#define ALERTS_MAX 500
#define ID_SIZE 24
#define COUNT ASSAY_ROLLUP_SCANS /* of the rows that hold numbers of alerts */

/* The day on which an alert was raised. */
static int32_t day_of(const struct assay_audit_view *view, const struct assay_catalog_alert *alert)
{
    int offset = assay_store_brand(view->call->office->store)->utc_offset_minutes;
    return assay_day_of(alert->value.at_unix_ms, offset);
}

bool assay_audit_keeps_alert(const struct assay_audit_view *view,
                             const struct assay_catalog_alert *alert)
{
    const struct assay_audit_filter *filter = &view->filter;
    const struct assay_alert_record *value = &alert->value;
    int32_t day = day_of(view, alert);
    return (filter->from_day == ASSAY_DAY_NONE || day >= filter->from_day) &&
           (filter->to_day == ASSAY_DAY_NONE || day <= filter->to_day) &&
           (filter->handle == 0 || filter->handle == assay_alert_handle(value)) &&
           (filter->sku[0] == '\0' ||
            strcmp(filter->sku, assay_alert_sku(view->call->office->store, value)) == 0) &&
           assay_audit_view_keeps_place(filter, value->country, value->region);
}

/* -- numbers for other views -- */

struct counting {
    const struct assay_audit_view *view;
    unsigned by;
    struct assay_rollup *groups;
    enum assay_error error;
};

static bool count_alert(void *context, const struct assay_catalog_alert *alert)
{
    struct counting *counting = context;
    const uint64_t one[ASSAY_ROLLUP_COUNT] = {[COUNT] = 1};
    unsigned by = counting->by;
    if (!assay_audit_keeps_alert(counting->view, alert)) {
        return true;
    }
    struct assay_rollup_key key = {.kind = ASSAY_ROLLUP_DAY};
    int32_t day = day_of(counting->view, alert);
    key.day = (by & ASSAY_AUDIT_BY_WEEK) != 0  ? assay_rollup_monday(day)
              : (by & ASSAY_AUDIT_BY_DAY) != 0 ? day
                                               : 0;
    key.handle = (by & ASSAY_AUDIT_BY_BATCH) != 0 ? assay_alert_handle(&alert->value) : 0;
    if ((by & (ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION)) != 0) {
        memcpy(key.country, alert->value.country, sizeof key.country);
    }
    if ((by & ASSAY_AUDIT_BY_REGION) != 0) {
        memcpy(key.region, alert->value.region, sizeof key.region);
    }
    counting->error = assay_rollup_merge(counting->groups, &key, one);
    return counting->error == ASSAY_OK;
}

enum assay_error assay_audit_count_alerts(const struct assay_audit_view *view, unsigned by,
                                          struct assay_rollup *groups)
{
    struct counting counting = {view, by, groups, ASSAY_OK};
    assay_rollup_init(groups, NULL, 0);
    assay_store_each_alert(view->call->office->store, 0, count_alert, &counting);
    if (counting.error != ASSAY_OK) {
        return assay_fail(view->call->reason, counting.error, NULL);
    }
    assay_rollup_sort(groups);
    return ASSAY_OK;
}

uint64_t assay_audit_alerts_of(const struct assay_rollup *groups,
                               const struct assay_rollup_key *key)
{
    const uint64_t *count = assay_rollup_find(groups, key);
    return count == NULL ? 0 : count[COUNT];
}

struct by_state {
    const struct assay_audit_view *view;
    uint64_t *count;
};

static bool count_state(void *context, const struct assay_catalog_alert *alert)
{
    struct by_state *states = context;
    states->count[assay_alert_state_now(alert)] += assay_audit_keeps_alert(states->view, alert);
    return true;
}

void assay_audit_alert_states(const struct assay_audit_view *view,
                              uint64_t count[ASSAY_ALERT_STATES])
{
    struct by_state states = {view, count};
    memset(count, 0, sizeof count[0] * ASSAY_ALERT_STATES);
    assay_store_each_alert(view->call->office->store, 0, count_state, &states);
}

json_t *assay_alert_counts_json(const uint64_t count[ASSAY_ALERT_STATES])
{
    return json_pack("{s:I, s:I, s:I}", "open", (json_int_t)count[ASSAY_ALERT_OPEN], "confirmed",
                     (json_int_t)count[ASSAY_ALERT_CONFIRMED], "dismissed",
                     (json_int_t)count[ASSAY_ALERT_DISMISSED]);
}

/* -- audit.alerts -- */

struct listing {
    struct assay_audit_view view;
    struct assay_alert_choice choice;
    uint64_t after; /* position; 0 = from the newest on */
    int64_t limit;
    uint64_t last; /* position of the last row */
    bool more;
    json_t *rows;
    uint64_t count[ASSAY_ALERT_STATES];
};

static bool list_alert(void *context, const struct assay_catalog_alert *alert)
{
    struct listing *listing = context;
    enum assay_alert_state state = assay_alert_state_now(alert);
    const struct assay_alert_choice *choice = &listing->choice;
    if ((choice->kind != 0 && choice->kind != alert->value.kind) ||
        !assay_audit_keeps_alert(&listing->view, alert)) {
        return true;
    }
    listing->count[state]++;
    if ((choice->state != ASSAY_ALERT_STATES && choice->state != state) ||
        (listing->after != 0 && alert->mark.position >= listing->after)) {
        return true;
    }
    if ((int64_t)json_array_size(listing->rows) == listing->limit) {
        listing->more = true;
        return true;
    }
    listing->last = alert->mark.position;
    return json_array_append_new(listing->rows, assay_alert_json(listing->view.call, alert)) == 0;
}

static enum assay_error read_after(const struct assay_office_call *call, const char *text,
                                   uint64_t *after)
{
    char *end = NULL;
    *after = text[0] >= '1' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    return text[0] == '\0' || (end != NULL && *end == '\0')
               ? ASSAY_OK
               : assay_fail(call->reason, ASSAY_E_FIELD, "after: the next of the page before");
}

static enum assay_error begin_listing(const struct assay_office_call *call, struct listing *listing)
{
    char state[12] = "";
    char kind[12] = "";
    char after[ID_SIZE] = "";
    const struct assay_json_field extra[] = {
        ASSAY_JSON_TEXT_ROW("state", false, state),
        ASSAY_JSON_TEXT_ROW("kind", false, kind),
        ASSAY_JSON_TEXT_ROW("after", false, after),
        ASSAY_JSON_WHOLE_ROW("limit", false, listing->limit, 1, ALERTS_MAX),
    };
    enum assay_error error =
        assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &listing->view);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_alert_choice_read(state, kind, &listing->choice, call->reason);
    error = error != ASSAY_OK ? error : read_after(call, after, &listing->after);
    if (error != ASSAY_OK) {
        assay_audit_view_end(&listing->view);
    }
    return error;
}

enum assay_error assay_office_audit_alerts(const struct assay_office_call *call, json_t **result)
{
    struct listing listing = {.limit = ALERTS_DEFAULT};
    enum assay_error error = begin_listing(call, &listing);
    if (error != ASSAY_OK) {
        return error;
    }
    listing.rows = json_array();
    assay_store_each_alert(call->office->store, 0, list_alert, &listing);
    char next[ID_SIZE];
    snprintf(next, sizeof next, "%" PRIu64, listing.last);
    json_t *body = json_pack("{s:o, s:o, s:o}", "rows", listing.rows, "next",
                             listing.more ? json_string(next) : json_null(), "counts",
                             assay_alert_counts_json(listing.count));
    return assay_audit_view_give(&listing.view, body, result);
}
