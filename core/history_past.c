// SPDX-License-Identifier: Apache-2.0
#include "core/history_past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct move {
    struct assay_move_record value;
    uint64_t position;
};

/* One batch; its moves lie in a row. */
struct then {
    uint32_t next;
    uint32_t end;
    struct assay_batch batch;
};

struct assay_history_past {
    struct assay_store_session *session;
    struct move *moves; /* by handle, then time, then position */
    uint32_t count;
    uint32_t room;
    uint32_t slots;
    struct then **batches; /* by slot */
};

static int by_batch_and_time(const void *a, const void *b)
{
    const struct move *left = a;
    const struct move *right = b;
    if (left->value.handle != right->value.handle) {
        return left->value.handle < right->value.handle ? -1 : 1;
    }
    if (left->value.at_unix_ms != right->value.at_unix_ms) {
        return left->value.at_unix_ms < right->value.at_unix_ms ? -1 : 1;
    }
    return (left->position > right->position) - (left->position < right->position);
}

static enum assay_error keep(struct assay_history_past *past, const struct assay_record *record,
                             uint64_t position)
{
    if (past->count == past->room) {
        uint32_t room = past->room * 2 + 64;
        struct move *moves = reallocarray(past->moves, room, sizeof *moves);
        if (moves == NULL) {
            return ASSAY_E_MEMORY;
        }
        past->moves = moves;
        past->room = room;
    }
    past->moves[past->count++] = (struct move){record->move, position};
    return ASSAY_OK;
}

static enum assay_error read_moves(struct assay_history_past *past,
                                   struct assay_ledger_reader *reader, struct assay_reason *reason)
{
    for (;;) {
        struct assay_span bytes;
        struct assay_record record;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &bytes, &position, reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0) {
            return error;
        }
        if (bytes.data[0] != ASSAY_RECORD_MOVE) {
            continue;
        }
        error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
        error = error != ASSAY_OK ? error : keep(past, &record, position);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "ledger position %llu: %s",
                              (unsigned long long)position, assay_error_text(error));
        }
    }
}

enum assay_error assay_history_past_create(struct assay_store_session *session, const char *dir,
                                           uint64_t ledger_end, struct assay_history_past **past,
                                           struct assay_reason *reason)
{
    char path[600];
    snprintf(path, sizeof path, "%s/ledger", dir);
    struct assay_history_past *made = calloc(1, sizeof *made);
    struct assay_ledger_reader *reader = NULL;
    enum assay_error error = made == NULL
                                 ? assay_fail(reason, ASSAY_E_MEMORY, NULL)
                                 : assay_ledger_reader_open(path, 0, ledger_end, &reader, reason);
    if (error == ASSAY_OK) {
        made->session = session;
        error = read_moves(made, reader, reason);
        assay_ledger_reader_close(reader);
    }
    if (error != ASSAY_OK) {
        assay_history_past_destroy(made);
        return error;
    }
    if (made->count > 0) {
        qsort(made->moves, made->count, sizeof *made->moves, by_batch_and_time);
    }
    *past = made;
    return ASSAY_OK;
}

void assay_history_past_destroy(struct assay_history_past *past)
{
    if (past == NULL) {
        return;
    }
    for (uint32_t slot = 0; slot < past->slots; slot++) {
        if (past->batches[slot] != NULL) {
            assay_batch_deinit(&past->batches[slot]->batch);
            free(past->batches[slot]);
        }
    }
    free(past->batches);
    free(past->moves);
    free(past);
}

/* The first move of this handle or a greater one. */
static uint32_t first_of(const struct assay_history_past *past, uint32_t handle)
{
    uint32_t low = 0;
    uint32_t high = past->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (past->moves[middle].value.handle < handle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum assay_error make_slot(struct assay_history_past *past, uint32_t slot)
{
    if (slot < past->slots) {
        return ASSAY_OK;
    }
    uint32_t slots = 2 * slot + 16;
    struct then **batches = reallocarray(past->batches, slots, sizeof *batches);
    if (batches == NULL) {
        return ASSAY_E_MEMORY;
    }
    memset(batches + past->slots, 0, (slots - past->slots) * sizeof *batches);
    past->batches = batches;
    past->slots = slots;
    return ASSAY_OK;
}

/* The batch before its first move. What is reserved is so from before it is printed. */
static enum assay_error begin(struct assay_history_past *past,
                              const struct assay_batch_facts *facts)
{
    enum assay_error error = make_slot(past, facts->slot);
    struct then *then = error != ASSAY_OK ? NULL : calloc(1, sizeof *then);
    if (then == NULL) {
        return ASSAY_E_MEMORY;
    }
    error = assay_store_batch(past->session, facts->handle, &then->batch);
    if (error != ASSAY_OK) {
        free(then);
        return error;
    }
    then->batch.active.count = 0;
    then->batch.shipped.count = 0;
    then->batch.voided.count = 0;
    then->batch.recalled.count = 0;
    then->batch.closed = false;
    then->batch.void_reason[0] = '\0';
    then->batch.recall_reason[0] = '\0';
    then->next = first_of(past, facts->handle);
    then->end = first_of(past, facts->handle + 1);
    past->batches[facts->slot] = then;
    return ASSAY_OK;
}

static const struct then *then_of(const struct assay_history_past *past,
                                  const struct assay_batch_facts *facts)
{
    return facts->slot < past->slots ? past->batches[facts->slot] : NULL;
}

bool assay_history_past_moves(const struct assay_history_past *past,
                              const struct assay_batch_facts *facts, int64_t at_unix_ms)
{
    const struct then *then = then_of(past, facts);
    return then != NULL && then->next < then->end &&
           past->moves[then->next].value.at_unix_ms <= at_unix_ms;
}

enum assay_error assay_history_past_batch(struct assay_history_past *past,
                                          const struct assay_batch_facts *facts, int64_t at_unix_ms,
                                          const struct assay_batch **batch)
{
    enum assay_error error = then_of(past, facts) == NULL ? begin(past, facts) : ASSAY_OK;
    while (error == ASSAY_OK && assay_history_past_moves(past, facts, at_unix_ms)) {
        struct then *then = past->batches[facts->slot];
        const struct assay_move_record *move = &past->moves[then->next++].value;
        /* Acts may lie in another order by time than by record: what was legal then and is not in
         * this order (activated after it was closed, say) changes nothing. */
        error = assay_batch_move(&then->batch, move->move, move->range, move->reason_text, NULL);
        error = error == ASSAY_E_MEMORY || error == ASSAY_E_FULL ? error : ASSAY_OK;
    }
    if (error == ASSAY_OK) {
        *batch = &then_of(past, facts)->batch;
    }
    return error;
}
