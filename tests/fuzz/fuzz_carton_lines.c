// SPDX-License-Identifier: Apache-2.0
/* Files of line scans: what is taken adds up, is sorted, holds nothing twice; what is refused names
 * a line. Every code that is well formed is somebody's item here. */
#include "fuzz.h"

#include "core/carton_lines.h"
#include "core/record.h"

static enum assay_error open_any(void *context, const struct assay_code_parts *parts,
                                 uint64_t *item)
{
    (void)context;
    *item = assay_item_key_of(parts->handle, parts->masked);
    return parts->tag % 16 == 15 ? ASSAY_E_CODE_UNKNOWN : ASSAY_OK;
}

static void check(const struct assay_carton_lines *lines)
{
    uint64_t sum = 0;
    uint32_t items = 0;
    for (uint32_t i = 0; i < lines->parent_count; i++) {
        const struct assay_carton_parent *parent = &lines->parents[i];
        assay_assert(parent->count >= 1);
        assay_assert(parent->sscc == 0 || assay_sscc_is_right(parent->sscc));
        assay_assert(parent->sscc == 0 || assay_carton_lines_find(lines, parent->sscc) == i);
        sum += parent->count;
    }
    assay_assert(sum == lines->line_count);
    for (uint32_t i = 0; i < lines->line_count; i++) {
        const struct assay_carton_line *line = &lines->lines[i];
        bool is_item = (line->child & ASSAY_CARTON_CHILD) == 0;
        assay_assert(i == 0 || line[-1].child < line->child);
        assay_assert(line->parent < lines->parent_count);
        assay_assert(is_item == (lines->parents[line->parent].kind == ASSAY_UNIT_CARTON));
        items += is_item;
    }
    assay_assert(items == lines->item_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_reason reason = {""};
    struct assay_carton_lines lines;
    const struct assay_carton_reading how = {.per_carton = size > 0 ? data[0] % 4 : 0,
                                             .open = open_any};
    if (assay_carton_lines_read((const char *)data, size, &how, &lines, &reason) != ASSAY_OK) {
        assay_assert(reason.text[0] == 'l');
        return 0;
    }
    check(&lines);
    assay_carton_lines_deinit(&lines);
    return 0;
}
