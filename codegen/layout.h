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

/** A page of labels, in micrometres. */
struct assay_layout {
    const char *name;
    const char *about;
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
};

/** A line of text: where its baseline begins, from the label's corner, and its size. */
struct assay_text_place {
    int32_t x;
    int32_t y;
    int32_t em;    /* font size */
    int32_t width; /* room; longer texts are cut */
};

/** A layout at a resolution, for QR codes of one size. In dots. */
struct assay_placement {
    uint32_t dpi;
    int32_t page_width;
    int32_t page_height;
    uint32_t labels_per_page;
    int32_t module;   /* side of a module */
    uint32_t modules; /* of a side, without the quiet zone */
    int32_t qr_x;     /* of the first module, inside the quiet zone, from the label's corner */
    int32_t qr_y;
    struct assay_text_place product;
    struct assay_text_place code; /* fixed pitch, 0.6 em a character */
    struct assay_text_place pin;  /* fixed pitch */
    struct assay_text_place fact; /* the first line of small text */
    int32_t fact_step;            /* to the next one */
    const struct assay_layout *layout;
};

/** The layout of a name. ASSAY_OK or ASSAY_E_USAGE with the names there are; static. */
ASSAY_MUST_CHECK enum assay_error assay_layout_find(const char *name,
                                                    const struct assay_layout **layout,
                                                    struct assay_reason *reason);

/** The nth layout, or NULL past the last; static. */
const struct assay_layout *assay_layout_nth(size_t n);

/** Place a layout.
 *
 *  dpi      ASSAY_DPI_MIN..MAX.  modules  of a side, without the quiet zone.
 *  returns  ASSAY_OK; ASSAY_E_REFUSED with the numbers if modules would be below
 *           ASSAY_MODULE_MIN_UM or something does not fit. placement: out, only on ASSAY_OK.
 */
ASSAY_MUST_CHECK enum assay_error assay_layout_place(const struct assay_layout *layout,
                                                     uint32_t dpi, uint32_t modules,
                                                     struct assay_placement *placement,
                                                     struct assay_reason *reason);

/** Top left corner of a label of a page, slot < labels_per_page; rows first. x, y: out. */
void assay_placement_corner(const struct assay_placement *placement, uint32_t slot, int32_t *x,
                            int32_t *y);

#endif
