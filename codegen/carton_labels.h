// SPDX-License-Identifier: Apache-2.0
/* Labels of cartons and pallets (`--cartons FILE`): the SSCC as a GS1 Digital Link QR code and in
 * digits, with what the unit holds. They bear no secret and are no items: there is no manifest, and
 * they may be printed again at will. */
#ifndef ASSAY_CODEGEN_CARTON_LABELS_H
#define ASSAY_CODEGEN_CARTON_LABELS_H

#include "codegen/options.h"

/** What came of it. */
struct assay_carton_report {
    uint32_t labels;
    uint32_t files;
    double seconds;
};

/** Print the labels of options->cartons into options->out.
 *
 *  returns  ASSAY_OK; what assay_carton_file_read says, with the file's name; ASSAY_E_REFUSED: a label
 *           does not fit the layout; ASSAY_E_EXISTS: a file is there already; E_NO_SPACE, E_IO,
 *           E_LOCKED; ASSAY_E_REFUSED after assay_press_stop. Everything is read and set before the
 *           first file is begun.
 *  blocks: until it is done.
 */
ASSAY_MUST_CHECK enum assay_error
assay_carton_labels_print(const struct assay_codegen_options *options,
                          struct assay_carton_report *report, struct assay_reason *reason);

#endif
