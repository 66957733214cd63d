// SPDX-License-Identifier: Apache-2.0
/* Records of files that were handed in: scans of the past (docs/FORMAT.md, section 4). */
#ifndef ASSAY_CORE_RECORD_FILE_H
#define ASSAY_CORE_RECORD_FILE_H

#include "core/limits.h"
#include "core/place.h"
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

/* -- evidence: rows, which hold once an IMPORT with their id stands behind them -- */

#define ASSAY_IMPORT_ID_LEN 16
/* Bytes of runs in one REFERENCE; a batch that needs more goes on in the next. */
#define ASSAY_REFERENCE_RUNS_MAX 1400
/* Rows of one SALES, PURCHASE or PLAN. */
#define ASSAY_EVIDENCE_ROWS_MAX 24

/** Where something was sold: ISO 3166-1, and ISO 3166-2 or empty: the whole country. */
struct assay_market_place {
    char country[3];
    char region[7];
};

/** REFERENCE: items of one batch that are known to be genuine. */
struct assay_reference_record {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint32_t handle;
    uint32_t items;    /* how many indexes the runs hold */
    uint32_t runs_len; /* bytes (core/runs.h) */
    uint8_t runs[ASSAY_REFERENCE_RUNS_MAX];
};

/** Units of a product sold in a region and week. */
struct assay_sale {
    char sku[ASSAY_SKU_MAX + 1];
    struct assay_market_place where;
    int32_t week; /* its Monday, a day number */
    uint64_t units;
};

struct assay_sales_record {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint32_t rows;
    struct assay_sale row[ASSAY_EVIDENCE_ROWS_MAX];
};

/** One item that was bought to see whether it is genuine. */
struct assay_purchase {
    int64_t at_unix_ms;
    uint64_t item; /* whose code it bears; 0: none that was ever issued */
    char sku[ASSAY_SKU_MAX + 1];
    struct assay_market_place where;
    bool is_fake;
};

struct assay_purchase_record {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint32_t rows;
    struct assay_purchase row[ASSAY_EVIDENCE_ROWS_MAX];
};

/** How many items to buy of a product in a region. */
struct assay_plan_row {
    char sku[ASSAY_SKU_MAX + 1];     /* empty: any */
    struct assay_market_place where; /* empty: anywhere */
    uint64_t units;                  /* what it was drawn in proportion to */
    uint32_t count;                  /* 0: none was drawn */
};

enum assay_plan_basis { ASSAY_PLAN_SALES, ASSAY_PLAN_SCANS, ASSAY_PLAN_BASES };

struct assay_plan_record {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint64_t seed;
    uint32_t wanted; /* items in all */
    enum assay_plan_basis basis;
    uint32_t rows;
    struct assay_plan_row row[ASSAY_EVIDENCE_ROWS_MAX];
};

enum assay_import_kind {
    ASSAY_IMPORT_REFERENCE = 1,
    ASSAY_IMPORT_SALES = 2,
    ASSAY_IMPORT_PURCHASE = 3,
    ASSAY_IMPORT_PLAN = 4,
    ASSAY_IMPORT_KINDS
};

/** IMPORT: the rows of this id before it hold, as one act. */
struct assay_import_record {
    int64_t at_unix_ms;
    enum assay_import_kind kind;
    bool replaces; /* what was imported of this kind before holds no longer */
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint8_t plan[ASSAY_IMPORT_ID_LEN]; /* that purchases follow; zeros: none */
    uint8_t sha256[ASSAY_SHA256_LEN];  /* of the file */
    uint64_t rows;
    uint64_t began_at; /* position of the first of the rows' records */
    char actor[ASSAY_ACTOR_MAX + 1];
};

struct assay_record;
struct assay_record_fields;

/** True for REFERENCE, SALES, PURCHASE and PLAN: by themselves they change nothing. */
bool assay_record_is_evidence(const struct assay_record *record);

/** "reference", "sales", "purchase", "plan"; static. */
const char *assay_import_kind_name(enum assay_import_kind kind);

/** The fields' row of HISTORY, and of the others, or NULL; static. threads: any. */
const struct assay_record_fields *assay_file_fields_of(unsigned type);
const struct assay_record_fields *assay_evidence_fields_of(unsigned type);

#endif
