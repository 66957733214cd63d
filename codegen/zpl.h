// SPDX-License-Identifier: Apache-2.0
/* ZPL II, for Zebra printers and those that speak their language. A page is one ^XA ... ^XZ that
 * stands by itself: a job can be cut and gone on with at any of them.
 *
 * Pictures are ^GFA fields in Zebra's own hexadecimal compression. The QR code is ours, dot for dot,
 * or by --native-qr the printer's (^BQ), whose size and mask are the printer's choice. */
#ifndef ASSAY_CODEGEN_ZPL_H
#define ASSAY_CODEGEN_ZPL_H

#include "codegen/format.h"

extern const struct assay_format assay_zpl_format;

#endif
