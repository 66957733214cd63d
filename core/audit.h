// SPDX-License-Identifier: Apache-2.0
/* Audit, first edition: exact counts from one pass over the ledger, recomputable by anyone. */
#ifndef ASSAY_CORE_AUDIT_H
#define ASSAY_CORE_AUDIT_H

#include "core/record.h"

enum assay_audit_cut {
    ASSAY_CUT_PRODUCT = 1,
    ASSAY_CUT_BATCH = 2,
    ASSAY_CUT_REGION = 4,
    ASSAY_CUT_DAY = 8,
    ASSAY_CUT_WEEK = 16, /* ISO 8601 week */
};

struct assay_audit_options {
    const char *dir;
    unsigned by;      /* bit set of enum assay_audit_cut */
    const char *sku;  /* only this product; NULL = all */
    int32_t from_day; /* first and last day, in the brand's zone; ASSAY_DAY_NONE = all */
    int32_t to_day;
    uint64_t ledger_end; /* read up to here */
};

struct assay_audit_row {
    char sku[ASSAY_SKU_MAX + 1];
    uint32_t handle;
    char country[3];
    char region[7];
    int32_t day; /* the day, or the week's Monday; ASSAY_DAY_NONE if not cut */
    uint64_t verdicts[ASSAY_VERDICT_COUNT];
    uint64_t scans; /* all that were recorded or summed up */
    uint64_t first_scans;
    uint64_t confirmed;
};

struct assay_audit {
    uint64_t entries; /* ledger records read */
    uint64_t ledger_end;
    uint32_t last_crc;
    size_t rows;
    struct assay_audit_row *row; /* sorted by every column of the cut */
};

/** Count what the ledger of a data directory says; reads beside a running verifier.
 *  audit: out, the caller deinits it. returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT;
 *  ASSAY_E_VERSION; ASSAY_E_IO; ASSAY_E_MEMORY. threads: any. blocks: reads the whole ledger. */
/** Count the ledger up to options->ledger_end (UINT64_MAX = its tail).
 *  audit    out: the caller deinits it; ledger_end is the end of the last record read.
 *  returns  ASSAY_OK; ASSAY_E_NOT_FOUND (no such product, no ledger); ASSAY_E_CORRUPT with where;
 *           ASSAY_E_VERSION; ASSAY_E_IO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_run(const struct assay_audit_options *options,
                                                  struct assay_audit *audit,
                                                  struct assay_reason *reason);

/** Free the rows; the struct is the caller's. */

/** Free the rows. */
void assay_audit_deinit(struct assay_audit *audit);

#endif
