// SPDX-License-Identifier: Apache-2.0
/* Lists of cartons: what is taken adds up and holds nothing twice; what is refused says why. */
#include "fuzz.h"

#include <string.h>

#include "codegen/carton_file.h"
#include "core/digital_link.h"

static void check(const struct assay_carton_file *file)
{
    uint32_t units = 0;
    for (uint32_t i = 0; i < file->groups; i++) {
        const struct assay_carton_group *group = &file->group[i];
        assay_assert(group->units >= 1);
        assay_assert(group->first == units);
        units += group->units;
    }
    assay_assert(units == file->count);
    for (uint32_t i = 0; i < file->count; i++) {
        struct assay_digital_link link;
        char url[ASSAY_URL_MAX + 1];
        assay_assert(assay_sscc_is_right(file->sscc[i]));
        size_t len = assay_carton_url(file, i, url);
        enum assay_error error =
            assay_digital_link_parse(url, len, ASSAY_DIGITAL_LINK_STRICT, &link, NULL);
        assay_assert(error == ASSAY_OK);
        for (uint32_t k = 0; k < i && i < 64; k++) {
            assay_assert(file->sscc[i] != file->sscc[k]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_reason reason = {""};
    struct assay_carton_file file;
    enum assay_error error = assay_carton_file_read((const char *)data, size, &file, &reason);
    if (error != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return 0;
    }
    check(&file);
    assay_carton_file_deinit(&file);
    return 0;
}
