// SPDX-License-Identifier: Apache-2.0
/* Columns of the lists that commands print. */
#ifndef ASSAY_BATCH_TOOLS_COLUMNS_H
#define ASSAY_BATCH_TOOLS_COLUMNS_H

#include "batch-tools/tool.h"

/** Of product list. */
extern const struct assay_tool_column assay_tool_product_columns[];
/** Of batch list. */
extern const struct assay_tool_column assay_tool_batch_columns[];
/** Of batch list --reconcile. */
extern const struct assay_tool_column assay_tool_reconcile_columns[];
/** Of batch show: its print jobs. */
extern const struct assay_tool_column assay_tool_job_columns[];
/** Of alert list. */
extern const struct assay_tool_column assay_tool_alert_columns[];
/** Of rule list, and of rule dryrun. */
extern const struct assay_tool_column assay_tool_rule_columns[];
extern const struct assay_tool_column assay_tool_dryrun_columns[];
/** Of webhook list, and of webhook dead. */
extern const struct assay_tool_column assay_tool_webhook_columns[];
extern const struct assay_tool_column assay_tool_dead_columns[];
/** Of item show. */
extern const struct assay_tool_column assay_tool_history_columns[];
/** Of scans list. */
extern const struct assay_tool_column assay_tool_scan_columns[];
/** Of site list. */
extern const struct assay_tool_column assay_tool_site_columns[];
/** Of token list. */
extern const struct assay_tool_column assay_tool_token_columns[];

#endif
