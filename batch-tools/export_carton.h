// SPDX-License-Identifier: Apache-2.0
/* Cells of the export for records of cartons. */
#ifndef ASSAY_BATCH_TOOLS_EXPORT_CARTON_H
#define ASSAY_BATCH_TOOLS_EXPORT_CARTON_H

#include <jansson.h>

#include "core/record.h"

/** Set `at`, `actor`, `batch`, `number`, `count` and `detail` of a line, as far as they apply.
 *  record: of cartons. */
void assay_export_carton(json_t *line, const struct assay_record *record);

#endif
