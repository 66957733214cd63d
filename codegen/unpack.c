// SPDX-License-Identifier: Apache-2.0
/* Files go to DIR.partial while they come: only the package's last bytes prove the others. Then they are
 * held against the manifest, and the folder gets its name. */
#include "codegen/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codegen/output.h"
#include "codegen/package.h"
#include "codegen/subcommand.h"
#include "codegen/tar.h"
#include "core/envelope.h"
#include "core/passphrase.h"

enum key { KEY_OUT = 256, KEY_CERT_KEY, KEY_SITE, KEY_PASSPHRASE_FILE };

static const struct argp_option table[] = {
    {"out", KEY_OUT, "DIR", 0, "Folder to make for the files", 0},
    {"cert-key", KEY_CERT_KEY, "KEY.pem", 0, "Private key of the certificate", 0},
    {"site", KEY_SITE, "DIR", 0, "Folder with the site.pub that must have signed the manifest", 0},
    {"passphrase-file", KEY_PASSPHRASE_FILE, "FILE", 0, "Passphrase of KEY.pem, if it has one", 0},
    {0},
};

struct request {
    const char *package;
    const char *out;
    const char *cert_key;
    const char *site;
    const char *passphrase_file;
};

struct unpacking {
    const struct request *request;
    struct assay_reason *reason;
    struct assay_folder folder; /* DIR.partial */
    char partial[PATH_MAX];
    struct assay_output *output;
    struct assay_manifest_file *file; /* as they came */
    uint32_t files;
    uint32_t room;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case KEY_OUT:
        request->out = text;
        return 0;
    case KEY_CERT_KEY:
        request->cert_key = text;
        return 0;
    case KEY_SITE:
        request->site = text;
        return 0;
    case KEY_PASSPHRASE_FILE:
        request->passphrase_file = text;
        return 0;
    case ARGP_KEY_ARG:
        if (request->package != NULL) {
            return ARGP_ERR_UNKNOWN;
        }
        request->package = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* -- files as they come -- */

static enum assay_error begin_file(void *context, const char *name, uint64_t bytes)
{
    struct unpacking *unpacking = context;
    (void)bytes;
    if (faccessat(unpacking->folder.fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return assay_fail(unpacking->reason, ASSAY_E_CORRUPT, "%s is there twice", name);
    }
    if (unpacking->files == ASSAY_MANIFEST_FILES_MAX + 1) {
        return assay_fail(unpacking->reason, ASSAY_E_CORRUPT, "there are too many files");
    }
    return assay_output_begin(&unpacking->folder, name, &unpacking->output, unpacking->reason);
}

static enum assay_error add_data(void *context, struct assay_span bytes)
{
    struct unpacking *unpacking = context;
    return assay_output_write(unpacking->output, bytes.data, bytes.len_bytes, unpacking->reason);
}

static enum assay_error end_file(void *context)
{
    struct unpacking *unpacking = context;
    if (unpacking->files == unpacking->room) {
        uint32_t room = unpacking->room * 2 + 16;
        struct assay_manifest_file *file =
            reallocarray(unpacking->file, room, sizeof *unpacking->file);
        if (file == NULL) {
            return assay_fail(unpacking->reason, ASSAY_E_MEMORY, NULL);
        }
        unpacking->file = file;
        unpacking->room = room;
    }
    struct assay_manifest_file *written = &unpacking->file[unpacking->files];
    enum assay_error error = assay_output_commit(unpacking->output, written, unpacking->reason);
    unpacking->output = NULL;
    unpacking->files += error == ASSAY_OK;
    return error;
}

static enum assay_error take(void *context, struct assay_span plain)
{
    return assay_tar_take(context, plain);
}

/* -- against the manifest -- */

static bool is_named(const json_t *files, const struct assay_manifest_file *file)
{
    char sha256[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(file->sha256, sizeof file->sha256, sha256);
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *row = json_array_get(files, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        const char *digest = json_string_value(json_object_get(row, "sha256"));
        if (name != NULL && digest != NULL && strcmp(name, file->name) == 0) {
            return strcmp(digest, sha256) == 0;
        }
    }
    return false;
}

static enum assay_error check_files(const struct unpacking *unpacking, const json_t *files)
{
    /* A package is of labels or of PINs; its first file says which. */
    enum assay_package_kind kind = assay_package_kind_of(unpacking->file[1].name);
    size_t named = 0;
    for (size_t i = 0; i < json_array_size(files); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(files, i), "name"));
        named += name != NULL && assay_package_kind_of(name) == kind;
    }
    if (named != unpacking->files - 1) {
        return assay_fail(unpacking->reason, ASSAY_E_CORRUPT,
                          "the manifest names %zu files, the package has %u", named,
                          unpacking->files - 1);
    }
    for (uint32_t i = 1; i < unpacking->files; i++) {
        if (assay_package_kind_of(unpacking->file[i].name) != kind ||
            !is_named(files, &unpacking->file[i])) {
            return assay_fail(unpacking->reason, ASSAY_E_CORRUPT,
                              "%s is not what the manifest says", unpacking->file[i].name);
        }
    }
    return ASSAY_OK;
}

static enum assay_error check_signature(const struct unpacking *unpacking,
                                        const struct assay_buffer *text)
{
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    struct assay_manifest manifest;
    enum assay_error error =
        assay_public_key_read(unpacking->request->site, ASSAY_KEY_SITE, key, unpacking->reason);
    if (error == ASSAY_OK) {
        error = assay_manifest_read((const char *)text->data, text->len_bytes, key, &manifest,
                                    unpacking->reason);
        if (error == ASSAY_OK) {
            assay_manifest_deinit(&manifest);
        }
    }
    return error;
}

/* The first file is the manifest. */
static enum assay_error check_manifest(const struct unpacking *unpacking)
{
    if (unpacking->files < 2) {
        return assay_fail(unpacking->reason, ASSAY_E_CORRUPT, "it holds no labels");
    }
    struct assay_buffer text = {0};
    enum assay_error error = assay_buffer_load(unpacking->folder.fd, unpacking->file[0].name,
                                               2u << 20, &text, unpacking->reason);
    if (error == ASSAY_OK && unpacking->request->site != NULL) {
        error = check_signature(unpacking, &text);
    }
    json_t *object = error == ASSAY_OK ? json_loadb((const char *)text.data, text.len_bytes,
                                                    JSON_REJECT_DUPLICATES, NULL)
                                       : NULL;
    assay_buffer_deinit(&text);
    if (error == ASSAY_OK) {
        error = check_files(unpacking, json_object_get(object, "files"));
    }
    json_decref(object);
    return error;
}

/* -- the whole -- */

static enum assay_error read_package(struct unpacking *unpacking,
                                     const struct assay_identity *identity)
{
    const char *path = unpacking->request->package;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return assay_fail(unpacking->reason, errno == ENOENT ? ASSAY_E_NOT_FOUND : ASSAY_E_IO,
                          "cannot read %s: %s", path, strerror(errno));
    }
    struct assay_tar_reader reader = {
        .begin = begin_file, .data = add_data, .end = end_file, .context = unpacking};
    const struct assay_envelope_sink sink = {take, &reader};
    unpacking->reason->text[0] = '\0';
    enum assay_error error = assay_envelope_read(identity, fd, &sink);
    close(fd);
    assay_output_abort(unpacking->output);
    unpacking->output = NULL;
    if (error == ASSAY_E_PASSPHRASE) {
        return assay_fail(unpacking->reason, error, "%s: it is to another certificate", path);
    }
    if (error == ASSAY_OK && !assay_tar_is_whole(&reader)) {
        error = ASSAY_E_CORRUPT;
    }
    if (error != ASSAY_OK && unpacking->reason->text[0] == '\0') {
        return assay_fail(unpacking->reason, error,
                          "%s: is no package, was changed, or is to another certificate", path);
    }
    return error;
}

/* All that is in DIR.partial is ours, also what a killed run left. */
static void empty_folder(const struct assay_folder *folder)
{
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL && fd >= 0) {
        close(fd);
    }
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        unlinkat(folder->fd, entry->d_name, 0); /* not "." and "..", which are folders */
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

static enum assay_error finish(struct unpacking *unpacking)
{
    const char *out = unpacking->request->out;
    if (renameat2(AT_FDCWD, unpacking->partial, AT_FDCWD, out, RENAME_NOREPLACE) != 0) {
        return assay_fail(unpacking->reason, ASSAY_E_IO, "cannot name the folder %s: %s", out,
                          strerror(errno));
    }
    printf("%u files in %s; the manifest is %s%s\n", unpacking->files, out, unpacking->file[0].name,
           unpacking->request->site == NULL ? ", its signature was not looked at (--site)" : "");
    return ASSAY_OK;
}

static enum assay_error unpack(struct unpacking *unpacking, const struct assay_identity *identity)
{
    const struct request *request = unpacking->request;
    if (access(request->out, F_OK) == 0) {
        return assay_fail(unpacking->reason, ASSAY_E_EXISTS, "--out: %s exists already",
                          request->out);
    }
    if ((size_t)snprintf(unpacking->partial, sizeof unpacking->partial, "%s.partial",
                         request->out) >= sizeof unpacking->partial) {
        return assay_fail(unpacking->reason, ASSAY_E_TOO_LARGE, "--out: the path is too long");
    }
    enum assay_error error =
        assay_folder_open(unpacking->partial, &unpacking->folder, unpacking->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    empty_folder(&unpacking->folder);
    error = read_package(unpacking, identity);
    if (error == ASSAY_OK) {
        error = check_manifest(unpacking);
    }
    if (error == ASSAY_OK) {
        error = finish(unpacking);
    }
    if (error != ASSAY_OK) {
        empty_folder(&unpacking->folder);
        rmdir(unpacking->partial);
    }
    assay_folder_close(&unpacking->folder);
    return error;
}

static enum assay_error run(const void *asked, struct assay_reason *reason)
{
    const struct request *request = asked;
    if (request->package == NULL || request->out == NULL || request->cert_key == NULL) {
        return assay_fail(reason, ASSAY_E_USAGE,
                          "FILE, --out DIR and --cert-key KEY.pem are wanted; see --help");
    }
    char passphrase[ASSAY_PASSPHRASE_SIZE] = "";
    struct assay_identity *identity = NULL;
    enum assay_error error = request->passphrase_file == NULL
                                 ? ASSAY_OK
                                 : assay_passphrase_get(request->passphrase_file, false, passphrase,
                                                        sizeof passphrase, reason);
    if (error == ASSAY_OK) {
        error = assay_identity_read(request->cert_key, passphrase, &identity, reason);
    }
    assay_bytes_wipe(passphrase, sizeof passphrase);
    if (error != ASSAY_OK) {
        return error;
    }
    struct unpacking unpacking = {.request = request, .reason = reason};
    error = unpack(&unpacking, identity);
    free(unpacking.file);
    assay_identity_free(identity);
    return error;
}

int assay_unpack(int argc, char **argv)
{
    static const struct argp argp = {
        .options = table,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Open a package of labels: decrypts it and holds its files against its manifest.\v"
               "Exit status: 0 done, 1 refused (nothing is left), 2 usage.",
    };
    struct request request = {.package = NULL};
    const struct assay_subcommand subcommand = {"unpack", &argp, &request, run};
    return assay_subcommand_run(&subcommand, argc, argv);
}
