// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_evidence.h"

#include <stdio.h>

#include "core/runs.h"
#include "tests/support/ledger_support.h"

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return support_random(random) % limit;
}

static void fill_id(uint64_t *random, uint8_t *id, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        id[i] = (uint8_t)support_random(random);
    }
}

static uint32_t any_handle(uint64_t *random)
{
    return 1 + (uint32_t)below(random, (1u << 30) - 1);
}

static void fill_sku(uint64_t *random, char sku[ASSAY_SKU_MAX + 1])
{
    snprintf(sku, ASSAY_SKU_MAX + 1, "SKU-%u", (unsigned)below(random, 1000));
}

static void fill_where(uint64_t *random, struct assay_market_place *where)
{
    static const char *const countries[] = {"CN", "DE", "US"};
    const char *country = countries[below(random, 3)];
    snprintf(where->country, sizeof where->country, "%s", country);
    if (below(random, 3) > 0) {
        snprintf(where->region, sizeof where->region, "%s-%c%c", country,
                 (char)('A' + below(random, 26)), (char)('A' + below(random, 26)));
    }
}

static void fill_reference(uint64_t *random, struct assay_reference_record *reference)
{
    struct assay_runs runs = {0};
    uint64_t wanted = 1 + below(random, 300);
    fill_id(random, reference->id, sizeof reference->id);
    reference->handle = any_handle(random);
    for (uint64_t i = 0; i < wanted; i++) {
        struct assay_run run = {.first = (uint32_t)(runs.next + below(random, 5000))};
        run.last = run.first + (uint32_t)below(random, 3);
        if (run.last < ASSAY_BATCH_ITEMS_MAX &&
            assay_runs_put(&runs, reference->runs, sizeof reference->runs, run)) {
            reference->items += run.last - run.first + 1;
        }
    }
    reference->runs_len = (uint32_t)runs.at;
}

static void fill_sales(uint64_t *random, struct assay_sales_record *sales)
{
    fill_id(random, sales->id, sizeof sales->id);
    sales->rows = 1 + (uint32_t)below(random, ASSAY_EVIDENCE_ROWS_MAX);
    for (uint32_t i = 0; i < sales->rows; i++) {
        fill_sku(random, sales->row[i].sku);
        fill_where(random, &sales->row[i].where);
        sales->row[i].week = 4 + 7 * (int32_t)below(random, 100000);
        sales->row[i].units = support_random(random);
    }
}

static void fill_purchase(uint64_t *random, struct assay_purchase_record *purchases)
{
    fill_id(random, purchases->id, sizeof purchases->id);
    purchases->rows = 1 + (uint32_t)below(random, ASSAY_EVIDENCE_ROWS_MAX);
    for (uint32_t i = 0; i < purchases->rows; i++) {
        struct assay_purchase *purchase = &purchases->row[i];
        purchase->at_unix_ms = (int64_t)support_random(random);
        purchase->item = below(random, 3) == 0
                             ? 0
                             : assay_item_key_of(any_handle(random), (uint32_t)below(random, 9999));
        fill_sku(random, purchase->sku);
        fill_where(random, &purchase->where);
        purchase->is_fake = below(random, 2) == 1;
    }
}

static void fill_plan(uint64_t *random, struct assay_plan_record *plan)
{
    fill_id(random, plan->id, sizeof plan->id);
    plan->seed = support_random(random);
    plan->wanted = (uint32_t)support_random(random);
    plan->basis = below(random, ASSAY_PLAN_BASES);
    plan->rows = 1 + (uint32_t)below(random, ASSAY_EVIDENCE_ROWS_MAX);
    for (uint32_t i = 0; i < plan->rows; i++) {
        struct assay_plan_row *row = &plan->row[i];
        if (below(random, 3) > 0) {
            fill_sku(random, row->sku);
        }
        if (below(random, 3) > 0) {
            fill_where(random, &row->where);
        }
        row->units = support_random(random);
        row->count = (uint32_t)support_random(random);
    }
}

static void fill_import(uint64_t *random, struct assay_import_record *import)
{
    import->at_unix_ms = (int64_t)support_random(random);
    import->kind = ASSAY_IMPORT_REFERENCE + below(random, 4);
    import->replaces = below(random, 2) == 1;
    fill_id(random, import->id, sizeof import->id);
    fill_id(random, import->plan, sizeof import->plan);
    fill_id(random, import->sha256, sizeof import->sha256);
    import->rows = support_random(random);
    import->began_at = 8 * below(random, 1u << 30);
    snprintf(import->actor, sizeof import->actor, "uid %u", (unsigned)below(random, 9999));
}

void support_random_evidence(uint64_t *random, struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_REFERENCE:
        fill_reference(random, &record->reference);
        return;
    case ASSAY_RECORD_SALES:
        fill_sales(random, &record->sales);
        return;
    case ASSAY_RECORD_PURCHASE:
        fill_purchase(random, &record->purchase);
        return;
    case ASSAY_RECORD_PLAN:
        fill_plan(random, &record->plan);
        return;
    default:
        assay_assert(record->type == ASSAY_RECORD_IMPORT);
        fill_import(random, &record->import);
    }
}
