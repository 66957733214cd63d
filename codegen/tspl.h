// SPDX-License-Identifier: Apache-2.0
/* TSPL/TSPL2, for TSC printers and the many that speak their language; and EPL2, for older Eltron
 * and Zebra ones. Both take pictures as bytes in which 0 is dark; a page stands by itself.
 *
 * By --native-qr TSPL printers draw the code themselves (QRCODE, model 2). EPL has no such command
 * that all its printers know. */
#ifndef ASSAY_CODEGEN_TSPL_H
#define ASSAY_CODEGEN_TSPL_H

#include "codegen/format.h"

extern const struct assay_format assay_tspl_format;
extern const struct assay_format assay_epl_format;

#endif
