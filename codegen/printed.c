// SPDX-License-Identifier: Apache-2.0
#include "codegen/printed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/buffer.h"
#include "core/clock.h"

#define MANIFEST_BYTES_MAX (2u * 1024 * 1024)
/* A manifest is written anew at most this often; at a crash, what finished since is not in it. */
#define SAVE_INTERVAL_NS 1000000000u

struct assay_printed {
    const struct assay_folder *folder;
    const struct assay_keyring *keyring;
    struct assay_manifest manifest;
    uint32_t room;
    bool saved; /* all that was added is in the file */
    uint64_t saved_at_ns;
    char name[64];
};

static bool overlap(struct assay_range a, struct assay_range b)
{
    return a.first <= b.last && b.first <= a.last;
}

static enum assay_error check_other(const struct assay_printed *printed, const char *name,
                                    const struct assay_manifest *other,
                                    const struct assay_printed_job *job,
                                    struct assay_reason *reason)
{
    const char *path = printed->folder->path;
    if (other->handle != job->handle) {
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(other->handle, handle);
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s holds labels of batch %s; name another folder with --out", path,
                          handle);
    }
    if (strcmp(other->format, job->format) == 0 && overlap(other->range, job->range)) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "items %u-%u are printed already, says %s/%s; go on with --range %u- or "
                          "name another folder",
                          other->range.first, other->range.last, path, name, other->range.last + 1);
    }
    return ASSAY_OK;
}

static enum assay_error check_manifest(const struct assay_printed *printed, const char *name,
                                       const struct assay_printed_job *job,
                                       struct assay_reason *reason)
{
    struct assay_buffer text = {0};
    enum assay_error error =
        assay_file_read(printed->folder->fd, name, MANIFEST_BYTES_MAX, &text, reason);
    if (error != ASSAY_OK) {
        assay_buffer_deinit(&text);
        return error;
    }
    struct assay_manifest other;
    struct assay_reason inner;
    error =
        assay_manifest_read((const char *)text.data, text.len_bytes, job->site_key, &other, &inner);
    assay_buffer_deinit(&text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "%s/%s: %.200s; name another folder with --out",
                          printed->folder->path, name, inner.text);
    }
    error = check_other(printed, name, &other, job, reason);
    assay_manifest_deinit(&other);
    return error;
}

static bool is_manifest_name(const char *name)
{
    size_t len = strlen(name);
    return strncmp(name, "manifest", 8) == 0 && len > 13 - 1 &&
           strcmp(name + len - 5, ".json") == 0;
}

static enum assay_error check_folder(const struct assay_printed *printed,
                                     const struct assay_printed_job *job,
                                     struct assay_reason *reason)
{
    int fd = openat(printed->folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        enum assay_error failed = assay_fail(reason, ASSAY_E_IO, "cannot read the folder %s: %s",
                                             printed->folder->path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return failed;
    }
    enum assay_error error = ASSAY_OK;
    for (struct dirent *entry; error == ASSAY_OK && (entry = readdir(dir)) != NULL;) {
        if (is_manifest_name(entry->d_name)) {
            error = check_manifest(printed, entry->d_name, job, reason);
        }
    }
    closedir(dir);
    return error;
}

static void begin_manifest(struct assay_printed *printed, const struct assay_printed_job *job)
{
    printed->manifest = (struct assay_manifest){
        .handle = job->handle,
        .range = {job->range.first, job->range.first},
        .guess_chance_log2 = job->guess_chance_log2,
        .printed_at_unix_ms = job->printed_at_unix_ms,
    };
    memcpy(printed->manifest.order_sha256, job->order_sha256, ASSAY_SHA256_LEN);
    snprintf(printed->manifest.format, sizeof printed->manifest.format, "%s", job->format);
    snprintf(printed->name, sizeof printed->name, "manifest.json");
    if (faccessat(printed->folder->fd, printed->name, F_OK, 0) == 0) {
        snprintf(printed->name, sizeof printed->name, "manifest-%s-%u-%u.json", job->format,
                 job->range.first, job->range.last);
    }
    printed->saved = true;
    printed->saved_at_ns = assay_clock_monotonic_ns();
}

enum assay_error assay_printed_open(const struct assay_folder *folder,
                                    const struct assay_printed_job *job,
                                    struct assay_printed **printed, struct assay_reason *reason)
{
    struct assay_printed *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->folder = folder;
    made->keyring = job->keyring;
    enum assay_error error = check_folder(made, job, reason);
    if (error != ASSAY_OK) {
        free(made);
        return error;
    }
    begin_manifest(made, job);
    *printed = made;
    return ASSAY_OK;
}

enum assay_error assay_printed_add(struct assay_printed *printed,
                                   const struct assay_manifest_file *file, uint32_t last,
                                   struct assay_reason *reason)
{
    struct assay_manifest *manifest = &printed->manifest;
    assay_assert(manifest->files < ASSAY_MANIFEST_FILES_MAX);
    if (manifest->files == printed->room) {
        uint32_t room = printed->room * 2 + 16;
        struct assay_manifest_file *files = reallocarray(manifest->file, room, sizeof *files);
        if (files == NULL) {
            return assay_fail(reason, ASSAY_E_MEMORY, NULL);
        }
        manifest->file = files;
        printed->room = room;
    }
    manifest->file[manifest->files++] = *file;
    manifest->range.last = last;
    manifest->good = last - manifest->range.first + 1;
    printed->saved = false;
    if (assay_clock_monotonic_ns() - printed->saved_at_ns < SAVE_INTERVAL_NS) {
        return ASSAY_OK;
    }
    return assay_printed_save(printed, reason);
}

enum assay_error assay_printed_save(struct assay_printed *printed, struct assay_reason *reason)
{
    if (printed->saved) {
        return ASSAY_OK;
    }
    char *text = NULL;
    enum assay_error error = assay_manifest_write(&printed->manifest, printed->keyring, &text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "cannot sign the manifest: %s", assay_error_text(error));
    }
    struct assay_output *output;
    struct assay_manifest_file written;
    error = assay_output_begin(printed->folder, printed->name, &output, reason);
    if (error == ASSAY_OK) {
        error = assay_output_write(output, text, strlen(text), reason);
        if (error == ASSAY_OK) {
            error = assay_output_commit(output, &written, reason);
        } else {
            assay_output_abort(output);
        }
    }
    free(text);
    if (error == ASSAY_OK) {
        printed->saved = true;
        printed->saved_at_ns = assay_clock_monotonic_ns();
    }
    return error;
}

const struct assay_manifest *assay_printed_manifest(const struct assay_printed *printed)
{
    return &printed->manifest;
}

const char *assay_printed_name(const struct assay_printed *printed)
{
    return printed->name;
}

void assay_printed_close(struct assay_printed *printed)
{
    if (printed != NULL) {
        assay_manifest_deinit(&printed->manifest);
        free(printed);
    }
}
