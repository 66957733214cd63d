// SPDX-License-Identifier: Apache-2.0
/* Check of a data directory: every group's CRC, every record, every reference, and the state's
 * rows against what the ledger adds up to. Reads only; works beside a running verifier. */
#ifndef ASSAY_CORE_CHECK_H
#define ASSAY_CORE_CHECK_H

#include "core/record.h"

struct assay_check_options {
    const char *dir;
    /* Items replayed at once; more items take more passes over the ledger. 0 = 2^20. */
    uint32_t items_per_pass;
    /** Called now and then with how much of the work is done; may be NULL. */
    void (*progress)(void *context, double share);
    void *context;
};

/** What was looked at. */
struct assay_check_report {
    uint64_t records;
    uint64_t scans;
    uint64_t items;          /* with a row in the state, or changed since its snapshot */
    uint64_t rows;           /* item rows compared */
    uint64_t catalog_rows;   /* rows of brand, products, batches, places, tokens, sites compared */
    uint64_t ledger_end;     /* end of the last record */
    uint64_t state_position; /* the state holds the ledger up to here */
    uint32_t last_crc;
    uint32_t passes;
};

/** Check a data directory; stops at the first damage.
 *  returns  ASSAY_OK; ASSAY_E_CORRUPT and ASSAY_E_AHEAD (the reason names file and offset, or the
 *           row); ASSAY_E_VERSION; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_STORE; ASSAY_E_MEMORY.
 *           The report is filled as far as it got. */
ASSAY_MUST_CHECK enum assay_error assay_check_run(const struct assay_check_options *options,
                                                  struct assay_check_report *report,
                                                  struct assay_reason *reason);

#endif
