// SPDX-License-Identifier: Apache-2.0
/* Print jobs, spoiled labels, decoys and alerts: which records may come, and what they change. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

/* -- the lists -- */

enum assay_error assay_catalog_add_job(struct assay_catalog *catalog,
                                       const struct assay_job_record *job,
                                       struct assay_catalog_mark mark)
{
    struct assay_catalog_batch *batch = assay_catalog_batch_of(catalog, job->handle);
    struct assay_catalog_job *added = batch == NULL ? NULL : malloc(sizeof *added);
    if (added == NULL) {
        return batch == NULL ? ASSAY_E_CORRUPT : ASSAY_E_MEMORY;
    }
    *added = (struct assay_catalog_job){*job, mark, batch->jobs, catalog->jobs};
    batch->jobs = added;
    catalog->jobs = added;
    return ASSAY_OK;
}

enum assay_error assay_catalog_add_honey(struct assay_catalog *catalog,
                                         const struct assay_honey_record *honey,
                                         struct assay_catalog_mark mark)
{
    struct assay_catalog_batch *batch = assay_catalog_batch_of(catalog, honey->handle);
    struct assay_catalog_honey *added = batch == NULL ? NULL : malloc(sizeof *added);
    if (added == NULL) {
        return batch == NULL ? ASSAY_E_CORRUPT : ASSAY_E_MEMORY;
    }
    *added = (struct assay_catalog_honey){*honey, mark, 0, batch->honeys, catalog->honeys};
    batch->honeys = added;
    catalog->honeys = added;
    return ASSAY_OK;
}

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

enum assay_error assay_catalog_add_alert(struct assay_catalog *catalog,
                                         const struct assay_alert_record *alert,
                                         struct assay_catalog_mark mark)
{
    struct assay_catalog_batch *batch =
        assay_catalog_batch_of(catalog, assay_item_key_handle(alert->item));
    if (batch == NULL || catalog->alert_count == ASSAY_ALERTS_MAX) {
        return ASSAY_E_CORRUPT;
    }
    if (catalog->alert_count == catalog->alert_room) {
        uint32_t room = catalog->alert_room * 2 + 16;
        struct assay_catalog_alert *alerts =
            reallocarray(catalog->alerts, room, sizeof *catalog->alerts);
        if (alerts == NULL) {
            return ASSAY_E_MEMORY;
        }
        catalog->alerts = alerts;
        catalog->alert_room = room;
    }
    catalog->alerts[catalog->alert_count++] = (struct assay_catalog_alert){*alert, mark};
    *alert_time(batch, alert) = alert->at_unix_ms;
    return ASSAY_OK;
}

void assay_catalog_free_jobs(struct assay_catalog *catalog)
{
    while (catalog->jobs != NULL) {
        struct assay_catalog_job *job = catalog->jobs;
        catalog->jobs = job->before;
        free(job);
    }
    while (catalog->honeys != NULL) {
        struct assay_catalog_honey *honey = catalog->honeys;
        catalog->honeys = honey->before;
        free(honey);
    }
    free(catalog->alerts);
}

const struct assay_catalog_job *assay_catalog_job_of(const struct assay_catalog_batch *batch,
                                                     uint32_t index)
{
    for (const struct assay_catalog_job *job = batch->jobs; job != NULL; job = job->of_batch) {
        for (uint32_t i = 0; i < job->value.ranges; i++) {
            struct assay_range range = job->value.range[i];
            if (range.first <= index && index <= range.last) {
                return job;
            }
        }
    }
    return NULL;
}

const struct assay_alert_record *assay_catalog_alert_at(const struct assay_catalog *catalog,
                                                        uint32_t number)
{
    return number < catalog->alert_count ? &catalog->alerts[number].value : NULL;
}

/* -- alerts that are due -- */

bool assay_catalog_alert_due(const struct assay_catalog *catalog,
                             const struct assay_catalog_batch *batch, uint32_t index,
                             int64_t at_unix_ms, struct assay_alert_record *alert)
{
    const struct assay_catalog_honey *honey = honey_of(batch, index);
    int64_t last = honey == NULL ? batch->leak_alert_at_unix_ms : honey->alert_at_unix_ms;
    int offset = assay_catalog_brand(catalog)->utc_offset_minutes;
    bool raised = last != 0 && assay_day_of(last, offset) == assay_day_of(at_unix_ms, offset);
    if (raised || catalog->alert_count == ASSAY_ALERTS_MAX) {
        return false;
    }
    *alert = (struct assay_alert_record){
        .at_unix_ms = at_unix_ms,
        .item = assay_item_key_of(batch->facts.handle, index),
        .kind = honey == NULL ? ASSAY_ALERT_LEAK : ASSAY_ALERT_HONEY,
    };
    const struct assay_catalog_job *job = honey == NULL ? assay_catalog_job_of(batch, index) : NULL;
    if (honey != NULL) {
        memcpy(alert->file, honey->value.file, sizeof alert->file);
    } else if (job != NULL) {
        memcpy(alert->site, job->value.site, sizeof alert->site);
        memcpy(alert->printer, job->value.printer, sizeof alert->printer);
    }
    return true;
}

/* -- records -- */

static enum assay_error try_record(struct assay_batch *batch, const struct assay_record *record,
                                   struct assay_reason *reason)
{
    switch (record->type) {
    case ASSAY_RECORD_JOB:
        return assay_batch_print(batch, record->job.kind,
                                 (struct assay_ranges){record->job.range, record->job.ranges},
                                 reason);
    case ASSAY_RECORD_SPOIL:
        return assay_batch_spoil(batch, record->spoil.range, reason);
    default:
        assay_assert(record->type == ASSAY_RECORD_HONEY);
        return assay_batch_reserve(batch, record->honey.range, reason);
    }
}

static uint32_t handle_of(const struct assay_record *record)
{
    return record->type == ASSAY_RECORD_JOB     ? record->job.handle
           : record->type == ASSAY_RECORD_SPOIL ? record->spoil.handle
                                                : record->honey.handle;
}

static enum assay_error check_new(const struct assay_catalog_batch *batch,
                                  const struct assay_record *record, struct assay_reason *reason)
{
    const struct assay_catalog_job *job = record->type == ASSAY_RECORD_JOB ? batch->jobs : NULL;
    for (; job != NULL; job = job->of_batch) {
        if (memcmp(job->value.job, record->job.job, ASSAY_JOB_ID_LEN) == 0) {
            return assay_fail(reason, ASSAY_E_EXISTS, "manifest: this job was imported before");
        }
    }
    const struct assay_catalog_honey *honey =
        record->type == ASSAY_RECORD_HONEY ? batch->honeys : NULL;
    for (; honey != NULL; honey = honey->of_batch) {
        if (strcmp(honey->value.file, record->honey.file) == 0) {
            return assay_fail(reason, ASSAY_E_EXISTS, "name %s: the batch has decoys of this name",
                              record->honey.file);
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_catalog_check_job(struct assay_catalog *catalog,
                                         const struct assay_record *record,
                                         struct assay_reason *reason)
{
    const struct assay_catalog_batch *batch = assay_catalog_batch_of(catalog, handle_of(record));
    if (batch == NULL) {
        return assay_catalog_fail_no_batch(handle_of(record), reason);
    }
    enum assay_error error = check_new(batch, record, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_batch copy;
    error = assay_catalog_batch_copy(&batch->batch, &copy);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error = try_record(&copy, record, reason);
    assay_batch_deinit(&copy);
    return error;
}

static enum assay_error apply_alert(struct assay_catalog *catalog,
                                    const struct assay_alert_record *alert,
                                    struct assay_catalog_mark mark)
{
    uint32_t count = catalog->alert_count;
    bool known = count > 0 && catalog->alerts[count - 1].mark.position >= mark.position;
    return known ? ASSAY_OK : assay_catalog_add_alert(catalog, alert, mark);
}

enum assay_error assay_catalog_apply_job(struct assay_catalog *catalog,
                                         const struct assay_record *record, uint64_t position)
{
    struct assay_catalog_mark mark = {.created = position, .position = position, .dirty = true};
    if (record->type == ASSAY_RECORD_ALERT) {
        return apply_alert(catalog, &record->alert, mark);
    }
    struct assay_catalog_batch *batch = assay_catalog_batch_of(catalog, handle_of(record));
    if (batch == NULL) {
        return ASSAY_E_CORRUPT;
    }
    if (batch->mark.position >= position) {
        return ASSAY_OK;
    }
    enum assay_error error = try_record(&batch->batch, record, NULL);
    if (error == ASSAY_OK && record->type == ASSAY_RECORD_JOB) {
        error = assay_catalog_add_job(catalog, &record->job, mark);
    } else if (error == ASSAY_OK && record->type == ASSAY_RECORD_HONEY) {
        error = assay_catalog_add_honey(catalog, &record->honey, mark);
    }
    if (error != ASSAY_OK) {
        return error == ASSAY_E_MEMORY ? error : ASSAY_E_CORRUPT;
    }
    batch->mark.position = position;
    batch->mark.dirty = true;
    return ASSAY_OK;
}
