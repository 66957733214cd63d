// SPDX-License-Identifier: Apache-2.0
/* assay-verifier: HTTP in, verdict out. */
#include <stdio.h>

#include "core/log.h"
#include "verifier/process.h"

static void print_problem(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "assay-verifier: %s\n", line);
}

static int refuse(const struct assay_reason *reason)
{
    fprintf(stderr, "assay-verifier: %s\n", reason->text);
    return 1;
}

int main(int argc, char **argv)
{
    static struct assay_config config;
    static const struct assay_config_sink sink = {print_problem, NULL};
    struct assay_options options;
    struct assay_process *process;
    struct assay_reason reason = {""};
    assay_options_parse(argc, argv, &options);
    if (assay_options_config(&options, &config, &sink) != ASSAY_OK) {
        return 1;
    }
    if (options.print_config) {
        assay_config_print(&config, stdout);
        return 0;
    }
    if (assay_process_open(&options, &config, &process, &reason) != ASSAY_OK) {
        return refuse(&reason);
    }
    enum assay_error error = assay_process_serve(process, &reason);
    if (error != ASSAY_OK) {
        return refuse(&reason);
    }
    assay_process_close(process);
    assay_log(ASSAY_LOG_INFO, "stopped", "reason=signal");
    return 0;
}
