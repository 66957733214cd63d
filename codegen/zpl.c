// SPDX-License-Identifier: Apache-2.0
#include "codegen/zpl.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/stamp.h"

#define PAGES_PER_FILE 10000u

/* What all painters share: the stamp, its ^GFA fields (those of what changes without their dots), the
 * begin of the code's, and the digits of any four modules. */
struct shared {
    struct assay_stamp *stamp;
    struct assay_buffer field[ASSAY_LINES_MAX + 1];
    struct assay_buffer matrix;
    struct assay_buffer quads; /* 16 times as many digits as a module has dots */
};

struct painter {
    const struct assay_sheet *sheet;
    const struct shared *shared;
    uint8_t *bits; /* a patch */
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

/* The digits of four bytes, computed side by side: nibbles moved apart, 7 more from 'A' on. */
static void put_hex(char *at, const uint8_t *bytes)
{
    uint32_t four;
    memcpy(&four, bytes, sizeof four);
    uint64_t text = be32toh(four);
    text = (text | text << 16) & 0x0000ffff0000ffffu;
    text = (text | text << 8) & 0x00ff00ff00ff00ffu;
    text = (text | text << 4) & 0x0f0f0f0f0f0f0f0fu;
    uint64_t letters = (text + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
    text = htobe64(text + 0x3030303030303030u + letters * 7);
    memcpy(at, &text, sizeof text);
}

/* Likewise for what changes from label to label: digits as they are, which is a fifth longer and six
 * times as fast, and zeros up to the end as one character. Reads and writes up to the next four bytes'
 * end. */
static char *put_row_fast(char *at, const uint8_t *bytes, size_t len)
{
    size_t dark = len;
    while (dark > 0 && bytes[dark - 1] == 0) {
        dark--;
    }
    for (size_t i = 0; i < dark; i += 4) {
        put_hex(at + 2 * i, bytes + i);
    }
    at += 2 * dark;
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

static enum assay_error put_dots(struct assay_buffer *out, const struct assay_bitmap *bitmap,
                                 char *(*put)(char *at, const uint8_t *bytes, size_t len))
{
    enum assay_error error =
        assay_buffer_reserve(out, (size_t)bitmap->height * (2 * bitmap->stride_bytes + 8) + 16);
    if (error != ASSAY_OK) {
        return error;
    }
    char *end = (char *)out->data + out->len_bytes;
    const uint8_t *before = NULL;
    for (int32_t y = 0; y < bitmap->height; y++) {
        const uint8_t *row = bitmap->bits + (size_t)y * bitmap->stride_bytes;
        if (before != NULL && memcmp(before, row, bitmap->stride_bytes) == 0) {
            *end++ = ':';
        } else {
            end = put(end, row, bitmap->stride_bytes);
        }
        before = row;
    }
    memcpy(end, "^FS\n", 4);
    out->len_bytes = (size_t)(end + 4 - (char *)out->data);
    return ASSAY_OK;
}

/* A row of modules, four at a time; digits up to the byte of the last dark dot, then one character for
 * the zeros. */
static char *put_modules(const struct shared *shared, const struct assay_matrix *matrix,
                         unsigned row, char *at)
{
    size_t module = shared->quads.len_bytes / 16, side = matrix->size * module;
    uint64_t bits[ASSAY_MATRIX_ROW_WORDS];
    assay_matrix_bits(matrix, row, bits);
    unsigned dark = 64 * ASSAY_MATRIX_ROW_WORDS;
    for (; dark > 0 && bits[dark / 64 - 1] == 0; dark -= 64) {
    }
    dark -= dark > 0 ? (unsigned)__builtin_clzll(bits[dark / 64 - 1]) : 0;
    char *end = at;
    for (unsigned x = 0; x < dark; x += 4, end += module) {
        const uint8_t *digits = shared->quads.data + (bits[x / 64] >> x % 64 & 15) * module;
        for (size_t i = 0; i < module; i += 8) {
            memcpy(end + i, digits + i, 8);
        }
    }
    *end = '0'; /* the second digit of a byte may be beyond the last four modules */
    end = at + 2 * ((dark * module + 7) / 8);
    if (end < at + 2 * ((side + 7) / 8)) {
        *end++ = ',';
    }
    return end;
}

static enum assay_error put_matrix(const struct shared *shared, const struct assay_matrix *matrix,
                                   struct assay_buffer *out)
{
    size_t module = shared->quads.len_bytes / 16;
    enum assay_error error = assay_buffer_put(out, shared->matrix.data, shared->matrix.len_bytes);
    if (error == ASSAY_OK) {
        error =
            assay_buffer_reserve(out, matrix->size * (matrix->size * module / 4 + module + 8) + 16);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char *end = (char *)out->data + out->len_bytes;
    for (unsigned row = 0; row < matrix->size; row++) {
        end = put_modules(shared, matrix, row, end);
        memset(end, ':', module - 1);
        end += module - 1;
    }
    memcpy(end, "^FS\n", 4);
    out->len_bytes = (size_t)(end + 4 - (char *)out->data);
    return ASSAY_OK;
}

static void release(void *state)
{
    struct shared *shared = state;
    if (shared != NULL) {
        for (size_t i = 0; i < ASSAY_COUNT_OF(shared->field); i++) {
            assay_buffer_deinit(&shared->field[i]);
        }
        assay_buffer_deinit(&shared->matrix);
        assay_buffer_deinit(&shared->quads);
        assay_stamp_destroy(shared->stamp);
        free(shared);
    }
}

static enum assay_error prepare_patches(struct shared *shared)
{
    enum assay_error error = ASSAY_OK;
    for (unsigned i = 0; error == ASSAY_OK && i < shared->stamp->patches; i++) {
        const struct assay_patch *patch = &shared->stamp->patch[i];
        error = put_graphic_head(&shared->field[i], patch->base.stride_bytes, patch->base.height);
        if (error == ASSAY_OK && patch->fixed) {
            error = put_dots(&shared->field[i], &patch->base, put_row);
        }
    }
    return error;
}

static enum assay_error prepare_matrix(struct shared *shared, const struct assay_placement *place)
{
    unsigned module = (unsigned)place->module, side = place->modules * module;
    enum assay_error error = put_graphic_head(&shared->matrix, (side + 7) / 8, (int32_t)side);
    for (unsigned quad = 0; quad < 16; quad++) {
        for (unsigned digit = 0; digit < module && error == ASSAY_OK; digit++) {
            unsigned value = 0;
            for (unsigned dot = 4 * digit; dot < 4 * digit + 4; dot++) {
                value = value << 1 | (quad >> dot / module & 1);
            }
            error = assay_buffer_print(&shared->quads, "%X", value);
        }
    }
    return error == ASSAY_OK ? assay_buffer_reserve(&shared->quads, 8) : error; /* read, not used */
}

static enum assay_error prepare(const struct assay_sheet *sheet, void **out,
                                struct assay_reason *reason)
{
    struct shared *shared = calloc(1, sizeof *shared);
    if (shared == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = assay_stamp_create(sheet, &shared->stamp);
    if (error == ASSAY_OK) {
        error = prepare_patches(shared);
    }
    if (error == ASSAY_OK) {
        error = prepare_matrix(shared, sheet->placement);
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
    painter->bits = malloc(painter->shared->stamp->patch_bytes_max);
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

/* A text that begins within a dot or two of the edge has its picture's empty rows beyond it. */
static char *put_coordinate(char *at, int32_t value)
{
    if (value < 0) {
        *at++ = '-';
        value = -value;
    }
    return at + assay_decimal_put((uint32_t)value, at);
}

static enum assay_error put_origin(struct assay_buffer *out, int32_t x, int32_t y)
{
    enum assay_error error = assay_buffer_reserve(out, 32);
    if (error == ASSAY_OK) {
        char *end = (char *)memcpy(out->data + out->len_bytes, "^FO", 3) + 3;
        end = put_coordinate(end, x);
        *end++ = ',';
        end = put_coordinate(end, y);
        out->len_bytes = (size_t)(end - (char *)out->data);
    }
    return error;
}

static enum assay_error put_patch(struct painter *painter, unsigned number,
                                  const struct assay_label *label, struct assay_buffer *out)
{
    const struct assay_patch *patch = &painter->shared->stamp->patch[number];
    const struct assay_buffer *field = &painter->shared->field[number];
    enum assay_error error = assay_buffer_put(out, field->data, field->len_bytes);
    if (patch->fixed || error != ASSAY_OK) {
        return error;
    }
    struct assay_bitmap picture;
    assay_stamp_ink(patch, label, painter->bits, &picture);
    return put_dots(out, &picture, put_row_fast);
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
                                     : put_matrix(painter->shared, &label->matrix, out);
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
