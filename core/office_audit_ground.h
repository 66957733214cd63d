// SPDX-License-Identifier: Apache-2.0
/* What the views' rates rest on beside scans: test purchases, which anchor E3, and sales.
 *
 * The anchor is the report's (core/estimate_anchor.h), learnt from the regions' sums over the whole
 * history; so it depends on the roll-ups' snapshot and the imports alone, not on the filter nor on
 * what was asked before. Sales say how many items are scanned of those sold, which tells how many
 * fakes nobody saw; they count where every product of the catalog has some. */
#ifndef ASSAY_CORE_OFFICE_AUDIT_GROUND_H
#define ASSAY_CORE_OFFICE_AUDIT_GROUND_H

#include "core/estimate_anchor.h"
#include "core/evidence.h"

struct assay_audit_view;

/* Countries whose sales are told apart; more rows of evidence than these are not read for a view. */
#define ASSAY_AUDIT_COUNTRIES_MAX 300
#define ASSAY_AUDIT_EVIDENCE_ROWS_MAX 200000u

/** What a view's rates rest on. All zero: nothing but scans. */
struct assay_audit_ground {
    struct assay_estimate_anchor anchor;
    struct assay_estimate_count own; /* purchases that the filter keeps */
    uint64_t purchases;              /* all that hold */
    double units_per_item;           /* sold, for each item scanned; 0: not known */
};

struct assay_audit_sold {
    char country[3];
    uint64_t units;
};

/** What a thread keeps from one view to the next; whatever it holds is as if learnt anew. All zero at
 *  first; the owner calls assay_audit_kept_deinit at the end. */
struct assay_audit_kept {
    bool read;
    uint32_t imports; /* how many there were when evidence was read */
    struct assay_evidence_purchase *purchases;
    size_t purchase_count;
    struct assay_audit_sold sold[ASSAY_AUDIT_COUNTRIES_MAX];
    size_t sold_count;
    bool learnt;
    uint64_t records; /* of the roll-ups, when the rest was learnt */
    struct assay_estimate_anchor anchor;
    double units_per_item;
};

/** Free; all zero afterwards. */
void assay_audit_kept_deinit(struct assay_audit_kept *kept);

/** What a view rests on; its snapshot is taken and its filter read.
 *  returns ASSAY_OK; what reading the ledger or the roll-ups says; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_ground_find(const struct assay_audit_view *view,
                                                          struct assay_audit_ground *ground);

#endif
