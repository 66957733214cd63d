// SPDX-License-Identifier: Apache-2.0
/* assay-verifier's command line. */
#ifndef ASSAY_VERIFIER_OPTIONS_H
#define ASSAY_VERIFIER_OPTIONS_H

#include "verifier/config.h"

/** What was asked for; texts point into argv. */
struct assay_options {
    const char *data;
    const char *config;
    const char *passphrase_file;
    const char *listen;
    const char *ops_listen;
    const char *threads;
    bool print_config;
};

/** Parse; --help and --version end the process with 0, a wrong line with 2 (argp).
 *  argv: borrowed, as long as the options are used. */
void assay_options_parse(int argc, char **argv, struct assay_options *options);

/** The configuration: defaults, then the file, then the command line; problems go to the sink.
 *  returns ASSAY_OK or what assay_config_load returns. */
ASSAY_MUST_CHECK enum assay_error assay_options_config(const struct assay_options *options,
                                                       struct assay_config *config,
                                                       const struct assay_config_sink *sink);

#endif
