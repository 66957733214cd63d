// SPDX-License-Identifier: Apache-2.0
/* Printed pages: A4 portrait as PDF, with text, lines, boxes and page breaks. Cairo stops here.
 * Measures are points (1/72 inch) from the upper left corner. */
#ifndef ASSAY_BATCH_TOOLS_PAPER_H
#define ASSAY_BATCH_TOOLS_PAPER_H

#include "core/error.h"

#define ASSAY_PAPER_LEFT 48.0
#define ASSAY_PAPER_RIGHT 547.0
#define ASSAY_PAPER_TOP 56.0
#define ASSAY_PAPER_BOTTOM 780.0

struct assay_paper;

enum assay_paper_ink {
    ASSAY_INK_TEXT,
    ASSAY_INK_FAINT,
    ASSAY_INK_MARK,
    ASSAY_INK_BAND,
    ASSAY_INK_GRID
};
enum assay_paper_side { ASSAY_SIDE_LEFT, ASSAY_SIDE_RIGHT };

/** Where a text stands: baseline, size, and which of its ends is at x. */
struct assay_paper_spot {
    double x;
    double y;
    double size;
    enum assay_paper_side side;
    enum assay_paper_ink ink;
};

/** Begin a document.
 *  path        written as it goes; the caller moves it to its name.
 *  title       of the document, UTF-8.
 *  created_at  Unix ms: what the file says of itself, so that the same report is the same bytes.
 *  returns     ASSAY_OK; ASSAY_E_IO; ASSAY_E_NOT_FOUND (the font); ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_paper_open(const char *path, const char *title,
                                                   int64_t created_at_unix_ms,
                                                   struct assay_paper **paper,
                                                   struct assay_reason *reason);

/** End it. ASSAY_OK, or ASSAY_E_IO: the file is not whole. */
ASSAY_MUST_CHECK enum assay_error assay_paper_close(struct assay_paper *paper);

/** A line of text; what does not fit in `room` points is cut, with an ellipsis. 0: any length. */
void assay_paper_text(struct assay_paper *paper, const struct assay_paper_spot *spot,
                      const char *text, double room);

/** A paragraph from left to right margin, broken at blanks. returns the y below it. */
double assay_paper_paragraph(struct assay_paper *paper, double y, const char *text);

/** A line, and a filled box. */
void assay_paper_line(struct assay_paper *paper, const double from[2], const double to[2],
                      enum assay_paper_ink ink);
void assay_paper_box(struct assay_paper *paper, const double corner[2], const double size[2],
                     enum assay_paper_ink ink);

/** The next page; its number and the title stand at its foot. */
void assay_paper_next(struct assay_paper *paper);

#endif
