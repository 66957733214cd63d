// SPDX-License-Identifier: Apache-2.0
/* What a carton or pallet holds, where an item is, lists. */
#include <stdio.h>
#include <string.h>

#include "core/office_carton.h"
#include "core/runs.h"

#define LIST_DEFAULT 200
#define LIST_MAX 1000
#define LOOKED_MAX 20000 /* units one call looks at, so that a filter still answers soon */
#define ITEMS_DEFAULT 1000
#define ITEMS_MAX 10000
#define CONTENT_MAX 64 /* batches that are told apart in one unit */

/* -- content by batch -- */

struct content {
    const struct assay_office_call *call;
    const struct assay_unit_table *table;
    struct assay_carton_target target;
    unsigned count;
    bool more; /* batches than there is room for */
    uint64_t items;
    struct {
        uint32_t handle;
        uint64_t items;
    } batch[CONTENT_MAX];
};

static enum assay_error add_content(void *context, const struct assay_pack_record *pack)
{
    struct content *content = context;
    unsigned at = 0;
    content->items += pack->items;
    while (at < content->count && content->batch[at].handle != pack->handle) {
        at++;
    }
    if (at == CONTENT_MAX) {
        content->more = true;
        return ASSAY_OK;
    }
    if (at == content->count) {
        content->batch[content->count++].handle = pack->handle;
        content->batch[at].items = 0;
    }
    content->batch[at].items += pack->items;
    return ASSAY_OK;
}

static enum assay_error add_cartons(void *context, const struct assay_pack_record *pack)
{
    struct content *content = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    enum assay_error error = ASSAY_OK;
    while (error == ASSAY_OK && assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t number = run.first; error == ASSAY_OK && number <= run.last; number++) {
            struct assay_unit carton;
            error = assay_unit_get(content->table, (uint32_t)number, &carton);
            if (error == ASSAY_OK) {
                error = assay_carton_each_pack(&content->target, &carton, add_content, content);
            }
        }
    }
    return error;
}

static json_t *batch_json(const struct assay_office_call *call, uint32_t handle, uint64_t items)
{
    const struct assay_batch_facts *facts = assay_store_batch_facts(call->office->store, handle);
    if (facts == NULL) {
        return NULL;
    }
    const struct assay_product *product = assay_store_product(call->office->store, facts->sku);
    char text[ASSAY_HANDLE_SIZE];
    assay_handle_format(handle, text);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:I}", "handle", text, "sku", facts->sku,
                     "gtin", product == NULL ? "" : product->value.gtin, "name_zh",
                     product == NULL ? "" : product->value.name_zh, "name_en",
                     product == NULL ? "" : product->value.name_en, "lot", facts->lot, "expires_on",
                     assay_office_day(facts->expires_on), "items", (json_int_t)items);
}

static json_t *content_json(const struct content *content)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < content->count; i++) {
        json_array_append_new(
            list, batch_json(content->call, content->batch[i].handle, content->batch[i].items));
    }
    return list;
}

/* -- one unit -- */

static json_t *sscc_json(uint64_t sscc)
{
    char text[ASSAY_SSCC_SIZE];
    assay_sscc_format(sscc, text);
    return json_string(text);
}

static json_t *pallet_json(const struct assay_unit_table *table, const struct assay_unit *unit)
{
    struct assay_unit pallet;
    bool known = unit->parent != 0 && assay_unit_get(table, unit->parent, &pallet) == ASSAY_OK;
    return known ? sscc_json(pallet.sscc) : json_null();
}

/* When and by whom a unit was made or filled, and moved. */
static void set_event(const struct assay_office_call *call, json_t *json, uint64_t position,
                      const char *const names[3])
{
    struct assay_record record;
    json_t *at = json_null();
    json_t *by = json_null();
    json_t *text = json_null();
    if (position != 0 && assay_store_record(call->office->store, position, &record) == ASSAY_OK) {
        if (record.type == ASSAY_RECORD_CARTON) {
            at = assay_office_time(record.carton.at_unix_ms);
            by = json_string(record.carton.actor);
        } else if (record.type == ASSAY_RECORD_PACKED) {
            at = assay_office_time(record.packed.at_unix_ms);
            by = json_string(record.packed.actor);
        } else if (record.type == ASSAY_RECORD_CARTON_MOVE) {
            at = assay_office_time(record.carton_move.at_unix_ms);
            by = json_string(record.carton_move.actor);
            text = json_string(record.carton_move.text);
        }
    }
    json_object_set_new(json, names[0], at);
    json_object_set_new(json, names[1], by);
    if (names[2] != NULL) {
        json_object_set_new(json, names[2], text);
    } else {
        json_decref(text);
    }
}

json_t *assay_office_unit_json(const struct assay_office_call *call,
                               const struct assay_unit_table *table, const struct assay_unit *unit)
{
    struct content content = {
        .call = call, .table = table, .target = assay_store_carton_target(call->office->store)};
    enum assay_error error = assay_carton_each_pack(
        &content.target, unit, unit->kind == ASSAY_UNIT_PALLET ? add_cartons : add_content,
        &content);
    if (error != ASSAY_OK) {
        return NULL;
    }
    char text[ASSAY_SSCC_SIZE];
    char url[ASSAY_HOST_MAX + sizeof "/00/" + ASSAY_SSCC_SIZE];
    assay_sscc_format(unit->sscc, text);
    snprintf(url, sizeof url, "%s/00/%s", assay_store_brand(call->office->store)->host, text);
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "number",
                     (json_int_t)unit->number, "sscc", text, "url", url, "kind",
                     assay_unit_kind_name(unit->kind), "state", assay_unit_state_name(unit->state),
                     "count", (json_int_t)unit->count, "items", (json_int_t)content.items, "pallet",
                     pallet_json(table, unit), "content", content_json(&content));
}

/* -- carton.show -- */

/* The list of what a unit holds: items with their codes, or cartons. */
struct listing {
    const struct assay_office_call *call;
    const struct assay_unit_table *table;
    json_t *list;
    uint64_t skip;
    uint64_t limit;
    bool more;
};

static json_t *carton_entry(const struct listing *listing, uint32_t number)
{
    struct assay_unit carton;
    if (assay_unit_get(listing->table, number, &carton) != ASSAY_OK) {
        return NULL;
    }
    return json_pack("{s:o, s:s, s:I}", "sscc", sscc_json(carton.sscc), "state",
                     assay_unit_state_name(carton.state), "count", (json_int_t)carton.count);
}

static json_t *item_entry(const struct listing *listing, struct assay_code_cipher *cipher,
                          uint32_t handle, uint32_t index)
{
    char text[ASSAY_HANDLE_SIZE];
    char code[1][ASSAY_CODE_SIZE];
    char grouped[ASSAY_CODE_GROUPED_SIZE] = "";
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(listing->call->office->store, handle);
    assay_handle_format(handle, text);
    if (cipher != NULL && facts != NULL) {
        const struct assay_code_range range = {handle, index, 1,
                                               (facts->flags & ASSAY_BATCH_IS_OFFLINE) != 0
                                                   ? ASSAY_CODE_VERSION_O1
                                                   : ASSAY_CODE_VERSION_C1};
        assay_code_make(cipher, &range, code);
        assay_code_group(code[0], grouped);
    }
    return json_pack("{s:s, s:I, s:o}", "handle", text, "index", (json_int_t)index, "code",
                     grouped[0] == '\0' ? json_null() : json_string(grouped));
}

/* Ready with a batch's keys; NULL if the label key is not open here. */
static struct assay_code_cipher *cipher_of(const struct listing *listing, uint32_t handle)
{
    const struct assay_keyring *keyring = listing->call->office->keyring;
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(listing->call->office->store, handle);
    struct assay_code_cipher *cipher = NULL;
    if (facts == NULL || keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_LABEL)) {
        return NULL;
    }
    struct assay_batch_keys keys;
    assay_keyring_batch_keys(keyring, facts->epoch, handle, &keys);
    enum assay_error error = assay_code_cipher_create(&keys, NULL, &cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    return error == ASSAY_OK ? cipher : NULL;
}

static enum assay_error list_pack(void *context, const struct assay_pack_record *pack)
{
    struct listing *listing = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    if (listing->skip >= pack->items) {
        listing->skip -= pack->items;
        return ASSAY_OK;
    }
    struct assay_code_cipher *cipher =
        pack->handle != 0 && listing->limit > 0 ? cipher_of(listing, pack->handle) : NULL;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t number = run.first; number <= run.last; number++) {
            if (listing->skip > 0) {
                listing->skip--;
            } else if (listing->limit == 0) {
                listing->more = true;
            } else {
                listing->limit--;
                json_array_append_new(listing->list, pack->handle == 0
                                                         ? carton_entry(listing, (uint32_t)number)
                                                         : item_entry(listing, cipher, pack->handle,
                                                                      (uint32_t)number));
            }
        }
    }
    assay_code_cipher_destroy(cipher);
    return ASSAY_OK;
}

static enum assay_error show_unit(const struct listing *how, const struct assay_unit *unit,
                                  json_t **json)
{
    static const char *const made[3] = {"recorded_at", "recorded_by", NULL};
    static const char *const shipped[3] = {"shipped_at", "shipped_by", "shipped_to"};
    static const char *const moved[3] = {"moved_at", "moved_by", "moved_text"};
    struct listing listing = *how;
    struct assay_carton_target target = assay_store_carton_target(how->call->office->store);
    json_t *shown = assay_office_unit_json(how->call, how->table, unit);
    if (shown == NULL) {
        return ASSAY_E_CORRUPT;
    }
    set_event(how->call, shown, unit->recorded, made);
    set_event(how->call, shown, unit->shipped, shipped);
    set_event(how->call, shown, unit->moved, moved);
    listing.list = json_array();
    uint64_t from = listing.skip;
    enum assay_error error = assay_carton_each_pack(&target, unit, list_pack, &listing);
    json_object_set_new(shown, "next_offset",
                        listing.more ? json_integer((json_int_t)(from + how->limit)) : json_null());
    json_object_set_new(shown, "holds", listing.list);
    if (error != ASSAY_OK) {
        json_decref(shown);
        return error;
    }
    *json = shown;
    return ASSAY_OK;
}

enum assay_error assay_office_carton_show(const struct assay_office_call *call, json_t **result)
{
    char typed[33] = "";
    int64_t limit = ITEMS_DEFAULT;
    int64_t offset = 0;
    uint64_t sscc = 0;
    struct assay_reason what;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("sscc", true, typed),
        ASSAY_JSON_WHOLE_ROW("limit", false, limit, 0, ITEMS_MAX),
        ASSAY_JSON_WHOLE_ROW("offset", false, offset, 0, ASSAY_UNIT_ITEMS_MAX),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_sscc_parse(typed, strlen(typed), &sscc, &what) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "sscc: %s", what.text);
    }
    struct assay_unit_table table;
    struct assay_unit unit;
    json_t *json = NULL;
    error = assay_store_cartons_begin(call->office->session, &table);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    error = assay_unit_find(&table, sscc, &unit);
    bool missing = error == ASSAY_E_NOT_FOUND;
    if (error == ASSAY_OK) {
        const struct listing how = {
            .call = call, .table = &table, .skip = (uint64_t)offset, .limit = (uint64_t)limit};
        error = show_unit(&how, &unit, &json);
    }
    assay_store_cartons_end(call->office->session);
    if (missing) {
        return assay_fail(call->reason, error, "sscc: there is no such carton or pallet");
    }
    return error != ASSAY_OK ? assay_fail(call->reason, error, NULL)
                             : assay_office_give(json, result, call->reason);
}

/* -- carton.list -- */

struct list_query {
    int64_t after;
    int64_t limit;
    char state[16];
    char kind[16];
};

static bool is_wanted(const struct list_query *query, const struct assay_unit *unit)
{
    return (query->state[0] == '\0' ||
            strcmp(query->state, assay_unit_state_name(unit->state)) == 0) &&
           (query->kind[0] == '\0' || strcmp(query->kind, assay_unit_kind_name(unit->kind)) == 0);
}

static enum assay_error check_query(const struct assay_office_call *call,
                                    const struct list_query *query)
{
    bool state_known = query->state[0] == '\0';
    for (unsigned i = 0; i < ASSAY_UNIT_STATES; i++) {
        state_known = state_known || strcmp(query->state, assay_unit_state_name(i)) == 0;
    }
    if (!state_known) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "state: open, packed, shipped, void or unpacked is wanted");
    }
    bool kind_known = query->kind[0] == '\0' || strcmp(query->kind, "carton") == 0 ||
                      strcmp(query->kind, "pallet") == 0;
    return kind_known ? ASSAY_OK
                      : assay_fail(call->reason, ASSAY_E_FIELD, "kind: carton or pallet is wanted");
}

/* Units after the one asked for, until there are enough or enough were looked at. */
static enum assay_error list_units(const struct assay_office_call *call,
                                   const struct assay_unit_table *table,
                                   const struct list_query *query, json_t *list, uint32_t *last)
{
    uint32_t looked = 0;
    enum assay_error error = ASSAY_OK;
    for (uint64_t number = (uint64_t)query->after + 1;
         number <= ASSAY_UNITS_MAX && looked < LOOKED_MAX &&
         json_array_size(list) < (size_t)query->limit;
         number++, looked++) {
        struct assay_unit unit;
        error = assay_unit_get(table, (uint32_t)number, &unit);
        if (error != ASSAY_OK) {
            return error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
        }
        *last = unit.number;
        if (is_wanted(query, &unit)) {
            json_t *json = assay_office_unit_json(call, table, &unit);
            if (json == NULL || json_array_append_new(list, json) != 0) {
                return ASSAY_E_CORRUPT;
            }
        }
    }
    return error;
}

enum assay_error assay_office_carton_list(const struct assay_office_call *call, json_t **result)
{
    struct list_query query = {.limit = LIST_DEFAULT};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("after", false, query.after, 0, ASSAY_UNITS_MAX),
        ASSAY_JSON_WHOLE_ROW("limit", false, query.limit, 1, LIST_MAX),
        ASSAY_JSON_TEXT_ROW("state", false, query.state),
        ASSAY_JSON_TEXT_ROW("kind", false, query.kind),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    error = error != ASSAY_OK ? error : check_query(call, &query);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_unit_table table;
    struct assay_unit_meta meta = {0};
    uint32_t last = (uint32_t)query.after;
    json_t *list = json_array();
    error = assay_store_cartons_begin(call->office->session, &table);
    if (error == ASSAY_OK) {
        error = assay_unit_meta_get(&table, &meta);
        error = error != ASSAY_OK ? error : list_units(call, &table, &query, list, &last);
        assay_store_cartons_end(call->office->session);
    }
    if (error != ASSAY_OK) {
        json_decref(list);
        return assay_fail(call->reason, error, NULL);
    }
    json_t *next = last < meta.units ? json_integer(last) : json_null();
    return assay_office_give(json_pack("{s:o, s:o}", "cartons", list, "next_after", next), result,
                             call->reason);
}

/* -- an item's carton, a batch's counts -- */

static json_t *carton_of(const struct assay_office_call *call, const struct assay_unit_table *table,
                         uint64_t item)
{
    struct assay_unit_block block;
    struct assay_unit unit;
    uint32_t index = assay_item_key_index(item);
    enum assay_error error = assay_unit_block_get(table, assay_item_key_handle(item),
                                                  index / ASSAY_UNIT_BLOCK_ITEMS, &block);
    if (error != ASSAY_OK || block.number[index % ASSAY_UNIT_BLOCK_ITEMS] == 0) {
        return error == ASSAY_OK ? json_null() : NULL;
    }
    if (assay_unit_get(table, block.number[index % ASSAY_UNIT_BLOCK_ITEMS], &unit) != ASSAY_OK) {
        return NULL;
    }
    static const char *const shipped[3] = {"shipped_at", "shipped_by", "shipped_to"};
    json_t *json =
        json_pack("{s:o, s:s, s:o}", "sscc", sscc_json(unit.sscc), "state",
                  assay_unit_state_name(unit.state), "pallet", pallet_json(table, &unit));
    set_event(call, json, unit.shipped, shipped);
    return json;
}

json_t *assay_office_item_carton(const struct assay_office_call *call, uint64_t item)
{
    struct assay_unit_table table;
    if (assay_store_cartons_begin(call->office->session, &table) != ASSAY_OK) {
        return NULL;
    }
    json_t *json = carton_of(call, &table, item);
    assay_store_cartons_end(call->office->session);
    return json;
}

json_t *assay_office_batch_cartons(const struct assay_office_call *call, uint32_t handle)
{
    struct assay_unit_table table;
    struct assay_unit_counts counts = {0};
    if (assay_store_cartons_begin(call->office->session, &table) != ASSAY_OK) {
        return NULL;
    }
    enum assay_error error = assay_unit_counts_get(&table, handle, &counts);
    assay_store_cartons_end(call->office->session);
    return error != ASSAY_OK ? NULL
                             : json_pack("{s:I, s:I}", "packed", (json_int_t)counts.packed,
                                         "shipped", (json_int_t)counts.shipped);
}
