// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_cache.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Open files; a segment's slot is its number modulo this. 128 segments of 64 MiB are 8 GiB of
 * ledger without a file being opened twice. */
#define SLOTS 128

struct slot {
    pthread_rwlock_t lock;
    uint64_t number;
    int fd; /* -1 = empty */
};

struct assay_segment_cache {
    const struct assay_segment_folder *folder;
    struct slot slots[SLOTS];
};

enum assay_error assay_segment_cache_create(const struct assay_segment_folder *folder,
                                            struct assay_segment_cache **cache)
{
    struct assay_segment_cache *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return ASSAY_E_MEMORY;
    }
    value->folder = folder;
    for (size_t i = 0; i < SLOTS; i++) {
        pthread_rwlock_init(&value->slots[i].lock, NULL);
        value->slots[i].fd = -1;
    }
    *cache = value;
    return ASSAY_OK;
}

void assay_segment_cache_destroy(struct assay_segment_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < SLOTS; i++) {
        if (cache->slots[i].fd >= 0) {
            close(cache->slots[i].fd);
        }
        pthread_rwlock_destroy(&cache->slots[i].lock);
    }
    free(cache);
}

static enum assay_error fill_slot(const struct assay_segment_folder *folder, struct slot *slot,
                                  uint64_t number)
{
    if (slot->fd >= 0 && slot->number == number) {
        return ASSAY_OK; /* another thread was first */
    }
    int fd = -1;
    enum assay_error error = assay_segment_open(folder, number, O_RDONLY, &fd, NULL);
    if (error != ASSAY_OK) {
        return error == ASSAY_E_IO ? ASSAY_E_IO : ASSAY_E_CORRUPT;
    }
    if (slot->fd >= 0) {
        close(slot->fd);
    }
    slot->fd = fd;
    slot->number = number;
    return ASSAY_OK;
}

/* The slot, locked for reading, with this segment in it. */
static enum assay_error hold(struct assay_segment_cache *cache, uint64_t number, struct slot *slot)
{
    pthread_rwlock_rdlock(&slot->lock);
    while (slot->fd < 0 || slot->number != number) {
        pthread_rwlock_unlock(&slot->lock);
        pthread_rwlock_wrlock(&slot->lock);
        enum assay_error error = fill_slot(cache->folder, slot, number);
        pthread_rwlock_unlock(&slot->lock);
        if (error != ASSAY_OK) {
            return error;
        }
        pthread_rwlock_rdlock(&slot->lock);
    }
    return ASSAY_OK;
}

enum assay_error assay_segment_cache_read(struct assay_segment_cache *cache, uint64_t position,
                                          void *data, size_t len_bytes, size_t *got)
{
    uint64_t number = position / cache->folder->segment_bytes;
    uint64_t offset = position % cache->folder->segment_bytes;
    struct slot *slot = &cache->slots[number % SLOTS];
    enum assay_error error = hold(cache, number, slot);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_ledger_io_read(slot->fd, data, len_bytes, offset, got);
    pthread_rwlock_unlock(&slot->lock);
    return error;
}
