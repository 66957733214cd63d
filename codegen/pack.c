// SPDX-License-Identifier: Apache-2.0
#include "codegen/pack.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codegen/package.h"
#include "codegen/subcommand.h"

#define MANIFEST_BYTES_MAX (2u << 20)

enum key { KEY_PACKAGE = 256, KEY_TO, KEY_PINS_PACKAGE, KEY_PINS_TO, KEY_MANIFEST, KEY_SITE };

static const struct argp_option table[] = {
    {"package", KEY_PACKAGE, "FILE", 0, "Package of manifest and labels to write", 0},
    {"to", KEY_TO, "CERT.pem", 0, "The print house's certificate", 0},
    {"pins-package", KEY_PINS_PACKAGE, "FILE", 0, "Package of manifest and PINs to write", 0},
    {"pins-to", KEY_PINS_TO, "CERT.pem", 0, "The certificate of the second printer", 0},
    {"manifest", KEY_MANIFEST, "NAME", 0, "The job's, if it is not manifest.json", 0},
    {"site", KEY_SITE, "DIR", 0, "Folder with the site.pub that signed the manifest", 0},
    {0},
};

struct request {
    const char *dir;
    const char *manifest;
    const char *site;
    struct assay_packages packages;
};

static const char **text_of(struct request *request, int key)
{
    switch (key) {
    case KEY_PACKAGE:
        return &request->packages.labels;
    case KEY_TO:
        return &request->packages.labels_to;
    case KEY_PINS_PACKAGE:
        return &request->packages.pins;
    case KEY_PINS_TO:
        return &request->packages.pins_to;
    case KEY_MANIFEST:
        return &request->manifest;
    case KEY_SITE:
        return &request->site;
    case ARGP_KEY_ARG:
        return request->dir == NULL ? &request->dir : NULL;
    default:
        return NULL;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    const char **kept = text_of(state->input, key);
    if (kept == NULL) {
        return ARGP_ERR_UNKNOWN;
    }
    *kept = text;
    return 0;
}

static enum assay_error check(const struct request *request, struct assay_reason *reason)
{
    const struct assay_packages *packages = &request->packages;
    bool paired = (packages->labels == NULL) == (packages->labels_to == NULL) &&
                  (packages->pins == NULL) == (packages->pins_to == NULL);
    bool any = packages->labels != NULL || packages->pins != NULL;
    if (request->dir == NULL || request->site == NULL || !any || !paired) {
        return assay_fail(
            reason, ASSAY_E_USAGE,
            "DIR, --site DIR, and --package FILE --to CERT.pem or --pins-package FILE "
            "--pins-to CERT.pem are wanted; see --help");
    }
    if (strchr(request->manifest, '/') != NULL) {
        return assay_fail(reason, ASSAY_E_USAGE, "--manifest is a name in DIR, without '/'");
    }
    return ASSAY_OK;
}

/* A manifest that the site's key has signed. manifest: out, the caller's to deinit. */
static enum assay_error read_manifest(const struct request *request,
                                      const struct assay_folder *folder,
                                      struct assay_manifest *manifest, struct assay_reason *reason)
{
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    struct assay_buffer text = {0};
    struct assay_reason inner = {""};
    enum assay_error error = assay_public_key_read(request->site, ASSAY_KEY_SITE, key, reason);
    if (error == ASSAY_OK) {
        error = assay_buffer_load(folder->fd, request->manifest, MANIFEST_BYTES_MAX, &text, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_manifest_read((const char *)text.data, text.len_bytes, key, manifest, &inner);
    assay_buffer_deinit(&text);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "%.150s/%.60s: %.160s", request->dir,
                                          request->manifest, inner.text);
}

static enum assay_error write_packages(const struct request *request,
                                       const struct assay_recipients *to,
                                       struct assay_reason *reason)
{
    struct assay_folder folder = {.fd = -1};
    struct assay_manifest manifest = {.files = 0};
    if (access(request->dir, F_OK) != 0) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%.200s: there is no such folder",
                          request->dir);
    }
    enum assay_error error = assay_folder_open(request->dir, &folder, reason);
    if (error == ASSAY_OK) {
        error = read_manifest(request, &folder, &manifest, reason);
    }
    if (error == ASSAY_OK) {
        const struct assay_package files = {
            .folder = &folder, .manifest = &manifest, .manifest_name = request->manifest};
        error = assay_packages_write(&request->packages, to, &files, reason);
        assay_manifest_deinit(&manifest);
    }
    assay_folder_close(&folder);
    return error;
}

static enum assay_error run(const void *asked, struct assay_reason *reason)
{
    const struct request *request = asked;
    struct assay_recipients to = {.labels = NULL};
    enum assay_error error = check(request, reason);
    if (error == ASSAY_OK) {
        error = assay_packages_check(&request->packages, &to, reason);
    }
    if (error == ASSAY_OK) {
        error = write_packages(request, &to, reason);
    }
    assay_recipients_free(&to);
    return error;
}

int assay_pack(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .args_doc = "DIR",
        .doc = "Put the files of a finished job into encrypted packages.\v"
               "Exit status: 0 done, 1 refused (nothing is left), 2 usage.",
    };
    struct request request = {.manifest = "manifest.json"};
    const struct assay_subcommand subcommand = {"pack", &argp, &request, run};
    return assay_subcommand_run(&subcommand, argc, argv);
}
