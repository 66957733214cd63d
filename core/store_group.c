// SPDX-License-Identifier: Apache-2.0
/* The group commit of scans: read, lock, decide each, append all, unlock, sync. */
#include "core/store_private.h"

/* Invariant 1: what the state says of the group's items, in one snapshot. */
static enum assay_error read_base(struct assay_store_session *session,
                                  const struct assay_scan_group *group)
{
    enum assay_error error = assay_state_begin(session->reader);
    if (error != ASSAY_OK) {
        return error;
    }
    for (uint32_t i = 0; i < group->count && error == ASSAY_OK; i++) {
        const struct assay_scan_request *request = group->requests[i];
        if (request->batch != NULL) {
            uint64_t key = assay_item_key_of(request->batch->handle, request->index);
            error = assay_state_item(session->reader, key, &session->base[i]);
        }
    }
    assay_state_end(session->reader);
    return error;
}

static void refuse_all(struct assay_scan_group *group, enum assay_error error)
{
    for (uint32_t i = 0; i < group->count; i++) {
        group->answers[i]->error = error;
    }
}

/* Under the lock: decide every scan of the group and append what they recorded. */
static void decide_group(struct assay_store_pass *pass, struct assay_scan_group *group)
{
    struct assay_store *store = pass->store;
    size_t most_bytes =
        group->count * ASSAY_SCAN_WITH_REST_MAX + (pass->past != NULL ? ASSAY_STORE_PAST_BYTES : 0);
    pass->error = assay_ledger_next(store->ledger, most_bytes, &pass->first);
    if (pass->error != ASSAY_OK) {
        return;
    }
    for (uint32_t i = 0; i < group->count && pass->error == ASSAY_OK; i++) {
        if (i + 4 < group->count) {
            assay_store_prefetch(store, group->requests[i + 4], false);
            assay_store_prefetch(store, group->requests[i + 2], true);
        }
        assay_store_decide_one(pass, group->requests[i], group->answers[i],
                               &pass->session->base[i]);
    }
    if (pass->past != NULL && pass->error == ASSAY_OK) {
        assay_store_past_seal(pass, group);
    }
    if (pass->error != ASSAY_OK || pass->at == 0) {
        return;
    }
    uint64_t first = 0;
    pass->error =
        assay_ledger_append(store->ledger, pass->session->buffer, pass->at, pass->records, &first);
    assay_assert(pass->error != ASSAY_OK || first == pass->first);
    assay_store_need(pass, first + pass->at);
}

enum assay_error assay_store_decide(struct assay_store_pass *pass, struct assay_scan_group *group)
{
    struct assay_store *store = pass->store;
    uint64_t generation = atomic_load_explicit(&store->generation, memory_order_acquire);
    enum assay_error error = read_base(pass->session, group);
    if (error != ASSAY_OK) {
        return error;
    }
    pthread_mutex_lock(&store->lock);
    if (generation != atomic_load_explicit(&store->generation, memory_order_relaxed)) {
        error = read_base(pass->session, group);
    }
    if (error == ASSAY_OK) {
        decide_group(pass, group);
        error = pass->error;
    }
    bool fold = store->active->count > store->active->room / 2;
    pthread_mutex_unlock(&store->lock);
    if (fold) {
        assay_store_ask_fold(store);
    }
    return error;
}

enum assay_error assay_store_scan(struct assay_store_session *session,
                                  struct assay_scan_group *group)
{
    assay_assert(group->count <= ASSAY_GROUP_SCANS_MAX);
    struct assay_store *store = session->store;
    struct assay_store_pass pass = {.store = store, .session = session};
    if (atomic_load_explicit(&store->low_space, memory_order_relaxed)) {
        refuse_all(group, ASSAY_E_NO_SPACE);
        return ASSAY_OK;
    }
    enum assay_error error = assay_store_decide(&pass, group);
    if (error == ASSAY_E_NO_SPACE) {
        refuse_all(group, error);
        return ASSAY_OK;
    }
    return error != ASSAY_OK ? error : assay_store_sync(store, pass.needed);
}
