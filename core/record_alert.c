// SPDX-License-Identifier: Apache-2.0
/* Fields of the records about alerts: alerts, their states, rules, endpoints. */
#include <string.h>

#include "core/record_fields.h"

#define KINDS_ALL ((1u << ASSAY_ALERT_KINDS) - 2)
#define COUNTRY_LEN 2
#define REGION_LEN 6
#define WEBHOOK_REMOVED 1
#define WEBHOOK_ROTATED 2

const char *assay_alert_kind_name(enum assay_alert_kind kind)
{
    static const char *const names[ASSAY_ALERT_KINDS] = {
        [ASSAY_ALERT_LEAK] = "leak",           [ASSAY_ALERT_HONEY] = "honey",
        [ASSAY_ALERT_CLONED] = "cloned",       [ASSAY_ALERT_OUTBREAK] = "outbreak",
        [ASSAY_ALERT_DIVERSION] = "diversion", [ASSAY_ALERT_PIN_ATTACK] = "pin_attack",
        [ASSAY_ALERT_FORGERY] = "forgery",
    };
    return (unsigned)kind < ASSAY_ALERT_KINDS ? names[kind] : NULL;
}

enum assay_alert_kind assay_alert_kind_of(const char *name)
{
    unsigned kind = ASSAY_ALERT_KINDS - 1;
    while (kind > 0 && strcmp(assay_alert_kind_name((enum assay_alert_kind)kind), name) != 0) {
        kind--;
    }
    return (enum assay_alert_kind)kind;
}

const char *assay_alert_state_name(enum assay_alert_state state)
{
    static const char *const names[ASSAY_ALERT_STATES] = {"open", "confirmed", "dismissed"};
    return (unsigned)state < ASSAY_ALERT_STATES ? names[state] : NULL;
}

enum assay_alert_state assay_alert_state_of(const char *name)
{
    unsigned state = 0;
    while (state < ASSAY_ALERT_STATES &&
           strcmp(assay_alert_state_name((enum assay_alert_state)state), name) != 0) {
        state++;
    }
    return (enum assay_alert_state)state;
}

/* -- alerts -- */

/* Version 1 knew no more of an alert than its item, kind and print job. */
static bool is_of_version_1(const struct assay_alert_record *alert)
{
    return (alert->kind == ASSAY_ALERT_LEAK || alert->kind == ASSAY_ALERT_HONEY) &&
           alert->handle == 0 && alert->day == 0 && alert->country[0] == '\0' &&
           alert->region[0] == '\0' && alert->sku[0] == '\0' && alert->rule[0] == '\0' &&
           alert->measure == 0 && alert->threshold == 0;
}

static unsigned version_of_alert(const struct assay_record *record)
{
    return is_of_version_1(&record->alert) ? 1 : 2;
}

static bool alert_is_valid(const struct assay_alert_record *alert)
{
    bool of_item = alert->kind == ASSAY_ALERT_LEAK || alert->kind == ASSAY_ALERT_HONEY ||
                   alert->kind == ASSAY_ALERT_CLONED;
    bool subject = of_item ? assay_record_item_valid(alert->item) && alert->handle == 0
                           : alert->item == 0 && alert->handle < 1u << 30;
    return subject && assay_alert_kind_name(alert->kind) != NULL;
}

/* A text in a room of its own, zeros behind it. */
static void put_fixed(struct assay_wire *wire, const char *text, size_t room)
{
    char data[REGION_LEN] = "";
    memcpy(data, text, strnlen(text, room));
    assay_wire_put_bytes(wire, data, room);
}

static void get_fixed(struct assay_wire *wire, char *text, size_t room)
{
    assay_wire_get_bytes(wire, text, room);
    text[room] = '\0';
    size_t len = strlen(text);
    while (len < room) {
        wire->failed = wire->failed || text[len] != '\0';
        len++;
    }
}

static void put_subject(struct assay_wire *wire, const struct assay_alert_record *alert)
{
    assay_wire_put_u8(wire, 0);
    put_fixed(wire, alert->country, COUNTRY_LEN);
    assay_wire_put_u32(wire, alert->handle);
    put_fixed(wire, alert->region, REGION_LEN);
    assay_wire_put_u16(wire, 0);
    assay_wire_put_u32(wire, (uint32_t)alert->day);
    assay_wire_put_u32(wire, 0);
    assay_wire_put_u64(wire, (uint64_t)alert->measure);
    assay_wire_put_u64(wire, (uint64_t)alert->threshold);
    assay_wire_put_text(wire, alert->sku);
    assay_wire_put_text(wire, alert->rule);
}

static bool get_subject(struct assay_wire *wire, struct assay_alert_record *alert)
{
    bool zero = assay_wire_get_u8(wire) == 0;
    get_fixed(wire, alert->country, COUNTRY_LEN);
    alert->handle = assay_wire_get_u32(wire);
    get_fixed(wire, alert->region, REGION_LEN);
    zero = assay_wire_get_u16(wire) == 0 && zero;
    alert->day = (int32_t)assay_wire_get_u32(wire);
    zero = assay_wire_get_u32(wire) == 0 && zero;
    alert->measure = (int64_t)assay_wire_get_u64(wire);
    alert->threshold = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_text(wire, alert->sku, sizeof alert->sku);
    assay_wire_get_text(wire, alert->rule, sizeof alert->rule);
    return zero && !is_of_version_1(alert); /* each alert has one form */
}

static bool put_alert(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_alert_record *alert = &record->alert;
    if (!alert_is_valid(alert)) {
        return false;
    }
    assay_wire_put_u64(wire, (uint64_t)alert->at_unix_ms);
    assay_wire_put_u64(wire, alert->item);
    assay_wire_put_u8(wire, (uint8_t)alert->kind);
    if (!is_of_version_1(alert)) {
        put_subject(wire, alert);
    }
    assay_wire_put_text(wire, alert->site);
    assay_wire_put_text(wire, alert->printer);
    assay_wire_put_text(wire, alert->file);
    return true;
}

static bool get_alert(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_alert_record *alert = &record->alert;
    alert->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    alert->item = assay_wire_get_u64(wire);
    alert->kind = assay_wire_get_u8(wire);
    if (assay_record_version(wire) == 2 && !get_subject(wire, alert)) {
        return false;
    }
    assay_wire_get_text(wire, alert->site, sizeof alert->site);
    assay_wire_get_text(wire, alert->printer, sizeof alert->printer);
    assay_wire_get_text(wire, alert->file, sizeof alert->file);
    return alert_is_valid(alert) && (assay_record_version(wire) == 2 || is_of_version_1(alert));
}

/* -- states -- */

static bool state_is_valid(const struct assay_alert_state_record *state)
{
    return state->alert != 0 && state->alert % 8 == 0 &&
           (unsigned)state->state < ASSAY_ALERT_STATES;
}

static bool put_state(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_alert_state_record *state = &record->alert_state;
    assay_wire_put_u64(wire, (uint64_t)state->at_unix_ms);
    assay_wire_put_u64(wire, state->alert);
    assay_wire_put_u8(wire, (uint8_t)state->state);
    assay_wire_put_text(wire, state->actor);
    assay_wire_put_text(wire, state->reason_text);
    return state_is_valid(state);
}

static bool get_state(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_alert_state_record *state = &record->alert_state;
    state->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    state->alert = assay_wire_get_u64(wire);
    state->state = assay_wire_get_u8(wire);
    assay_wire_get_text(wire, state->actor, sizeof state->actor);
    assay_wire_get_text(wire, state->reason_text, sizeof state->reason_text);
    return state_is_valid(state);
}

/* -- rules -- */

static bool rule_is_valid(const struct assay_rule_record *record)
{
    const struct assay_alert_rule *rule = &record->rule;
    return rule->name[0] != '\0' && (unsigned)rule->by < ASSAY_ALERT_BYS &&
           (record->reset || assay_alert_kind_name(rule->kind) != NULL) &&
           (unsigned)rule->kind < ASSAY_ALERT_KINDS;
}

static bool put_rule(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_alert_rule *rule = &record->rule.rule;
    assay_wire_put_u64(wire, (uint64_t)record->rule.at_unix_ms);
    assay_wire_put_u8(wire, record->rule.reset);
    assay_wire_put_u8(wire, (uint8_t)rule->kind);
    assay_wire_put_u8(wire, (uint8_t)rule->by);
    assay_wire_put_u8(wire, rule->enabled);
    assay_wire_put_u32(wire, rule->window);
    assay_wire_put_u32(wire, rule->min_count);
    assay_wire_put_u32(wire, 0);
    assay_wire_put_u64(wire, rule->threshold);
    assay_wire_put_u64(wire, rule->base);
    assay_wire_put_u64(wire, rule->floor);
    assay_wire_put_u64(wire, rule->factor);
    assay_wire_put_text(wire, record->rule.actor);
    assay_wire_put_text(wire, rule->name);
    assay_wire_put_text(wire, rule->sku);
    return rule_is_valid(&record->rule);
}

static bool get_rule(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_alert_rule *rule = &record->rule.rule;
    record->rule.at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    uint8_t reset = assay_wire_get_u8(wire);
    rule->kind = assay_wire_get_u8(wire);
    rule->by = assay_wire_get_u8(wire);
    uint8_t enabled = assay_wire_get_u8(wire);
    record->rule.reset = reset != 0;
    rule->enabled = enabled != 0;
    rule->window = assay_wire_get_u32(wire);
    rule->min_count = assay_wire_get_u32(wire);
    bool ok = assay_wire_get_u32(wire) == 0 && reset <= 1 && enabled <= 1;
    rule->threshold = assay_wire_get_u64(wire);
    rule->base = assay_wire_get_u64(wire);
    rule->floor = assay_wire_get_u64(wire);
    rule->factor = assay_wire_get_u64(wire);
    assay_wire_get_text(wire, record->rule.actor, sizeof record->rule.actor);
    assay_wire_get_text(wire, rule->name, sizeof rule->name);
    assay_wire_get_text(wire, rule->sku, sizeof rule->sku);
    return ok && rule_is_valid(&record->rule);
}

/* -- endpoints -- */

static bool webhook_is_valid(const struct assay_webhook_record *webhook)
{
    return webhook->name[0] != '\0' && (webhook->kinds & ~KINDS_ALL) == 0 &&
           !(webhook->removed && webhook->endpoint != 0) &&
           (webhook->removed || (webhook->kinds != 0 && webhook->url[0] != '\0'));
}

static bool put_webhook(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_webhook_record *webhook = &record->webhook;
    assay_wire_put_u64(wire, (uint64_t)webhook->at_unix_ms);
    assay_wire_put_bytes(wire, webhook->salt, sizeof webhook->salt);
    assay_wire_put_u32(wire, webhook->kinds);
    assay_wire_put_u8(wire, webhook->removed         ? WEBHOOK_REMOVED
                            : webhook->endpoint != 0 ? WEBHOOK_ROTATED
                                                     : 0);
    assay_wire_put_text(wire, webhook->actor);
    assay_wire_put_text(wire, webhook->name);
    assay_wire_put_text(wire, webhook->url);
    if (webhook->endpoint != 0) {
        assay_wire_put_u64(wire, webhook->endpoint);
        assay_wire_put_bytes(wire, webhook->former_salt, sizeof webhook->former_salt);
        assay_wire_put_u64(wire, (uint64_t)webhook->former_until_unix_ms);
    }
    return webhook_is_valid(webhook);
}

static bool get_webhook(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_webhook_record *webhook = &record->webhook;
    webhook->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, webhook->salt, sizeof webhook->salt);
    webhook->kinds = assay_wire_get_u32(wire);
    uint8_t act = assay_wire_get_u8(wire);
    webhook->removed = act == WEBHOOK_REMOVED;
    assay_wire_get_text(wire, webhook->actor, sizeof webhook->actor);
    assay_wire_get_text(wire, webhook->name, sizeof webhook->name);
    assay_wire_get_text(wire, webhook->url, sizeof webhook->url);
    if (act == WEBHOOK_ROTATED) {
        webhook->endpoint = assay_wire_get_u64(wire);
        assay_wire_get_bytes(wire, webhook->former_salt, sizeof webhook->former_salt);
        webhook->former_until_unix_ms = (int64_t)assay_wire_get_u64(wire);
    }
    return act <= WEBHOOK_ROTATED && (act == WEBHOOK_ROTATED) == (webhook->endpoint != 0) &&
           webhook_is_valid(webhook);
}

/* -- the table -- */

static const struct assay_record_fields rows[] = {
    [ASSAY_RECORD_ALERT] = {put_alert, get_alert, 2, version_of_alert},
    [ASSAY_RECORD_ALERT_STATE] = {.put = put_state, .get = get_state},
    [ASSAY_RECORD_RULES] = {.put = put_rule, .get = get_rule},
    [ASSAY_RECORD_WEBHOOK] = {.put = put_webhook, .get = get_webhook},
};

const struct assay_record_fields *assay_record_alert_fields_of(unsigned type)
{
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    return known ? &rows[type] : NULL;
}
