// SPDX-License-Identifier: Apache-2.0
/* assay-codegen verify-offline: checks offline labels with nothing but the brand's list of keys. */
#ifndef ASSAY_CODEGEN_VERIFY_OFFLINE_H
#define ASSAY_CODEGEN_VERIFY_OFFLINE_H

/** Run the command. argv[0]: its name, for messages.
 *  returns the exit status: 0 all were issued; 1 not, or the list is refused; 2 usage. */
int assay_verify_offline(int argc, char **argv);

#endif
