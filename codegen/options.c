// SPDX-License-Identifier: Apache-2.0
#include "codegen/options.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/font.h"
#include "codegen/layout_file.h"
#include "codegen/options_check.h"
#include "codegen/pipeline.h"
#include "codegen/svg.h"
#include "core/limits.h"
#include "core/text.h"

enum key {
    KEY_ORDER = 256,
    KEY_KEYS,
    KEY_PIN_KEYS,
    KEY_SITE,
    KEY_CERT_KEY,
    KEY_KEYS_PASSPHRASE_FILE,
    KEY_PACKAGE,
    KEY_TO,
    KEY_PINS_PACKAGE,
    KEY_PINS_TO,
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
    KEY_LAYOUT_FILE,
    KEY_FONT,
    KEY_TEXT,
    KEY_PIN,
    KEY_QR,
    KEY_NATIVE_QR,
    KEY_BOM,
    KEY_ONE_FILE,
    KEY_CARTONS,
};

static const struct argp_option table[] = {
    {"order", KEY_ORDER, "FILE", 0, "Signed order, as assay-batch wrote it", 0},
    {"cartons", KEY_CARTONS, "FILE", 0,
     "Instead of an order: print the labels of cartons that `assay-batch carton labels` lists", 0},
    {"keys", KEY_KEYS, "DIR|FILE", 0, "The office's folder of keys, or one batch's label keys", 0},
    {"pin-keys", KEY_PIN_KEYS, "FILE", 0, "The batch's PIN key", 0},
    {"site", KEY_SITE, "DIR", 0, "With a file of keys: the site's own, see init-site --help", 0},
    {"cert-key", KEY_CERT_KEY, "KEY.pem", 0, "Private key of the certificate that they are to", 0},
    {"keys-passphrase-file", KEY_KEYS_PASSPHRASE_FILE, "FILE", 0,
     "Passphrase of the batch's keys or of KEY.pem, if it is not the site's", 0},
    {"package", KEY_PACKAGE, "FILE", 0, "Also put all files into one, encrypted", 0},
    {"to", KEY_TO, "CERT.pem", 0, "The print house's certificate, of the package", 0},
    {"pins-package", KEY_PINS_PACKAGE, "FILE", 0, "Likewise files of PINs (--pin separate)", 0},
    {"pins-to", KEY_PINS_TO, "CERT.pem", 0, "The certificate of the second printer", 0},
    {"format", KEY_FORMAT, "pdf|svg|png|zpl|tspl|epl|csv", 0, "What to make", 0},
    {"layout", KEY_LAYOUT, "NAME", 0,
     "a4-21 (default of sheets), a4-24, a4-65, letter-30, single "
     "(default of printers' languages), or roll:WIDTHxHEIGHT+GAP in mm",
     0},
    {"layout-file", KEY_LAYOUT_FILE, "FILE", 0, "A layout of your own, in YAML", 0},
    {"font", KEY_FONT, "FILE", 0, "TrueType font of the texts; default WenQuanYi Micro Hei", 0},
    {"text", KEY_TEXT, "LINE", 0, "A further line on each label; up to four times", 0},
    {"pin", KEY_PIN, "label|separate|none", 0,
     "PIN on the label (default), in a file of its own for a second printer, or nowhere", 0},
    {"qr", KEY_QR, "vector|mask", 0, "How PDF holds the codes; default vector", 0},
    {"native-qr", KEY_NATIVE_QR, NULL, 0, "The printer draws the codes (zpl, tspl)", 0},
    {"bom", KEY_BOM, NULL, 0, "CSV begins with a byte order mark, as some presses ask", 0},
    {"one-file", KEY_ONE_FILE, NULL, 0, "All pages in one SVG, one below the other", 0},
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
    {"dpi", KEY_DPI, "N", 0,
     "Modules are whole dots at this resolution; default 300, of "
     "printers' languages 203",
     0},
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

static enum assay_error read_qr(const char *text, bool *mask, struct assay_reason *reason)
{
    if (strcmp(text, "vector") != 0 && strcmp(text, "mask") != 0) {
        return assay_fail(reason, ASSAY_E_USAGE, "--qr is vector or mask, not '%.40s'", text);
    }
    *mask = text[0] == 'm';
    return ASSAY_OK;
}

static enum assay_error add_text(struct assay_codegen_options *options, const char *text,
                                 struct assay_reason *reason)
{
    size_t len = strlen(text);
    if (len == 0 || len > ASSAY_FREE_LINE_MAX || !assay_text_is_clean(text, len)) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--text is 1 to %d bytes of UTF-8 without control characters",
                          ASSAY_FREE_LINE_MAX);
    }
    if (options->free_lines == ASSAY_FREE_LINES_MAX) {
        return assay_fail(reason, ASSAY_E_USAGE, "--text is given more than %d times",
                          ASSAY_FREE_LINES_MAX);
    }
    options->free_line[options->free_lines++] = text;
    return ASSAY_OK;
}

static enum assay_error read_value(struct reading *reading, int key, const char *text)
{
    struct assay_codegen_options *options = &reading->options;
    switch (key) {
    case KEY_FORMAT:
        return assay_format_find(text, &options->format, &reading->reason);
    case KEY_LAYOUT:
        return assay_layout_find(text, &options->own_layout, &options->layout, &reading->reason);
    case KEY_PIN:
        return assay_pin_place_parse(text, &options->pin, &reading->reason);
    case KEY_QR:
        return read_qr(text, &options->mask, &reading->reason);
    case KEY_TEXT:
        return add_text(options, text, &reading->reason);
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

/* Where a text goes that is read later; NULL if the option is none of these. */
static const char **text_of(struct assay_codegen_options *options, int key)
{
    switch (key) {
    case KEY_ORDER:
        return &options->order;
    case KEY_CARTONS:
        return &options->cartons;
    case KEY_KEYS:
        return &options->keys;
    case KEY_OUT:
        return &options->out;
    case KEY_RANGE:
        return &options->range;
    case KEY_REPRINT:
        return &options->reprint;
    case KEY_REASON:
        return &options->reason;
    case KEY_PRINTER:
        return &options->printer;
    case KEY_PASSPHRASE_FILE:
        return &options->passphrase_file;
    case KEY_PIN_KEYS:
        return &options->pin_keys;
    case KEY_SITE:
        return &options->site;
    case KEY_CERT_KEY:
        return &options->cert_key;
    case KEY_KEYS_PASSPHRASE_FILE:
        return &options->keys_passphrase_file;
    case KEY_PACKAGE:
        return &options->packages.labels;
    case KEY_TO:
        return &options->packages.labels_to;
    case KEY_PINS_PACKAGE:
        return &options->packages.pins;
    case KEY_PINS_TO:
        return &options->packages.pins_to;
    case KEY_LAYOUT_FILE:
        return &options->layout_file;
    case KEY_FONT:
        return &options->font;
    default:
        return NULL;
    }
}

/* Likewise of what is either given or not. */
static bool *flag_of(struct assay_codegen_options *options, int key)
{
    switch (key) {
    case KEY_RESUME:
        return &options->resume;
    case KEY_JSON:
        return &options->json;
    case KEY_NATIVE_QR:
        return &options->native_qr;
    case KEY_BOM:
        return &options->bom;
    case KEY_ONE_FILE:
        return &options->one_file;
    default:
        return NULL;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct reading *reading = state->input;
    const char **kept = text_of(&reading->options, key);
    bool *flag = flag_of(&reading->options, key);
    if (kept != NULL) {
        *kept = text;
        return 0;
    }
    if (flag != NULL) {
        *flag = true;
        return 0;
    }
    switch (key) {
    case KEY_FORMAT:
    case KEY_LAYOUT:
    case KEY_PIN:
    case KEY_QR:
    case KEY_TEXT:
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

static void tell_problem(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "assay-codegen: %s\n", line);
}

static enum assay_error read_layout(struct assay_codegen_options *options,
                                    struct assay_reason *reason)
{
    if (options->layout_file == NULL) {
        return options->layout != NULL
                   ? ASSAY_OK
                   : assay_layout_find(options->cartons != NULL    ? "roll:100x150+3"
                                       : options->format->dpi != 0 ? "single"
                                                                   : "a4-21",
                                       &options->own_layout, &options->layout, reason);
    }
    if (options->layout != NULL) {
        return assay_fail(reason, ASSAY_E_USAGE, "--layout and --layout-file exclude each other");
    }
    struct assay_layout_sink sink = {.problem = tell_problem};
    enum assay_error error = assay_layout_load(options->layout_file, &options->own_layout, &sink);
    options->layout = &options->own_layout;
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "%.200s cannot be used as a layout",
                                          options->layout_file);
}

/* What was not asked for comes from the format. */
static enum assay_error settle(struct assay_codegen_options *options, struct assay_reason *reason)
{
    enum assay_error error = read_layout(options, reason);
    if (options->one_file) {
        options->format = &assay_svg_one_format;
    }
    if (options->dpi == 0) {
        options->dpi = options->format->dpi != 0 ? options->format->dpi : ASSAY_DPI_DEFAULT;
    }
    return error;
}

enum assay_error assay_codegen_options_read(int argc, char **argv,
                                            struct assay_codegen_options *options,
                                            struct assay_reason *reason)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .doc = "Make the labels of an order: --order FILE --keys DIR --format F --out DIR\n"
               "or of cartons: --cartons FILE --format F --out DIR\v"
               "To check offline labels: assay-codegen verify-offline --help\n"
               "Exit status: 0 done, 1 refused (the reason is on stderr), 2 usage.",
    };
    struct reading reading = {
        .options = {.reason = "",
                    .printer = "",
                    .ecc = ASSAY_ECC_M,
                    .url = ASSAY_URL_BY_ORDER,
                    .font = ASSAY_FONT_FILE,
                    .threads = core_count()},
    };
    argp_err_exit_status = 2;
    argp_program_version = "assay-codegen " ASSAY_VERSION;
    if (argp_parse(&argp, argc, argv, 0, NULL, &reading) != 0) {
        return assay_fail(reason, ASSAY_E_USAGE, "the command line cannot be read; see --help");
    }
    if (reading.error == ASSAY_OK) {
        reading.error = assay_codegen_options_check(&reading.options, &reading.reason);
    }
    if (reading.error == ASSAY_OK) {
        reading.error = settle(&reading.options, &reading.reason);
    }
    if (reading.error != ASSAY_OK) {
        *reason = reading.reason;
        return reading.error;
    }
    *options = reading.options;
    if (options->layout == &reading.options.own_layout) {
        options->layout = &options->own_layout;
    }
    return ASSAY_OK;
}
