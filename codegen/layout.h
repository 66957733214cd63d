// SPDX-License-Identifier: Apache-2.0
/* Where things stand on a page, in dots of the chosen resolution: every module and every origin is
 * a whole number of dots, so that no printer or renderer has to round.
 *
 * Dots count from the page's top left corner; formats whose y grows upwards turn them over.
 */
#ifndef ASSAY_CODEGEN_LAYOUT_H
#define ASSAY_CODEGEN_LAYOUT_H

#include "core/error.h"

/* Module sizes below this are not printed: phones begin to fail on them. */
#define ASSAY_MODULE_MIN_UM 330

#define ASSAY_DPI_MIN 72
#define ASSAY_DPI_MAX 2400
#define ASSAY_DPI_DEFAULT 300

#define ASSAY_LAYOUT_NAME_MAX 40
/* Bounds of lengths: a label of 10 mm to a page of 2 m. */
#define ASSAY_LABEL_MIN_UM 10000
#define ASSAY_PAGE_MAX_UM 2000000
#define ASSAY_LAYOUT_CELLS_MAX 200 /* columns, and rows */

/** A page of labels, in micrometres. On a roll a page is one row of labels. */
struct assay_layout {
    char name[ASSAY_LAYOUT_NAME_MAX + 1];
    char about[64];
    int32_t page_width_um;
    int32_t page_height_um;
    uint32_t columns;
    uint32_t rows;
    int32_t left_um; /* of the first label */
    int32_t top_um;
    int32_t label_width_um;
    int32_t label_height_um;
    int32_t column_gap_um;
    int32_t row_gap_um;
    int32_t roll_gap_um; /* between pages of a roll */
    bool roll;
};

/** What a line of text shows, and in which face: fixed texts in the proportional one, what changes
 *  from label to label in the one of one width, 0.6 em a character. */
enum assay_line_kind {
    ASSAY_LINE_FIXED,
    ASSAY_LINE_CODE,     /* a part of the code in groups */
    ASSAY_LINE_PIN,      /* ASSAY_PIN_LEN characters */
    ASSAY_LINE_POSITION, /* ASSAY_POSITION_LEN digits */
    ASSAY_LINE_SSCC,     /* a part of a carton's number */
};

#define ASSAY_POSITION_LEN 8u
#define ASSAY_LINE_TEXT_MAX 255u
#define ASSAY_LINES_MAX 24u

/** A line: where its baseline begins, from the label's corner, and its font size. */
struct assay_line {
    enum assay_line_kind kind;
    int32_t x, y;
    int32_t em;
    int32_t width;     /* of what it shows */
    uint8_t from, len; /* CODE: which of the grouped code's characters; SSCC: digits */
    char text[ASSAY_LINE_TEXT_MAX + 1]; /* FIXED: clean UTF-8 */
};

/** The frame of the PIN's covered area; stroke 0 if there is none. */
struct assay_frame {
    int32_t x, y;
    int32_t width, height;
    int32_t stroke;
};

/** A layout at a resolution, for QR codes of one size. In dots. */
struct assay_placement {
    uint32_t dpi;
    int32_t page_width;
    int32_t page_height;
    int32_t label_width;
    int32_t label_height;
    uint32_t labels_per_page;
    int32_t module;   /* side of a module */
    uint32_t modules; /* of a side, without the quiet zone */
    int32_t qr_x;     /* of the first module, inside the quiet zone, from the label's corner */
    int32_t qr_y;
    struct assay_line line[ASSAY_LINES_MAX];
    unsigned lines;
    struct assay_frame frame;
    const struct assay_layout *layout;
};

/** Dots of a length: the nearest number; the largest that fits; and back. */
int32_t assay_dots_near(int64_t um, uint32_t dpi);
int32_t assay_dots_within(int64_t um, uint32_t dpi);
int64_t assay_um_of(int64_t dots, uint32_t dpi);

/** The layout of a name, or a roll: "roll:WIDTHxHEIGHT+GAP" in mm, decimals allowed.
 *
 *  own      room for a roll; borrowed as long as *layout is.
 *  returns  ASSAY_OK or ASSAY_E_USAGE with the names there are. *layout: static, or own.
 */
ASSAY_MUST_CHECK enum assay_error assay_layout_find(const char *name, struct assay_layout *own,
                                                    const struct assay_layout **layout,
                                                    struct assay_reason *reason);

/** The nth layout, or NULL past the last; static. */
const struct assay_layout *assay_layout_nth(size_t n);

/** Check that labels lie on the page, apart from each other, within bounds.
 *  returns ASSAY_OK or ASSAY_E_REFUSED with the numbers. */
ASSAY_MUST_CHECK enum assay_error assay_layout_check(const struct assay_layout *layout,
                                                     struct assay_reason *reason);

/** Top left corner of a label of a page, slot < labels_per_page; rows first. x, y: out. */
void assay_placement_corner(const struct assay_placement *placement, uint32_t slot, int32_t *x,
                            int32_t *y);

#endif
