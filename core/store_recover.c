// SPDX-License-Identifier: Apache-2.0
/* Replay: the ledger's records from the state's position on, applied as they were recorded. */
#include <stdio.h>

#include "core/log.h"
#include "core/store_carton.h"
#include "core/store_private.h"

/* What the state says of the record's item. An item's first record has nothing before it: whatever
 * a row holds of it lies in the records being replayed, so the look-up is spared. */
static enum assay_error base_of(struct assay_store_session *session,
                                const struct assay_record *record, struct assay_item *base)
{
    uint64_t key = assay_record_item(record);
    bool first = record->type == ASSAY_RECORD_SCAN && record->scan.previous == 0 &&
                 (record->scan.flags & ASSAY_SCAN_KNOWN) == 0;
    *base = (struct assay_item){0};
    if (key == 0 || first || assay_store_peek(session->store, key) != NULL) {
        return ASSAY_OK;
    }
    return assay_store_item_locked(session, key, base);
}

struct replay {
    struct assay_store_session *session;
    struct assay_carton_replay cartons;
};

static enum assay_error replay_one(struct replay *replay, struct assay_span span, uint64_t position)
{
    struct assay_store_session *session = replay->session;
    struct assay_record record;
    struct assay_item base;
    enum assay_error error = assay_record_decode_next(span.data, span.len_bytes, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_record_is_of_cartons(&record)) {
        return assay_carton_replay(&replay->cartons, &record, position);
    }
    error = base_of(session, &record, &base);
    if (error != ASSAY_OK) {
        return error;
    }
    return assay_store_apply(session->store, &record, &base, position);
}

static enum assay_error replay_all(struct replay *replay, struct assay_ledger_reader *reader,
                                   uint64_t *replayed, struct assay_reason *reason)
{
    for (;;) {
        struct assay_span span;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &span, &position, reason);
        if (error != ASSAY_OK || span.len_bytes == 0) {
            return error;
        }
        error = replay_one(replay, span, position);
        if (error == ASSAY_E_FULL) {
            assay_carton_replay_end(&replay->cartons);
            error = assay_store_checkpoint_at(replay->session->store, position);
            error = error != ASSAY_OK ? error : replay_one(replay, span, position);
        }
        if (error != ASSAY_OK) {
            return assay_fail(reason, error,
                              "ledger position %llu: the record does not fit what came before it",
                              (unsigned long long)position);
        }
        (*replayed)++;
    }
}

enum assay_error assay_store_replay(struct assay_store *store, struct assay_reason *reason)
{
    char path[600];
    snprintf(path, sizeof path, "%s/ledger", store->dir);
    struct assay_ledger_reader *reader = NULL;
    struct assay_store_session *session = NULL;
    uint64_t began_ns = assay_clock_monotonic_ns();
    enum assay_error error = assay_ledger_reader_open(
        path, store->checkpoint_position, assay_ledger_end(store->ledger), &reader, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_store_session_open(store, &session);
    if (error != ASSAY_OK) {
        assay_ledger_reader_close(reader);
        return assay_fail(reason, error, NULL);
    }
    uint64_t replayed = 0;
    struct replay replay = {session, {.target = assay_store_carton_target(store)}};
    error = replay_all(&replay, reader, &replayed, reason);
    assay_carton_replay_end(&replay.cartons);
    assay_store_session_close(session);
    assay_ledger_reader_close(reader);
    if (error == ASSAY_OK && replayed > 0) {
        assay_log(ASSAY_LOG_INFO, "replayed", "records=%llu ms=%llu", (unsigned long long)replayed,
                  (unsigned long long)((assay_clock_monotonic_ns() - began_ns) / 1000000));
    }
    return error;
}
