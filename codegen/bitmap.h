// SPDX-License-Identifier: Apache-2.0
/* Pictures of dots, one bit each, for printers and PNG. */
#ifndef ASSAY_CODEGEN_BITMAP_H
#define ASSAY_CODEGEN_BITMAP_H

#include "codegen/qr.h"

struct assay_dot {
    int32_t x, y;
};

struct assay_rectangle {
    int32_t x, y;
    int32_t width, height;
};

/* What lies behind a picture's bits may be read, and written as it was: a row is laid eight bytes at
 * a time. */
#define ASSAY_BITMAP_SLACK_BYTES 8u

/** Rows from the top, each of stride_bytes; the leftmost dot in the highest bit, 1 is dark; bits
 *  beyond the width are 0; ASSAY_BITMAP_SLACK_BYTES lie behind them. */
struct assay_bitmap {
    int32_t width, height;
    size_t stride_bytes;
    uint8_t *bits;
};

/** An empty picture. width, height: at least 1. ASSAY_OK or ASSAY_E_MEMORY; the caller deinits. */
ASSAY_MUST_CHECK enum assay_error assay_bitmap_init(struct assay_bitmap *bitmap, int32_t width,
                                                    int32_t height);

/** Free the bits; the struct is the caller's. Zeroed ones are allowed. */
void assay_bitmap_deinit(struct assay_bitmap *bitmap);

/** All dots white. */
void assay_bitmap_clear(struct assay_bitmap *bitmap);

/** Darken a rectangle; what lies outside the picture is left out. */
void assay_bitmap_darken(struct assay_bitmap *bitmap, const struct assay_rectangle *rectangle);

/** Darken where another picture is dark, its corner at x, y; what lies outside is left out. */
void assay_bitmap_lay(struct assay_bitmap *bitmap, const struct assay_bitmap *other, int32_t x,
                      int32_t y);

/** A row of a QR code, each module `module` dots wide, as bitmap rows are.
 *  bytes: out, (size * module + 7) / 8 of them. */
void assay_matrix_row(const struct assay_matrix *matrix, unsigned row, int32_t module,
                      uint8_t *bytes);

#endif
