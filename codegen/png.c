// SPDX-License-Identifier: Apache-2.0
/* libpng reports errors by longjmp: the only function that calls it, encode_png, keeps nothing in
 * automatic variables across it. */
#include "codegen/png.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/stamp.h"

struct painter {
    const struct assay_sheet *sheet;
    const struct assay_stamp *stamp;
    struct assay_bitmap page;
    uint8_t *bits; /* a patch */
    struct assay_buffer *out;
    enum assay_error failed;
};

static void painter_destroy(void *state)
{
    struct painter *painter = state;
    if (painter != NULL) {
        assay_bitmap_deinit(&painter->page);
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
    painter->stamp = sheet->shared;
    painter->bits = malloc(painter->stamp->patch_bytes_max);
    enum assay_error error = assay_bitmap_init(&painter->page, sheet->placement->page_width,
                                               sheet->placement->page_height);
    if (error != ASSAY_OK || painter->bits == NULL) {
        painter_destroy(painter);
        return ASSAY_E_MEMORY;
    }
    *out = painter;
    return ASSAY_OK;
}

static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    (void)out;
    struct painter *painter = state;
    assay_bitmap_clear(&painter->page);
    return ASSAY_OK;
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    (void)out;
    struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    for (unsigned i = 0; i < painter->stamp->patches; i++) {
        const struct assay_patch *patch = &painter->stamp->patch[i];
        struct assay_bitmap picture;
        assay_stamp_ink(patch, label, painter->bits, &picture);
        assay_bitmap_lay(&painter->page, &picture, x + patch->x, y + patch->y);
    }
    for (unsigned row = 0; row < label->matrix.size; row++) {
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(&label->matrix, row, runs);
        for (unsigned i = 0; i < count; i++) {
            struct assay_rectangle run = {x + place->qr_x + runs[i][0] * place->module,
                                          y + place->qr_y + (int32_t)row * place->module,
                                          runs[i][1] * place->module, place->module};
            assay_bitmap_darken(&painter->page, &run);
        }
    }
    return ASSAY_OK;
}

static void write_bytes(png_structp png, png_bytep data, png_size_t len_bytes)
{
    struct painter *painter = png_get_io_ptr(png);
    if (painter->failed == ASSAY_OK) {
        painter->failed = assay_buffer_put(painter->out, data, len_bytes);
    }
}

static void flush_bytes(png_structp png)
{
    (void)png;
}

/* libpng prints its errors otherwise. */
static void note_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void encode_png(struct painter *painter, png_structp png, png_infop info)
{
    const struct assay_placement *place = painter->sheet->placement;
    if (setjmp(png_jmpbuf(png)) != 0) {
        painter->failed = painter->failed == ASSAY_OK ? ASSAY_E_IO : painter->failed;
        return;
    }
    png_set_write_fn(png, painter, write_bytes, flush_bytes);
    png_set_IHDR(png, info, (png_uint_32)place->page_width, (png_uint_32)place->page_height, 1,
                 PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_uint_32 per_metre = (png_uint_32)lround(place->dpi / 0.0254);
    png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE | PNG_FILTER_UP);
    png_write_info(png, info);
    png_set_invert_mono(png);
    for (int32_t y = 0; y < place->page_height; y++) {
        png_write_row(png, painter->page.bits + (size_t)y * painter->page.stride_bytes);
    }
    png_write_end(png, info);
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    struct painter *painter = state;
    painter->out = out;
    painter->failed = ASSAY_OK;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, note_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_write_struct(&png, NULL);
        return ASSAY_E_MEMORY;
    }
    encode_png(painter, png, info);
    png_destroy_write_struct(&png, &info);
    return painter->failed;
}

const struct assay_format assay_png_format = {
    .name = "png",
    .draws = true,
    .pages_per_file = 1,
    .prepare = assay_stamp_prepare,
    .release = assay_stamp_release,
    .create = painter_create,
    .destroy = painter_destroy,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
};
