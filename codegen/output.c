// SPDX-License-Identifier: Apache-2.0
#include "codegen/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codegen/digest.h"
#include "core/file.h"

#define WRITEBACK_BYTES (8u << 20)
/* Pages are gathered, so that each call brings whole pages of memory to the cache of the file. */
#define GATHER_BYTES (128u << 10)

struct assay_output {
    const struct assay_folder *folder;
    struct assay_digest *digest;
    int fd;
    uint64_t bytes;           /* with those gathered */
    uint64_t writeback_bytes; /* on their way to the disk */
    size_t gathered_bytes;
    char name[128];
    char part[136]; /* ".NAME.part" */
    uint8_t gathered[GATHER_BYTES];
};

/* The one place where errno becomes an error of ours. */
static enum assay_error fail_errno(struct assay_reason *reason, const char *did, const char *folder,
                                   const char *name)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return assay_fail(reason, full ? ASSAY_E_NO_SPACE : ASSAY_E_IO, "cannot %s %s%s%s: %s", did,
                      folder, name[0] == '\0' ? "" : "/", name, strerror(errno));
}

enum assay_error assay_folder_open(const char *path, struct assay_folder *folder,
                                   struct assay_reason *reason)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return fail_errno(reason, "make the folder", path, "");
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(reason, "open the folder", path, "");
    }
    if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        enum assay_error error = fail_errno(reason, "write into the folder", path, "");
        close(fd);
        return error;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return assay_fail(reason, ASSAY_E_LOCKED, "another program prints into %s; wait for it",
                          path);
    }
    *folder = (struct assay_folder){.fd = fd, .path = path};
    return ASSAY_OK;
}

void assay_folder_close(struct assay_folder *folder)
{
    if (folder->fd >= 0) {
        close(folder->fd);
    }
    folder->fd = -1;
}

enum assay_error assay_output_begin(const struct assay_folder *folder, const char *name,
                                    struct assay_output **output, struct assay_reason *reason)
{
    assay_assert(strchr(name, '/') == NULL);
    struct assay_output *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->folder = folder;
    int len = snprintf(made->name, sizeof made->name, "%s", name);
    assay_assert((size_t)len < sizeof made->name);
    snprintf(made->part, sizeof made->part, ".%s.part", made->name);
    enum assay_error error = assay_digest_create(&made->digest);
    if (error != ASSAY_OK) {
        free(made);
        return assay_fail(reason, error, NULL);
    }
    /* Labels hold codes and PINs: for their owner alone. */
    made->fd =
        openat(folder->fd, made->part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (made->fd < 0) {
        error = fail_errno(reason, "write", folder->path, made->part);
        assay_digest_destroy(made->digest);
        free(made);
        return error;
    }
    *output = made;
    return ASSAY_OK;
}

/* Have the disk at work while the file is still being written, so that the sync at its end waits
 * for little. Only a hint: what fails here, fails again in fsync. */
static void start_writeback(struct assay_output *output)
{
    uint64_t waiting = output->bytes - output->writeback_bytes;
    if (waiting >= WRITEBACK_BYTES) {
        (void)sync_file_range(output->fd, (off64_t)output->writeback_bytes, (off64_t)waiting,
                              SYNC_FILE_RANGE_WRITE);
        output->writeback_bytes = output->bytes;
    }
}

/* Hash and write what was gathered. */
static enum assay_error put_gathered(struct assay_output *output, struct assay_reason *reason)
{
    const uint8_t *from = output->gathered;
    enum assay_error error = assay_digest_add(output->digest, from, output->gathered_bytes);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    for (size_t left = output->gathered_bytes; left > 0;) {
        ssize_t wrote = write(output->fd, from, left);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return fail_errno(reason, "write", output->folder->path, output->name);
        }
        from += wrote;
        left -= (size_t)wrote;
    }
    output->gathered_bytes = 0;
    start_writeback(output);
    return ASSAY_OK;
}

enum assay_error assay_output_write(struct assay_output *output, const void *data, size_t len_bytes,
                                    struct assay_reason *reason)
{
    const uint8_t *from = data;
    enum assay_error error = ASSAY_OK;
    for (size_t left = len_bytes; left > 0 && error == ASSAY_OK;) {
        size_t room = GATHER_BYTES - output->gathered_bytes, some = left < room ? left : room;
        memcpy(output->gathered + output->gathered_bytes, from, some);
        output->gathered_bytes += some;
        output->bytes += some;
        from += some;
        left -= some;
        if (some == room) {
            error = put_gathered(output, reason);
        }
    }
    return error;
}

uint64_t assay_output_bytes(const struct assay_output *output)
{
    return output->bytes;
}

static enum assay_error settle(struct assay_output *output, struct assay_reason *reason)
{
    const struct assay_folder *folder = output->folder;
    if (fsync(output->fd) != 0) {
        return fail_errno(reason, "sync", folder->path, output->name);
    }
    int fd = output->fd;
    output->fd = -1;
    if (close(fd) != 0) {
        return fail_errno(reason, "close", folder->path, output->name);
    }
    if (renameat(folder->fd, output->part, folder->fd, output->name) != 0) {
        return fail_errno(reason, "rename", folder->path, output->part);
    }
    if (fsync(folder->fd) != 0) {
        return fail_errno(reason, "sync the folder", folder->path, "");
    }
    return ASSAY_OK;
}

enum assay_error assay_output_commit(struct assay_output *output,
                                     struct assay_manifest_file *written,
                                     struct assay_reason *reason)
{
    struct assay_manifest_file made = {.bytes = output->bytes};
    memcpy(made.name, output->name, sizeof made.name);
    enum assay_error error = put_gathered(output, reason);
    if (error == ASSAY_OK) {
        error = assay_digest_end(output->digest, made.sha256);
    }
    if (error == ASSAY_OK) {
        error = settle(output, reason);
    }
    if (error == ASSAY_OK) {
        *written = made;
        output->part[0] = '\0'; /* nothing to remove */
    }
    assay_output_abort(output);
    return error;
}

void assay_output_abort(struct assay_output *output)
{
    if (output == NULL) {
        return;
    }
    if (output->fd >= 0) {
        close(output->fd);
    }
    if (output->part[0] != '\0') {
        unlinkat(output->folder->fd, output->part, 0);
    }
    assay_digest_destroy(output->digest);
    free(output);
}

enum assay_error assay_buffer_load(int dir_fd, const char *path, size_t max_bytes,
                                   struct assay_buffer *text, struct assay_reason *reason)
{
    struct assay_owned owned;
    assay_assert(text->room_bytes == 0);
    enum assay_error error = assay_file_read_at(dir_fd, path, max_bytes, &owned, reason);
    if (error == ASSAY_OK) {
        *text = (struct assay_buffer){.data = (uint8_t *)owned.data,
                                      .len_bytes = owned.len_bytes,
                                      .room_bytes = owned.len_bytes + 1};
    }
    return error;
}
