// SPDX-License-Identifier: Apache-2.0
/* The record of a scan, by far the most frequent one. */
#include <string.h>

#include "core/record_fields.h"

#define SCAN_FLAGS_ALL 511u
#define RECORD_HEADER_LEN 8

/* What a scan may hold: asked before encoding and after decoding. */
static bool position_is_valid(const struct assay_position *position)
{
    int lat = position->lat_decidegrees;
    int lon = position->lon_decidegrees;
    bool lat_ok = lat == ASSAY_POSITION_NONE || (lat >= -900 && lat <= 900);
    bool lon_ok = lon == ASSAY_POSITION_NONE || (lon >= -1800 && lon <= 1800);
    return lat_ok && lon_ok;
}

bool assay_scan_fields_valid(const struct assay_scan_record *scan)
{
    return assay_record_item_valid(scan->item) && scan->previous % 8 == 0 &&
           (scan->flags & ~SCAN_FLAGS_ALL) == 0 && position_is_valid(&scan->position) &&
           (unsigned)scan->verdict < ASSAY_VERDICT_COUNT &&
           (unsigned)scan->risk.level <= ASSAY_RISK_CLONED &&
           (unsigned)scan->channel < ASSAY_CHANNELS && (unsigned)scan->net < ASSAY_NETS &&
           (unsigned)scan->left_out < ASSAY_LEFT_OUTS;
}

void assay_scan_fields_put(struct assay_wire *out, const struct assay_scan_record *scan)
{
    struct assay_wire own = *out; /* nobody else's: it may lie in registers */
    struct assay_wire *wire = &own;
    assay_wire_put_u64(wire, scan->item);
    assay_wire_put_u64(wire, (uint64_t)scan->at_unix_ms);
    assay_wire_put_bytes(wire, scan->scan_id, ASSAY_SCAN_ID_LEN);
    assay_wire_put_u64(wire, scan->device);
    assay_wire_put_u64(wire, scan->previous);
    assay_wire_put_u32(wire, scan->number);
    assay_wire_put_u32(wire, scan->place);
    assay_wire_put_u32(wire, scan->flags);
    assay_wire_put_u16(wire, (uint16_t)scan->position.lat_decidegrees);
    assay_wire_put_u16(wire, (uint16_t)scan->position.lon_decidegrees);
    assay_wire_put_u16(wire, scan->position.accuracy_km);
    assay_wire_put_u8(wire, (uint8_t)scan->verdict);
    assay_wire_put_u8(wire, (uint8_t)scan->risk.level);
    assay_wire_put_u16(wire, scan->risk.reasons);
    assay_wire_put_u8(wire, (uint8_t)scan->channel);
    assay_wire_put_u8(wire, (uint8_t)scan->net);
    assay_wire_put_u32(wire, (uint32_t)scan->risk.score);
    assay_wire_put_u16(wire, scan->risk.mass);
    assay_wire_put_u8(wire, (uint8_t)scan->left_out);
    assay_wire_put_u8(wire, 0);
    assay_wire_put_u16(wire, scan->risk.mass_capped);
    assay_wire_put_u16(wire, 0);
    assay_wire_put_u32(wire, 0);
    *out = own;
}

bool assay_scan_fields_get(struct assay_wire *in, struct assay_scan_record *scan)
{
    struct assay_wire own = *in;
    struct assay_wire *wire = &own;
    scan->item = assay_wire_get_u64(wire);
    scan->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, scan->scan_id, ASSAY_SCAN_ID_LEN);
    scan->device = assay_wire_get_u64(wire);
    scan->previous = assay_wire_get_u64(wire);
    scan->number = assay_wire_get_u32(wire);
    scan->place = assay_wire_get_u32(wire);
    scan->flags = assay_wire_get_u32(wire);
    scan->position.lat_decidegrees = (int16_t)assay_wire_get_u16(wire);
    scan->position.lon_decidegrees = (int16_t)assay_wire_get_u16(wire);
    scan->position.accuracy_km = assay_wire_get_u16(wire);
    scan->verdict = assay_wire_get_u8(wire);
    scan->risk.level = assay_wire_get_u8(wire);
    scan->risk.reasons = assay_wire_get_u16(wire);
    scan->channel = assay_wire_get_u8(wire);
    scan->net = assay_wire_get_u8(wire);
    scan->risk.score = (int32_t)assay_wire_get_u32(wire);
    scan->risk.mass = assay_wire_get_u16(wire);
    scan->left_out = assay_wire_get_u8(wire);
    bool zero = assay_wire_get_u8(wire) == 0;
    scan->risk.mass_capped = assay_wire_get_u16(wire);
    zero = assay_wire_get_u16(wire) == 0 && zero;
    zero = assay_wire_get_u32(wire) == 0 && zero;
    *in = own;
    return zero && assay_scan_fields_valid(scan);
}

/* Type, version, length, zeros. */
static const uint8_t header[RECORD_HEADER_LEN] = {ASSAY_RECORD_SCAN, 1, ASSAY_SCAN_RECORD_LEN};
_Static_assert(ASSAY_SCAN_RECORD_LEN <= UINT8_MAX, "in the low byte of the length");

void assay_scan_record_encode(const struct assay_scan_record *scan,
                              uint8_t data[ASSAY_SCAN_RECORD_LEN])
{
    assay_assert(assay_scan_fields_valid(scan));
    struct assay_wire wire = assay_wire_writer(data, ASSAY_SCAN_RECORD_LEN);
    assay_wire_put_bytes(&wire, header, sizeof header);
    assay_scan_fields_put(&wire, scan);
    assay_assert(!wire.failed);
    assay_assert(wire.at == ASSAY_SCAN_RECORD_LEN);
}

enum assay_error assay_scan_record_decode(const uint8_t data[ASSAY_SCAN_RECORD_LEN],
                                          struct assay_scan_record *scan)
{
    if (memcmp(data, header, sizeof header) != 0) {
        enum assay_error error = assay_record_header_check(data, ASSAY_SCAN_RECORD_LEN);
        return error != ASSAY_OK ? error : ASSAY_E_CORRUPT;
    }
    struct assay_wire wire = assay_wire_reader(data, ASSAY_SCAN_RECORD_LEN);
    wire.at = sizeof header;
    struct assay_scan_record value;
    memset(&value, 0, sizeof value);
    if (!assay_scan_fields_get(&wire, &value)) {
        return ASSAY_E_CORRUPT;
    }
    *scan = value;
    return ASSAY_OK;
}
