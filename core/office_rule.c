// SPDX-License-Identifier: Apache-2.0
/* rule.list, rule.set, rule.reset, rule.dryrun: which figures raise alerts. */
#include <string.h>

#include "core/alert_watch.h"
#include "core/office_alert.h"

#define DRYRUN_ROWS_MAX 100
#define NUMBER_MAX 1e6
#define MEASURE_ONE 1024.0

static const char *by_name(enum assay_alert_by by)
{
    return by == ASSAY_ALERT_BY_COUNTRY ? "country" : "batch";
}

static json_t *number(uint64_t millionths)
{
    return assay_audit_number((double)millionths / ASSAY_RULE_ONE);
}

static json_t *rule_json(const struct assay_alert_rule_now *now)
{
    const struct assay_alert_rule *rule = &now->rule;
    return json_pack("{s:s, s:s, s:b, s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}",
                     "name", rule->name, "kind", assay_alert_kind_name(rule->kind), "enabled",
                     rule->enabled, "by", by_name(rule->by), "sku",
                     rule->sku[0] == '\0' ? json_null() : json_string(rule->sku), "window_days",
                     (json_int_t)rule->window, "min_count", (json_int_t)rule->min_count,
                     "threshold", number(rule->threshold), "base", number(rule->base), "floor",
                     number(rule->floor), "factor", number(rule->factor), "shipped", now->shipped,
                     "changed", now->changed, "changed_at", assay_office_time(now->at_unix_ms),
                     "changed_by", now->actor[0] == '\0' ? json_null() : json_string(now->actor));
}

/* -- rule.list -- */

static bool list_rule(void *context, const struct assay_alert_rule_now *rule)
{
    return json_array_append_new(context, rule_json(rule)) == 0;
}

enum assay_error assay_office_rule_list(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    assay_alert_each_rule(call->office->store, list_rule, list);
    return assay_office_give(json_pack("{s:o}", "rules", list), result, call->reason);
}

/* -- reading one -- */

struct named {
    const char *name;
    bool found;
    struct assay_alert_rule_now now;
};

static bool match_name(void *context, const struct assay_alert_rule_now *rule)
{
    struct named *named = context;
    if (strcmp(rule->rule.name, named->name) == 0) {
        named->now = *rule;
        named->found = true;
    }
    return !named->found;
}

static bool find_rule(const struct assay_office_call *call, struct named *named)
{
    assay_alert_each_rule(call->office->store, match_name, named);
    return named->found;
}

/* What a call says of a rule; numbers below 0 were not given. */
struct given {
    char name[ASSAY_RULE_NAME_MAX + 1];
    char kind[12];
    char by[12];
    char sku[ASSAY_SKU_MAX + 1];
    bool has_sku;
    bool enabled;
    bool has_enabled;
    int64_t window;
    int64_t min_count;
    double threshold;
    double base;
    double floor;
    double factor;
};

#define NUMBER_ROW(field_name, place)                                                              \
    {                                                                                              \
        .name = field_name, .kind = ASSAY_JSON_NUMBER, .out = &(place), .max = NUMBER_MAX          \
    }

static enum assay_error read_given(const struct assay_office_call *call, bool needs_name,
                                   struct given *given)
{
    *given = (struct given){
        .window = -1, .min_count = -1, .threshold = -1, .base = -1, .floor = -1, .factor = -1};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("name", needs_name, given->name),
        ASSAY_JSON_TEXT_ROW("kind", false, given->kind),
        ASSAY_JSON_TEXT_ROW("by", false, given->by),
        {.name = "sku",
         .kind = ASSAY_JSON_TEXT,
         .out = given->sku,
         .size = sizeof given->sku,
         .present = &given->has_sku},
        {.name = "enabled",
         .kind = ASSAY_JSON_BOOLEAN,
         .out = &given->enabled,
         .present = &given->has_enabled},
        ASSAY_JSON_WHOLE_ROW("window_days", false, given->window, 0, UINT16_MAX),
        ASSAY_JSON_WHOLE_ROW("min_count", false, given->min_count, 0, 1000000000),
        NUMBER_ROW("threshold", given->threshold),
        NUMBER_ROW("base", given->base),
        NUMBER_ROW("floor", given->floor),
        NUMBER_ROW("factor", given->factor),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    return error != ASSAY_OK || given->name[0] == '\0'
               ? error
               : assay_office_name_check("name", given->name, call->reason);
}

static void set_number(uint64_t *millionths, double value)
{
    if (value >= 0) {
        *millionths = (uint64_t)(value * ASSAY_RULE_ONE + 0.5);
    }
}

/* The first shipped rule of a kind lends a new one its numbers. */
static struct assay_alert_rule new_rule(enum assay_alert_kind kind)
{
    const struct assay_alert_rule *shipped;
    struct assay_alert_rule rule = {.kind = kind};
    for (uint32_t i = 0; (shipped = assay_alert_rule_shipped(i)) != NULL; i++) {
        if (shipped->kind == kind) {
            rule = *shipped;
            break;
        }
    }
    return rule;
}

static enum assay_error set_words(const struct assay_office_call *call, const struct given *given,
                                  struct assay_alert_rule *rule)
{
    if (given->by[0] != '\0' && strcmp(given->by, "batch") != 0 &&
        strcmp(given->by, "country") != 0) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "by: batch or country");
    }
    if (given->by[0] != '\0' && rule->kind != ASSAY_ALERT_PIN_ATTACK) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "by: pin_attack alone has a choice");
    }
    if (given->by[0] != '\0') {
        rule->by = given->by[0] == 'c' ? ASSAY_ALERT_BY_COUNTRY : ASSAY_ALERT_BY_BATCH;
    }
    if (given->has_sku && given->sku[0] != '\0' &&
        assay_store_product(call->office->store, given->sku) == NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND, "sku %s: there is no such product",
                          given->sku);
    }
    bool early = rule->kind == ASSAY_ALERT_LEAK || rule->kind == ASSAY_ALERT_HONEY;
    if (given->sku[0] != '\0' && (early || rule->kind == ASSAY_ALERT_FORGERY)) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "sku: this kind is of no product");
    }
    if (given->has_sku) {
        memcpy(rule->sku, given->sku, sizeof rule->sku);
    }
    return ASSAY_OK;
}

/* What the rule would be with what is given. */
static enum assay_error rule_of(const struct assay_office_call *call, const struct given *given,
                                struct assay_alert_rule *rule)
{
    struct named named = {.name = given->name};
    enum assay_alert_kind kind = assay_alert_kind_of(given->kind);
    bool known = find_rule(call, &named);
    if (given->kind[0] != '\0' && kind == 0) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "kind: cloned, outbreak, diversion, pin_attack or forgery");
    }
    if (known && kind != 0 && kind != named.now.rule.kind) {
        return assay_fail(call->reason, ASSAY_E_FIELD, "kind: that of a rule stays");
    }
    if (!known && kind < ASSAY_ALERT_CLONED) {
        return assay_fail(call->reason, kind == 0 ? ASSAY_E_NOT_FOUND : ASSAY_E_FIELD,
                          kind == 0 ? "name %s: there is no such rule; a new one wants a kind"
                                    : "kind: leak and honey have one rule, their own",
                          given->name);
    }
    *rule = known ? named.now.rule : new_rule(kind);
    memcpy(rule->name, given->name, sizeof rule->name);
    rule->enabled = given->has_enabled ? given->enabled : rule->enabled;
    rule->window = given->window >= 0 ? (uint32_t)given->window : rule->window;
    rule->min_count = given->min_count >= 0 ? (uint32_t)given->min_count : rule->min_count;
    set_number(&rule->threshold, given->threshold);
    set_number(&rule->base, given->base);
    set_number(&rule->floor, given->floor);
    set_number(&rule->factor, given->factor);
    enum assay_error error = set_words(call, given, rule);
    return error != ASSAY_OK ? error : assay_alert_rule_check(rule, call->reason);
}

static enum assay_error give_rule(const struct assay_office_call *call, const char *name,
                                  json_t **result)
{
    struct named named = {.name = name};
    return assay_office_give(find_rule(call, &named) ? rule_json(&named.now)
                                                     : json_pack("{s:s}", "removed", name),
                             result, call->reason);
}

/* -- rule.set, rule.reset -- */

static enum assay_error put_rule(const struct assay_office_call *call, struct assay_record *record)
{
    record->type = ASSAY_RECORD_RULES;
    record->rule.at_unix_ms = call->now_unix_ms;
    memcpy(record->rule.actor, call->actor->name, sizeof record->rule.actor);
    return assay_office_put(call, record);
}

enum assay_error assay_office_rule_set(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {0};
    struct given given;
    enum assay_error error = read_given(call, true, &given);
    error = error != ASSAY_OK ? error : rule_of(call, &given, &record.rule.rule);
    error = error != ASSAY_OK ? error : put_rule(call, &record);
    return error != ASSAY_OK ? error : give_rule(call, given.name, result);
}

enum assay_error assay_office_rule_reset(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {0};
    struct named named = {.name = record.rule.rule.name};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("name", true, record.rule.rule.name)};
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK && !find_rule(call, &named)) {
        error = assay_fail(call->reason, ASSAY_E_NOT_FOUND, "name %s: there is no such rule",
                           named.name);
    }
    record.rule.reset = true;
    error = error != ASSAY_OK ? error : put_rule(call, &record);
    return error != ASSAY_OK ? error : give_rule(call, named.name, result);
}

/* -- rule.dryrun -- */

struct dryrun {
    const struct assay_office_call *call;
    json_t *rules;
    json_t *rows; /* the newest of a rule are its last */
    uint64_t count;
};

static json_t *found_json(const struct assay_alert_record *found)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    uint32_t batch = assay_alert_handle(found);
    if (batch != 0) {
        assay_handle_format(batch, handle);
    }
    return json_pack("{s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "at",
                     assay_office_time(found->at_unix_ms), "kind",
                     assay_alert_kind_name(found->kind), "rule", found->rule, "sku", found->sku,
                     "handle", handle[0] == '\0' ? json_null() : json_string(handle), "place",
                     assay_audit_place(found->country, found->region), "day",
                     found->day == 0 ? json_null() : assay_office_day(found->day), "measure",
                     assay_audit_number((double)found->measure / MEASURE_ONE), "threshold",
                     assay_audit_number((double)found->threshold / MEASURE_ONE));
}

static enum assay_error count_found(void *context, const struct assay_alert_record *found)
{
    struct dryrun *dryrun = context;
    dryrun->count++;
    if (json_array_size(dryrun->rows) < DRYRUN_ROWS_MAX &&
        json_array_append_new(dryrun->rows, found_json(found)) != 0) {
        return ASSAY_E_MEMORY;
    }
    return ASSAY_OK;
}

static enum assay_error try_rule(struct dryrun *dryrun, const struct assay_alert_rule *rule)
{
    dryrun->count = 0;
    enum assay_error error =
        assay_alert_find(dryrun->call->office->session, rule, INT32_MIN, count_found, dryrun);
    if (error != ASSAY_OK) {
        return assay_fail(dryrun->call->reason, error, NULL);
    }
    json_array_append_new(dryrun->rules,
                          json_pack("{s:s, s:s, s:b, s:I}", "name", rule->name, "kind",
                                    assay_alert_kind_name(rule->kind), "enabled", rule->enabled,
                                    "alerts", (json_int_t)dryrun->count));
    return ASSAY_OK;
}

struct every {
    struct dryrun *dryrun;
    enum assay_error error;
};

static bool try_enabled(void *context, const struct assay_alert_rule_now *now)
{
    struct every *every = context;
    if (now->rule.enabled && now->rule.kind >= ASSAY_ALERT_CLONED) {
        every->error = try_rule(every->dryrun, &now->rule);
    }
    return every->error == ASSAY_OK;
}

enum assay_error assay_office_rule_dryrun(const struct assay_office_call *call, json_t **result)
{
    struct assay_alert_rule rule;
    struct given given;
    enum assay_error error = read_given(call, false, &given);
    if (error == ASSAY_OK && given.name[0] != '\0') {
        error = rule_of(call, &given, &rule);
    } else if (error == ASSAY_OK && json_object_size(call->params) > 0) {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "name: of the rule that these are of");
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct dryrun dryrun = {.call = call, .rules = json_array(), .rows = json_array()};
    struct every every = {&dryrun, ASSAY_OK};
    if (given.name[0] != '\0') {
        every.error = try_rule(&dryrun, &rule);
    } else {
        assay_alert_each_rule(call->office->store, try_enabled, &every);
    }
    json_t *whole = json_pack("{s:o, s:o}", "rules", dryrun.rules, "alerts", dryrun.rows);
    if (every.error != ASSAY_OK) {
        json_decref(whole);
        return every.error;
    }
    return assay_office_give(whole, result, call->reason);
}
