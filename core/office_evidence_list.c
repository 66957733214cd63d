// SPDX-License-Identifier: Apache-2.0
/* Lists of evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence_lines.h"
#include "core/office_evidence.h"

#define LIST_DEFAULT 200
#define LIST_MAX 1000

enum assay_error assay_office_evidence(const struct assay_office_call *call,
                                       struct assay_evidence *evidence)
{
    struct assay_catalog_import import;
    struct assay_evidence_span *spans = NULL;
    uint32_t count = 0;
    uint32_t room = 0;
    enum assay_error error = assay_store_settle(call->office->store);
    while (error == ASSAY_OK &&
           assay_store_import_at(call->office->store, count, &import) == ASSAY_OK) {
        if (count == room) {
            room = room * 2 + 16;
            struct assay_evidence_span *wider = reallocarray(spans, room, sizeof *spans);
            error = wider == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
            spans = wider == NULL ? spans : wider;
        }
        if (error == ASSAY_OK) {
            spans[count++] =
                (struct assay_evidence_span){import.value.began_at, import.mark.position};
        }
    }
    if (error == ASSAY_OK) {
        error = assay_evidence_read_spans(call->office->dir, spans, count, evidence, call->reason);
    } else {
        (void)assay_fail(call->reason, error, NULL);
    }
    free(spans);
    return error;
}

static json_t *imports_json(const struct assay_office_call *call, enum assay_import_kind kind)
{
    struct assay_catalog_import import;
    json_t *list = json_array();
    for (uint32_t i = 0; assay_store_import_at(call->office->store, i, &import) == ASSAY_OK; i++) {
        if (import.value.kind == kind) {
            json_array_append_new(list, assay_office_import_json(&import));
        }
    }
    return list;
}

static json_t *region_json(const struct assay_market_place *where)
{
    return where->region[0] != '\0'    ? json_string(where->region)
           : where->country[0] != '\0' ? json_string(where->country)
                                       : json_null();
}

static json_t *week_json(int32_t week)
{
    char text[ASSAY_WEEK_TEXT_SIZE];
    assay_week_format(week, text);
    return json_string(text);
}

static json_t *item_json(uint64_t item)
{
    char text[ASSAY_HANDLE_SIZE + 16];
    if (item == 0) {
        return json_null();
    }
    assay_handle_format(assay_item_key_handle(item), text);
    snprintf(text + ASSAY_HANDLE_LEN, sizeof text - ASSAY_HANDLE_LEN, ":%u",
             assay_item_key_index(item));
    return json_string(text);
}

static json_t *id_json(const uint8_t id[ASSAY_IMPORT_ID_LEN])
{
    static const uint8_t none[ASSAY_IMPORT_ID_LEN];
    char text[2 * ASSAY_IMPORT_ID_LEN + 1];
    if (memcmp(id, none, sizeof none) == 0) {
        return json_null();
    }
    assay_hex_encode(id, ASSAY_IMPORT_ID_LEN, text);
    return json_string(text);
}

/* -- reference -- */

/* {"batch", "sku", "items"} of each batch that has some. */
static json_t *batches_json(const struct assay_office_call *call,
                            const struct assay_evidence *evidence)
{
    json_t *list = json_array();
    for (size_t i = 0; i < evidence->reference_count;) {
        uint32_t handle = assay_item_key_handle(evidence->references[i]);
        size_t first = i;
        while (i < evidence->reference_count &&
               assay_item_key_handle(evidence->references[i]) == handle) {
            i++;
        }
        const struct assay_batch_facts *facts =
            assay_store_batch_facts(call->office->store, handle);
        char text[ASSAY_HANDLE_SIZE];
        assay_handle_format(handle, text);
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "batch", text, "sku",
                                              facts == NULL ? "" : facts->sku, "items",
                                              (json_int_t)(i - first)));
    }
    return list;
}

enum assay_error assay_office_reference_list(const struct assay_office_call *call, json_t **result)
{
    struct assay_evidence evidence;
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    error = error != ASSAY_OK ? error : assay_office_evidence(call, &evidence);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *json = json_pack("{s:I, s:o, s:o}", "items", (json_int_t)evidence.reference_count,
                             "batches", batches_json(call, &evidence), "imports",
                             imports_json(call, ASSAY_IMPORT_REFERENCE));
    assay_evidence_deinit(&evidence);
    return assay_office_give(json, result, call->reason);
}

/* -- sales, purchases -- */

struct query {
    char sku[ASSAY_SKU_MAX + 1];
    char region[16];
    struct assay_market_place where;
    int64_t offset;
    int64_t limit;
};

static enum assay_error read_query(const struct assay_office_call *call, struct query *query)
{
    *query = (struct query){.limit = LIST_DEFAULT};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("sku", false, query->sku),
        ASSAY_JSON_TEXT_ROW("region", false, query->region),
        ASSAY_JSON_WHOLE_ROW("offset", false, query->offset, 0, INT32_MAX),
        ASSAY_JSON_WHOLE_ROW("limit", false, query->limit, 1, LIST_MAX),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK && query->region[0] != '\0' &&
        assay_market_place_parse(query->region, &query->where) != ASSAY_OK) {
        error = assay_fail(call->reason, ASSAY_E_FIELD,
                           "region: ISO 3166-2 is wanted, such as CN-GD, or a country, such as CN");
    }
    return error;
}

static bool is_meant(const struct query *query, const char *sku,
                     const struct assay_market_place *where)
{
    return (query->sku[0] == '\0' || strcmp(query->sku, sku) == 0) &&
           (query->where.country[0] == '\0' || strcmp(query->where.country, where->country) == 0) &&
           (query->where.region[0] == '\0' || strcmp(query->where.region, where->region) == 0);
}

/* Puts row number `seen` into its page; false once the page is full. */
static bool take_page(const struct query *query, uint64_t seen, json_t *list)
{
    return seen >= (uint64_t)query->offset && json_array_size(list) < (size_t)query->limit;
}

static json_t *next_offset(const struct query *query, uint64_t total)
{
    uint64_t next = (uint64_t)query->offset + (uint64_t)query->limit;
    return next < total ? json_integer((json_int_t)next) : json_null();
}

enum assay_error assay_office_sales_list(const struct assay_office_call *call, json_t **result)
{
    struct query query;
    struct assay_evidence evidence;
    enum assay_error error = read_query(call, &query);
    error = error != ASSAY_OK ? error : assay_office_evidence(call, &evidence);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    uint64_t total = 0;
    uint64_t units = 0;
    for (size_t i = 0; i < evidence.sale_count; i++) {
        const struct assay_sale *sale = &evidence.sales[i];
        if (!is_meant(&query, sale->sku, &sale->where)) {
            continue;
        }
        units += sale->units;
        if (take_page(&query, total++, list)) {
            json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:I}", "sku", sale->sku,
                                                  "region", region_json(&sale->where), "week",
                                                  week_json(sale->week), "units",
                                                  (json_int_t)sale->units));
        }
    }
    assay_evidence_deinit(&evidence);
    return assay_office_give(json_pack("{s:o, s:I, s:I, s:o, s:o}", "sales", list, "rows",
                                       (json_int_t)total, "units", (json_int_t)units, "next_offset",
                                       next_offset(&query, total), "imports",
                                       imports_json(call, ASSAY_IMPORT_SALES)),
                             result, call->reason);
}

static json_t *purchase_json(const struct assay_evidence_purchase *purchase)
{
    return json_pack("{s:o, s:s, s:o, s:o, s:b, s:o}", "at",
                     assay_office_time(purchase->value.at_unix_ms), "sku", purchase->value.sku,
                     "region", region_json(&purchase->value.where), "item",
                     item_json(purchase->value.item), "is_fake", purchase->value.is_fake, "plan",
                     id_json(purchase->plan));
}

enum assay_error assay_office_purchase_list(const struct assay_office_call *call, json_t **result)
{
    struct query query;
    struct assay_evidence evidence;
    enum assay_error error = read_query(call, &query);
    error = error != ASSAY_OK ? error : assay_office_evidence(call, &evidence);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    uint64_t total = 0;
    uint64_t fakes = 0;
    for (size_t i = 0; i < evidence.purchase_count; i++) {
        const struct assay_evidence_purchase *purchase = &evidence.purchases[i];
        if (!is_meant(&query, purchase->value.sku, &purchase->value.where)) {
            continue;
        }
        fakes += purchase->value.is_fake;
        if (take_page(&query, total++, list)) {
            json_array_append_new(list, purchase_json(purchase));
        }
    }
    assay_evidence_deinit(&evidence);
    return assay_office_give(json_pack("{s:o, s:I, s:I, s:o, s:o}", "purchases", list, "rows",
                                       (json_int_t)total, "fakes", (json_int_t)fakes, "next_offset",
                                       next_offset(&query, total), "imports",
                                       imports_json(call, ASSAY_IMPORT_PURCHASE)),
                             result, call->reason);
}

/* -- plans -- */

static bool follows(const struct assay_evidence_plan *plan,
                    const struct assay_evidence_purchase *purchase)
{
    return memcmp(plan->id, purchase->plan, ASSAY_IMPORT_ID_LEN) == 0;
}

/* The rows that something fell on. */
static json_t *plan_rows_json(const struct assay_evidence *evidence,
                              const struct assay_evidence_plan *plan)
{
    json_t *rows = json_array();
    for (size_t i = plan->first; i < plan->first + plan->rows; i++) {
        const struct assay_plan_row *row = &evidence->plan_rows[i];
        if (row->count > 0) {
            json_array_append_new(
                rows, json_pack("{s:o, s:o, s:I, s:I}", "sku",
                                row->sku[0] == '\0' ? json_null() : json_string(row->sku), "region",
                                region_json(&row->where), "units", (json_int_t)row->units, "count",
                                (json_int_t)row->count));
        }
    }
    return rows;
}

enum assay_error assay_office_plan_list(const struct assay_office_call *call, json_t **result)
{
    struct assay_evidence evidence;
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    error = error != ASSAY_OK ? error : assay_office_evidence(call, &evidence);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    for (size_t i = evidence.plan_count; i > 0; i--) {
        const struct assay_evidence_plan *plan = &evidence.plans[i - 1];
        uint64_t bought = 0;
        for (size_t k = 0; k < evidence.purchase_count; k++) {
            bought += follows(plan, &evidence.purchases[k]);
        }
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:s, s:I, s:I, s:s, s:I, s:o}", "id", id_json(plan->id),
                            "at", assay_office_time(plan->at_unix_ms), "actor", plan->actor, "seed",
                            (json_int_t)plan->seed, "count", (json_int_t)plan->wanted, "basis",
                            plan->basis == ASSAY_PLAN_SALES ? "sales" : "first_scans", "bought",
                            (json_int_t)bought, "rows", plan_rows_json(&evidence, plan)));
    }
    assay_evidence_deinit(&evidence);
    return assay_office_give(json_pack("{s:o}", "plans", list), result, call->reason);
}
