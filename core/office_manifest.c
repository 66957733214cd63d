// SPDX-License-Identifier: Apache-2.0
/* Manifests: what a print site says it printed, under a registered key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/office_command.h"
#include "core/order.h"

struct signer_search {
    const char *text;
    uint8_t sha256[ASSAY_SHA256_LEN];
    struct assay_manifest manifest;
    enum assay_error error; /* of the last key that was tried */
    struct assay_reason reason;
    char site[ASSAY_SKU_MAX + 1];
};

/* Try one site's key; another site is asked only if the signature was the trouble. */
static bool try_site(void *context, const struct assay_site_record *site)
{
    struct signer_search *search = context;
    if (site->revoked) {
        return true;
    }
    search->error = assay_manifest_read(search->text, strlen(search->text), site->key,
                                        &search->manifest, &search->reason);
    if (search->error == ASSAY_OK) {
        memcpy(search->site, site->name, sizeof search->site);
    }
    return search->error == ASSAY_E_SIGNATURE;
}

static enum assay_error manifest_open(const struct assay_office_call *call,
                                      struct signer_search *search)
{
    assay_store_each_site(call->office->store, try_site, search);
    if (search->error == ASSAY_E_SIGNATURE) {
        return assay_fail(call->reason, ASSAY_E_SIGNATURE,
                          "manifest: no registered site has signed this; register the site with "
                          "site add, or ask it for the manifest as it was written");
    }
    if (search->error != ASSAY_OK) {
        return assay_fail(call->reason, search->error, "manifest: %s", search->reason.text);
    }
    return ASSAY_OK;
}

static enum assay_error manifest_check(const struct assay_office_call *call,
                                       const struct assay_manifest *manifest)
{
    struct assay_batch batch = {0};
    if (assay_store_batch(call->office->session, manifest->handle, &batch) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "manifest: its batch is not of this data directory");
    }
    assay_batch_deinit(&batch);
    struct assay_ranges ranges = assay_manifest_ranges(manifest);
    uint32_t total = 0;
    for (uint32_t i = 0; i < ranges.count; i++) {
        total += ranges.ranges[i].last - ranges.ranges[i].first + 1;
    }
    if (manifest->good != total) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "manifest: good: %u of the %u labels of its ranges; a job counts all it "
                          "printed, and batch spoil notes which were no good",
                          manifest->good, total);
    }
    return ASSAY_OK;
}

/* SHA-256 of the bytes that were signed (docs/FORMAT.md, section 5). */
static enum assay_error signed_sha256(const json_t *object, uint8_t digest[ASSAY_SHA256_LEN])
{
    json_t *bare = json_deep_copy(object);
    json_object_del(bare, "signature");
    char *dump = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(bare);
    char *bytes = NULL;
    int len = dump == NULL ? -1 : asprintf(&bytes, "assay-manifest\n%s", dump);
    free(dump);
    if (len < 0) {
        return ASSAY_E_MEMORY;
    }
    assay_sha256(bytes, (size_t)len, digest);
    free(bytes);
    return ASSAY_OK;
}

static void job_fill(const struct assay_office_call *call, const struct signer_search *search,
                     struct assay_job_record *job)
{
    const struct assay_manifest *manifest = &search->manifest;
    struct assay_ranges ranges = assay_manifest_ranges(manifest);
    job->at_unix_ms = call->now_unix_ms;
    job->handle = manifest->handle;
    job->kind = manifest->kind;
    job->ranges = ranges.count;
    memcpy(job->range, ranges.ranges, ranges.count * sizeof *ranges.ranges);
    memcpy(job->actor, call->actor->name, sizeof job->actor);
    memcpy(job->sha256, search->sha256, sizeof job->sha256);
    memcpy(job->site, search->site, sizeof job->site);
    memcpy(job->printer, manifest->printer, sizeof job->printer);
    memcpy(job->reason_text, manifest->reason_text, sizeof job->reason_text);
    /* A manifest of version 1 names no job: what was signed names it. */
    static const uint8_t none[ASSAY_JOB_ID_LEN];
    bool named = memcmp(manifest->job, none, sizeof none) != 0;
    memcpy(job->job, named ? manifest->job : search->sha256, sizeof job->job);
}

static enum assay_error manifest_put(const struct assay_office_call *call,
                                     const struct signer_search *search, json_t **result)
{
    const struct assay_manifest *manifest = &search->manifest;
    struct assay_record record = {.type = ASSAY_RECORD_JOB};
    job_fill(call, search, &record.job);
    enum assay_error error = assay_office_put(call, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(manifest->handle, handle);
    json_t *json =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "handle", handle, "site", search->site, "first",
                  (json_int_t)manifest->range.first, "last", (json_int_t)manifest->range.last,
                  "good", (json_int_t)manifest->good, "format", manifest->format);
    if (json != NULL) {
        json_object_update_new(json, assay_office_job_json(&record.job));
    }
    return assay_office_give(json, result, call->reason);
}

enum assay_error assay_office_manifest_import(const struct assay_office_call *call, json_t **result)
{
    const json_t *object = NULL;
    const struct assay_json_field fields[] = {
        {"manifest", ASSAY_JSON_OBJECT, true, &object, 0, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL) {
        return assay_fail(call->reason, ASSAY_E_MEMORY, NULL);
    }
    struct signer_search search = {.text = text, .error = ASSAY_E_SIGNATURE};
    error = manifest_open(call, &search);
    if (error == ASSAY_OK) {
        error = signed_sha256(object, search.sha256);
    }
    if (error == ASSAY_OK) {
        error = manifest_check(call, &search.manifest);
    }
    if (error == ASSAY_OK) {
        error = manifest_put(call, &search, result);
    }
    assay_manifest_deinit(&search.manifest);
    free(text);
    return error;
}
