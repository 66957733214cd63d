// SPDX-License-Identifier: Apache-2.0
/* Bytes that grow: what a page is rendered into before the writer takes it. */
#ifndef ASSAY_CODEGEN_BUFFER_H
#define ASSAY_CODEGEN_BUFFER_H

#include "core/error.h"

/** Invariant: len_bytes <= room_bytes; data is NULL only while room_bytes is 0. */
struct assay_buffer {
    uint8_t *data;
    size_t len_bytes;
    size_t room_bytes;
    size_t mark; /* where a page's second part begins; its format says which */
};

/** Free the bytes; the struct is the caller's and is empty afterwards. */
void assay_buffer_deinit(struct assay_buffer *buffer);

/** Make room for more_bytes beyond what is there. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_buffer_reserve(struct assay_buffer *buffer,
                                                       size_t more_bytes);

/** Append bytes. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_buffer_put(struct assay_buffer *buffer, const void *data,
                                                   size_t len_bytes);

/** Append formatted text. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_buffer_print(struct assay_buffer *buffer,
                                                     const char *format, ...) ASSAY_PRINTF(2, 3);

/** Decimal digits of a value. text: out, at least 10 bytes, no NUL. returns their count. */
size_t assay_decimal_put(uint32_t value, char *text);

#endif
