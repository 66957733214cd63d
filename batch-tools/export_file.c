// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/export_file.h"

#include <stdio.h>

#include "core/clock.h"
#include "core/evidence_lines.h"
#include "core/runs.h"

#define RANGE_SIZE 24

static void set(json_t *line, const char *column, json_t *value)
{
    json_object_set_new(line, column, value);
}

static void set_act(json_t *line, int64_t at_unix_ms, const char *actor)
{
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(at_unix_ms, text);
    set(line, "at", json_string(text));
    set(line, "actor", json_string(actor));
}

static json_t *hex_json(const uint8_t *data, size_t len)
{
    char text[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(data, len, text);
    return json_string(text);
}

static json_t *id_json(const uint8_t id[ASSAY_IMPORT_ID_LEN])
{
    return hex_json(id, ASSAY_IMPORT_ID_LEN);
}

static json_t *region_json(const struct assay_market_place *where)
{
    return json_string(where->region[0] != '\0' ? where->region : where->country);
}

static void fill_history(json_t *line, const struct assay_history_record *history)
{
    set_act(line, history->at_unix_ms, history->actor);
    set(line, "count", json_integer(history->scans));
    set(line, "detail",
        json_pack("{s:o, s:I, s:I}", "sha256", hex_json(history->sha256, sizeof history->sha256),
                  "rows", (json_int_t)history->rows, "rows_done", (json_int_t)history->rows_done));
}

static void fill_reference(json_t *line, const struct assay_reference_record *reference)
{
    json_t *list = json_array();
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, reference->runs, reference->runs_len, &run)) {
        char text[RANGE_SIZE];
        snprintf(text, sizeof text, "%u-%u", run.first, run.last);
        json_array_append_new(list, json_string(text));
    }
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(reference->handle, handle);
    set(line, "batch", json_string(handle));
    set(line, "count", json_integer(reference->items));
    set(line, "detail", json_pack("{s:o, s:o}", "import", id_json(reference->id), "items", list));
}

static void fill_sales(json_t *line, const struct assay_sales_record *sales)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < sales->rows; i++) {
        const struct assay_sale *sale = &sales->row[i];
        char week[ASSAY_WEEK_TEXT_SIZE];
        assay_week_format(sale->week, week);
        json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:I}", "sku", sale->sku, "region",
                                              region_json(&sale->where), "week", week, "units",
                                              (json_int_t)sale->units));
    }
    set(line, "count", json_integer(sales->rows));
    set(line, "detail", json_pack("{s:o, s:o}", "import", id_json(sales->id), "rows", list));
}

static json_t *item_json(uint64_t item)
{
    char text[ASSAY_HANDLE_SIZE];
    if (item == 0) {
        return json_null();
    }
    assay_handle_format(assay_item_key_handle(item), text);
    return json_pack("{s:s, s:I}", "batch", text, "item", (json_int_t)assay_item_key_index(item));
}

static void fill_purchase(json_t *line, const struct assay_purchase_record *purchases)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < purchases->rows; i++) {
        const struct assay_purchase *purchase = &purchases->row[i];
        char at[ASSAY_TIME_TEXT_SIZE];
        assay_time_format(purchase->at_unix_ms, at);
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:o, s:o, s:b}", "at", at, "sku", purchase->sku,
                                        "region", region_json(&purchase->where), "item",
                                        item_json(purchase->item), "is_fake", purchase->is_fake));
    }
    set(line, "count", json_integer(purchases->rows));
    set(line, "detail", json_pack("{s:o, s:o}", "import", id_json(purchases->id), "rows", list));
}

static void fill_plan(json_t *line, const struct assay_plan_record *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < plan->rows; i++) {
        const struct assay_plan_row *row = &plan->row[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:I, s:I}", "sku", row->sku, "region",
                                        region_json(&row->where), "units", (json_int_t)row->units,
                                        "count", (json_int_t)row->count));
    }
    set(line, "count", json_integer(plan->rows));
    set(line, "detail",
        json_pack("{s:o, s:I, s:I, s:s, s:o}", "import", id_json(plan->id), "seed",
                  (json_int_t)plan->seed, "wanted", (json_int_t)plan->wanted, "basis",
                  plan->basis == ASSAY_PLAN_SALES ? "sales" : "first_scans", "rows", list));
}

static void fill_import(json_t *line, const struct assay_import_record *import)
{
    set_act(line, import->at_unix_ms, import->actor);
    set(line, "count", json_integer((json_int_t)import->rows));
    set(line, "detail",
        json_pack("{s:s, s:o, s:o, s:o, s:b}", "kind", assay_import_kind_name(import->kind),
                  "import", id_json(import->id), "plan", id_json(import->plan), "sha256",
                  hex_json(import->sha256, sizeof import->sha256), "replaces", import->replaces));
}

void assay_export_file(json_t *line, const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_HISTORY:
        fill_history(line, &record->history);
        break;
    case ASSAY_RECORD_REFERENCE:
        fill_reference(line, &record->reference);
        break;
    case ASSAY_RECORD_SALES:
        fill_sales(line, &record->sales);
        break;
    case ASSAY_RECORD_PURCHASE:
        fill_purchase(line, &record->purchase);
        break;
    case ASSAY_RECORD_PLAN:
        fill_plan(line, &record->plan);
        break;
    case ASSAY_RECORD_IMPORT:
        fill_import(line, &record->import);
        break;
    default:
        break;
    }
}
