// SPDX-License-Identifier: Apache-2.0
#include "codegen/site.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/output.h"
#include "codegen/subcommand.h"
#include "core/passphrase.h"

enum key { KEY_OFFICE = 256, KEY_PASSPHRASE_FILE };

static const struct argp_option table[] = {
    {"office", KEY_OFFICE, "DIR", 0, "Folder with the office.pub that orders are checked with", 0},
    {"passphrase-file", KEY_PASSPHRASE_FILE, "FILE", 0,
     "Passphrase of the new key; else ASSAY_PASSPHRASE or a prompt", 0},
    {0},
};

struct request {
    const char *dir;
    const char *office;
    const char *passphrase_file;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case KEY_OFFICE:
        request->office = text;
        return 0;
    case KEY_PASSPHRASE_FILE:
        request->passphrase_file = text;
        return 0;
    case ARGP_KEY_ARG:
        if (request->dir != NULL) {
            return ARGP_ERR_UNKNOWN;
        }
        request->dir = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum assay_error copy_office(const struct request *request, struct assay_reason *reason)
{
    struct assay_folder folder;
    struct assay_buffer pem = {0};
    enum assay_error error = assay_folder_open(request->dir, &folder, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    int office = open(request->office, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct assay_output *output = NULL;
    struct assay_manifest_file written;
    error = office < 0 ? assay_fail(reason, ASSAY_E_IO, "%s cannot be read", request->office)
                       : assay_buffer_load(office, "office.pub", 4096, &pem, reason);
    if (error == ASSAY_OK) {
        error = assay_output_begin(&folder, "office.pub", &output, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_output_write(output, pem.data, pem.len_bytes, reason);
    }
    if (error == ASSAY_OK) {
        error = assay_output_commit(output, &written, reason);
    } else {
        assay_output_abort(output);
    }
    assay_buffer_deinit(&pem);
    if (office >= 0) {
        close(office);
    }
    assay_folder_close(&folder);
    return error;
}

static enum assay_error run(const void *asked, struct assay_reason *reason)
{
    const struct request *request = asked;
    uint8_t office[ASSAY_ED25519_KEY_LEN];
    if (request->dir == NULL || request->office == NULL) {
        return assay_fail(reason, ASSAY_E_USAGE, "DIR and --office DIR are wanted; see --help");
    }
    enum assay_error error =
        assay_public_key_read(request->office, ASSAY_KEY_OFFICE, office, reason);
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    if (error == ASSAY_OK) {
        error = assay_passphrase_get(request->passphrase_file, true, passphrase, sizeof passphrase,
                                     reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_keyring_init_some(request->dir, passphrase, 1u << ASSAY_KEY_SITE, reason);
    assay_bytes_wipe(passphrase, sizeof passphrase);
    return error == ASSAY_OK ? copy_office(request, reason) : error;
}

int assay_init_site(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .args_doc = "DIR",
        .doc =
            "Make a print site's own folder: site.key, which signs manifests, site.pub, which the "
            "office registers (site add), and the office's office.pub.\v"
            "Exit status: 0 done, 1 refused, 2 usage.",
    };
    struct request request = {.dir = NULL};
    const struct assay_subcommand subcommand = {"init-site", &argp, &request, run};
    return assay_subcommand_run(&subcommand, argc, argv);
}
