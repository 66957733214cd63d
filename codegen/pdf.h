// SPDX-License-Identifier: Apache-2.0
/* PDF 1.6 sheets (ISO 32000-1), vector, written as a stream: memory does not grow with the file.
 *
 * Objects of a file: 1 catalog, 2 page tree (all pages; its size is known beforehand), 3, 4 and 6 to
 * 11 the fonts (pdf_fonts.h), 5 the form with what all labels share, 12 document information, then for
 * each page its page object and its contents. Files are cut at pages_per_file, so their cross
 * references are few.
 */
#ifndef ASSAY_CODEGEN_PDF_H
#define ASSAY_CODEGEN_PDF_H

#include "codegen/format.h"

extern const struct assay_format assay_pdf_format;

#endif
