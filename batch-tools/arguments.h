// SPDX-License-Identifier: Apache-2.0
/* The command line: which command, its options, its operand; argp(3) per command. */
#ifndef ASSAY_BATCH_TOOLS_ARGUMENTS_H
#define ASSAY_BATCH_TOOLS_ARGUMENTS_H

#include "batch-tools/tool.h"

/** Read the command line. `--help` and `--version` print and end with 0, what is not understood
 *  ends with 2 and one line.
 *  call: out; the caller calls assay_arguments_deinit. */
void assay_arguments_read(int argc, char **argv, struct assay_tool_call *call);

/** Free what was read. */
void assay_arguments_deinit(struct assay_tool_call *call);

#endif
