// SPDX-License-Identifier: Apache-2.0
/* Teach risk what this brand's genuine items look like: read the ledger, make a table of risk from
 * it (core/calibrate_learn.h) and put it on record. What was scanned before keeps its sums; levels
 * are quantiles of the scores as they are now, by the new table. */
#ifndef ASSAY_CORE_CALIBRATE_H
#define ASSAY_CORE_CALIBRATE_H

#include <stdatomic.h>

#include "core/store.h"

/* Confirmed items that are read at most; further ones are passed over. */
#define ASSAY_CALIBRATE_CONFIRMED_MAX 200000u

struct assay_calibrate_report {
    uint32_t references; /* items known to be genuine that were scanned */
    uint32_t confirmed;  /* others, confirmed by their PIN */
    uint32_t dismissed;  /* others, of alerts `cloned` that were dismissed */
    uint32_t copied;     /* of such alerts that were confirmed: left out, whatever else is known */
    uint64_t scans;      /* of those learnt from, after their first */
    bool levels;         /* thresholds were learnt; else they stay as they were built in */
    struct assay_risk_table table;
    uint64_t position; /* of the CALIBRATION record */
};

struct assay_calibrate_options {
    const char *dir; /* the data directory */
    struct assay_store_session *session;
    const char *actor;
    int64_t now_unix_ms;
    bool references_wanted;  /* refuse without reference items, be there confirmed ones or not */
    const atomic_bool *stop; /* true: give up; NULL = nobody can */
};

/** Learn, and put the table on record.
 *  returns  ASSAY_OK; ASSAY_E_REFUSED, with reason: there are neither reference items nor confirmed
 *           ones; ASSAY_E_BUSY: stopped; ASSAY_E_MEMORY; what reading the ledger or putting a record says.
 *  threads: the session's. blocks: for a pass over the ledger; not on a loop. */
ASSAY_MUST_CHECK enum assay_error assay_calibrate(const struct assay_calibrate_options *options,
                                                  struct assay_calibrate_report *report,
                                                  struct assay_reason *reason);

/** Whether it is time for another: there are reference items, and no calibration younger than
 *  every_ms. Asks the catalog alone. threads: any. */
bool assay_calibrate_is_due(struct assay_store *store, int64_t now_unix_ms, int64_t every_ms);

#endif
