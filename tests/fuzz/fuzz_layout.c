// SPDX-License-Identifier: Apache-2.0
/* A layout file is taken whole or not at all; a refusal names at least one problem; what was taken
 * keeps its labels on its page. */
#include "fuzz.h"

#include <string.h>

#include "codegen/layout_file.h"

static void count(void *context, const char *line)
{
    assay_assert(line[0] != '\0');
    (*(unsigned *)context)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_layout layout, untouched;
    unsigned problems = 0;
    const struct assay_layout_sink sink = {.problem = count, .context = &problems};
    struct assay_buffer text = {0};
    if (size > ASSAY_LAYOUT_FILE_BYTES_MAX || assay_buffer_put(&text, data, size) != ASSAY_OK) {
        return 0;
    }
    memset(&layout, 0x5a, sizeof layout);
    memcpy(&untouched, &layout, sizeof layout);
    enum assay_error error = assay_layout_parse("fuzz", &text, &layout, &sink);
    assay_buffer_deinit(&text);
    if (error == ASSAY_OK) {
        assay_assert(problems == 0);
        error = assay_layout_check(&layout, NULL);
        assay_assert(error == ASSAY_OK);
    } else {
        assay_assert(problems > 0);
        assay_assert(problems <= 21);
        assay_assert(memcmp(&layout, &untouched, sizeof layout) == 0);
    }
    return 0;
}
