// SPDX-License-Identifier: Apache-2.0
/* What risk has learnt: how much each kind of scan speaks for another item with the same code, the
 * weights of the score, and from which scores on an item is to be looked at.
 *
 * A table is immutable once published. The built-in one comes from core/risk_default.inc, which
 * a program makes; a brand's own comes from a CALIBRATION record. Integers alone.
 */
#ifndef ASSAY_CORE_RISK_TABLE_H
#define ASSAY_CORE_RISK_TABLE_H

#include "core/bytes.h"

/* The cell that a scan falls in: one value of each. */
enum assay_risk_device {
    ASSAY_RISK_DEVICE_KNOWN,
    ASSAY_RISK_DEVICE_NEW,
    ASSAY_RISK_DEVICE_NONE,
    ASSAY_RISK_DEVICES
};
enum assay_risk_distance {
    ASSAY_RISK_DISTANCE_SAME,
    ASSAY_RISK_DISTANCE_150_KM,
    ASSAY_RISK_DISTANCE_400_KM,
    ASSAY_RISK_DISTANCE_FAR,
    ASSAY_RISK_DISTANCE_COUNTRY, /* another country */
    ASSAY_RISK_DISTANCE_UNKNOWN,
    ASSAY_RISK_DISTANCES
};
enum assay_risk_accuracy {
    ASSAY_RISK_ACCURACY_50_KM,
    ASSAY_RISK_ACCURACY_200_KM,
    ASSAY_RISK_ACCURACY_WORSE,
    ASSAY_RISK_ACCURACIES
};
enum assay_risk_gap {
    ASSAY_RISK_GAP_HOUR,
    ASSAY_RISK_GAP_DAY,
    ASSAY_RISK_GAP_4_DAYS,
    ASSAY_RISK_GAP_14_DAYS,
    ASSAY_RISK_GAP_60_DAYS,
    ASSAY_RISK_GAP_MORE,
    ASSAY_RISK_GAPS
};
enum assay_risk_market {
    ASSAY_RISK_MARKET_UNKNOWN, /* the batch has none, or the scan no country */
    ASSAY_RISK_MARKET_INSIDE,
    ASSAY_RISK_MARKET_OUTSIDE,
    ASSAY_RISK_MARKETS
};
/* How many new devices and scans without a device came before. */
enum assay_risk_ordinal {
    ASSAY_RISK_ORDINAL_1,
    ASSAY_RISK_ORDINAL_3,
    ASSAY_RISK_ORDINAL_7,
    ASSAY_RISK_ORDINAL_19,
    ASSAY_RISK_ORDINAL_MORE,
    ASSAY_RISK_ORDINALS
};

struct assay_risk_kind {
    enum assay_risk_device device;
    enum assay_risk_distance distance;
    enum assay_risk_accuracy accuracy;
    enum assay_risk_gap gap;
    enum assay_risk_market market;
    bool impossible;
    enum assay_risk_ordinal ordinal;
};

#define ASSAY_RISK_KINDS                                                                           \
    (ASSAY_RISK_DEVICES * ASSAY_RISK_DISTANCES * ASSAY_RISK_ACCURACIES * ASSAY_RISK_GAPS *         \
     ASSAY_RISK_MARKETS * 2 * ASSAY_RISK_ORDINALS)
#define ASSAY_RISK_WEIGHTS 48
#define ASSAY_RISK_THRESHOLDS 3

struct assay_risk_table {
    uint32_t version;
    bool is_default;           /* built in: learnt from a simulator, not from this brand */
    uint32_t learnt_items;     /* reference items */
    uint32_t learnt_confirmed; /* items confirmed by their PIN */
    uint32_t learnt_dismissed; /* items of alerts that were dismissed */
    uint32_t known_copied;     /* items left out: their alerts were confirmed */
    uint64_t learnt_scans;
    int32_t thresholds[ASSAY_RISK_THRESHOLDS]; /* check, suspect, cloned; score in 1/1024 */
    int32_t weights[ASSAY_RISK_WEIGHTS];       /* 1/1024; what each is for: core/risk_terms.h */
    int16_t llr[ASSAY_RISK_KINDS];             /* 1/1024; log-likelihood ratio of each kind */
};

/* Bytes of an encoded table. */
#define ASSAY_RISK_TABLE_BYTES                                                                     \
    (28 + 4 * ASSAY_RISK_THRESHOLDS + 4 + 4 * ASSAY_RISK_WEIGHTS + 2 * ASSAY_RISK_KINDS + 8)

/** Index of a kind in llr. Pure. */
static inline uint32_t assay_risk_kind_index(const struct assay_risk_kind *kind)
{
    uint32_t index = kind->device;
    index = index * ASSAY_RISK_DISTANCES + kind->distance;
    index = index * ASSAY_RISK_ACCURACIES + kind->accuracy;
    index = index * ASSAY_RISK_GAPS + kind->gap;
    index = index * ASSAY_RISK_MARKETS + kind->market;
    index = index * 2 + kind->impossible;
    return index * ASSAY_RISK_ORDINALS + kind->ordinal;
}

/** The built-in table; static. threads: any. */
const struct assay_risk_table *assay_risk_table_default(void);

/** Bytes of a table (docs/FORMAT.md, section 4.7). data: out. */
void assay_risk_table_encode(const struct assay_risk_table *table,
                             uint8_t data[ASSAY_RISK_TABLE_BYTES]);

/** Table of bytes, of this form or the one before.
 *  table    out; written only on ASSAY_OK.
 *  returns  ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_VERSION (another form, or other dimensions). */
ASSAY_MUST_CHECK enum assay_error assay_risk_table_decode(const void *data, size_t len_bytes,
                                                          struct assay_risk_table *table);

/** Names a table: SHA-256 of its bytes. */
void assay_risk_table_id(const struct assay_risk_table *table, uint8_t id[ASSAY_SHA256_LEN]);

#endif
