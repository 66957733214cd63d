// SPDX-License-Identifier: Apache-2.0
/* The fonts of a PDF file, embedded: /C, of one width, for what changes from label to label, one
 * byte a character (ISO 32000-1, 9.6.3); /T for what stays the same, as glyph numbers (9.7). */
#ifndef ASSAY_CODEGEN_PDF_FONTS_H
#define ASSAY_CODEGEN_PDF_FONTS_H

#include "codegen/font_subset.h"
#include "codegen/format.h"

/* Object numbers. */
enum assay_pdf_font_object {
    ASSAY_PDF_FONT_C = 3,
    ASSAY_PDF_FONT_T = 4,
    ASSAY_PDF_FONT_C_FACTS = 6,
    ASSAY_PDF_FONT_C_FILE = 7,
    ASSAY_PDF_FONT_T_CID = 8,
    ASSAY_PDF_FONT_T_FACTS = 9,
    ASSAY_PDF_FONT_T_FILE = 10,
    ASSAY_PDF_FONT_T_UNICODE = 11,
};

/** One font: what PDF writes about it, and its file, compressed. */
struct assay_pdf_font {
    struct assay_subset subset;
    struct assay_font_facts facts;
    size_t plain_bytes;
    char tag[7];
    int advance[ASSAY_SUBSET_MAX]; /* in the subset's order, 1/1000 em */
};

/** Made once a job; read only then. */
struct assay_pdf_fonts {
    struct assay_pdf_font c, t;
};

/** prepare of the PDF format; shared is a struct assay_pdf_fonts. */
ASSAY_MUST_CHECK enum assay_error assay_pdf_fonts_prepare(const struct assay_sheet *sheet,
                                                          void **shared,
                                                          struct assay_reason *reason);

/** Its release. */
void assay_pdf_fonts_release(void *shared);

/** Append an object of the fonts without "N 0 obj" and "endobj". ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_pdf_fonts_put(const struct assay_pdf_fonts *fonts,
                                                      enum assay_pdf_font_object object,
                                                      struct assay_buffer *out);

/** Append a text as /T writes it: "<glyph numbers>Tj". ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_pdf_fonts_text(const struct assay_pdf_fonts *fonts,
                                                       const char *text, struct assay_buffer *out);

#endif
