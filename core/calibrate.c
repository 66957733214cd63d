// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alert_watch.h"
#include "core/calibrate_known.h"
#include "core/catalog.h"
#include "core/evidence.h"

struct work {
    const struct assay_calibrate_options *options;
    struct assay_reason *reason;
    uint64_t ledger_end;
    struct assay_evidence evidence;
    struct assay_calibrate_known known;
    uint32_t confirmed; /* by their PINs, so far */
    struct assay_catalog *catalog;
    struct assay_calibrate_counts counts;
};

/* -- the ledger, record by record -- */

static enum assay_error each(struct work *work,
                             enum assay_error (*take)(struct work *work, struct assay_span bytes,
                                                      uint64_t position))
{
    char path[PATH_MAX];
    struct assay_ledger_reader *reader = NULL;
    snprintf(path, sizeof path, "%s/ledger", work->options->dir);
    enum assay_error error =
        assay_ledger_reader_open(path, 0, work->ledger_end, &reader, work->reason);
    while (error == ASSAY_OK) {
        struct assay_span bytes;
        uint64_t position = 0;
        if (work->options->stop != NULL && atomic_load(work->options->stop)) {
            error = assay_fail(work->reason, ASSAY_E_BUSY, NULL);
            break;
        }
        error = assay_ledger_reader_next(reader, &bytes, &position, work->reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0) {
            break;
        }
        error = take(work, bytes, position);
        if (error != ASSAY_OK) {
            (void)assay_fail(work->reason, error, "ledger: the record at %llu: %s",
                             (unsigned long long)position, assay_error_text(error));
        }
    }
    assay_ledger_reader_close(reader);
    return error;
}

/* -- what is known -- */

static enum assay_error find_confirmed(struct work *work, struct assay_span bytes,
                                       uint64_t position)
{
    (void)position;
    struct assay_record record;
    if (bytes.data[0] != ASSAY_RECORD_SCAN) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_record_decode_next(bytes.data, bytes.len_bytes, &record);
    bool confirms = error == ASSAY_OK && (record.scan.flags & ASSAY_SCAN_CONFIRMATION) != 0;
    if (!confirms || work->confirmed >= ASSAY_CALIBRATE_CONFIRMED_MAX) {
        return error;
    }
    work->confirmed++;
    return assay_calibrate_know(&work->known, record.scan.item, ASSAY_CALIBRATE_CONFIRMED);
}

struct judged {
    struct assay_calibrate_known *known;
    enum assay_error error;
};

static bool take_outcome(void *context, uint64_t item, bool confirmed)
{
    struct judged *judged = context;
    judged->error = assay_calibrate_know(
        judged->known, item, confirmed ? ASSAY_CALIBRATE_COPIED : ASSAY_CALIBRATE_DISMISSED);
    return judged->error == ASSAY_OK;
}

static enum assay_error gather(struct work *work)
{
    struct judged judged = {.known = &work->known};
    enum assay_error error =
        assay_evidence_read(work->options->dir, work->ledger_end, &work->evidence, work->reason);
    for (size_t i = 0; error == ASSAY_OK && i < work->evidence.reference_count; i++) {
        error = assay_calibrate_know(&work->known, work->evidence.references[i],
                                     ASSAY_CALIBRATE_REFERENCE);
    }
    error = error != ASSAY_OK ? error : each(work, find_confirmed);
    if (error == ASSAY_OK) {
        assay_alert_each_outcome(assay_store_of(work->options->session), take_outcome, &judged);
        error = judged.error;
    }
    assay_calibrate_known_finish(&work->known);
    return error;
}

/* -- ratios -- */

static enum assay_error learn_scan(struct work *work, const struct assay_scan_record *scan)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(work->catalog, assay_item_key_handle(scan->item));
    if (facts == NULL) {
        return ASSAY_E_CORRUPT;
    }
    bool first = (scan->flags & ASSAY_SCAN_FIRST) != 0;
    struct assay_calibrate_item *known = assay_calibrate_known_find(&work->known, scan->item);
    if (!assay_scan_counts(scan) || (!first && known == NULL)) {
        return ASSAY_OK;
    }
    const struct assay_item_scene scene = {.place = assay_catalog_place(work->catalog, scan->place),
                                           .market = facts->market};
    const struct assay_risk_around around = {0};
    const struct assay_risk_state none = {0};
    struct assay_risk_scan risk_scan;
    struct assay_risk unused;
    assay_item_risk_scan(scan, &scene, &risk_scan);
    assay_calibrate_count(&work->counts, known == NULL ? &none : &known->state, &risk_scan,
                          facts->slot, known == NULL ? ASSAY_CALIBRATE_UNKNOWN : known->source);
    if (known != NULL) {
        assay_risk_update(&known->state, &risk_scan, &around, assay_risk_table_default(), &unused);
    }
    return ASSAY_OK;
}

static enum assay_error learn_record(struct work *work, struct assay_span bytes, uint64_t position)
{
    struct assay_record record;
    enum assay_error error = assay_record_decode_next(bytes.data, bytes.len_bytes, &record);
    if (error != ASSAY_OK || assay_record_is_of_cartons(&record)) {
        return error;
    }
    switch (record.type) {
    case ASSAY_RECORD_SCAN:
        return learn_scan(work, &record.scan);
    case ASSAY_RECORD_SUMMARY:
    case ASSAY_RECORD_CLAIM:
    case ASSAY_RECORD_FIND:
    case ASSAY_RECORD_REPORT:
        return ASSAY_OK;
    default:
        return assay_catalog_apply(work->catalog, &record, position);
    }
}

/* Batches as there are by now: more than the ledger up to its end can name. */
static enum assay_error learn(struct work *work, struct assay_risk_table *table)
{
    struct assay_store_stats stats;
    assay_store_stats(assay_store_of(work->options->session), &stats);
    enum assay_error error = assay_catalog_create(&work->catalog);
    if (error == ASSAY_OK) {
        error = assay_calibrate_counts_init(&work->counts, stats.batches);
    }
    error = error != ASSAY_OK ? error : each(work, learn_record);
    if (error == ASSAY_OK) {
        assay_calibrate_ratios(&work->counts, table);
    }
    return error;
}

/* -- levels -- */

static int compare_scores(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left;
    int32_t b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

/* Of each reference item that was scanned: its mass, and, where wanted, its score by the table. */
static enum assay_error visit_references(struct work *work, struct assay_calibrate_report *report,
                                         int32_t *scores, uint64_t *mass)
{
    struct assay_store_session *session = work->options->session;
    report->references = 0;
    *mass = 0;
    for (size_t i = 0; i < work->known.count; i++) {
        uint64_t key = work->known.items[i].item;
        if (work->known.items[i].source != ASSAY_CALIBRATE_REFERENCE) {
            continue;
        }
        struct assay_item item;
        struct assay_risk risk;
        enum assay_error error = assay_store_item(session, key, &item);
        if (error == ASSAY_OK && item.risk.scans > 0) {
            error = assay_store_item_risk_by(assay_store_of(session), key, &item, &report->table,
                                             &risk);
            *mass += item.risk.mass_sum < UINT16_MAX ? item.risk.mass_sum : UINT16_MAX;
            scores[report->references++] = risk.score;
        }
        if (error != ASSAY_OK && error != ASSAY_E_NOT_FOUND) {
            return assay_fail(work->reason, error, NULL);
        }
    }
    return ASSAY_OK;
}

/* Twice: the scores go by the usual mass. */
static enum assay_error level(struct work *work, struct assay_calibrate_report *report)
{
    uint64_t mass = 0;
    int32_t *scores = calloc(work->known.of[ASSAY_CALIBRATE_REFERENCE] + 1u, sizeof *scores);
    enum assay_error error =
        scores == NULL ? ASSAY_E_MEMORY : visit_references(work, report, scores, &mass);
    if (error == ASSAY_OK) {
        assay_calibrate_usual(mass, report->references, &report->table);
        report->table.thresholds[ASSAY_RISK_SUSPECT - 1] = INT32_MAX; /* bends no score */
        report->table.thresholds[ASSAY_RISK_CLONED - 1] = INT32_MAX;
        error = visit_references(work, report, scores, &mass);
    }
    if (error == ASSAY_OK) {
        qsort(scores, report->references, sizeof *scores, compare_scores);
        memcpy(report->table.thresholds, assay_risk_table_default()->thresholds,
               sizeof report->table.thresholds);
        report->levels = assay_calibrate_levels(scores, report->references, &report->table);
    }
    free(scores);
    return error;
}

/* -- the record -- */

static enum assay_error put(struct work *work, struct assay_calibrate_report *report)
{
    uint8_t *data = malloc(ASSAY_RISK_TABLE_BYTES);
    if (data == NULL) {
        return ASSAY_E_MEMORY;
    }
    report->table.is_default = false;
    report->table.learnt_items = report->references;
    report->table.learnt_confirmed = report->confirmed;
    report->table.learnt_dismissed = report->dismissed;
    report->table.known_copied = report->copied;
    report->table.learnt_scans = report->scans;
    assay_risk_table_encode(&report->table, data);
    struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
    record.calibration.at_unix_ms = work->options->now_unix_ms;
    record.calibration.table = (struct assay_span){data, ASSAY_RISK_TABLE_BYTES};
    snprintf(record.calibration.actor, sizeof record.calibration.actor, "%s", work->options->actor);
    enum assay_error error =
        assay_store_put(work->options->session, &record, &report->position, work->reason);
    free(data);
    return error;
}

/* The catalog says it; the ledger is read only if there is something. */
static bool has_references(struct assay_store *store)
{
    struct assay_catalog_import import;
    for (uint32_t i = 0; assay_store_import_at(store, i, &import) == ASSAY_OK; i++) {
        if (import.value.kind == ASSAY_IMPORT_REFERENCE && !import.replaced) {
            return true;
        }
    }
    return false;
}

static enum assay_error run(struct work *work, struct assay_calibrate_report *report)
{
    bool readable =
        !work->options->references_wanted || has_references(assay_store_of(work->options->session));
    enum assay_error error = readable ? gather(work) : ASSAY_OK;
    const uint32_t *of = work->known.of;
    uint32_t others = of[ASSAY_CALIBRATE_CONFIRMED] + of[ASSAY_CALIBRATE_DISMISSED];
    bool enough =
        of[ASSAY_CALIBRATE_REFERENCE] > 0 || (others > 0 && !work->options->references_wanted);
    if (error == ASSAY_OK && !enough) {
        return assay_fail(
            work->reason, ASSAY_E_REFUSED,
            "there is nothing to learn from: no reference item (reference import) and "
            "none confirmed by its PIN");
    }
    error = error != ASSAY_OK ? error : learn(work, &report->table);
    error = error != ASSAY_OK ? error : level(work, report);
    if (error != ASSAY_OK) {
        return error;
    }
    report->confirmed = of[ASSAY_CALIBRATE_CONFIRMED];
    report->dismissed = of[ASSAY_CALIBRATE_DISMISSED];
    report->copied = of[ASSAY_CALIBRATE_COPIED];
    report->scans = assay_risk_counts_total(&work->counts.known) +
                    assay_risk_counts_total(&work->counts.confirmed);
    return put(work, report);
}

enum assay_error assay_calibrate(const struct assay_calibrate_options *options,
                                 struct assay_calibrate_report *report, struct assay_reason *reason)
{
    struct assay_store_stats stats;
    enum assay_error error = assay_store_settle(assay_store_of(options->session));
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    assay_store_stats(assay_store_of(options->session), &stats);
    struct work work = {.options = options, .reason = reason, .ledger_end = stats.ledger_synced};
    struct assay_calibrate_report made = {.table = *assay_risk_table_default()};
    error = run(&work, &made);
    if (error == ASSAY_OK) {
        *report = made;
    } else if (error == ASSAY_E_MEMORY) {
        (void)assay_fail(reason, error, NULL);
    }
    assay_evidence_deinit(&work.evidence);
    assay_calibrate_counts_deinit(&work.counts);
    assay_catalog_destroy(work.catalog);
    assay_calibrate_known_deinit(&work.known);
    return error;
}

bool assay_calibrate_is_due(struct assay_store *store, int64_t now_unix_ms, int64_t every_ms)
{
    const struct assay_calibration *last = assay_store_calibration(store);
    bool young = last != NULL && now_unix_ms - last->at_unix_ms < every_ms;
    return !young && has_references(store);
}
