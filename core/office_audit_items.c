// SPDX-License-Identifier: Apache-2.0
/* audit.codes and audit.code: suspicious items, and one item's scans (docs/AUDIT-API.md). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_audit.h"

#define CODES_DEFAULT 50
#define CODES_MAX 500
/* Items one call looks at, so that a filter that keeps little still answers soon. */
#define CODES_READ_MAX 20000
/* Scans of an item that are walked back to find one in a place. */
#define PLACE_WALK_MAX 64
#define SCANS_MAX 1000
#define AFTER_SIZE 40
#define SCORE_ONE 1024.0
#define MASS_ONE 65535.0

/* -- an item as a row -- */

/* Codes of many items of few batches: one batch's cipher is kept. */
struct coder {
    const struct assay_office_call *call;
    uint32_t handle;
    struct assay_code_cipher *cipher;
};

static json_t *code_json(struct coder *coder, const struct assay_batch_facts *facts, uint32_t index)
{
    const struct assay_keyring *keyring = coder->call->office->keyring;
    if (keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_LABEL)) {
        return json_null();
    }
    if (coder->cipher == NULL || coder->handle != facts->handle) {
        struct assay_batch_keys keys;
        assay_code_cipher_destroy(coder->cipher);
        coder->cipher = NULL;
        assay_keyring_batch_keys(keyring, facts->epoch, facts->handle, &keys);
        enum assay_error error = assay_code_cipher_create(&keys, NULL, &coder->cipher);
        assay_bytes_wipe(&keys, sizeof keys);
        if (error != ASSAY_OK) {
            return json_null();
        }
        coder->handle = facts->handle;
    }
    bool offline = (facts->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    const struct assay_code_range range = {facts->handle, index, 1,
                                           offline ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1};
    char code[1][ASSAY_CODE_SIZE];
    assay_code_make(coder->cipher, &range, code);
    return json_string(code[0]);
}

static json_t *place_json(const struct assay_office_call *call, uint32_t number)
{
    const struct assay_place *place = assay_store_place(call->office->store, number);
    return assay_audit_place(place->country, place->region);
}

/* suspect: NULL for an item that was never above level low. */
static json_t *item_json(struct coder *coder, uint64_t key, const struct assay_item *item,
                         const struct assay_rollup_suspect *suspect)
{
    const struct assay_office_call *call = coder->call;
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(call->office->store, assay_item_key_handle(key));
    struct assay_record last = {.type = ASSAY_RECORD_SCAN};
    bool scanned = item->last_scan != 0;
    if (facts == NULL ||
        (scanned && assay_store_record(call->office->store, item->last_scan, &last) != ASSAY_OK)) {
        return NULL;
    }
    const struct assay_risk risk =
        suspect == NULL ? last.scan.risk
                        : (struct assay_risk){.level = suspect->level, .score = suspect->score};
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(facts->handle, handle);
    uint32_t index = assay_item_key_index(key);
    return json_pack(
        "{s:o, s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:b, s:o}", "code",
        code_json(coder, facts, index), "handle", handle, "index", (json_int_t)index, "sku",
        facts->sku, "lot", facts->lot, "level", assay_risk_level_name(risk.level), "score",
        assay_audit_number(risk.score / SCORE_ONE), "reasons",
        assay_office_reasons(&last.scan.risk), "scans", (json_int_t)item->scans, "mass",
        assay_audit_number((double)item->risk.mass_sum / MASS_ONE), "devices",
        (json_int_t)item->risk.devices, "first_at", assay_office_time(item->first_at_unix_ms),
        "last_at", assay_office_time(scanned ? last.scan.at_unix_ms : 0), "confirmed",
        item->confirmed_at_unix_ms != 0, "place", place_json(call, item->first_place));
}

/* -- audit.codes -- */

struct codes {
    struct assay_audit_view *view;
    enum assay_risk_level least;
    int64_t limit;
    uint64_t read;
    struct assay_rollup_suspect *found;
    size_t count;
    struct assay_rollup_suspect last; /* looked at */
    bool more;
};

static enum assay_error parse_after(const struct assay_office_call *call, const char *text,
                                    struct assay_rollup_suspect *after)
{
    unsigned level = 0;
    int end = 0;
    int fields =
        sscanf(text, "%1u.%" SCNd32 ".%" SCNu64 "%n", &level, &after->score, &after->item, &end);
    if (fields != 3 || text[end] != '\0' || level > ASSAY_RISK_CLONED) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "after: the next of the page before");
    }
    after->level = level;
    return ASSAY_OK;
}

/* Was it scanned in a place that the filter keeps? */
static bool was_scanned_there(const struct assay_audit_view *view, const struct assay_item *item)
{
    const struct assay_audit_filter *filter = &view->filter;
    if (filter->country[0] == '\0' && filter->region[0] == '\0') {
        return true;
    }
    struct assay_store *store = view->call->office->store;
    uint64_t position = item->last_scan;
    for (int i = 0; i < PLACE_WALK_MAX && position != 0; i++) {
        struct assay_record record;
        if (assay_store_record(store, position, &record) != ASSAY_OK ||
            record.type != ASSAY_RECORD_SCAN) {
            return false;
        }
        const struct assay_place *place = assay_store_place(store, record.scan.place);
        if (assay_audit_view_keeps_place(filter, place->country, place->region)) {
            return true;
        }
        position = record.scan.previous;
    }
    return false;
}

static bool keeps_suspect(const struct codes *codes, const struct assay_rollup_suspect *suspect)
{
    const struct assay_audit_view *view = codes->view;
    const struct assay_audit_filter *filter = &view->filter;
    int32_t day = assay_day_of(suspect->at_unix_ms, view->meta.utc_offset_minutes);
    return suspect->level >= codes->least &&
           (filter->from_day == ASSAY_DAY_NONE || day >= filter->from_day) &&
           (filter->to_day == ASSAY_DAY_NONE || day <= filter->to_day) &&
           assay_audit_view_keeps_batch(view, assay_item_key_handle(suspect->item));
}

static enum assay_error find_suspect(void *context, const struct assay_rollup_suspect *suspect)
{
    struct codes *codes = context;
    if ((int64_t)codes->count == codes->limit || codes->read == CODES_READ_MAX ||
        suspect->level < codes->least) {
        codes->more = suspect->level >= codes->least;
        return ASSAY_E_BUSY;
    }
    codes->read++;
    codes->last = *suspect;
    if (keeps_suspect(codes, suspect)) {
        codes->found[codes->count++] = *suspect;
    }
    return ASSAY_OK;
}

static enum assay_error codes_json(const struct codes *codes, json_t **body)
{
    const struct assay_office_call *call = codes->view->call;
    struct coder coder = {.call = call};
    json_t *rows = json_array();
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < codes->count && error == ASSAY_OK; i++) {
        const struct assay_rollup_suspect *suspect = &codes->found[i];
        struct assay_item item;
        error = assay_store_item(call->office->session, suspect->item, &item);
        if (error == ASSAY_OK && was_scanned_there(codes->view, &item)) {
            json_array_append_new(rows, item_json(&coder, suspect->item, &item, suspect));
        }
    }
    assay_code_cipher_destroy(coder.cipher);
    if (error != ASSAY_OK) {
        json_decref(rows);
        return assay_fail(call->reason, error, NULL);
    }
    json_t *next = !codes->more
                       ? json_null()
                       : json_sprintf("%u.%" PRId32 ".%" PRIu64, (unsigned)codes->last.level,
                                      codes->last.score, codes->last.item);
    *body = json_pack("{s:o, s:o}", "rows", rows, "next", next);
    return ASSAY_OK;
}

static enum assay_error read_level(const struct assay_office_call *call, const char *text,
                                   enum assay_risk_level *level)
{
    for (*level = ASSAY_RISK_CHECK; *level <= ASSAY_RISK_CLONED; (*level)++) {
        if (strcmp(text, assay_risk_level_name(*level)) == 0) {
            return ASSAY_OK;
        }
    }
    return assay_fail(call->reason, ASSAY_E_FIELD, "level: check, suspect or cloned");
}

/* The snapshot is given back before items are read: the session has one reader. */
static enum assay_error find_codes(struct codes *codes, const struct assay_rollup_suspect *after)
{
    struct assay_store_session *session = codes->view->call->office->session;
    enum assay_error error = assay_store_each_suspect(session, after, find_suspect, codes);
    assay_audit_view_end(codes->view);
    return error;
}

enum assay_error assay_office_audit_codes(const struct assay_office_call *call, json_t **result)
{
    char level[8] = "check";
    char after_text[AFTER_SIZE] = "";
    struct assay_audit_view view;
    struct codes codes = {.view = &view, .limit = CODES_DEFAULT};
    const struct assay_json_field extra[] = {
        ASSAY_JSON_TEXT_ROW("level", false, level),
        ASSAY_JSON_TEXT_ROW("after", false, after_text),
        ASSAY_JSON_WHOLE_ROW("limit", false, codes.limit, 1, CODES_MAX),
    };
    struct assay_rollup_suspect after = {0};
    enum assay_error error = assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &view);
    if (error != ASSAY_OK) {
        return error;
    }
    error = read_level(call, level, &codes.least);
    if (error == ASSAY_OK && after_text[0] != '\0') {
        error = parse_after(call, after_text, &after);
    }
    codes.found = error == ASSAY_OK ? calloc((size_t)codes.limit, sizeof *codes.found) : NULL;
    if (codes.found == NULL) {
        assay_audit_view_end(&view);
        return error != ASSAY_OK ? error : assay_fail(call->reason, ASSAY_E_MEMORY, NULL);
    }
    json_t *body = NULL;
    error = find_codes(&codes, after_text[0] == '\0' ? NULL : &after);
    error = error != ASSAY_OK ? assay_fail(call->reason, error, NULL) : codes_json(&codes, &body);
    free(codes.found);
    return error != ASSAY_OK ? error : assay_audit_view_join(&view, body, result);
}

/* -- audit.code -- */

/* In which order its devices came; 0 = none. */
struct devices {
    uint64_t tag[SCANS_MAX];
    uint32_t count;
};

static uint32_t device_number(struct devices *devices, uint64_t tag)
{
    uint32_t at = 0;
    while (at < devices->count && devices->tag[at] != tag) {
        at++;
    }
    if (at == devices->count) {
        devices->tag[devices->count++] = tag;
    }
    return at + 1;
}

static json_t *position_json(const struct assay_position *position)
{
    if (position->lat_decidegrees == ASSAY_POSITION_NONE) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:i}", "lat", assay_audit_number(position->lat_decidegrees / 10.0),
                     "lon", assay_audit_number(position->lon_decidegrees / 10.0), "accuracy_km",
                     (int)position->accuracy_km);
}

static json_t *name_or_null(const char *name)
{
    return name[0] == '\0' ? json_null() : json_string(name);
}

static json_t *scan_json(const struct assay_office_call *call, const struct assay_scan_record *scan,
                         struct devices *devices)
{
    const char *pin = (scan->flags & ASSAY_SCAN_PIN_RIGHT) != 0   ? "right"
                      : (scan->flags & ASSAY_SCAN_PIN_WRONG) != 0 ? "wrong"
                                                                  : "";
    return json_pack(
        "{s:o, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "at",
        assay_office_time(scan->at_unix_ms), "number", (json_int_t)scan->number, "verdict",
        assay_verdict_row(scan->verdict)->name, "channel", assay_channel_name(scan->channel),
        "left_out", name_or_null(assay_left_out_name(scan->left_out)), "place",
        place_json(call, scan->place), "position", position_json(&scan->position), "device",
        scan->device == 0 ? json_null() : json_integer(device_number(devices, scan->device)), "net",
        name_or_null(assay_net_name(scan->net)), "pin", name_or_null(pin), "level",
        assay_risk_level_name(scan->risk.level), "score",
        assay_audit_number(scan->risk.score / SCORE_ONE), "mass",
        assay_audit_number(scan->risk.mass / MASS_ONE));
}

/* The item's scans, newest first; how many there are in all. */
static enum assay_error read_scans(const struct assay_office_call *call, uint64_t position,
                                   struct assay_scan_record *scans, size_t *count, uint64_t *more)
{
    struct assay_record record;
    *count = 0;
    *more = 0;
    while (position != 0) {
        enum assay_error error = assay_store_record(call->office->store, position, &record);
        if (error != ASSAY_OK || record.type != ASSAY_RECORD_SCAN ||
            record.scan.previous >= position) {
            return assay_fail(call->reason, ASSAY_E_CORRUPT,
                              "ledger: no scan stands at position %" PRIu64 "; run check",
                              position);
        }
        if (*count < SCANS_MAX) {
            scans[(*count)++] = record.scan;
        } else if (++*more == CODES_READ_MAX) {
            return ASSAY_OK;
        }
        position = record.scan.previous;
    }
    return ASSAY_OK;
}

static enum assay_error scans_json(const struct assay_office_call *call,
                                   const struct assay_item *item, json_t **list, uint64_t *more)
{
    struct assay_scan_record *scans = malloc(SCANS_MAX * sizeof *scans);
    struct devices *devices = calloc(1, sizeof *devices);
    size_t count = 0;
    enum assay_error error = scans == NULL || devices == NULL
                                 ? assay_fail(call->reason, ASSAY_E_MEMORY, NULL)
                                 : read_scans(call, item->last_scan, scans, &count, more);
    *list = error == ASSAY_OK ? json_array() : NULL;
    for (size_t i = count; error == ASSAY_OK && i > 0; i--) {
        json_array_append_new(*list, scan_json(call, &scans[i - 1], devices));
    }
    free(scans);
    free(devices);
    return error;
}

static enum assay_error item_body(const struct assay_office_call *call, uint64_t key, json_t **body)
{
    struct assay_item item;
    struct assay_batch batch;
    struct coder coder = {.call = call};
    json_t *scans = NULL;
    uint64_t more = 0;
    enum assay_error error = assay_store_item(call->office->session, key, &item);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    error = assay_office_batch_now(call, assay_item_key_handle(key), &batch);
    error = error != ASSAY_OK ? error : scans_json(call, &item, &scans, &more);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *shown = item_json(&coder, key, &item, NULL);
    assay_code_cipher_destroy(coder.cipher);
    const char *sale =
        assay_office_sale_name(assay_batch_item_sale(&batch, assay_item_key_index(key)));
    assay_batch_deinit(&batch);
    if (shown != NULL) {
        json_object_set_new(shown, "sale", json_string(sale));
    }
    *body = json_pack("{s:o, s:I, s:o}", "item", shown, "more", (json_int_t)more, "scans", scans);
    return ASSAY_OK;
}

enum assay_error assay_office_audit_code(const struct assay_office_call *call, json_t **result)
{
    char code[65] = "";
    struct assay_audit_view view;
    struct assay_code_parts parts;
    const struct assay_json_field extra[] = {ASSAY_JSON_TEXT_ROW("code", true, code)};
    uint64_t key = 0;
    json_t *body = NULL;
    enum assay_error error = assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &view);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_audit_view_end(&view);
    error = assay_office_code(call, code, &parts, &key);
    error = error != ASSAY_OK ? error : item_body(call, key, &body);
    return error != ASSAY_OK ? error : assay_audit_view_join(&view, body, result);
}
