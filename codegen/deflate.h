// SPDX-License-Identifier: Apache-2.0
/* A deflate stream (RFC 1951 in RFC 1950's frame) for text whose repetitions are known beforehand:
 * the caller says what is new and what is a copy, so nothing is searched. Searching is where zlib
 * spends its time on label pages (docs/decisions/0005-label-pages.md).
 *
 * Invariants
 *  1. raw holds what the stream expands to; every copy was appended to raw when it was noted.
 *  2. One dynamic Huffman block a stream; symbols are kept until the end, then counted and written.
 */
#ifndef ASSAY_CODEGEN_DEFLATE_H
#define ASSAY_CODEGEN_DEFLATE_H

#include "codegen/buffer.h"

#define ASSAY_DEFLATE_DISTANCE_MAX 32768u
#define ASSAY_DEFLATE_COPY_MIN 3u
#define ASSAY_DEFLATE_COPY_MAX 258u

/** Zero-initialised it is empty; used again after assay_deflate_reset. */
struct assay_deflate {
    struct assay_buffer raw;
    uint32_t *symbols; /* a literal, or COPY | (length - 3) << 16 | (distance - 1) */
    size_t count;
    size_t room;
    enum assay_error failed; /* sticky: E_MEMORY; checked by assay_deflate_end */
};

/** Free; the struct is the caller's. */
void assay_deflate_deinit(struct assay_deflate *deflate);

/** Begin a new stream in the same memory. */
void assay_deflate_reset(struct assay_deflate *deflate);

/** Append bytes that are new. */
void assay_deflate_put(struct assay_deflate *deflate, const void *data, size_t len_bytes);

/** Append again len_bytes that begin at a position of raw; any length, also overlapping the end.
 *  Written as bytes if too short or too far away for a copy. */
void assay_deflate_copy(struct assay_deflate *deflate, size_t position, size_t len_bytes);

/** Close the stream and append it to out. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_deflate_end(struct assay_deflate *deflate,
                                                    struct assay_buffer *out);

#endif
