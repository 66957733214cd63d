// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <stdlib.h>
#include <string.h>

#include "codegen/font.h"

#define PAGES_IN_ONE 100000u

static const char changing[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

struct painter {
    const struct assay_sheet *sheet;
};

static enum assay_error painter_create(const struct assay_sheet *sheet, void **out)
{
    struct painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return ASSAY_E_MEMORY;
    }
    painter->sheet = sheet;
    *out = painter;
    return ASSAY_OK;
}

/* -- what all labels share: outlines of the fixed texts as "s", of each character as "cX" -- */

static enum assay_error put_glyph(const struct assay_font *font, uint32_t character, int x,
                                  struct assay_buffer *out)
{
    enum assay_error error = assay_buffer_print(out, "<path transform=\"translate(%d)\" d=\"", x);
    if (error == ASSAY_OK) {
        error = assay_font_outline(font, character, out);
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "\"/>", 3) : error;
}

static enum assay_error put_fixed(const struct assay_sheet *sheet, const struct assay_line *line,
                                  struct assay_buffer *out)
{
    enum assay_error error = assay_buffer_print(
        out, "<g transform=\"translate(%d %d) scale(%.5f)\">", line->x, line->y, line->em / 1000.0);
    int x = 0;
    for (const char *at = line->text; error == ASSAY_OK;) {
        uint32_t character = assay_character_next(&at);
        if (character == 0) {
            break;
        }
        if (character != ' ') {
            error = put_glyph(sheet->fonts->sans, character, x, out);
        }
        x += assay_font_advance(sheet->fonts->sans, character);
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "</g>\n", 5) : error;
}

static enum assay_error put_frame(const struct assay_frame *frame, struct assay_buffer *out)
{
    if (frame->stroke == 0) {
        return ASSAY_OK;
    }
    return assay_buffer_print(out,
                              "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" "
                              "fill=\"none\" stroke=\"#000\" stroke-width=\"%d\"/>\n",
                              frame->x + frame->stroke / 2.0, frame->y + frame->stroke / 2.0,
                              frame->width - frame->stroke, frame->height - frame->stroke,
                              frame->stroke);
}

static enum assay_error put_shared(const struct assay_sheet *sheet, struct assay_buffer *out)
{
    const struct assay_placement *place = sheet->placement;
    enum assay_error error = assay_buffer_print(out, "<defs>\n<g id=\"s\">\n");
    for (unsigned i = 0; i < place->lines && error == ASSAY_OK; i++) {
        if (place->line[i].kind == ASSAY_LINE_FIXED) {
            error = put_fixed(sheet, &place->line[i], out);
        }
    }
    if (error == ASSAY_OK) {
        error = put_frame(&place->frame, out);
    }
    if (error == ASSAY_OK) {
        error = assay_buffer_print(out, "</g>\n");
    }
    for (const char *at = changing; *at != '\0' && error == ASSAY_OK; at++) {
        error = assay_buffer_print(out, "<path id=\"c%c\" d=\"", *at);
        if (error == ASSAY_OK) {
            error = assay_font_outline(sheet->fonts->mono, (uint8_t)*at, out);
        }
        if (error == ASSAY_OK) {
            error = assay_buffer_print(out, "\"/>\n");
        }
    }
    return error == ASSAY_OK ? assay_buffer_print(out, "</defs>\n") : error;
}

static void release(void *state)
{
    struct assay_buffer *shared = state;
    if (shared != NULL) {
        assay_buffer_deinit(shared);
        free(shared);
    }
}

static enum assay_error prepare(const struct assay_sheet *sheet, void **out,
                                struct assay_reason *reason)
{
    struct assay_buffer *shared = calloc(1, sizeof *shared);
    enum assay_error error = shared == NULL ? ASSAY_E_MEMORY : put_shared(sheet, shared);
    if (error != ASSAY_OK) {
        release(shared);
        return assay_fail(reason, error, NULL);
    }
    *out = shared;
    return ASSAY_OK;
}

/* -- files and pages -- */

static enum assay_error file_begin(const struct assay_sheet *sheet, uint32_t pages, void **file,
                                   struct assay_buffer *out)
{
    const struct assay_placement *place = sheet->placement;
    const struct assay_buffer *shared = sheet->shared;
    double mm = 25.4 / place->dpi;
    int64_t height = (int64_t)place->page_height * pages;
    *file = NULL;
    enum assay_error error = assay_buffer_print(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "version=\"1.1\" width=\"%.4fmm\" height=\"%.4fmm\" viewBox=\"0 0 %d %lld\">\n"
        "<rect width=\"%d\" height=\"%lld\" fill=\"#fff\"/>\n",
        place->page_width * mm, (double)height * mm, place->page_width, (long long)height,
        place->page_width, (long long)height);
    return error == ASSAY_OK ? assay_buffer_put(out, shared->data, shared->len_bytes) : error;
}

static enum assay_error file_end(void *file, uint64_t at_bytes, struct assay_buffer *out)
{
    (void)file;
    (void)at_bytes;
    return assay_buffer_put(out, "</svg>\n", 7);
}

static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    const struct painter *painter = state;
    return assay_buffer_print(out, "<g transform=\"translate(0 %lld)\">\n",
                              (long long)painter->sheet->placement->page_height * number);
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    (void)state;
    return assay_buffer_put(out, "</g>\n", 5);
}

/* -- labels -- */

static char *put_text(char *at, const char *text)
{
    return stpcpy(at, text);
}

static enum assay_error put_line(const struct assay_line *line, const struct assay_label *label,
                                 struct assay_buffer *out)
{
    char shown[ASSAY_LINE_SHOWN_SIZE];
    unsigned count = assay_line_shown(line, label, shown);
    enum assay_error error = assay_buffer_print(
        out, "<g transform=\"translate(%d %d) scale(%.5f)\">", line->x, line->y, line->em / 1000.0);
    if (error == ASSAY_OK) {
        error = assay_buffer_reserve(out, count * 48 + 8);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char *begin = (char *)out->data + out->len_bytes, *at = begin;
    for (uint32_t i = 0; i < count; i++) {
        at = put_text(at, "<use xlink:href=\"#c");
        *at++ = shown[i];
        at = put_text(at, "\" x=\"");
        at += assay_decimal_put(i * 6001 / 10, at);
        at = put_text(at, "\"/>");
    }
    at = put_text(at, "</g>\n");
    out->len_bytes += (size_t)(at - begin);
    return ASSAY_OK;
}

static enum assay_error put_matrix(struct assay_buffer *out, const struct assay_placement *place,
                                   const struct assay_matrix *matrix)
{
    enum assay_error error =
        assay_buffer_print(out, "<path transform=\"translate(%d %d) scale(%d)\" d=\"", place->qr_x,
                           place->qr_y, place->module);
    if (error == ASSAY_OK) {
        error = assay_buffer_reserve(out, (size_t)matrix->size * (matrix->size / 2 + 1) * 24 + 8);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    char *begin = (char *)out->data + out->len_bytes, *at = begin;
    for (unsigned row = 0; row < matrix->size; row++) {
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(matrix, row, runs);
        for (unsigned i = 0; i < count; i++) {
            *at++ = 'M';
            at += assay_decimal_put(runs[i][0], at);
            *at++ = ' ';
            at += assay_decimal_put(row, at);
            *at++ = 'h';
            at += assay_decimal_put(runs[i][1], at);
            at = put_text(at, "v1h-");
            at += assay_decimal_put(runs[i][1], at);
            *at++ = 'z';
        }
    }
    at = put_text(at, "\"/>\n");
    out->len_bytes += (size_t)(at - begin);
    return ASSAY_OK;
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    const struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    enum assay_error error = assay_buffer_print(
        out, "<g transform=\"translate(%d %d)\"><use xlink:href=\"#s\"/>\n", x, y);
    for (unsigned i = 0; i < place->lines && error == ASSAY_OK; i++) {
        if (place->line[i].kind != ASSAY_LINE_FIXED) {
            error = put_line(&place->line[i], label, out);
        }
    }
    if (error == ASSAY_OK) {
        error = put_matrix(out, place, &label->matrix);
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "</g>\n", 5) : error;
}

const struct assay_format assay_svg_format = {
    .name = "svg",
    .draws = true,
    .pages_per_file = 1,
    .prepare = prepare,
    .release = release,
    .create = painter_create,
    .destroy = free,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
    .file_begin = file_begin,
    .file_end = file_end,
};

const struct assay_format assay_svg_one_format = {
    .name = "svg",
    .draws = true,
    .pages_per_file = PAGES_IN_ONE,
    .prepare = prepare,
    .release = release,
    .create = painter_create,
    .destroy = free,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
    .file_begin = file_begin,
    .file_end = file_end,
};
