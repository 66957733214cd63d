// SPDX-License-Identifier: Apache-2.0
/* Commands whose operand is a CSV file that the office reads. */
#ifndef ASSAY_BATCH_TOOLS_UPLOAD_H
#define ASSAY_BATCH_TOOLS_UPLOAD_H

#include "batch-tools/tool.h"

/** Send the operand's text as `csv` beside the call's params, and print the answer. A refusal that
 *  names a line names the file too. ASSAY_OK or the refusal, its reason in the call. */
ASSAY_MUST_CHECK enum assay_error assay_tool_upload(struct assay_tool_call *call);

#endif
