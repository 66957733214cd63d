// SPDX-License-Identifier: Apache-2.0
#include "codegen/options_check.h"

#include <string.h>

#include "core/limits.h"
#include "core/text.h"

static enum assay_error check_required(const struct assay_codegen_options *options,
                                       struct assay_reason *reason)
{
    bool items = options->cartons == NULL;
    const struct {
        const char *name;
        bool given;
    } required[] = {
        {"--order FILE", options->order != NULL || !items},
        {"--keys DIR|FILE", options->keys != NULL || !items},
        {"--format pdf|svg|png|zpl|tspl|epl|csv", options->format != NULL},
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

/* Whose keys, and for whom the package is. */
static enum assay_error check_parties(const struct assay_codegen_options *options,
                                      struct assay_reason *reason)
{
    const struct assay_packages *packages = &options->packages;
    if ((packages->labels == NULL) != (packages->labels_to == NULL)) {
        return assay_fail(reason, ASSAY_E_USAGE, "--package FILE and --to CERT.pem go together");
    }
    if ((packages->pins == NULL) != (packages->pins_to == NULL)) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--pins-package FILE and --pins-to CERT.pem go together");
    }
    if (packages->pins != NULL && options->pin != ASSAY_PIN_SEPARATE) {
        return assay_fail(reason, ASSAY_E_USAGE, "--pins-package goes with --pin separate");
    }
    bool of_site = options->pin_keys != NULL || options->cert_key != NULL ||
                   options->keys_passphrase_file != NULL;
    if (of_site && options->site == NULL) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "--pin-keys, --cert-key and --keys-passphrase-file go with --site DIR");
    }
    return ASSAY_OK;
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

/* Options that mean something to some formats only. */
static enum assay_error check_fit(const struct assay_codegen_options *options,
                                  struct assay_reason *reason)
{
    const struct {
        bool given;
        const char *option, *formats;
    } rows[] = {
        {options->mask, "--qr mask", "pdf"},
        {options->native_qr, "--native-qr", "zpl tspl"},
        {options->bom, "--bom", "csv"},
        {options->one_file, "--one-file", "svg"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        if (rows[i].given && strstr(rows[i].formats, options->format->name) == NULL) {
            return assay_fail(reason, ASSAY_E_USAGE, "%s goes with --format %s, not %s",
                              rows[i].option, rows[i].formats, options->format->name);
        }
    }
    return ASSAY_OK;
}

/* Cartons bear no codes: what is about items, keys and jobs is not for them. */
static enum assay_error check_cartons(const struct assay_codegen_options *options,
                                      struct assay_reason *reason)
{
    const struct {
        const char *option;
        bool given;
    } rows[] = {
        {"--order", options->order != NULL},
        {"--keys", options->keys != NULL},
        {"--pin-keys", options->pin_keys != NULL},
        {"--site", options->site != NULL},
        {"--range", options->range != NULL},
        {"--reprint", options->reprint != NULL},
        {"--package", options->packages.labels != NULL},
        {"--resume", options->resume},
        {"--pins-package", options->packages.pins != NULL},
        {"--pin", options->pin != ASSAY_PIN_LABEL},
        {"--url", options->url != ASSAY_URL_BY_ORDER},
        {"--printer", options->printer[0] != '\0'},
        {"--format csv", !options->format->draws},
    };
    for (size_t i = 0; options->cartons != NULL && i < ASSAY_COUNT_OF(rows); i++) {
        if (rows[i].given) {
            return assay_fail(reason, ASSAY_E_USAGE, "%s is not for --cartons", rows[i].option);
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_codegen_options_check(const struct assay_codegen_options *options,
                                             struct assay_reason *reason)
{
    static enum assay_error (*const checks[])(const struct assay_codegen_options *,
                                              struct assay_reason *) = {
        check_required, check_cartons, check_reprint, check_fit, check_parties,
    };
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < ASSAY_COUNT_OF(checks) && error == ASSAY_OK; i++) {
        error = checks[i](options, reason);
    }
    return error;
}
