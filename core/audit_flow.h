// SPDX-License-Identifier: Apache-2.0
/* The trend's periods from the flow of fakes (core/estimate_flow.h). */
#ifndef ASSAY_CORE_AUDIT_FLOW_H
#define ASSAY_CORE_AUDIT_FLOW_H

#include "core/audit_codes.h"
#include "core/estimate_flow.h"

/** A flow, and the days of its seasons. */
struct assay_audit_flow {
    struct assay_estimate_flow flow;
    int32_t origin_day;
    int32_t season_days;
};

/** Count the codes of the products that the report is about. A season begins on `border_day`.
 *  codes    sorted.
 *  returns  ASSAY_OK; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_audit_flow_count(const struct assay_audit_codes *codes,
                       const struct assay_estimate_mixture *mixture, int32_t border_day,
                       struct assay_audit_flow *flow);

/** Days of a period, both included, and the first scans of codes in it. */
struct assay_audit_days {
    int32_t from, to;
    uint64_t firsts;
};

/** The share of fakes in a period; whole: E2 of all days. A season belongs to the period in which its
 *  middle lies. returns false, with `period` as it was, if no season does. */
bool assay_audit_flow_period(const struct assay_audit_flow *flow,
                             const struct assay_estimate_e2 *whole,
                             const struct assay_audit_days *days,
                             struct assay_estimate_period *period);

#endif
