// SPDX-License-Identifier: Apache-2.0
/* Sessions, and where an item is found: active overlay, frozen overlay, state. */
#include <stdlib.h>

#include "core/store_private.h"

enum assay_error assay_store_session_open(struct assay_store *store,
                                          struct assay_store_session **session)
{
    struct assay_store_session *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return ASSAY_E_MEMORY;
    }
    opened->store = store;
    opened->buffer = malloc(ASSAY_STORE_GROUP_BYTES);
    opened->base = calloc(ASSAY_GROUP_SCANS_MAX, sizeof *opened->base);
    enum assay_error error = opened->buffer == NULL || opened->base == NULL
                                 ? ASSAY_E_MEMORY
                                 : assay_state_reader_open(store->state, &opened->reader);
    if (error != ASSAY_OK) {
        assay_store_session_close(opened);
        return error;
    }
    *session = opened;
    return ASSAY_OK;
}

struct assay_store *assay_store_of(const struct assay_store_session *session)
{
    return session->store;
}

void assay_store_session_close(struct assay_store_session *session)
{
    if (session == NULL) {
        return;
    }
    assay_state_reader_close(session->reader);
    free(session->buffer);
    free(session->base);
    free(session);
}

const struct assay_item *assay_store_peek(struct assay_store *store, uint64_t key)
{
    struct assay_item *item = assay_overlay_find(store->active, key);
    if (item == NULL && store->frozen != NULL) {
        item = assay_overlay_find(store->frozen, key);
    }
    return item;
}

struct assay_item *assay_store_touch(struct assay_store *store, uint64_t key,
                                     const struct assay_item *base)
{
    struct assay_item *item = assay_overlay_find(store->active, key);
    if (item != NULL) {
        return item;
    }
    const struct assay_item *known =
        store->frozen != NULL ? assay_overlay_find(store->frozen, key) : NULL;
    return assay_overlay_add(store->active, key, known != NULL ? known : base);
}

enum assay_error assay_store_item_locked(struct assay_store_session *session, uint64_t key,
                                         struct assay_item *item)
{
    const struct assay_item *known = assay_store_peek(session->store, key);
    if (known != NULL) {
        *item = *known;
        return ASSAY_OK;
    }
    enum assay_error error = assay_state_begin(session->reader);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_state_item(session->reader, key, item);
    assay_state_end(session->reader);
    return error;
}

enum assay_error assay_store_item(struct assay_store_session *session, uint64_t item,
                                  struct assay_item *value)
{
    struct assay_store *store = session->store;
    pthread_mutex_lock(&store->lock);
    enum assay_error error = assay_store_item_locked(session, item, value);
    pthread_mutex_unlock(&store->lock);
    return error != ASSAY_OK ? error : assay_store_sync(store, value->last_position + 1);
}
