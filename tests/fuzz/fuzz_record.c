// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a record: what decodes, encodes to the same bytes. */
#include "fuzz.h"

#include <string.h>

#include "core/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[ASSAY_RECORD_BYTES_MAX];
    struct assay_record record;
    size_t len = assay_record_len(data, size);
    assay_assert(len <= size);
    if (assay_record_decode(data, size, &record) == ASSAY_OK) {
        assay_assert(assay_record_encode(&record, again, sizeof again) == len);
        assay_assert(memcmp(again, data, len) == 0);
        assay_assert(assay_record_type_name(record.type) != NULL);
    }
    if (size >= ASSAY_SCAN_RECORD_LEN) {
        struct assay_scan_record scan;
        if (assay_scan_record_decode(data, &scan) == ASSAY_OK) {
            assay_scan_record_encode(&scan, again);
            assay_assert(memcmp(again, data, ASSAY_SCAN_RECORD_LEN) == 0);
        }
    }
    return 0;
}
