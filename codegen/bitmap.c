// SPDX-License-Identifier: Apache-2.0
#include "codegen/bitmap.h"

#include <stdlib.h>
#include <string.h>

enum assay_error assay_bitmap_init(struct assay_bitmap *bitmap, int32_t width, int32_t height)
{
    assay_assert(width > 0);
    assay_assert(height > 0);
    struct assay_bitmap made = {
        .width = width, .height = height, .stride_bytes = ((size_t)width + 7) / 8};
    made.bits = calloc((size_t)height, made.stride_bytes);
    if (made.bits == NULL) {
        return ASSAY_E_MEMORY;
    }
    *bitmap = made;
    return ASSAY_OK;
}

void assay_bitmap_deinit(struct assay_bitmap *bitmap)
{
    free(bitmap->bits);
    *bitmap = (struct assay_bitmap){0};
}

void assay_bitmap_clear(struct assay_bitmap *bitmap)
{
    memset(bitmap->bits, 0, bitmap->stride_bytes * (size_t)bitmap->height);
}

/* Dots from left to before right of one row. */
static void darken_row(uint8_t *row, uint32_t left, uint32_t right)
{
    uint32_t first = left / 8, last = right / 8;
    uint8_t head = (uint8_t)(0xff >> left % 8), tail = (uint8_t) ~(0xff >> right % 8);
    if (first == last) {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    memset(row + first + 1, 0xff, last - first - 1);
    if (tail != 0) {
        row[last] |= tail;
    }
}

void assay_bitmap_darken(struct assay_bitmap *bitmap, const struct assay_rectangle *rectangle)
{
    int64_t left = rectangle->x, top = rectangle->y;
    int64_t right = left + rectangle->width, below = top + rectangle->height;
    left = left > 0 ? left : 0;
    top = top > 0 ? top : 0;
    right = right < bitmap->width ? right : bitmap->width;
    below = below < bitmap->height ? below : bitmap->height;
    for (int64_t y = top; y < below && left < right; y++) {
        darken_row(bitmap->bits + (size_t)y * bitmap->stride_bytes, (uint32_t)left,
                   (uint32_t)right);
    }
}

/* A row of another picture into one of this, x dots to the right; room_bytes are this row's. */
static void lay_row(uint8_t *into, size_t room_bytes, const struct assay_bitmap *other,
                    const uint8_t *from, uint32_t x)
{
    unsigned shift = x % 8;
    for (size_t i = 0; i < other->stride_bytes; i++) {
        size_t at = x / 8 + i;
        if (at < room_bytes) {
            into[at] |= (uint8_t)(from[i] >> shift);
        }
        if (at + 1 < room_bytes && shift != 0) {
            into[at + 1] |= (uint8_t)(from[i] << (8 - shift));
        }
    }
}

void assay_bitmap_lay(struct assay_bitmap *bitmap, const struct assay_bitmap *other, int32_t x,
                      int32_t y)
{
    if (x < 0 || x + other->width > bitmap->width) {
        for (int32_t row = 0; row < other->height; row++) { /* rare: dot by dot */
            for (int32_t column = 0; column < other->width; column++) {
                const uint8_t *from = other->bits + (size_t)row * other->stride_bytes;
                if ((from[column / 8] >> (7 - column % 8) & 1) != 0) {
                    assay_bitmap_darken(bitmap,
                                        &(struct assay_rectangle){x + column, y + row, 1, 1});
                }
            }
        }
        return;
    }
    for (int32_t row = 0; row < other->height; row++) {
        if (y + row >= 0 && y + row < bitmap->height) {
            lay_row(bitmap->bits + (size_t)(y + row) * bitmap->stride_bytes, bitmap->stride_bytes,
                    other, other->bits + (size_t)row * other->stride_bytes, (uint32_t)x);
        }
    }
}

void assay_matrix_row(const struct assay_matrix *matrix, unsigned row, int32_t module,
                      uint8_t *bytes)
{
    uint8_t runs[96][2];
    unsigned count = assay_matrix_runs(matrix, row, runs);
    memset(bytes, 0, (matrix->size * (size_t)module + 7) / 8);
    for (unsigned i = 0; i < count; i++) {
        uint32_t left = (uint32_t)runs[i][0] * (uint32_t)module;
        darken_row(bytes, left, left + (uint32_t)runs[i][1] * (uint32_t)module);
    }
}
