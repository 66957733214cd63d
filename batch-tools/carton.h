// SPDX-License-Identifier: Apache-2.0
/* The commands about cartons: a table of their own, like the one in commands.c. */
#ifndef ASSAY_BATCH_TOOLS_CARTON_H
#define ASSAY_BATCH_TOOLS_CARTON_H

#include "batch-tools/tool.h"

/** The rows of carton commands, as in assay_tool_commands. */
extern const struct assay_tool_command assay_carton_commands[];

/** carton list: asks page after page. */
enum assay_error assay_tool_carton_list(struct assay_tool_call *call);
/** carton labels: writes what a carton's label says, as CSV. */
enum assay_error assay_tool_carton_labels(struct assay_tool_call *call);

#endif
