// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate_known.h"

#include <stdlib.h>

enum assay_error assay_calibrate_know(struct assay_calibrate_known *known, uint64_t item,
                                      enum assay_calibrate_source source)
{
    if (known->count == known->capacity) {
        size_t capacity = known->capacity == 0 ? 256 : 2 * known->capacity;
        struct assay_calibrate_item *items = realloc(known->items, capacity * sizeof *items);
        if (items == NULL) {
            return ASSAY_E_MEMORY;
        }
        known->items = items;
        known->capacity = capacity;
    }
    known->items[known->count++] = (struct assay_calibrate_item){.item = item, .source = source};
    return ASSAY_OK;
}

/* Of one item what counts comes first. */
static int compare(const void *left, const void *right)
{
    const struct assay_calibrate_item *a = left;
    const struct assay_calibrate_item *b = right;
    return a->item != b->item ? (a->item > b->item) - (a->item < b->item)
                              : (a->source > b->source) - (a->source < b->source);
}

void assay_calibrate_known_finish(struct assay_calibrate_known *known)
{
    size_t kept = 0;
    if (known->count > 0) {
        qsort(known->items, known->count, sizeof *known->items, compare);
    }
    for (size_t i = 0; i < known->count; i++) {
        if (kept == 0 || known->items[i].item != known->items[kept - 1].item) {
            known->items[kept++] = known->items[i];
            known->of[known->items[i].source]++;
        }
    }
    known->count = kept;
}

struct assay_calibrate_item *assay_calibrate_known_find(const struct assay_calibrate_known *known,
                                                        uint64_t item)
{
    size_t low = 0;
    size_t high = known->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (known->items[middle].item < item) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < known->count && known->items[low].item == item ? &known->items[low] : NULL;
}

void assay_calibrate_known_deinit(struct assay_calibrate_known *known)
{
    free(known->items);
    *known = (struct assay_calibrate_known){0};
}
