// SPDX-License-Identifier: Apache-2.0
/* URIs as given: what is taken apart can be put together, and that says the same. */
#include "fuzz.h"

#include <string.h>

#include "core/digital_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct assay_digital_link link;
    static struct assay_digital_link back;
    struct assay_reason reason = {""};
    const char *text = (const char *)data;
    memset(&link, 0, sizeof link);
    memset(&back, 0, sizeof back);
    if (assay_digital_link_parse(text, size, ASSAY_DIGITAL_LINK_TOLERANT, &link, &reason) !=
        ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return 0;
    }
    char uri[4 * ASSAY_DIGITAL_LINK_LEN_MAX];
    struct assay_digital_link order = link;
    enum assay_error error =
        assay_digital_link_write("https://a", &order, uri, sizeof uri, &reason);
    /* A lot in the query is right beside (235), but no URI is made of the two. */
    bool is_odd = error == ASSAY_E_FIELD && assay_digital_link_value(&link, "235") != NULL;
    if (is_odd || error == ASSAY_E_TOO_LARGE) {
        return 0;
    }
    assay_assert(error == ASSAY_OK);
    error = assay_digital_link_parse(uri, strlen(uri), ASSAY_DIGITAL_LINK_STRICT, &back, &reason);
    assay_assert(error == ASSAY_OK);
    assay_assert(back.count == link.count);
    assay_assert(back.path_count == link.path_count);
    for (unsigned i = 0; i < link.count; i++) {
        assay_assert(strcmp(link.elements[i].ai, back.elements[i].ai) == 0);
        assay_assert(strcmp(link.elements[i].value, back.elements[i].value) == 0);
    }
    return 0;
}
