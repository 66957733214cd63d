// SPDX-License-Identifier: Apache-2.0
/* Cartons and pallets: made, shipped, void, unpacked; the company prefix. */
#include "core/office_carton.h"

#include <stdlib.h>
#include <string.h>

#include "core/runs.h"

/* Ranges of one void: as many MOVE records as a group of the ledger holds. */
#define VOID_RANGES_MAX 12000
#define SSCC_TEXT_SIZE 33

/* -- the prefix, and serials -- */

enum assay_error assay_office_prefix(const struct assay_office_call *call,
                                     char prefix[ASSAY_GS1_PREFIX_MAX + 1])
{
    struct assay_unit_table table;
    struct assay_unit_meta meta;
    enum assay_error error = assay_store_cartons_begin(call->office->session, &table);
    if (error == ASSAY_OK) {
        error = assay_unit_meta_get(&table, &meta);
        assay_store_cartons_end(call->office->session);
    }
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    memcpy(prefix, meta.prefix, sizeof meta.prefix);
    return ASSAY_OK;
}

enum assay_error assay_office_prefix_set(const struct assay_office_call *call, const char *prefix)
{
    assay_assert(assay_gs1_prefix_is_right(prefix));
    struct assay_record record = {.type = ASSAY_RECORD_PREFIX};
    uint64_t position = 0;
    record.prefix.at_unix_ms = call->now_unix_ms;
    memcpy(record.prefix.actor, call->actor->name, sizeof record.prefix.actor);
    memcpy(record.prefix.prefix, prefix, strlen(prefix));
    assay_store_cartons_lock(call->office->session);
    enum assay_error error =
        assay_store_cartons_put(call->office->session, &record, 1, &position, call->reason);
    assay_store_cartons_unlock(call->office->session);
    return error;
}

enum assay_error assay_office_sscc_next(const struct assay_sscc_source *source, uint64_t *sscc,
                                        struct assay_reason *reason)
{
    if (source->meta->prefix[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "gs1_prefix: none is set, so no SSCC can be made; set it with brand set "
                          "--gs1-prefix");
    }
    uint64_t *serial = &source->meta->next_serial[source->extension];
    uint64_t serials = assay_sscc_serials(source->meta->prefix);
    while (*serial < serials) {
        struct assay_unit unit;
        uint64_t made = assay_sscc_make(source->extension, source->meta->prefix, (*serial)++);
        enum assay_error error = assay_unit_find(source->table, made, &unit);
        if (error != ASSAY_OK && error != ASSAY_E_NOT_FOUND) {
            return assay_fail(reason, error, NULL);
        }
        bool taken = source->taken != NULL && source->taken(source->context, made);
        if (error == ASSAY_E_NOT_FOUND && !taken) {
            *sscc = made;
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_FULL,
                      "extension: digit %u has no serial left under this prefix; take another "
                      "digit",
                      source->extension);
}

/* -- carton.create -- */

struct making {
    struct assay_record *records;
    size_t count;
    json_t *list;
};

/* Serials in a row make one record. */
static enum assay_error add_made(struct making *making, const struct assay_carton_record *model,
                                 uint64_t sscc, uint32_t number)
{
    struct assay_carton_record *last =
        making->count == 0 ? NULL : &making->records[making->count - 1].carton;
    char text[ASSAY_SSCC_SIZE];
    assay_sscc_format(sscc, text);
    json_array_append_new(making->list, json_string(text));
    if (last != NULL && assay_sscc_after(last->sscc, last->count) == sscc) {
        last->count++;
        return ASSAY_OK;
    }
    struct assay_record *wider =
        realloc(making->records, (making->count + 1) * sizeof *making->records);
    if (wider == NULL) {
        return ASSAY_E_MEMORY;
    }
    making->records = wider;
    wider[making->count] = (struct assay_record){.type = ASSAY_RECORD_CARTON, .carton = *model};
    wider[making->count].carton.sscc = sscc;
    wider[making->count].carton.number = number;
    wider[making->count].carton.count = 1;
    making->count++;
    return ASSAY_OK;
}

static enum assay_error draw(const struct assay_office_call *call,
                             const struct assay_carton_record *model, int64_t extension,
                             struct making *making)
{
    struct assay_unit_table table;
    struct assay_unit_meta meta;
    enum assay_error error = assay_store_cartons_begin(call->office->session, &table);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    error = assay_unit_meta_get(&table, &meta);
    if (error != ASSAY_OK) {
        error = assay_fail(call->reason, error, NULL);
    } else if (model->count > ASSAY_UNITS_MAX - meta.units) {
        error = assay_fail(call->reason, ASSAY_E_FULL, "cartons: at most %u", ASSAY_UNITS_MAX);
    }
    const struct assay_sscc_source source = {&table, &meta, (unsigned)extension, NULL, NULL};
    for (uint32_t i = 0; error == ASSAY_OK && i < model->count; i++) {
        uint64_t sscc = 0;
        error = assay_office_sscc_next(&source, &sscc, call->reason);
        if (error == ASSAY_OK) {
            error = add_made(making, model, sscc, meta.units + 1 + i);
        }
    }
    assay_store_cartons_end(call->office->session);
    return error;
}

enum assay_error assay_office_carton_create(const struct assay_office_call *call, json_t **result)
{
    int64_t count = 1;
    int64_t extension = 0;
    bool pallet = false;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("count", false, count, 1, ASSAY_UNITS_MADE_MAX),
        ASSAY_JSON_WHOLE_ROW("extension", false, extension, 0, 9),
        ASSAY_JSON_BOOLEAN_ROW("pallet", false, pallet),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_carton_record model = {
        .at_unix_ms = call->now_unix_ms,
        .count = (uint32_t)count,
        .kind = pallet ? ASSAY_UNIT_PALLET : ASSAY_UNIT_CARTON,
    };
    memcpy(model.actor, call->actor->name, sizeof model.actor);
    struct making making = {.list = json_array()};
    uint64_t position = 0;
    assay_store_cartons_lock(call->office->session);
    error = draw(call, &model, extension, &making);
    if (error == ASSAY_OK) {
        error = assay_store_cartons_put(call->office->session, making.records, making.count,
                                        &position, call->reason);
    }
    assay_store_cartons_unlock(call->office->session);
    free(making.records);
    if (error != ASSAY_OK) {
        json_decref(making.list);
        return error;
    }
    return assay_office_give(
        json_pack("{s:s, s:o}", "kind", assay_unit_kind_name(model.kind), "ssccs", making.list),
        result, call->reason);
}

/* -- ship, void, unpack -- */

struct moving {
    const struct assay_office_call *call;
    const struct assay_unit_table *table;
    struct assay_carton_target target;
    enum assay_carton_move move;
    char text[ASSAY_REASON_MAX + 1];
    struct assay_record *records; /* MOVE of each range, then the unit's */
    size_t count;
    size_t room;
};

static enum assay_error add_record(struct moving *moving, const struct assay_record *record)
{
    if (moving->count == moving->room) {
        size_t room = moving->room == 0 ? 4 : 2 * moving->room;
        struct assay_record *wider = realloc(moving->records, room * sizeof *wider);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        moving->records = wider;
        moving->room = room;
    }
    moving->records[moving->count++] = *record;
    return ASSAY_OK;
}

static enum assay_error void_items(void *context, const struct assay_pack_record *pack)
{
    struct moving *moving = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        struct assay_record record = {.type = ASSAY_RECORD_MOVE};
        record.move.at_unix_ms = moving->call->now_unix_ms;
        memcpy(record.move.actor, moving->call->actor->name, sizeof record.move.actor);
        record.move.handle = pack->handle;
        record.move.move = ASSAY_MOVE_VOID;
        record.move.range = (struct assay_range){run.first, run.last};
        memcpy(record.move.reason_text, moving->text, sizeof record.move.reason_text);
        if (moving->count == VOID_RANGES_MAX) {
            return assay_fail(moving->call->reason, ASSAY_E_TOO_LARGE,
                              "sscc: its items lie in more than %d ranges; void its cartons one "
                              "by one",
                              VOID_RANGES_MAX);
        }
        enum assay_error error = add_record(moving, &record);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

static enum assay_error void_cartons_of(void *context, const struct assay_pack_record *pack)
{
    struct moving *moving = context;
    struct assay_runs runs = {0};
    struct assay_run run;
    while (assay_runs_take(&runs, pack->runs, pack->runs_len, &run)) {
        for (uint64_t number = run.first; number <= run.last; number++) {
            struct assay_unit carton;
            enum assay_error error = assay_unit_get(moving->table, (uint32_t)number, &carton);
            if (error == ASSAY_OK) {
                error = assay_carton_each_pack(&moving->target, &carton, void_items, moving);
            }
            if (error != ASSAY_OK) {
                return error;
            }
        }
    }
    return ASSAY_OK;
}

/* Moves of one batch together, so that each batch is tried once. */
static int by_batch(const void *a, const void *b)
{
    const struct assay_record *left = a;
    const struct assay_record *right = b;
    if (left->move.handle != right->move.handle) {
        return left->move.handle < right->move.handle ? -1 : 1;
    }
    return (left->move.range.first > right->move.range.first) -
           (left->move.range.first < right->move.range.first);
}

static enum assay_error gather_void(struct moving *moving, const struct assay_unit *unit)
{
    enum assay_error error = assay_carton_each_pack(
        &moving->target, unit, unit->kind == ASSAY_UNIT_PALLET ? void_cartons_of : void_items,
        moving);
    if (error == ASSAY_OK && moving->count > 1) {
        qsort(moving->records, moving->count, sizeof *moving->records, by_batch);
    }
    return error;
}

static enum assay_error check_move(const struct moving *moving, const struct assay_unit *unit)
{
    if (assay_carton_may_move(unit, moving->move)) {
        return ASSAY_OK;
    }
    struct assay_unit pallet;
    const char *verb = assay_carton_move_name(moving->move);
    struct assay_reason *reason = moving->call->reason;
    if (unit->parent != 0 && assay_unit_get(moving->table, unit->parent, &pallet) == ASSAY_OK) {
        char text[ASSAY_SSCC_SIZE];
        assay_sscc_format(pallet.sscc, text);
        return assay_fail(reason, ASSAY_E_TRANSITION,
                          "sscc: it is on pallet %s; %s the pallet, or unpack that first", text,
                          verb);
    }
    return assay_fail(reason, ASSAY_E_TRANSITION, "sscc: a %s that is %s cannot be %s",
                      assay_unit_kind_name(unit->kind), assay_unit_state_name(unit->state),
                      moving->move == ASSAY_CARTON_SHIP   ? "shipped"
                      : moving->move == ASSAY_CARTON_VOID ? "made void"
                                                          : "unpacked");
}

static enum assay_error prepare(struct moving *moving, uint64_t sscc)
{
    struct assay_unit unit;
    enum assay_error error = assay_unit_find(moving->table, sscc, &unit);
    if (error == ASSAY_E_NOT_FOUND) {
        return assay_fail(moving->call->reason, error, "sscc: there is no such carton or pallet");
    }
    if (error == ASSAY_OK) {
        error = check_move(moving, &unit);
    }
    if (error == ASSAY_OK && moving->move == ASSAY_CARTON_VOID) {
        error = gather_void(moving, &unit);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_record record = {.type = ASSAY_RECORD_CARTON_MOVE};
    record.carton_move.at_unix_ms = moving->call->now_unix_ms;
    record.carton_move.number = unit.number;
    record.carton_move.move = moving->move;
    memcpy(record.carton_move.actor, moving->call->actor->name, sizeof record.carton_move.actor);
    memcpy(record.carton_move.text, moving->text, sizeof record.carton_move.text);
    return add_record(moving, &record);
}

static enum assay_error move_locked(struct moving *moving, uint64_t sscc)
{
    struct assay_store_session *session = moving->call->office->session;
    struct assay_unit_table table;
    enum assay_error error = assay_store_cartons_begin(session, &table);
    if (error == ASSAY_OK) {
        moving->table = &table;
        error = prepare(moving, sscc);
        assay_store_cartons_end(session);
    }
    if (error != ASSAY_OK) {
        return moving->call->reason->text[0] != '\0'
                   ? error
                   : assay_fail(moving->call->reason, error, NULL);
    }
    uint64_t position = 0;
    return assay_store_cartons_put(session, moving->records, moving->count, &position,
                                   moving->call->reason);
}

static enum assay_error unit_give(const struct assay_office_call *call, uint64_t sscc,
                                  json_t **result)
{
    struct assay_unit_table table;
    struct assay_unit unit;
    enum assay_error error = assay_store_cartons_begin(call->office->session, &table);
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    error = assay_unit_find(&table, sscc, &unit);
    json_t *json = error == ASSAY_OK ? assay_office_unit_json(call, &table, &unit) : NULL;
    assay_store_cartons_end(call->office->session);
    return error != ASSAY_OK ? assay_fail(call->reason, error, NULL)
                             : assay_office_give(json, result, call->reason);
}

/* text: the param that goes with the move, "to" or "reason". */
static enum assay_error unit_move(const struct assay_office_call *call, enum assay_carton_move move,
                                  const char *text, json_t **result)
{
    char typed[SSCC_TEXT_SIZE] = "";
    uint64_t sscc = 0;
    struct assay_reason what;
    struct moving moving = {
        .call = call, .move = move, .target = assay_store_carton_target(call->office->store)};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("sscc", true, typed),
        {.name = text,
         .kind = ASSAY_JSON_TEXT,
         .required = move == ASSAY_CARTON_VOID,
         .out = moving.text,
         .size = sizeof moving.text},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_sscc_parse(typed, strlen(typed), &sscc, &what) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "sscc: %s", what.text);
    }
    if (move == ASSAY_CARTON_VOID && strspn(moving.text, " ") == strlen(moving.text)) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "reason: void needs one; buyers will read it");
    }
    call->reason->text[0] = '\0';
    assay_store_cartons_lock(call->office->session);
    error = move_locked(&moving, sscc);
    assay_store_cartons_unlock(call->office->session);
    free(moving.records);
    return error == ASSAY_OK ? unit_give(call, sscc, result) : error;
}

enum assay_error assay_office_carton_ship(const struct assay_office_call *call, json_t **result)
{
    return unit_move(call, ASSAY_CARTON_SHIP, "to", result);
}

enum assay_error assay_office_carton_void(const struct assay_office_call *call, json_t **result)
{
    return unit_move(call, ASSAY_CARTON_VOID, "reason", result);
}

enum assay_error assay_office_carton_unpack(const struct assay_office_call *call, json_t **result)
{
    return unit_move(call, ASSAY_CARTON_UNPACK, "reason", result);
}
