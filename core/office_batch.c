// SPDX-License-Identifier: Apache-2.0
/* Batches: creation with the order for the print site, and lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_carton.h"
#include "core/order.h"

#define HANDLE_TRIES 64 /* a drawn handle is taken with chance 2^-13 at most */
#define CODE_TAIL_BITS 60
#define EPOCH_MAX 65535
#define LIST_LIMIT 1000

/* -- as JSON -- */

static json_t *range_set_json(const struct assay_range_set *set)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < set->count; i++) {
        char text[24];
        snprintf(text, sizeof text, "%u-%u", set->ranges[i].first, set->ranges[i].last);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *reconciliation_json(const struct assay_batch *batch)
{
    struct assay_reconciliation sums;
    assay_batch_reconcile(batch, &sums);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "issued", (json_int_t)sums.issued, "good",
                     (json_int_t)sums.good, "spoiled", (json_int_t)sums.spoiled, "void",
                     (json_int_t)sums.voided, "unaccounted", (json_int_t)sums.unaccounted, "decoys",
                     (json_int_t)sums.reserved);
}

json_t *assay_office_batch_json(const struct assay_batch *batch, bool with_ranges)
{
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(batch->handle, handle);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:s, s:o, s:b, s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o, "
        "s:s, s:s}",
        "handle", handle, "sku", batch->sku, "lot", batch->lot, "count", (json_int_t)batch->count,
        "epoch", (json_int_t)batch->epoch, "market", batch->market, "expires_on",
        assay_office_day(batch->expires_on), "pin", (batch->flags & ASSAY_BATCH_HAS_PIN) != 0,
        "offline", (batch->flags & ASSAY_BATCH_IS_OFFLINE) != 0, "state",
        assay_batch_state_name(batch), "closed", batch->closed, "printed",
        (json_int_t)assay_range_set_total(&batch->printed), "active",
        (json_int_t)assay_range_set_total(&batch->active), "shipped",
        (json_int_t)assay_range_set_total(&batch->shipped), "recalled",
        (json_int_t)assay_range_set_total(&batch->recalled), "voided",
        (json_int_t)assay_range_set_total(&batch->voided), "created_at",
        assay_office_time(batch->created_at_unix_ms), "recall_reason", batch->recall_reason,
        "void_reason", batch->void_reason);
    if (json != NULL) {
        json_object_set_new(json, "without_manifest", json_boolean(batch->unreported));
        json_object_set_new(json, "reconciliation", reconciliation_json(batch));
    }
    if (json != NULL && with_ranges) {
        json_object_set_new(
            json, "ranges",
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "active", range_set_json(&batch->active),
                      "shipped", range_set_json(&batch->shipped), "recalled",
                      range_set_json(&batch->recalled), "voided", range_set_json(&batch->voided),
                      "printed", range_set_json(&batch->printed), "spoiled",
                      range_set_json(&batch->spoiled)));
    }
    return json;
}

enum assay_error assay_office_batch_now(const struct assay_office_call *call, uint32_t handle,
                                        struct assay_batch *batch)
{
    enum assay_error error = assay_store_batch(call->office->session, handle, batch);
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(call->reason, error, NULL);
}

enum assay_error assay_office_batch_give(const struct assay_office_call *call, uint32_t handle,
                                         json_t **result)
{
    struct assay_batch batch = {0};
    enum assay_error error = assay_office_batch_now(call, handle, &batch);
    if (error == ASSAY_OK) {
        error = assay_office_give(assay_office_batch_json(&batch, false), result, call->reason);
        assay_batch_deinit(&batch);
    }
    return error;
}

/* Read {handle} alone. */
static enum assay_error handle_read(const struct assay_office_call *call,
                                    const struct assay_batch_facts **facts)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    const struct assay_json_field fields[] = {
        {"handle", ASSAY_JSON_TEXT, true, handle, sizeof handle, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    return error == ASSAY_OK ? assay_office_facts(call, handle, facts) : error;
}

/* -- orders -- */

static void order_fill(const struct assay_office_call *call, const struct assay_batch *batch,
                       struct assay_order *order)
{
    const struct assay_brand_record *brand = assay_store_brand(call->office->store);
    const struct assay_product *product = assay_store_product(call->office->store, batch->sku);
    assay_assert(product != NULL);
    *order = (struct assay_order){
        .handle = batch->handle,
        .epoch = batch->epoch,
        .count = batch->count,
        .reserved = assay_batch_reserved_tail(batch),
        .flags = batch->flags,
        .expires_on = batch->expires_on,
        .created_at_unix_ms = batch->created_at_unix_ms,
    };
    memcpy(order->brand, brand->name, sizeof order->brand);
    memcpy(order->brand_zh, brand->name_zh, sizeof order->brand_zh);
    memcpy(order->host, brand->host, sizeof order->host);
    memcpy(order->sku, batch->sku, sizeof order->sku);
    memcpy(order->gtin, product->value.gtin, sizeof order->gtin);
    memcpy(order->name_zh, product->value.name_zh, sizeof order->name_zh);
    memcpy(order->name_en, product->value.name_en, sizeof order->name_en);
    memcpy(order->lot, batch->lot, sizeof order->lot);
    memcpy(order->market, batch->market, sizeof order->market);
}

/* What whoever holds the office key needs to sign the order, if this process does not. */
static json_t *order_facts_json(const struct assay_order *order)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:I}",
        "brand", order->brand, "brand_zh", order->brand_zh, "host", order->host, "gtin",
        order->gtin, "name_zh", order->name_zh, "name_en", order->name_en, "sku", order->sku, "lot",
        order->lot, "market", order->market, "handle", (json_int_t)order->handle, "epoch",
        (json_int_t)order->epoch, "count", (json_int_t)order->count, "flags",
        (json_int_t)order->flags, "expires_on", (json_int_t)order->expires_on, "created_at_unix_ms",
        (json_int_t)order->created_at_unix_ms, "reserved", (json_int_t)order->reserved);
}

/* The smallest whole n with count <= 2^n, so that a guess hits with chance 2^(n-60) at most. */
static int count_bits(uint32_t count)
{
    int bits = 0;
    while ((1ull << bits) < count) {
        bits++;
    }
    return bits;
}

static enum assay_error order_give(const struct assay_office_call *call,
                                   const struct assay_batch *batch, json_t **result)
{
    struct assay_order order;
    order_fill(call, batch, &order);
    json_t *signed_order = json_null();
    const struct assay_keyring *keyring = call->office->keyring;
    if (keyring != NULL && assay_keyring_has(keyring, ASSAY_KEY_OFFICE)) {
        char *text = NULL;
        enum assay_error error = assay_order_write(&order, keyring, &text);
        if (error != ASSAY_OK) {
            return assay_fail(call->reason, error, "the order could not be signed: %s",
                              assay_error_text(error));
        }
        signed_order = json_string(text);
        free(text);
    }
    json_t *json = json_pack("{s:o, s:i, s:o, s:o}", "batch", assay_office_batch_json(batch, false),
                             "guess_chance_log2", count_bits(batch->count) - CODE_TAIL_BITS,
                             "order_facts", order_facts_json(&order), "order", signed_order);
    return assay_office_give(json, result, call->reason);
}

enum assay_error assay_office_batch_order(const struct assay_office_call *call, json_t **result)
{
    const struct assay_batch_facts *facts = NULL;
    enum assay_error error = handle_read(call, &facts);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_batch batch = {0};
    error = assay_office_batch_now(call, facts->handle, &batch);
    if (error == ASSAY_OK) {
        error = order_give(call, &batch, result);
        assay_batch_deinit(&batch);
    }
    return error;
}

/* -- creation -- */

static enum assay_error batch_check(const struct assay_office_call *call,
                                    const struct assay_batch *batch)
{
    struct assay_reason *reason = call->reason;
    if (assay_store_product(call->office->store, batch->sku) == NULL) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "sku: there is no product %s; add it with product add", batch->sku);
    }
    if (!assay_gs1_is_cset82(batch->lot, ASSAY_LOT_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "lot: 1 to %d letters, digits or marks of GS1's set 82 are wanted",
                          ASSAY_LOT_MAX);
    }
    const char *market = batch->market;
    bool is_country = market[0] >= 'A' && market[0] <= 'Z' && market[1] >= 'A' && market[1] <= 'Z';
    if (market[0] != '\0' && !is_country) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "market: a country of two capital letters is wanted, such as CN");
    }
    return ASSAY_OK;
}

static enum assay_error batch_read(const struct assay_office_call *call, struct assay_batch *batch)
{
    int64_t count = 0;
    int64_t epoch = 1;
    bool pin = false;
    bool offline = false;
    char expires_on[ASSAY_DATE_TEXT_SIZE] = "";
    const struct assay_json_field fields[] = {
        {"sku", ASSAY_JSON_TEXT, true, batch->sku, sizeof batch->sku, 0, 0, NULL},
        {"count", ASSAY_JSON_INTEGER, true, &count, 0, 1, INT32_MAX, NULL},
        {"lot", ASSAY_JSON_TEXT, true, batch->lot, sizeof batch->lot, 0, 0, NULL},
        {"expires_on", ASSAY_JSON_TEXT, false, expires_on, sizeof expires_on, 0, 0, NULL},
        {"market", ASSAY_JSON_TEXT, false, batch->market, sizeof batch->market, 0, 0, NULL},
        {"pin", ASSAY_JSON_BOOLEAN, false, &pin, 0, 0, 0, NULL},
        {"offline", ASSAY_JSON_BOOLEAN, false, &offline, 0, 0, 0, NULL},
        {"epoch", ASSAY_JSON_INTEGER, false, &epoch, 0, 1, EPOCH_MAX, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    if (count > ASSAY_BATCH_ITEMS_MAX) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "count: at most %u, so that a guess hits with at most 2^-36; "
                          "make several batches",
                          ASSAY_BATCH_ITEMS_MAX);
    }
    if (expires_on[0] != '\0' && assay_date_parse(expires_on, &batch->expires_on) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "expires_on: a day of the calendar is wanted, such as 2028-12-31");
    }
    batch->count = (uint32_t)count;
    batch->epoch = (uint32_t)epoch;
    batch->flags = (pin ? ASSAY_BATCH_HAS_PIN : 0) | (offline ? ASSAY_BATCH_IS_OFFLINE : 0);
    return batch_check(call, batch);
}

/* A handle that no batch has yet; 0 if there seems to be none left. */
static uint32_t handle_draw(const struct assay_store *store)
{
    for (int i = 0; i < HANDLE_TRIES; i++) {
        uint32_t handle = 0;
        assay_bytes_random(&handle, sizeof handle);
        handle &= (1u << 30) - 1;
        if (handle != 0 && assay_store_batch_facts(store, handle) == NULL) {
            return handle;
        }
    }
    return 0;
}

enum assay_error assay_office_batch_create(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_BATCH};
    struct assay_batch *batch = &record.batch.batch;
    batch->expires_on = ASSAY_DAY_NONE;
    enum assay_error error = batch_read(call, batch);
    if (error != ASSAY_OK) {
        return error;
    }
    batch->created_at_unix_ms = call->now_unix_ms;
    record.batch.at_unix_ms = call->now_unix_ms;
    memcpy(record.batch.actor, call->actor->name, sizeof record.batch.actor);
    error = ASSAY_E_EXISTS; /* another session may take a handle between draw and put */
    for (int i = 0; i < HANDLE_TRIES && error == ASSAY_E_EXISTS; i++) {
        batch->handle = handle_draw(call->office->store);
        if (batch->handle == 0) {
            return assay_fail(call->reason, ASSAY_E_FULL, "no unused batch handle was found");
        }
        error = assay_office_put(call, &record);
    }
    return error == ASSAY_OK ? order_give(call, batch, result) : error;
}

/* -- lists -- */

struct list_walk {
    json_t *list;
    const char *sku; /* "" = all */
    int64_t skip;
    int64_t limit;
    bool more;
};

static bool list_batch(void *context, const struct assay_batch *batch)
{
    struct list_walk *walk = context;
    if (walk->sku[0] != '\0' && strcmp(walk->sku, batch->sku) != 0) {
        return true;
    }
    if (walk->skip > 0) {
        walk->skip--;
        return true;
    }
    if (walk->limit == 0) {
        walk->more = true;
        return false;
    }
    walk->limit--;
    return json_array_append_new(walk->list, assay_office_batch_json(batch, false)) == 0;
}

enum assay_error assay_office_batch_list(const struct assay_office_call *call, json_t **result)
{
    char sku[ASSAY_SKU_MAX + 1] = "";
    int64_t offset = 0;
    int64_t limit = LIST_LIMIT;
    const struct assay_json_field fields[] = {
        {"sku", ASSAY_JSON_TEXT, false, sku, sizeof sku, 0, 0, NULL},
        {"offset", ASSAY_JSON_INTEGER, false, &offset, 0, 0, ASSAY_BATCHES_MAX, NULL},
        {"limit", ASSAY_JSON_INTEGER, false, &limit, 0, 1, LIST_LIMIT, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    struct list_walk walk = {json_array(), sku, offset, limit, false};
    error = assay_store_each_batch(call->office->session, list_batch, &walk);
    if (error != ASSAY_OK) {
        json_decref(walk.list);
        return assay_fail(call->reason, error, NULL);
    }
    json_t *next = walk.more ? json_integer(offset + limit) : json_null();
    return assay_office_give(json_pack("{s:o, s:o}", "batches", walk.list, "next_offset", next),
                             result, call->reason);
}

enum assay_error assay_office_batch_show(const struct assay_office_call *call, json_t **result)
{
    const struct assay_batch_facts *facts = NULL;
    enum assay_error error = handle_read(call, &facts);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_batch batch = {0};
    error = assay_office_batch_now(call, facts->handle, &batch);
    if (error == ASSAY_OK) {
        json_t *json = assay_office_batch_json(&batch, true);
        if (json != NULL) {
            struct assay_store *store = call->office->store;
            json_object_set_new(json, "jobs", assay_office_jobs_json(store, facts->handle));
            json_object_set_new(json, "decoys", assay_office_decoys_json(store, facts->handle));
            json_object_set_new(json, "cartons", assay_office_batch_cartons(call, facts->handle));
        }
        error = assay_office_give(json, result, call->reason);
        assay_batch_deinit(&batch);
    }
    return error;
}
