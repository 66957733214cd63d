// SPDX-License-Identifier: Apache-2.0
/* Canonical Huffman codes with a bounded length, and bits written lowest first (RFC 1951, 3.2.2). */
#ifndef ASSAY_CODEGEN_HUFFMAN_H
#define ASSAY_CODEGEN_HUFFMAN_H

#include <endian.h>
#include <string.h>

#include "core/base.h"

#define ASSAY_HUFFMAN_SYMBOLS_MAX 288u

/** One symbol: how often in, its code out, already in the order the bits are sent. */
struct assay_huffman_code {
    uint32_t frequency;
    uint16_t code;
    uint8_t bits; /* 0: not used */
};

/** Give each symbol that occurs a code of 1..bits_max bits.
 *  count 1..ASSAY_HUFFMAN_SYMBOLS_MAX <= 1 << bits_max. One symbol alone gets 1 bit; none at all
 *  gives symbol 0 a code, so that the table is never empty. */
void assay_huffman_make(struct assay_huffman_code *codes, unsigned count, unsigned bits_max);

/** Bits on their way to bytes; the caller sees to the room, and to 8 bytes beyond it. */
struct assay_huffman_bits {
    uint8_t *next;
    uint64_t held;
    unsigned held_bits; /* below 8 between calls */
};

/** Append the low `bits` (0..56) of value; what lies above them is zero. */
static inline void assay_huffman_bits_put(struct assay_huffman_bits *stream, uint64_t value,
                                          unsigned bits)
{
    stream->held |= value << stream->held_bits;
    stream->held_bits += bits;
    uint64_t little = htole64(stream->held);
    memcpy(stream->next, &little, sizeof little);
    unsigned whole_bytes = stream->held_bits / 8;
    stream->next += whole_bytes;
    stream->held >>= 8 * whole_bytes;
    stream->held_bits %= 8;
}

/** Fill the last byte with zeros. returns the end of what was written. */
uint8_t *assay_huffman_bits_flush(struct assay_huffman_bits *stream);

#endif
