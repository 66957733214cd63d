// SPDX-License-Identifier: Apache-2.0
/* From the scans of an audit to its rates: E0, E2 and E3 of each row, and the trend. docs/AUDIT.md has
 * the method; the estimators are core/estimate_*.h. */
#ifndef ASSAY_CORE_AUDIT_RATES_H
#define ASSAY_CORE_AUDIT_RATES_H

#include "core/audit_codes.h"
#include "core/estimate_anchor.h"
#include "core/estimate_interval.h"
#include "core/estimate_trend.h"

/** What the estimators know beside scans; all borrowed. */
struct assay_audit_known {
    const uint64_t *references; /* item keys, rising */
    size_t reference_count;
    /** Units of a product sold in a country over the whole history; 0: not known. */
    uint64_t (*units_sold)(void *context, uint32_t product, const char *country);
    void *context;
};

/** What a row brings, and what comes of it. */
struct assay_audit_rates {
    struct assay_estimate_forged forged;   /* in */
    struct assay_estimate_count purchases; /* in: test purchases of the row, fakes among them */
    bool scanned;                          /* out: there is an e2 */
    struct assay_estimate_e2 e2;
    bool tried; /* out: there is an e0 */
    struct assay_estimate e0;
    double e0_raw;
    struct assay_estimate e3; /* with e2 */
};

/** Two periods and how the second compares with the first. */
struct assay_audit_trend {
    int32_t from_day[2]; /* in: before, after; both days included */
    int32_t to_day[2];
    bool known; /* out: both had scans */
    struct assay_estimate_e2 e2[2];
    struct assay_estimate_trend change;
};

/** Where results go; all of it the caller's. */
struct assay_audit_results {
    struct assay_audit_rates *rates; /* one a row, by the row numbers of the scans; in and out */
    uint32_t rows;
    struct assay_audit_trend *trend;      /* in and out; NULL: none is wanted */
    struct assay_estimate_anchor *anchor; /* out: rho, and how it is known */
};

/** Rates of every row.
 *
 *  codes    sorted.
 *  returns  ASSAY_OK; ASSAY_E_FIELD (more fakes than purchases); ASSAY_E_FULL; ASSAY_E_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_error assay_audit_rates_run(const struct assay_audit_codes *codes,
                                                        const struct assay_audit_known *known,
                                                        const struct assay_audit_results *results);

#endif
