// SPDX-License-Identifier: Apache-2.0
/* The brand and its products. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_carton.h"
#include "core/text.h"

#define UTC_OFFSET_MIN (-12 * 60)
#define UTC_OFFSET_MAX (14 * 60)
#define TIME_ZONE_LEN 6 /* +08:00 */

/* -- brand -- */

static enum assay_error time_zone_parse(const char *text, int16_t *minutes,
                                        struct assay_reason *reason)
{
    bool shaped =
        strlen(text) == TIME_ZONE_LEN && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    for (int i = 1; shaped && i < TIME_ZONE_LEN; i++) {
        shaped = i == 3 || isdigit((unsigned char)text[i]);
    }
    if (shaped) {
        int hours = (text[1] - '0') * 10 + text[2] - '0';
        int rest = (text[4] - '0') * 10 + text[5] - '0';
        int total = (hours * 60 + rest) * (text[0] == '-' ? -1 : 1);
        if (rest < 60 && total >= UTC_OFFSET_MIN && total <= UTC_OFFSET_MAX) {
            *minutes = (int16_t)total;
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_FIELD,
                      "time_zone: an offset between -12:00 and +14:00 is wanted, such as +08:00");
}

static void time_zone_format(int16_t minutes, char text[TIME_ZONE_LEN + 1])
{
    int whole = abs(minutes);
    text[0] = minutes < 0 ? '-' : '+';
    snprintf(text + 1, TIME_ZONE_LEN, "%02d:%02d", whole / 60 % 100, whole % 60);
}

enum assay_error assay_office_brand_read(const json_t *params, struct assay_brand_record *brand,
                                         struct assay_reason *reason)
{
    struct assay_brand_record read = *brand;
    char zone[TIME_ZONE_LEN + 1];
    time_zone_format(read.utc_offset_minutes, zone);
    const struct assay_json_field fields[] = {
        {.name = "name", .kind = ASSAY_JSON_TEXT, .out = read.name, .size = sizeof read.name},
        {.name = "name_zh",
         .kind = ASSAY_JSON_TEXT,
         .out = read.name_zh,
         .size = sizeof read.name_zh},
        {.name = "host", .kind = ASSAY_JSON_TEXT, .out = read.host, .size = sizeof read.host},
        {.name = "time_zone", .kind = ASSAY_JSON_TEXT, .out = zone, .size = sizeof zone},
    };
    enum assay_error error = assay_json_read(params, fields, ASSAY_COUNT_OF(fields), reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (read.name[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "name: the brand's name is wanted");
    }
    if (!assay_text_is_origin(read.host)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "host: an origin in lower case without a path is wanted, such as "
                          "https://v.brand.example");
    }
    error = time_zone_parse(zone, &read.utc_offset_minutes, reason);
    if (error == ASSAY_OK) {
        *brand = read;
    }
    return error;
}

static enum assay_error brand_give(const struct assay_office_call *call, json_t **result)
{
    const struct assay_brand_record *brand = assay_store_brand(call->office->store);
    char zone[TIME_ZONE_LEN + 1];
    char prefix[ASSAY_GS1_PREFIX_MAX + 1];
    enum assay_error error = assay_office_prefix(call, prefix);
    if (error != ASSAY_OK) {
        return error;
    }
    time_zone_format(brand->utc_offset_minutes, zone);
    return assay_office_give(json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", brand->name, "name_zh",
                                       brand->name_zh, "host", brand->host, "time_zone", zone,
                                       "gs1_prefix", prefix),
                             result, call->reason);
}

enum assay_error assay_office_brand_show(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    return error != ASSAY_OK ? error : brand_give(call, result);
}

/* The fields of the brand's own record. */
static enum assay_error brand_put(const struct assay_office_call *call, const json_t *params)
{
    struct assay_record record = {.type = ASSAY_RECORD_BRAND};
    record.brand = *assay_store_brand(call->office->store);
    enum assay_error error = assay_office_brand_read(params, &record.brand, call->reason);
    if (error != ASSAY_OK || json_object_size(params) == 0) {
        return error;
    }
    record.brand.at_unix_ms = call->now_unix_ms;
    memcpy(record.brand.actor, call->actor->name, sizeof record.brand.actor);
    return assay_office_put(call, &record);
}

enum assay_error assay_office_brand_set(const struct assay_office_call *call, json_t **result)
{
    if (json_object_size(call->params) == 0) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "name, name_zh, host, time_zone or gs1_prefix is wanted");
    }
    const json_t *given = json_object_get(call->params, "gs1_prefix");
    const char *prefix = json_string_value(given);
    if (given != NULL && (prefix == NULL || !assay_gs1_prefix_is_right(prefix))) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "gs1_prefix: %d to %d digits are wanted, as GS1 gave them",
                          ASSAY_GS1_PREFIX_MIN, ASSAY_GS1_PREFIX_MAX);
    }
    json_t *rest = json_copy((json_t *)(uintptr_t)call->params);
    json_object_del(rest, "gs1_prefix");
    enum assay_error error =
        rest == NULL ? assay_fail(call->reason, ASSAY_E_MEMORY, NULL) : brand_put(call, rest);
    json_decref(rest);
    if (error == ASSAY_OK && prefix != NULL) {
        error = assay_office_prefix_set(call, prefix);
    }
    return error != ASSAY_OK ? error : brand_give(call, result);
}

/* -- products -- */

static json_t *product_json(const struct assay_product_record *product)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "sku", product->sku, "gtin",
                     product->gtin, "name_zh", product->name_zh, "name_en", product->name_en,
                     "picture", product->picture, "warranty_months", (int)product->terms.months,
                     "registration_bonus_months", (int)product->terms.bonus_months, "scan_on",
                     product->scan_on_tap ? "tap" : "load");
}

/* Cross-field rules, and the forms that assay_json_read does not know. */
static enum assay_error product_check(struct assay_product_record *product, const char *gtin,
                                      const char *scan_on, struct assay_reason *reason)
{
    enum assay_error error = assay_office_name_check("sku", product->sku, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (product->name_en[0] == '\0' || product->name_zh[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "name_zh, name_en: a name in both languages is wanted");
    }
    if (product->picture[0] != '\0' && strncmp(product->picture, "https://", 8) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "picture: an https:// address is wanted");
    }
    if (product->terms.months == 0 && product->terms.bonus_months != 0) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "registration_bonus_months: wants warranty_months above 0");
    }
    if (strcmp(scan_on, "load") != 0 && strcmp(scan_on, "tap") != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "scan_on: load or tap is wanted");
    }
    product->scan_on_tap = strcmp(scan_on, "tap") == 0;
    if (gtin[0] == '\0') {
        product->gtin[0] = '\0';
        return ASSAY_OK;
    }
    return assay_gtin_parse(gtin, product->gtin, reason);
}

/* Read params over what `product` holds: defaults for a new one, the last version for a change. */
static enum assay_error product_read(const struct assay_office_call *call, bool is_new,
                                     struct assay_product_record *product)
{
    char gtin[ASSAY_GTIN_SIZE];
    char scan_on[5];
    memcpy(gtin, product->gtin, sizeof gtin);
    snprintf(scan_on, sizeof scan_on, "%s", product->scan_on_tap ? "tap" : "load");
    int64_t months = product->terms.months;
    int64_t bonus = product->terms.bonus_months;
    const struct assay_json_field fields[] = {
        {"sku", ASSAY_JSON_TEXT, true, product->sku, sizeof product->sku, 0, 0, NULL},
        {"gtin", ASSAY_JSON_TEXT, false, gtin, sizeof gtin, 0, 0, NULL},
        {"name_zh", ASSAY_JSON_TEXT, is_new, product->name_zh, sizeof product->name_zh, 0, 0, NULL},
        {"name_en", ASSAY_JSON_TEXT, is_new, product->name_en, sizeof product->name_en, 0, 0, NULL},
        {"picture", ASSAY_JSON_TEXT, false, product->picture, sizeof product->picture, 0, 0, NULL},
        {"warranty_months", ASSAY_JSON_INTEGER, false, &months, 0, 0, 600, NULL},
        {"registration_bonus_months", ASSAY_JSON_INTEGER, false, &bonus, 0, 0, 120, NULL},
        {"scan_on", ASSAY_JSON_TEXT, false, scan_on, sizeof scan_on, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    product->terms.months = (uint16_t)months;
    product->terms.bonus_months = (uint16_t)bonus;
    return product_check(product, gtin, scan_on, call->reason);
}

static enum assay_error product_put(const struct assay_office_call *call,
                                    struct assay_record *record, json_t **result)
{
    record->product.at_unix_ms = call->now_unix_ms;
    memcpy(record->product.actor, call->actor->name, sizeof record->product.actor);
    enum assay_error error = assay_office_put(call, record);
    if (error != ASSAY_OK) {
        return error;
    }
    return assay_office_give(product_json(&record->product), result, call->reason);
}

/* The sku alone, which other fields may stand beside. */
static const struct assay_product *product_named(const struct assay_office_call *call)
{
    const char *sku = json_string_value(json_object_get(call->params, "sku"));
    return sku == NULL ? NULL : assay_store_product(call->office->store, sku);
}

enum assay_error assay_office_product_add(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    enum assay_error error = product_read(call, true, &record.product);
    if (error != ASSAY_OK) {
        return error;
    }
    if (product_named(call) != NULL) {
        return assay_fail(call->reason, ASSAY_E_EXISTS,
                          "sku: product %s exists already; change it with product set",
                          record.product.sku);
    }
    return product_put(call, &record, result);
}

enum assay_error assay_office_product_set(const struct assay_office_call *call, json_t **result)
{
    const struct assay_product *product = product_named(call);
    const char *sku = json_string_value(json_object_get(call->params, "sku"));
    if (product == NULL && sku != NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "sku: there is no product %.40s; see product list", sku);
    }
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    if (product != NULL) {
        record.product = product->value;
    }
    enum assay_error error = product_read(call, false, &record.product);
    if (error != ASSAY_OK) {
        return error;
    }
    return product_put(call, &record, result);
}

static bool list_product(void *context, const struct assay_product *product)
{
    json_t *list = context;
    return json_array_append_new(list, product_json(&product->value)) == 0;
}

enum assay_error assay_office_product_list(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    assay_store_each_product(call->office->store, list_product, list);
    return assay_office_give(json_pack("{s:o}", "products", list), result, call->reason);
}

enum assay_error assay_office_product_show(const struct assay_office_call *call, json_t **result)
{
    char sku[ASSAY_SKU_MAX + 1];
    const struct assay_json_field fields[] = {
        {"sku", ASSAY_JSON_TEXT, true, sku, sizeof sku, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_product *product = assay_store_product(call->office->store, sku);
    if (product == NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "sku: there is no product %.40s; see product list", sku);
    }
    return assay_office_give(product_json(&product->value), result, call->reason);
}
