// SPDX-License-Identifier: Apache-2.0
/* The file for a second printer (--pin separate): CSV, `position,pin`, a row for each label of a label
 * file and in its order. It holds no code, the label file no PIN; they meet by their order, and by the
 * position that stands in the label's frame. */
#ifndef ASSAY_CODEGEN_PINS_H
#define ASSAY_CODEGEN_PINS_H

#include "codegen/job.h"
#include "codegen/output.h"

/** Write "pins-A-B.csv" (of a reprint "reprint-pins-A-B.csv") whole, or nothing.
 *
 *  numbers  of the plan, of the label file that it belongs to.
 *  file     out: as the manifest notes it.
 *  returns  ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_MEMORY; ASSAY_E_CRYPTO.
 */
ASSAY_MUST_CHECK enum assay_error assay_pins_write(const struct assay_job *job,
                                                   const struct assay_folder *folder,
                                                   struct assay_range numbers,
                                                   struct assay_manifest_file *file,
                                                   struct assay_reason *reason);

#endif
