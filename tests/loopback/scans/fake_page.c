// SPDX-License-Identifier: Apache-2.0
/* Stands in for the buyer's page: writes what it is given, one field a line. */
#include <stdio.h>
#include <string.h>

#include "verifier/pages/page.h"

const char *assay_page_csp(void)
{
    return "default-src 'none'";
}

enum assay_language assay_page_language(const char *query, size_t query_len, const char *accept,
                                        size_t accept_len)
{
    (void)accept;
    (void)accept_len;
    return query_len == 7 && memcmp(query, "lang=en", 7) == 0 ? ASSAY_LANGUAGE_EN
                                                              : ASSAY_LANGUAGE_ZH;
}

enum assay_error assay_page_render(const struct assay_page *page, char **html, size_t *len_bytes)
{
    FILE *out = open_memstream(html, len_bytes);
    assay_assert(out != NULL);
    fprintf(out, "language=%d\npath=%s\ncode=%s\ngtin=%s\nlot=%s\nsig=%s\n", page->language,
            page->path, page->code, page->gtin == NULL ? "" : page->gtin,
            page->lot == NULL ? "" : page->lot, page->sig == NULL ? "" : page->sig);
    fprintf(out, "scan_id=%s\ndecided=%d\nverdict=%s\nhint=%d/%u\n", page->scan_id, page->decided,
            page->decided ? assay_verdict_row(page->verdict)->name : "-", page->hint,
            page->hint_count);
    fprintf(out, "product=%s\nhas_pin=%d\nreceipt=%d\noffline=%d\n",
            page->product == NULL ? "-" : page->product->value.sku, page->has_pin,
            page->receipt != NULL, page->offline_form);
    fprintf(out, "message=%s\n", page->message == NULL ? "" : page->message);
    fclose(out);
    return ASSAY_OK;
}

const struct assay_asset *assay_page_asset(const char *path, size_t path_len)
{
    static const struct assay_asset asset = {
        .path = "/assets/page-0123abcd.js",
        .type = "text/javascript",
        .plain = {(const uint8_t *)"plain text", 10},
        .gzip = {(const uint8_t *)"GZIPPED", 7},
    };
    bool found = path_len == strlen(asset.path) && memcmp(path, asset.path, path_len) == 0;
    return found ? &asset : NULL;
}
