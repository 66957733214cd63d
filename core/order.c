// SPDX-License-Identifier: Apache-2.0
#include "core/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/signed.h"
#include "core/text.h"

static const struct assay_signed_kind order_kind = {
    .type = "assay-order",
    .version = 1,
    .max_bytes = 16 * 1024,
};

/* An order as it stands in JSON. */
struct order_text {
    struct assay_signed_fields head;
    char handle[ASSAY_HANDLE_SIZE];
    int64_t epoch;
    int64_t count;
    int64_t reserved;
    bool pin;
    bool offline;
    char expires_on[ASSAY_DATE_TEXT_SIZE];
    bool expires;
    char created_at[ASSAY_TIME_TEXT_SIZE];
    struct assay_order order; /* the texts that need no translation */
};

static enum assay_error read_fields(const json_t *object, struct order_text *text,
                                    struct assay_reason *reason)
{
    struct assay_order *order = &text->order;
    struct assay_json_field fields[] = {
        ASSAY_SIGNED_FIELDS(&text->head),
        ASSAY_JSON_TEXT_ROW("handle", true, text->handle),
        ASSAY_JSON_WHOLE_ROW("epoch", true, text->epoch, 0, UINT32_MAX),
        ASSAY_JSON_WHOLE_ROW("count", true, text->count, 1, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_WHOLE_ROW("reserved", false, text->reserved, 0, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_BOOLEAN_ROW("pin", true, text->pin),
        ASSAY_JSON_BOOLEAN_ROW("offline", true, text->offline),
        {.name = "expires_on",
         .kind = ASSAY_JSON_TEXT,
         .out = text->expires_on,
         .size = sizeof text->expires_on,
         .present = &text->expires},
        ASSAY_JSON_TEXT_ROW("created_at", true, text->created_at),
        ASSAY_JSON_TEXT_ROW("brand", true, order->brand),
        ASSAY_JSON_TEXT_ROW("brand_zh", true, order->brand_zh),
        ASSAY_JSON_TEXT_ROW("host", true, order->host),
        ASSAY_JSON_TEXT_ROW("sku", true, order->sku),
        ASSAY_JSON_TEXT_ROW("gtin", true, order->gtin),
        ASSAY_JSON_TEXT_ROW("name_zh", true, order->name_zh),
        ASSAY_JSON_TEXT_ROW("name_en", true, order->name_en),
        ASSAY_JSON_TEXT_ROW("lot", true, order->lot),
        ASSAY_JSON_TEXT_ROW("market", true, order->market),
    };
    return assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
}

static bool is_country(const char *text)
{
    return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '\0';
}

static enum assay_error check_clean(const char *name, const char *text, struct assay_reason *reason)
{
    return assay_text_is_clean(text, strlen(text))
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD, "%s: must be UTF-8 without control characters",
                            name);
}

static enum assay_error check_brand(const struct assay_order *order, struct assay_reason *reason)
{
    if (order->brand[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "brand: must not be empty");
    }
    if (!assay_text_is_origin(order->host)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "host: must be an origin such as https://v.brand.cn");
    }
    enum assay_error error = check_clean("brand", order->brand, reason);
    return error == ASSAY_OK ? check_clean("brand_zh", order->brand_zh, reason) : error;
}

static enum assay_error check_product(const struct assay_order *order, struct assay_reason *reason)
{
    if (!assay_text_is_name(order->sku, ASSAY_SKU_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD, "sku: 1 to %d of A-Z a-z 0-9 . _ -",
                          ASSAY_SKU_MAX);
    }
    enum assay_error error = check_clean("name_zh", order->name_zh, reason);
    if (error == ASSAY_OK) {
        error = check_clean("name_en", order->name_en, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (order->name_zh[0] == '\0' && order->name_en[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "name_en: a name in one language is needed");
    }
    char gtin[ASSAY_GTIN_SIZE];
    if (order->gtin[0] != '\0') {
        error = assay_gtin_parse(order->gtin, gtin, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        if (strcmp(order->gtin, gtin) != 0) {
            return assay_fail(reason, ASSAY_E_FIELD, "gtin: must be padded to 14 digits");
        }
    }
    return ASSAY_OK;
}

/* What the tables of lengths and kinds do not say. Also before signing: a bad order never leaves. */
static enum assay_error check_order(const struct assay_order *order, struct assay_reason *reason)
{
    if (order->handle == 0 || order->handle >= 1u << 30) {
        return assay_fail(reason, ASSAY_E_FIELD, "handle: must not be zero");
    }
    if (order->count < 1 || order->count > ASSAY_BATCH_ITEMS_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "count: must be from 1 to %u",
                          ASSAY_BATCH_ITEMS_MAX);
    }
    if (order->reserved >= order->count) {
        return assay_fail(reason, ASSAY_E_FIELD, "reserved: must be below the count");
    }
    if (order->lot[0] != '\0' && !assay_gs1_is_cset82(order->lot, ASSAY_LOT_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD, "lot: only GS1 character set 82, at most %d",
                          ASSAY_LOT_MAX);
    }
    if (order->market[0] != '\0' && !is_country(order->market)) {
        return assay_fail(reason, ASSAY_E_FIELD, "market: must be two letters of ISO 3166-1");
    }
    enum assay_error error = check_brand(order, reason);
    return error == ASSAY_OK ? check_product(order, reason) : error;
}

static enum assay_error translate(struct order_text *text, struct assay_reason *reason)
{
    struct assay_order *order = &text->order;
    char canonical[ASSAY_HANDLE_SIZE] = "";
    if (assay_handle_parse(text->handle, &order->handle) == ASSAY_OK) {
        assay_handle_format(order->handle, canonical);
    }
    if (canonical[0] == '\0' || strcmp(canonical, text->handle) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "handle: must be six characters of the code alphabet");
    }
    order->expires_on = ASSAY_DAY_NONE;
    if (text->expires && assay_date_parse(text->expires_on, &order->expires_on) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "expires_on: must be YYYY-MM-DD");
    }
    if (assay_time_parse(text->created_at, &order->created_at_unix_ms) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "created_at: must be an RFC 3339 time");
    }
    order->epoch = (uint32_t)text->epoch;
    order->count = (uint32_t)text->count;
    order->reserved = (uint32_t)text->reserved;
    order->flags =
        (text->pin ? ASSAY_BATCH_HAS_PIN : 0) | (text->offline ? ASSAY_BATCH_IS_OFFLINE : 0);
    return ASSAY_OK;
}

static enum assay_error read_order(json_t *object, const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                   struct assay_order *order, struct assay_reason *reason)
{
    struct order_text text = {0};
    enum assay_error error = read_fields(object, &text, reason);
    if (error == ASSAY_OK) {
        error = translate(&text, reason);
    }
    if (error == ASSAY_OK) {
        error = check_order(&text.order, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_signed_check(&order_kind, object, key, reason);
    }
    if (error == ASSAY_OK) {
        *order = text.order;
    }
    return error;
}

enum assay_error assay_order_read(const char *text, size_t len,
                                  const uint8_t office_key[ASSAY_ED25519_KEY_LEN],
                                  struct assay_order *order, struct assay_reason *reason)
{
    json_t *object = NULL;
    enum assay_error error = assay_signed_parse(&order_kind, text, len, &object, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = read_order(object, office_key, order, reason);
    json_decref(object);
    return error;
}

static json_t *object_of(const struct assay_order *order)
{
    char handle[ASSAY_HANDLE_SIZE];
    char expires_on[ASSAY_DATE_TEXT_SIZE];
    char created_at[ASSAY_TIME_TEXT_SIZE];
    assay_handle_format(order->handle, handle);
    assay_time_format(order->created_at_unix_ms, created_at);
    bool expires = order->expires_on != ASSAY_DAY_NONE;
    if (expires) {
        assay_date_format(order->expires_on, expires_on);
    }
    json_t *object = json_pack(
        "{ss sI sI sb sb ss? ss ss ss ss ss ss ss ss ss ss}", "handle", handle, "epoch",
        (json_int_t)order->epoch, "count", (json_int_t)order->count, "pin",
        (order->flags & ASSAY_BATCH_HAS_PIN) != 0, "offline",
        (order->flags & ASSAY_BATCH_IS_OFFLINE) != 0, "expires_on", expires ? expires_on : NULL,
        "created_at", created_at, "brand", order->brand, "brand_zh", order->brand_zh, "host",
        order->host, "sku", order->sku, "gtin", order->gtin, "name_zh", order->name_zh, "name_en",
        order->name_en, "lot", order->lot, "market", order->market);
    /* Left out where there is none, so that such an order is as it always was. */
    if (object != NULL && order->reserved > 0) {
        json_object_set_new(object, "reserved", json_integer(order->reserved));
    }
    return object;
}

enum assay_error assay_order_write(const struct assay_order *order,
                                   const struct assay_keyring *keyring, char **text)
{
    enum assay_error error = check_order(order, NULL);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *object = object_of(order);
    if (object == NULL) {
        return ASSAY_E_MEMORY;
    }
    error = assay_signed_write(&order_kind, object, keyring, ASSAY_KEY_OFFICE, text);
    json_decref(object);
    return error;
}
