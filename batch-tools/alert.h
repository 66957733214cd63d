// SPDX-License-Identifier: Apache-2.0
/* Commands about alerts: alert ..., rule .... */
#ifndef ASSAY_BATCH_TOOLS_ALERT_H
#define ASSAY_BATCH_TOOLS_ALERT_H

#include "batch-tools/tool.h"

/** The last row's words are NULL. */
extern const struct assay_tool_command assay_alert_commands[];

#endif
