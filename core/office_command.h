// SPDX-License-Identifier: Apache-2.0
/* What the files of the office share: one call, and one function per command (docs/CLI.md). */
#ifndef ASSAY_CORE_OFFICE_COMMAND_H
#define ASSAY_CORE_OFFICE_COMMAND_H

#include "core/json.h"
#include "core/office.h"

/** One command under way; everything is borrowed for the call. */
struct assay_office_call {
    struct assay_office *office;
    const json_t *params; /* an object */
    const struct assay_actor *actor;
    int64_t now_unix_ms;
    struct assay_reason *reason;
};

/** Each command reads its params, acts, and hands over a new reference in *result on ASSAY_OK.
 *  Errors as assay_office_run's. */
ASSAY_MUST_CHECK enum assay_error assay_office_brand_show(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_brand_set(const struct assay_office_call *call,
                                                         json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_product_add(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_product_set(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_product_list(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_product_show(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_create(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_order(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_activate(const struct assay_office_call *call,
                                                              json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_ship(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_void(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_recall(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_close(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_list(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_show(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_spoil(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_batch_honey(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_manifest_import(const struct assay_office_call *call,
                                                               json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_keys_list(const struct assay_office_call *call,
                                                         json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_item_show(const struct assay_office_call *call,
                                                         json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_scans_list(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_stats_show(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_risk_show(const struct assay_office_call *call,
                                                         json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_risk_calibrate(const struct assay_office_call *call,
                                                              json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_site_add(const struct assay_office_call *call,
                                                        json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_site_list(const struct assay_office_call *call,
                                                         json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_site_revoke(const struct assay_office_call *call,
                                                           json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_token_create(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_token_list(const struct assay_office_call *call,
                                                          json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_token_revoke(const struct assay_office_call *call,
                                                            json_t **result);

/** Read the call's params; see assay_json_read. */
#define ASSAY_OFFICE_READ(call, fields)                                                            \
    assay_json_read((call)->params, (fields), ASSAY_COUNT_OF(fields), (call)->reason)

/** Hand over what was built; NULL, from a failed allocation, is ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_office_give(json_t *built, json_t **result,
                                                    struct assay_reason *reason);

/** Append a record in the call's session: assay_store_put without the position. */
ASSAY_MUST_CHECK enum assay_error assay_office_put(const struct assay_office_call *call,
                                                   const struct assay_record *record);

/** A name of a product, site or token: 1..ASSAY_SKU_MAX of A-Z a-z 0-9 . _ -
 *  field: for the reason. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_office_name_check(const char *field, const char *text,
                                                          struct assay_reason *reason);

/** A batch's facts by the six characters of its handle. ASSAY_OK, ASSAY_E_FIELD, E_NOT_FOUND. */
ASSAY_MUST_CHECK enum assay_error assay_office_facts(const struct assay_office_call *call,
                                                     const char *handle,
                                                     const struct assay_batch_facts **facts);

/** The batch as of now; the caller deinits it. */
ASSAY_MUST_CHECK enum assay_error assay_office_batch_now(const struct assay_office_call *call,
                                                         uint32_t handle,
                                                         struct assay_batch *batch);

/** A batch with its sums, and its ranges if asked. New reference. */
json_t *assay_office_batch_json(const struct assay_batch *batch, bool with_ranges);

/** Hand over a batch as of now. */
ASSAY_MUST_CHECK enum assay_error assay_office_batch_give(const struct assay_office_call *call,
                                                          uint32_t handle, json_t **result);

/** "A-B" or "A" within a batch of `count` items. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_office_range(const char *text, uint32_t count,
                                                     struct assay_range *range,
                                                     struct assay_reason *reason);

/** A print job; the jobs and the decoys of a batch, newest first. New references. */
json_t *assay_office_job_json(const struct assay_job_record *job);
json_t *assay_office_jobs_json(struct assay_store *store, uint32_t handle);
json_t *assay_office_decoys_json(struct assay_store *store, uint32_t handle);

/** The item that a code names, as typed; its batch's keys must be open here. parts, item: out.
 *  ASSAY_OK; E_CODE_FORM and the like; E_CODE_UNKNOWN; E_NOT_FOUND (no label key). */
ASSAY_MUST_CHECK enum assay_error assay_office_code(const struct assay_office_call *call,
                                                    const char *code,
                                                    struct assay_code_parts *parts, uint64_t *item);

/** Names of a risk's reasons. New reference. */
json_t *assay_office_reasons(const struct assay_risk *risk);

/** "on_sale", "not_on_sale", "recalled", "void"; static. */
const char *assay_office_sale_name(enum assay_item_sale sale);

/** RFC 3339 text, or null for 0. New reference. */
json_t *assay_office_time(int64_t unix_ms);

/** `YYYY-MM-DD`, or null for ASSAY_DAY_NONE. New reference. */
json_t *assay_office_day(int32_t day);

/** {"country","region","city"}, or null if nothing is known. New reference. */
json_t *assay_office_place(const struct assay_place *place);

#endif
