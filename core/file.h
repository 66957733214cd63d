// SPDX-License-Identifier: Apache-2.0
/* Whole files and folders: read, copy, hash, sync, remove. For tools; never on the request path. */
#ifndef ASSAY_CORE_FILE_H
#define ASSAY_CORE_FILE_H

#include "core/bytes.h"

/** Bytes from malloc, which whoever has them frees. */
struct assay_owned {
    char *data; /* with a NUL after len_bytes */
    size_t len_bytes;
};

/** ASSAY_E_NOT_FOUND, _EXISTS, _NO_SPACE or _IO for errno, with the path and the system's words. */
enum assay_error assay_file_fail(struct assay_reason *reason, const char *path);

/** Read a file of at most max_bytes. text: out, malloc'ed, with NUL after its len bytes.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_TOO_LARGE; ASSAY_E_IO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_file_read(const char *path, size_t max_bytes, char **text,
                                                  size_t *len, struct assay_reason *reason);

/** The same of a path from the folder dir_fd on (or AT_FDCWD). */
ASSAY_MUST_CHECK enum assay_error assay_file_read_at(int dir_fd, const char *path, size_t max_bytes,
                                                     struct assay_owned *text,
                                                     struct assay_reason *reason);

/** Write a new file of mode 0600, synced. returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_file_write_new(const char *path, const void *data,
                                                       size_t len_bytes,
                                                       struct assay_reason *reason);

/** Copy the first `bytes` of a file (or all that it has) to a new one of mode 0600, then zeros up
 *  to `size` (0 = none), synced. returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_EXISTS; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_file_copy(const char *from, const char *to, uint64_t bytes,
                                                  uint64_t size, struct assay_reason *reason);

/** SHA-256 and size of a file. returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_file_sha256(const char *path,
                                                    uint8_t digest[ASSAY_SHA256_LEN],
                                                    uint64_t *bytes, struct assay_reason *reason);

/** fsync of a file or folder. */
ASSAY_MUST_CHECK enum assay_error assay_file_sync(const char *path, struct assay_reason *reason);

/** Rename a folder to a name that does not exist (or is an empty folder), and sync its parent. */
ASSAY_MUST_CHECK enum assay_error assay_file_rename(const char *from, const char *to,
                                                    struct assay_reason *reason);

/** Remove a folder and all in it; for what was made half. Links are removed, not followed. */
void assay_file_remove_tree(const char *path);

#endif
