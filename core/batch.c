// SPDX-License-Identifier: Apache-2.0
#include "core/batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* -- batches -- */

static const char *const move_names[ASSAY_MOVES] = {
    "activate", "ship", "void", "recall", "close", "activate_unreported",
};

const char *assay_batch_move_name(enum assay_batch_move move)
{
    assay_assert(move < ASSAY_MOVES);
    return move_names[move];
}

enum assay_error assay_batch_move_parse(const char *text, enum assay_batch_move *move)
{
    for (int i = 0; i < ASSAY_MOVES; i++) {
        if (strcmp(text, move_names[i]) == 0) {
            *move = (enum assay_batch_move)i;
            return ASSAY_OK;
        }
    }
    return ASSAY_E_FIELD;
}

void assay_batch_deinit(struct assay_batch *batch)
{
    struct assay_range_set *sets[] = {&batch->active,   &batch->shipped, &batch->voided,
                                      &batch->recalled, &batch->printed, &batch->spoiled,
                                      &batch->reserved};
    for (size_t i = 0; i < ASSAY_COUNT_OF(sets); i++) {
        free(sets[i]->ranges);
        *sets[i] = (struct assay_range_set){0};
    }
}

static enum assay_error check_fields(const struct assay_batch *batch, enum assay_batch_move move,
                                     struct assay_range range, const char *reason_text,
                                     struct assay_reason *reason)
{
    if (range.first > range.last || range.last >= batch->count) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "range: %u-%u is not within the batch's items 0-%u", range.first,
                          range.last, batch->count - 1);
    }
    size_t len = strnlen(reason_text, ASSAY_REASON_MAX + 1);
    if (len > ASSAY_REASON_MAX || !assay_text_is_clean(reason_text, len)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "reason: at most %d bytes of UTF-8 without control characters",
                          ASSAY_REASON_MAX);
    }
    bool needed = move == ASSAY_MOVE_VOID || move == ASSAY_MOVE_RECALL;
    if (needed && strspn(reason_text, " ") == len) {
        return assay_fail(reason, ASSAY_E_FIELD, "reason: %s needs one; buyers will read it",
                          assay_batch_move_name(move));
    }
    return ASSAY_OK;
}

static enum assay_error close_batch(struct assay_batch *batch, struct assay_range range,
                                    struct assay_reason *reason)
{
    if (range.first != 0 || range.last != batch->count - 1) {
        return assay_fail(reason, ASSAY_E_FIELD, "range: close takes the whole batch");
    }
    if (batch->closed) {
        return assay_fail(reason, ASSAY_E_TRANSITION, "the batch is closed already");
    }
    if (batch->active.count == 0) {
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "nothing of the batch was ever active; void it instead of closing it");
    }
    batch->closed = true;
    return ASSAY_OK;
}

static bool is_activation(enum assay_batch_move move)
{
    return move == ASSAY_MOVE_ACTIVATE || move == ASSAY_MOVE_ACTIVATE_UNREPORTED;
}

static enum assay_error check_transition(const struct assay_batch *batch,
                                         enum assay_batch_move move, struct assay_range range,
                                         struct assay_reason *reason)
{
    if (is_activation(move) && batch->closed) {
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "the batch is closed; no more items can be activated");
    }
    if (is_activation(move) && assay_range_set_has_whole(&batch->voided, range)) {
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "items %u-%u are void, and nothing undoes that", range.first, range.last);
    }
    if (is_activation(move) && assay_range_set_has_whole(&batch->active, range)) {
        return assay_fail(reason, ASSAY_E_TRANSITION, "items %u-%u are active already", range.first,
                          range.last);
    }
    if (move == ASSAY_MOVE_SHIP && assay_range_set_has_whole(&batch->shipped, range)) {
        return assay_fail(reason, ASSAY_E_TRANSITION, "items %u-%u are shipped already",
                          range.first, range.last);
    }
    return ASSAY_OK;
}

static struct assay_range_set *set_of(struct assay_batch *batch, enum assay_batch_move move)
{
    switch (move) {
    case ASSAY_MOVE_ACTIVATE:
    case ASSAY_MOVE_ACTIVATE_UNREPORTED:
        return &batch->active;
    case ASSAY_MOVE_SHIP:
        return &batch->shipped;
    case ASSAY_MOVE_VOID:
        return &batch->voided;
    default:
        assay_assert(move == ASSAY_MOVE_RECALL);
        return &batch->recalled;
    }
}

static void keep_reason(struct assay_batch *batch, enum assay_batch_move move, const char *text)
{
    char *kept = move == ASSAY_MOVE_VOID     ? batch->void_reason
                 : move == ASSAY_MOVE_RECALL ? batch->recall_reason
                                             : NULL;
    if (kept != NULL) {
        memset(kept, 0, ASSAY_REASON_MAX + 1);
        memcpy(kept, text, strlen(text));
    }
}

enum assay_error assay_batch_move(struct assay_batch *batch, enum assay_batch_move move,
                                  struct assay_range range, const char *reason_text,
                                  struct assay_reason *reason)
{
    assay_assert(move < ASSAY_MOVES);
    assay_assert(batch->count > 0);
    const char *text = reason_text == NULL ? "" : reason_text;
    enum assay_error error = check_fields(batch, move, range, text, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (move == ASSAY_MOVE_CLOSE) {
        return close_batch(batch, range, reason);
    }
    error = check_transition(batch, move, range, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_range_set_add(set_of(batch, move), range);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "%s: %s (at most %d separate ranges)",
                          assay_batch_move_name(move), assay_error_text(error),
                          ASSAY_BATCH_RANGES_MAX);
    }
    batch->unreported = batch->unreported || move == ASSAY_MOVE_ACTIVATE_UNREPORTED;
    keep_reason(batch, move, text);
    return ASSAY_OK;
}

enum assay_item_sale assay_batch_item_sale(const struct assay_batch *batch, uint32_t index)
{
    assay_assert(index < batch->count);
    if (assay_range_set_has(&batch->voided, index)) {
        return ASSAY_SALE_VOID;
    }
    if (assay_range_set_has(&batch->recalled, index)) {
        return ASSAY_SALE_RECALLED;
    }
    return assay_range_set_has(&batch->active, index) ? ASSAY_SALE_ON : ASSAY_SALE_NOT_YET;
}

bool assay_batch_expired(const struct assay_batch *batch, int32_t today)
{
    return batch->expires_on != ASSAY_DAY_NONE && batch->expires_on < today;
}

const char *assay_batch_state_name(const struct assay_batch *batch)
{
    uint64_t voided = assay_range_set_total(&batch->voided);
    uint64_t recalled = assay_range_set_total(&batch->recalled);
    uint64_t active = assay_range_set_total(&batch->active);
    if (voided == batch->count) {
        return "void";
    }
    if (voided + recalled - assay_range_set_common(&batch->voided, &batch->recalled) ==
        batch->count) {
        return "recalled";
    }
    if (batch->closed) {
        return "closed";
    }
    return active == batch->count ? "active" : active > 0 ? "partly_active" : "created";
}
