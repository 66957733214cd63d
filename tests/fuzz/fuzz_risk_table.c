// SPDX-License-Identifier: Apache-2.0
/* Bytes are a table of risk in its one form or the one before, or refused and nothing written. */
#include "fuzz.h"

#include <string.h>

#include "core/risk_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct assay_risk_table table;
    static uint8_t again[ASSAY_RISK_TABLE_BYTES];
    table.version = 0x5a5a5a5a;
    if (assay_risk_table_decode(data, size, &table) != ASSAY_OK) {
        assay_assert(table.version == 0x5a5a5a5a);
        return 0;
    }
    /* The form before ended without what alerts taught. */
    size_t end = sizeof again - 8;
    assay_risk_table_encode(&table, again);
    assay_assert(size == sizeof again || (size == end && data[0] == 1));
    assay_assert(memcmp(again + 1, data + 1, size - 1) == 0);
    return 0;
}
