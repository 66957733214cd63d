// SPDX-License-Identifier: Apache-2.0
/* Evidence: what is known from elsewhere. */
#include <string.h>

#include "core/record_fields.h"
#include "core/runs.h"

/* Numbers that stand in ledgers. */
_Static_assert(ASSAY_IMPORT_PLAN == 4, "stored kind of import");
_Static_assert(ASSAY_PLAN_SCANS == 1, "stored basis of a plan");

const char *assay_import_kind_name(enum assay_import_kind kind)
{
    static const char *const names[ASSAY_IMPORT_KINDS] = {
        [ASSAY_IMPORT_REFERENCE] = "reference",
        [ASSAY_IMPORT_SALES] = "sales",
        [ASSAY_IMPORT_PURCHASE] = "purchase",
        [ASSAY_IMPORT_PLAN] = "plan",
    };
    assay_assert(kind >= ASSAY_IMPORT_REFERENCE);
    assay_assert(kind < ASSAY_IMPORT_KINDS);
    return names[kind];
}

bool assay_record_is_evidence(const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_REFERENCE:
    case ASSAY_RECORD_SALES:
    case ASSAY_RECORD_PURCHASE:
    case ASSAY_RECORD_PLAN:
        return true;
    default:
        return false;
    }
}

/* -- what several hold -- */

static bool get_flag(struct assay_wire *wire, bool *flag)
{
    uint8_t value = assay_wire_get_u8(wire);
    *flag = value == 1;
    return value <= 1;
}

/* A region lies in its country; both may be empty where `some` is not asked for. */
static bool where_is_valid(const struct assay_market_place *where, bool some)
{
    size_t country = strlen(where->country);
    size_t region = strlen(where->region);
    bool inside = region == 0 || (region >= 4 && where->region[2] == '-' &&
                                  memcmp(where->region, where->country, 2) == 0);
    return (country == 2 || (country == 0 && !some)) && inside && (region == 0 || country == 2);
}

static void put_where(struct assay_wire *wire, const struct assay_market_place *where)
{
    assay_wire_put_text(wire, where->country);
    assay_wire_put_text(wire, where->region);
}

static void get_where(struct assay_wire *wire, struct assay_market_place *where)
{
    assay_wire_get_text(wire, where->country, sizeof where->country);
    assay_wire_get_text(wire, where->region, sizeof where->region);
}

static bool rows_are_valid(uint32_t rows)
{
    return rows >= 1 && rows <= ASSAY_EVIDENCE_ROWS_MAX;
}

/* -- reference -- */

static bool reference_is_valid(const struct assay_reference_record *reference)
{
    return reference->runs_len <= ASSAY_REFERENCE_RUNS_MAX && reference->items >= 1 &&
           assay_record_handle_valid(reference->handle) &&
           assay_runs_total(reference->runs, reference->runs_len, ASSAY_BATCH_ITEMS_MAX) ==
               reference->items;
}

static bool put_reference(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_reference_record *reference = &record->reference;
    bool valid = reference_is_valid(reference);
    assay_wire_put_bytes(wire, reference->id, sizeof reference->id);
    assay_wire_put_u32(wire, reference->handle);
    assay_wire_put_u32(wire, reference->items);
    assay_wire_put_u16(wire, (uint16_t)reference->runs_len);
    assay_wire_put_bytes(wire, reference->runs, valid ? reference->runs_len : 0);
    return valid;
}

static bool get_reference(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_reference_record *reference = &record->reference;
    assay_wire_get_bytes(wire, reference->id, sizeof reference->id);
    reference->handle = assay_wire_get_u32(wire);
    reference->items = assay_wire_get_u32(wire);
    reference->runs_len = assay_wire_get_u16(wire);
    if (reference->runs_len > ASSAY_REFERENCE_RUNS_MAX) {
        return false;
    }
    assay_wire_get_bytes(wire, reference->runs, reference->runs_len);
    return reference_is_valid(reference);
}

/* -- sales -- */

static bool sale_is_valid(const struct assay_sale *sale)
{
    /* 1970-01-01 was a Thursday: Mondays are 4 more than a multiple of 7. */
    return sale->sku[0] != '\0' && where_is_valid(&sale->where, true) && sale->week >= 4 &&
           sale->week % 7 == 4;
}

static bool put_sales(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_sales_record *sales = &record->sales;
    bool valid = rows_are_valid(sales->rows);
    assay_wire_put_bytes(wire, sales->id, sizeof sales->id);
    assay_wire_put_u32(wire, sales->rows);
    for (uint32_t i = 0; valid && i < sales->rows; i++) {
        const struct assay_sale *sale = &sales->row[i];
        assay_wire_put_u32(wire, (uint32_t)sale->week);
        assay_wire_put_u64(wire, sale->units);
        assay_wire_put_text(wire, sale->sku);
        put_where(wire, &sale->where);
        valid = sale_is_valid(sale);
    }
    return valid;
}

static bool get_sales(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_sales_record *sales = &record->sales;
    assay_wire_get_bytes(wire, sales->id, sizeof sales->id);
    sales->rows = assay_wire_get_u32(wire);
    bool valid = rows_are_valid(sales->rows);
    for (uint32_t i = 0; valid && i < sales->rows; i++) {
        struct assay_sale *sale = &sales->row[i];
        sale->week = (int32_t)assay_wire_get_u32(wire);
        sale->units = assay_wire_get_u64(wire);
        assay_wire_get_text(wire, sale->sku, sizeof sale->sku);
        get_where(wire, &sale->where);
        valid = sale_is_valid(sale);
    }
    return valid;
}

/* -- purchases -- */

static bool purchase_is_valid(const struct assay_purchase *purchase)
{
    return purchase->sku[0] != '\0' && where_is_valid(&purchase->where, true) &&
           (purchase->item == 0 || assay_record_item_valid(purchase->item));
}

static bool put_purchase(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_purchase_record *purchases = &record->purchase;
    bool valid = rows_are_valid(purchases->rows);
    assay_wire_put_bytes(wire, purchases->id, sizeof purchases->id);
    assay_wire_put_u32(wire, purchases->rows);
    for (uint32_t i = 0; valid && i < purchases->rows; i++) {
        const struct assay_purchase *purchase = &purchases->row[i];
        assay_wire_put_u64(wire, (uint64_t)purchase->at_unix_ms);
        assay_wire_put_u64(wire, purchase->item);
        assay_wire_put_u8(wire, purchase->is_fake);
        assay_wire_put_text(wire, purchase->sku);
        put_where(wire, &purchase->where);
        valid = purchase_is_valid(purchase);
    }
    return valid;
}

static bool get_purchase(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_purchase_record *purchases = &record->purchase;
    assay_wire_get_bytes(wire, purchases->id, sizeof purchases->id);
    purchases->rows = assay_wire_get_u32(wire);
    bool valid = rows_are_valid(purchases->rows);
    for (uint32_t i = 0; valid && i < purchases->rows; i++) {
        struct assay_purchase *purchase = &purchases->row[i];
        purchase->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
        purchase->item = assay_wire_get_u64(wire);
        valid = get_flag(wire, &purchase->is_fake);
        assay_wire_get_text(wire, purchase->sku, sizeof purchase->sku);
        get_where(wire, &purchase->where);
        valid = valid && purchase_is_valid(purchase);
    }
    return valid;
}

/* -- plan -- */

static bool plan_row_is_valid(const struct assay_plan_row *row)
{
    return where_is_valid(&row->where, false);
}

static bool put_plan(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_plan_record *plan = &record->plan;
    bool valid = rows_are_valid(plan->rows) && (unsigned)plan->basis < ASSAY_PLAN_BASES;
    assay_wire_put_bytes(wire, plan->id, sizeof plan->id);
    assay_wire_put_u64(wire, plan->seed);
    assay_wire_put_u32(wire, plan->wanted);
    assay_wire_put_u32(wire, (uint32_t)plan->basis);
    assay_wire_put_u32(wire, plan->rows);
    for (uint32_t i = 0; valid && i < plan->rows; i++) {
        const struct assay_plan_row *row = &plan->row[i];
        assay_wire_put_u64(wire, row->units);
        assay_wire_put_u32(wire, row->count);
        assay_wire_put_text(wire, row->sku);
        put_where(wire, &row->where);
        valid = plan_row_is_valid(row);
    }
    return valid;
}

static bool get_plan(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_plan_record *plan = &record->plan;
    assay_wire_get_bytes(wire, plan->id, sizeof plan->id);
    plan->seed = assay_wire_get_u64(wire);
    plan->wanted = assay_wire_get_u32(wire);
    uint32_t basis = assay_wire_get_u32(wire);
    plan->basis = basis < ASSAY_PLAN_BASES ? basis : 0;
    plan->rows = assay_wire_get_u32(wire);
    bool valid = rows_are_valid(plan->rows) && basis < ASSAY_PLAN_BASES;
    for (uint32_t i = 0; valid && i < plan->rows; i++) {
        struct assay_plan_row *row = &plan->row[i];
        row->units = assay_wire_get_u64(wire);
        row->count = assay_wire_get_u32(wire);
        assay_wire_get_text(wire, row->sku, sizeof row->sku);
        get_where(wire, &row->where);
        valid = plan_row_is_valid(row);
    }
    return valid;
}

/* -- import -- */

static bool import_is_valid(const struct assay_import_record *import)
{
    return (unsigned)import->kind >= ASSAY_IMPORT_REFERENCE &&
           (unsigned)import->kind < ASSAY_IMPORT_KINDS && import->began_at % 8 == 0;
}

static bool put_import(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_import_record *import = &record->import;
    assay_wire_put_u64(wire, (uint64_t)import->at_unix_ms);
    assay_wire_put_u8(wire, (uint8_t)import->kind);
    assay_wire_put_u8(wire, import->replaces);
    assay_wire_put_bytes(wire, import->id, sizeof import->id);
    assay_wire_put_bytes(wire, import->plan, sizeof import->plan);
    assay_wire_put_bytes(wire, import->sha256, sizeof import->sha256);
    assay_wire_put_u64(wire, import->rows);
    assay_wire_put_u64(wire, import->began_at);
    assay_wire_put_text(wire, import->actor);
    return import_is_valid(import);
}

static bool get_import(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_import_record *import = &record->import;
    import->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    import->kind = assay_wire_get_u8(wire);
    bool valid = get_flag(wire, &import->replaces);
    assay_wire_get_bytes(wire, import->id, sizeof import->id);
    assay_wire_get_bytes(wire, import->plan, sizeof import->plan);
    assay_wire_get_bytes(wire, import->sha256, sizeof import->sha256);
    import->rows = assay_wire_get_u64(wire);
    import->began_at = assay_wire_get_u64(wire);
    assay_wire_get_text(wire, import->actor, sizeof import->actor);
    return valid && import_is_valid(import);
}

const struct assay_record_fields *assay_evidence_fields_of(unsigned type)
{
    static const struct assay_record_fields rows[] = {
        [ASSAY_RECORD_REFERENCE] = {.put = put_reference, .get = get_reference},
        [ASSAY_RECORD_SALES] = {.put = put_sales, .get = get_sales},
        [ASSAY_RECORD_PURCHASE] = {.put = put_purchase, .get = get_purchase},
        [ASSAY_RECORD_IMPORT] = {.put = put_import, .get = get_import},
        [ASSAY_RECORD_PLAN] = {.put = put_plan, .get = get_plan},
    };
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    return known ? &rows[type] : NULL;
}
