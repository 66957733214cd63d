// SPDX-License-Identifier: Apache-2.0
/* The part of a font that a job's texts need, by HarfBuzz; its types stay in font_subset.c. */
#ifndef ASSAY_CODEGEN_FONT_SUBSET_H
#define ASSAY_CODEGEN_FONT_SUBSET_H

#include "codegen/font.h"

/* Distinct characters of a job's fixed texts; names and free lines together have fewer. */
#define ASSAY_SUBSET_MAX 1200u

struct assay_subset_glyph {
    uint32_t character;
    uint16_t glyph; /* in the subset */
};

/** Zero-initialised it is empty. */
struct assay_subset {
    unsigned count;
    struct assay_subset_glyph glyph[ASSAY_SUBSET_MAX]; /* in order of characters */
    struct assay_buffer file;                          /* a TrueType font */
};

/** Note the characters of a clean UTF-8 text, each once. */
void assay_subset_add(struct assay_subset *subset, const char *text);

/** Cut the noted characters out of a font. ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_REFUSED. */
ASSAY_MUST_CHECK enum assay_error assay_subset_make(struct assay_subset *subset,
                                                    const struct assay_font *font,
                                                    struct assay_reason *reason);

/** Glyph of a character; 0 if it was not noted. */
uint16_t assay_subset_glyph_of(const struct assay_subset *subset, uint32_t character);

/** Free the file; the struct is the caller's. */
void assay_subset_deinit(struct assay_subset *subset);

#endif
