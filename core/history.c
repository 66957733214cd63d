// SPDX-License-Identifier: Apache-2.0
#include "core/history.h"

#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "core/history_past.h"
#include "core/history_recall.h"
#include "core/key_set.h"
#include "core/opener.h"

/* Rows that wait for their part: its scans, and malformed ones between them. */
#define PENDING_MAX (4 * ASSAY_HISTORY_SCANS_MAX)
#define NO_SCAN UINT32_MAX
#define PROGRESS_ROWS 65536
#define DAY_MS 86400000ll

struct pending {
    uint64_t number;
    uint32_t scan; /* of the group, or NO_SCAN: malformed */
};

struct assay_history {
    struct assay_history_options options;
    const struct assay_history_keys *keys;
    struct assay_history_file file;
    struct assay_history_past *past;
    struct assay_history_recall *recall;
    struct assay_opener opener;
    struct assay_history_record mark;
    struct assay_history_report *report;
    uint64_t seen;                        /* rows, in order of time */
    struct assay_history_result *results; /* by number, of a file that is not sorted */
    struct assay_scan_group group;
    struct assay_scan_request requests[ASSAY_HISTORY_SCANS_MAX];
    struct assay_scan_answer answers[ASSAY_HISTORY_SCANS_MAX];
    struct pending pending[PENDING_MAX];
    uint32_t pending_count;
    /* Of the check: is it this brand's? */
    uint64_t foreign_line;
    bool has_own;
    /* Of the items. */
    struct assay_key_set told;
    enum assay_error (*visit)(void *context, const char *code, const struct assay_risk *risk);
    void *visit_context;
};

/* -- whose file it is -- */

static const struct assay_batch_facts *facts_of(const struct assay_history *history,
                                                const struct assay_history_row *row)
{
    uint32_t handle = row->kind == ASSAY_HISTORY_ITEM ? row->handle : row->parts.handle;
    return row->kind == ASSAY_HISTORY_MALFORMED
               ? NULL
               : assay_store_batch_facts(history->options.store, handle);
}

static enum assay_error look_at(void *context, uint64_t number,
                                const struct assay_csv_record *record,
                                const struct assay_history_row *row, struct assay_reason *reason)
{
    (void)number;
    (void)reason;
    struct assay_history *history = context;
    if (history->has_own || row->kind == ASSAY_HISTORY_MALFORMED) {
        return ASSAY_OK;
    }
    if (facts_of(history, row) != NULL) {
        history->has_own = true;
    } else if (history->foreign_line == 0) {
        history->foreign_line = record->line;
    }
    return ASSAY_OK;
}

enum assay_error assay_history_open(const struct assay_history_options *options,
                                    struct assay_history **history, struct assay_reason *reason)
{
    struct assay_history *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    opened->options = *options;
    /* A day of grace: clocks differ, and zones are mistaken. */
    const struct assay_history_reading reading = {
        .take = look_at, .context = opened, .latest = options->now_unix_ms + DAY_MS};
    enum assay_error error =
        assay_history_file_open(options->path, &reading, &opened->file, reason);
    if (error == ASSAY_OK && opened->foreign_line != 0 && !opened->has_own) {
        error = assay_fail(reason, ASSAY_E_CODE_UNKNOWN,
                           "line %llu: code: neither this nor any other code of the file is of a "
                           "batch here; is it another brand's?",
                           (unsigned long long)opened->foreign_line);
    }
    if (error != ASSAY_OK) {
        assay_history_close(opened);
        return error;
    }
    *history = opened;
    return ASSAY_OK;
}

void assay_history_close(struct assay_history *history)
{
    if (history == NULL) {
        return;
    }
    assay_opener_deinit(&history->opener);
    free(history->results);
    assay_key_set_deinit(&history->told);
    assay_history_past_destroy(history->past);
    assay_history_recall_close(history->recall);
    assay_history_file_close(&history->file);
    free(history);
}

const struct assay_history_file *assay_history_file_of(const struct assay_history *history)
{
    return &history->file;
}

/* -- codes -- */

/* The item of a row; *facts NULL if it was never issued. */
static enum assay_error item_of(struct assay_history *history, const struct assay_history_row *row,
                                const struct assay_batch_facts **facts, uint32_t *index)
{
    enum assay_error error = ASSAY_E_CODE_UNKNOWN;
    *facts = NULL;
    *index = row->index;
    if (row->kind == ASSAY_HISTORY_CODE) {
        error = assay_opener_code(&history->opener, &row->parts, facts, index);
    } else if (row->kind == ASSAY_HISTORY_ITEM) {
        error = assay_opener_item(&history->opener, row->handle, row->index, facts);
    }
    return error == ASSAY_E_CODE_UNKNOWN ? ASSAY_OK : error;
}

/* As the verifier makes it of a 128-bit device. */
static uint64_t device_tag(const struct assay_history *history, const struct assay_history_row *row,
                           uint64_t item)
{
    uint8_t device[ASSAY_HISTORY_DEVICE_LEN];
    if (row->device.len_bytes == 0) {
        return 0;
    }
    assay_history_device(row, device);
    return assay_device_tag(history->keys->device_key, item, device);
}

/* -- results -- */

static enum assay_error tell(struct assay_history *history,
                             const struct assay_history_result *result)
{
    if (result->waits) {
        history->report->waits++;
    } else {
        history->report->verdicts[result->verdict]++;
    }
    if (history->results != NULL) {
        history->results[result->number - 1] = *result;
        return ASSAY_OK;
    }
    return history->options.tell == NULL ? ASSAY_OK
                                         : history->options.tell(history->options.context, result);
}

static enum assay_error tell_outcome(struct assay_history *history, uint64_t number,
                                     const struct assay_history_outcome *outcome)
{
    bool waits = outcome->verdict == ASSAY_OUTCOME_WAITS;
    return tell(history, &(struct assay_history_result){
                             .number = number,
                             .waits = waits,
                             .verdict = waits ? ASSAY_VERDICT_PIN_WRONG : outcome->verdict,
                             .has_risk = !waits && outcome->verdict != ASSAY_VERDICT_NOT_ISSUED &&
                                         outcome->verdict != ASSAY_VERDICT_MALFORMED,
                             .level = outcome->level,
                             .score = outcome->score,
                         });
}

static enum assay_error tell_malformed(struct assay_history *history, uint64_t number)
{
    return tell(history, &(struct assay_history_result){.number = number,
                                                        .verdict = ASSAY_VERDICT_MALFORMED});
}

static enum assay_error tell_pending(struct assay_history *history)
{
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < history->pending_count && error == ASSAY_OK; i++) {
        const struct pending *pending = &history->pending[i];
        if (pending->scan == NO_SCAN) {
            error = tell_malformed(history, pending->number);
            continue;
        }
        const struct assay_scan_answer *answer = &history->answers[pending->scan];
        const struct assay_history_outcome outcome = {
            .verdict =
                answer->error == ASSAY_E_THROTTLED ? ASSAY_OUTCOME_WAITS : (uint8_t)answer->verdict,
            .level = (uint8_t)answer->risk.level,
            .score = answer->risk.score,
        };
        history->report->recorded += answer->recorded;
        error = tell_outcome(history, pending->number, &outcome);
    }
    history->pending_count = 0;
    return error;
}

/* -- deciding -- */

/* The part that was gathered: decided, recorded, told. */
static enum assay_error flush(struct assay_history *history)
{
    if (history->pending_count == 0) {
        return ASSAY_OK;
    }
    history->mark.rows_done = history->seen;
    enum assay_error error =
        assay_store_scan_past(history->options.session, &history->group, &history->mark);
    for (uint32_t i = 0; i < history->group.count && error == ASSAY_OK; i++) {
        enum assay_error one = history->answers[i].error;
        error = one == ASSAY_E_THROTTLED ? ASSAY_OK : one;
    }
    error = error != ASSAY_OK ? error : tell_pending(history);
    history->group.count = 0;
    return error;
}

static void add_scan(struct assay_history *history, uint64_t number,
                     const struct assay_history_row *row, const struct assay_scan_request *what)
{
    uint32_t at = history->group.count++;
    struct assay_scan_request *request = &history->requests[at];
    *request = *what;
    request->at_unix_ms = row->at_unix_ms;
    request->place = row->place;
    request->position = row->position;
    request->own_position = row->own_position;
    bool has_pins = what->batch != NULL && (what->batch->flags & ASSAY_BATCH_HAS_PIN) != 0;
    request->pin = has_pins ? row->pin : ASSAY_PIN_NONE;
    request->net = row->net;
    request->channel = row->channel;
    /* Of a code that was never issued it tells who tried. */
    request->device =
        device_tag(history, row,
                   what->batch == NULL ? 0 : assay_item_key_of(what->batch->handle, what->index));
    assay_history_scan_id(history->file.sha256, number, request->scan_id);
    history->answers[at] = (struct assay_scan_answer){0};
    history->pending[history->pending_count++] = (struct pending){number, at};
}

static enum assay_error decide(struct assay_history *history, uint64_t number,
                               const struct assay_history_row *row)
{
    struct assay_scan_request what = {0};
    enum assay_error error = ASSAY_OK;
    if (row->kind == ASSAY_HISTORY_MALFORMED) {
        history->pending[history->pending_count++] = (struct pending){number, NO_SCAN};
    } else {
        error = item_of(history, row, &what.batch, &what.index);
        if (error == ASSAY_OK && what.batch != NULL) {
            if (assay_history_past_moves(history->past, what.batch, row->at_unix_ms)) {
                history->seen--; /* this row is of the next part */
                error = flush(history);
                history->seen++;
            }
            error = error != ASSAY_OK ? error
                                      : assay_history_past_batch(history->past, what.batch,
                                                                 row->at_unix_ms, &what.past);
        }
        if (error == ASSAY_OK) {
            add_scan(history, number, row, &what);
        }
    }
    bool full =
        history->group.count == ASSAY_HISTORY_SCANS_MAX || history->pending_count == PENDING_MAX;
    return error == ASSAY_OK && full ? flush(history) : error;
}

static enum assay_error recall(struct assay_history *history, uint64_t number,
                               const struct assay_history_row *row, struct assay_reason *reason)
{
    if (row->kind == ASSAY_HISTORY_MALFORMED) {
        return tell_malformed(history, number);
    }
    struct assay_history_outcome outcome;
    enum assay_error error = assay_history_recall_next(history->recall, &outcome, reason);
    return error != ASSAY_OK ? error : tell_outcome(history, number, &outcome);
}

static enum assay_error take_row(void *context, uint64_t number,
                                 const struct assay_csv_record *record,
                                 const struct assay_history_row *row, struct assay_reason *reason)
{
    (void)record;
    struct assay_history *history = context;
    history->seen++;
    if (history->options.progress != NULL && history->seen % PROGRESS_ROWS == 0) {
        history->options.progress(history->options.context, history->seen, history->file.rows);
    }
    if (history->seen <= history->report->before) {
        return recall(history, number, row, reason);
    }
    enum assay_error error = decide(history, number, row);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error,
                                          "line %u: %s; what was replayed stays: the same command "
                                          "goes on after it",
                                          record->line, assay_error_text(error));
}

/* -- the run -- */

/* Where an earlier run of the same file ended. */
static enum assay_error begin(struct assay_history *history, struct assay_reason *reason)
{
    const struct assay_history_options *options = &history->options;
    struct assay_store_stats stats;
    struct assay_catalog_file known;
    assay_store_stats(options->store, &stats);
    struct assay_history_record *mark = &history->mark;
    mark->at_unix_ms = options->now_unix_ms;
    mark->rows = history->file.rows;
    memcpy(mark->sha256, history->file.sha256, sizeof mark->sha256);
    strncpy(mark->actor, options->actor, sizeof mark->actor - 1);
    enum assay_error error = assay_store_file(options->store, history->file.sha256, &known);
    if (error == ASSAY_OK) {
        mark->began_at = known.value.began_at;
        history->report->before = known.value.rows_done;
        error = assay_history_recall_open(options->dir, &known.value, stats.ledger_end,
                                          &history->recall, reason);
    } else {
        error = ASSAY_OK;
    }
    return error != ASSAY_OK ? error
                             : assay_history_past_create(options->session, options->dir,
                                                         stats.ledger_end, &history->past, reason);
}

static enum assay_error make_ready(struct assay_history *history, struct assay_reason *reason)
{
    history->opener.store = history->options.store;
    history->opener.keyring = history->keys->keyring;
    if (history->file.has_codes && !assay_opener_has_keys(&history->opener)) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "label.key is not open: codes cannot be checked");
    }
    for (uint32_t i = 0; i < ASSAY_HISTORY_SCANS_MAX; i++) {
        history->group.requests[i] = &history->requests[i];
        history->group.answers[i] = &history->answers[i];
    }
    if (!history->file.is_sorted) {
        history->results = calloc(history->file.rows, sizeof *history->results);
        if (history->results == NULL) {
            return assay_fail(reason, ASSAY_E_MEMORY, NULL);
        }
    }
    return begin(history, reason);
}

static enum assay_error tell_results(struct assay_history *history)
{
    enum assay_error error = ASSAY_OK;
    for (uint64_t i = 0; history->results != NULL && history->options.tell != NULL &&
                         i < history->file.rows && error == ASSAY_OK;
         i++) {
        error = history->options.tell(history->options.context, &history->results[i]);
    }
    return error;
}

enum assay_error assay_history_run(struct assay_history *history,
                                   const struct assay_history_keys *keys,
                                   struct assay_history_report *report, struct assay_reason *reason)
{
    *report = (struct assay_history_report){.rows = history->file.rows};
    history->keys = keys;
    history->report = report;
    enum assay_error error = make_ready(history, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_history_reading reading = {
        .take = take_row, .context = history, .latest = INT64_MAX};
    error = assay_history_file_by_time(&history->file, &reading, reason);
    if (error == ASSAY_OK) {
        error = flush(history);
        error = error != ASSAY_OK ? error : assay_store_settle(history->options.store);
        error = error != ASSAY_OK ? error : tell_results(history);
        error = error != ASSAY_OK ? assay_fail(reason, error, NULL) : ASSAY_OK;
    }
    return error;
}

/* -- items -- */

static enum assay_error visit_item(void *context, uint64_t number,
                                   const struct assay_csv_record *record,
                                   const struct assay_history_row *row, struct assay_reason *reason)
{
    (void)number;
    struct assay_history *history = context;
    const struct assay_batch_facts *facts = NULL;
    uint32_t index = 0;
    enum assay_error error = item_of(history, row, &facts, &index);
    if (error != ASSAY_OK || facts == NULL) {
        return error;
    }
    uint64_t key = assay_item_key_of(facts->handle, index);
    bool added = false;
    error = assay_key_set_add(&history->told, key, &added);
    if (error != ASSAY_OK || !added) {
        return error != ASSAY_OK ? assay_fail(reason, error, NULL) : ASSAY_OK;
    }
    struct assay_item item;
    struct assay_risk risk;
    error = assay_store_item(history->options.session, key, &item);
    if (error == ASSAY_OK) {
        error = assay_store_item_risk(history->options.store, key, &item, &risk);
    }
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    return history->visit(history->visit_context, record->field[ASSAY_HISTORY_CODE_COLUMN], &risk);
}

enum assay_error assay_history_items(struct assay_history *history,
                                     enum assay_error (*visit)(void *context, const char *code,
                                                               const struct assay_risk *risk),
                                     void *context, struct assay_reason *reason)
{
    history->visit = visit;
    history->visit_context = context;
    const struct assay_history_reading reading = {
        .take = visit_item, .context = history, .latest = INT64_MAX, .code_only = true};
    return assay_history_file_as_it_stands(&history->file, &reading, reason);
}
