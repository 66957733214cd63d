// SPDX-License-Identifier: Apache-2.0
/* Options and columns of the commands about cartons, for the table in commands.c. */
#ifndef ASSAY_BATCH_TOOLS_CARTON_H
#define ASSAY_BATCH_TOOLS_CARTON_H

#include "batch-tools/tool.h"

extern const struct assay_tool_option assay_carton_create_options[];
extern const struct assay_tool_option assay_carton_import_options[];
extern const struct assay_tool_option assay_carton_ship_options[];
extern const struct assay_tool_option assay_carton_void_options[];
extern const struct assay_tool_option assay_carton_unpack_options[];
extern const struct assay_tool_option assay_carton_show_options[];
extern const struct assay_tool_option assay_carton_list_options[];
extern const struct assay_tool_option assay_carton_labels_options[];

extern const struct assay_tool_column assay_carton_columns[];
extern const struct assay_tool_column assay_carton_import_columns[];
extern const struct assay_tool_column assay_carton_holds_columns[];
extern const struct assay_tool_column assay_carton_content_columns[];

/** carton import FILE: sends the file's text. */
enum assay_error assay_tool_carton_import(struct assay_tool_call *call);
/** carton list: asks page after page. */
enum assay_error assay_tool_carton_list(struct assay_tool_call *call);
/** carton labels: writes what a carton's label says, as CSV. */
enum assay_error assay_tool_carton_labels(struct assay_tool_call *call);

#endif
