// SPDX-License-Identifier: Apache-2.0
/* Files of evidence, each CSV (core/csv_reader.h) with exactly its header:
 *
 *   reference items   code
 *   sales             sku,region,week,units
 *   test purchases    time_ms,sku,region,code,is_fake
 *
 * region is ISO 3166-2 (CN-GD) or a country (CN); week is an ISO 8601 week (2026-W03); code is as typed,
 * a label's URL, or HANDLE:INDEX; is_fake is 0 or 1. A genuine item's code must be of this brand and
 * of the product; a fake may bear any, or none.
 *
 * Refused, each with its line: what CSV refuses, a column that is not such, products and codes that
 * there are not, two rows of sales of one product, region and week. Pure but for the caller's `how`.
 * threads: any. */
#ifndef ASSAY_CORE_EVIDENCE_LINES_H
#define ASSAY_CORE_EVIDENCE_LINES_H

#include "core/history_row.h"

/** What a file says; what is not of its kind is NULL. */
struct assay_evidence_lines {
    size_t count;                     /* rows of the file */
    uint64_t *items;                  /* of reference items: keys, ascending, each once */
    size_t item_count;                /* of them */
    struct assay_sale *sales;         /* by product, region, week */
    struct assay_purchase *purchases; /* as they stand */
};

/** How a file is read. All borrowed for the call. */
struct assay_evidence_reading {
    enum assay_import_kind kind; /* not a plan */
    int64_t latest;              /* no purchase is later, Unix milliseconds */
    /** The item that a code names, and the SKU of its product. ASSAY_OK; ASSAY_E_CODE_UNKNOWN; a
     *  failure. code: its kind is not MALFORMED. */
    enum assay_error (*open)(void *context, const struct assay_history_row *code, uint64_t *item,
                             const char **sku);
    /** True if there is such a product. */
    bool (*has_product)(void *context, const char *sku);
    void *context;
};

/** Read a whole file. *lines: the caller's to deinit.
 *  returns ASSAY_OK; ASSAY_E_SYNTAX, _FIELD, _NOT_FOUND, _CODE_UNKNOWN, _EXISTS, _TOO_LARGE with
 *  "line N: ..."; ASSAY_E_MEMORY; what `open` said. */
ASSAY_MUST_CHECK enum assay_error
assay_evidence_lines_read(struct assay_span csv, const struct assay_evidence_reading *how,
                          struct assay_evidence_lines *lines, struct assay_reason *reason);

/** Free; the struct is the caller's. */
void assay_evidence_lines_deinit(struct assay_evidence_lines *lines);

/** Monday of an ISO 8601 week, `2026-W03`, years 1970 to 9998. ASSAY_OK or ASSAY_E_SYNTAX. */
ASSAY_MUST_CHECK enum assay_error assay_week_parse(const char *text, int32_t *monday);

#define ASSAY_WEEK_TEXT_SIZE 12

/** The week of a Monday as text. text: out, ASSAY_WEEK_TEXT_SIZE. */
void assay_week_format(int32_t monday, char text[ASSAY_WEEK_TEXT_SIZE]);

/** A region as files have it: CN-GD, or CN. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_market_place_parse(const char *text,
                                                           struct assay_market_place *where);

#endif
