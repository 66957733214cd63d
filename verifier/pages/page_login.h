// SPDX-License-Identifier: Apache-2.0
/* The page on which an inspector or auditor logs in with a token, and out again. */
#ifndef ASSAY_VERIFIER_PAGE_LOGIN_H
#define ASSAY_VERIFIER_PAGE_LOGIN_H

#include "verifier/pages/page.h"
#include "verifier/pages/page_out.h"

/* What became of the last try. */
enum assay_login_note { ASSAY_LOGIN_FRESH, ASSAY_LOGIN_WRONG, ASSAY_LOGIN_WAIT, ASSAY_LOGIN_INPUT };

struct assay_page_login {
    enum assay_language language;
    const struct assay_brand_record *brand;
    const char *who;  /* who is logged in; NULL: nobody */
    const char *next; /* the path to go on to; empty: back to this page */
    enum assay_login_note note;
};

/** Render. html: out, malloc'ed with its length; the caller frees. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_page_login_render(const struct assay_page_login *page,
                                                          char **html, size_t *len_bytes);

/** The form that logs in, for a page of its own or within another. next: path to go on to. */
void assay_page_login_form(struct assay_page_out *out, const char *next);

/** The form that logs out. */
void assay_page_logout_form(struct assay_page_out *out, const char *next);

#endif
