// SPDX-License-Identifier: Apache-2.0
/* One item by its code, recorded scans by cursor, figures of the store. Never personal data. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/office_carton.h"

#define HISTORY_DEFAULT 100
#define HISTORY_MAX 1000
#define SCANS_DEFAULT 200
#define SCANS_MAX 1000
/* Records one call looks at, so that a filter that matches little still answers soon. */
#define SCANS_READ_MAX 200000

json_t *assay_office_reasons(const struct assay_risk *risk)
{
    json_t *reasons = json_array();
    for (unsigned bit = 1; bit <= risk->reasons; bit <<= 1) {
        if ((risk->reasons & bit) != 0) {
            json_array_append_new(reasons,
                                  json_string(assay_risk_reason_name((enum assay_risk_reason)bit)));
        }
    }
    return reasons;
}

static json_t *risk_json(const struct assay_risk *risk)
{
    return json_pack("{s:s, s:o, s:i}", "level", assay_risk_level_name(risk->level), "reasons",
                     assay_office_reasons(risk), "score", (int)risk->score);
}

/* What is kept in 1/65535, to three places. */
static json_t *share_json(uint32_t share)
{
    return json_real((double)(((uint64_t)share * 1000 + UINT16_MAX / 2) / UINT16_MAX) / 1000);
}

/* A name, or null for what is not known or does not apply. */
static json_t *name_json(const char *name)
{
    return name[0] != '\0' ? json_string(name) : json_null();
}

static json_t *scan_json(const struct assay_office_call *call, uint64_t position,
                         const struct assay_scan_record *scan)
{
    char id[2 * ASSAY_SCAN_ID_LEN + 1];
    assay_hex_encode(scan->scan_id, ASSAY_SCAN_ID_LEN, id);
    const struct assay_place *place = assay_store_place(call->office->store, scan->place);
    return json_pack(
        "{s:I, s:s, s:I, s:o, s:o, s:s, s:o, s:o, s:b, s:b, s:b, s:s, s:o, s:o}", "position",
        (json_int_t)position, "scan_id", id, "number", (json_int_t)scan->number, "at",
        assay_office_time(scan->at_unix_ms), "place", assay_office_place(place), "verdict",
        assay_verdict_row(scan->verdict)->name, "risk", risk_json(&scan->risk), "mass",
        share_json(scan->risk.mass), "first", (scan->flags & ASSAY_SCAN_FIRST) != 0, "confirmation",
        (scan->flags & ASSAY_SCAN_CONFIRMATION) != 0, "device", scan->device != 0, "channel",
        assay_channel_name(scan->channel), "net", name_json(assay_net_name(scan->net)), "left_out",
        name_json(assay_left_out_name(scan->left_out)));
}

/* -- item.show -- */

/* Open a code with its batch's keys; what was never issued is one answer, whatever is wrong. */
static enum assay_error code_open(const struct assay_office_call *call,
                                  const struct assay_code_parts *parts,
                                  const struct assay_batch_facts **facts, uint32_t *index)
{
    const struct assay_keyring *keyring = call->office->keyring;
    if (keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_LABEL)) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "label.key is not open here: codes cannot be checked");
    }
    const struct assay_batch_facts *batch =
        assay_store_batch_facts(call->office->store, parts->handle);
    struct assay_batch_keys keys = {0};
    if (batch != NULL) {
        assay_keyring_batch_keys(keyring, batch->epoch, batch->handle, &keys);
    }
    struct assay_code_cipher *cipher = NULL;
    enum assay_error error = assay_code_cipher_create(&keys, NULL, &cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    uint32_t opened = 0;
    error = assay_code_open(cipher, parts, &opened);
    assay_code_cipher_destroy(cipher);
    if (error != ASSAY_OK || batch == NULL || opened >= batch->count) {
        return assay_fail(call->reason, ASSAY_E_CODE_UNKNOWN, "code: no such code was issued");
    }
    *facts = batch;
    *index = opened;
    return ASSAY_OK;
}

enum assay_error assay_office_code(const struct assay_office_call *call, const char *code,
                                   struct assay_code_parts *parts, uint64_t *item)
{
    const struct assay_batch_facts *facts = NULL;
    uint32_t index = 0;
    enum assay_error error = assay_code_parse(code, strlen(code), parts, NULL, NULL);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, "code: %s", assay_error_text(error));
    }
    error = code_open(call, parts, &facts, &index);
    if (error == ASSAY_OK) {
        *item = assay_item_key_of(facts->handle, index);
    }
    return error;
}

/* The item's scans, newest first, by walking from each to the one before. */
static enum assay_error history_json(const struct assay_office_call *call, uint64_t position,
                                     int64_t limit, json_t *list)
{
    struct assay_record record;
    while (position != 0 && limit-- > 0) {
        enum assay_error error = assay_store_record(call->office->store, position, &record);
        if (error != ASSAY_OK || record.type != ASSAY_RECORD_SCAN ||
            record.scan.previous >= position) {
            return assay_fail(call->reason, ASSAY_E_CORRUPT,
                              "ledger: no scan stands at position %llu; run check",
                              (unsigned long long)position);
        }
        json_array_append_new(list, scan_json(call, position, &record.scan));
        position = record.scan.previous;
    }
    return ASSAY_OK;
}

static json_t *event_json(const struct assay_office_call *call, int64_t at_unix_ms, uint32_t place)
{
    if (at_unix_ms == 0) {
        return json_null();
    }
    return json_pack("{s:o, s:o}", "at", assay_office_time(at_unix_ms), "place",
                     assay_office_place(assay_store_place(call->office->store, place)));
}

static json_t *warranty_json(const struct assay_office_call *call, const struct assay_item *item)
{
    struct assay_record record;
    if (item->claim == 0 ||
        assay_store_record(call->office->store, item->claim, &record) != ASSAY_OK ||
        record.type != ASSAY_RECORD_CLAIM) {
        return json_pack("{s:b}", "registered", item->claim != 0);
    }
    return json_pack("{s:b, s:o, s:o}", "registered", true, "registered_at",
                     assay_office_time(record.claim.at_unix_ms), "ends_on",
                     assay_office_day(record.claim.ends_on));
}

const char *assay_office_sale_name(enum assay_item_sale sale)
{
    static const char *const names[] = {
        [ASSAY_SALE_NOT_YET] = "not_on_sale",
        [ASSAY_SALE_ON] = "on_sale",
        [ASSAY_SALE_RECALLED] = "recalled",
        [ASSAY_SALE_VOID] = "void",
    };
    return names[sale];
}

static json_t *item_json(const struct assay_office_call *call, const char *code,
                         const struct assay_batch *batch, uint32_t index,
                         const struct assay_item *item)
{
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    char handle[ASSAY_HANDLE_SIZE];
    assay_code_group(code, grouped);
    assay_handle_format(batch->handle, handle);
    int32_t today =
        assay_day_of(call->now_unix_ms, assay_store_brand(call->office->store)->utc_offset_minutes);
    return json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:o, s:I, s:o}", "code", grouped,
        "handle", handle, "index", (json_int_t)index, "sku", batch->sku, "lot", batch->lot, "sale",
        assay_office_sale_name(assay_batch_item_sale(batch, index)), "expired",
        assay_batch_expired(batch, today), "scans", (json_int_t)item->scans, "scans_before_sale",
        (json_int_t)item->scans_before_sale, "first_scan",
        event_json(call, item->first_at_unix_ms, item->first_place), "confirmed",
        event_json(call, item->confirmed_at_unix_ms, item->confirmed_place), "wrong_pins",
        (json_int_t)item->wrong_pins, "warranty", warranty_json(call, item));
}

static enum assay_error item_give(const struct assay_office_call *call, const char *code,
                                  uint64_t key, int64_t limit, json_t **result)
{
    struct assay_item item;
    enum assay_error error = assay_store_item(call->office->session, key, &item);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    json_t *history = json_array();
    error = history_json(call, item.last_scan, limit, history);
    struct assay_batch batch = {0};
    struct assay_risk risk;
    if (error == ASSAY_OK) {
        error = assay_store_item_risk(call->office->store, key, &item, &risk);
    }
    if (error == ASSAY_OK) {
        error = assay_store_batch(call->office->session, assay_item_key_handle(key), &batch);
    }
    if (error != ASSAY_OK) {
        json_decref(history);
        return error;
    }
    json_t *json = item_json(call, code, &batch, assay_item_key_index(key), &item);
    assay_batch_deinit(&batch);
    if (json == NULL || json_object_set_new(json, "risk", risk_json(&risk)) != 0 ||
        json_object_set_new(json, "mass", share_json(item.risk.mass_sum)) != 0 ||
        json_object_set_new(json, "carton", assay_office_item_carton(call, key)) != 0 ||
        json_object_set_new(json, "history", history) != 0) {
        json_decref(json);
        json = NULL;
    }
    return assay_office_give(json, result, call->reason);
}

enum assay_error assay_office_item_show(const struct assay_office_call *call, json_t **result)
{
    char code[65] = "";
    int64_t limit = HISTORY_DEFAULT;
    const struct assay_json_field fields[] = {
        {"code", ASSAY_JSON_TEXT, true, code, sizeof code, 0, 0, NULL},
        {"limit", ASSAY_JSON_INTEGER, false, &limit, 0, 1, HISTORY_MAX, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_code_parts parts;
    uint64_t key = 0;
    error = assay_office_code(call, code, &parts, &key);
    return error != ASSAY_OK ? error : item_give(call, parts.text, key, limit, result);
}

/* -- scans.list -- */

struct scans_query {
    int64_t after; /* position of the last record seen; 0 = from the start */
    int64_t limit;
    char sku[ASSAY_SKU_MAX + 1];
    uint32_t handle; /* 0 = all */
};

static json_t *listed_scan_json(const struct assay_office_call *call, uint64_t position,
                                const struct assay_scan_record *scan,
                                const struct assay_batch_facts *facts)
{
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(facts->handle, handle);
    json_t *json = scan_json(call, position, scan);
    if (json != NULL) {
        json_object_set_new(json, "handle", json_string(handle));
        json_object_set_new(json, "index", json_integer(assay_item_key_index(scan->item)));
        json_object_set_new(json, "sku", json_string(facts->sku));
        json_object_set_new(json, "lot", json_string(facts->lot));
    }
    return json;
}

/* Append the scan to the list if the query wants it. */
static enum assay_error scan_take(const struct assay_office_call *call,
                                  const struct scans_query *query, struct assay_span bytes,
                                  uint64_t position, json_t *list)
{
    struct assay_record record;
    enum assay_error error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, "ledger: the record at %llu is damaged; run check",
                          (unsigned long long)position);
    }
    if (record.type != ASSAY_RECORD_SCAN) {
        return ASSAY_OK;
    }
    uint32_t handle = assay_item_key_handle(record.scan.item);
    const struct assay_batch_facts *facts = assay_store_batch_facts(call->office->store, handle);
    bool wanted = facts != NULL && (query->handle == 0 || query->handle == handle) &&
                  (query->sku[0] == '\0' || strcmp(query->sku, facts->sku) == 0);
    if (wanted) {
        json_array_append_new(list, listed_scan_json(call, position, &record.scan, facts));
    }
    return ASSAY_OK;
}

static enum assay_error scans_read(const struct assay_office_call *call,
                                   const struct scans_query *query,
                                   struct assay_ledger_reader *reader, json_t *list, uint64_t *last)
{
    uint64_t after = (uint64_t)query->after;
    for (uint32_t read = 0; read < SCANS_READ_MAX; read++) {
        struct assay_span bytes;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &bytes, &position, call->reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0) {
            return error;
        }
        if (position <= after) {
            continue;
        }
        error = scan_take(call, query, bytes, position, list);
        if (error != ASSAY_OK) {
            return error;
        }
        *last = position;
        if (json_array_size(list) >= (size_t)query->limit) {
            return ASSAY_OK;
        }
    }
    return ASSAY_OK;
}

static enum assay_error scans_query_read(const struct assay_office_call *call,
                                         struct scans_query *query)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    const struct assay_json_field fields[] = {
        {"after", ASSAY_JSON_INTEGER, false, &query->after, 0, 0, (double)(1ll << 52), NULL},
        {"limit", ASSAY_JSON_INTEGER, false, &query->limit, 0, 1, SCANS_MAX, NULL},
        {"sku", ASSAY_JSON_TEXT, false, query->sku, sizeof query->sku, 0, 0, NULL},
        {"handle", ASSAY_JSON_TEXT, false, handle, sizeof handle, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK || handle[0] == '\0') {
        return error;
    }
    const struct assay_batch_facts *facts = NULL;
    error = assay_office_facts(call, handle, &facts);
    if (error == ASSAY_OK) {
        query->handle = facts->handle;
    }
    return error;
}

/* A reader that stands at the record `after`. */
static enum assay_error scans_open(const struct assay_office_call *call, uint64_t after,
                                   uint64_t end, struct assay_ledger_reader **reader)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/ledger", call->office->dir);
    enum assay_error error = after < end
                                 ? assay_ledger_reader_open(dir, after, end, reader, call->reason)
                                 : ASSAY_E_NOT_FOUND;
    if (error == ASSAY_E_NOT_FOUND && after != 0) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "after: no record stands at %llu; take next_after of an earlier answer",
                          (unsigned long long)after);
    }
    return error;
}

enum assay_error assay_office_scans_list(const struct assay_office_call *call, json_t **result)
{
    struct scans_query query = {.limit = SCANS_DEFAULT};
    enum assay_error error = scans_query_read(call, &query);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_store_stats stats;
    assay_store_stats(call->office->store, &stats);
    uint64_t last = (uint64_t)query.after;
    struct assay_ledger_reader *reader = NULL;
    error = scans_open(call, last, stats.ledger_synced, &reader);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    error = scans_read(call, &query, reader, list, &last);
    assay_ledger_reader_close(reader);
    if (error != ASSAY_OK) {
        json_decref(list);
        return error;
    }
    return assay_office_give(json_pack("{s:o, s:I}", "scans", list, "next_after", (json_int_t)last),
                             result, call->reason);
}

/* -- stats.show -- */

enum assay_error assay_office_stats_show(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_store_stats stats;
    assay_store_stats(call->office->store, &stats);
    return assay_office_give(
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:i, s:i, s:b}", "ledger_end",
                  (json_int_t)stats.ledger_end, "ledger_synced", (json_int_t)stats.ledger_synced,
                  "ledger_records", (json_int_t)stats.ledger_records, "checkpoint_position",
                  (json_int_t)stats.checkpoint_position, "checkpoints",
                  (json_int_t)stats.checkpoints, "overlay_items", (json_int_t)stats.overlay_items,
                  "overlay_room", (json_int_t)stats.overlay_room, "batches", (int)stats.batches,
                  "products", (int)stats.products, "places", (int)stats.places, "low_space",
                  stats.low_space),
        result, call->reason);
}
