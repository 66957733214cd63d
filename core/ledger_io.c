// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_io.h"

#include <errno.h>
#include <unistd.h>

enum assay_error assay_ledger_io_error(int error_number)
{
    bool no_space = error_number == ENOSPC || error_number == EDQUOT;
    return no_space ? ASSAY_E_NO_SPACE : ASSAY_E_IO;
}

static ssize_t write_some(const struct assay_ledger_io *io, int fd, struct assay_span data,
                          uint64_t offset)
{
    if (io->pwrite != NULL) {
        return io->pwrite(fd, data.data, data.len_bytes, (int64_t)offset);
    }
    return pwrite(fd, data.data, data.len_bytes, (off_t)offset);
}

enum assay_error assay_ledger_io_write(const struct assay_ledger_io *io, int fd,
                                       struct assay_span data, uint64_t offset)
{
    while (data.len_bytes > 0) {
        ssize_t done = write_some(io, fd, data, offset);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return assay_ledger_io_error(done < 0 ? errno : EIO);
        }
        assay_assert((size_t)done <= data.len_bytes);
        data.data += done;
        data.len_bytes -= (size_t)done;
        offset += (size_t)done;
    }
    return ASSAY_OK;
}

enum assay_error assay_ledger_io_sync(const struct assay_ledger_io *io, int fd)
{
    /* Never tried again, not even after EINTR: the kernel may have dropped what it could not
     * write, and the next call would succeed without it. */
    int result = io->fdatasync != NULL ? io->fdatasync(fd) : fdatasync(fd);
    return result == 0 ? ASSAY_OK : assay_ledger_io_error(errno);
}

enum assay_error assay_ledger_io_read(int fd, void *data, size_t len_bytes, uint64_t offset,
                                      size_t *got)
{
    uint8_t *bytes = data;
    size_t at = 0;
    while (at < len_bytes) {
        ssize_t done = pread(fd, bytes + at, len_bytes - at, (off_t)(offset + at));
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return ASSAY_E_IO;
        }
        if (done == 0) {
            break;
        }
        at += (size_t)done;
    }
    *got = at;
    return ASSAY_OK;
}
