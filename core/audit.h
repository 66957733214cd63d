// SPDX-License-Identifier: Apache-2.0
/* Audit: exact counts of the ledger and the fake rates that follow from it, recomputable by anyone: the
 * same ledger gives the same report on any machine. */
#ifndef ASSAY_CORE_AUDIT_H
#define ASSAY_CORE_AUDIT_H

#include "core/audit_rows.h"

enum assay_audit_cut {
    ASSAY_CUT_PRODUCT = 1,
    ASSAY_CUT_BATCH = 2,
    ASSAY_CUT_REGION = 4,
    ASSAY_CUT_DAY = 8,
    ASSAY_CUT_WEEK = 16, /* ISO 8601 week */
};

/** Names of the cuts on command lines and in reports; the last row has none. */
struct assay_audit_cut_row {
    const char *name;
    enum assay_audit_cut cut;
};
extern const struct assay_audit_cut_row assay_audit_cuts[];

struct assay_audit_options {
    const char *dir;
    unsigned by;      /* bit set of enum assay_audit_cut */
    const char *sku;  /* only this product; NULL = all */
    int32_t from_day; /* first and last day, in the brand's zone; ASSAY_DAY_NONE = all */
    int32_t to_day;
    int32_t against_from_day; /* the trend's first period; ASSAY_DAY_NONE = as long, just before */
    int32_t against_to_day;
    uint64_t ledger_end; /* read up to here */
};

struct assay_audit {
    char brand[ASSAY_BRAND_NAME_MAX + 1];
    int64_t last_at_unix_ms; /* of the newest scan or sum; 0 = none */
    uint64_t entries;        /* ledger records read */
    uint64_t ledger_end;
    uint32_t last_crc;
    uint8_t root[ASSAY_SHA256_LEN]; /* Merkle root of the records (core/merkle.h) */
    struct assay_risk_table table;  /* by which scans were weighed: the newest of the ledger */
    size_t references;              /* known genuine items */
    struct assay_estimate_anchor anchor;
    struct assay_audit_trend trend;
    size_t rows;
    struct assay_audit_row *row; /* sorted by every column of the cut */
};

/** Count the ledger up to options->ledger_end (UINT64_MAX = its tail).
 *  audit    out: the caller deinits it; ledger_end is the end of the last record read.
 *  returns  ASSAY_OK; ASSAY_E_NOT_FOUND (no such product, no ledger); ASSAY_E_CORRUPT with where;
 *           ASSAY_E_VERSION; ASSAY_E_IO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_run(const struct assay_audit_options *options,
                                                  struct assay_audit *audit,
                                                  struct assay_reason *reason);

/** Free the rows. */
void assay_audit_deinit(struct assay_audit *audit);

#endif
