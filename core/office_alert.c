// SPDX-License-Identifier: Apache-2.0
/* alert.list and alert.state, and an alert as a row. */
#include "core/office_alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALERTS_LIMIT 1000
#define ID_SIZE 24
#define ONE 1024.0

/* -- an alert -- */

uint32_t assay_alert_handle(const struct assay_alert_record *alert)
{
    return alert->item != 0 ? assay_item_key_handle(alert->item) : alert->handle;
}

const char *assay_alert_sku(const struct assay_store *store, const struct assay_alert_record *alert)
{
    uint32_t handle = assay_alert_handle(alert);
    const struct assay_batch_facts *facts =
        handle == 0 ? NULL : assay_store_batch_facts(store, handle);
    return facts != NULL ? facts->sku : alert->sku;
}

enum assay_alert_state assay_alert_state_now(const struct assay_catalog_alert *alert)
{
    const struct assay_alert_state_record *state = assay_catalog_alert_state(alert);
    return state == NULL ? ASSAY_ALERT_OPEN : state->state;
}

enum assay_error assay_alert_choice_read(const char *state, const char *kind,
                                         struct assay_alert_choice *choice,
                                         struct assay_reason *reason)
{
    struct assay_alert_choice value = {
        .state = state[0] == '\0' ? ASSAY_ALERT_STATES : assay_alert_state_of(state),
        .kind = kind[0] == '\0' ? 0 : assay_alert_kind_of(kind),
    };
    if (state[0] != '\0' && value.state == ASSAY_ALERT_STATES) {
        return assay_fail(reason, ASSAY_E_FIELD, "state: open, confirmed or dismissed");
    }
    if (kind[0] != '\0' && value.kind == 0) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "kind: leak, honey, cloned, outbreak, diversion, pin_attack or forgery");
    }
    *choice = value;
    return ASSAY_OK;
}

static json_t *text_or_null(const char *text)
{
    return text[0] == '\0' ? json_null() : json_string(text);
}

/* The item's code, if its keys are open here. */
static json_t *code_json(const struct assay_office_call *call, uint64_t item)
{
    const struct assay_keyring *keyring = call->office->keyring;
    const struct assay_batch_facts *facts =
        item == 0 ? NULL
                  : assay_store_batch_facts(call->office->store, assay_item_key_handle(item));
    struct assay_code_cipher *cipher = NULL;
    struct assay_batch_keys keys;
    if (facts == NULL || keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_LABEL)) {
        return json_null();
    }
    assay_keyring_batch_keys(keyring, facts->epoch, facts->handle, &keys);
    enum assay_error error = assay_code_cipher_create(&keys, NULL, &cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    if (error != ASSAY_OK) {
        return json_null();
    }
    bool offline = (facts->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    const struct assay_code_range range = {facts->handle, assay_item_key_index(item), 1,
                                           offline ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1};
    char code[1][ASSAY_CODE_SIZE];
    assay_code_make(cipher, &range, code);
    assay_code_cipher_destroy(cipher);
    return json_string(code[0]);
}

static json_t *subject_json(const struct assay_office_call *call,
                            const struct assay_alert_record *alert)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    if (assay_alert_handle(alert) != 0) {
        assay_handle_format(assay_alert_handle(alert), handle);
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "sku",
                     text_or_null(assay_alert_sku(call->office->store, alert)), "handle",
                     text_or_null(handle), "code", code_json(call, alert->item), "place",
                     assay_audit_place(alert->country, alert->region), "day",
                     alert->day == 0 ? json_null() : assay_office_day(alert->day));
}

json_t *assay_alert_json(const struct assay_office_call *call,
                         const struct assay_catalog_alert *alert)
{
    static const struct assay_alert_state_record none;
    const struct assay_alert_state_record *state = assay_catalog_alert_state(alert);
    const struct assay_alert_record *value = &alert->value;
    const char *kind = assay_alert_kind_name(value->kind);
    char id[ID_SIZE];
    state = state == NULL ? &none : state;
    snprintf(id, sizeof id, "%" PRIu64, alert->mark.position);
    return json_pack(
        "{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "id", id, "at",
        assay_office_time(value->at_unix_ms), "kind", kind, "rule",
        value->rule[0] != '\0' ? value->rule : kind, "subject", subject_json(call, value),
        "measure", assay_audit_number((double)value->measure / ONE), "threshold",
        assay_audit_number((double)value->threshold / ONE), "state",
        assay_alert_state_name(state->state), "reason", text_or_null(state->reason_text), "by",
        text_or_null(state->actor), "changed_at", assay_office_time(state->at_unix_ms));
}

/* -- alert.list -- */

struct alert_walk {
    const struct assay_audit_view *view;
    struct assay_alert_choice choice;
    json_t *list;
    int64_t limit;
    int64_t seen;
};

/* The row of the audit, and what the list has said since there are alerts. */
static json_t *listed_json(const struct assay_office_call *call,
                           const struct assay_catalog_alert *alert)
{
    const struct assay_alert_record *value = &alert->value;
    uint32_t number = assay_alert_handle(value);
    const struct assay_batch_facts *facts =
        number == 0 ? NULL : assay_store_batch_facts(call->office->store, number);
    char handle[ASSAY_HANDLE_SIZE] = "";
    json_t *row = assay_alert_json(call, alert);
    if (number != 0) {
        assay_handle_format(number, handle);
    }
    json_t *more = json_pack(
        "{s:s, s:o, s:s, s:s, s:s, s:s, s:s}", "handle", handle, "index",
        value->item == 0 ? json_null()
                         : json_integer((json_int_t)assay_item_key_index(value->item)),
        "sku", assay_alert_sku(call->office->store, value), "lot", facts == NULL ? "" : facts->lot,
        "site", value->site, "printer", value->printer, "file", value->file);
    if (json_object_update(row, more) != 0) {
        json_decref(row);
        row = NULL;
    }
    json_decref(more);
    return row;
}

static bool list_alert(void *context, const struct assay_catalog_alert *alert)
{
    struct alert_walk *walk = context;
    if (walk->limit == 0) {
        return false;
    }
    walk->seen++;
    bool kept = (walk->choice.kind == 0 || walk->choice.kind == alert->value.kind) &&
                (walk->choice.state == ASSAY_ALERT_STATES ||
                 walk->choice.state == assay_alert_state_now(alert)) &&
                assay_audit_keeps_alert(walk->view, alert);
    if (!kept) {
        return true;
    }
    walk->limit--;
    return json_array_append_new(walk->list, listed_json(walk->view->call, alert)) == 0;
}

/* A batch that there is not is a mistake, not an empty list. */
static enum assay_error check_batch(const struct assay_audit_view *view)
{
    uint32_t handle = view->filter.handle;
    char text[ASSAY_HANDLE_SIZE];
    if (handle == 0 || assay_store_batch_facts(view->call->office->store, handle) != NULL) {
        return ASSAY_OK;
    }
    assay_handle_format(handle, text);
    return assay_fail(view->call->reason, ASSAY_E_NOT_FOUND, "handle %s: there is no such batch",
                      text);
}

enum assay_error assay_office_alert_list(const struct assay_office_call *call, json_t **result)
{
    char state[12] = "";
    char kind[12] = "";
    int64_t offset = 0;
    int64_t limit = ALERTS_LIMIT;
    const struct assay_json_field extra[] = {
        ASSAY_JSON_TEXT_ROW("state", false, state),
        ASSAY_JSON_TEXT_ROW("kind", false, kind),
        ASSAY_JSON_WHOLE_ROW("offset", false, offset, 0, ASSAY_ALERTS_MAX),
        ASSAY_JSON_WHOLE_ROW("limit", false, limit, 1, ALERTS_LIMIT),
    };
    struct assay_audit_view view;
    enum assay_error error = assay_audit_view_begin(call, extra, ASSAY_COUNT_OF(extra), &view);
    if (error != ASSAY_OK) {
        return error;
    }
    struct alert_walk walk = {.view = &view, .limit = limit};
    error = assay_alert_choice_read(state, kind, &walk.choice, call->reason);
    error = error != ASSAY_OK ? error : check_batch(&view);
    if (error == ASSAY_OK) {
        walk.list = json_array();
        assay_store_each_alert(call->office->store, (uint32_t)offset, list_alert, &walk);
    }
    assay_audit_view_end(&view);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *next = walk.limit == 0 ? json_integer(offset + walk.seen) : json_null();
    return assay_office_give(json_pack("{s:o, s:o}", "alerts", walk.list, "next_offset", next),
                             result, call->reason);
}

/* -- alert.state -- */

static enum assay_error read_id(const struct assay_office_call *call, const char *text,
                                uint64_t *position)
{
    char *end = NULL;
    uint64_t value = text[0] >= '1' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (end == NULL || *end != '\0' || value % 8 != 0) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND, "id: there is no such alert");
    }
    *position = value;
    return ASSAY_OK;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

enum assay_error assay_office_alert_state(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_ALERT_STATE};
    struct assay_alert_state_record *value = &record.alert_state;
    struct assay_alert_choice choice;
    char id[ID_SIZE] = "";
    char state[12] = "";
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("id", true, id),
        ASSAY_JSON_TEXT_ROW("state", true, state),
        ASSAY_JSON_TEXT_ROW("reason", false, value->reason_text),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    error = error != ASSAY_OK ? error : assay_alert_choice_read(state, "", &choice, call->reason);
    if (error == ASSAY_OK && state[0] == '\0') {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "state: open, confirmed or dismissed");
    }
    if (error == ASSAY_OK && choice.state == ASSAY_ALERT_DISMISSED &&
        is_blank(value->reason_text)) {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "reason: say why it is dismissed");
    }
    error = error != ASSAY_OK ? error : read_id(call, id, &value->alert);
    if (error != ASSAY_OK) {
        return error;
    }
    value->state = choice.state;
    value->at_unix_ms = call->now_unix_ms;
    memcpy(value->actor, call->actor->name, sizeof value->actor);
    error = assay_office_put(call, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_catalog_alert *alert = assay_store_alert(call->office->store, value->alert);
    assay_assert(alert != NULL);
    return assay_office_give(assay_alert_json(call, alert), result, call->reason);
}
