// SPDX-License-Identifier: Apache-2.0
/* risk.calibrate and risk.show: what risk goes by. */
#include "core/calibrate.h"
#include "core/office_command.h"

static json_t *in_force(struct assay_store *store)
{
    const struct assay_calibration *calibration = assay_store_calibration(store);
    const struct assay_risk_table *table = assay_store_risk_table(store);
    return json_pack("{s:b, s:o, s:s*, s:i, s:i, s:i, s:i, s:I, s:{s:f, s:f, s:f}}", "built_in",
                     table->is_default, "at",
                     assay_office_time(calibration != NULL ? calibration->at_unix_ms : 0), "by",
                     calibration != NULL ? calibration->actor : NULL, "reference_items",
                     (int)table->learnt_items, "confirmed_items", (int)table->learnt_confirmed,
                     "dismissed_items", (int)table->learnt_dismissed, "copied_items",
                     (int)table->known_copied, "scans", (json_int_t)table->learnt_scans, "levels",
                     "check", table->thresholds[0] / 1024.0, "suspect",
                     table->thresholds[1] / 1024.0, "cloned", table->thresholds[2] / 1024.0);
}

enum assay_error assay_office_risk_show(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    return error != ASSAY_OK
               ? error
               : assay_office_give(in_force(call->office->store), result, call->reason);
}

enum assay_error assay_office_risk_calibrate(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_calibrate_options options = {.dir = call->office->dir,
                                                    .session = call->office->session,
                                                    .actor = call->actor->name,
                                                    .now_unix_ms = call->now_unix_ms};
    struct assay_calibrate_report report;
    error = assay_calibrate(&options, &report, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *json = in_force(call->office->store);
    if (json != NULL) {
        json_object_set_new(json, "levels_learnt", json_boolean(report.levels));
    }
    return assay_office_give(json, result, call->reason);
}
