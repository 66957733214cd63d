// SPDX-License-Identifier: Apache-2.0
#include "tests/support/risk_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/item.h"
#include "core/ledger.h"
#include "core/risk_cells.h"

#define ITEMS_MAX 4096

struct replay {
    struct assay_catalog *catalog;
    struct assay_risk_cells *cells;
    size_t count;
    uint64_t keys[ITEMS_MAX];
    struct assay_item items[ITEMS_MAX];
    uint64_t compared;
};

static void must(bool ok, const char *what, uint64_t position)
{
    if (!ok) {
        fprintf(stderr, "risk_replay: position %llu: %s\n", (unsigned long long)position, what);
        abort();
    }
}

static struct assay_item *item_of(struct replay *replay, uint64_t key)
{
    size_t at = 0;
    while (at < replay->count && replay->keys[at] != key) {
        at++;
    }
    if (at == replay->count) {
        must(at < ITEMS_MAX, "too many items for this test", 0);
        replay->keys[replay->count++] = key;
    }
    return &replay->items[at];
}

/* The lot's reason is of the URL that was scanned, not of risk. */
static bool same_risk(const struct assay_risk *now, const struct assay_risk *recorded)
{
    return now->level == recorded->level && now->score == recorded->score &&
           now->mass == recorded->mass && now->mass_capped == recorded->mass_capped &&
           now->reasons == (recorded->reasons & ~ASSAY_RISK_LOT);
}

static void replay_scan(struct replay *replay, const struct assay_scan_record *scan,
                        uint64_t position)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(replay->catalog, assay_item_key_handle(scan->item));
    struct assay_item_scene scene = {
        .place = assay_catalog_place(replay->catalog, scan->place),
        .market = facts->market,
        .table = assay_catalog_risk_table(replay->catalog),
    };
    struct assay_risk_where where = {.batch = facts->slot, .product = facts->product};
    memcpy(where.country, scene.place->country, sizeof where.country);
    scene.cells = replay->cells;
    scene.where = where;
    struct assay_item *item = item_of(replay, scan->item);
    if (assay_scan_counts(scan)) {
        struct assay_item copy = *item;
        struct assay_risk risk;
        assay_item_weigh_scan(&copy, scan, &scene, &risk);
        must(same_risk(&risk, &scan->risk), "risk is another than was recorded", position);
        replay->compared++;
    }
    assay_item_apply_scan(item, scan, &scene, position);
    must(assay_risk_cells_take(replay->cells, &where, scan, position) == ASSAY_OK, "memory", 0);
}

static void replay_record(struct replay *replay, const struct assay_record *record,
                          uint64_t position)
{
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        replay_scan(replay, &record->scan, position);
        return;
    case ASSAY_RECORD_CLAIM:
        assay_item_apply_claim(item_of(replay, record->claim.item), &record->claim, position);
        return;
    case ASSAY_RECORD_FIND:
        assay_item_apply_find(item_of(replay, record->find.item), &record->find, position);
        return;
    case ASSAY_RECORD_REPORT:
    case ASSAY_RECORD_SUMMARY:
        return;
    default:
        must(assay_catalog_apply(replay->catalog, record, position) == ASSAY_OK, "catalog",
             position);
    }
}

uint64_t risk_replay(const char *dir)
{
    struct replay *replay = calloc(1, sizeof *replay);
    must(replay != NULL && assay_catalog_create(&replay->catalog) == ASSAY_OK &&
             assay_risk_cells_create(&replay->cells) == ASSAY_OK,
         "memory", 0);
    char path[256];
    snprintf(path, sizeof path, "%s/ledger", dir);
    struct assay_ledger_reader *reader = NULL;
    struct assay_reason reason = {""};
    enum assay_error error = assay_ledger_reader_open(path, 0, UINT64_MAX, &reader, &reason);
    must(error == ASSAY_OK, reason.text, 0);
    for (;;) {
        struct assay_span bytes = {0};
        uint64_t position = 0;
        struct assay_record record;
        error = assay_ledger_reader_next(reader, &bytes, &position, &reason);
        must(error == ASSAY_OK, reason.text, position);
        if (bytes.len_bytes == 0) {
            break;
        }
        error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
        must(error == ASSAY_OK, "a record cannot be read", position);
        replay_record(replay, &record, position);
    }
    uint64_t compared = replay->compared;
    assay_ledger_reader_close(reader);
    assay_catalog_destroy(replay->catalog);
    assay_risk_cells_destroy(replay->cells);
    free(replay);
    return compared;
}
