// SPDX-License-Identifier: Apache-2.0
/* The commands about evidence: a table of their own, like the one in commands.c. */
#ifndef ASSAY_BATCH_TOOLS_EVIDENCE_H
#define ASSAY_BATCH_TOOLS_EVIDENCE_H

#include "batch-tools/tool.h"

/** The rows of evidence commands, as in assay_tool_commands. */
extern const struct assay_tool_command assay_evidence_commands[];

/** reference, sales and test-purchase import FILE: codes want the label keys, items do not. */
enum assay_error assay_tool_evidence_import(struct assay_tool_call *call);
/** test-purchase plan: prints the plan, and writes it to a file if asked. */
enum assay_error assay_tool_plan(struct assay_tool_call *call);

#endif
