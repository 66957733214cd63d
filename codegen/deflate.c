// SPDX-License-Identifier: Apache-2.0
#include "codegen/deflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "codegen/huffman.h"

#define COPY 0x80000000u
#define END_OF_BLOCK 256u
#define LITERALS 286u
#define DISTANCES 30u
#define CODE_LENGTHS 19u
#define COPY_STEP 32u /* bytes moved at once */

void assay_deflate_deinit(struct assay_deflate *deflate)
{
    assay_buffer_deinit(&deflate->raw);
    free(deflate->symbols);
    *deflate = (struct assay_deflate){0};
}

void assay_deflate_reset(struct assay_deflate *deflate)
{
    deflate->raw.len_bytes = 0;
    deflate->count = 0;
    deflate->failed = ASSAY_OK;
}

static bool reserve_symbols(struct assay_deflate *deflate, size_t more)
{
    if (deflate->failed != ASSAY_OK) {
        return false;
    }
    if (deflate->room - deflate->count >= more) {
        return true;
    }
    size_t room = deflate->room * 2 + more + 256;
    uint32_t *symbols = reallocarray(deflate->symbols, room, sizeof *symbols);
    if (symbols == NULL) {
        deflate->failed = ASSAY_E_MEMORY;
        return false;
    }
    deflate->symbols = symbols;
    deflate->room = room;
    return true;
}

static void note_bytes(struct assay_deflate *deflate, size_t position, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++) {
        deflate->symbols[deflate->count++] = deflate->raw.data[position + i];
    }
}

void assay_deflate_put(struct assay_deflate *deflate, const void *data, size_t len_bytes)
{
    if (!reserve_symbols(deflate, len_bytes)) {
        return;
    }
    size_t position = deflate->raw.len_bytes;
    deflate->failed = assay_buffer_put(&deflate->raw, data, len_bytes);
    if (deflate->failed == ASSAY_OK) {
        note_bytes(deflate, position, len_bytes);
    }
}

/* One step of a copy: at most ASSAY_DEFLATE_COPY_MAX bytes, and never a rest too short to copy. */
static size_t copy_step(size_t left)
{
    if (left <= ASSAY_DEFLATE_COPY_MAX) {
        return left;
    }
    size_t rest = left - ASSAY_DEFLATE_COPY_MAX;
    return rest < ASSAY_DEFLATE_COPY_MIN ? left - ASSAY_DEFLATE_COPY_MIN : ASSAY_DEFLATE_COPY_MAX;
}

void assay_deflate_copy(struct assay_deflate *deflate, size_t position, size_t len_bytes)
{
    size_t at = deflate->raw.len_bytes;
    assay_assert(position < at || len_bytes == 0);
    if (!reserve_symbols(deflate, len_bytes)) {
        return;
    }
    deflate->failed = assay_buffer_reserve(&deflate->raw, len_bytes + COPY_STEP);
    if (deflate->failed != ASSAY_OK) {
        return;
    }
    uint8_t *raw = deflate->raw.data;
    if (position + COPY_STEP <= at) { /* as the reader will, but in steps, the last one too long */
        for (size_t i = 0; i < len_bytes; i += COPY_STEP) {
            memcpy(raw + at + i, raw + position + i, COPY_STEP);
        }
    } else { /* it copies what it writes: byte by byte, as the reader will */
        for (size_t i = 0; i < len_bytes; i++) {
            raw[at + i] = raw[position + i];
        }
    }
    deflate->raw.len_bytes += len_bytes;
    size_t distance = at - position;
    if (distance > ASSAY_DEFLATE_DISTANCE_MAX || len_bytes < ASSAY_DEFLATE_COPY_MIN) {
        note_bytes(deflate, at, len_bytes);
        return;
    }
    for (size_t left = len_bytes; left > 0;) {
        size_t step = copy_step(left);
        deflate->symbols[deflate->count++] =
            COPY | (uint32_t)(step - 3) << 16 | (uint32_t)(distance - 1);
        left -= step;
    }
}

/* RFC 1951, 3.2.5: code, extra bits and their value for a length of 3..258, given as length - 3. */
static unsigned length_code(unsigned length, unsigned *extra_bits, unsigned *extra)
{
    if (length == 255) {
        *extra_bits = 0;
        *extra = 0;
        return 285;
    }
    if (length < 8) {
        *extra_bits = 0;
        *extra = 0;
        return 257 + length;
    }
    unsigned top = 31 - (unsigned)__builtin_clz(length);
    *extra_bits = top - 2;
    *extra = length & ((1u << *extra_bits) - 1);
    return 257 + 4 * (top - 1) + (length >> *extra_bits) - 4;
}

/* The same for a distance of 1..32768, given as distance - 1. */
static unsigned distance_code(unsigned distance, unsigned *extra_bits, unsigned *extra)
{
    if (distance < 4) {
        *extra_bits = 0;
        *extra = 0;
        return distance;
    }
    unsigned top = 31 - (unsigned)__builtin_clz(distance);
    *extra_bits = top - 1;
    *extra = distance & ((1u << *extra_bits) - 1);
    return 2 * top + ((distance >> *extra_bits) & 1);
}

struct block {
    struct assay_huffman_code literals[LITERALS];
    struct assay_huffman_code distances[DISTANCES];
    struct assay_huffman_code lengths[CODE_LENGTHS];
    uint8_t runs[LITERALS + DISTANCES]; /* the two tables' code lengths, run-length coded */
    uint8_t run_extra[LITERALS + DISTANCES];
    unsigned run_count;
    unsigned literal_count;
    unsigned distance_count;
};

static void count_symbols(const struct assay_deflate *deflate, struct block *block)
{
    unsigned extra_bits, extra;
    for (size_t i = 0; i < deflate->count; i++) {
        uint32_t symbol = deflate->symbols[i];
        if ((symbol & COPY) == 0) {
            block->literals[symbol].frequency++;
        } else {
            block->literals[length_code(symbol >> 16 & 255, &extra_bits, &extra)].frequency++;
            block->distances[distance_code(symbol & 32767, &extra_bits, &extra)].frequency++;
        }
    }
    block->literals[END_OF_BLOCK].frequency = 1;
}

/* RFC 1951, 3.2.7: 16 repeats the last length 3..6 times, 17 and 18 are 3..10 and 11..138 zeros. */
static void run_lengths(struct block *block)
{
    uint8_t all[LITERALS + DISTANCES];
    for (unsigned i = 0; i < block->literal_count; i++) {
        all[i] = block->literals[i].bits;
    }
    for (unsigned i = 0; i < block->distance_count; i++) {
        all[block->literal_count + i] = block->distances[i].bits;
    }
    unsigned total = block->literal_count + block->distance_count;
    for (unsigned i = 0; i < total;) {
        unsigned run = 1;
        while (i + run < total && all[i + run] == all[i]) {
            run++;
        }
        unsigned symbol = all[i], used = 1, extra = 0;
        if (all[i] == 0 && run >= 3) {
            used = run > 138 ? 138 : run;
            symbol = used > 10 ? 18 : 17;
            extra = used - (used > 10 ? 11 : 3);
        } else if (i > 0 && all[i] == all[i - 1] && run >= 3) {
            used = run > 6 ? 6 : run;
            symbol = 16;
            extra = used - 3;
        }
        block->runs[block->run_count] = (uint8_t)symbol;
        block->run_extra[block->run_count++] = (uint8_t)extra;
        block->lengths[symbol].frequency++;
        i += used;
    }
}

static void write_header(struct assay_huffman_bits *bits, struct block *block)
{
    static const uint8_t order[CODE_LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned shown = CODE_LENGTHS;
    while (shown > 4 && block->lengths[order[shown - 1]].bits == 0) {
        shown--;
    }
    assay_huffman_bits_put(bits, 1, 1); /* the last block */
    assay_huffman_bits_put(bits, 2, 2); /* dynamic codes */
    assay_huffman_bits_put(bits, block->literal_count - 257, 5);
    assay_huffman_bits_put(bits, block->distance_count - 1, 5);
    assay_huffman_bits_put(bits, shown - 4, 4);
    for (unsigned i = 0; i < shown; i++) {
        assay_huffman_bits_put(bits, block->lengths[order[i]].bits, 3);
    }
    for (unsigned i = 0; i < block->run_count; i++) {
        unsigned symbol = block->runs[i];
        const struct assay_huffman_code *code = &block->lengths[symbol];
        assay_huffman_bits_put(bits, code->code, code->bits);
        if (symbol >= 16) {
            assay_huffman_bits_put(bits, block->run_extra[i],
                                   symbol == 16   ? 2
                                   : symbol == 17 ? 3
                                                  : 7);
        }
    }
}

static void write_symbols(struct assay_huffman_bits *bits, const struct assay_deflate *deflate,
                          const struct block *block)
{
    for (size_t i = 0; i < deflate->count; i++) {
        uint32_t symbol = deflate->symbols[i];
        if ((symbol & COPY) == 0) {
            assay_huffman_bits_put(bits, block->literals[symbol].code,
                                   block->literals[symbol].bits);
            continue;
        }
        unsigned extra_bits, extra;
        const struct assay_huffman_code *code =
            &block->literals[length_code(symbol >> 16 & 255, &extra_bits, &extra)];
        uint64_t value = code->code | (uint64_t)extra << code->bits; /* 48 bits at most, in all */
        unsigned value_bits = code->bits + extra_bits;
        code = &block->distances[distance_code(symbol & 32767, &extra_bits, &extra)];
        value |= (uint64_t)code->code << value_bits;
        value_bits += code->bits;
        value |= (uint64_t)extra << value_bits;
        assay_huffman_bits_put(bits, value, value_bits + extra_bits);
    }
    const struct assay_huffman_code *end = &block->literals[END_OF_BLOCK];
    assay_huffman_bits_put(bits, end->code, end->bits);
}

static unsigned used_count(const struct assay_huffman_code *codes, unsigned count, unsigned least)
{
    while (count > least && codes[count - 1].bits == 0) {
        count--;
    }
    return count;
}

enum assay_error assay_deflate_end(struct assay_deflate *deflate, struct assay_buffer *out)
{
    /* A symbol has at most 15 + 5 + 15 + 13 bits; header and frame are under 512 bytes. */
    enum assay_error error = deflate->failed;
    if (error == ASSAY_OK) {
        error = assay_buffer_reserve(out, deflate->count * 6 + 512);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct block block = {0};
    count_symbols(deflate, &block);
    assay_huffman_make(block.literals, LITERALS, 15);
    assay_huffman_make(block.distances, DISTANCES, 15);
    block.literal_count = used_count(block.literals, LITERALS, 257);
    block.distance_count = used_count(block.distances, DISTANCES, 1);
    run_lengths(&block);
    assay_huffman_make(block.lengths, CODE_LENGTHS, 7);
    uint8_t *start = out->data + out->len_bytes;
    struct assay_huffman_bits bits = {.next = start + 2};
    start[0] = 0x78; /* deflate, 32 KiB window */
    start[1] = 0x9c; /* check bits */
    write_header(&bits, &block);
    write_symbols(&bits, deflate, &block);
    uint8_t *end = assay_huffman_bits_flush(&bits);
    uint32_t check =
        (uint32_t)adler32(adler32(0, NULL, 0), deflate->raw.data, (uInt)deflate->raw.len_bytes);
    for (int shift = 24; shift >= 0; shift -= 8) {
        *end++ = (uint8_t)(check >> shift);
    }
    out->len_bytes += (size_t)(end - start);
    assay_assert(out->len_bytes <= out->room_bytes);
    return ASSAY_OK;
}
