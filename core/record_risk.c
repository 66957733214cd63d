// SPDX-License-Identifier: Apache-2.0
/* Fields of what risk goes by: calibrations. */
#include "core/record_fields.h"

/* Bytes that stand in the record itself: borrowed. */
static struct assay_span get_span(struct assay_wire *wire, uint32_t len_bytes)
{
    if (wire->failed || len_bytes > wire->len_bytes - wire->at) {
        wire->failed = true;
        return (struct assay_span){0};
    }
    struct assay_span span = {wire->read + wire->at, len_bytes};
    wire->at += len_bytes;
    return span;
}

static bool calibration_is_valid(const struct assay_calibration_record *calibration)
{
    size_t len_bytes = calibration->table.len_bytes;
    return len_bytes > 0 && len_bytes <= ASSAY_CALIBRATION_TABLE_MAX;
}

static bool put_calibration(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_calibration_record *calibration = &record->calibration;
    assay_wire_put_u64(wire, (uint64_t)calibration->at_unix_ms);
    assay_wire_put_u32(wire, (uint32_t)calibration->table.len_bytes);
    assay_wire_put_text(wire, calibration->actor);
    assay_wire_put_bytes(wire, calibration->table.data, calibration->table.len_bytes);
    return calibration_is_valid(calibration);
}

static bool get_calibration(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_calibration_record *calibration = &record->calibration;
    calibration->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    uint32_t len_bytes = assay_wire_get_u32(wire);
    assay_wire_get_text(wire, calibration->actor, sizeof calibration->actor);
    calibration->table = get_span(wire, len_bytes);
    return calibration_is_valid(calibration);
}

static const struct assay_record_fields calibration = {.put = put_calibration,
                                                       .get = get_calibration};

const struct assay_record_fields *assay_record_risk_fields_of(unsigned type)
{
    return type == ASSAY_RECORD_CALIBRATION ? &calibration : NULL;
}
