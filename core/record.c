// SPDX-License-Identifier: Apache-2.0
#include "core/record.h"

#define RECORD_LEN_MIN 16

const char *assay_record_type_name(enum assay_record_type type)
{
    static const char *const names[] = {
        [ASSAY_RECORD_SCAN] = "scan",
        [ASSAY_RECORD_PLACE] = "place",
        [ASSAY_RECORD_BRAND] = "brand",
        [ASSAY_RECORD_PRODUCT] = "product",
        [ASSAY_RECORD_BATCH] = "batch",
        [ASSAY_RECORD_MOVE] = "move",
        [ASSAY_RECORD_MANIFEST] = "manifest",
        [ASSAY_RECORD_SITE] = "site",
        [ASSAY_RECORD_TOKEN] = "token",
        [ASSAY_RECORD_CLAIM] = "claim",
        [ASSAY_RECORD_FIND] = "find",
        [ASSAY_RECORD_REPORT] = "report",
        [ASSAY_RECORD_SUMMARY] = "summary",
        [ASSAY_RECORD_JOB] = "job",
        [ASSAY_RECORD_SPOIL] = "spoil",
        [ASSAY_RECORD_HONEY] = "honey",
        [ASSAY_RECORD_ALERT] = "alert",
        [ASSAY_RECORD_CARTON] = "carton",
        [ASSAY_RECORD_PACK] = "pack",
        [ASSAY_RECORD_PACKED] = "packed",
        [ASSAY_RECORD_CARTON_MOVE] = "carton_move",
        [ASSAY_RECORD_PREFIX] = "prefix",
        [ASSAY_RECORD_REFERENCE] = "reference",
        [ASSAY_RECORD_SALES] = "sales",
        [ASSAY_RECORD_PURCHASE] = "purchase",
        [ASSAY_RECORD_IMPORT] = "import",
        [ASSAY_RECORD_PLAN] = "plan",
        [ASSAY_RECORD_HISTORY] = "history",
        [ASSAY_RECORD_CALIBRATION] = "calibration",
        [ASSAY_RECORD_ALERT_STATE] = "alert_state",
        [ASSAY_RECORD_RULES] = "rules",
        [ASSAY_RECORD_WEBHOOK] = "webhook",
    };
    return (unsigned)type < ASSAY_COUNT_OF(names) ? names[type] : NULL;
}

size_t assay_record_len(const void *data, size_t len_bytes)
{
    struct assay_wire wire = assay_wire_reader(data, len_bytes);
    unsigned type = assay_wire_get_u8(&wire);
    unsigned version = assay_wire_get_u8(&wire);
    size_t len = assay_wire_get_u16(&wire);
    bool zero = assay_wire_get_u32(&wire) == 0;
    bool ok = !wire.failed && zero && type != 0 && version != 0 && len % 8 == 0 &&
              len >= RECORD_LEN_MIN && len <= len_bytes;
    return ok ? len : 0;
}
