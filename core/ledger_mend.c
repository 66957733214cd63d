// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_mend.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

#define CHUNK_BYTES (256u << 10)

/* One segment's bytes behind the end. */
struct remains {
    const struct assay_segment_folder *folder;
    const struct assay_ledger_io *io;
    uint64_t number;
    uint64_t from; /* offset */
    uint64_t to;   /* offset behind the last byte that is not zero; == from: nothing there */
    int fd;
    uint8_t *chunk; /* CHUNK_BYTES */
};

static enum assay_error complain(const struct remains *remains, enum assay_error error,
                                 const char *what, struct assay_reason *reason)
{
    int error_number = errno;
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(remains->number, name);
    return assay_fail(reason, error, "%s/%s: %s: %s", remains->folder->path, name, what,
                      strerror(error_number));
}

static size_t chunk_len(uint64_t at, uint64_t to)
{
    return to - at < CHUNK_BYTES ? (size_t)(to - at) : CHUNK_BYTES;
}

/* How many bytes up to the last that is not zero; there is one. */
static size_t last_byte(const uint8_t *data, size_t len_bytes)
{
    while (data[len_bytes - 1] == 0) {
        len_bytes--;
    }
    return len_bytes;
}

static enum assay_error find_extent(struct remains *remains, struct assay_reason *reason)
{
    uint64_t end = remains->folder->segment_bytes;
    remains->to = remains->from;
    for (uint64_t at = remains->from; at < end;) {
        size_t got = 0;
        if (assay_ledger_io_read(remains->fd, remains->chunk, chunk_len(at, end), at, &got) !=
            ASSAY_OK) {
            return complain(remains, ASSAY_E_IO, "cannot be read", reason);
        }
        if (!assay_bytes_are_zero(remains->chunk, got)) {
            remains->to = at + last_byte(remains->chunk, got);
        }
        if (got == 0) {
            break;
        }
        at += got;
    }
    return ASSAY_OK;
}

static enum assay_error copy_out(struct remains *remains, int out)
{
    const struct assay_ledger_io system = {0};
    for (uint64_t at = remains->from; at < remains->to;) {
        size_t got = 0;
        enum assay_error error =
            assay_ledger_io_read(remains->fd, remains->chunk, chunk_len(at, remains->to), at, &got);
        if (error != ASSAY_OK || got == 0) {
            return ASSAY_E_IO;
        }
        error = assay_ledger_io_write(&system, out, (struct assay_span){remains->chunk, got},
                                      at - remains->from);
        if (error != ASSAY_OK) {
            return error;
        }
        at += got;
    }
    return fsync(out) == 0 ? ASSAY_OK : assay_ledger_io_error(errno);
}

static int create_torn_file(const struct remains *remains, char name[64])
{
    uint64_t position = remains->number * remains->folder->segment_bytes + remains->from;
    int64_t now = assay_clock_unix_ms();
    for (int i = 0; i < 1000; i++) {
        snprintf(name, 64, "torn-%" PRIu64 "-%" PRId64 ".bin", position, now + i);
        int fd = openat(remains->folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

static enum assay_error save_aside(struct remains *remains, struct assay_ledger_torn *torn,
                                   struct assay_reason *reason)
{
    char name[64];
    int out = create_torn_file(remains, name);
    if (out < 0) {
        return complain(remains, assay_ledger_io_error(errno),
                        "the torn tail cannot be saved aside", reason);
    }
    enum assay_error error = copy_out(remains, out);
    int error_number = errno;
    close(out);
    if (error == ASSAY_OK && fsync(remains->folder->fd) != 0) {
        error_number = errno;
        error = assay_ledger_io_error(errno);
    }
    if (error != ASSAY_OK) {
        unlinkat(remains->folder->fd, name, 0);
        errno = error_number;
        return complain(remains, error, "the torn tail cannot be saved aside", reason);
    }
    if (torn->bytes == 0) {
        snprintf(torn->file, sizeof torn->file, "%s/%s", remains->folder->path, name);
    }
    torn->bytes += remains->to - remains->from;
    return ASSAY_OK;
}

static enum assay_error zero_out(struct remains *remains, struct assay_reason *reason)
{
    enum assay_error error = ASSAY_OK;
    memset(remains->chunk, 0, CHUNK_BYTES);
    for (uint64_t at = remains->from; at < remains->to && error == ASSAY_OK;) {
        size_t len = chunk_len(at, remains->to);
        error = assay_ledger_io_write(remains->io, remains->fd,
                                      (struct assay_span){remains->chunk, len}, at);
        at += len;
    }
    if (error == ASSAY_OK) {
        error = assay_ledger_io_sync(remains->io, remains->fd);
    }
    return error == ASSAY_OK
               ? ASSAY_OK
               : complain(remains, error, "the torn tail cannot be overwritten", reason);
}

static enum assay_error mend_segment(struct remains *remains, struct assay_ledger_torn *torn,
                                     struct assay_reason *reason)
{
    enum assay_error error =
        assay_segment_open(remains->folder, remains->number, O_RDWR, &remains->fd, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = find_extent(remains, reason);
    if (error == ASSAY_OK && remains->to > remains->from) {
        error = save_aside(remains, torn, reason);
        if (error == ASSAY_OK) {
            error = zero_out(remains, reason);
        }
    }
    close(remains->fd);
    return error;
}

enum assay_error assay_ledger_mend(const struct assay_ledger_walk *walk,
                                   const struct assay_ledger_io *io, struct assay_ledger_torn *torn,
                                   struct assay_reason *reason)
{
    struct remains remains = {.folder = &walk->folder, .io = io};
    remains.chunk = malloc(CHUNK_BYTES);
    if (remains.chunk == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    /* The last segment first: what is left of a half-mended ledger is again a torn tail. */
    enum assay_error error = ASSAY_OK;
    for (uint64_t number = walk->folder.count; number > walk->number && error == ASSAY_OK;) {
        number--;
        remains.number = number;
        remains.from = number == walk->number ? walk->offset : ASSAY_SEGMENT_HEADER_LEN;
        error = mend_segment(&remains, torn, reason);
    }
    free(remains.chunk);
    return error;
}

enum assay_error assay_ledger_settle(const struct assay_ledger_walk *walk,
                                     const struct assay_ledger_io *io, int fd, uint64_t from,
                                     struct assay_reason *reason)
{
    uint64_t start = walk->number * walk->folder.segment_bytes;
    struct remains remains = {.folder = &walk->folder, .io = io, .number = walk->number, .fd = fd};
    remains.from = from > start ? from - start : ASSAY_SEGMENT_HEADER_LEN;
    remains.chunk = malloc(CHUNK_BYTES);
    if (remains.chunk == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = ASSAY_OK;
    for (uint64_t at = remains.from; at < walk->offset && error == ASSAY_OK;) {
        size_t got = 0;
        error = assay_ledger_io_read(fd, remains.chunk, chunk_len(at, walk->offset), at, &got);
        if (error == ASSAY_OK && got > 0) {
            error = assay_ledger_io_write(io, fd, (struct assay_span){remains.chunk, got}, at);
        } else {
            error = ASSAY_E_IO;
        }
        at += got;
    }
    if (error == ASSAY_OK) {
        error = assay_ledger_io_sync(io, fd);
    }
    if (error != ASSAY_OK) {
        error = complain(&remains, error, "the tail cannot be synced", reason);
    }
    free(remains.chunk);
    return error;
}
