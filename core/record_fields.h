// SPDX-License-Identifier: Apache-2.0
/* The fields of each record type, after the header: one row a type. Inside of core/record_codec.c. */
#ifndef ASSAY_CORE_RECORD_FIELDS_H
#define ASSAY_CORE_RECORD_FIELDS_H

#include "core/record.h"

struct assay_record_fields {
    /* Write the fields; false if one is out of range. */
    bool (*put)(struct assay_wire *wire, const struct assay_record *record);
    /* Read the fields into a zeroed record; false if one is out of range. */
    bool (*get)(struct assay_wire *wire, struct assay_record *record);
    /* The newest version that is read, and the one that a record is written in; 0, NULL = 1. */
    unsigned newest;
    unsigned (*version)(const struct assay_record *record);
};

/** The row of a type, or NULL if there is none; static. threads: any. */
const struct assay_record_fields *assay_record_fields_of(unsigned type);

/** The same for jobs, spoils and decoys (record_jobs.c). */
const struct assay_record_fields *assay_record_job_fields_of(unsigned type);

/** The same for alerts, their states, rules and endpoints (record_alert.c). */
const struct assay_record_fields *assay_record_alert_fields_of(unsigned type);

/** The same for what risk goes by (record_risk.c). */
const struct assay_record_fields *assay_record_risk_fields_of(unsigned type);

/** The version that a record being read says it has. threads: any. */
static inline unsigned assay_record_version(const struct assay_wire *wire)
{
    return wire->read[1];
}

/** What many records hold: a handle, an item's key, a range. threads: any. */
static inline bool assay_record_handle_valid(uint32_t handle)
{
    return handle != 0 && handle < 1u << 30;
}
static inline bool assay_record_item_valid(uint64_t item)
{
    return item >> 56 == 0 && assay_record_handle_valid(assay_item_key_handle(item));
}
static inline bool assay_record_range_valid(struct assay_range range)
{
    return range.first <= range.last && range.last < ASSAY_BATCH_ITEMS_MAX;
}

/** What a record's header alone says: ASSAY_OK; ASSAY_E_CORRUPT: damaged; ASSAY_E_VERSION: newer than
 *  this program. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_record_header_check(const uint8_t *data, size_t len_bytes);

/** True if every field of a scan is in range. threads: any. */
bool assay_scan_fields_valid(const struct assay_scan_record *scan);

/** Write the fields of a scan. threads: any. */
void assay_scan_fields_put(struct assay_wire *wire, const struct assay_scan_record *scan);

/** Read the fields of a scan; false if one is out of range. threads: any. */
bool assay_scan_fields_get(struct assay_wire *wire, struct assay_scan_record *scan);

#endif
