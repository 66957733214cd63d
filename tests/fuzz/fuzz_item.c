// SPDX-License-Identifier: Apache-2.0
/* An item's row is refused or read; what was read is written, and read back the same. */
#include "fuzz.h"

#include <string.h>

#include "core/item.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_item item;
    struct assay_item back;
    if (assay_item_decode(data, size, &item) != ASSAY_OK) {
        return 0;
    }
    uint8_t row[ASSAY_ITEM_ROW_MAX];
    uint8_t again[ASSAY_ITEM_ROW_MAX];
    size_t len = assay_item_encode(&item, row);
    assay_assert(assay_item_decode(row, len, &back) == ASSAY_OK);
    assay_assert(assay_item_encode(&back, again) == len);
    assay_assert(memcmp(row, again, len) == 0);
    return 0;
}
