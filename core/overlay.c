// SPDX-License-Identifier: Apache-2.0
#include "core/overlay.h"

#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE 64

/* The index has two to four slots of 4 bytes an entry. */
_Static_assert(sizeof(struct assay_overlay_entry) + 16 <= ASSAY_OVERLAY_ITEM_BYTES_MAX,
               "documented memory of a changed item");

/* Fibonacci hashing: handles are random, but the indexes of one batch run on. */
static uint32_t home_of(const struct assay_overlay *overlay, uint64_t key)
{
    return (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 32) & overlay->index_mask;
}

static void *reserve(size_t len_bytes)
{
    void *memory =
        mmap(NULL, len_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static size_t index_bytes(const struct assay_overlay *overlay)
{
    return ((size_t)overlay->index_mask + 1) * sizeof *overlay->index;
}

static size_t entry_bytes(const struct assay_overlay *overlay)
{
    return (size_t)overlay->room * sizeof *overlay->entries;
}

enum assay_error assay_overlay_init(struct assay_overlay *overlay, uint32_t room)
{
    assay_assert(room > 0);
    assay_assert(room <= 1u << 30);
    uint32_t slots = 2;
    while (slots < room * 2) {
        slots *= 2;
    }
    struct assay_overlay value = {.index_mask = slots - 1, .room = room};
    value.entries = reserve(entry_bytes(&value));
    value.index = reserve(index_bytes(&value));
    if (value.entries == NULL || value.index == NULL) {
        assay_overlay_deinit(&value);
        return ASSAY_E_MEMORY;
    }
    *overlay = value;
    return ASSAY_OK;
}

void assay_overlay_deinit(struct assay_overlay *overlay)
{
    if (overlay->entries != NULL) {
        munmap(overlay->entries, entry_bytes(overlay));
    }
    if (overlay->index != NULL) {
        munmap(overlay->index, index_bytes(overlay));
    }
    *overlay = (struct assay_overlay){0};
}

/* Slot of the key, or the free slot where it belongs. */
static uint32_t *slot_of(struct assay_overlay *overlay, uint64_t key)
{
    uint32_t at = home_of(overlay, key);
    while (overlay->index[at] != 0 && overlay->entries[overlay->index[at] - 1].key != key) {
        at = (at + 1) & overlay->index_mask;
    }
    return &overlay->index[at];
}

struct assay_item *assay_overlay_find(struct assay_overlay *overlay, uint64_t key)
{
    uint32_t number = *slot_of(overlay, key);
    return number == 0 ? NULL : &overlay->entries[number - 1].item;
}

struct assay_item *assay_overlay_add(struct assay_overlay *overlay, uint64_t key,
                                     const struct assay_item *item)
{
    if (overlay->count == overlay->room) {
        return NULL;
    }
    uint32_t *slot = slot_of(overlay, key);
    assay_assert(*slot == 0);
    struct assay_overlay_entry *entry = &overlay->entries[overlay->count];
    entry->key = key;
    entry->item = *item;
    overlay->count++;
    *slot = overlay->count;
    return &entry->item;
}

void assay_overlay_prefetch(const struct assay_overlay *overlay, uint64_t key, bool again)
{
    const uint32_t *slot = &overlay->index[home_of(overlay, key)];
    if (!again) {
        __builtin_prefetch(slot);
    } else if (*slot != 0) {
        const char *entry = (const char *)&overlay->entries[*slot - 1];
        for (size_t at = 0; at < sizeof *overlay->entries; at += CACHE_LINE) {
            __builtin_prefetch(entry + at, 1);
        }
    }
}

void assay_overlay_clear(struct assay_overlay *overlay)
{
    /* Pages that a large overlay touched are kept: the next one will want them again. */
    memset(overlay->index, 0, index_bytes(overlay));
    overlay->count = 0;
}
