// SPDX-License-Identifier: Apache-2.0
/* The scans of an audit, code by code, with what each says about copies: what the estimators take.
 *
 * Invariants
 *  1. Taken in the order of the ledger, weighed by one table: the newest that the ledger holds, until
 *     they are weighed anew (core/audit_learn.h). So a report depends on the ledger alone, not on which
 *     table was in force when.
 *  2. Every counted scan is kept, those outside the report's period too: they say what came before.
 *  Memory: 32 bytes a scan, some 200 an item. */
#ifndef ASSAY_CORE_AUDIT_CODES_H
#define ASSAY_CORE_AUDIT_CODES_H

#include "core/item.h"

/* A scan that belongs to no row of the report. */
#define ASSAY_AUDIT_NO_ROW UINT32_MAX

#define ASSAY_AUDIT_SCAN_FIRST 1u
#define ASSAY_AUDIT_SCAN_BURST 2u /* one of many of its code within a day */
#define ASSAY_AUDIT_SCAN_KEPT 4u  /* of a product that the report is about, whatever its day */

/* A reference item with more scans was on display, or its photo went round: it does not tell how owners
 * scan theirs, and would outweigh all others. */
#define ASSAY_AUDIT_REFERENCE_SCANS_MAX 24

struct assay_audit_scan {
    uint32_t code;  /* number of its code */
    uint32_t row;   /* of the report; ASSAY_AUDIT_NO_ROW: of none */
    uint32_t group; /* product x country of the scan */
    int32_t day;
    uint16_t kind; /* assay_risk_kind_index; of a first scan, device and accuracy alone */
    int16_t llr;   /* log(p_new / p_old), 1/1024 */
    uint8_t flags;
};

/** A product in a country. */
struct assay_audit_group {
    uint32_t product; /* number in order of creation */
    char country[3];  /* empty = not known */
};

/** What belongs to a scan beside its record. */
struct assay_audit_sight {
    uint32_t row;
    uint32_t product;
    int32_t day;
    bool kept; /* the report is about its product */
    struct assay_item_scene scene;
};

/** Who tried a code last, and on which day. */
struct assay_audit_try {
    uint64_t device;
    int32_t day;
};

struct assay_audit_codes {
    uint64_t *keys; /* of each code, in order of first scan */
    struct assay_item *items;
    struct assay_audit_try *tries; /* the last of each code */
    uint32_t *slots;               /* number + 1; 0 = free */
    size_t slot_count;
    uint32_t code_count;
    struct assay_audit_scan *scans;
    int64_t *times; /* of each scan, until sorted */
    size_t scan_count;
    size_t scan_room;
    uint32_t *first; /* where each code's scans begin, and one more; after sorting */
    struct assay_audit_group *groups;
    uint32_t group_count;
    uint32_t group_room;
};

/** Nothing yet. */
void assay_audit_codes_init(struct assay_audit_codes *codes);
/** Free. */
void assay_audit_codes_deinit(struct assay_audit_codes *codes);

/** Take a scan in; one that does not count changes nothing but what risk knows of PINs.
 *  anew  out: the code was not tried by the same device on the same day just before.
 *  ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_FULL (2^32 codes). */
ASSAY_MUST_CHECK enum assay_error assay_audit_codes_add(struct assay_audit_codes *codes,
                                                        const struct assay_scan_record *scan,
                                                        const struct assay_audit_sight *sight,
                                                        bool *anew);

/** Order the scans by code, in each by time of the ledger, and tell bursts. ASSAY_OK, E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_codes_sort(struct assay_audit_codes *codes);

/** Number of the code of an item, or UINT32_MAX. */
uint32_t assay_audit_codes_find(const struct assay_audit_codes *codes, uint64_t item);

#endif
