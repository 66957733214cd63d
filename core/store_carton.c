// SPDX-License-Identifier: Apache-2.0
#include "core/store_carton.h"

#include <stdlib.h>
#include <string.h>

#include "core/store_private.h"

#define GROUP_ROOM (ASSAY_LEDGER_GROUP_BYTES_MAX - 64)

void assay_store_cartons_lock(struct assay_store_session *session)
{
    pthread_mutex_lock(&session->store->carton_lock);
}

void assay_store_cartons_unlock(struct assay_store_session *session)
{
    pthread_mutex_unlock(&session->store->carton_lock);
}

static enum assay_error read_record(void *context, uint64_t position, void *data, size_t size_bytes)
{
    struct assay_store *store = context;
    return assay_ledger_read(store->ledger, position, data, size_bytes);
}

struct assay_carton_target assay_store_carton_target(struct assay_store *store)
{
    return (struct assay_carton_target){store->state, read_record, store};
}

/* -- appending -- */

/* All moves on copies first: a group is written whole or not at all. The lock is held. */
struct trial {
    uint32_t handle;
    struct assay_batch copy;
};

static enum assay_error try_move(struct assay_store *store, const struct assay_move_record *move,
                                 struct trial *trial, struct assay_reason *reason)
{
    if (trial->handle != move->handle) {
        const struct assay_batch_facts *facts = assay_catalog_facts(store->catalog, move->handle);
        if (facts == NULL) {
            return assay_fail(reason, ASSAY_E_NOT_FOUND, "there is no such batch");
        }
        assay_batch_deinit(&trial->copy);
        trial->handle = 0;
        enum assay_error error = assay_catalog_batch_copy(
            &assay_catalog_batch(store->catalog, facts->slot)->batch, &trial->copy);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, NULL);
        }
        trial->handle = move->handle;
    }
    return assay_batch_move(&trial->copy, move->move, move->range, move->reason_text, reason);
}

/* Moves of one batch stand together. */
static enum assay_error check_moves(struct assay_store *store, const struct assay_record *records,
                                    size_t count, struct assay_reason *reason)
{
    struct trial trial = {0};
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; error == ASSAY_OK && i < count; i++) {
        if (records[i].type == ASSAY_RECORD_MOVE) {
            error = try_move(store, &records[i].move, &trial, reason);
        }
    }
    assay_batch_deinit(&trial.copy);
    return error;
}

struct group {
    uint8_t *data;
    size_t len;
    const struct assay_record *records;
    size_t count;
    uint64_t first; /* position */
};

static enum assay_error encode(struct group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        size_t len = assay_record_encode(&group->records[i], group->data + group->len,
                                         GROUP_ROOM - group->len);
        if (len == 0) {
            return ASSAY_E_TOO_LARGE;
        }
        group->len += len;
    }
    return ASSAY_OK;
}

/* Position of the n-th record. */
static uint64_t position_of(const struct group *group, size_t number)
{
    size_t at = 0;
    for (size_t i = 0; i < number; i++) {
        at += assay_record_len(group->data + at, group->len - at);
    }
    return group->first + at;
}

/* The moves take effect at once, as any move does; the lock is held. */
static enum assay_error apply_moves(struct assay_store *store, const struct group *group)
{
    uint64_t at = group->first;
    for (size_t i = 0; i < group->count; i++) {
        if (group->records[i].type == ASSAY_RECORD_MOVE) {
            enum assay_error error = assay_store_apply(store, &group->records[i], NULL, at);
            if (error != ASSAY_OK) {
                return error == ASSAY_E_MEMORY ? error : ASSAY_E_CORRUPT;
            }
        }
        at += assay_record_len(group->data + (at - group->first), group->len - (at - group->first));
    }
    return ASSAY_OK;
}

static enum assay_error append(struct assay_store *store, struct group *group,
                               struct assay_reason *reason)
{
    if (store->low_space) {
        return assay_fail(reason, ASSAY_E_NO_SPACE, NULL);
    }
    pthread_mutex_lock(&store->lock);
    enum assay_error error = check_moves(store, group->records, group->count, reason);
    if (error == ASSAY_OK) {
        error = assay_ledger_append(store->ledger, group->data, group->len, (uint32_t)group->count,
                                    &group->first);
        if (error == ASSAY_OK) {
            store->carton_pending = group->first;
            error = apply_moves(store, group);
        }
        if (error != ASSAY_OK) {
            (void)assay_fail(reason, error, NULL);
        }
    }
    pthread_mutex_unlock(&store->lock);
    return error;
}

static enum assay_error apply_units(struct assay_store *store, const struct group *group)
{
    struct assay_carton_target target = assay_store_carton_target(store);
    enum assay_error error = assay_store_sync(store, group->first + group->len);
    for (size_t i = 0; error == ASSAY_OK && i < group->count; i++) {
        if (assay_record_is_of_cartons(&group->records[i])) {
            error = assay_carton_apply(&target, &group->records[i], position_of(group, i));
        }
    }
    if (error == ASSAY_OK) {
        pthread_mutex_lock(&store->lock);
        store->carton_pending = UINT64_MAX;
        pthread_mutex_unlock(&store->lock);
    }
    return error;
}

enum assay_error assay_store_cartons_put(struct assay_store_session *session,
                                         const struct assay_record *records, size_t count,
                                         uint64_t *first, struct assay_reason *reason)
{
    struct group group = {.data = malloc(GROUP_ROOM), .records = records, .count = count};
    enum assay_error error = group.data == NULL ? ASSAY_E_MEMORY : encode(&group);
    if (error == ASSAY_E_TOO_LARGE) {
        error = assay_fail(reason, error, "too much for one act: take fewer cartons at a time");
    } else if (error != ASSAY_OK) {
        error = assay_fail(reason, error, NULL);
    } else {
        error = append(session->store, &group, reason);
    }
    if (error == ASSAY_OK) {
        error = apply_units(session->store, &group);
        *first = group.first;
        if (error != ASSAY_OK) {
            (void)assay_fail(reason, error, NULL);
        }
    }
    free(group.data);
    return error;
}

enum assay_error assay_store_cartons_append(struct assay_store_session *session,
                                            struct assay_span packs, uint32_t count,
                                            uint64_t *first)
{
    struct assay_store *store = session->store;
    if (store->low_space) {
        return ASSAY_E_NO_SPACE;
    }
    pthread_mutex_lock(&store->lock);
    enum assay_error error =
        assay_ledger_append(store->ledger, packs.data, packs.len_bytes, count, first);
    pthread_mutex_unlock(&store->lock);
    return error;
}

/* -- reading -- */

enum assay_error assay_store_cartons_begin(struct assay_store_session *session,
                                           struct assay_unit_table *table)
{
    enum assay_error error = assay_state_begin(session->reader);
    if (error == ASSAY_OK) {
        *table = assay_unit_table_of_reader(session->reader);
    }
    return error;
}

void assay_store_cartons_end(struct assay_store_session *session)
{
    assay_state_end(session->reader);
}

/* -- at start -- */

enum assay_error assay_store_cartons_position(struct assay_store *store, uint64_t *position)
{
    struct assay_store_session *session = NULL;
    enum assay_error error = assay_store_session_open(store, &session);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_unit_table table;
    struct assay_unit_meta meta = {0};
    error = assay_store_cartons_begin(session, &table);
    if (error == ASSAY_OK) {
        error = assay_unit_meta_get(&table, &meta);
        assay_store_cartons_end(session);
    }
    assay_store_session_close(session);
    *position = meta.position;
    return error;
}
