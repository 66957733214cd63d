// SPDX-License-Identifier: Apache-2.0
/* Which labels go on which page of which file. Files are cut at fixed places of the batch, so that
 * a job that goes on from such a place makes the very files that one whole job makes. */
#ifndef ASSAY_CODEGEN_PLAN_H
#define ASSAY_CODEGEN_PLAN_H

#include "core/printing.h"

/** Pages are numbered through the whole job. */
struct assay_plan {
    struct assay_range range;
    uint32_t labels_per_page;
    uint32_t labels_per_file; /* a multiple of labels_per_page */
    uint32_t first_file_pages;
    uint32_t pages;
    uint32_t files;
};

/** A page of a job. */
struct assay_plan_page {
    uint32_t file;
    uint32_t number;     /* in its file, from 0 */
    uint32_t file_pages; /* pages of its file */
    struct assay_range labels;
    struct assay_range file_labels;
};

/** Plan a range. range: first <= last < ASSAY_BATCH_ITEMS_MAX. */
void assay_plan_make(struct assay_range range, uint32_t labels_per_page, uint32_t pages_per_file,
                     struct assay_plan *plan);

/** Where a page stands, page < plan->pages. */
void assay_plan_page(const struct assay_plan *plan, uint32_t page, struct assay_plan_page *place);

/** First page of a file, file <= plan->files; of the last one's successor: plan->pages. */
uint32_t assay_plan_file_page(const struct assay_plan *plan, uint32_t file);

/** "3-5,9,20-22": what is printed again; ascending, apart. ranges: room for ASSAY_JOB_RANGES_MAX.
 *  returns ASSAY_OK; ASSAY_E_USAGE (form, order); ASSAY_E_REFUSED (beyond the batch). */
ASSAY_MUST_CHECK enum assay_error assay_plan_ranges_parse(const char *text, uint32_t count,
                                                          struct assay_range *ranges,
                                                          uint32_t *range_count,
                                                          struct assay_reason *reason);

/** "A-B", "A-" (to the last item) or "A" of a batch of `count` items.
 *  returns ASSAY_OK; ASSAY_E_USAGE (form); ASSAY_E_REFUSED (beyond the batch). */
ASSAY_MUST_CHECK enum assay_error assay_plan_range_parse(const char *text, uint32_t count,
                                                         struct assay_range *range,
                                                         struct assay_reason *reason);

#endif
