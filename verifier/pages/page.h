// SPDX-License-Identifier: Apache-2.0
/* The buyer's page: rendered here, in zh-CN or en, with a verdict (form POST) or without (look).
 * Styles and script are static assets under /assets/, compressed when built, named by their hash. */
#ifndef ASSAY_VERIFIER_PAGE_H
#define ASSAY_VERIFIER_PAGE_H

#include "core/claim.h"

enum assay_language { ASSAY_LANGUAGE_ZH, ASSAY_LANGUAGE_EN };

/** Everything that one page shows. Texts are borrowed; NULL or zero where there is nothing. */
struct assay_page {
    enum assay_language language;
    const struct assay_brand_record *brand;
    const char *path;           /* of the request, for the language switch */
    char code[ASSAY_CODE_SIZE]; /* canonical; empty if the code is malformed */
    const char *typed_code;     /* as in the URL, for malformed */
    enum assay_code_hint hint;
    unsigned hint_count;
    const struct assay_product *product; /* NULL until a verdict says that it was issued */
    const struct assay_batch_facts *batch;
    bool has_pin; /* ask for it */
    bool scan_on_tap;
    bool offline_form;            /* O1: says "issued", never "not copied" */
    const char *gtin, *lot, *sig; /* what the URL said, passed on */
    const char *scan_id;          /* fresh, 32 hex digits, for the form */
    bool decided;                 /* a verdict follows */
    enum assay_verdict verdict;
    const struct assay_scan_answer *answer; /* NULL for malformed and not_issued */
    const struct assay_place *place;        /* of this scan */
    const struct assay_place *first_place;
    const char *receipt; /* offers the warranty form */
    const char *message; /* of a form that was posted: registered, reported, refused */
    int64_t now_unix_ms;
};

/** A static asset, compressed when built. */
struct assay_asset {
    const char *path; /* "/assets/page-0123abcd.js" */
    const char *type;
    struct assay_span plain;
    struct assay_span gzip;
    struct assay_span brotli; /* empty: there is none */
};

/** Content-Security-Policy of the page; static. */
const char *assay_page_csp(void);

/** Language by `?lang=` first, then Accept-Language (RFC 9110, 12.5.4); zh-CN if neither says. */
enum assay_language assay_page_language(const char *query, size_t query_len, const char *accept,
                                        size_t accept_len);

/** Render. html: out, malloc'ed with its length; the caller frees. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_page_render(const struct assay_page *page, char **html,
                                                    size_t *len_bytes);

/** The asset at a path, or NULL. threads: any. */
const struct assay_asset *assay_page_asset(const char *path, size_t path_len);

/** Name of a country or region code in a language (ISO 3166; "CN-GD" to 广东 or Guangdong);
 *  the code itself if there is none. static. */
const char *assay_region_name(const char *code, enum assay_language language);

#endif
