// SPDX-License-Identifier: Apache-2.0
/* audit.products and audit.batches, by excess (docs/AUDIT-API.md). */
#include <stdlib.h>
#include <string.h>

#include "core/office_alert.h"

#define ROWS_MAX 1000
#define ROWS_DEFAULT 200

/* -- products and batches -- */

struct listing {
    struct assay_audit_view view;
    struct assay_rollup groups; /* by batch */
    struct assay_rollup alerts; /* likewise */
    int64_t limit;
};

static enum assay_error begin_listing(const struct assay_office_call *call, struct listing *listing)
{
    listing->limit = ROWS_DEFAULT;
    const struct assay_json_field extra[] = {
        ASSAY_JSON_WHOLE_ROW("limit", false, listing->limit, 1, ROWS_MAX)};
    enum assay_error error =
        assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &listing->view);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_audit_view_sum(&listing->view, ASSAY_AUDIT_BY_BATCH, &listing->groups);
    enum assay_error counted =
        assay_audit_count_alerts(&listing->view, ASSAY_AUDIT_BY_BATCH, &listing->alerts);
    error = error != ASSAY_OK ? error : counted;
    if (error != ASSAY_OK) {
        assay_rollup_deinit(&listing->alerts);
        return assay_audit_view_give_up(&listing->view, &listing->groups, error);
    }
    return ASSAY_OK;
}

static const char *state_name(const struct assay_batch *batch)
{
    return batch->closed                               ? "closed"
           : assay_range_set_total(&batch->active) > 0 ? "active"
                                                       : "created";
}

static json_t *batch_json(const struct listing *listing, const struct assay_rollup_row *row,
                          const struct assay_batch_facts *facts)
{
    const struct assay_office_call *call = listing->view.call;
    uint64_t flagged[ASSAY_RISK_LEVELS];
    struct assay_batch batch;
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(facts->handle, handle);
    if (assay_store_flagged(call->office->session, facts->handle, flagged) != ASSAY_OK ||
        assay_store_batch(call->office->session, facts->handle, &batch) != ASSAY_OK) {
        return NULL;
    }
    json_t *shown = json_pack(
        "{s:s, s:s, s:o, s:s, s:o, s:s, s:I, s:o, s:I, s:o}", "handle", handle, "sku", facts->sku,
        "name", assay_audit_product_name(assay_store_product(call->office->store, facts->sku)),
        "lot", facts->lot, "market",
        facts->market[0] == '\0' ? json_null() : json_string(facts->market), "state",
        state_name(&batch), "issued", (json_int_t)facts->count, "flagged",
        assay_audit_flagged(flagged), "alerts",
        (json_int_t)assay_audit_alerts_of(&listing->alerts, &row->key), "outside",
        facts->market[0] == '\0' ? json_null()
                                 : json_integer((json_int_t)row->count[ASSAY_ROLLUP_OUTSIDE]));
    assay_batch_deinit(&batch);
    if (shown != NULL) {
        assay_audit_set_figures(shown, &listing->view.ground, row->count);
    }
    return shown;
}

enum assay_error assay_office_audit_batches(const struct assay_office_call *call, json_t **result)
{
    struct listing listing;
    enum assay_error error = begin_listing(call, &listing);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_audit_rank(&listing.groups);
    json_t *rows = json_array();
    for (size_t i = 0; i < listing.groups.count; i++) {
        const struct assay_rollup_row *row = &listing.groups.rows[i];
        const struct assay_batch_facts *facts =
            assay_store_batch_facts(call->office->store, row->key.handle);
        if (facts != NULL && (int64_t)json_array_size(rows) < listing.limit) {
            json_array_append_new(rows, batch_json(&listing, row, facts));
        }
    }
    assay_rollup_deinit(&listing.alerts);
    assay_rollup_deinit(&listing.groups);
    return assay_audit_view_give(&listing.view, json_pack("{s:o}", "rows", rows), result);
}

/* Batches of one product, put together. */
struct product_sum {
    const struct assay_product *product;
    uint64_t issued;
    uint64_t alerts;
    uint64_t flagged[ASSAY_RISK_LEVELS];
    uint64_t count[ASSAY_ROLLUP_COUNT];
};

static int compare_products(const void *left, const void *right)
{
    const struct product_sum *a = left;
    const struct product_sum *b = right;
    double excess[2] = {assay_audit_excess(a->count), assay_audit_excess(b->count)};
    if (excess[0] != excess[1]) {
        return excess[0] > excess[1] ? -1 : 1;
    }
    return strcmp(a->product->value.sku, b->product->value.sku);
}

static int find_sku(const void *sku, const void *sum)
{
    return strcmp(sku, ((const struct product_sum *)sum)->product->value.sku);
}

struct product_alerts {
    const struct listing *listing;
    struct product_sum *sums;
    uint32_t count;
};

/* A product's alerts: its batches' and its own. */
static bool add_alert(void *context, const struct assay_catalog_alert *alert)
{
    struct product_alerts *alerts = context;
    const struct assay_store *store = alerts->listing->view.call->office->store;
    const char *sku = assay_alert_sku(store, &alert->value);
    struct product_sum *sum =
        assay_audit_keeps_alert(&alerts->listing->view, alert)
            ? bsearch(sku, alerts->sums, alerts->count, sizeof *alerts->sums, find_sku)
            : NULL;
    if (sum != NULL) {
        sum->alerts++;
    }
    return true;
}

/* What one batch adds to its product. */
static enum assay_error add_batch(const struct listing *listing,
                                  const struct assay_batch_facts *facts, struct product_sum *sum)
{
    uint64_t flagged[ASSAY_RISK_LEVELS];
    enum assay_error error =
        assay_store_flagged(listing->view.call->office->session, facts->handle, flagged);
    if (error != ASSAY_OK) {
        return error;
    }
    sum->issued += facts->count;
    for (size_t i = 0; i < ASSAY_RISK_LEVELS; i++) {
        sum->flagged[i] += flagged[i];
    }
    const struct assay_rollup_key key = {.kind = ASSAY_ROLLUP_DAY, .handle = facts->handle};
    const uint64_t *count = assay_rollup_find(&listing->groups, &key);
    for (size_t i = 0; count != NULL && i < ASSAY_ROLLUP_COUNT; i++) {
        sum->count[i] += count[i];
    }
    return ASSAY_OK;
}

static int compare_skus(const void *left, const void *right)
{
    const struct product_sum *a = left;
    const struct product_sum *b = right;
    return strcmp(a->product->value.sku, b->product->value.sku);
}

static enum assay_error sum_products(const struct listing *listing, struct product_sum **sums,
                                     uint32_t *count)
{
    struct assay_store *store = listing->view.call->office->store;
    const struct assay_batch_facts *facts;
    uint32_t products = 0;
    while (assay_store_product_at(store, products) != NULL) {
        products++;
    }
    *count = products;
    *sums = calloc(products + 1, sizeof **sums);
    if (*sums == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (uint32_t i = 0; i < products; i++) {
        (*sums)[i].product = assay_store_product_at(store, i);
    }
    qsort(*sums, products, sizeof **sums, compare_skus);
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; error == ASSAY_OK && (facts = assay_store_batch_at(store, i)) != NULL;
         i++) {
        struct product_sum *sum = bsearch(facts->sku, *sums, products, sizeof **sums, find_sku);
        if (sum != NULL && assay_audit_view_keeps_batch(&listing->view, facts->handle)) {
            error = add_batch(listing, facts, sum);
        }
    }
    struct product_alerts alerts = {listing, *sums, products};
    assay_store_each_alert(store, 0, add_alert, &alerts);
    return error;
}

static json_t *product_json(const struct listing *listing, const struct product_sum *sum)
{
    const struct assay_product_record *value = &sum->product->value;
    json_t *shown =
        json_pack("{s:s, s:o, s:o, s:I, s:I, s:o}", "sku", value->sku, "gtin",
                  value->gtin[0] == '\0' ? json_null() : json_string(value->gtin), "name",
                  assay_audit_product_name(sum->product), "issued", (json_int_t)sum->issued,
                  "alerts", (json_int_t)sum->alerts, "flagged", assay_audit_flagged(sum->flagged));
    if (shown != NULL) {
        assay_audit_set_figures(shown, &listing->view.ground, sum->count);
    }
    return shown;
}

enum assay_error assay_office_audit_products(const struct assay_office_call *call, json_t **result)
{
    struct listing listing;
    struct product_sum *sums = NULL;
    uint32_t count = 0;
    enum assay_error error = begin_listing(call, &listing);
    if (error != ASSAY_OK) {
        return error;
    }
    error = sum_products(&listing, &sums, &count);
    assay_rollup_deinit(&listing.alerts);
    assay_rollup_deinit(&listing.groups);
    if (error != ASSAY_OK) {
        free(sums);
        assay_audit_view_end(&listing.view);
        return assay_fail(call->reason, error, NULL);
    }
    qsort(sums, count, sizeof *sums, compare_products);
    json_t *rows = json_array();
    for (uint32_t i = 0; i < count && (int64_t)json_array_size(rows) < listing.limit; i++) {
        if (sums[i].issued > 0) {
            json_array_append_new(rows, product_json(&listing, &sums[i]));
        }
    }
    free(sums);
    return assay_audit_view_give(&listing.view, json_pack("{s:o}", "rows", rows), result);
}
