// SPDX-License-Identifier: Apache-2.0
/* Outline fonts by FreeType; its types stay in font.c.
 *
 * A font is used by one thread at a time: a job draws everything that needs it before its workers
 * begin.
 */
#ifndef ASSAY_CODEGEN_FONT_H
#define ASSAY_CODEGEN_FONT_H

#include "codegen/bitmap.h"
#include "codegen/buffer.h"

/* WenQuanYi Micro Hei (Debian: fonts-wqy-microhei), Apache-2.0: a collection, face 0 is
 * proportional, face 1 has Latin of one width. */
#define ASSAY_FONT_FILE "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
#define ASSAY_FONT_FACE_SANS 0u
#define ASSAY_FONT_FACE_MONO 1u

struct assay_font;

/** The two faces of a job. */
struct assay_fonts {
    struct assay_font *sans;
    struct assay_font *mono;
};

/** What PDF asks of a font, in 1/1000 em. */
struct assay_font_facts {
    char name[64]; /* PostScript name; [A-Za-z0-9-] */
    int ascent, descent, cap_height;
    int box[4];
};

/** Open a face of a font file.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND, ASSAY_E_REFUSED (not an outline font, or its licence bits
 *  forbid embedding) with the path; ASSAY_E_MEMORY. *font: the caller's to close. */
ASSAY_MUST_CHECK enum assay_error assay_font_open(const char *path, unsigned face,
                                                  struct assay_font **font,
                                                  struct assay_reason *reason);

/** Close; NULL is allowed. */
void assay_font_close(struct assay_font *font);

/** Path and face it was opened with; borrowed. */
const char *assay_font_path(const struct assay_font *font, unsigned *face);

/** Facts for a PDF font descriptor. */
void assay_font_facts(const struct assay_font *font, struct assay_font_facts *facts);

/** Next character of clean UTF-8, 0 at the end. at: moved past it. */
uint32_t assay_character_next(const char **at);

/** That every character of a clean UTF-8 text has a glyph.
 *  what     names the text in the refusal.
 *  returns  ASSAY_OK; ASSAY_E_REFUSED with the character and its number. */
ASSAY_MUST_CHECK enum assay_error assay_font_check(const struct assay_font *font, const char *what,
                                                   const char *text, struct assay_reason *reason);

/** Advance of a character in 1/1000 em. */
int assay_font_advance(const struct assay_font *font, uint32_t character);

/** Width of the first len bytes of a text at a font size, in the size's unit, rounded up. */
int32_t assay_font_width(const struct assay_font *font, const char *text, size_t len, int32_t em);

/** Draw a text: baseline begins at x, y; em in dots. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_font_draw(const struct assay_font *font, const char *text,
                                                  int32_t em, const struct assay_dot *at,
                                                  struct assay_bitmap *bitmap);

/** Append a character's outline as SVG path data in 1/1000 em, y downwards. ASSAY_OK or
 *  ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_font_outline(const struct assay_font *font,
                                                     uint32_t character, struct assay_buffer *out);

#endif
