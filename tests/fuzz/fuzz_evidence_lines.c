// SPDX-License-Identifier: Apache-2.0
/* Files of evidence; the first byte says of which kind. What is taken is sorted and in bounds, what is
 * refused names a line. Every code that is well formed is somebody's here. */
#include "fuzz.h"

#include <string.h>

#include "core/evidence.h"
#include "core/evidence_lines.h"

static enum assay_error open_any(void *context, const struct assay_history_row *code,
                                 uint64_t *item, const char **sku)
{
    (void)context;
    bool is_item = code->kind == ASSAY_HISTORY_ITEM;
    uint32_t index = is_item ? code->index : code->parts.masked % ASSAY_BATCH_ITEMS_MAX;
    if (index >= ASSAY_BATCH_ITEMS_MAX) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *item = assay_item_key_of(is_item ? code->handle : code->parts.handle, index);
    *sku = "S";
    return ASSAY_OK;
}

static bool has_product(void *context, const char *sku)
{
    (void)context;
    return sku[0] == 'S';
}

static void check(enum assay_import_kind kind, const struct assay_evidence_lines *lines)
{
    assay_assert(lines->item_count <= lines->count);
    for (size_t i = 1; kind == ASSAY_IMPORT_REFERENCE && i < lines->item_count; i++) {
        assay_assert(lines->items[i - 1] < lines->items[i]);
    }
    for (size_t i = 0; kind == ASSAY_IMPORT_SALES && i < lines->count; i++) {
        assay_assert(lines->sales[i].week % 7 == 4);
        assay_assert(lines->sales[i].where.country[0] != '\0');
        assay_assert(i == 0 || assay_sale_compare(&lines->sales[i - 1], &lines->sales[i]) < 0);
    }
    for (size_t i = 0; kind == ASSAY_IMPORT_PURCHASE && i < lines->count; i++) {
        assay_assert(lines->purchases[i].at_unix_ms > 0);
        assay_assert(lines->purchases[i].sku[0] == 'S');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct assay_reason reason = {""};
    struct assay_evidence_lines lines;
    const struct assay_evidence_reading how = {.kind = ASSAY_IMPORT_REFERENCE + data[0] % 3,
                                               .latest = 4102444800000,
                                               .open = open_any,
                                               .has_product = has_product};
    const struct assay_span csv = {data + 1, size - 1};
    if (assay_evidence_lines_read(csv, &how, &lines, &reason) != ASSAY_OK) {
        assay_assert(strncmp(reason.text, "line ", 5) == 0);
        return 0;
    }
    check(how.kind, &lines);
    assay_evidence_lines_deinit(&lines);
    return 0;
}
