// SPDX-License-Identifier: Apache-2.0
/* The objects at the head of a PDF file that do not change from page to page. */
#ifndef ASSAY_CODEGEN_PDF_SHARED_H
#define ASSAY_CODEGEN_PDF_SHARED_H

#include "codegen/format.h"

#define ASSAY_PDF_SHARED_OBJECTS 12u

/** Append the file's header and objects 1..ASSAY_PDF_SHARED_OBJECTS; page i of `pages` is object
 *  ASSAY_PDF_SHARED_OBJECTS + 1 + 2 * i.
 *  offsets: out, [1] to [ASSAY_PDF_SHARED_OBJECTS]. out: empty before. ASSAY_OK or E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_pdf_shared_put(const struct assay_sheet *sheet,
                                                       uint32_t pages, uint64_t *offsets,
                                                       struct assay_buffer *out);

#endif
