// SPDX-License-Identifier: Apache-2.0
/* Moves of a batch: activate, ship, void, recall, close. */
#include <stdlib.h>
#include <string.h>

#include "core/office_command.h"

/* "A-B" or "A", both inclusive, below count. */
enum assay_error assay_office_range(const char *text, uint32_t count, struct assay_range *range,
                                    struct assay_reason *reason)
{
    unsigned long long first = 0;
    unsigned long long last = 0;
    size_t digits = strspn(text, "0123456789");
    bool good = digits >= 1 && digits <= 10;
    if (good) {
        first = strtoull(text, NULL, 10);
        last = first;
    }
    if (good && text[digits] == '-') {
        const char *rest = text + digits + 1;
        size_t more = strspn(rest, "0123456789");
        good = more >= 1 && more <= 10 && rest[more] == '\0';
        last = strtoull(rest, NULL, 10);
    } else {
        good = good && text[digits] == '\0';
    }
    if (!good || first > last || last >= count) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "range: FIRST-LAST is wanted, both inclusive, within 0-%u", count - 1);
    }
    *range = (struct assay_range){(uint32_t)first, (uint32_t)last};
    return ASSAY_OK;
}

/* What is asked of a move beside the record. */
struct move_ask {
    bool whole;                         /* no range was given */
    bool without_manifest;              /* activate although nothing is reported */
    char at[ASSAY_TIME_TEXT_SIZE + 16]; /* activate since then; empty = now */
};

static enum assay_error move_read(const struct assay_office_call *call,
                                  struct assay_move_record *move, struct move_ask *ask)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    char range[24] = "";
    const struct assay_json_field fields[] = {
        {"handle", ASSAY_JSON_TEXT, true, handle, sizeof handle, 0, 0, NULL},
        {"range", ASSAY_JSON_TEXT, false, range, sizeof range, 0, 0, NULL},
        {"reason", ASSAY_JSON_TEXT, false, move->reason_text, sizeof move->reason_text, 0, 0, NULL},
        ASSAY_JSON_BOOLEAN_ROW("without_manifest", false, ask->without_manifest),
        ASSAY_JSON_TEXT_ROW("at", false, ask->at),
    };
    size_t count = ASSAY_COUNT_OF(fields) - (move->move == ASSAY_MOVE_ACTIVATE ? 0 : 2);
    enum assay_error error = assay_json_read(call->params, fields, count, call->reason);
    const struct assay_batch_facts *facts = NULL;
    if (error == ASSAY_OK) {
        error = assay_office_facts(call, handle, &facts);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (move->move == ASSAY_MOVE_CLOSE && range[0] != '\0') {
        return assay_fail(call->reason, ASSAY_E_FIELD, "range: a batch is closed as a whole");
    }
    ask->whole = range[0] == '\0';
    move->handle = facts->handle;
    move->range = (struct assay_range){0, facts->count - 1};
    return range[0] == '\0' ? ASSAY_OK
                            : assay_office_range(range, facts->count, &move->range, call->reason);
}

/* The time of an act that lies behind: perhaps before its batch was entered here, for history that
 * comes from elsewhere. */
static enum assay_error read_at(const struct assay_office_call *call, const char *text,
                                int64_t *at_unix_ms)
{
    if (text[0] == '\0') {
        *at_unix_ms = call->now_unix_ms;
        return ASSAY_OK;
    }
    int64_t at = 0;
    if (assay_time_parse(text, &at) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "at: a time of RFC 3339 is wanted, such as 2026-03-01T00:00:00Z");
    }
    if (at > call->now_unix_ms) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "at: it lies in the future");
    }
    *at_unix_ms = at;
    return ASSAY_OK;
}

/* Begin the record of a move. */
static enum assay_error move_begin(const struct assay_office_call *call, enum assay_batch_move move,
                                   struct assay_record *record, struct move_ask *ask)
{
    record->type = ASSAY_RECORD_MOVE;
    record->move.move = move;
    enum assay_error error = move_read(call, &record->move, ask);
    if (error == ASSAY_OK) {
        error = read_at(call, ask->at, &record->move.at_unix_ms);
    }
    memcpy(record->move.actor, call->actor->name, sizeof record->move.actor);
    return error;
}

static enum assay_error batch_move(const struct assay_office_call *call, enum assay_batch_move move,
                                   json_t **result)
{
    struct assay_record record = {0};
    struct move_ask ask = {0};
    enum assay_error error = move_begin(call, move, &record, &ask);
    if (error == ASSAY_OK) {
        error = assay_office_put(call, &record);
    }
    return error == ASSAY_OK ? assay_office_batch_give(call, record.move.handle, result) : error;
}

/* -- activation: good labels only, or, on request, what nobody reported -- */

static enum assay_error activate_unreported(const struct assay_office_call *call,
                                            const struct assay_batch *batch,
                                            struct assay_record *record, struct move_ask ask)
{
    if (!ask.without_manifest) {
        return assay_fail(call->reason, ASSAY_E_TRANSITION,
                          "no manifest of this batch was imported, so nobody knows what was "
                          "printed: manifest import, or activate with --without-manifest, which "
                          "is recorded");
    }
    record->move.move = ASSAY_MOVE_ACTIVATE_UNREPORTED;
    if (ask.whole) {
        record->move.range.last -= assay_batch_reserved_tail(batch);
    }
    return assay_office_put(call, record);
}

/* All that is good and not active yet, run by run. */
static enum assay_error activate_good(const struct assay_office_call *call,
                                      const struct assay_batch *batch, struct assay_record *record)
{
    enum assay_error error = ASSAY_OK;
    uint32_t from = 0;
    uint32_t runs = 0;
    while (error == ASSAY_OK && assay_batch_next_good(batch, from, &record->move.range)) {
        error = assay_office_put(call, record);
        from = record->move.range.last + 1;
        runs++;
    }
    if (error == ASSAY_OK && runs == 0) {
        return assay_fail(call->reason, ASSAY_E_TRANSITION,
                          "no label of the batch is good and not active yet; see batch show");
    }
    return error;
}

enum assay_error assay_office_batch_activate(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {0};
    struct move_ask ask = {0};
    struct assay_batch batch = {0};
    enum assay_error error = move_begin(call, ASSAY_MOVE_ACTIVATE, &record, &ask);
    if (error == ASSAY_OK) {
        error = assay_office_batch_now(call, record.move.handle, &batch);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (batch.closed) {
        error = assay_office_put(call, &record); /* says so */
    } else if (batch.printed.count == 0) {
        error = activate_unreported(call, &batch, &record, ask);
    } else if (ask.whole && !ask.without_manifest) {
        error = activate_good(call, &batch, &record);
    } else {
        record.move.move =
            ask.without_manifest ? ASSAY_MOVE_ACTIVATE_UNREPORTED : ASSAY_MOVE_ACTIVATE;
        error = assay_office_put(call, &record);
    }
    assay_batch_deinit(&batch);
    return error == ASSAY_OK ? assay_office_batch_give(call, record.move.handle, result) : error;
}

enum assay_error assay_office_batch_ship(const struct assay_office_call *call, json_t **result)
{
    return batch_move(call, ASSAY_MOVE_SHIP, result);
}

enum assay_error assay_office_batch_void(const struct assay_office_call *call, json_t **result)
{
    return batch_move(call, ASSAY_MOVE_VOID, result);
}

enum assay_error assay_office_batch_recall(const struct assay_office_call *call, json_t **result)
{
    return batch_move(call, ASSAY_MOVE_RECALL, result);
}

enum assay_error assay_office_batch_close(const struct assay_office_call *call, json_t **result)
{
    return batch_move(call, ASSAY_MOVE_CLOSE, result);
}
