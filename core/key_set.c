// SPDX-License-Identifier: Apache-2.0
#include "core/key_set.h"

#include <stdlib.h>

#define SLOTS_FIRST 1024 /* a power of two */

static uint64_t *slot_of(uint64_t *slots, uint64_t mask, uint64_t key)
{
    uint64_t at = (key * 0x9E3779B97F4A7C15ull >> 20) & mask;
    while (slots[at] != 0 && slots[at] != key) {
        at = (at + 1) & mask;
    }
    return &slots[at];
}

static enum assay_error grow(struct assay_key_set *set)
{
    uint64_t slots = set->slots == NULL ? SLOTS_FIRST : 2 * (set->mask + 1);
    uint64_t *wider = calloc(slots, sizeof *wider);
    if (wider == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (uint64_t i = 0; set->slots != NULL && i <= set->mask; i++) {
        if (set->slots[i] != 0) {
            *slot_of(wider, slots - 1, set->slots[i]) = set->slots[i];
        }
    }
    free(set->slots);
    set->slots = wider;
    set->mask = slots - 1;
    return ASSAY_OK;
}

enum assay_error assay_key_set_add(struct assay_key_set *set, uint64_t key, bool *added)
{
    assay_assert(key != 0);
    if (set->slots == NULL || 2 * (set->count + 1) > set->mask) {
        enum assay_error error = grow(set);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    uint64_t *slot = slot_of(set->slots, set->mask, key);
    *added = *slot == 0;
    set->count += *slot == 0;
    *slot = key;
    return ASSAY_OK;
}

bool assay_key_set_has(const struct assay_key_set *set, uint64_t key)
{
    return set->slots != NULL && *slot_of(set->slots, set->mask, key) == key;
}

void assay_key_set_deinit(struct assay_key_set *set)
{
    free(set->slots);
    *set = (struct assay_key_set){0};
}
