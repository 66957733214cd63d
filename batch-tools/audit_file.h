// SPDX-License-Identifier: Apache-2.0
/* An audit as a file: a workbook, or a report to print and file. */
#ifndef ASSAY_BATCH_TOOLS_AUDIT_FILE_H
#define ASSAY_BATCH_TOOLS_AUDIT_FILE_H

#include "core/audit.h"

/** What a report shows; all borrowed. */
struct assay_audit_report {
    const struct assay_audit_options *options;
    const struct assay_audit *audit;   /* by the cut that was asked for */
    const struct assay_audit *total;   /* without a cut */
    const struct assay_audit *weeks;   /* by week; for the chart */
    const struct assay_audit *regions; /* by product and region; for the ranking */
    const char *brand;
    int64_t
        ledger_at_unix_ms; /* of the ledger's last scan: the time that files say of themselves */
};

/** A workbook (Office Open XML): strata, trend, and what they stand on.
 *  path: a new file. returns ASSAY_OK; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_audit_xlsx(const struct assay_audit_report *report,
                                                   const char *path, struct assay_reason *reason);

/** A report of some pages, A4: key figures, E2 by week with its band, regions, strata, what was left
 *  out, assumptions. path: a new file. returns ASSAY_OK; ASSAY_E_IO; ASSAY_E_NOT_FOUND (the font). */
ASSAY_MUST_CHECK enum assay_error assay_audit_pdf(const struct assay_audit_report *report,
                                                  const char *path, struct assay_reason *reason);

#endif
