// SPDX-License-Identifier: Apache-2.0
/* An audit as JSON (docs/AUDIT.md). */
#ifndef ASSAY_BATCH_TOOLS_AUDIT_JSON_H
#define ASSAY_BATCH_TOOLS_AUDIT_JSON_H

#include <jansson.h>

#include "core/audit.h"

/** The report: ledger, basis, strata, trend, assumptions. New reference. */
json_t *assay_audit_json(const struct assay_audit *audit,
                         const struct assay_audit_options *options);

/** What the rates assume, in plain words; NULL past the end. Those of the default table and of
 *  missing test purchases come only where they apply. */
const char *assay_audit_assumption(const struct assay_audit *audit, size_t number);

#endif
