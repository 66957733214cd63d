// SPDX-License-Identifier: Apache-2.0
/* A QR code's dark runs as PDF path operators, noted in a deflate stream.
 *
 * Each row is one path in its own coordinates, then the origin moves down by one module, so that a
 * run's text ("3 0 1.998 1 re") says nothing about its row and comes again all over the page: runs of
 * rows seen before become copies. The finder patterns are left out: they are the same on every
 * label and stand in the form that all labels share.
 *
 * A run is drawn 0.002 modules narrower and lower than it is, and the caller moves the whole by
 * ASSAY_QR_INSET: renderers and printers darken every dot that a shape touches (ISO 32000-1,
 * 10.6.5), so an edge that lies exactly between two dots would darken both.
 */
#ifndef ASSAY_CODEGEN_QR_PATH_H
#define ASSAY_CODEGEN_QR_PATH_H

#include "codegen/deflate.h"
#include "codegen/qr.h"

#define ASSAY_FINDER_MODULES 7
/* In modules. Below 1/4 dot up to 125 dots a module. */
#define ASSAY_QR_INSET 0.001
/* Height of a run, and of a unit in assay_qr_path_put's coordinates. */
#define ASSAY_QR_ROW 0.998

struct assay_qr_path;

/** Create what remembers a page's runs. ASSAY_OK or ASSAY_E_MEMORY; the caller destroys it. */
ASSAY_MUST_CHECK enum assay_error assay_qr_path_create(struct assay_qr_path **path);

/** Free; NULL is allowed. */
void assay_qr_path_destroy(struct assay_qr_path *path);

/** Begin a new stream: forget everything. */
void assay_qr_path_reset(struct assay_qr_path *path);

/** Append a matrix, finder patterns left out. The origin is the matrix's top left corner, a unit
 *  is a module wide and ASSAY_QR_ROW modules high, y grows downwards. ASSAY_OK or ASSAY_E_MEMORY (also sticky in deflate). */
ASSAY_MUST_CHECK enum assay_error assay_qr_path_put(struct assay_qr_path *path,
                                                    const struct assay_matrix *matrix,
                                                    struct assay_deflate *deflate);

#endif
