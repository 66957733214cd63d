// SPDX-License-Identifier: Apache-2.0
#include "core/key_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/signed.h"
#include "core/text.h"

#define KEY_TEXT_SIZE 64 /* 32 bytes in base64url are 43 characters */
#define UTC_OFFSET_MAX (14 * 60)

static const struct assay_signed_kind list_kind = {"assay-keys", 1, ASSAY_KEY_LIST_BYTES_MAX};

void assay_key_list_deinit(struct assay_key_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        free(list->keys[i].revoked.ranges);
    }
    free(list->keys);
    list->keys = NULL;
    list->count = 0;
}

/* -- checks of both directions -- */

static enum assay_error check_head(const struct assay_key_list *list, struct assay_reason *reason)
{
    if (list->brand[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "brand: must not be empty");
    }
    if (!assay_text_is_origin(list->host)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "host: must be an origin such as https://v.brand.cn");
    }
    if (list->utc_offset_minutes < -UTC_OFFSET_MAX || list->utc_offset_minutes > UTC_OFFSET_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "utc_offset_minutes: at most %d", UTC_OFFSET_MAX);
    }
    if (list->count > ASSAY_KEY_LIST_KEYS_MAX) {
        return assay_fail(reason, ASSAY_E_FULL,
                          "keys: at most %u in one list; publish a list for each sku",
                          ASSAY_KEY_LIST_KEYS_MAX);
    }
    return ASSAY_OK;
}

static enum assay_error check_key(const struct assay_listed_key *key, uint32_t index,
                                  struct assay_reason *reason)
{
    char id[ASSAY_KEY_ID_SIZE];
    assay_offline_key_id(key->key, id);
    if (strcmp(id, key->id) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "keys[%u].id: is not that of the key", index);
    }
    if (!assay_text_is_name(key->sku, ASSAY_SKU_MAX)) {
        return assay_fail(reason, ASSAY_E_FIELD, "keys[%u].sku: 1 to %d of A-Z a-z 0-9 . _ -",
                          index, ASSAY_SKU_MAX);
    }
    const struct assay_range_set *revoked = &key->revoked;
    if (revoked->count > 0 && revoked->ranges[revoked->count - 1].last >= key->count) {
        return assay_fail(reason, ASSAY_E_FIELD, "keys[%u].revoked: beyond the batch's count",
                          index);
    }
    return ASSAY_OK;
}

/* -- writing -- */

static json_t *ranges_json(const struct assay_range_set *set)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < set->count; i++) {
        json_t *range =
            json_pack("[I, I]", (json_int_t)set->ranges[i].first, (json_int_t)set->ranges[i].last);
        if (json_array_append_new(list, range) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *key_json(const struct assay_listed_key *key)
{
    char handle[ASSAY_HANDLE_SIZE];
    char encoded[KEY_TEXT_SIZE];
    char from[ASSAY_TIME_TEXT_SIZE];
    char valid_to[ASSAY_DATE_TEXT_SIZE];
    bool ends = key->valid_to != ASSAY_DAY_NONE;
    assay_handle_format(key->handle, handle);
    assay_base64url_encode(key->key, sizeof key->key, encoded);
    assay_time_format(key->from_unix_ms, from);
    if (ends) {
        assay_date_format(key->valid_to, valid_to);
    }
    return json_pack("{ss ss ss ss sI ss ss? so}", "id", key->id, "key", encoded, "handle", handle,
                     "sku", key->sku, "count", (json_int_t)key->count, "valid_from", from,
                     "valid_to", ends ? valid_to : NULL, "revoked", ranges_json(&key->revoked));
}

static enum assay_error keys_json(const struct assay_key_list *list, json_t *keys,
                                  struct assay_reason *reason)
{
    for (uint32_t i = 0; i < list->count; i++) {
        enum assay_error error = check_key(&list->keys[i], i, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        if (json_array_append_new(keys, key_json(&list->keys[i])) != 0) {
            return assay_fail(reason, ASSAY_E_MEMORY, NULL);
        }
    }
    return ASSAY_OK;
}

static enum assay_error sign_list(const struct assay_key_list *list,
                                  const struct assay_keyring *keyring, json_t *keys, char **text)
{
    char published_at[ASSAY_TIME_TEXT_SIZE];
    char encoded[KEY_TEXT_SIZE];
    uint8_t office[ASSAY_ED25519_KEY_LEN];
    assay_time_format(list->published_at_unix_ms, published_at);
    assay_keyring_public_key(keyring, ASSAY_KEY_OFFICE, office);
    assay_base64url_encode(office, sizeof office, encoded);
    json_t *object = json_pack("{ss ss si ss ss sO}", "brand", list->brand, "host", list->host,
                               "utc_offset_minutes", (int)list->utc_offset_minutes, "published_at",
                               published_at, "office_key", encoded, "keys", keys);
    if (object == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error =
        assay_signed_write(&list_kind, object, keyring, ASSAY_KEY_OFFICE, text);
    json_decref(object);
    return error;
}

enum assay_error assay_key_list_write(const struct assay_key_list *list,
                                      const struct assay_keyring *keyring, char **text,
                                      struct assay_reason *reason)
{
    enum assay_error error = check_head(list, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char *written = NULL;
    json_t *keys = json_array();
    error = keys_json(list, keys, reason);
    if (error == ASSAY_OK) {
        error = sign_list(list, keyring, keys, &written);
        if (error != ASSAY_OK) {
            assay_fail(reason, error, NULL);
        }
    }
    json_decref(keys);
    if (error == ASSAY_OK && strlen(written) > ASSAY_KEY_LIST_BYTES_MAX) {
        free(written);
        return assay_fail(reason, ASSAY_E_FULL,
                          "the list has more than %u bytes; publish a list for each sku",
                          ASSAY_KEY_LIST_BYTES_MAX);
    }
    if (error == ASSAY_OK) {
        *text = written;
    }
    return error;
}

/* -- reading -- */

/* What stands in one key's object. */
struct key_text {
    char id[ASSAY_KEY_ID_SIZE];
    char key[KEY_TEXT_SIZE];
    char handle[ASSAY_HANDLE_SIZE];
    char valid_from[ASSAY_TIME_TEXT_SIZE + 8];
    char valid_to[ASSAY_DATE_TEXT_SIZE];
    int64_t count;
    bool ends;
    const json_t *revoked;
};

static enum assay_error decode_key(const char *name, const char *text,
                                   uint8_t key[ASSAY_ED25519_KEY_LEN], struct assay_reason *reason)
{
    uint8_t decoded[KEY_TEXT_SIZE];
    size_t len = sizeof decoded;
    if (assay_base64url_decode(text, strlen(text), decoded, &len) != ASSAY_OK ||
        len != ASSAY_ED25519_KEY_LEN) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must be 32 bytes in base64url", name);
    }
    memcpy(key, decoded, ASSAY_ED25519_KEY_LEN);
    return ASSAY_OK;
}

static bool get_range(const json_t *value, uint64_t count, struct assay_range *range)
{
    const json_t *first = json_array_get(value, 0);
    const json_t *last = json_array_get(value, 1);
    if (json_array_size(value) != 2 || !json_is_integer(first) || !json_is_integer(last)) {
        return false;
    }
    json_int_t from = json_integer_value(first);
    json_int_t to = json_integer_value(last);
    if (from < 0 || from > to || to >= (json_int_t)count) {
        return false;
    }
    *range = (struct assay_range){(uint32_t)from, (uint32_t)to};
    return true;
}

static enum assay_error read_revoked(const json_t *list, struct assay_listed_key *key,
                                     struct assay_reason *reason)
{
    size_t i = 0;
    const json_t *value = NULL;
    int64_t least = 0;
    json_array_foreach(list, i, value)
    {
        struct assay_range range;
        if (!get_range(value, key->count, &range) || range.first < least) {
            return assay_fail(reason, ASSAY_E_FIELD,
                              "revoked[%zu]: must be [first, last] within the batch, after the one "
                              "before and not touching it",
                              i);
        }
        least = (int64_t)range.last + 2;
        enum assay_error error = assay_range_set_add(&key->revoked, range);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "revoked: at most %d ranges", ASSAY_BATCH_RANGES_MAX);
        }
    }
    return ASSAY_OK;
}

static enum assay_error translate(const struct key_text *text, struct assay_listed_key *key,
                                  struct assay_reason *reason)
{
    char canonical[ASSAY_HANDLE_SIZE] = "";
    if (assay_handle_parse(text->handle, &key->handle) == ASSAY_OK) {
        assay_handle_format(key->handle, canonical);
    }
    if (canonical[0] == '\0' || strcmp(canonical, text->handle) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "handle: must be six characters of the code alphabet");
    }
    if (assay_time_parse(text->valid_from, &key->from_unix_ms) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "valid_from: must be an RFC 3339 time");
    }
    key->valid_to = ASSAY_DAY_NONE;
    if (text->ends && assay_date_parse(text->valid_to, &key->valid_to) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "valid_to: must be YYYY-MM-DD or null");
    }
    key->count = (uint32_t)text->count;
    memcpy(key->id, text->id, sizeof key->id);
    enum assay_error error = decode_key("key", text->key, key->key, reason);
    return error == ASSAY_OK ? read_revoked(text->revoked, key, reason) : error;
}

static enum assay_error read_key(const json_t *object, struct assay_listed_key *key,
                                 struct assay_reason *reason)
{
    struct key_text text = {.revoked = NULL};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("id", true, text.id),
        ASSAY_JSON_TEXT_ROW("key", true, text.key),
        ASSAY_JSON_TEXT_ROW("handle", true, text.handle),
        ASSAY_JSON_TEXT_ROW("sku", true, key->sku),
        ASSAY_JSON_WHOLE_ROW("count", true, text.count, 1, ASSAY_BATCH_ITEMS_MAX),
        ASSAY_JSON_TEXT_ROW("valid_from", true, text.valid_from),
        {.name = "valid_to",
         .kind = ASSAY_JSON_TEXT,
         .out = text.valid_to,
         .size = sizeof text.valid_to,
         .present = &text.ends},
        {.name = "revoked", .kind = ASSAY_JSON_ARRAY, .required = true, .out = &text.revoked},
    };
    enum assay_error error = json_is_object(object)
                                 ? assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason)
                                 : assay_fail(reason, ASSAY_E_FIELD, "must be an object");
    return error == ASSAY_OK ? translate(&text, key, reason) : error;
}

static int by_handle(const void *a, const void *b)
{
    const struct assay_listed_key *left = a;
    const struct assay_listed_key *right = b;
    return left->handle < right->handle ? -1 : left->handle > right->handle;
}

static enum assay_error read_keys(const json_t *array, struct assay_key_list *list,
                                  struct assay_reason *reason)
{
    size_t count = json_array_size(array);
    if (count > ASSAY_KEY_LIST_KEYS_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "keys: at most %u", ASSAY_KEY_LIST_KEYS_MAX);
    }
    list->keys = calloc(count + 1, sizeof *list->keys);
    if (list->keys == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        struct assay_reason inner = {""};
        list->count++;
        enum assay_error error = read_key(json_array_get(array, i), &list->keys[i], &inner);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "keys[%zu].%s", i, inner.text);
        }
        error = check_key(&list->keys[i], (uint32_t)i, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    qsort(list->keys, count, sizeof *list->keys, by_handle);
    for (size_t i = 1; i < count; i++) {
        if (list->keys[i - 1].handle == list->keys[i].handle) {
            return assay_fail(reason, ASSAY_E_FIELD, "keys: a handle is there twice");
        }
    }
    return ASSAY_OK;
}

static enum assay_error read_fields(const json_t *object, struct assay_key_list *list,
                                    struct assay_reason *reason)
{
    struct assay_signed_fields common;
    char published_at[ASSAY_TIME_TEXT_SIZE + 8];
    char office_key[KEY_TEXT_SIZE];
    int64_t offset = 0;
    const json_t *keys = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_SIGNED_FIELDS(&common),
        ASSAY_JSON_TEXT_ROW("brand", true, list->brand),
        ASSAY_JSON_TEXT_ROW("host", true, list->host),
        ASSAY_JSON_TEXT_ROW("published_at", true, published_at),
        ASSAY_JSON_TEXT_ROW("office_key", true, office_key),
        ASSAY_JSON_WHOLE_ROW("utc_offset_minutes", true, offset, -UTC_OFFSET_MAX, UTC_OFFSET_MAX),
        {.name = "keys", .kind = ASSAY_JSON_ARRAY, .required = true, .out = &keys},
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    if (error != ASSAY_OK) {
        return error;
    }
    list->utc_offset_minutes = (int16_t)offset;
    if (assay_time_parse(published_at, &list->published_at_unix_ms) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "published_at: must be an RFC 3339 time");
    }
    error = decode_key("office_key", office_key, list->office_key, reason);
    if (error == ASSAY_OK) {
        error = check_head(list, reason);
    }
    return error == ASSAY_OK ? read_keys(keys, list, reason) : error;
}

static enum assay_error check_office(const uint8_t *office, const struct assay_key_list *list,
                                     json_t *object, struct assay_reason *reason)
{
    if (office != NULL && memcmp(office, list->office_key, ASSAY_ED25519_KEY_LEN) != 0) {
        return assay_fail(reason, ASSAY_E_SIGNATURE,
                          "office_key: the list is of another office's key than the one given");
    }
    return assay_signed_check(&list_kind, object, list->office_key, reason);
}

enum assay_error assay_key_list_read(const char *text, size_t len, const uint8_t *office,
                                     struct assay_key_list *list, struct assay_reason *reason)
{
    json_t *object = NULL;
    struct assay_key_list read = {.count = 0};
    enum assay_error error = assay_signed_parse(&list_kind, text, len, &object, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = read_fields(object, &read, reason);
    if (error == ASSAY_OK) {
        error = check_office(office, &read, object, reason);
    }
    json_decref(object);
    if (error != ASSAY_OK) {
        assay_key_list_deinit(&read);
        return error;
    }
    *list = read;
    return ASSAY_OK;
}

/* -- labels -- */

enum assay_issued assay_key_list_check(const struct assay_key_list *list,
                                       const char code[ASSAY_CODE_LEN], struct assay_span sig,
                                       int64_t now_unix_ms, const struct assay_listed_key **key)
{
    struct assay_listed_key wanted = {.handle = 0};
    char handle[ASSAY_HANDLE_SIZE] = "";
    *key = NULL;
    memcpy(handle, code + 1, ASSAY_HANDLE_LEN);
    if (code[0] != '0' + ASSAY_CODE_VERSION_O1 || list->count == 0 ||
        assay_handle_parse(handle, &wanted.handle) != ASSAY_OK) {
        return ASSAY_ISSUED_NOT;
    }
    const struct assay_listed_key *found =
        bsearch(&wanted, list->keys, list->count, sizeof wanted, by_handle);
    if (found == NULL ||
        assay_offline_check(found->key, code, (const char *)sig.data, sig.len_bytes) != ASSAY_OK) {
        return ASSAY_ISSUED_NOT;
    }
    *key = found;
    uint64_t revoked = assay_range_set_total(&found->revoked);
    if (revoked == found->count) {
        return ASSAY_ISSUED_REVOKED;
    }
    if (found->valid_to != ASSAY_DAY_NONE &&
        found->valid_to < assay_day_of(now_unix_ms, list->utc_offset_minutes)) {
        return ASSAY_ISSUED_EXPIRED;
    }
    return revoked > 0 ? ASSAY_ISSUED_PART : ASSAY_ISSUED;
}
