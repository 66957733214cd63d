// SPDX-License-Identifier: Apache-2.0
/* Files of past scans: what is taken lies within its bounds, what is refused names a line, and a
 * record read again from where it stands is the same. */
#include "fuzz.h"

#include <string.h>

#include "core/history_row.h"

#define LATEST 4102444800000

struct reading {
    const char *data;
    size_t size;
    bool header_seen;
};

static enum assay_error same_row(void *context, const struct assay_csv_record *record,
                                 struct assay_reason *reason)
{
    const struct assay_history_row *known = context;
    struct assay_history_row row;
    enum assay_error error = assay_history_row_read(record, LATEST, &row, reason);
    assay_assert(error == ASSAY_OK);
    assay_assert(row.at_unix_ms == known->at_unix_ms);
    assay_assert(row.kind == known->kind);
    assay_assert(memcmp(&row.place, &known->place, sizeof row.place) == 0);
    assay_assert(row.device.len_bytes == known->device.len_bytes);
    return ASSAY_OK;
}

static void check(const struct assay_history_row *row)
{
    assay_assert(row->at_unix_ms > 0);
    assay_assert(row->at_unix_ms <= LATEST);
    assay_assert(row->net < ASSAY_NETS);
    assay_assert(row->channel < ASSAY_CHANNELS);
    assay_assert(row->place.region[0] == '\0' || row->place.country[0] != '\0');
    assay_assert(row->place.city[ASSAY_CITY_MAX] == '\0');
    bool known = row->position.lat_decidegrees != ASSAY_POSITION_NONE;
    assay_assert(!known || (row->position.lat_decidegrees >= -900));
    assay_assert(!known || (row->position.lat_decidegrees <= 900));
    assay_assert(!known || (row->position.lon_decidegrees >= -1800));
    assay_assert(!known || (row->position.lon_decidegrees <= 1800));
    assay_assert(!row->own_position || row->position.accuracy_km == 0);
    if (row->device.len_bytes > 0) {
        uint8_t device[ASSAY_HISTORY_DEVICE_LEN];
        assay_history_device(row, device);
    }
}

static enum assay_error take(void *context, const struct assay_csv_record *record,
                             struct assay_reason *reason)
{
    struct reading *reading = context;
    if (!reading->header_seen) {
        reading->header_seen = true;
        return assay_csv_header(record, &assay_history_columns, reason);
    }
    struct assay_history_row row;
    enum assay_error error = assay_history_row_read(record, LATEST, &row, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    check(&row);
    assay_assert(record->offset < reading->size);
    size_t left = reading->size - record->offset;
    size_t len = record->end - record->offset < left ? record->end - record->offset : left;
    struct assay_csv_reader again;
    assay_csv_reader_init(&again, same_row, &row);
    again.mark = ASSAY_CSV_MARK_PASSED;
    error = assay_csv_reader_feed(&again, reading->data + record->offset, len, reason);
    error = error != ASSAY_OK ? error : assay_csv_reader_end(&again, reason);
    assay_assert(error == ASSAY_OK);
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_reason reason = {""};
    struct reading reading = {(const char *)data, size, false};
    struct assay_csv_reader reader;
    assay_csv_reader_init(&reader, take, &reading);
    enum assay_error error = assay_csv_reader_feed(&reader, reading.data, size, &reason);
    error = error != ASSAY_OK ? error : assay_csv_reader_end(&reader, &reason);
    assay_assert(error == ASSAY_OK || strncmp(reason.text, "line ", 5) == 0);
    return 0;
}
