// SPDX-License-Identifier: Apache-2.0
/* Sums of the roll-ups' rows for a view: of the coarsest rows that tell what filter and cut ask for. A
 * period is whole weeks where rows by week will do, with the days before and behind them. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_audit.h"

struct summing {
    const struct assay_audit_view *view;
    unsigned by;
    struct assay_rollup *groups;
    struct assay_rollup_wanted wanted;
    uint32_t *handles; /* what wanted borrows, and the next */
    char country[3];
    bool nothing; /* is wanted: no row has the region */
};

static enum assay_error sum_row(void *context, const struct assay_rollup_row *row)
{
    struct summing *summing = context;
    struct assay_rollup_key key = row->key;
    bool dated = (summing->by & (ASSAY_AUDIT_BY_DAY | ASSAY_AUDIT_BY_WEEK)) != 0;
    key.kind = ASSAY_ROLLUP_DAY;
    key.day = !dated                                     ? 0
              : (summing->by & ASSAY_AUDIT_BY_WEEK) != 0 ? assay_rollup_monday(key.day)
                                                         : key.day;
    key.handle = (summing->by & ASSAY_AUDIT_BY_BATCH) != 0 ? key.handle : 0;
    if ((summing->by & (ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION)) == 0) {
        memset(key.country, 0, sizeof key.country);
    }
    if ((summing->by & ASSAY_AUDIT_BY_REGION) == 0) {
        memset(key.region, 0, sizeof key.region);
    }
    return assay_rollup_merge(summing->groups, &key, row->count);
}

/* -- which rows -- */

static int compare_handles(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The kept batches, rising. */
static enum assay_error want_batches(struct summing *summing)
{
    const struct assay_audit_view *view = summing->view;
    struct assay_store *store = view->call->office->store;
    const struct assay_batch_facts *facts;
    size_t room = 0;
    size_t count = 0;
    while (assay_store_batch_at(store, (uint32_t)room) != NULL) {
        room++;
    }
    summing->handles = calloc(room + 1, sizeof *summing->handles);
    if (summing->handles == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (size_t i = 0; i < room && (facts = assay_store_batch_at(store, (uint32_t)i)) != NULL;
         i++) {
        summing->handles[count] = facts->handle;
        count += assay_audit_view_keeps_batch(view, facts->handle);
    }
    qsort(summing->handles, count, sizeof *summing->handles, compare_handles);
    summing->wanted.handles = summing->handles;
    summing->wanted.handle_count = count;
    return ASSAY_OK;
}

/* Countries in which a region was met: rows are sought by country first. */
struct homes {
    char country[3];
    bool met;
    bool several;
};

static enum assay_error meet(void *context, const struct assay_rollup_row *row)
{
    struct homes *homes = context;
    homes->several |= homes->met && strcmp(homes->country, row->key.country) != 0;
    homes->met = true;
    memcpy(homes->country, row->key.country, sizeof homes->country);
    return ASSAY_OK;
}

static enum assay_error want_region(struct summing *summing)
{
    struct homes homes = {.met = false};
    const struct assay_rollup_walk rows = {
        .kind = ASSAY_ROLLUP_WEEK_REGION,
        .from_day = INT32_MIN,
        .to_day = INT32_MAX,
        .wanted = {.region = summing->view->filter.region},
        .visit = meet,
        .context = &homes,
    };
    enum assay_error error = assay_store_each_rollup(summing->view->call->office->session, &rows);
    summing->wanted.region = rows.wanted.region;
    summing->nothing = !homes.met;
    if (summing->wanted.country == NULL && homes.met && !homes.several) {
        memcpy(summing->country, homes.country, sizeof summing->country);
        summing->wanted.country = summing->country;
    }
    return error;
}

static enum assay_error want(struct summing *summing)
{
    const struct assay_audit_filter *filter = &summing->view->filter;
    if (filter->country[0] != '\0') {
        summing->wanted.country = strcmp(filter->country, "--") == 0 ? "" : filter->country;
    }
    enum assay_error error = filter->region[0] != '\0' ? want_region(summing) : ASSAY_OK;
    if (error != ASSAY_OK) {
        return error;
    }
    return filter->handle == 0 && filter->sku[0] == '\0' ? ASSAY_OK : want_batches(summing);
}

/* -- which kinds, over which days -- */

struct kinds {
    enum assay_rollup_kind day;
    enum assay_rollup_kind week;
};

static struct kinds kinds_of(const struct summing *summing)
{
    const struct assay_audit_filter *filter = &summing->view->filter;
    bool batches = (summing->by & ASSAY_AUDIT_BY_BATCH) != 0 || summing->handles != NULL;
    bool countries = (summing->by & ASSAY_AUDIT_BY_COUNTRY) != 0 || filter->country[0] != '\0';
    if (!batches) {
        return (struct kinds){ASSAY_ROLLUP_DAY_COUNTRY, ASSAY_ROLLUP_WEEK_REGION};
    }
    return countries ? (struct kinds){ASSAY_ROLLUP_DAY, ASSAY_ROLLUP_WEEK_COUNTRY}
                     : (struct kinds){ASSAY_ROLLUP_DAY_BATCH, ASSAY_ROLLUP_WEEK_BATCH};
}

static enum assay_error walk(struct summing *summing, enum assay_rollup_kind kind, int32_t from_day,
                             int32_t to_day)
{
    const struct assay_rollup_walk rows = {
        .kind = kind,
        .from_day = from_day,
        .to_day = to_day,
        .wanted = summing->wanted,
        .visit = sum_row,
        .context = summing,
    };
    return from_day > to_day ? ASSAY_OK
                             : assay_store_each_rollup(summing->view->call->office->session, &rows);
}

/* Mondays of the first and last week that lie wholly in a period. */
static int32_t first_monday(int32_t from_day)
{
    return from_day == INT32_MIN ? INT32_MIN : assay_rollup_monday(from_day + 6);
}

static int32_t last_monday(int32_t to_day)
{
    return to_day == INT32_MAX ? INT32_MAX : assay_rollup_monday(to_day + 1) - 7;
}

static enum assay_error walk_period(struct summing *summing, int32_t from_day, int32_t to_day)
{
    struct kinds kinds = kinds_of(summing);
    bool regions = (summing->by & ASSAY_AUDIT_BY_REGION) != 0 || summing->wanted.region != NULL;
    if (regions) {
        bool batches = (summing->by & ASSAY_AUDIT_BY_BATCH) != 0 || summing->handles != NULL;
        return walk(summing, batches ? ASSAY_ROLLUP_WEEK : ASSAY_ROLLUP_WEEK_REGION, from_day,
                    to_day);
    }
    int32_t first = first_monday(from_day);
    int32_t last = last_monday(to_day);
    if ((summing->by & ASSAY_AUDIT_BY_DAY) != 0 || first > last) {
        return walk(summing, kinds.day, from_day, to_day);
    }
    enum assay_error error =
        from_day == INT32_MIN ? ASSAY_OK : walk(summing, kinds.day, from_day, first - 1);
    error = error != ASSAY_OK ? error : walk(summing, kinds.week, first, last);
    return error != ASSAY_OK || to_day == INT32_MAX ? error
                                                    : walk(summing, kinds.day, last + 7, to_day);
}

enum assay_error assay_audit_view_sum_days(const struct assay_audit_view *view, int32_t from_day,
                                           int32_t to_day, unsigned by, struct assay_rollup *groups)
{
    struct summing summing = {.view = view, .by = by, .groups = groups};
    assay_rollup_init(groups, NULL, 0);
    enum assay_error error = want(&summing);
    if (error == ASSAY_OK && !summing.nothing) {
        error = walk_period(&summing, from_day == ASSAY_DAY_NONE ? INT32_MIN : from_day,
                            to_day == ASSAY_DAY_NONE ? INT32_MAX : to_day);
    }
    free(summing.handles);
    if (error != ASSAY_OK) {
        return assay_fail(view->call->reason, error, NULL);
    }
    assay_rollup_sort(groups);
    return ASSAY_OK;
}

enum assay_error assay_audit_view_sum(const struct assay_audit_view *view, unsigned by,
                                      struct assay_rollup *groups)
{
    return assay_audit_view_sum_days(view, view->filter.from_day, view->filter.to_day, by, groups);
}
