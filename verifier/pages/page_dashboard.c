// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_dashboard.h"

#include <string.h>

/* Made by dashboard/build.mjs: the table `files`, the page first; its bytes are in an assembler's
 * file. Built without a dashboard: one row of nothing. */
#include "verifier/dashboard/dashboard_files.inc"

const struct assay_asset *assay_dashboard_page(void)
{
    return files[0].path == NULL ? NULL : &files[0];
}

const struct assay_asset *assay_dashboard_asset(const char *path, size_t path_len)
{
    for (size_t i = 1; i < ASSAY_COUNT_OF(files); i++) {
        if (strlen(files[i].path) == path_len && memcmp(files[i].path, path, path_len) == 0) {
            return &files[i];
        }
    }
    return NULL;
}
