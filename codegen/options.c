// SPDX-License-Identifier: Apache-2.0
#include "codegen/options.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/pipeline.h"
#include "core/limits.h"
#include "core/text.h"

enum key {
    KEY_ORDER = 256,
    KEY_KEYS,
    KEY_FORMAT,
    KEY_LAYOUT,
    KEY_OUT,
    KEY_RANGE,
    KEY_REPRINT,
    KEY_REASON,
    KEY_PRINTER,
    KEY_RESUME,
    KEY_ECC,
    KEY_URL,
    KEY_DPI,
    KEY_PASSPHRASE_FILE,
    KEY_JSON,
    KEY_THREADS,
};

static const struct argp_option table[] = {
    {"order", KEY_ORDER, "FILE", 0, "Signed order, as assay-batch wrote it", 0},
    {"keys", KEY_KEYS, "DIR", 0, "Folder of the key files", 0},
    {"format", KEY_FORMAT, "pdf|svg|png|csv", 0, "What to make", 0},
    {"layout", KEY_LAYOUT, "NAME", 0, "a4-21 (3 x 7 labels on A4; default) or single", 0},
    {"out", KEY_OUT, "DIR", 0, "Folder to write into; made if it is not there", 0},
    {"range", KEY_RANGE, "A-B", 0, "Items A to B only, from 0; A- goes to the last", 0},
    {"resume", KEY_RESUME, NULL, 0, "Go on where an interrupted job of this folder stopped", 0},
    {"reprint", KEY_REPRINT, "A-B,C", 0, "Print spoiled labels again, as a job of its own", 0},
    {"reason", KEY_REASON, "TEXT", 0, "Why they are printed again", 0},
    {"printer", KEY_PRINTER, "NAME", 0, "The printing machine, for the manifest", 0},
    {"ecc", KEY_ECC, "L|M|Q|H", 0, "Error correction of the QR codes; default M", 0},
    {"url", KEY_URL, "short|gs1|gs1-lot|o1|o1-gs1", 0,
     "Form of the URL; default short, o1 for an order of offline labels", 0},
    {"form", KEY_URL, NULL, OPTION_ALIAS, NULL, 0},
    {"dpi", KEY_DPI, "N", 0, "Modules are whole dots at this resolution; default 300", 0},
    {"passphrase-file", KEY_PASSPHRASE_FILE, "FILE", 0,
     "Passphrase of the key files; else ASSAY_PASSPHRASE or a prompt", 0},
    {"json", KEY_JSON, NULL, 0, "Report as JSON", 0},
    {"threads", KEY_THREADS, "N", 0, "Threads that draw; default all cores", 0},
    {0},
};

/* argp's parser has no way to hand back an error of ours, so it is kept here. */
struct reading {
    struct assay_codegen_options options;
    enum assay_error error;
    struct assay_reason reason;
};

struct bounds {
    const char *option;
    uint32_t least;
    uint32_t most;
};

static enum assay_error read_number(struct bounds bounds, const char *text, uint32_t *value,
                                    struct assay_reason *reason)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < bounds.least ||
        number > bounds.most) {
        return assay_fail(reason, ASSAY_E_USAGE, "%s is a number from %u to %u, not '%.40s'",
                          bounds.option, bounds.least, bounds.most, text);
    }
    *value = (uint32_t)number;
    return ASSAY_OK;
}

static enum assay_error read_value(struct reading *reading, int key, const char *text)
{
    struct assay_codegen_options *options = &reading->options;
    switch (key) {
    case KEY_FORMAT:
        return assay_format_find(text, &options->format, &reading->reason);
    case KEY_LAYOUT:
        return assay_layout_find(text, &options->layout, &reading->reason);
    case KEY_ECC:
        return assay_ecc_parse(text, &options->ecc, &reading->reason);
    case KEY_URL:
        return assay_url_form_parse(text, &options->url, &reading->reason);
    case KEY_DPI:
        return read_number((struct bounds){"--dpi", ASSAY_DPI_MIN, ASSAY_DPI_MAX}, text,
                           &options->dpi, &reading->reason);
    default:
        assay_assert(key == KEY_THREADS);
        return read_number((struct bounds){"--threads", 1, ASSAY_PIPELINE_THREADS_MAX}, text,
                           &options->threads, &reading->reason);
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct reading *reading = state->input;
    struct assay_codegen_options *options = &reading->options;
    switch (key) {
    case KEY_ORDER:
        options->order = text;
        return 0;
    case KEY_KEYS:
        options->keys = text;
        return 0;
    case KEY_OUT:
        options->out = text;
        return 0;
    case KEY_RANGE:
        options->range = text;
        return 0;
    case KEY_REPRINT:
        options->reprint = text;
        return 0;
    case KEY_REASON:
        options->reason = text;
        return 0;
    case KEY_PRINTER:
        options->printer = text;
        return 0;
    case KEY_RESUME:
        options->resume = true;
        return 0;
    case KEY_PASSPHRASE_FILE:
        options->passphrase_file = text;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case KEY_FORMAT:
    case KEY_LAYOUT:
    case KEY_ECC:
    case KEY_URL:
    case KEY_DPI:
    case KEY_THREADS:
        if (reading->error == ASSAY_OK) {
            reading->error = read_value(reading, key, text);
        }
        return 0;
    case ARGP_KEY_ARG:
        reading->error = assay_fail(&reading->reason, ASSAY_E_USAGE,
                                    "'%.40s' is not an option; see --help", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Cores that this process may use, as far as threads are of use. */
static uint32_t core_count(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > (int)ASSAY_PIPELINE_THREADS_MAX ? ASSAY_PIPELINE_THREADS_MAX : (uint32_t)count;
}

static enum assay_error check_required(const struct assay_codegen_options *options,
                                       struct assay_reason *reason)
{
    const struct {
        const char *name;
        bool given;
    } required[] = {
        {"--order FILE", options->order != NULL},
        {"--keys DIR", options->keys != NULL},
        {"--format pdf|svg|png|csv", options->format != NULL},
        {"--out DIR", options->out != NULL},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(required); i++) {
        if (!required[i].given) {
            return assay_fail(reason, ASSAY_E_USAGE, "%s is missing; see --help", required[i].name);
        }
    }
    return ASSAY_OK;
}

static enum assay_error check_text(const char *option, const char *text, size_t most,
                                   struct assay_reason *reason)
{
    size_t len = strlen(text);
    return len <= most && assay_text_is_clean(text, len)
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_USAGE,
                            "%s: at most %zu bytes of UTF-8 without control characters", option,
                            most);
}

/* A reprint says what and why; a first print has no reason. */
static enum assay_error check_reprint(const struct assay_codegen_options *options,
                                      struct assay_reason *reason)
{
    if (options->reprint != NULL && options->range != NULL) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--reprint names its items, --range is not for it");
    }
    bool explained = strspn(options->reason, " ") < strlen(options->reason);
    if (explained != (options->reprint != NULL)) {
        return assay_fail(reason, ASSAY_E_USAGE, "--reprint RANGES and --reason TEXT go together");
    }
    enum assay_error error = check_text("--reason", options->reason, ASSAY_REASON_MAX, reason);
    return error == ASSAY_OK ? check_text("--printer", options->printer, ASSAY_PRINTER_MAX, reason)
                             : error;
}

enum assay_error assay_codegen_options_read(int argc, char **argv,
                                            struct assay_codegen_options *options,
                                            struct assay_reason *reason)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .doc = "Make the labels of an order: --order FILE --keys DIR --format F --out DIR\v"
               "To check offline labels: assay-codegen verify-offline --help\n"
               "Exit status: 0 done, 1 refused (the reason is on stderr), 2 usage.",
    };
    struct reading reading = {
        .options = {.reason = "",
                    .printer = "",
                    .layout = assay_layout_nth(0),
                    .ecc = ASSAY_ECC_M,
                    .url = ASSAY_URL_BY_ORDER,
                    .dpi = ASSAY_DPI_DEFAULT,
                    .threads = core_count()},
    };
    argp_err_exit_status = 2;
    argp_program_version = "assay-codegen " ASSAY_VERSION;
    if (argp_parse(&argp, argc, argv, 0, NULL, &reading) != 0) {
        return assay_fail(reason, ASSAY_E_USAGE, "the command line cannot be read; see --help");
    }
    if (reading.error == ASSAY_OK) {
        reading.error = check_required(&reading.options, &reading.reason);
    }
    if (reading.error == ASSAY_OK) {
        reading.error = check_reprint(&reading.options, &reading.reason);
    }
    if (reading.error != ASSAY_OK) {
        *reason = reading.reason;
        return reading.error;
    }
    *options = reading.options;
    return ASSAY_OK;
}
