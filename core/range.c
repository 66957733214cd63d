// SPDX-License-Identifier: Apache-2.0
#include "core/range.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"

/* The first range whose end is not below `item`: binary search. */
static uint32_t lower_bound(const struct assay_range_set *set, uint64_t item)
{
    uint32_t low = 0;
    uint32_t high = set->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set->ranges[middle].last < item) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint64_t assay_range_set_total(const struct assay_range_set *set)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        total += (uint64_t)set->ranges[i].last - set->ranges[i].first + 1;
    }
    return total;
}

bool assay_range_set_has(const struct assay_range_set *set, uint32_t index)
{
    uint32_t at = lower_bound(set, index);
    return at < set->count && set->ranges[at].first <= index;
}

static enum assay_error make_room(struct assay_range_set *set)
{
    if (set->count < set->room) {
        return ASSAY_OK;
    }
    if (set->count >= ASSAY_BATCH_RANGES_MAX) {
        return ASSAY_E_FULL;
    }
    uint32_t room = set->room == 0 ? 4 : set->room * 2;
    struct assay_range *ranges = realloc(set->ranges, room * sizeof *ranges);
    if (ranges == NULL) {
        return ASSAY_E_MEMORY;
    }
    set->ranges = ranges;
    set->room = room;
    return ASSAY_OK;
}

/* Replace ranges from..to-1 by one. */
static void put_range(struct assay_range_set *set, uint32_t from, uint32_t to,
                      struct assay_range range)
{
    memmove(set->ranges + from + 1, set->ranges + to, (set->count - to) * sizeof range);
    set->ranges[from] = range;
    set->count = set->count - (to - from) + 1;
}

enum assay_error assay_range_set_add(struct assay_range_set *set, struct assay_range range)
{
    assay_assert(range.first <= range.last);
    /* Neighbours that touch are merged: look one item further on both sides. */
    uint32_t from = lower_bound(set, range.first == 0 ? 0 : range.first - 1);
    uint32_t to = from;
    while (to < set->count && set->ranges[to].first <= (uint64_t)range.last + 1) {
        to++;
    }
    if (from == to) {
        enum assay_error error = make_room(set);
        if (error != ASSAY_OK) {
            return error;
        }
    } else {
        struct assay_range first = set->ranges[from];
        struct assay_range last = set->ranges[to - 1];
        range.first = first.first < range.first ? first.first : range.first;
        range.last = last.last > range.last ? last.last : range.last;
    }
    put_range(set, from, to, range);
    return ASSAY_OK;
}

bool assay_range_set_has_whole(const struct assay_range_set *set, struct assay_range range)
{
    uint32_t at = lower_bound(set, range.last);
    return at < set->count && set->ranges[at].first <= range.first;
}

uint64_t assay_range_set_common(const struct assay_range_set *a, const struct assay_range_set *b)
{
    uint64_t total = 0;
    uint32_t i = 0;
    uint32_t j = 0;
    while (i < a->count && j < b->count) {
        struct assay_range x = a->ranges[i];
        struct assay_range y = b->ranges[j];
        uint32_t first = x.first > y.first ? x.first : y.first;
        uint32_t last = x.last < y.last ? x.last : y.last;
        total += first <= last ? (uint64_t)last - first + 1 : 0;
        if (x.last < y.last) {
            i++;
        } else {
            j++;
        }
    }
    return total;
}

/* Cut a range out of the one range at `at` that holds its first item; */
static enum assay_error cut(struct assay_range_set *set, uint32_t at, struct assay_range range)
{
    struct assay_range whole = set->ranges[at];
    bool left = whole.first < range.first;
    bool right = whole.last > range.last;
    if (left && right) {
        enum assay_error error = make_room(set);
        if (error != ASSAY_OK) {
            return error;
        }
        memmove(set->ranges + at + 1, set->ranges + at, (set->count - at) * sizeof whole);
        set->count++;
        set->ranges[at].last = range.first - 1;
        set->ranges[at + 1].first = range.last + 1;
    } else if (left) {
        set->ranges[at].last = range.first - 1;
    } else if (right) {
        set->ranges[at].first = range.last + 1;
    } else {
        set->count--;
        memmove(set->ranges + at, set->ranges + at + 1, (set->count - at) * sizeof whole);
    }
    return ASSAY_OK;
}

enum assay_error assay_range_set_remove(struct assay_range_set *set, struct assay_range range)
{
    assay_assert(range.first <= range.last);
    for (uint32_t at = lower_bound(set, range.first);
         at < set->count && set->ranges[at].first <= range.last;
         at = lower_bound(set, range.first)) {
        /* Only the first cut of a range inside one of the set's can fail, and it is the only one. */
        enum assay_error error = cut(set, at, range);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

bool assay_range_set_meets(const struct assay_range_set *set, struct assay_range range,
                           struct assay_range *common)
{
    uint32_t at = lower_bound(set, range.first);
    if (at == set->count || set->ranges[at].first > range.last) {
        return false;
    }
    struct assay_range found = set->ranges[at];
    common->first = found.first > range.first ? found.first : range.first;
    common->last = found.last < range.last ? found.last : range.last;
    return true;
}

enum assay_error assay_range_set_copy(struct assay_range_set *copy,
                                      const struct assay_range_set *set)
{
    struct assay_range_set made = {0};
    if (set->count > 0) {
        made.ranges = malloc(set->count * sizeof *made.ranges);
        if (made.ranges == NULL) {
            return ASSAY_E_MEMORY;
        }
        memcpy(made.ranges, set->ranges, set->count * sizeof *made.ranges);
        made.count = made.room = set->count;
    }
    *copy = made;
    return ASSAY_OK;
}
