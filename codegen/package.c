// SPDX-License-Identifier: Apache-2.0
#include "codegen/package.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codegen/digest.h"
#include "codegen/tar.h"
#include "core/clock.h"
#include "core/envelope.h"

static enum assay_error fail_errno(struct assay_reason *reason, const char *did, const char *path)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return assay_fail(reason, full ? ASSAY_E_NO_SPACE : ASSAY_E_IO, "cannot %s %s: %s", did, path,
                      strerror(errno));
}

static enum assay_error check_path(const char *path, struct assay_reason *reason)
{
    return access(path, F_OK) == 0 ? assay_fail(reason, ASSAY_E_EXISTS, "%s exists already", path)
                                   : ASSAY_OK;
}

enum assay_package_kind assay_package_kind_of(const char *name)
{
    bool pins = strncmp(name, "pins-", 5) == 0 || strncmp(name, "reprint-pins-", 13) == 0;
    return pins ? ASSAY_PACKAGE_PINS : ASSAY_PACKAGE_LABELS;
}

struct packing {
    const struct assay_package *package;
    struct assay_envelope_writer *writer;
    struct assay_reason *reason;
};

static enum assay_error put(const struct packing *packing, const void *data, size_t len)
{
    enum assay_error error = assay_envelope_write(packing->writer, (struct assay_span){data, len});
    if (error == ASSAY_E_IO) {
        return fail_errno(packing->reason, "write", packing->package->path);
    }
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(packing->reason, error, "%s: %s", packing->package->path,
                                          assay_error_text(error));
}

static enum assay_error put_head(const struct packing *packing, const char *name, uint64_t bytes)
{
    uint8_t head[ASSAY_TAR_BLOCK];
    enum assay_error error =
        assay_tar_head(name, bytes, packing->package->manifest->printed_at_unix_ms / 1000, head);
    return error == ASSAY_OK ? put(packing, head, sizeof head)
                             : assay_fail(packing->reason, error,
                                          "%s is too large for a package; print it in parts", name);
}

static enum assay_error put_padding(const struct packing *packing, uint64_t bytes)
{
    static const uint8_t zeros[ASSAY_TAR_BLOCK];
    return put(packing, zeros, assay_tar_padding(bytes));
}

/* The bytes of a file, hashed on their way: they must be what the manifest says. */
static enum assay_error put_bytes(const struct packing *packing, int fd, uint64_t bytes,
                                  struct assay_digest *digest)
{
    uint8_t some[65536];
    enum assay_error error = ASSAY_OK;
    for (uint64_t left = bytes; left > 0 && error == ASSAY_OK;) {
        ssize_t got = read(fd, some, left < sizeof some ? (size_t)left : sizeof some);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return ASSAY_E_CORRUPT; /* shorter than it was */
        }
        left -= (uint64_t)got;
        error = assay_digest_add(digest, some, (size_t)got);
        error = error == ASSAY_OK ? put(packing, some, (size_t)got) : error;
    }
    return error;
}

static enum assay_error put_open_file(const struct packing *packing,
                                      const struct assay_manifest_file *file, int fd)
{
    struct assay_digest *digest = NULL;
    uint8_t sha256[ASSAY_SHA256_LEN];
    enum assay_error error = put_head(packing, file->name, file->bytes);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_digest_create(&digest);
    if (error == ASSAY_OK) {
        error = put_bytes(packing, fd, file->bytes, digest);
    }
    if (error == ASSAY_OK) {
        error = assay_digest_end(digest, sha256);
    }
    assay_digest_destroy(digest);
    if (error == ASSAY_E_CORRUPT ||
        (error == ASSAY_OK && memcmp(sha256, file->sha256, sizeof sha256) != 0)) {
        return assay_fail(packing->reason, ASSAY_E_CORRUPT,
                          "%s/%s is no longer what the manifest says; print it again",
                          packing->package->folder->path, file->name);
    }
    return error == ASSAY_OK ? put_padding(packing, file->bytes) : error;
}

static enum assay_error put_file(const struct packing *packing,
                                 const struct assay_manifest_file *file)
{
    const struct assay_folder *folder = packing->package->folder;
    int fd = openat(folder->fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return assay_fail(packing->reason, ASSAY_E_IO, "cannot read %s/%s: %s", folder->path,
                          file->name, strerror(errno));
    }
    enum assay_error error = put_open_file(packing, file, fd);
    close(fd);
    return error;
}

static enum assay_error put_manifest(const struct packing *packing)
{
    const struct assay_package *package = packing->package;
    struct assay_buffer text = {0};
    enum assay_error error = assay_buffer_load(package->folder->fd, package->manifest_name,
                                               2u << 20, &text, packing->reason);
    if (error == ASSAY_OK) {
        error = put_head(packing, package->manifest_name, text.len_bytes);
    }
    if (error == ASSAY_OK) {
        error = put(packing, text.data, text.len_bytes);
    }
    if (error == ASSAY_OK) {
        error = put_padding(packing, text.len_bytes);
    }
    assay_buffer_deinit(&text);
    return error;
}

static enum assay_error put_all(const struct packing *packing)
{
    static const uint8_t end[2 * ASSAY_TAR_BLOCK];
    const struct assay_manifest *manifest = packing->package->manifest;
    enum assay_error error = put_manifest(packing);
    for (uint32_t i = 0; i < manifest->files && error == ASSAY_OK; i++) {
        if (assay_package_kind_of(manifest->file[i].name) == packing->package->kind) {
            error = put_file(packing, &manifest->file[i]);
        }
    }
    if (error == ASSAY_OK) {
        error = put(packing, end, sizeof end);
    }
    if (error == ASSAY_OK && assay_envelope_end(packing->writer) != ASSAY_OK) {
        error = fail_errno(packing->reason, "write", packing->package->path);
    }
    return error;
}

static enum assay_error write_to(const struct assay_package *package, int fd,
                                 struct assay_reason *reason)
{
    struct packing packing = {.package = package, .reason = reason};
    enum assay_error error = assay_envelope_begin(package->to, fd, &packing.writer);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "the package cannot be encrypted: %s",
                          assay_error_text(error));
    }
    error = put_all(&packing);
    assay_envelope_close(packing.writer);
    if (error == ASSAY_OK && fsync(fd) != 0) {
        error = fail_errno(reason, "sync", package->path);
    }
    return error;
}

static enum assay_error sync_folder(const char *path, struct assay_reason *reason)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    enum assay_error error = synced ? ASSAY_OK : fail_errno(reason, "sync the folder of", path);
    if (fd >= 0) {
        close(fd);
    }
    return error;
}

enum assay_error assay_package_write(const struct assay_package *package,
                                     struct assay_reason *reason)
{
    char part[PATH_MAX];
    enum assay_error error = check_path(package->path, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if ((size_t)snprintf(part, sizeof part, "%s.part", package->path) >= sizeof part) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the path of a package is too long");
    }
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail_errno(reason, "write", part);
    }
    error = write_to(package, fd, reason);
    close(fd);
    if (error == ASSAY_OK &&
        renameat2(AT_FDCWD, part, AT_FDCWD, package->path, RENAME_NOREPLACE) != 0) {
        error = fail_errno(reason, "rename", part);
    }
    if (error != ASSAY_OK) {
        unlink(part);
        return error;
    }
    return sync_folder(package->path, reason);
}

/* -- both packages of a job -- */

static enum assay_error check_one(const char *path, const char *to,
                                  struct assay_certificate **certificate,
                                  struct assay_reason *reason)
{
    enum assay_error error = path == NULL ? ASSAY_OK : check_path(path, reason);
    return error == ASSAY_OK && to != NULL
               ? assay_certificate_read(to, assay_clock_unix_ms(), certificate, reason)
               : error;
}

enum assay_error assay_packages_check(const struct assay_packages *packages,
                                      struct assay_recipients *to, struct assay_reason *reason)
{
    *to = (struct assay_recipients){.labels = NULL};
    enum assay_error error = check_one(packages->labels, packages->labels_to, &to->labels, reason);
    if (error == ASSAY_OK) {
        error = check_one(packages->pins, packages->pins_to, &to->pins, reason);
    }
    if (error == ASSAY_OK && to->labels != NULL && to->pins != NULL &&
        assay_certificate_same_key(to->labels, to->pins)) {
        error = assay_fail(reason, ASSAY_E_REFUSED,
                           "--to and --pins-to have one key: who opens the labels shall not open "
                           "the PINs");
    }
    return error;
}

void assay_recipients_free(struct assay_recipients *to)
{
    assay_certificate_free(to->labels);
    assay_certificate_free(to->pins);
    *to = (struct assay_recipients){.labels = NULL};
}

static bool has_pins(const struct assay_manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->files; i++) {
        if (assay_package_kind_of(manifest->file[i].name) == ASSAY_PACKAGE_PINS) {
            return true;
        }
    }
    return false;
}

enum assay_error assay_packages_write(const struct assay_packages *packages,
                                      const struct assay_recipients *to,
                                      const struct assay_package *job, struct assay_reason *reason)
{
    struct assay_package package = *job;
    enum assay_error error = ASSAY_OK;
    if (packages->pins != NULL && !has_pins(job->manifest)) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "--pins-package: the job has no PINs apart; see --pin separate");
    }
    if (packages->labels != NULL) {
        package.kind = ASSAY_PACKAGE_LABELS;
        package.path = packages->labels;
        package.to = to->labels;
        error = assay_package_write(&package, reason);
    }
    if (error == ASSAY_OK && packages->pins != NULL) {
        package.kind = ASSAY_PACKAGE_PINS;
        package.path = packages->pins;
        package.to = to->pins;
        error = assay_package_write(&package, reason);
        if (error != ASSAY_OK && packages->labels != NULL) {
            unlink(packages->labels); /* both or none */
        }
    }
    return error;
}
