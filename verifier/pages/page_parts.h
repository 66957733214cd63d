// SPDX-License-Identifier: Apache-2.0
/* The parts that page.c puts together. */
#ifndef ASSAY_VERIFIER_PAGE_PARTS_H
#define ASSAY_VERIFIER_PAGE_PARTS_H

#include "verifier/pages/page_out.h"
#include "verifier/pages/page_text.h"

/* Where the page's own files are. */
extern const char assay_page_css_path[];
extern const char assay_page_js_path[];
extern const char assay_page_icon_path[];

/** The coloured panel: what is large, the sentence, what to do. */
void assay_page_panel(struct assay_page_out *out, const struct assay_page *page);

/** What is known: first scan, how often, lot, expiry, warranty, the code itself. */
void assay_page_facts(struct assay_page_out *out, const struct assay_page *page);

/** An icon by the shape's name: "check", "seal", "warn", "stop", "alert", "clock", "ask", "look". */
void assay_page_icon(struct assay_page_out *out, const char *shape);

/** The button that scans, for a page that was only looked at. */
void assay_page_scan_form(struct assay_page_out *out, const struct assay_page *page);

/** Asks for the PIN. */
void assay_page_pin_form(struct assay_page_out *out, const struct assay_page *page);

/** Asks for a code. */
void assay_page_code_form(struct assay_page_out *out, const struct assay_page *page);

/** Offers to register the warranty, or to find the registration. */
void assay_page_warranty_form(struct assay_page_out *out, const struct assay_page *page);

/** Offers to report a fake. */
void assay_page_report_form(struct assay_page_out *out, const struct assay_page *page);

/** True if the verdict tells the buyer to report. */
bool assay_page_asks_for_report(const struct assay_page *page);

/** "zh" or "en", for `?lang=`. */
const char *assay_page_lang(enum assay_language language);

#endif
