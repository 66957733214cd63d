// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_parts.h"

#include <string.h>

/* Made by embed.py: the files' bytes, their paths, and the table `assets`. */
#include "verifier/page_assets.inc"

const char assay_page_css_path[] = ASSET_BUYER_CSS;
const char assay_page_js_path[] = ASSET_BUYER_JS;
const char assay_page_icon_path[] = ASSET_MARK_SVG;

const struct assay_asset *assay_page_asset(const char *path, size_t path_len)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(assets); i++) {
        if (strlen(assets[i].path) == path_len && memcmp(assets[i].path, path, path_len) == 0) {
            return &assets[i];
        }
    }
    return NULL;
}

const char *assay_page_csp(void)
{
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
           "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}
