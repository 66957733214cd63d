// SPDX-License-Identifier: Apache-2.0
/* The page as a line of text, so that a test sees what it was given. */
#include <stdio.h>
#include <string.h>

#include "verifier/pages/page_carton.h"
#include "verifier/pages/page_login.h"

const char *assay_page_csp(void)
{
    return "default-src 'none'";
}

enum assay_language assay_page_language(const char *query, size_t query_len, const char *accept,
                                        size_t accept_len)
{
    (void)query;
    (void)query_len;
    return accept_len >= 2 && memcmp(accept, "en", 2) == 0 ? ASSAY_LANGUAGE_EN : ASSAY_LANGUAGE_ZH;
}

enum assay_error assay_page_render(const struct assay_page *page, char **html, size_t *len_bytes)
{
    int len = asprintf(html, "<p>%s|%s|%s|%s|%zu", page->message, page->path, page->code,
                       page->brand->name, strlen(page->scan_id));
    assay_assert(len > 0);
    *len_bytes = (size_t)len;
    return ASSAY_OK;
}

enum assay_error assay_page_login_render(const struct assay_page_login *page, char **html,
                                         size_t *len_bytes)
{
    int len = asprintf(html, "<p>%s|%s|%d", page->who == NULL ? "nobody" : page->who, page->next,
                       (int)page->note);
    assay_assert(len > 0);
    *len_bytes = (size_t)len;
    return ASSAY_OK;
}

enum assay_error assay_page_carton_render(const struct assay_page_carton *page, char **html,
                                          size_t *len_bytes)
{
    int len = asprintf(html, "<p>%s|%s", page->sscc, page->inspector ? "inspector" : "everybody");
    assay_assert(len > 0);
    *len_bytes = (size_t)len;
    return ASSAY_OK;
}
