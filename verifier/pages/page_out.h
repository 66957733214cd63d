// SPDX-License-Identifier: Apache-2.0
/* The HTML of one page as it grows. Everything that is put in is escaped, whatever its source: there
 * is no way to put raw text but a literal of this folder's own files. */
#ifndef ASSAY_VERIFIER_PAGE_OUT_H
#define ASSAY_VERIFIER_PAGE_OUT_H

#include "verifier/pages/page.h"

/** A growing page; the first failed allocation sticks and the rest is dropped. */
struct assay_page_out {
    enum assay_language language; /* of $t and $f */
    char *data;
    size_t len;
    size_t room;
    bool failed;
};

/** Append a template. Slots:
 *    $s  const char *, escaped for text and for attributes in double quotes
 *    $u  const char *, percent-encoded (RFC 3986: all but unreserved characters)
 *    $n  unsigned
 *    $t  int, an enum assay_page_text, in the page's language
 *    $f  int, const char *: such a text whose {} becomes the escaped argument
 *  A slot's text that is not UTF-8, and control characters and those that turn the direction of
 *  writing, read as U+FFFD. */
void assay_page_put(struct assay_page_out *out, const char *template, ...);

/** A moment as a time element, in the zone of this offset: "2026年11月21日 21:02". */
void assay_page_put_moment(struct assay_page_out *out, int64_t unix_ms, int utc_offset_minutes);

/** A day as a time element: "21 November 2026". */
void assay_page_put_day(struct assay_page_out *out, int32_t day);

#endif
