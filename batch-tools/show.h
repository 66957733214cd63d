// SPDX-License-Identifier: Apache-2.0
/* Results for people: fields one a line, lists as tables; or the JSON as it is. */
#ifndef ASSAY_BATCH_TOOLS_SHOW_H
#define ASSAY_BATCH_TOOLS_SHOW_H

#include "batch-tools/tool.h"

/** Print a result as the call's command and --json want it. */
void assay_show_result(const struct assay_tool_call *call, const json_t *result);

/** Print JSON, indented, with a line end. */
void assay_show_json(const json_t *json);

/** Text of a value for a cell: yes and no, lists joined by commas, "" for null.
 *  returns text, which is the caller's room. */
const char *assay_show_cell(const json_t *value, char *text, size_t size_bytes);

#endif
