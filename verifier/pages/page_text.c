// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_text.h"

const char *assay_page_text(enum assay_page_text text, enum assay_language language)
{
    static const char *const rows[][2] = {
#define ASSAY_PAGE_TEXT_ROW(name, zh, en) {zh, en},
        ASSAY_PAGE_TEXT_TABLE(ASSAY_PAGE_TEXT_ROW)
#undef ASSAY_PAGE_TEXT_ROW
    };
    assay_assert(text >= 0);
    assay_assert(text < ASSAY_PAGE_TEXT_COUNT);
    return rows[text][language == ASSAY_LANGUAGE_EN];
}
