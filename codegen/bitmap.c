// SPDX-License-Identifier: Apache-2.0
#include "codegen/bitmap.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum assay_error assay_bitmap_init(struct assay_bitmap *bitmap, int32_t width, int32_t height)
{
    assay_assert(width > 0);
    assay_assert(height > 0);
    struct assay_bitmap made = {
        .width = width, .height = height, .stride_bytes = ((size_t)width + 7) / 8};
    made.bits = calloc(1, (size_t)height * made.stride_bytes + ASSAY_BITMAP_SLACK_BYTES);
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

/* A row of another picture into one of this, x dots to the right: seven bytes at a time, so that they
 * stay within eight when moved by up to seven bits. What is beyond the rows' ends is ORed with 0. */
static void lay_row(uint8_t *into, const uint8_t *from, size_t len_bytes, uint32_t x)
{
    into += x / 8;
    for (size_t i = 0; i < len_bytes; i += 7) {
        size_t some = len_bytes - i < 7 ? len_bytes - i : 7;
        uint64_t dots, dark;
        memcpy(&dots, from + i, sizeof dots);
        memcpy(&dark, into + i, sizeof dark);
        dots = be64toh(dots) & ~(UINT64_MAX >> 8 * some);
        dark |= htobe64(dots >> x % 8);
        memcpy(into + i, &dark, sizeof dark);
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
            lay_row(bitmap->bits + (size_t)(y + row) * bitmap->stride_bytes,
                    other->bits + (size_t)row * other->stride_bytes, other->stride_bytes,
                    (uint32_t)x);
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
