// SPDX-License-Identifier: Apache-2.0
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES (1u << 20)
#define TREE_DEPTH 16

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

enum assay_error assay_file_fail(struct assay_reason *reason, const char *path)
{
    int number = errno;
    enum assay_error error = number == ENOENT                          ? ASSAY_E_NOT_FOUND
                             : number == EEXIST || number == ENOTEMPTY ? ASSAY_E_EXISTS
                             : number == ENOSPC || number == EDQUOT    ? ASSAY_E_NO_SPACE
                                                                       : ASSAY_E_IO;
    return assay_fail(reason, error, "%s: %s", path, strerror(number));
}

/* Up to *len bytes; *len: out, how many there were. */
static enum assay_error read_all(int fd, char *text, size_t *len)
{
    size_t at = 0;
    while (at < *len) {
        ssize_t got = read(fd, text + at, *len - at);
        if (got < 0 && errno != EINTR) {
            return ASSAY_E_IO;
        }
        if (got == 0) {
            break;
        }
        at += got > 0 ? (size_t)got : 0;
    }
    *len = at;
    return ASSAY_OK;
}

enum assay_error assay_file_read_at(int dir_fd, const char *path, size_t max_bytes,
                                    struct assay_owned *text, struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat facts;
    if (fd < 0 || fstat(fd, &facts) != 0) {
        return assay_file_fail(reason, path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return assay_fail(reason, ASSAY_E_IO, "%s: not a file", path);
    }
    if ((uint64_t)facts.st_size > max_bytes) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "%s: larger than %zu bytes", path, max_bytes);
    }
    size_t wanted = (size_t)facts.st_size;
    char *read_text = malloc(wanted + 1);
    if (read_text == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    if (read_all(fd, read_text, &wanted) != ASSAY_OK) {
        free(read_text);
        return assay_file_fail(reason, path);
    }
    read_text[wanted] = '\0';
    *text = (struct assay_owned){read_text, wanted};
    return ASSAY_OK;
}

enum assay_error assay_file_read(const char *path, size_t max_bytes, char **text, size_t *len,
                                 struct assay_reason *reason)
{
    struct assay_owned owned;
    enum assay_error error = assay_file_read_at(AT_FDCWD, path, max_bytes, &owned, reason);
    if (error == ASSAY_OK) {
        *text = owned.data;
        *len = owned.len_bytes;
    }
    return error;
}

static bool write_all(int fd, const void *data, size_t len_bytes)
{
    const uint8_t *from = data;
    while (len_bytes > 0) {
        ssize_t written = write(fd, from, len_bytes);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            from += written;
            len_bytes -= (size_t)written;
        }
    }
    return true;
}

enum assay_error assay_file_write_new(const char *path, const void *data, size_t len_bytes,
                                      struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, data, len_bytes) || fsync(fd) != 0) {
        return assay_file_fail(reason, path);
    }
    return ASSAY_OK;
}

/* True if all was copied; errno says why not. */
static bool copy_bytes(int from, int to, uint64_t bytes, uint8_t *buffer)
{
    while (bytes > 0) {
        ssize_t got = read(from, buffer, bytes < COPY_BYTES ? (size_t)bytes : COPY_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        if (!write_all(to, buffer, (size_t)got)) {
            return false;
        }
        bytes -= (uint64_t)got;
    }
    return true;
}

enum assay_error assay_file_copy(const char *from, const char *to, uint64_t bytes, uint64_t size,
                                 struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int source = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (source < 0) {
        return assay_file_fail(reason, from);
    }
    ASSAY_CLEANUP(close_fd) int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (target < 0) {
        return assay_file_fail(reason, to);
    }
    uint8_t *buffer = malloc(COPY_BYTES);
    if (buffer == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    bool copied = copy_bytes(source, target, bytes, buffer) &&
                  (size == 0 || ftruncate(target, (off_t)size) == 0) && fsync(target) == 0;
    enum assay_error error = copied ? ASSAY_OK : assay_file_fail(reason, to);
    free(buffer);
    return error;
}

enum assay_error assay_file_sha256(const char *path, uint8_t digest[ASSAY_SHA256_LEN],
                                   uint64_t *bytes, struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat facts;
    if (fd < 0 || fstat(fd, &facts) != 0) {
        return assay_file_fail(reason, path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return assay_fail(reason, ASSAY_E_IO, "%s: not a file", path);
    }
    size_t len_bytes = (size_t)facts.st_size;
    if (len_bytes == 0) {
        assay_sha256("", 0, digest);
        *bytes = 0;
        return ASSAY_OK;
    }
    void *map = mmap(NULL, len_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        return assay_file_fail(reason, path);
    }
    assay_sha256(map, len_bytes, digest);
    munmap(map, len_bytes);
    *bytes = len_bytes;
    return ASSAY_OK;
}

enum assay_error assay_file_sync(const char *path, struct assay_reason *reason)
{
    ASSAY_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        return assay_file_fail(reason, path);
    }
    return ASSAY_OK;
}

enum assay_error assay_file_rename(const char *from, const char *to, struct assay_reason *reason)
{
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", to);
    if (rename(from, to) != 0) {
        return assay_file_fail(reason, to);
    }
    return assay_file_sync(dirname(parent), reason);
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

void assay_file_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, TREE_DEPTH, FTW_DEPTH | FTW_PHYS);
}
