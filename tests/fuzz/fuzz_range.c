// SPDX-License-Identifier: Apache-2.0
/* Ranges of the command line lie in the batch, or are refused with a reason; their plans place every
 * page. The first three bytes are the batch's count. */
#include "fuzz.h"

#include <string.h>

#include "codegen/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[64];
    if (size < 3 || size - 3 >= sizeof text) {
        return 0;
    }
    uint32_t count = 1 + (data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16);
    memcpy(text, data + 3, size - 3);
    text[size - 3] = '\0';
    struct assay_range range = {0};
    struct assay_reason reason = {""};
    if (assay_plan_range_parse(text, count, &range, &reason) != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return 0;
    }
    assay_assert(range.first <= range.last);
    assay_assert(range.last < count);
    struct assay_plan plan;
    assay_plan_make(range, 21, 1000, &plan);
    struct assay_plan_page place;
    assay_plan_page(&plan, plan.pages - 1, &place);
    assay_assert(place.labels.last == range.last);
    assay_assert(place.file + 1 == plan.files);
    assay_plan_page(&plan, 0, &place);
    assay_assert(place.labels.first == range.first);
    return 0;
}
