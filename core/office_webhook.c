// SPDX-License-Identifier: Apache-2.0
/* webhook.add, .list, .rotate, .remove, .test, .dead, .replay: who is told of alerts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_alert.h"
#include "core/outbox.h"
#include "core/webhook.h"

#define KINDS_ALL ((1u << ASSAY_ALERT_KINDS) - 2)
#define DEAD_MAX 500
#define ID_SIZE 24
#define HOUR_MS 3600000ll

/* -- finding one -- */

struct named {
    const char *name;
    bool found;
    struct assay_catalog_webhook webhook;
};

static bool match_name(void *context, const struct assay_catalog_webhook *webhook)
{
    struct named *named = context;
    if (!webhook->value.removed && strcmp(webhook->value.name, named->name) == 0) {
        named->webhook = *webhook;
        named->found = true;
    }
    return !named->found;
}

static enum assay_error find_named(const struct assay_office_call *call, struct named *named)
{
    assay_store_each_webhook(call->office->store, match_name, named);
    return named->found ? ASSAY_OK
                        : assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                                     "name %s: there is no such endpoint", named->name);
}

static enum assay_error outbox_of(const struct assay_office_call *call,
                                  struct assay_outbox **outbox)
{
    *outbox = call->office->outbox;
    return *outbox != NULL ? ASSAY_OK
                           : assay_fail(call->reason, ASSAY_E_REFUSED,
                                        "deliveries are the verifier's: it does not run");
}

static enum assay_error read_name(const struct assay_office_call *call,
                                  char name[ASSAY_SKU_MAX + 1], bool required)
{
    const struct assay_json_field fields[] = {
        {.name = "name",
         .kind = ASSAY_JSON_TEXT,
         .required = required,
         .out = name,
         .size = ASSAY_SKU_MAX + 1},
    };
    return ASSAY_OFFICE_READ(call, fields);
}

/* -- webhook.list -- */

struct listing {
    json_t *list;
    const struct assay_outbox_message *messages;
    size_t count;
};

static json_t *kinds_json(uint32_t kinds)
{
    json_t *list = json_array();
    for (unsigned kind = 1; kind < ASSAY_ALERT_KINDS; kind++) {
        if ((kinds >> kind & 1) != 0) {
            json_array_append_new(list,
                                  json_string(assay_alert_kind_name((enum assay_alert_kind)kind)));
        }
    }
    return list;
}

static json_t *webhook_json(const struct assay_catalog_webhook *webhook,
                            const struct listing *listing)
{
    json_int_t waiting = 0;
    json_int_t dead = 0;
    for (size_t i = 0; i < listing->count; i++) {
        bool ours = listing->messages[i].endpoint == assay_catalog_webhook_endpoint(webhook);
        dead += ours && listing->messages[i].dead;
        waiting += ours && !listing->messages[i].dead;
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:I, s:I}", "name", webhook->value.name, "url",
                     webhook->value.url, "kinds", kinds_json(webhook->value.kinds), "at",
                     assay_office_time(webhook->value.at_unix_ms), "by", webhook->value.actor,
                     "former_secret_until",
                     webhook->value.endpoint == 0
                         ? json_null()
                         : assay_office_time(webhook->value.former_until_unix_ms),
                     "waiting", waiting, "dead", dead);
}

static bool list_one(void *context, const struct assay_catalog_webhook *webhook)
{
    struct listing *listing = context;
    return webhook->value.removed ||
           json_array_append_new(listing->list, webhook_json(webhook, listing)) == 0;
}

enum assay_error assay_office_webhook_list(const struct assay_office_call *call, json_t **result)
{
    struct listing listing = {0};
    struct assay_outbox_message *messages = NULL;
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error == ASSAY_OK && call->office->outbox != NULL) {
        error = assay_outbox_list(call->office->outbox, &messages, &listing.count);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    listing.messages = messages;
    listing.list = json_array();
    assay_store_each_webhook(call->office->store, list_one, &listing);
    free(messages);
    return assay_office_give(json_pack("{s:o}", "webhooks", listing.list), result, call->reason);
}

/* -- webhook.add, webhook.remove -- */

static enum assay_error read_kinds(const struct assay_office_call *call, const json_t *list,
                                   uint32_t *kinds)
{
    size_t i;
    const json_t *member;
    *kinds = list == NULL ? KINDS_ALL : 0;
    json_array_foreach((json_t *)(uintptr_t)list, i, member)
    {
        const char *name = json_string_value(member);
        enum assay_alert_kind kind = name == NULL ? 0 : assay_alert_kind_of(name);
        if (kind == 0) {
            return assay_fail(call->reason, ASSAY_E_FIELD, "kinds: a list of kinds of alerts");
        }
        *kinds |= 1u << kind;
    }
    return *kinds != 0 ? ASSAY_OK : assay_fail(call->reason, ASSAY_E_FIELD, "kinds: one at least");
}

static enum assay_error read_webhook(const struct assay_office_call *call,
                                     struct assay_webhook_record *webhook)
{
    const json_t *kinds = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("name", true, webhook->name),
        ASSAY_JSON_TEXT_ROW("url", true, webhook->url),
        {.name = "kinds", .kind = ASSAY_JSON_ARRAY, .out = &kinds},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    error =
        error != ASSAY_OK ? error : assay_office_name_check("name", webhook->name, call->reason);
    error = error != ASSAY_OK ? error : assay_webhook_url_check(webhook->url, call->reason);
    return error != ASSAY_OK ? error : read_kinds(call, kinds, &webhook->kinds);
}

/* Put an endpoint with a new salt into the ledger, and show its secret this once. */
static enum assay_error put_secret(const struct assay_office_call *call,
                                   struct assay_record *record, json_t **built)
{
    struct assay_webhook_record *webhook = &record->webhook;
    const struct assay_keyring *keyring = call->office->keyring;
    if (keyring == NULL || !assay_keyring_has(keyring, ASSAY_KEY_SERVICE)) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND, "service.key is not open here");
    }
    webhook->at_unix_ms = call->now_unix_ms;
    memcpy(webhook->actor, call->actor->name, sizeof webhook->actor);
    assay_bytes_random(webhook->salt, sizeof webhook->salt);
    enum assay_error error = assay_office_put(call, record);
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t key[ASSAY_WEBHOOK_KEY_LEN];
    char secret[ASSAY_WEBHOOK_SECRET_SIZE];
    assay_webhook_key(keyring, webhook, key);
    assay_webhook_secret(key, secret);
    *built = json_pack("{s:s, s:s, s:o, s:s}", "name", webhook->name, "url", webhook->url, "kinds",
                       kinds_json(webhook->kinds), "secret", secret);
    assay_bytes_wipe(key, sizeof key);
    assay_bytes_wipe(secret, sizeof secret);
    return ASSAY_OK;
}

enum assay_error assay_office_webhook_add(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_WEBHOOK};
    json_t *built = NULL;
    enum assay_error error = read_webhook(call, &record.webhook);
    error = error != ASSAY_OK ? error : put_secret(call, &record, &built);
    return error != ASSAY_OK ? error : assay_office_give(built, result, call->reason);
}

/* -- webhook.rotate -- */

/* The former secret goes on signing beside the new one, so that the receiver can change over while
 * messages come (Standard Webhooks, section "Multiple signatures"). */
enum assay_error assay_office_webhook_rotate(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_WEBHOOK};
    struct assay_webhook_record *webhook = &record.webhook;
    char name[ASSAY_SKU_MAX + 1] = "";
    struct named named = {.name = name};
    int64_t hours = ASSAY_WEBHOOK_OVERLAP_HOURS;
    json_t *built = NULL;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("name", true, name),
        {.name = "overlap_hours",
         .kind = ASSAY_JSON_INTEGER,
         .out = &hours,
         .min = 0,
         .max = ASSAY_WEBHOOK_OVERLAP_HOURS_MAX},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    error = error != ASSAY_OK ? error : find_named(call, &named);
    if (error != ASSAY_OK) {
        return error;
    }
    *webhook = named.webhook.value;
    webhook->endpoint = assay_catalog_webhook_endpoint(&named.webhook);
    memcpy(webhook->former_salt, named.webhook.value.salt, sizeof webhook->former_salt);
    webhook->former_until_unix_ms = call->now_unix_ms + hours * HOUR_MS;
    error = put_secret(call, &record, &built);
    if (error == ASSAY_OK) {
        json_object_set_new(built, "former_secret_until",
                            assay_office_time(webhook->former_until_unix_ms));
        error = assay_office_give(built, result, call->reason);
    }
    return error;
}

enum assay_error assay_office_webhook_remove(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_WEBHOOK};
    struct assay_webhook_record *webhook = &record.webhook;
    enum assay_error error = read_name(call, webhook->name, true);
    if (error != ASSAY_OK) {
        return error;
    }
    webhook->removed = true;
    webhook->at_unix_ms = call->now_unix_ms;
    memcpy(webhook->actor, call->actor->name, sizeof webhook->actor);
    error = webhook->name[0] != '\0'
                ? assay_office_put(call, &record)
                : assay_fail(call->reason, ASSAY_E_NOT_FOUND, "name: there is no such endpoint");
    return error != ASSAY_OK ? error
                             : assay_office_give(json_pack("{s:s}", "removed", webhook->name),
                                                 result, call->reason);
}

/* -- webhook.test -- */

enum assay_error assay_office_webhook_test(const struct assay_office_call *call, json_t **result)
{
    char name[ASSAY_SKU_MAX + 1] = "";
    struct named named = {.name = name};
    struct assay_outbox *outbox = NULL;
    enum assay_error error = read_name(call, name, true);
    error = error != ASSAY_OK ? error : find_named(call, &named);
    error = error != ASSAY_OK ? error : outbox_of(call, &outbox);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_outbox_message message = {.alert = (uint64_t)call->now_unix_ms,
                                                 .endpoint =
                                                     assay_catalog_webhook_endpoint(&named.webhook),
                                                 .next_unix_ms = call->now_unix_ms,
                                                 .test = true};
    assay_outbox_put(outbox, &message, 1, 0);
    return assay_office_give(json_pack("{s:s}", "queued", name), result, call->reason);
}

/* -- webhook.dead, webhook.replay -- */

struct naming {
    uint64_t endpoint;
    char name[ASSAY_SKU_MAX + 1];
};

static bool name_endpoint(void *context, const struct assay_catalog_webhook *webhook)
{
    struct naming *naming = context;
    if (assay_catalog_webhook_endpoint(webhook) == naming->endpoint) {
        memcpy(naming->name, webhook->value.name, sizeof naming->name);
    }
    return naming->name[0] == '\0';
}

static json_t *dead_json(const struct assay_office_call *call,
                         const struct assay_outbox_message *message)
{
    struct naming naming = {.endpoint = message->endpoint};
    char alert[ID_SIZE];
    snprintf(alert, sizeof alert, "%" PRIu64, message->alert);
    assay_store_each_webhook(call->office->store, name_endpoint, &naming);
    return json_pack("{s:s, s:s, s:b, s:i, s:i, s:o}", "name",
                     message->endpoint == 0 ? "mail" : naming.name, "alert", alert, "test",
                     message->test, "tries", (int)message->tries, "status", message->status,
                     "last_at", assay_office_time(message->next_unix_ms));
}

enum assay_error assay_office_webhook_dead(const struct assay_office_call *call, json_t **result)
{
    struct assay_outbox *outbox = NULL;
    struct assay_outbox_message *messages = NULL;
    size_t count = 0;
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    error = error != ASSAY_OK ? error : outbox_of(call, &outbox);
    error = error != ASSAY_OK ? error : assay_outbox_list(outbox, &messages, &count);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    for (size_t i = count; i > 0 && json_array_size(list) < DEAD_MAX; i--) {
        if (messages[i - 1].dead) {
            json_array_append_new(list, dead_json(call, &messages[i - 1]));
        }
    }
    free(messages);
    return assay_office_give(json_pack("{s:o}", "dead", list), result, call->reason);
}

/* The dead ones of an endpoint, or all, are to be tried again, from the beginning. */
static size_t revive(struct assay_outbox_message *messages, size_t count, const uint64_t *endpoint,
                     int64_t now_unix_ms)
{
    size_t revived = 0;
    for (size_t i = 0; i < count; i++) {
        if (messages[i].dead && (endpoint == NULL || messages[i].endpoint == *endpoint)) {
            messages[revived] = messages[i];
            messages[revived].dead = false;
            messages[revived].tries = 0;
            messages[revived++].next_unix_ms = now_unix_ms;
        }
    }
    return revived;
}

enum assay_error assay_office_webhook_replay(const struct assay_office_call *call, json_t **result)
{
    char name[ASSAY_SKU_MAX + 1] = "";
    struct named named = {.name = name};
    struct assay_outbox *outbox = NULL;
    struct assay_outbox_message *messages = NULL;
    uint64_t endpoint = 0;
    size_t count = 0;
    enum assay_error error = read_name(call, name, false);
    bool one = error == ASSAY_OK && name[0] != '\0';
    if (one && strcmp(name, "mail") != 0) {
        error = find_named(call, &named);
        endpoint = assay_catalog_webhook_endpoint(&named.webhook);
    }
    error = error != ASSAY_OK ? error : outbox_of(call, &outbox);
    error = error != ASSAY_OK ? error : assay_outbox_list(outbox, &messages, &count);
    if (error != ASSAY_OK) {
        return error;
    }
    size_t revived = revive(messages, count, one ? &endpoint : NULL, call->now_unix_ms);
    assay_outbox_put(outbox, messages, revived, 0);
    free(messages);
    return assay_office_give(json_pack("{s:I}", "replayed", (json_int_t)revived), result,
                             call->reason);
}
