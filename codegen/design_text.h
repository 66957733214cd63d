// SPDX-License-Identifier: Apache-2.0
/* The column of texts beside or below a QR code. */
#ifndef ASSAY_CODEGEN_DESIGN_TEXT_H
#define ASSAY_CODEGEN_DESIGN_TEXT_H

#include "codegen/design.h"

/** Room for the texts, in dots of the label. */
struct assay_column {
    int32_t x, y;
    int32_t width, height;
    int32_t spread; /* where the texts nearly fill so much of the height, they are spread to it */
    bool centered;  /* lines stand in the middle of the width */
};

/** Set the texts into a column.
 *  returns ASSAY_OK with lines and frame of placement; ASSAY_E_REFUSED with the numbers. */
ASSAY_MUST_CHECK enum assay_error assay_column_set(const struct assay_design *design,
                                                   const struct assay_column *column,
                                                   struct assay_placement *placement,
                                                   struct assay_reason *reason);

#endif
