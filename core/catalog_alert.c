// SPDX-License-Identifier: Apache-2.0
/* Alerts and what became of them: which records may come, and what they change. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

/* -- the list -- */

/* The decoys that an item is of, or NULL. */
static struct assay_catalog_honey *honey_of(const struct assay_catalog_batch *batch, uint32_t index)
{
    struct assay_catalog_honey *honey = batch->honeys;
    while (honey != NULL && (index < honey->value.range.first || index > honey->value.range.last)) {
        honey = honey->of_batch;
    }
    return honey;
}

/* When the last alert of this item's kind was raised. */
static int64_t *alert_time(struct assay_catalog_batch *batch,
                           const struct assay_alert_record *alert)
{
    struct assay_catalog_honey *honey = honey_of(batch, assay_item_key_index(alert->item));
    return honey == NULL ? &batch->leak_alert_at_unix_ms : &honey->alert_at_unix_ms;
}

static enum assay_error make_room(struct assay_catalog *catalog)
{
    if (catalog->alert_count < catalog->alert_room) {
        return ASSAY_OK;
    }
    uint32_t room = catalog->alert_room * 2 + 16;
    struct assay_catalog_alert **alerts =
        reallocarray(catalog->alerts, room, sizeof(struct assay_catalog_alert *));
    if (alerts == NULL) {
        return ASSAY_E_MEMORY;
    }
    catalog->alerts = alerts;
    catalog->alert_room = room;
    return ASSAY_OK;
}

enum assay_error assay_catalog_add_alert(struct assay_catalog *catalog,
                                         const struct assay_alert_record *alert,
                                         struct assay_catalog_mark mark)
{
    struct assay_catalog_batch *batch =
        assay_catalog_batch_of(catalog, assay_item_key_handle(alert->item));
    bool early = alert->kind == ASSAY_ALERT_LEAK || alert->kind == ASSAY_ALERT_HONEY;
    if ((alert->item != 0 && batch == NULL) || catalog->alert_count == ASSAY_ALERTS_MAX) {
        return ASSAY_E_CORRUPT;
    }
    struct assay_catalog_alert *added = malloc(sizeof *added);
    if (added == NULL || make_room(catalog) != ASSAY_OK) {
        free(added);
        return ASSAY_E_MEMORY;
    }
    added->value = *alert;
    added->mark = mark;
    atomic_init(&added->state, NULL);
    catalog->alerts[catalog->alert_count++] = added;
    if (early) {
        *alert_time(batch, alert) = alert->at_unix_ms;
    }
    return ASSAY_OK;
}

void assay_catalog_free_alerts(struct assay_catalog *catalog)
{
    for (uint32_t i = 0; i < catalog->alert_count; i++) {
        free(catalog->alerts[i]->state);
        free(catalog->alerts[i]);
    }
    free(catalog->alerts);
}

const struct assay_catalog_alert *assay_catalog_alert_at(const struct assay_catalog *catalog,
                                                         uint32_t number)
{
    return number < catalog->alert_count ? catalog->alerts[number] : NULL;
}

uint32_t assay_catalog_alert_count(const struct assay_catalog *catalog)
{
    return catalog->alert_count;
}

struct assay_catalog_alert *assay_catalog_alert_find(const struct assay_catalog *catalog,
                                                     uint64_t position)
{
    uint32_t low = 0;
    uint32_t high = catalog->alert_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (catalog->alerts[middle]->mark.position < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < catalog->alert_count && catalog->alerts[low]->mark.position == position;
    return found ? catalog->alerts[low] : NULL;
}

/* -- alerts that are due -- */

bool assay_catalog_alert_due(const struct assay_catalog *catalog, uint64_t item,
                             const struct assay_place *place, int64_t at_unix_ms,
                             struct assay_alert_record *alert)
{
    uint32_t index = assay_item_key_index(item);
    const struct assay_catalog_batch *batch =
        assay_catalog_batch_of(catalog, assay_item_key_handle(item));
    const struct assay_catalog_honey *honey = honey_of(batch, index);
    int64_t last = honey == NULL ? batch->leak_alert_at_unix_ms : honey->alert_at_unix_ms;
    int offset = assay_catalog_brand(catalog)->utc_offset_minutes;
    int32_t day = assay_day_of(at_unix_ms, offset);
    const char *rule = honey == NULL ? "leak" : "honey";
    bool raised = last != 0 && assay_day_of(last, offset) == day;
    if (raised || assay_catalog_rule_is_off(catalog, rule) ||
        catalog->alert_count == ASSAY_ALERTS_MAX) {
        return false;
    }
    *alert = (struct assay_alert_record){
        .at_unix_ms = at_unix_ms,
        .item = item,
        .kind = honey == NULL ? ASSAY_ALERT_LEAK : ASSAY_ALERT_HONEY,
        .day = day,
        .measure = 1024, /* one such scan is one too many */
    };
    memcpy(alert->country, place->country, sizeof alert->country);
    memcpy(alert->region, place->region, sizeof alert->region);
    memcpy(alert->sku, batch->facts.sku, sizeof alert->sku);
    memcpy(alert->rule, rule, strlen(rule) + 1);
    const struct assay_catalog_job *job = honey == NULL ? assay_catalog_job_of(batch, index) : NULL;
    if (honey != NULL) {
        memcpy(alert->file, honey->value.file, sizeof alert->file);
    } else if (job != NULL) {
        memcpy(alert->site, job->value.site, sizeof alert->site);
        memcpy(alert->printer, job->value.printer, sizeof alert->printer);
    }
    return true;
}

/* Where goods went is the finding of a diversion, and may change while its period fills. */
bool assay_catalog_alert_same(const struct assay_alert_record *a,
                              const struct assay_alert_record *b)
{
    bool by_place = a->kind != ASSAY_ALERT_DIVERSION && a->kind != ASSAY_ALERT_CLONED;
    return a->kind == b->kind && a->item == b->item && a->handle == b->handle && a->day == b->day &&
           strcmp(a->rule, b->rule) == 0 && strcmp(a->sku, b->sku) == 0 &&
           (!by_place || strcmp(a->country, b->country) == 0);
}

/* -- states -- */

enum assay_error assay_catalog_set_alert_state(struct assay_catalog *catalog,
                                               const struct assay_alert_state_record *state,
                                               struct assay_catalog_mark mark)
{
    struct assay_catalog_alert *alert = assay_catalog_alert_find(catalog, state->alert);
    if (alert == NULL) {
        return ASSAY_E_CORRUPT;
    }
    struct assay_catalog_alert_state *before = alert->state;
    if (before != NULL && before->mark.position >= mark.position) {
        return ASSAY_OK;
    }
    struct assay_catalog_alert_state *now = malloc(sizeof *now);
    if (now == NULL || assay_catalog_retire(catalog, before) != ASSAY_OK) {
        free(now);
        return ASSAY_E_MEMORY;
    }
    mark.created = state->alert;
    *now = (struct assay_catalog_alert_state){*state, mark};
    atomic_store_explicit(&alert->state, now, memory_order_release);
    catalog->alert_states_dirty = catalog->alert_states_dirty || mark.dirty;
    return ASSAY_OK;
}

/* -- records -- */

static enum assay_error check_new(const struct assay_catalog *catalog,
                                  const struct assay_alert_record *alert,
                                  struct assay_reason *reason)
{
    uint32_t handle = alert->item != 0 ? assay_item_key_handle(alert->item) : alert->handle;
    if (handle != 0 && assay_catalog_batch_of(catalog, handle) == NULL) {
        return assay_catalog_fail_no_batch(handle, reason);
    }
    if (catalog->alert_count == ASSAY_ALERTS_MAX) {
        return assay_fail(reason, ASSAY_E_FULL, "alerts: at most %u", ASSAY_ALERTS_MAX);
    }
    for (uint32_t i = catalog->alert_count; i > 0; i--) {
        if (assay_catalog_alert_same(&catalog->alerts[i - 1]->value, alert)) {
            return assay_fail(reason, ASSAY_E_EXISTS, "the alert was raised before");
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_catalog_check_alert(struct assay_catalog *catalog,
                                           const struct assay_record *record,
                                           struct assay_reason *reason)
{
    if (record->type == ASSAY_RECORD_ALERT) {
        return check_new(catalog, &record->alert, reason);
    }
    return assay_catalog_alert_find(catalog, record->alert_state.alert) != NULL
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_NOT_FOUND, "id: there is no such alert");
}

enum assay_error assay_catalog_apply_alert(struct assay_catalog *catalog,
                                           const struct assay_record *record, uint64_t position)
{
    struct assay_catalog_mark mark = {.created = position, .position = position, .dirty = true};
    if (record->type == ASSAY_RECORD_ALERT_STATE) {
        return assay_catalog_set_alert_state(catalog, &record->alert_state, mark);
    }
    uint32_t count = catalog->alert_count;
    bool known = count > 0 && catalog->alerts[count - 1]->mark.position >= position;
    return known ? ASSAY_OK : assay_catalog_add_alert(catalog, &record->alert, mark);
}
