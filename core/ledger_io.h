// SPDX-License-Identifier: Apache-2.0
/* The ledger's file operations: whole reads and writes, and the two calls that tests fail. */
#ifndef ASSAY_CORE_LEDGER_IO_H
#define ASSAY_CORE_LEDGER_IO_H

#include <sys/types.h>

#include "core/bytes.h"

/** The file operations that faults are injected into by tests; NULL members mean the system's. */
struct assay_ledger_io {
    ssize_t (*pwrite)(int fd, const void *data, size_t len_bytes, int64_t offset);
    int (*fdatasync)(int fd);
};

/** Write all of it. ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; errno says why. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_io_write(const struct assay_ledger_io *io, int fd,
                                                        struct assay_span data, uint64_t offset);

/** fdatasync(2). ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; errno says why. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_io_sync(const struct assay_ledger_io *io, int fd);

/** Read until the buffer is full or the file ends. ASSAY_OK or ASSAY_E_IO; got: how many. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_io_read(int fd, void *data, size_t len_bytes,
                                                       uint64_t offset, size_t *got);

/** ASSAY_E_NO_SPACE or ASSAY_E_IO, from errno. */
enum assay_error assay_ledger_io_error(int error_number);

#endif
