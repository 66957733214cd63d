// SPDX-License-Identifier: Apache-2.0
/* Print jobs, spoiled labels and decoys: which records may come, and what they change. */
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

enum assay_error assay_catalog_apply_job(struct assay_catalog *catalog,
                                         const struct assay_record *record, uint64_t position)
{
    struct assay_catalog_mark mark = {.created = position, .position = position, .dirty = true};
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
