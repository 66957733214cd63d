// SPDX-License-Identifier: Apache-2.0
/* `assay-codegen pack DIR`: packages of a job that was finished before, for a print house that was not
 * known then, or lost its key. */
#ifndef ASSAY_CODEGEN_PACK_H
#define ASSAY_CODEGEN_PACK_H

/** Read the command line and do it; the reason of a refusal goes to stderr.
 *  returns the exit status: 0 done, 1 refused, 2 usage. */
int assay_pack(int argc, char **argv);

#endif
