// SPDX-License-Identifier: Apache-2.0
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "batch-tools/arguments.h"
#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "core/log.h"

/* Ask the office, print the answer. */
static enum assay_error run_plain(struct assay_tool_call *call)
{
    json_t *result = NULL;
    enum assay_error error = assay_door_run(call, call->command->office, call->params, &result);
    if (error == ASSAY_OK) {
        assay_show_result(call, result);
        json_decref(result);
    }
    return error;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* widths of what is printed, whatever the terminal's names */
    assay_log_set(STDERR_FILENO, ASSAY_LOG_WARNING);
    struct assay_tool_call call;
    assay_arguments_read(argc, argv, &call);
    enum assay_error error =
        call.command->run != NULL ? call.command->run(&call) : run_plain(&call);
    if (error == ASSAY_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        error = assay_fail(&call.reason, ASSAY_E_IO, "standard output could not be written");
    }
    if (error != ASSAY_OK) {
        fprintf(stderr, "assay-batch %s: %s\n", call.command->words,
                call.reason.text[0] != '\0' ? call.reason.text : assay_error_text(error));
    }
    assay_arguments_deinit(&call);
    return error == ASSAY_OK ? 0 : error == ASSAY_E_USAGE ? 2 : 1;
}
