// SPDX-License-Identifier: Apache-2.0
/* Files that are there whole or not at all: written under a temporary name (".NAME.part"), synced,
 * then renamed. The folder is locked, so that two programs never print into it at once. */
#ifndef ASSAY_CODEGEN_OUTPUT_H
#define ASSAY_CODEGEN_OUTPUT_H

#include "codegen/buffer.h"
#include "core/bytes.h"
#include "core/order.h"

/** A folder that this process holds. */
struct assay_folder {
    int fd;
    const char *path; /* borrowed; for messages */
};

/** Open and lock a folder; made (0700) if only its last part is missing.
 *  returns ASSAY_OK; ASSAY_E_IO; ASSAY_E_LOCKED. folder: out, the caller closes it. */
ASSAY_MUST_CHECK enum assay_error assay_folder_open(const char *path, struct assay_folder *folder,
                                                    struct assay_reason *reason);

/** Unlock and close; a folder that was not opened has fd -1. */
void assay_folder_close(struct assay_folder *folder);

/** One file on its way. */
struct assay_output;

/** Begin a file. name: without '/', copied. returns ASSAY_OK; ASSAY_E_IO; ASSAY_E_MEMORY;
 *  *output: ended by assay_output_commit or assay_output_abort. */
ASSAY_MUST_CHECK enum assay_error assay_output_begin(const struct assay_folder *folder,
                                                     const char *name, struct assay_output **output,
                                                     struct assay_reason *reason);

/** Append bytes. ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_output_write(struct assay_output *output, const void *data,
                                                     size_t len_bytes, struct assay_reason *reason);

/** Bytes so far. */
uint64_t assay_output_bytes(const struct assay_output *output);

/** Sync, rename, sync the folder; frees output whatever happens, and leaves no file on error.
 *  written: out, name, bytes and hash. ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_output_commit(struct assay_output *output,
                                                      struct assay_manifest_file *written,
                                                      struct assay_reason *reason);

/** Remove what was written, and free; NULL is allowed. */
void assay_output_abort(struct assay_output *output);

/** The whole of a small file, with a NUL after it.
 *
 *  dir_fd   folder of a relative path, or AT_FDCWD.
 *  text     out: empty before; the caller deinits it, also after an error.
 *  returns  ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_TOO_LARGE; ASSAY_E_IO; ASSAY_E_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_error assay_buffer_load(int dir_fd, const char *path, size_t max_bytes,
                                                    struct assay_buffer *text,
                                                    struct assay_reason *reason);

#endif
