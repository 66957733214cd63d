// SPDX-License-Identifier: Apache-2.0
/* SVG 1.1, one file a page. Lengths are in mm, the drawing in dots, modules in whole dots. */
#ifndef ASSAY_CODEGEN_SVG_H
#define ASSAY_CODEGEN_SVG_H

#include "codegen/format.h"

extern const struct assay_format assay_svg_format;

#endif
