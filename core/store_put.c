// SPDX-License-Identifier: Apache-2.0
/* Records that are not scans: check, append, apply, sync; and lists of what the catalog holds. */
#include <stdlib.h>
#include <string.h>

#include "core/store_private.h"

uint64_t assay_record_item(const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        return record->scan.item;
    case ASSAY_RECORD_CLAIM:
        return record->claim.item;
    case ASSAY_RECORD_FIND:
        return record->find.item;
    default:
        return 0;
    }
}

static enum assay_error apply_scan(struct assay_store *store, const struct assay_scan_record *scan,
                                   struct assay_item *item, uint64_t position)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(store->catalog, assay_item_key_handle(scan->item));
    if (facts == NULL) {
        return ASSAY_E_CORRUPT;
    }
    const struct assay_place *place = assay_catalog_place(store->catalog, scan->place);
    struct assay_item_scene scene = assay_store_scene(store, facts, place);
    assay_item_apply_scan(item, scan, &scene, position);
    return assay_store_take_cells(store, facts, scan, position);
}

static enum assay_error apply_to_item(struct assay_store *store, const struct assay_record *record,
                                      struct assay_item *item, uint64_t position)
{
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        return apply_scan(store, &record->scan, item, position);
    case ASSAY_RECORD_CLAIM:
        assay_item_apply_claim(item, &record->claim, position);
        return ASSAY_OK;
    default:
        assay_assert(record->type == ASSAY_RECORD_FIND);
        assay_item_apply_find(item, &record->find, position);
        return ASSAY_OK;
    }
}

enum assay_error assay_store_apply(struct assay_store *store, const struct assay_record *record,
                                   const struct assay_item *base, uint64_t position)
{
    uint64_t key = assay_record_item(record);
    if (key != 0) {
        struct assay_item *item = assay_store_touch(store, key, base);
        return item != NULL ? apply_to_item(store, record, item, position) : ASSAY_E_FULL;
    }
    if (record->type == ASSAY_RECORD_SUMMARY || record->type == ASSAY_RECORD_REPORT) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_catalog_apply(store->catalog, record, position);
    if (error == ASSAY_OK) {
        store->catalog_position = position;
    }
    return error;
}

static enum assay_error append_bytes(struct assay_store *store, const struct assay_record *record,
                                     const struct assay_item *base, struct assay_span bytes,
                                     uint64_t *position)
{
    uint64_t key = assay_record_item(record);
    if (key != 0 && assay_store_touch(store, key, base) == NULL) {
        return ASSAY_E_FULL;
    }
    uint64_t at = 0;
    enum assay_error error =
        assay_ledger_append(store->ledger, bytes.data, bytes.len_bytes, 1, &at);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_store_apply(store, record, base, at);
    if (error != ASSAY_OK) {
        /* It was checked before and is in the ledger now: memory and ledger differ. */
        return error == ASSAY_E_MEMORY ? error : ASSAY_E_CORRUPT;
    }
    *position = at;
    return ASSAY_OK;
}

enum assay_error assay_store_append(struct assay_store *store, const struct assay_record *record,
                                    const struct assay_item *base, uint64_t *position)
{
    uint8_t most[8192];
    bool is_long = record->type == ASSAY_RECORD_CALIBRATION;
    uint8_t *data = is_long ? malloc(ASSAY_RECORD_BYTES_MAX) : most;
    if (data == NULL) {
        return ASSAY_E_MEMORY;
    }
    size_t len_bytes =
        assay_record_encode(record, data, is_long ? ASSAY_RECORD_BYTES_MAX : sizeof most);
    assay_assert(len_bytes > 0);
    enum assay_error error =
        append_bytes(store, record, base, (struct assay_span){data, len_bytes}, position);
    if (is_long) {
        free(data);
    }
    return error;
}

/* An item is decided anew before it is registered: it must be on sale and not past its date. */
static enum assay_error check_claim(struct assay_store *store,
                                    const struct assay_claim_record *claim,
                                    const struct assay_item *item, struct assay_reason *reason)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(store->catalog, assay_item_key_handle(claim->item));
    uint32_t index = assay_item_key_index(claim->item);
    if (facts == NULL || index >= facts->count) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "item: it was never issued");
    }
    if (item->claim != 0) {
        return assay_fail(reason, ASSAY_E_TAKEN, NULL);
    }
    const struct assay_batch *batch = &assay_catalog_batch(store->catalog, facts->slot)->batch;
    int32_t today =
        assay_day_of(claim->at_unix_ms, assay_catalog_brand(store->catalog)->utc_offset_minutes);
    struct assay_decision decision = {
        .sale = assay_batch_item_sale(batch, index),
        .expired = assay_batch_expired(batch, today),
        .seen_on_sale = item->scans > 0,
    };
    const struct assay_verdict_row *row = assay_verdict_row(assay_decide(&decision));
    return row->class == ASSAY_VERDICT_GOOD
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_REFUSED, "item: it is %s", row->name);
}

static enum assay_error check(struct assay_store *store, const struct assay_record *record,
                              const struct assay_item *item, struct assay_reason *reason)
{
    switch (record->type) {
    case ASSAY_RECORD_CLAIM:
        return check_claim(store, &record->claim, item, reason);
    case ASSAY_RECORD_FIND:
    case ASSAY_RECORD_REPORT:
        return ASSAY_OK;
    default:
        return assay_catalog_check(store->catalog, record, reason);
    }
}

/* needed: out, how far the disk must be before anybody is told of the outcome. */
static enum assay_error put(struct assay_store_session *session, const struct assay_record *record,
                            uint64_t *position, uint64_t *needed, struct assay_reason *reason)
{
    struct assay_store *store = session->store;
    struct assay_item item = {0};
    uint64_t key = assay_record_item(record);
    pthread_mutex_lock(&store->lock);
    enum assay_error error = key != 0 ? assay_store_item_locked(session, key, &item) : ASSAY_OK;
    if (error == ASSAY_OK) {
        error = check(store, record, &item, reason);
    } else {
        error = assay_fail(reason, error, NULL);
    }
    if (error == ASSAY_OK) {
        error = assay_store_append(store, record, &item, position);
        if (error != ASSAY_OK) {
            (void)assay_fail(reason, error, NULL);
        }
    }
    /* A refusal, too, tells only of what is on disk. */
    uint64_t told =
        item.last_position > store->catalog_position ? item.last_position : store->catalog_position;
    *needed = (error == ASSAY_OK ? *position : told) + 1;
    pthread_mutex_unlock(&store->lock);
    return error;
}

enum assay_error assay_store_put(struct assay_store_session *session,
                                 const struct assay_record *record, uint64_t *position,
                                 struct assay_reason *reason)
{
    uint64_t at = 0;
    uint64_t needed = 0;
    enum assay_error error = put(session, record, &at, &needed, reason);
    if (assay_store_sync(session->store, needed) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_IO, NULL);
    }
    if (error == ASSAY_OK) {
        *position = at;
    }
    return error;
}

enum assay_error assay_store_put_soon(struct assay_store_session *session,
                                      const struct assay_record *record, uint64_t *position,
                                      struct assay_reason *reason)
{
    uint64_t needed = 0;
    return put(session, record, position, &needed, reason);
}

uint32_t assay_store_place_number(struct assay_store *store, const struct assay_place *place)
{
    struct assay_place fit = *place;
    pthread_mutex_lock(&store->lock);
    uint32_t number = assay_catalog_place_fit(store->catalog, &fit);
    if (number == 0 && !assay_place_is_empty(&fit)) {
        struct assay_record record = {.type = ASSAY_RECORD_PLACE};
        uint32_t next = assay_catalog_place_count(store->catalog) + 1;
        record.place = (struct assay_place_record){next, fit};
        uint64_t position = 0;
        enum assay_error error = assay_store_append(store, &record, NULL, &position);
        number = error == ASSAY_OK ? next : 0;
    }
    pthread_mutex_unlock(&store->lock);
    return number;
}

/* -- lists -- */

enum assay_error assay_store_batch(struct assay_store_session *session, uint32_t handle,
                                   struct assay_batch *batch)
{
    struct assay_store *store = session->store;
    const struct assay_batch_facts *facts = assay_catalog_facts(store->catalog, handle);
    if (facts == NULL) {
        return ASSAY_E_NOT_FOUND;
    }
    pthread_mutex_lock(&store->lock);
    const struct assay_catalog_batch *entry = assay_catalog_batch(store->catalog, facts->slot);
    uint64_t position = entry->mark.position;
    enum assay_error error = assay_catalog_batch_copy(&entry->batch, batch);
    pthread_mutex_unlock(&store->lock);
    return error != ASSAY_OK ? error : assay_store_sync(store, position + 1);
}

void assay_store_each_product(struct assay_store *store,
                              bool (*visit)(void *context, const struct assay_product *product),
                              void *context)
{
    uint32_t count = assay_catalog_product_count(store->catalog);
    for (uint32_t number = 0; number < count; number++) {
        if (!visit(context, assay_catalog_product_at(store->catalog, number))) {
            return;
        }
    }
}

enum assay_error
assay_store_each_batch(struct assay_store_session *session,
                       bool (*visit)(void *context, const struct assay_batch *batch), void *context)
{
    struct assay_store *store = session->store;
    uint32_t count = assay_catalog_batch_count(store->catalog);
    bool more = true;
    for (uint32_t slot = 0; slot < count && more; slot++) {
        struct assay_batch copy;
        uint32_t handle = assay_catalog_batch(store->catalog, slot)->facts.handle;
        enum assay_error error = assay_store_batch(session, handle, &copy);
        if (error != ASSAY_OK) {
            return error;
        }
        more = visit(context, &copy);
        assay_batch_deinit(&copy);
    }
    return ASSAY_OK;
}

void assay_store_each_token(struct assay_store *store,
                            bool (*visit)(void *context, const struct assay_token_record *token),
                            void *context)
{
    bool more = true;
    for (uint32_t number = 0; more; number++) {
        pthread_mutex_lock(&store->lock);
        const struct assay_token_record *known = assay_catalog_token_at(store->catalog, number);
        struct assay_token_record copy;
        if (known != NULL) {
            copy = *known;
        }
        pthread_mutex_unlock(&store->lock);
        more = known != NULL && visit(context, &copy);
    }
}

void assay_store_each_site(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_site_record *site),
                           void *context)
{
    bool more = true;
    for (uint32_t number = 0; more; number++) {
        pthread_mutex_lock(&store->lock);
        const struct assay_site_record *known = assay_catalog_site_at(store->catalog, number);
        struct assay_site_record copy;
        if (known != NULL) {
            copy = *known;
        }
        pthread_mutex_unlock(&store->lock);
        more = known != NULL && visit(context, &copy);
    }
}
