// SPDX-License-Identifier: Apache-2.0
/* assay-codegen unpack: opens a package at the print house. */
#ifndef ASSAY_CODEGEN_UNPACK_H
#define ASSAY_CODEGEN_UNPACK_H

/** Run the command. argv[0]: its name, for messages.
 *  returns the exit status: 0 done; 1 refused, nothing is left; 2 usage. */
int assay_unpack(int argc, char **argv);

#endif
