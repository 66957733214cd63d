// SPDX-License-Identifier: Apache-2.0
/* The page of a carton or pallet: what it should hold. For everybody product, count and state; for
 * an inspector lots, dates and where it went. It never shows an item's code or PIN. */
#ifndef ASSAY_VERIFIER_PAGE_CARTON_H
#define ASSAY_VERIFIER_PAGE_CARTON_H

#include <jansson.h>

#include "verifier/pages/page.h"

struct assay_page_carton {
    enum assay_language language;
    const struct assay_brand_record *brand;
    const char *sscc;    /* 18 digits; empty: malformed */
    const json_t *shown; /* carton.show's answer; NULL: there is none */
    bool inspector;      /* has shown a token */
};

/** Render. html: out, malloc'ed with its length; the caller frees. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_page_carton_render(const struct assay_page_carton *page,
                                                           char **html, size_t *len_bytes);

#endif
