// SPDX-License-Identifier: Apache-2.0
#include "codegen/subcommand.h"

#include <signal.h>
#include <stdio.h>

int assay_subcommand_run(const struct assay_subcommand *subcommand, int argc, char **argv)
{
    struct assay_reason reason = {""};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    argp_err_exit_status = 2;
    if (argp_parse(subcommand->argp, argc, argv, 0, NULL, subcommand->request) != 0) {
        return 2;
    }
    enum assay_error error = subcommand->run(subcommand->request, &reason);
    if (error != ASSAY_OK) {
        fprintf(stderr, "assay-codegen %s: %s\n", subcommand->name, reason.text);
    }
    return error == ASSAY_OK ? 0 : error == ASSAY_E_USAGE ? 2 : 1;
}
