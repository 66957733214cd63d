// SPDX-License-Identifier: Apache-2.0
#include "verifier/options.h"

#include <argp.h>
#include <string.h>

#define USAGE_STATUS 2

/* Long options without a letter. */
enum option_key {
    OPTION_DATA = 0x100,
    OPTION_LISTEN,
    OPTION_OPS_LISTEN,
    OPTION_THREADS,
    OPTION_CONFIG,
    OPTION_PASSPHRASE_FILE,
    OPTION_PRINT_CONFIG,
};

static const struct argp_option option_rows[] = {
    {"data", OPTION_DATA, "DIR", 0, "Data directory, as made by `assay-batch init'", 0},
    {"listen", OPTION_LISTEN, "HOST:PORT", 0, "Where buyers come in (default 127.0.0.1:8080)", 0},
    {"ops-listen", OPTION_OPS_LISTEN, "HOST:PORT", 0,
     "Private listener for health and metrics (default 127.0.0.1:9090)", 0},
    {"threads", OPTION_THREADS, "N", 0, "Event loops (default 0: one for each processor)", 0},
    {"config", OPTION_CONFIG, "FILE", 0, "Configuration file, YAML", 0},
    {"passphrase-file", OPTION_PASSPHRASE_FILE, "FILE", 0,
     "Passphrase of the key files; else ASSAY_PASSPHRASE, or a prompt on a terminal", 0},
    {"print-config", OPTION_PRINT_CONFIG, NULL, 0,
     "Print the settings in force as a commented configuration file, and end", 0},
    {0},
};

/* Where the text of an option goes; NULL for those that take none. */
static const char **text_of(struct assay_options *options, int key)
{
    switch (key) {
    case OPTION_DATA:
        return &options->data;
    case OPTION_LISTEN:
        return &options->listen;
    case OPTION_OPS_LISTEN:
        return &options->ops_listen;
    case OPTION_THREADS:
        return &options->threads;
    case OPTION_CONFIG:
        return &options->config;
    case OPTION_PASSPHRASE_FILE:
        return &options->passphrase_file;
    default:
        return NULL;
    }
}

static error_t take_option(int key, char *argument, struct argp_state *state)
{
    struct assay_options *options = state->input;
    const char **text = text_of(options, key);
    if (text != NULL) {
        if (argument[0] == '\0') {
            argp_error(state, "an option has an empty argument");
        }
        *text = argument;
        return 0;
    }
    switch (key) {
    case OPTION_PRINT_CONFIG:
        options->print_config = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s' is not an option", argument);
        return EINVAL;
    case ARGP_KEY_END:
        if (options->data == NULL && !options->print_config) {
            argp_error(state, "--data DIR is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void print_version(FILE *out, struct argp_state *state)
{
    (void)state;
    fprintf(out, "assay-verifier %s\n", ASSAY_VERSION);
}

void assay_options_parse(int argc, char **argv, struct assay_options *options)
{
    static const struct argp argp = {
        .options = option_rows,
        .parser = take_option,
        .doc = "Tells a buyer whether the thing in hand is genuine: HTTP in, verdict out.\v"
               "SIGTERM drains and ends; SIGHUP rereads keys, certificates and address databases. "
               "Exit status: 0 done, 1 refused, 2 usage.",
    };
    argp_program_version_hook = print_version;
    argp_err_exit_status = USAGE_STATUS;
    memset(options, 0, sizeof *options);
    /* Whatever is wrong has ended the process already. */
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, options);
    assay_assert(error == 0);
}

static enum assay_error override(struct assay_config *config, const char *setting, const char *text,
                                 const struct assay_config_sink *sink)
{
    struct assay_reason reason;
    if (text == NULL || assay_config_set(config, setting, text, &reason) == ASSAY_OK) {
        return ASSAY_OK;
    }
    char line[600];
    snprintf(line, sizeof line, "command line: %s: %s", setting, reason.text);
    sink->problem(sink->context, line);
    return ASSAY_E_FIELD;
}

enum assay_error assay_options_config(const struct assay_options *options,
                                      struct assay_config *config,
                                      const struct assay_config_sink *sink)
{
    struct assay_config value;
    assay_config_init(&value);
    enum assay_error error = ASSAY_OK;
    if (options->config != NULL) {
        error = assay_config_load(options->config, &value, sink);
    }
    const struct {
        const char *setting;
        const char *text;
    } overrides[] = {
        {"listen", options->listen},
        {"ops_listen", options->ops_listen},
        {"threads", options->threads},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(overrides); i++) {
        enum assay_error bad = override(&value, overrides[i].setting, overrides[i].text, sink);
        error = error != ASSAY_OK ? error : bad;
    }
    if (error == ASSAY_OK) {
        *config = value;
    }
    return error;
}
