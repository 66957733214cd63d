// SPDX-License-Identifier: Apache-2.0
#include "core/record_file.h"

#include "core/record_fields.h"

static bool history_is_valid(const struct assay_history_record *history)
{
    if (history->scans > ASSAY_HISTORY_SCANS_MAX || history->outcomes > history->scans ||
        history->rows_done > history->rows || history->began_at % 8 != 0) {
        return false;
    }
    int before = -1;
    for (uint32_t i = 0; i < history->outcomes; i++) {
        const struct assay_history_outcome *outcome = &history->outcome[i];
        bool known =
            outcome->verdict < ASSAY_VERDICT_COUNT || outcome->verdict == ASSAY_OUTCOME_WAITS;
        if (!known || outcome->level > ASSAY_RISK_CLONED || outcome->zero != 0 ||
            outcome->number <= before || outcome->number >= history->scans) {
            return false;
        }
        before = outcome->number;
    }
    return true;
}

static bool put_history(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_history_record *history = &record->history;
    bool valid = history_is_valid(history);
    assay_wire_put_u64(wire, (uint64_t)history->at_unix_ms);
    assay_wire_put_u64(wire, history->began_at);
    assay_wire_put_u64(wire, history->rows_done);
    assay_wire_put_u64(wire, history->rows);
    assay_wire_put_bytes(wire, history->sha256, sizeof history->sha256);
    assay_wire_put_u32(wire, history->scans);
    assay_wire_put_u32(wire, history->outcomes);
    for (uint32_t i = 0; valid && i < history->outcomes; i++) {
        const struct assay_history_outcome *outcome = &history->outcome[i];
        assay_wire_put_u8(wire, outcome->number);
        assay_wire_put_u8(wire, outcome->verdict);
        assay_wire_put_u8(wire, outcome->level);
        assay_wire_put_u8(wire, outcome->zero);
        assay_wire_put_u32(wire, (uint32_t)outcome->score);
    }
    assay_wire_put_text(wire, history->actor);
    return valid;
}

static bool get_history(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_history_record *history = &record->history;
    history->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    history->began_at = assay_wire_get_u64(wire);
    history->rows_done = assay_wire_get_u64(wire);
    history->rows = assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, history->sha256, sizeof history->sha256);
    history->scans = assay_wire_get_u32(wire);
    history->outcomes = assay_wire_get_u32(wire);
    if (history->outcomes > ASSAY_HISTORY_SCANS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < history->outcomes; i++) {
        struct assay_history_outcome *outcome = &history->outcome[i];
        outcome->number = assay_wire_get_u8(wire);
        outcome->verdict = assay_wire_get_u8(wire);
        outcome->level = assay_wire_get_u8(wire);
        outcome->zero = assay_wire_get_u8(wire);
        outcome->score = (int32_t)assay_wire_get_u32(wire);
    }
    assay_wire_get_text(wire, history->actor, sizeof history->actor);
    return history_is_valid(history);
}

const struct assay_record_fields *assay_file_fields_of(unsigned type)
{
    static const struct assay_record_fields rows[] = {
        [ASSAY_RECORD_HISTORY] = {.put = put_history, .get = get_history},
    };
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    return known ? &rows[type] : NULL;
}
