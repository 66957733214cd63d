// SPDX-License-Identifier: Apache-2.0
#include "core/record.h"

#include <string.h>

#include "core/record_fields.h"

#define RECORD_HEADER_LEN 8

/* -- header -- */

static void put_header(struct assay_wire *wire, unsigned type, unsigned version, size_t len_bytes)
{
    assay_wire_put_u8(wire, (uint8_t)type);
    assay_wire_put_u8(wire, (uint8_t)version);
    assay_wire_put_u16(wire, (uint16_t)len_bytes);
    assay_wire_put_u32(wire, 0);
}

enum assay_error assay_record_header_check(const uint8_t *data, size_t len_bytes)
{
    if (assay_record_len(data, len_bytes) == 0) {
        return ASSAY_E_CORRUPT;
    }
    const struct assay_record_fields *row = assay_record_fields_of(data[0]);
    bool known = row != NULL && data[1] <= (row->newest == 0 ? 1 : row->newest);
    return known ? ASSAY_OK : ASSAY_E_VERSION;
}

size_t assay_record_encode(const struct assay_record *record, void *data, size_t size_bytes)
{
    const struct assay_record_fields *row = assay_record_fields_of(record->type);
    assay_assert(row != NULL);
    struct assay_wire wire = assay_wire_writer(data, size_bytes);
    unsigned version = row->version == NULL ? 1 : row->version(record);
    put_header(&wire, record->type, version, 0);
    bool valid = row->put(&wire, record);
    assay_wire_put_padding(&wire, 8);
    if (wire.failed || !valid || wire.at > ASSAY_RECORD_BYTES_MAX) {
        return 0;
    }
    struct assay_wire header = assay_wire_writer(data, RECORD_HEADER_LEN);
    put_header(&header, record->type, version, wire.at);
    return wire.at;
}

/* Padding is shorter than 8 bytes and zero. */
static bool rest_is_padding(struct assay_wire *wire)
{
    size_t rest = wire->len_bytes - wire->at;
    bool zero = rest < 8;
    while (zero && wire->at < wire->len_bytes) {
        zero = assay_wire_get_u8(wire) == 0;
    }
    return zero && !wire->failed;
}

enum assay_error assay_record_decode(const void *data, size_t len_bytes,
                                     struct assay_record *record)
{
    enum assay_error error = assay_record_header_check(data, len_bytes);
    if (error != ASSAY_OK) {
        return error;
    }
    const uint8_t *bytes = data;
    struct assay_record value;
    memset(&value, 0, sizeof value);
    value.type = bytes[0];
    struct assay_wire wire = assay_wire_reader(data, assay_record_len(data, len_bytes));
    wire.at = RECORD_HEADER_LEN;
    if (!assay_record_fields_of(value.type)->get(&wire, &value) || wire.failed ||
        !rest_is_padding(&wire)) {
        return ASSAY_E_CORRUPT;
    }
    *record = value;
    return ASSAY_OK;
}

enum assay_error assay_record_decode_next(const void *data, size_t len_bytes,
                                          struct assay_record *record)
{
    const uint8_t *bytes = data;
    if (len_bytes != ASSAY_SCAN_RECORD_LEN || bytes[0] != ASSAY_RECORD_SCAN) {
        return assay_record_decode(data, len_bytes, record);
    }
    record->type = ASSAY_RECORD_SCAN;
    return assay_scan_record_decode(bytes, &record->scan);
}
