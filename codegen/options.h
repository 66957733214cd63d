// SPDX-License-Identifier: Apache-2.0
/* The command line of assay-codegen. */
#ifndef ASSAY_CODEGEN_OPTIONS_H
#define ASSAY_CODEGEN_OPTIONS_H

#include "codegen/format.h"
#include "codegen/package.h"
#include "codegen/url.h"

/** Everything asked for; texts are borrowed from argv. */
struct assay_codegen_options {
    const char *order;
    const char *cartons; /* a list of cartons, instead of an order; or NULL */
    const char *keys;    /* the office's folder of keys, or a file with one batch's */
    const char *pin_keys;
    const char *site; /* folder of the site's own keys, with a file */
    const char *cert_key;
    const char *keys_passphrase_file;
    const char *out;
    const char *range;   /* NULL: all items; read once the order is */
    const char *reprint; /* NULL: a first print */
    const char *reason;  /* of a reprint; else "" */
    const char *printer; /* the machine, or "" */
    const char *passphrase_file;
    const struct assay_format *format;
    const struct assay_layout *layout; /* NULL: the format's own */
    struct assay_layout own_layout;    /* what layout points at if it is no named one */
    const char *layout_file;
    const char *font;
    const char *free_line[ASSAY_FREE_LINES_MAX];
    unsigned free_lines;
    enum assay_pin_place pin;
    bool mask;
    bool native_qr;
    bool bom;
    bool one_file;
    enum assay_ecc ecc;
    enum assay_url_form url;
    uint32_t dpi; /* 0: the format's own */
    uint32_t threads;
    struct assay_packages packages; /* for print houses */
    bool resume;
    bool json;
};

/** Read the command line; prints help or the version and exits where asked.
 *  returns ASSAY_OK or ASSAY_E_USAGE. */
ASSAY_MUST_CHECK enum assay_error assay_codegen_options_read(int argc, char **argv,
                                                             struct assay_codegen_options *options,
                                                             struct assay_reason *reason);

#endif
