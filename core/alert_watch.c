// SPDX-License-Identifier: Apache-2.0
#include "core/alert_watch.h"

#include <stdlib.h>
#include <string.h>

#include "core/state_rollup.h"

/* Suspicious items that one rule looks at. */
#define SUSPECTS_MAX 65536
#define MEASURE_ONE 1024

/* -- the rules in force -- */

struct rules {
    uint32_t count;
    struct assay_alert_rule_now rule[ASSAY_RULES_MAX + 16];
};

static struct assay_alert_rule_now *rule_of(struct rules *rules, const char *name)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        if (strcmp(rules->rule[i].rule.name, name) == 0) {
            return &rules->rule[i];
        }
    }
    return NULL;
}

static bool change_rule(void *context, const struct assay_rule_record *record)
{
    struct rules *rules = context;
    struct assay_alert_rule_now *now = rule_of(rules, record->rule.name);
    if (record->reset) {
        return true;
    }
    if (now == NULL) {
        assay_assert(rules->count < ASSAY_COUNT_OF(rules->rule));
        now = &rules->rule[rules->count++];
        *now = (struct assay_alert_rule_now){.shipped = false};
    }
    now->rule = record->rule;
    now->changed = true;
    now->at_unix_ms = record->at_unix_ms;
    memcpy(now->actor, record->actor, sizeof now->actor);
    return true;
}

static void read_rules(struct assay_store *store, struct rules *rules)
{
    const struct assay_alert_rule *shipped;
    rules->count = 0;
    while ((shipped = assay_alert_rule_shipped(rules->count)) != NULL) {
        rules->rule[rules->count++] =
            (struct assay_alert_rule_now){.rule = *shipped, .shipped = true};
    }
    assay_store_each_rule(store, change_rule, rules);
}

void assay_alert_each_rule(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_alert_rule_now *rule),
                           void *context)
{
    struct rules rules;
    read_rules(store, &rules);
    for (uint32_t i = 0; i < rules.count && visit(context, &rules.rule[i]); i++) {
    }
}

/* -- what one rule finds in the roll-ups -- */

static const struct assay_batch_facts *batch_of(void *context, uint32_t handle)
{
    return assay_store_batch_facts(context, handle);
}

static const char *sku_of(void *context, uint32_t product)
{
    const struct assay_product *found = assay_store_product_at(context, product);
    return found == NULL ? "" : found->value.sku;
}

struct search {
    int32_t from_day;
    enum assay_error (*visit)(void *context, const struct assay_alert_record *found);
    void *context;
};

static enum assay_error visit_recent(void *context, const struct assay_alert_record *found)
{
    const struct search *search = context;
    return found->day >= search->from_day ? search->visit(search->context, found) : ASSAY_OK;
}

static enum assay_error add_row(void *context, const struct assay_rollup_row *row)
{
    return assay_alert_run_add(context, row);
}

static enum assay_error find_in_rows(struct assay_store_session *session,
                                     const struct assay_alert_rule *rule, struct search *search)
{
    struct assay_store *store = assay_store_of(session);
    const struct assay_alert_facts facts = {batch_of, sku_of, store};
    struct assay_rollup_meta meta;
    struct assay_alert_run run = {.rule = rule, .facts = &facts};
    enum assay_error error = assay_store_rollup_begin(session, &meta);
    if (error != ASSAY_OK) {
        return error;
    }
    run.newest_unix_ms = meta.at_unix_ms;
    run.utc_offset_minutes = meta.utc_offset_minutes;
    const struct assay_rollup_walk walk = {
        .kind = ASSAY_ROLLUP_DAY,
        .from_day = search->from_day == INT32_MIN ? INT32_MIN
                                                  : assay_alert_rule_from(rule, search->from_day),
        .to_day = INT32_MAX,
        .visit = add_row,
        .context = &run,
    };
    assay_alert_run_begin(&run);
    error = assay_store_each_rollup(session, &walk);
    assay_store_rollup_end(session); /* the snapshot is not held while alerts are raised */
    error = error != ASSAY_OK ? error : assay_alert_run_each(&run, visit_recent, search);
    assay_alert_run_end(&run);
    return error;
}

/* -- suspicious items -- */

struct suspects {
    const struct assay_alert_rule *rule;
    struct assay_store *store;
    struct assay_rollup_suspect *found;
    uint32_t count;
};

static bool is_of_sku(const struct suspects *suspects, uint64_t item)
{
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(suspects->store, assay_item_key_handle(item));
    const char *sku = suspects->rule->sku;
    return facts != NULL && (sku[0] == '\0' || strcmp(facts->sku, sku) == 0);
}

static enum assay_error keep_suspect(void *context, const struct assay_rollup_suspect *suspect)
{
    struct suspects *suspects = context;
    if (suspect->level < suspects->rule->threshold / ASSAY_RULE_ONE ||
        suspects->count == SUSPECTS_MAX) {
        return ASSAY_E_BUSY; /* those that follow are less suspicious */
    }
    if (is_of_sku(suspects, suspect->item)) {
        suspects->found[suspects->count++] = *suspect;
    }
    return ASSAY_OK;
}

/* The alert of one item; its place is that of its last scan. ASSAY_E_NOT_FOUND: too few scans. */
static enum assay_error item_alert(struct assay_store_session *session,
                                   const struct assay_alert_rule *rule,
                                   const struct assay_rollup_suspect *suspect,
                                   struct assay_alert_record *alert)
{
    struct assay_store *store = assay_store_of(session);
    struct assay_record last;
    struct assay_item item;
    enum assay_error error = assay_store_item(session, suspect->item, &item);
    if (error != ASSAY_OK) {
        return error;
    }
    if (item.scans < rule->min_count || item.last_scan == 0) {
        return ASSAY_E_NOT_FOUND;
    }
    error = assay_store_record(store, item.last_scan, &last);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_place *place = assay_store_place(store, last.scan.place);
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(store, assay_item_key_handle(suspect->item));
    uint32_t level = (uint32_t)(rule->threshold / ASSAY_RULE_ONE);
    *alert = (struct assay_alert_record){
        .at_unix_ms = suspect->at_unix_ms,
        .item = suspect->item,
        .kind = ASSAY_ALERT_CLONED,
        .measure = suspect->score,
        .threshold = assay_store_risk_table(store)->thresholds[level - 1],
    };
    memcpy(alert->rule, rule->name, sizeof alert->rule);
    memcpy(alert->sku, facts->sku, sizeof alert->sku);
    memcpy(alert->country, place->country, sizeof alert->country);
    memcpy(alert->region, place->region, sizeof alert->region);
    return ASSAY_OK;
}

static enum assay_error tell_suspects(struct assay_store_session *session,
                                      const struct suspects *suspects, struct search *search)
{
    int offset = assay_store_brand(suspects->store)->utc_offset_minutes;
    enum assay_error error = ASSAY_OK;
    for (uint32_t i = 0; i < suspects->count && error == ASSAY_OK; i++) {
        const struct assay_rollup_suspect *suspect = &suspects->found[i];
        struct assay_alert_record alert;
        if (assay_day_of(suspect->at_unix_ms, offset) < search->from_day) {
            continue;
        }
        error = item_alert(session, suspects->rule, suspect, &alert);
        if (error == ASSAY_OK) {
            error = search->visit(search->context, &alert);
        } else if (error == ASSAY_E_NOT_FOUND) {
            error = ASSAY_OK;
        }
    }
    return error;
}

static enum assay_error find_items(struct assay_store_session *session,
                                   const struct assay_alert_rule *rule, struct search *search)
{
    struct suspects suspects = {.rule = rule, .store = assay_store_of(session)};
    struct assay_rollup_meta meta;
    suspects.found = calloc(SUSPECTS_MAX, sizeof *suspects.found);
    if (suspects.found == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = assay_store_rollup_begin(session, &meta);
    if (error == ASSAY_OK) {
        error = assay_store_each_suspect(session, NULL, keep_suspect, &suspects);
        assay_store_rollup_end(session);
    }
    error = error != ASSAY_OK ? error : tell_suspects(session, &suspects, search);
    free(suspects.found);
    return error;
}

enum assay_error assay_alert_find(
    struct assay_store_session *session, const struct assay_alert_rule *rule, int32_t from_day,
    enum assay_error (*visit)(void *context, const struct assay_alert_record *found), void *context)
{
    struct search search = {from_day, visit, context};
    enum assay_error error = ASSAY_OK;
    if (rule->kind == ASSAY_ALERT_CLONED) {
        error = find_items(session, rule, &search);
    } else if (rule->kind >= ASSAY_ALERT_OUTBREAK) {
        error = find_in_rows(session, rule, &search);
    }
    return error == ASSAY_E_BUSY ? ASSAY_OK : error;
}

/* -- raising -- */

struct pass {
    struct assay_store_session *session;
    struct assay_reason *reason;
    uint64_t *known; /* of the alerts that there are, ascending */
    size_t known_count;
    uint32_t raised;
};

/* Alerts that assay_catalog_alert_same says are the same have the same. */
static uint64_t identity_of(const struct assay_alert_record *alert)
{
    bool by_place = alert->kind != ASSAY_ALERT_DIVERSION && alert->kind != ASSAY_ALERT_CLONED;
    uint8_t data[192];
    uint8_t sha256[ASSAY_SHA256_LEN];
    uint64_t identity = 0;
    struct assay_wire wire = assay_wire_writer(data, sizeof data);
    assay_wire_put_u8(&wire, (uint8_t)alert->kind);
    assay_wire_put_u64(&wire, alert->item);
    assay_wire_put_u32(&wire, alert->handle);
    assay_wire_put_u32(&wire, (uint32_t)alert->day);
    assay_wire_put_text(&wire, alert->rule);
    assay_wire_put_text(&wire, alert->sku);
    assay_wire_put_text(&wire, by_place ? alert->country : "");
    assay_assert(!wire.failed);
    assay_sha256(data, wire.at, sha256);
    memcpy(&identity, sha256, sizeof identity);
    return identity;
}

static bool keep_identity(void *context, const struct assay_catalog_alert *alert)
{
    struct pass *pass = context;
    pass->known[pass->known_count++] = identity_of(&alert->value);
    return true;
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static enum assay_error raise_found(void *context, const struct assay_alert_record *found)
{
    struct pass *pass = context;
    uint64_t identity = identity_of(found);
    if (pass->known_count > 0 &&
        bsearch(&identity, pass->known, pass->known_count, sizeof *pass->known, by_value) != NULL) {
        return ASSAY_OK;
    }
    if (pass->raised == ASSAY_ALERTS_A_PASS_MAX) {
        return ASSAY_E_BUSY;
    }
    struct assay_record record = {.type = ASSAY_RECORD_ALERT, .alert = *found};
    uint64_t position = 0;
    enum assay_error error = assay_store_put_soon(pass->session, &record, &position, pass->reason);
    if (error == ASSAY_E_EXISTS || error == ASSAY_E_FULL || error == ASSAY_E_NO_SPACE) {
        return ASSAY_OK; /* another pass raised it, or there is no room: then it is left out */
    }
    pass->raised += error == ASSAY_OK;
    return error;
}

/* First day whose findings are young enough. */
static enum assay_error recent_from(struct assay_store_session *session, int32_t *from_day)
{
    struct assay_rollup_meta meta;
    enum assay_error error = assay_store_rollup_begin(session, &meta);
    if (error == ASSAY_OK) {
        assay_store_rollup_end(session);
        *from_day =
            assay_day_of(meta.at_unix_ms, meta.utc_offset_minutes) - ASSAY_ALERT_RECENT_DAYS;
    }
    return error;
}

enum assay_error assay_alert_pass(struct assay_store_session *session, uint32_t *raised,
                                  struct assay_reason *reason)
{
    struct assay_store *store = assay_store_of(session);
    struct rules rules;
    struct pass pass = {.session = session, .reason = reason};
    int32_t from_day = 0;
    read_rules(store, &rules);
    pass.known = malloc(sizeof *pass.known * ASSAY_ALERTS_MAX);
    enum assay_error error = pass.known == NULL ? ASSAY_E_MEMORY : recent_from(session, &from_day);
    if (error == ASSAY_OK) {
        assay_store_each_alert(store, 0, keep_identity, &pass);
        qsort(pass.known, pass.known_count, sizeof *pass.known, by_value);
    }
    for (uint32_t i = 0; i < rules.count && error == ASSAY_OK; i++) {
        if (rules.rule[i].rule.enabled) {
            error = assay_alert_find(session, &rules.rule[i].rule, from_day, raise_found, &pass);
        }
    }
    free(pass.known);
    error = error == ASSAY_OK && pass.raised > 0 ? assay_store_settle(store) : error;
    *raised = pass.raised;
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

/* -- outcomes -- */

struct outcomes {
    bool (*visit)(void *context, uint64_t item, bool confirmed);
    void *context;
};

static bool tell_outcome(void *context, const struct assay_catalog_alert *alert)
{
    const struct outcomes *outcomes = context;
    const struct assay_alert_state_record *state = assay_catalog_alert_state(alert);
    bool judged = alert->value.kind == ASSAY_ALERT_CLONED && state != NULL &&
                  state->state != ASSAY_ALERT_OPEN;
    return !judged || outcomes->visit(outcomes->context, alert->value.item,
                                      state->state == ASSAY_ALERT_CONFIRMED);
}

void assay_alert_each_outcome(struct assay_store *store,
                              bool (*visit)(void *context, uint64_t item, bool confirmed),
                              void *context)
{
    struct outcomes outcomes = {visit, context};
    assay_store_each_alert(store, 0, tell_outcome, &outcomes);
}
