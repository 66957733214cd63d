// SPDX-License-Identifier: Apache-2.0
/* Files in a row, as tar has them (POSIX.1-1988, ustar): a head of 512 bytes, the bytes, zeros up to the
 * next multiple of 512; at the end 1,024 zeros. Regular files with plain names, nothing else. */
#ifndef ASSAY_CODEGEN_TAR_H
#define ASSAY_CODEGEN_TAR_H

#include "core/bytes.h"
#include "core/error.h"

#define ASSAY_TAR_BLOCK 512u
#define ASSAY_TAR_NAME_MAX 99
/* Eleven octal digits. Met: E_TOO_LARGE. */
#define ASSAY_TAR_FILE_BYTES_MAX ((1ull << 33) - 1)

/** The head of a file. name: 1..ASSAY_TAR_NAME_MAX bytes. ASSAY_OK; ASSAY_E_TOO_LARGE. */
ASSAY_MUST_CHECK enum assay_error assay_tar_head(const char *name, uint64_t bytes,
                                                 int64_t changed_at_unix_s,
                                                 uint8_t head[ASSAY_TAR_BLOCK]);

/** How many zeros follow a file of this length. */
size_t assay_tar_padding(uint64_t bytes);

/** Takes a tar as it comes, in pieces of any length. Zero it, set the three calls and their context. */
struct assay_tar_reader {
    enum assay_error (*begin)(void *context, const char *name, uint64_t bytes);
    enum assay_error (*data)(void *context, struct assay_span bytes);
    enum assay_error (*end)(void *context);
    void *context;

    uint8_t head[ASSAY_TAR_BLOCK]; /* what follows is the reader's own */
    size_t head_len;
    uint64_t left;    /* of the file */
    uint64_t padding; /* after it */
    unsigned zeros;   /* blocks of zeros: two end it */
    bool inside;      /* a file began */
};

/** Take the next piece. ASSAY_OK; ASSAY_E_CORRUPT: not what assay_tar_head writes; what a call
 *  returned. */
ASSAY_MUST_CHECK enum assay_error assay_tar_take(struct assay_tar_reader *reader,
                                                 struct assay_span piece);

/** True if all of a tar, with its end, was taken. */
bool assay_tar_is_whole(const struct assay_tar_reader *reader);

#endif
