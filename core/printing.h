// SPDX-License-Identifier: Apache-2.0
/* What was printed of a batch, and what became of it.
 *
 * Invariants
 *  1. issued = good + spoiled + void + unaccounted, where issued = count - reserved.
 *  2. spoiled lies within printed; nothing is printed twice: a second print is a reprint, and only
 *     of what is spoiled.
 *  3. reserved items (decoys) are never printed and never activated.
 */
#ifndef ASSAY_CORE_PRINTING_H
#define ASSAY_CORE_PRINTING_H

#include "core/batch.h"

enum assay_print_kind {
    ASSAY_PRINT_FIRST,   /* "print" */
    ASSAY_PRINT_REPRINT, /* "reprint", of spoiled labels, with a reason */
    ASSAY_PRINT_KINDS
};

/** Name of a kind as in manifests; static. And its reverse: ASSAY_OK or ASSAY_E_FIELD. */
const char *assay_print_kind_name(enum assay_print_kind kind);
ASSAY_MUST_CHECK enum assay_error assay_print_kind_parse(const char *text,
                                                         enum assay_print_kind *kind);

/** Ranges of one job: sorted, disjoint; borrowed. */
struct assay_ranges {
    const struct assay_range *ranges;
    uint32_t count;
};

/** Note what a job printed.
 *  returns ASSAY_OK; ASSAY_E_FIELD (beyond the batch); ASSAY_E_EXISTS (printed already);
 *  ASSAY_E_TRANSITION (a reprint of what is not spoiled, or decoys); ASSAY_E_FULL; ASSAY_E_MEMORY.
 *  After an error the batch may hold a part of it: try on a copy first. */
ASSAY_MUST_CHECK enum assay_error assay_batch_print(struct assay_batch *batch,
                                                    enum assay_print_kind kind,
                                                    struct assay_ranges ranges,
                                                    struct assay_reason *reason);

/** Note labels that were printed and are no good. Errors as assay_batch_print's; the batch is
 *  untouched on error. */
ASSAY_MUST_CHECK enum assay_error
assay_batch_spoil(struct assay_batch *batch, struct assay_range range, struct assay_reason *reason);

/** Reserve items that were neither printed nor activated. Errors and care as assay_batch_spoil's. */
ASSAY_MUST_CHECK enum assay_error assay_batch_reserve(struct assay_batch *batch,
                                                      struct assay_range range,
                                                      struct assay_reason *reason);

/** May a range be activated? Never decoys; with a manifest, good labels only.
 *  ASSAY_OK or ASSAY_E_TRANSITION with the first items that may not. */
ASSAY_MUST_CHECK enum assay_error assay_batch_check_activation(const struct assay_batch *batch,
                                                               enum assay_batch_move move,
                                                               struct assay_range range,
                                                               struct assay_reason *reason);

/** The first run of good labels from item `from` on that is not active yet; false if none. */
bool assay_batch_next_good(const struct assay_batch *batch, uint32_t from,
                           struct assay_range *range);

struct assay_reconciliation {
    uint32_t reserved; /* of the batch's count */
    uint32_t issued;   /* the rest = good + spoiled + voided + unaccounted */
    uint32_t good;     /* printed, neither spoiled nor void */
    uint32_t spoiled;  /* and not void */
    uint32_t voided;
    uint32_t unaccounted; /* no manifest says that they were printed */
};

/** Count the items of a batch. */
void assay_batch_reconcile(const struct assay_batch *batch, struct assay_reconciliation *sums);

/** How many of a batch's last items are reserved in one run up to its end: an order leaves them
 *  out. */
uint32_t assay_batch_reserved_tail(const struct assay_batch *batch);

#endif
