// SPDX-License-Identifier: Apache-2.0
/* Rates by what is known of how one item is scanned: learnt from reference items where there are enough
 * of them. Without, nobody can tell this brand's households and phones from copies for sure; then rates
 * are asked by two tables, the ledger's and one that its scans teach, and limits span both. */
#ifndef ASSAY_CORE_AUDIT_DOUBT_H
#define ASSAY_CORE_AUDIT_DOUBT_H

#include "core/audit_rates.h"

/** assay_audit_rates_run by the tables that are right for what is known. codes: sorted; what its scans
 *  say is changed. returns as assay_audit_rates_run. */
ASSAY_MUST_CHECK enum assay_error assay_audit_doubt_run(struct assay_audit_codes *codes,
                                                        const struct assay_audit_known *known,
                                                        const struct assay_audit_results *results);

#endif
