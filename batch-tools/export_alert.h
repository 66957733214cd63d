// SPDX-License-Identifier: Apache-2.0
/* Cells of the export for records about alerts. */
#ifndef ASSAY_BATCH_TOOLS_EXPORT_ALERT_H
#define ASSAY_BATCH_TOOLS_EXPORT_ALERT_H

#include <jansson.h>

#include "core/record.h"

/** Set `at`, `actor`, `sku`, `country`, `region` and `detail` of a line, as far as they apply.
 *  record: ALERT, ALERT_STATE, RULES or WEBHOOK. */
void assay_export_alert(json_t *line, const struct assay_record *record);

#endif
