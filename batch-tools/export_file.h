// SPDX-License-Identifier: Apache-2.0
/* Cells of the export for records of files that were handed in. */
#ifndef ASSAY_BATCH_TOOLS_EXPORT_FILE_H
#define ASSAY_BATCH_TOOLS_EXPORT_FILE_H

#include <jansson.h>

#include "core/record.h"

/** Set `at`, `actor`, `count` and `detail` of a line, as far as they apply. record: HISTORY,
 *  REFERENCE, SALES, PURCHASE, PLAN or IMPORT. */
void assay_export_file(json_t *line, const struct assay_record *record);

#endif
