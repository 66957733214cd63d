// SPDX-License-Identifier: Apache-2.0
#include "codegen/zpl.h"

#include <stdlib.h>
#include <string.h>

#include "codegen/stamp.h"

#define PAGES_PER_FILE 10000u

/* What all painters share: the stamp, and the ^GFA fields of what never changes. */
struct shared {
    struct assay_stamp *stamp;
    struct assay_buffer field[ASSAY_LINES_MAX + 1];
};

struct painter {
    const struct assay_sheet *sheet;
    const struct shared *shared;
    uint8_t *bits; /* a patch, or a row of modules */
    char ecc;
};

/* Repetitions of a digit: h to z count twenties, G to Y ones. at: room for 32 more bytes. */
static char *put_run(char *at, char digit, size_t count)
{
    for (; count >= 400; count -= 400) {
        *at++ = 'z';
        *at++ = digit;
    }
    if (count >= 20) {
        *at++ = (char)('g' + count / 20 - 1);
    }
    if (count % 20 > 1 || (count >= 20 && count % 20 > 0)) {
        *at++ = (char)('G' + count % 20 - 1);
    }
    if (count > 0) {
        *at++ = digit;
    }
    return at;
}

/* A row; zeros and ones up to its end are one character. at: room for 2 * len + 8 bytes. */
static char *put_row(char *at, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t i = 0, nibbles = 2 * len;
    while (i < nibbles) {
        unsigned nibble = i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15;
        size_t begin = i++;
        while (i < nibbles && (i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15) == (int)nibble) {
            i++;
        }
        if (i == nibbles && (nibble == 0 || nibble == 15)) {
            *at++ = nibble == 0 ? ',' : '!';
        } else {
            at = put_run(at, digits[nibble], i - begin);
        }
    }
    return at;
}

/* Likewise for what changes from label to label: digits as they are, which is a fifth longer and six
 * times as fast, and zeros up to the end as one character. */
static char *put_row_fast(char *at, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t dark = len;
    while (dark > 0 && bytes[dark - 1] == 0) {
        dark--;
    }
    for (size_t i = 0; i < dark; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    if (dark < len) {
        *at++ = ',';
    }
    return at;
}

static enum assay_error put_graphic_head(struct assay_buffer *out, size_t stride_bytes,
                                         int32_t height)
{
    size_t total = stride_bytes * (size_t)height;
    return assay_buffer_print(out, "^GFA,%zu,%zu,%zu,", total, total, stride_bytes);
}

static enum assay_error put_bitmap(struct assay_buffer *out, const struct assay_bitmap *bitmap,
                                   char *(*put)(char *at, const uint8_t *bytes, size_t len))
{
    enum assay_error error = put_graphic_head(out, bitmap->stride_bytes, bitmap->height);
    const uint8_t *before = NULL;
    for (int32_t y = 0; y < bitmap->height && error == ASSAY_OK; y++) {
        const uint8_t *row = bitmap->bits + (size_t)y * bitmap->stride_bytes;
        error = assay_buffer_reserve(out, 2 * bitmap->stride_bytes + 8);
        if (error == ASSAY_OK) {
            char *at = (char *)out->data + out->len_bytes, *end = at;
            if (before != NULL && memcmp(before, row, bitmap->stride_bytes) == 0) {
                *end++ = ':';
            } else {
                end = put(at, row, bitmap->stride_bytes);
            }
            out->len_bytes += (size_t)(end - at);
            before = row;
        }
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "^FS\n", 4) : error;
}

static enum assay_error put_matrix(struct painter *painter, const struct assay_matrix *matrix,
                                   struct assay_buffer *out)
{
    int32_t module = painter->sheet->placement->module;
    size_t stride_bytes = (matrix->size * (size_t)module + 7) / 8;
    enum assay_error error = put_graphic_head(out, stride_bytes, (int32_t)matrix->size * module);
    if (error == ASSAY_OK) {
        error =
            assay_buffer_reserve(out, matrix->size * (2 * stride_bytes + 8 + (size_t)module) + 8);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char *at = (char *)out->data + out->len_bytes, *end = at;
    for (unsigned row = 0; row < matrix->size; row++) {
        assay_matrix_row(matrix, row, module, painter->bits);
        end = put_row_fast(end, painter->bits, stride_bytes);
        memset(end, ':', (size_t)module - 1);
        end += module - 1;
    }
    memcpy(end, "^FS\n", 4);
    out->len_bytes += (size_t)(end + 4 - at);
    return ASSAY_OK;
}

static void release(void *state)
{
    struct shared *shared = state;
    if (shared != NULL) {
        for (size_t i = 0; i < ASSAY_COUNT_OF(shared->field); i++) {
            assay_buffer_deinit(&shared->field[i]);
        }
        assay_stamp_destroy(shared->stamp);
        free(shared);
    }
}

static enum assay_error prepare(const struct assay_sheet *sheet, void **out,
                                struct assay_reason *reason)
{
    struct shared *shared = calloc(1, sizeof *shared);
    if (shared == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = assay_stamp_create(sheet, &shared->stamp);
    for (unsigned i = 0; error == ASSAY_OK && i < shared->stamp->patches; i++) {
        if (shared->stamp->patch[i].fixed) {
            error = put_bitmap(&shared->field[i], &shared->stamp->patch[i].base, put_row);
        }
    }
    if (error != ASSAY_OK) {
        release(shared);
        return assay_fail(reason, error, NULL);
    }
    *out = shared;
    return ASSAY_OK;
}

static void painter_destroy(void *state)
{
    struct painter *painter = state;
    if (painter != NULL) {
        free(painter->bits);
        free(painter);
    }
}

static enum assay_error painter_create(const struct assay_sheet *sheet, void **out)
{
    struct painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return ASSAY_E_MEMORY;
    }
    painter->sheet = sheet;
    painter->shared = sheet->shared;
    painter->ecc = "LMQH"[sheet->ecc];
    size_t row_bytes = (size_t)sheet->placement->modules * (size_t)sheet->placement->module / 8 + 1;
    size_t most = painter->shared->stamp->patch_bytes_max;
    painter->bits = malloc(most > row_bytes ? most : row_bytes);
    if (painter->bits == NULL) {
        free(painter);
        return ASSAY_E_MEMORY;
    }
    *out = painter;
    return ASSAY_OK;
}

/* ^CI28: UTF-8 in fields; ^LH and ^LS undo what an earlier job left. */
static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    const struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    return assay_buffer_print(out, "^XA^CI28^LH0,0^LS0^PW%d^LL%d\n", place->page_width,
                              place->page_height);
}

static enum assay_error put_origin(struct assay_buffer *out, int32_t x, int32_t y)
{
    return assay_buffer_print(out, "^FO%d,%d", x, y);
}

static enum assay_error put_patch(struct painter *painter, unsigned number,
                                  const struct assay_label *label, struct assay_buffer *out)
{
    const struct assay_patch *patch = &painter->shared->stamp->patch[number];
    if (patch->fixed) {
        const struct assay_buffer *field = &painter->shared->field[number];
        return assay_buffer_put(out, field->data, field->len_bytes);
    }
    struct assay_bitmap picture;
    assay_stamp_ink(patch, label, painter->bits, &picture);
    return put_bitmap(out, &picture, put_row_fast);
}

/* Magnification is the module in dots; URLs hold neither '^' nor '~' nor '_'-escapes. */
static enum assay_error put_native(const struct painter *painter, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    return assay_buffer_print(out, "^BQN,2,%d^FD%cA,%s^FS\n", painter->sheet->placement->module,
                              painter->ecc, label->url);
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    enum assay_error error = ASSAY_OK;
    for (unsigned i = 0; i < painter->shared->stamp->patches && error == ASSAY_OK; i++) {
        const struct assay_patch *patch = &painter->shared->stamp->patch[i];
        error = put_origin(out, x + patch->x, y + patch->y);
        if (error == ASSAY_OK) {
            error = put_patch(painter, i, label, out);
        }
    }
    if (error == ASSAY_OK) {
        error = put_origin(out, x + place->qr_x, y + place->qr_y);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    return painter->sheet->native_qr ? put_native(painter, label, out)
                                     : put_matrix(painter, &label->matrix, out);
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    (void)state;
    return assay_buffer_put(out, "^XZ\n", 4);
}

const struct assay_format assay_zpl_format = {
    .name = "zpl",
    .dpi = 203,
    .draws = true,
    .pages_per_file = PAGES_PER_FILE,
    .prepare = prepare,
    .release = release,
    .create = painter_create,
    .destroy = painter_destroy,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
};
