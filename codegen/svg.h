// SPDX-License-Identifier: Apache-2.0
/* SVG 1.1, all outlines: no font is needed where it is printed. A page a file, or all pages of a job
 * in one file, one below the other (--one-file). */
#ifndef ASSAY_CODEGEN_SVG_H
#define ASSAY_CODEGEN_SVG_H

#include "codegen/format.h"

extern const struct assay_format assay_svg_format;
extern const struct assay_format assay_svg_one_format;

#endif
