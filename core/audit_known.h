// SPDX-License-Identifier: Apache-2.0
/* What the estimators know beside scans, from the ledger's evidence (core/evidence.h). */
#ifndef ASSAY_CORE_AUDIT_KNOWN_H
#define ASSAY_CORE_AUDIT_KNOWN_H

#include "core/audit_rows.h"
#include "core/catalog.h"
#include "core/evidence.h"

/** Evidence, and whose products it speaks of; borrowed. */
struct assay_audit_source {
    const struct assay_evidence *evidence;
    const struct assay_catalog *catalog;
};

/** Point the estimators to it; source and what it borrows live as long as `known`. */
void assay_audit_known_fill(const struct assay_audit_source *source,
                            struct assay_audit_known *known);

/** What of a test purchase belongs to the row of a cut (bit set of enum assay_audit_cut): where it was
 *  bought, of which product, when. false: it belongs to no batch, and batches are cut.
 *  day  in the brand's zone. key: out. */
bool assay_audit_purchase_key(const struct assay_purchase *purchase, unsigned by, int32_t day,
                              struct assay_audit_row *key);

#endif
