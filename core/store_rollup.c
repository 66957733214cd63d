// SPDX-License-Identifier: Apache-2.0
/* The checkpointer's roll-ups: the records between two checkpoints, read back from the ledger and
 * added up beside the scan's way, so that a scan pays nothing for them. */
#include <stdio.h>

#include "core/state_rollup.h"
#include "core/store_private.h"

static enum assay_error read_meta(struct assay_store *store, struct assay_rollup_meta *meta)
{
    struct assay_state_reader *reader = NULL;
    enum assay_error error = assay_state_reader_open(store->state, &reader);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_state_begin(reader);
    if (error == ASSAY_OK) {
        error = assay_state_rollup_meta(reader, meta);
        assay_state_end(reader);
    }
    assay_state_reader_close(reader);
    return error;
}

static enum assay_error add_records(struct assay_rollup *rollup, struct assay_ledger_reader *reader)
{
    for (;;) {
        struct assay_span span;
        struct assay_record record;
        struct assay_reason reason;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &span, &position, &reason);
        if (error != ASSAY_OK || span.len_bytes == 0) {
            return error;
        }
        error = assay_record_decode_next(span.data, span.len_bytes, &record);
        error = error != ASSAY_OK ? error : assay_rollup_add(rollup, &record);
        if (error != ASSAY_OK) {
            return error;
        }
    }
}

enum assay_error assay_store_roll_up(struct assay_store *store, uint64_t position,
                                     struct assay_rollup *rollup)
{
    char path[600];
    struct assay_rollup_meta meta;
    struct assay_reason reason;
    struct assay_ledger_reader *reader = NULL;
    snprintf(path, sizeof path, "%s/ledger", store->dir);
    assay_rollup_init(rollup, store->catalog, 0);
    enum assay_error error = read_meta(store, &meta);
    if (error != ASSAY_OK) {
        return error;
    }
    /* A state that has none yet begins at the ledger's first record. */
    rollup->utc_offset_minutes = meta.utc_offset_minutes;
    rollup->records = meta.records;
    rollup->at_unix_ms = meta.at_unix_ms;
    error = assay_ledger_reader_open(path, meta.position, position, &reader, &reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = add_records(rollup, reader);
    assay_ledger_reader_close(reader);
    assay_rollup_sort(rollup);
    return error;
}

enum assay_error assay_store_rollup_begin(struct assay_store_session *session,
                                          struct assay_rollup_meta *meta)
{
    enum assay_error error = assay_state_begin(session->reader);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_state_rollup_meta(session->reader, meta);
    if (error != ASSAY_OK) {
        assay_state_end(session->reader);
    }
    return error;
}

void assay_store_rollup_end(struct assay_store_session *session)
{
    assay_state_end(session->reader);
}

enum assay_error assay_store_each_rollup(struct assay_store_session *session,
                                         const struct assay_rollup_walk *walk)
{
    return assay_state_each_rollup(session->reader, walk);
}

enum assay_error assay_store_each_suspect(
    struct assay_store_session *session, const struct assay_rollup_suspect *after,
    enum assay_error (*visit)(void *context, const struct assay_rollup_suspect *suspect),
    void *context)
{
    return assay_state_each_suspect(session->reader, after, visit, context);
}

enum assay_error assay_store_flagged(struct assay_store_session *session, uint32_t handle,
                                     uint64_t count[ASSAY_RISK_LEVELS])
{
    return assay_state_flagged(session->reader, handle, count);
}

const struct assay_product *assay_store_product_at(const struct assay_store *store, uint32_t number)
{
    bool there = number < assay_catalog_product_count(store->catalog);
    return there ? assay_catalog_product_at(store->catalog, number) : NULL;
}

const struct assay_batch_facts *assay_store_batch_at(struct assay_store *store, uint32_t number)
{
    if (number >= assay_catalog_batch_count(store->catalog)) {
        return NULL;
    }
    pthread_mutex_lock(&store->lock);
    const struct assay_batch_facts *facts = &assay_catalog_batch(store->catalog, number)->facts;
    pthread_mutex_unlock(&store->lock);
    return facts;
}
