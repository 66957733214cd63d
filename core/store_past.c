// SPDX-License-Identifier: Apache-2.0
/* Scans of the past: what their groups hold beyond scans. */
#include <string.h>

#include "core/store_private.h"

#define MINUTE_MS 60000
#define WATCH_GROUPS 256 /* between two looks at the free space */

void assay_store_past_count(struct assay_store_past *past, const struct assay_tally_row *row,
                            int64_t at_unix_ms)
{
    int64_t minute = at_unix_ms / MINUTE_MS;
    for (uint32_t i = 0; i < past->rows; i++) {
        struct assay_store_past_row *known = &past->row[i];
        if (known->minute == minute && known->row.verdict == row->verdict &&
            known->row.item == row->item &&
            memcmp(&known->row.place, &row->place, sizeof row->place) == 0) {
            known->row.count += row->count;
            known->row.distinct += row->distinct;
            return;
        }
    }
    assay_assert(past->rows < ASSAY_HISTORY_SCANS_MAX);
    past->row[past->rows++] = (struct assay_store_past_row){minute, *row};
}

/* One minute's rows from `from` on; each that was taken gets a count of 0. */
static void put_minute(struct assay_store_pass *pass, uint32_t from)
{
    struct assay_store_past *past = pass->past;
    struct assay_record record = {.type = ASSAY_RECORD_SUMMARY};
    int64_t minute = past->row[from].minute;
    record.summary.at_unix_ms = minute * MINUTE_MS;
    record.summary.rows = 0;
    for (uint32_t i = from; i < past->rows && record.summary.rows < ASSAY_SUMMARY_ROWS_MAX; i++) {
        struct assay_store_past_row *row = &past->row[i];
        if (row->minute != minute || row->row.count == 0) {
            continue;
        }
        uint32_t at = record.summary.rows++;
        record.summary.row[at].verdict = row->row.verdict;
        record.summary.row[at].item = row->row.item;
        record.summary.row[at].count = row->row.count;
        record.summary.row[at].distinct = row->row.distinct;
        record.summary.row[at].place = assay_store_pass_place(pass, &row->row.place);
        row->row.count = 0;
    }
    assay_store_pass_put(pass, &record);
}

static void note_outcomes(const struct assay_scan_group *group, struct assay_history_record *mark)
{
    mark->scans = group->count;
    mark->outcomes = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct assay_scan_answer *answer = group->answers[i];
        if (answer->recorded) {
            continue;
        }
        bool waits = answer->error == ASSAY_E_THROTTLED;
        mark->outcome[mark->outcomes++] = (struct assay_history_outcome){
            .number = (uint8_t)i,
            .verdict = waits ? ASSAY_OUTCOME_WAITS : (uint8_t)answer->verdict,
            .level = waits ? 0 : (uint8_t)answer->risk.level,
            .score = waits ? 0 : answer->risk.score,
        };
    }
}

void assay_store_past_seal(struct assay_store_pass *pass, const struct assay_scan_group *group)
{
    struct assay_store_past *past = pass->past;
    for (uint32_t i = 0; i < past->rows; i++) {
        if (past->row[i].row.count > 0) {
            put_minute(pass, i);
        }
    }
    note_outcomes(group, past->mark);
    if (past->mark->began_at == 0) {
        past->mark->began_at = pass->first;
    }
    struct assay_record record = {.type = ASSAY_RECORD_HISTORY, .history = *past->mark};
    assay_store_pass_put(pass, &record);
}

/* The overlay never fills up in the middle of a group. */
static enum assay_error make_room(struct assay_store *store, uint32_t scans)
{
    return store->active->room - store->active->count > scans ? ASSAY_OK
                                                              : assay_store_checkpoint(store);
}

enum assay_error assay_store_scan_past(struct assay_store_session *session,
                                       struct assay_scan_group *group,
                                       struct assay_history_record *mark)
{
    assay_assert(group->count <= ASSAY_HISTORY_SCANS_MAX);
    struct assay_store *store = session->store;
    struct assay_store_past past = {.mark = mark, .rows = 0};
    struct assay_store_pass pass = {.store = store, .session = session, .past = &past};
    if (session->past_groups++ % WATCH_GROUPS == 0) {
        assay_store_watch_space(store);
    }
    if (store->low_space) {
        return ASSAY_E_NO_SPACE;
    }
    enum assay_error error = make_room(store, group->count);
    return error != ASSAY_OK ? error : assay_store_decide(&pass, group);
}

enum assay_error assay_store_file(struct assay_store *store, const uint8_t sha256[ASSAY_SHA256_LEN],
                                  struct assay_catalog_file *file)
{
    pthread_mutex_lock(&store->lock);
    const struct assay_catalog_file *known = assay_catalog_file_find(store->catalog, sha256);
    if (known != NULL) {
        *file = *known;
    }
    pthread_mutex_unlock(&store->lock);
    return known == NULL ? ASSAY_E_NOT_FOUND : ASSAY_OK;
}
