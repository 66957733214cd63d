// SPDX-License-Identifier: Apache-2.0
/* The design of a label: QR code and texts set into the room that a layout gives.
 *
 * Wide labels have the code at the left and the texts in a column at its right; tall ones have the
 * texts below. Texts are set as large as they fit, then tighter, then smaller, down to 4 pt; what
 * still does not fit is refused. Names too long for two lines end with an ellipsis; nothing else is
 * ever cut.
 */
#ifndef ASSAY_CODEGEN_DESIGN_H
#define ASSAY_CODEGEN_DESIGN_H

#include "codegen/font.h"
#include "codegen/label.h"
#include "codegen/layout.h"

/** What a label is made of; borrowed for the call. */
struct assay_design {
    const struct assay_layout *layout;
    const struct assay_facts *facts;
    const struct assay_fonts *fonts;
    uint32_t dpi;     /* ASSAY_DPI_MIN..MAX */
    uint32_t modules; /* of a side, without the quiet zone */
};

/** Set a label.
 *
 *  returns  ASSAY_OK; ASSAY_E_REFUSED: modules would be below ASSAY_MODULE_MIN_UM, something does
 *           not fit (with the numbers), or the font lacks a character (which).
 *  placement  out, only on ASSAY_OK; its layout is the design's.
 */
ASSAY_MUST_CHECK enum assay_error assay_design_place(const struct assay_design *design,
                                                     struct assay_placement *placement,
                                                     struct assay_reason *reason);

#endif
