// SPDX-License-Identifier: Apache-2.0
/* Records of files that were handed in: scans of the past (docs/FORMAT.md, section 4). */
#ifndef ASSAY_CORE_RECORD_FILE_H
#define ASSAY_CORE_RECORD_FILE_H

#include "core/limits.h"
#include "core/wire.h"

/* Scans in one part of a file of the past. */
#define ASSAY_HISTORY_SCANS_MAX 256

/* Verdict of a row that was not decided: a PIN, too soon after wrong ones. */
#define ASSAY_OUTCOME_WAITS 255

/** What came of a scan that has no record of its own. */
struct assay_history_outcome {
    uint8_t number;  /* of the scan in its part, from 0 */
    uint8_t verdict; /* enum assay_verdict, or ASSAY_OUTCOME_WAITS */
    uint8_t level;   /* enum assay_risk_level */
    uint8_t zero;
    int32_t score;
};

/** HISTORY: a part of a file of scans ends here; stands in their group of the ledger, behind them. */
struct assay_history_record {
    int64_t at_unix_ms;               /* when it was replayed */
    uint64_t began_at;                /* position of the first record of the file's first part */
    uint64_t rows_done;               /* of the file, in order of time, up to here */
    uint64_t rows;                    /* of the whole file */
    uint8_t sha256[ASSAY_SHA256_LEN]; /* of the whole file */
    uint32_t scans;                   /* of this part, each with a record or an outcome */
    uint32_t outcomes;
    struct assay_history_outcome outcome[ASSAY_HISTORY_SCANS_MAX]; /* by number */
    char actor[ASSAY_ACTOR_MAX + 1];
};

struct assay_record;
struct assay_record_fields;

/** The fields' row of one of the types above, or NULL; static. threads: any. */
const struct assay_record_fields *assay_file_fields_of(unsigned type);

#endif
