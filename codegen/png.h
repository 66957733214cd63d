// SPDX-License-Identifier: Apache-2.0
/* PNG, 1 bit a pixel, one file a page, with its resolution in pHYs. */
#ifndef ASSAY_CODEGEN_PNG_H
#define ASSAY_CODEGEN_PNG_H

#include "codegen/format.h"

extern const struct assay_format assay_png_format;

#endif
