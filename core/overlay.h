// SPDX-License-Identifier: Apache-2.0
/* Items changed since the last checkpoint: a bounded hash table in memory.
 *
 * Invariants: `count` never passes `room`; the index is at most half full; entries lie dense in
 * the order of their first change; an entry's address stays until clear. Not locked: the store's
 * lock guards the active one, the frozen one is only read.
 */
#ifndef ASSAY_CORE_OVERLAY_H
#define ASSAY_CORE_OVERLAY_H

#include "core/item.h"

struct assay_overlay_entry {
    uint64_t key; /* assay_item_key_of */
    struct assay_item item;
};

struct assay_overlay {
    struct assay_overlay_entry *entries;
    uint32_t *index; /* entry number + 1; 0 = free */
    uint32_t index_mask;
    uint32_t count;
    uint32_t room;
};

/** Reserve room (address space now, memory as it is used). ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_overlay_init(struct assay_overlay *overlay, uint32_t room);
void assay_overlay_deinit(struct assay_overlay *overlay);

/** The item, or NULL. */
struct assay_item *assay_overlay_find(struct assay_overlay *overlay, uint64_t key);

/** Add a copy of an item that is not there yet; NULL if the overlay is full. */
struct assay_item *assay_overlay_add(struct assay_overlay *overlay, uint64_t key,
                                     const struct assay_item *item);

/** Have an item at hand soon: its place in the index, and when asked again the item. */
void assay_overlay_prefetch(const struct assay_overlay *overlay, uint64_t key, bool again);

/** Forget all entries. */
void assay_overlay_clear(struct assay_overlay *overlay);

#endif
