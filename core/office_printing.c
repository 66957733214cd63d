// SPDX-License-Identifier: Apache-2.0
/* What was printed: jobs, spoiled labels, decoys. */
#include <stdio.h>
#include <string.h>

#include "core/office_command.h"
#include "core/text.h"

/* -- as JSON -- */

static json_t *range_json(struct assay_range range)
{
    char text[24];
    snprintf(text, sizeof text, "%u-%u", range.first, range.last);
    return json_string(text);
}

json_t *assay_office_job_json(const struct assay_job_record *job)
{
    char id[2 * ASSAY_JOB_ID_LEN + 1];
    assay_hex_encode(job->job, sizeof job->job, id);
    json_t *ranges = json_array();
    int64_t labels = 0;
    for (uint32_t i = 0; i < job->ranges; i++) {
        json_array_append_new(ranges, range_json(job->range[i]));
        labels += job->range[i].last - job->range[i].first + 1;
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:o, s:s}", "job", id, "kind",
                     assay_print_kind_name(job->kind), "site", job->site, "printer", job->printer,
                     "reason", job->reason_text, "ranges", ranges, "labels", (json_int_t)labels,
                     "imported_at", assay_office_time(job->at_unix_ms), "by", job->actor);
}

static bool add_job(void *context, const struct assay_job_record *job)
{
    return json_array_append_new(context, assay_office_job_json(job)) == 0;
}

json_t *assay_office_jobs_json(struct assay_store *store, uint32_t handle)
{
    json_t *list = json_array();
    assay_store_each_job(store, handle, add_job, list);
    return list;
}

static bool add_decoys(void *context, const struct assay_honey_record *honey)
{
    json_t *json = json_pack("{s:s, s:I, s:o, s:o, s:s}", "file", honey->file, "count",
                             (json_int_t)(honey->range.last - honey->range.first + 1), "range",
                             range_json(honey->range), "at", assay_office_time(honey->at_unix_ms),
                             "by", honey->actor);
    return json_array_append_new(context, json) == 0;
}

json_t *assay_office_decoys_json(struct assay_store *store, uint32_t handle)
{
    json_t *list = json_array();
    assay_store_each_honey(store, handle, add_decoys, list);
    return list;
}

/* -- spoiled labels -- */

enum assay_error assay_office_batch_spoil(const struct assay_office_call *call, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_SPOIL};
    struct assay_spoil_record *spoil = &record.spoil;
    char handle[ASSAY_HANDLE_SIZE] = "";
    char range[24] = "";
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("handle", true, handle),
        ASSAY_JSON_TEXT_ROW("range", true, range),
        ASSAY_JSON_TEXT_ROW("reason", true, spoil->reason_text),
    };
    const struct assay_batch_facts *facts = NULL;
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK) {
        error = assay_office_facts(call, handle, &facts);
    }
    if (error == ASSAY_OK) {
        error = assay_office_range(range, facts->count, &spoil->range, call->reason);
    }
    if (error == ASSAY_OK && strspn(spoil->reason_text, " ") == strlen(spoil->reason_text)) {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "reason: say what spoiled the labels");
    }
    if (error != ASSAY_OK) {
        return error;
    }
    spoil->handle = facts->handle;
    spoil->at_unix_ms = call->now_unix_ms;
    memcpy(spoil->actor, call->actor->name, sizeof spoil->actor);
    error = assay_office_put(call, &record);
    return error == ASSAY_OK ? assay_office_batch_give(call, facts->handle, result) : error;
}
