// SPDX-License-Identifier: Apache-2.0
/* What the scans of an audit teach of themselves: how scans of one and the same item follow each other
 * at this brand. The ledger's table of risk is for live scans and has to draw its levels too; a
 * report knows the whole history, and may ask each scan's kind again. */
#ifndef ASSAY_CORE_AUDIT_LEARN_H
#define ASSAY_CORE_AUDIT_LEARN_H

#include "core/audit_rates.h"

/* Reference items that were scanned twice or more, from which on they are learnt from. */
#define ASSAY_AUDIT_REFERENCES_MIN 100

/** Scans say what a table says of their kinds. codes: sorted. */
void assay_audit_weigh(struct assay_audit_codes *codes, const int16_t llr[ASSAY_RISK_KINDS]);

/** Ratios whose half for one item is learnt from reference items, the other half built in.
 *  returns false, and leaves them, if these are too few. */
bool assay_audit_learn_known(const struct assay_audit_codes *codes,
                             const struct assay_audit_known *known, int16_t llr[ASSAY_RISK_KINDS]);

/** The same from all scans, each as far as it is likely to be by the item seen before: for want of
 *  reference items. What is taken for further items by mistake at first is found to be common, and so
 *  to say little. Changes what scans say.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_FULL. */
ASSAY_MUST_CHECK enum assay_error assay_audit_learn_self(struct assay_audit_codes *codes,
                                                         int16_t llr[ASSAY_RISK_KINDS]);

/** Scans say what these ratios say: from reference items where there are enough of them, else from
 *  all scans. codes: sorted. returns as assay_audit_learn_self. */
ASSAY_MUST_CHECK enum assay_error assay_audit_learn(struct assay_audit_codes *codes,
                                                    const struct assay_audit_known *known);

#endif
