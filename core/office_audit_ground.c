// SPDX-License-Identifier: Apache-2.0
#include "core/office_audit_ground.h"

#include <stdlib.h>
#include <string.h>

#include "core/office_audit.h"

/* -- evidence -- */

/* Imports of purchases and sales that hold, how many there are of all sorts, and how many rows. */
struct imports {
    struct assay_evidence_span *spans;
    size_t count;
    size_t room;
    uint32_t all;
    uint64_t rows;
};

static enum assay_error add_import(struct imports *imports,
                                   const struct assay_catalog_import *import)
{
    imports->all++;
    bool wanted =
        import->value.kind == ASSAY_IMPORT_PURCHASE || import->value.kind == ASSAY_IMPORT_SALES;
    if (!wanted || import->replaced) {
        return ASSAY_OK;
    }
    if (imports->count == imports->room) {
        size_t room = imports->room * 2 + 16;
        struct assay_evidence_span *wider = reallocarray(imports->spans, room, sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        imports->spans = wider;
        imports->room = room;
    }
    imports->spans[imports->count++] =
        (struct assay_evidence_span){import->value.began_at, import->mark.position};
    imports->rows += import->value.rows;
    return ASSAY_OK;
}

static enum assay_error list_imports(struct assay_store *store, struct imports *imports)
{
    struct assay_catalog_import import;
    enum assay_error error = ASSAY_OK;
    while (error == ASSAY_OK && assay_store_import_at(store, imports->all, &import) == ASSAY_OK) {
        error = add_import(imports, &import);
    }
    return error;
}

static void add_sale(struct assay_audit_kept *kept, const struct assay_sale *sale)
{
    size_t at = kept->sold_count;
    while (at > 0 && strcmp(kept->sold[at - 1].country, sale->where.country) != 0) {
        at--;
    }
    if (at == 0 && kept->sold_count < ASSAY_AUDIT_COUNTRIES_MAX) {
        at = ++kept->sold_count;
        memcpy(kept->sold[at - 1].country, sale->where.country, sizeof kept->sold->country);
    }
    if (at > 0) {
        kept->sold[at - 1].units += sale->units;
    }
}

/* Units by country, if they are of every product: else what is sold of some says nothing of all. */
static void take_sales(struct assay_audit_kept *kept, struct assay_store *store,
                       const struct assay_evidence *evidence)
{
    uint32_t sold = 0;
    uint32_t products = 0;
    for (size_t i = 0; i < evidence->sale_count; i++) {
        const char *sku = evidence->sales[i].sku;
        bool next = i == 0 || strcmp(sku, evidence->sales[i - 1].sku) != 0;
        sold += next && assay_store_product(store, sku) != NULL;
        add_sale(kept, &evidence->sales[i]);
    }
    while (assay_store_product_at(store, products) != NULL) {
        products++;
    }
    kept->sold_count = sold == products ? kept->sold_count : 0;
}

static enum assay_error read_evidence(const struct assay_office *office, struct imports *imports,
                                      struct assay_audit_kept *kept, struct assay_reason *reason)
{
    struct assay_evidence evidence = {0};
    if (imports->count == 0 || imports->rows > ASSAY_AUDIT_EVIDENCE_ROWS_MAX) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_store_settle(office->store);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error =
        assay_evidence_read_spans(office->dir, imports->spans, imports->count, &evidence, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    take_sales(kept, office->store, &evidence);
    kept->purchases = evidence.purchases;
    kept->purchase_count = evidence.purchase_count;
    evidence.purchases = NULL;
    evidence.purchase_count = 0;
    assay_evidence_deinit(&evidence);
    return ASSAY_OK;
}

static enum assay_error keep_evidence(const struct assay_audit_view *view,
                                      struct assay_audit_kept *kept)
{
    const struct assay_office *office = view->call->office;
    struct imports imports = {.spans = NULL};
    enum assay_error error = list_imports(office->store, &imports);
    error = error == ASSAY_OK ? error : assay_fail(view->call->reason, error, NULL);
    if (error == ASSAY_OK && !(kept->read && kept->imports == imports.all)) {
        assay_audit_kept_deinit(kept);
        error = read_evidence(office, &imports, kept, view->call->reason);
        kept->read = error == ASSAY_OK;
        kept->imports = imports.all;
    }
    free(imports.spans);
    return error;
}

/* -- what it says -- */

static uint64_t units_in(const struct assay_audit_kept *kept, const char *country)
{
    for (size_t i = 0; i < kept->sold_count; i++) {
        if (strcmp(kept->sold[i].country, country) == 0) {
            return kept->sold[i].units;
        }
    }
    return 0;
}

/* Units sold for each item scanned, in the countries of which sales are known. */
static double units_per_item(const struct assay_audit_kept *kept, const struct assay_rollup *groups)
{
    uint64_t units = 0;
    uint64_t items = 0;
    for (size_t i = 0; i < kept->sold_count; i++) {
        units += kept->sold[i].units;
    }
    for (size_t i = 0; i < groups->count; i++) {
        const struct assay_rollup_row *row = &groups->rows[i];
        items += units_in(kept, row->key.country) > 0 ? row->count[ASSAY_ROLLUP_FIRST] : 0;
    }
    return items > 0 ? (double)units / (double)items : 0;
}

static struct assay_estimate_count purchases_in(const struct assay_audit_kept *kept,
                                                const struct assay_rollup_key *key)
{
    struct assay_estimate_count count = {0, 0};
    for (size_t i = 0; i < kept->purchase_count; i++) {
        const struct assay_purchase *purchase = &kept->purchases[i].value;
        bool here = strcmp(purchase->where.region, key->region) == 0 &&
                    strcmp(purchase->where.country, key->country) == 0;
        count.n += here;
        count.x += here && purchase->is_fake;
    }
    return count;
}

static enum assay_error learn_anchor(struct assay_audit_kept *kept,
                                     const struct assay_rollup *groups)
{
    struct assay_estimate_sold *strata = calloc(groups->count + 1, sizeof *strata);
    if (strata == NULL) {
        return ASSAY_E_MEMORY;
    }
    const struct assay_audit_ground ground = {.units_per_item = kept->units_per_item};
    size_t count = 0;
    for (size_t i = 0; i < groups->count; i++) {
        struct assay_estimate_e2 e2;
        struct assay_estimate_count purchases = purchases_in(kept, &groups->rows[i].key);
        if (purchases.n > 0 && assay_audit_share(&ground, groups->rows[i].count, &e2)) {
            strata[count++] = (struct assay_estimate_sold){e2.share, e2.sd, purchases};
        }
    }
    enum assay_error error = assay_estimate_anchor_learn(strata, count, &kept->anchor);
    free(strata);
    return error;
}

static enum assay_error learn(const struct assay_audit_view *view, struct assay_audit_kept *kept)
{
    struct assay_audit_view whole = {
        .call = view->call, .meta = view->meta, .filter = {.from_day = ASSAY_DAY_NONE}};
    struct assay_rollup groups;
    enum assay_error error =
        assay_audit_view_sum_days(&whole, ASSAY_DAY_NONE, ASSAY_DAY_NONE,
                                  ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION, &groups);
    if (error == ASSAY_OK) {
        kept->units_per_item = units_per_item(kept, &groups);
        error = learn_anchor(kept, &groups);
        error = error == ASSAY_OK ? error : assay_fail(view->call->reason, error, NULL);
    }
    assay_rollup_deinit(&groups);
    kept->learnt = error == ASSAY_OK;
    kept->records = view->meta.records;
    return error;
}

static bool filter_keeps(const struct assay_audit_view *view, const struct assay_purchase *purchase)
{
    const struct assay_audit_filter *filter = &view->filter;
    int32_t day = assay_day_of(purchase->at_unix_ms, view->meta.utc_offset_minutes);
    bool in_days = (filter->from_day == ASSAY_DAY_NONE || day >= filter->from_day) &&
                   (filter->to_day == ASSAY_DAY_NONE || day <= filter->to_day);
    bool of_batch =
        filter->handle == 0 ||
        (purchase->item != 0 && assay_item_key_handle(purchase->item) == filter->handle);
    bool of_product = filter->sku[0] == '\0' || strcmp(filter->sku, purchase->sku) == 0;
    return in_days && of_batch && of_product &&
           assay_audit_view_keeps_place(filter, purchase->where.country, purchase->where.region);
}

static void fill(const struct assay_audit_view *view, const struct assay_audit_kept *kept,
                 struct assay_audit_ground *ground)
{
    *ground = (struct assay_audit_ground){.anchor = kept->anchor,
                                          .purchases = kept->purchase_count,
                                          .units_per_item = kept->units_per_item};
    for (size_t i = 0; i < kept->purchase_count; i++) {
        bool mine = filter_keeps(view, &kept->purchases[i].value);
        ground->own.n += mine;
        ground->own.x += mine && kept->purchases[i].value.is_fake;
    }
}

enum assay_error assay_audit_ground_find(const struct assay_audit_view *view,
                                         struct assay_audit_ground *ground)
{
    struct assay_audit_kept passing = {.read = false};
    struct assay_audit_kept *kept = view->call->office->audit_kept;
    kept = kept != NULL ? kept : &passing;
    enum assay_error error = keep_evidence(view, kept);
    bool any = kept->purchase_count > 0 || kept->sold_count > 0;
    if (error == ASSAY_OK && any && !(kept->learnt && kept->records == view->meta.records)) {
        error = learn(view, kept);
    }
    if (error == ASSAY_OK) {
        fill(view, kept, ground);
    }
    assay_audit_kept_deinit(&passing);
    return error;
}
