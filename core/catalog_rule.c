// SPDX-License-Identifier: Apache-2.0
/* Rules of alerts that were changed, and endpoints that are told of alerts: by name. */
#include <string.h>

#include "core/catalog_private.h"

/* -- rules -- */

static struct assay_catalog_rule *find_rule(struct assay_catalog *catalog, const char *name)
{
    for (uint32_t i = 0; i < catalog->rule_count; i++) {
        if (strcmp(catalog->rules[i].value.rule.name, name) == 0) {
            return &catalog->rules[i];
        }
    }
    return NULL;
}

const struct assay_rule_record *assay_catalog_rule_at(const struct assay_catalog *catalog,
                                                      uint32_t number)
{
    return number < catalog->rule_count ? &catalog->rules[number].value : NULL;
}

bool assay_catalog_rule_is_off(const struct assay_catalog *catalog, const char *name)
{
    for (uint32_t i = 0; i < catalog->rule_count; i++) {
        const struct assay_rule_record *value = &catalog->rules[i].value;
        if (strcmp(value->rule.name, name) == 0) {
            return !value->reset && !value->rule.enabled;
        }
    }
    return false;
}

enum assay_error assay_catalog_set_rule(struct assay_catalog *catalog,
                                        const struct assay_rule_record *rule,
                                        struct assay_catalog_mark mark)
{
    struct assay_catalog_rule *known = find_rule(catalog, rule->rule.name);
    if (known != NULL && known->mark.position >= mark.position) {
        return ASSAY_OK;
    }
    if (known == NULL && catalog->rule_count == ASSAY_RULES_MAX) {
        return ASSAY_E_FULL;
    }
    if (known == NULL) {
        known = &catalog->rules[catalog->rule_count++];
    } else {
        mark.created = known->mark.created;
    }
    *known = (struct assay_catalog_rule){*rule, mark};
    return ASSAY_OK;
}

/* -- endpoints -- */

static struct assay_catalog_webhook *find_webhook(struct assay_catalog *catalog, const char *name)
{
    for (uint32_t i = 0; i < catalog->webhook_count; i++) {
        if (strcmp(catalog->webhooks[i].value.name, name) == 0) {
            return &catalog->webhooks[i];
        }
    }
    return NULL;
}

const struct assay_catalog_webhook *assay_catalog_webhook_at(const struct assay_catalog *catalog,
                                                             uint32_t number)
{
    return number < catalog->webhook_count ? &catalog->webhooks[number] : NULL;
}

uint64_t assay_catalog_webhook_endpoint(const struct assay_catalog_webhook *webhook)
{
    return webhook->value.endpoint != 0 ? webhook->value.endpoint : webhook->mark.position;
}

enum assay_error assay_catalog_set_webhook(struct assay_catalog *catalog,
                                           const struct assay_webhook_record *webhook,
                                           struct assay_catalog_mark mark)
{
    struct assay_catalog_webhook *known = find_webhook(catalog, webhook->name);
    if (known != NULL && known->mark.position >= mark.position) {
        return ASSAY_OK;
    }
    if (known == NULL && catalog->webhook_count == ASSAY_WEBHOOKS_MAX) {
        return ASSAY_E_FULL;
    }
    if (known == NULL) {
        known = &catalog->webhooks[catalog->webhook_count++];
    } else {
        mark.created = known->mark.created;
    }
    *known = (struct assay_catalog_webhook){*webhook, mark};
    return ASSAY_OK;
}

/* -- records -- */

static enum assay_error check_rule(struct assay_catalog *catalog,
                                   const struct assay_rule_record *rule,
                                   struct assay_reason *reason)
{
    bool full = catalog->rule_count == ASSAY_RULES_MAX;
    return !full || find_rule(catalog, rule->rule.name) != NULL
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FULL, "rules: at most %u that differ from the shipped",
                            ASSAY_RULES_MAX);
}

static enum assay_error check_webhook(struct assay_catalog *catalog,
                                      const struct assay_webhook_record *webhook,
                                      struct assay_reason *reason)
{
    const struct assay_catalog_webhook *known = find_webhook(catalog, webhook->name);
    bool there = known != NULL && !known->value.removed;
    bool rotated = webhook->endpoint != 0;
    if ((webhook->removed || rotated) && !there) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "name %s: there is no such endpoint",
                          webhook->name);
    }
    if (rotated) {
        bool follows =
            webhook->endpoint == assay_catalog_webhook_endpoint(known) &&
            memcmp(webhook->former_salt, known->value.salt, sizeof known->value.salt) == 0;
        return follows ? ASSAY_OK
                       : assay_fail(reason, ASSAY_E_EXISTS,
                                    "name %s: it was changed meanwhile; try again", webhook->name);
    }
    if (!webhook->removed && there) {
        return assay_fail(reason, ASSAY_E_EXISTS, "name %s: it is taken", webhook->name);
    }
    if (known == NULL && catalog->webhook_count == ASSAY_WEBHOOKS_MAX) {
        return assay_fail(reason, ASSAY_E_FULL, "webhooks: at most %u names", ASSAY_WEBHOOKS_MAX);
    }
    return ASSAY_OK;
}

enum assay_error assay_catalog_check_rule(struct assay_catalog *catalog,
                                          const struct assay_record *record,
                                          struct assay_reason *reason)
{
    return record->type == ASSAY_RECORD_RULES ? check_rule(catalog, &record->rule, reason)
                                              : check_webhook(catalog, &record->webhook, reason);
}
