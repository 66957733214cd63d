// SPDX-License-Identifier: Apache-2.0
/* A bitmap font of 5 x 7 dots for printable ASCII, drawn for this program: for formats of dots. */
#ifndef ASSAY_CODEGEN_GLYPHS_H
#define ASSAY_CODEGEN_GLYPHS_H

#include "core/base.h"

#define ASSAY_GLYPH_WIDTH 5
#define ASSAY_GLYPH_HEIGHT 7
#define ASSAY_GLYPH_ADVANCE 6

/** Rows of a character from the top, the leftmost dot in bit 4; what is not printable ASCII is
 *  drawn as '?'. static. threads: any. */
const uint8_t *assay_glyph(char character);

#endif
