// SPDX-License-Identifier: Apache-2.0
/* Fields of the records about print jobs: what was printed, spoiled, reserved. */
#include "core/record_fields.h"

static void put_range(struct assay_wire *wire, struct assay_range range)
{
    assay_wire_put_u32(wire, range.first);
    assay_wire_put_u32(wire, range.last);
}

static struct assay_range get_range(struct assay_wire *wire)
{
    struct assay_range range = {.first = assay_wire_get_u32(wire)};
    range.last = assay_wire_get_u32(wire);
    return range;
}

/* -- jobs -- */

/* Ranges are in order, apart, and not too many. */
static bool job_is_valid(const struct assay_job_record *job)
{
    bool valid = assay_record_handle_valid(job->handle) &&
                 (unsigned)job->kind < ASSAY_PRINT_KINDS && job->ranges >= 1 &&
                 job->ranges <= ASSAY_JOB_RANGES_MAX;
    for (uint32_t i = 0; valid && i < job->ranges; i++) {
        valid = assay_record_range_valid(job->range[i]) &&
                (i == 0 || job->range[i].first > job->range[i - 1].last);
    }
    return valid;
}

static bool put_job(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_job_record *job = &record->job;
    if (!job_is_valid(job)) {
        return false;
    }
    assay_wire_put_u64(wire, (uint64_t)job->at_unix_ms);
    assay_wire_put_u32(wire, job->handle);
    assay_wire_put_u16(wire, (uint16_t)job->ranges);
    assay_wire_put_u8(wire, (uint8_t)job->kind);
    assay_wire_put_u8(wire, 0);
    assay_wire_put_bytes(wire, job->job, sizeof job->job);
    assay_wire_put_bytes(wire, job->sha256, sizeof job->sha256);
    for (uint32_t i = 0; i < job->ranges; i++) {
        put_range(wire, job->range[i]);
    }
    assay_wire_put_text(wire, job->actor);
    assay_wire_put_text(wire, job->site);
    assay_wire_put_text(wire, job->printer);
    assay_wire_put_text(wire, job->reason_text);
    return true;
}

static bool get_job(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_job_record *job = &record->job;
    job->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    job->handle = assay_wire_get_u32(wire);
    job->ranges = assay_wire_get_u16(wire);
    job->kind = assay_wire_get_u8(wire);
    if (assay_wire_get_u8(wire) != 0 || job->ranges > ASSAY_JOB_RANGES_MAX) {
        return false;
    }
    assay_wire_get_bytes(wire, job->job, sizeof job->job);
    assay_wire_get_bytes(wire, job->sha256, sizeof job->sha256);
    for (uint32_t i = 0; i < job->ranges; i++) {
        job->range[i] = get_range(wire);
    }
    assay_wire_get_text(wire, job->actor, sizeof job->actor);
    assay_wire_get_text(wire, job->site, sizeof job->site);
    assay_wire_get_text(wire, job->printer, sizeof job->printer);
    assay_wire_get_text(wire, job->reason_text, sizeof job->reason_text);
    return job_is_valid(job);
}

/* -- spoiled labels and decoys: a range of a batch, and why -- */

static bool put_spoil(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_spoil_record *spoil = &record->spoil;
    assay_wire_put_u64(wire, (uint64_t)spoil->at_unix_ms);
    assay_wire_put_u32(wire, spoil->handle);
    put_range(wire, spoil->range);
    assay_wire_put_text(wire, spoil->actor);
    assay_wire_put_text(wire, spoil->reason_text);
    return assay_record_handle_valid(spoil->handle) && assay_record_range_valid(spoil->range);
}

static bool get_spoil(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_spoil_record *spoil = &record->spoil;
    spoil->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    spoil->handle = assay_wire_get_u32(wire);
    spoil->range = get_range(wire);
    assay_wire_get_text(wire, spoil->actor, sizeof spoil->actor);
    assay_wire_get_text(wire, spoil->reason_text, sizeof spoil->reason_text);
    return assay_record_handle_valid(spoil->handle) && assay_record_range_valid(spoil->range);
}

static bool put_honey(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_honey_record *honey = &record->honey;
    assay_wire_put_u64(wire, (uint64_t)honey->at_unix_ms);
    assay_wire_put_u32(wire, honey->handle);
    put_range(wire, honey->range);
    assay_wire_put_text(wire, honey->actor);
    assay_wire_put_text(wire, honey->file);
    return assay_record_handle_valid(honey->handle) && assay_record_range_valid(honey->range);
}

static bool get_honey(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_honey_record *honey = &record->honey;
    honey->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    honey->handle = assay_wire_get_u32(wire);
    honey->range = get_range(wire);
    assay_wire_get_text(wire, honey->actor, sizeof honey->actor);
    assay_wire_get_text(wire, honey->file, sizeof honey->file);
    return assay_record_handle_valid(honey->handle) && assay_record_range_valid(honey->range);
}

/* -- the table -- */

static const struct assay_record_fields rows[] = {
    [ASSAY_RECORD_JOB] = {.put = put_job, .get = get_job},
    [ASSAY_RECORD_SPOIL] = {.put = put_spoil, .get = get_spoil},
    [ASSAY_RECORD_HONEY] = {.put = put_honey, .get = get_honey},
};

const struct assay_record_fields *assay_record_job_fields_of(unsigned type)
{
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    return known ? &rows[type] : NULL;
}
