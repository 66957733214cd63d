// SPDX-License-Identifier: Apache-2.0
/* Invariants
 *  1. The state's snapshot is taken before the end of the ledger is read, so no row may know of a
 *     record that this replay does not reach.
 *  2. A row equals the replay of its item's records up to the row's last position, bit by bit; a
 *     record below the state's position is in its row.
 *  3. Items are checked in passes by hash, so memory is bounded; the catalog in the first.
 */
#include "core/check.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check_carton.h"
#include "core/check_items.h"
#include "core/ledger.h"
#include "core/ledger_segment.h"
#include "core/risk_cells.h"
#include "core/state.h"
#include "core/store.h"

#define ITEMS_PER_PASS (1u << 20)
#define PROGRESS_RECORDS 65536

struct check {
    const struct assay_check_options *options;
    struct assay_check_report *report;
    struct assay_reason *reason;
    struct assay_state_reader *snapshot;
    struct assay_catalog *catalog;
    struct assay_risk_cells *cells;
    struct assay_check_items *items;
    struct assay_check_carton *cartons; /* in the first pass */
    uint64_t end;
    uint32_t places; /* those that the state must hold */
    uint32_t pass;
    uint32_t passes;
};

/* -- one record -- */

static enum assay_error damaged(const struct check *check, uint64_t position, const char *what)
{
    return assay_fail(check->reason, ASSAY_E_CORRUPT, "%s/ledger: the record at position %llu: %s",
                      check->options->dir, (unsigned long long)position, what);
}

static enum assay_error check_place(const struct check *check, uint64_t position, uint32_t place)
{
    return place <= assay_catalog_place_count(check->catalog)
               ? ASSAY_OK
               : damaged(check, position, "names a place that no record gave a number to");
}

static enum assay_error check_item_key(const struct check *check, uint64_t position, uint64_t item)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(check->catalog, assay_item_key_handle(item));
    if (facts == NULL) {
        return damaged(check, position, "names a batch that no record created");
    }
    return assay_item_key_index(item) < facts->count
               ? ASSAY_OK
               : damaged(check, position, "names an item beyond the count of its batch");
}

static enum assay_error check_summary(const struct check *check, uint64_t position,
                                      const struct assay_summary_record *summary)
{
    for (uint32_t i = 0; i < summary->rows; i++) {
        enum assay_error error = check_place(check, position, summary->row[i].place);
        if (error == ASSAY_OK && summary->row[i].item != 0) {
            error = check_item_key(check, position, summary->row[i].item);
        }
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

static struct assay_risk_where where_of(const struct check *check,
                                        const struct assay_scan_record *scan)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(check->catalog, assay_item_key_handle(scan->item));
    const struct assay_place *place = assay_catalog_place(check->catalog, scan->place);
    struct assay_risk_where where = {.batch = facts->slot, .product = facts->product};
    memcpy(where.country, place->country, sizeof where.country);
    return where;
}

/* The batch is known by now. */
static struct assay_item_scene scene_of(const struct check *check,
                                        const struct assay_scan_record *scan)
{
    struct assay_item_scene scene = {
        .place = assay_catalog_place(check->catalog, scan->place),
        .market = assay_catalog_facts(check->catalog, assay_item_key_handle(scan->item))->market,
        .table = assay_catalog_risk_table(check->catalog),
        .cells = check->cells,
        .where = where_of(check, scan),
    };
    return scene;
}

static enum assay_error check_of_item(const struct check *check, uint64_t position, uint64_t item,
                                      const struct assay_record *record)
{
    enum assay_error error = check_item_key(check, position, item);
    if (error != ASSAY_OK || !assay_check_items_wants(check->items, item)) {
        return error;
    }
    struct assay_item_scene scene = {0};
    if (record->type == ASSAY_RECORD_SCAN) {
        scene = scene_of(check, &record->scan);
    }
    const struct assay_check_step step = {item, position, record, &scene};
    const char *what = NULL;
    error = assay_check_items_apply(check->items, &step, &what);
    return error == ASSAY_E_CORRUPT ? damaged(check, position, what) : error;
}

static enum assay_error check_scan(struct check *check, uint64_t position,
                                   const struct assay_record *record)
{
    check->report->scans += check->pass == 0;
    enum assay_error error = check_place(check, position, record->scan.place);
    error = error == ASSAY_OK ? check_of_item(check, position, record->scan.item, record) : error;
    if (error == ASSAY_OK) {
        struct assay_risk_where where = where_of(check, &record->scan);
        error = assay_risk_cells_take(check->cells, &where, &record->scan, position);
    }
    return error;
}

static enum assay_error check_cartons(const struct check *check, uint64_t position,
                                      const struct assay_record *record)
{
    if (check->cartons == NULL) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_check_carton_record(check->cartons, record, position);
    return error == ASSAY_E_CORRUPT ? damaged(check, position, "does not fit the cartons before it")
                                    : error;
}

static enum assay_error check_record(struct check *check, uint64_t position,
                                     const struct assay_record *record)
{
    enum assay_error error = ASSAY_OK;
    if (assay_record_is_of_cartons(record)) {
        return check_cartons(check, position, record);
    }
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        return check_scan(check, position, record);
    case ASSAY_RECORD_CLAIM:
        return check_of_item(check, position, record->claim.item, record);
    case ASSAY_RECORD_FIND:
        return check_of_item(check, position, record->find.item, record);
    case ASSAY_RECORD_REPORT:
        return check_place(check, position, record->report.place);
    case ASSAY_RECORD_SUMMARY:
        return check_summary(check, position, &record->summary);
    default:
        if (record->type == ASSAY_RECORD_PLACE && position < check->report->state_position) {
            check->places = record->place.place;
        }
        error = assay_catalog_apply(check->catalog, record, position);
        return error == ASSAY_E_CORRUPT
                   ? damaged(check, position, "does not fit the records before it")
                   : error;
    }
}

/* -- one pass -- */

static void tell_progress(const struct check *check, uint64_t position)
{
    if (check->options->progress != NULL) {
        double end = check->end == UINT64_MAX ? (double)position : (double)check->end;
        double share = end > 0 ? (double)position / end : 1;
        check->options->progress(check->options->context, (check->pass + share) / check->passes);
    }
}

static enum assay_error read_ledger(struct check *check, struct assay_ledger_reader *reader)
{
    struct assay_record record;
    uint64_t records = 0;
    for (;;) {
        struct assay_span bytes;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &bytes, &position, check->reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0) {
            check->report->records = assay_ledger_reader_count(reader);
            check->report->last_crc = assay_ledger_reader_crc(reader);
            return error;
        }
        error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
        if (error != ASSAY_OK) {
            return damaged(check, position, assay_error_text(error));
        }
        error = check_record(check, position, &record);
        if (error != ASSAY_OK) {
            return error;
        }
        check->report->ledger_end = position + bytes.len_bytes;
        if (++records % PROGRESS_RECORDS == 0) {
            tell_progress(check, position);
        }
    }
}

static enum assay_error take_row(void *context, uint64_t key, const struct assay_item *item)
{
    struct check *check = context;
    if (!assay_check_items_wants(check->items, key)) {
        return ASSAY_OK;
    }
    check->report->rows++;
    return assay_check_items_take_row(check->items, key, item);
}

/* The state's position is the end of a group; a group's last record may end before it. */
static uint64_t group_end(uint64_t record_end)
{
    return (record_end + ASSAY_GROUP_ALIGNMENT - 1) / ASSAY_GROUP_ALIGNMENT * ASSAY_GROUP_ALIGNMENT;
}

static enum assay_error pass_over(struct check *check)
{
    enum assay_error error = assay_state_each_item(check->snapshot, take_row, check);
    if (error != ASSAY_OK) {
        return assay_fail(check->reason, error, "%s/state: the items cannot be read: %s",
                          check->options->dir, assay_error_text(error));
    }
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/ledger", check->options->dir);
    struct assay_ledger_reader *reader = NULL;
    error = assay_ledger_reader_open(dir, 0, check->end, &reader, check->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = read_ledger(check, reader);
    assay_ledger_reader_close(reader);
    if (error == ASSAY_OK && group_end(check->report->ledger_end) < check->report->state_position) {
        return assay_fail(check->reason, ASSAY_E_AHEAD,
                          "%s/state: holds the ledger up to %llu, but the ledger ends at %llu",
                          check->options->dir, (unsigned long long)check->report->state_position,
                          (unsigned long long)check->report->ledger_end);
    }
    check->report->items += assay_check_items_count(check->items);
    return error == ASSAY_OK
               ? assay_check_items_finish(check->items, check->options->dir, check->reason)
               : error;
}

/* The first pass looks at the cartons too. */
static enum assay_error pass_with_cartons(struct check *check)
{
    if (check->pass > 0) {
        return pass_over(check);
    }
    enum assay_error error = assay_check_carton_create(check->options->dir, check->snapshot,
                                                       &check->cartons, check->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = pass_over(check);
    if (error == ASSAY_OK) {
        error = assay_check_carton_finish(check->cartons, check->reason);
    }
    assay_check_carton_destroy(check->cartons);
    check->cartons = NULL;
    return error;
}

static enum assay_error run_pass(struct check *check)
{
    check->items =
        assay_check_items_create(check->pass, check->passes, check->report->state_position);
    check->catalog = NULL;
    check->cells = NULL;
    if (check->items == NULL || assay_catalog_create(&check->catalog) != ASSAY_OK ||
        assay_risk_cells_create(&check->cells) != ASSAY_OK) {
        assay_check_items_destroy(check->items);
        assay_catalog_destroy(check->catalog);
        return assay_fail(check->reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = pass_with_cartons(check);
    if (error == ASSAY_OK && check->pass == 0) {
        const struct assay_check_catalog catalog = {
            .dir = check->options->dir,
            .catalog = check->catalog,
            .cells = check->cells,
            .snapshot = check->snapshot,
            .state_position = check->report->state_position,
            .places = check->places,
        };
        error = assay_check_catalog_rows(&catalog, &check->report->catalog_rows, check->reason);
    }
    assay_catalog_destroy(check->catalog);
    assay_risk_cells_destroy(check->cells);
    assay_check_items_destroy(check->items);
    return error;
}

/* -- the whole -- */

/* By the rows there are; what changed since the last checkpoint is bounded by the overlay. */
static uint32_t passes_for(const struct check *check, uint64_t rows)
{
    uint64_t per_pass = check->options->items_per_pass;
    if (per_pass == 0) {
        per_pass = ITEMS_PER_PASS;
    }
    return (uint32_t)(rows / per_pass) + 1;
}

static enum assay_error check_snapshot(struct check *check)
{
    struct assay_state_size size = {0};
    enum assay_error error = assay_state_position(check->snapshot, &check->report->state_position);
    if (error == ASSAY_OK) {
        error = assay_state_size(check->snapshot, &size);
    }
    if (error != ASSAY_OK) {
        return assay_fail(check->reason, error, "%s/state: cannot be read: %s", check->options->dir,
                          assay_error_text(error));
    }
    error = assay_store_published(check->options->dir, &check->end);
    if (error == ASSAY_E_NOT_FOUND) {
        check->end = UINT64_MAX;
    } else if (error != ASSAY_OK) {
        return assay_fail(check->reason, error, "%s/synced: %s", check->options->dir,
                          assay_error_text(error));
    }
    check->passes = passes_for(check, size.items);
    check->report->passes = check->passes;
    for (check->pass = 0; check->pass < check->passes; check->pass++) {
        error = run_pass(check);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_check_run(const struct assay_check_options *options,
                                 struct assay_check_report *report, struct assay_reason *reason)
{
    *report = (struct assay_check_report){0};
    struct check check = {.options = options, .report = report, .reason = reason};
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/state", options->dir);
    struct assay_state *state = NULL;
    enum assay_error error = assay_state_open(dir, true, &state, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_state_reader_open(state, &check.snapshot);
    if (error == ASSAY_OK) {
        error = assay_state_begin(check.snapshot);
    }
    if (error == ASSAY_OK) {
        error = check_snapshot(&check);
        assay_state_end(check.snapshot);
    } else {
        error = assay_fail(reason, error, "%s: %s", dir, assay_error_text(error));
    }
    assay_state_reader_close(check.snapshot);
    assay_state_close(state);
    return error;
}
