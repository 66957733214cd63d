// SPDX-License-Identifier: Apache-2.0
/* What subcommands of assay-codegen have in common: read the command line, do it, say why not. */
#ifndef ASSAY_CODEGEN_SUBCOMMAND_H
#define ASSAY_CODEGEN_SUBCOMMAND_H

#include <argp.h>

#include "core/error.h"

/** One, with its request. */
struct assay_subcommand {
    const char *name; /* for messages */
    const struct argp *argp;
    void *request; /* what argp's parser fills in, and `run` is given */
    enum assay_error (*run)(const void *request, struct assay_reason *reason);
};

/** Run it. A write beyond a file size limit is an error to report, not the end of the process.
 *  returns the exit status: 0 done, 1 refused (the reason is on stderr), 2 usage. */
int assay_subcommand_run(const struct assay_subcommand *subcommand, int argc, char **argv);

#endif
