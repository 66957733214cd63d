// SPDX-License-Identifier: Apache-2.0
/* Rows of an audit: what each counts, found by the columns of the cut. */
#ifndef ASSAY_CORE_AUDIT_ROWS_H
#define ASSAY_CORE_AUDIT_ROWS_H

#include "core/audit_rates.h"

/** One row. Columns that are not cut are empty, 0 or ASSAY_DAY_NONE. */
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
    uint64_t left_out[ASSAY_LEFT_OUTS]; /* recorded but not counted for rates, by why */
    uint64_t repeats;                   /* only summed up: too many of one item in a minute */
    uint64_t before_sale;               /* recorded before activation */
    int32_t first_day;                  /* of what the row counts; ASSAY_DAY_NONE: nothing */
    int32_t last_day;
    struct assay_audit_rates rates;
};

/** Rows in the order they were met. All zero at first. */
struct assay_audit_rows {
    struct assay_audit_row *row;
    size_t count;
    uint32_t *slots; /* row number + 1; 0 = free; linear probing, half full at most */
    size_t slot_count;
};

/** Free. */
void assay_audit_rows_deinit(struct assay_audit_rows *rows);

/** The row with the columns of key, a copy of it if it is new.
 *  row: out, valid until the next call. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_rows_find(struct assay_audit_rows *rows,
                                                        const struct assay_audit_row *key,
                                                        struct assay_audit_row **row);

/** The rows, sorted by every column; the caller's to free. */
struct assay_audit_row *assay_audit_rows_take(struct assay_audit_rows *rows);

#endif
