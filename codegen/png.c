// SPDX-License-Identifier: Apache-2.0
/* libpng reports errors by longjmp: the only function that calls it, encode_png, keeps nothing in
 * automatic variables across it. */
#include "codegen/png.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/glyphs.h"

struct painter {
    const struct assay_sheet *sheet;
    size_t stride_bytes;
    uint8_t *pixels; /* 1 = dark while drawing */
    struct assay_buffer *out;
    enum assay_error failed;
};

static void painter_destroy(void *state)
{
    struct painter *painter = state;
    if (painter != NULL) {
        free(painter->pixels);
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
    painter->stride_bytes = ((size_t)sheet->placement->page_width + 7) / 8;
    painter->pixels = malloc(painter->stride_bytes * (size_t)sheet->placement->page_height);
    if (painter->pixels == NULL) {
        free(painter);
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
    memset(painter->pixels, 0,
           painter->stride_bytes * (size_t)painter->sheet->placement->page_height);
    return ASSAY_OK;
}

/* Darken a rectangle; what lies outside the page is left out. */
static void darken(struct painter *painter, int32_t x, int32_t y, int32_t width, int32_t height)
{
    const struct assay_placement *place = painter->sheet->placement;
    int32_t right = x + width < place->page_width ? x + width : place->page_width;
    int32_t below = y + height < place->page_height ? y + height : place->page_height;
    x = x > 0 ? x : 0;
    for (y = y > 0 ? y : 0; y < below; y++) {
        uint8_t *row = painter->pixels + (size_t)y * painter->stride_bytes;
        for (int32_t at = x; at < right; at++) {
            row[at / 8] |= (uint8_t)(0x80 >> at % 8);
        }
    }
}

/* Text in the bitmap font at the whole multiple that is nearest to the font size below it. */
static void draw_text(struct painter *painter, int32_t x, int32_t y,
                      const struct assay_text_place *place, const char *text)
{
    int32_t scale = place->em / 10 > 0 ? place->em / 10 : 1;
    int32_t left = x + place->x, top = y + place->y - scale * ASSAY_GLYPH_HEIGHT;
    int32_t end = left + place->width;
    for (; *text != '\0' && left + scale * ASSAY_GLYPH_ADVANCE <= end; text++) {
        const uint8_t *rows = assay_glyph(*text);
        for (int32_t row = 0; row < ASSAY_GLYPH_HEIGHT; row++) {
            for (int32_t column = 0; column < ASSAY_GLYPH_WIDTH; column++) {
                if ((rows[row] >> (ASSAY_GLYPH_WIDTH - 1 - column) & 1) != 0) {
                    darken(painter, left + column * scale, top + row * scale, scale, scale);
                }
            }
        }
        left += scale * ASSAY_GLYPH_ADVANCE;
    }
}

static void draw_texts(struct painter *painter, int32_t x, int32_t y,
                       const struct assay_label *label)
{
    const struct assay_placement *place = painter->sheet->placement;
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    assay_code_group(label->code, grouped);
    draw_text(painter, x, y, &place->code, grouped);
    if (label->pin != NULL) {
        char pin[ASSAY_PIN_SIZE + 4] = "PIN ";
        memcpy(pin + 4, label->pin, ASSAY_PIN_SIZE);
        draw_text(painter, x, y, &place->pin, pin);
    }
    draw_text(painter, x, y, &place->product, painter->sheet->facts->product);
    struct assay_fact_line lines[ASSAY_FACT_LINES_MAX];
    unsigned count = assay_fact_lines(painter->sheet->facts, lines);
    for (unsigned i = 0; i < count; i++) {
        draw_text(painter, x, y + (int32_t)i * place->fact_step, &place->fact, lines[i].text);
    }
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    (void)out;
    struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    draw_texts(painter, x, y, label);
    for (unsigned row = 0; row < label->matrix.size; row++) {
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(&label->matrix, row, runs);
        for (unsigned i = 0; i < count; i++) {
            darken(painter, x + place->qr_x + runs[i][0] * place->module,
                   y + place->qr_y + (int32_t)row * place->module, runs[i][1] * place->module,
                   place->module);
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
        png_write_row(png, painter->pixels + (size_t)y * painter->stride_bytes);
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
    .create = painter_create,
    .destroy = painter_destroy,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
};
