// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/bitmap.h"
#include "codegen/font.h"

#define PAGES_IN_ONE 100000u
#define SIDE_MAX 177u

static const char changing[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

/* A text of at most seven bytes, copied as eight. */
struct piece {
    char text[8];
    size_t len;
};

/* What all painters share. A label is its text up to the path of its code, with holes for the characters
 * that change, in the order of their lines. */
struct shared {
    struct assay_buffer defs;
    struct assay_buffer label;
    unsigned lines; /* that change */
    const struct assay_line *line[ASSAY_LINES_MAX];
    size_t hole[ASSAY_LINES_MAX][ASSAY_LINE_SHOWN_SIZE];
    struct piece skip[SIDE_MAX + 1]; /* from one run of a row to the next */
    struct piece draw[SIDE_MAX + 1];
};

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

static enum assay_error put_defs(const struct assay_sheet *sheet, struct assay_buffer *out)
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

/* -- what a label has up to its code's path -- */

static enum assay_error put_line(struct shared *shared, const struct assay_line *line)
{
    struct assay_buffer *out = &shared->label;
    size_t *hole = shared->hole[shared->lines];
    enum assay_error error = assay_buffer_print(
        out, "<g transform=\"translate(%d %d) scale(%.5f)\">", line->x, line->y, line->em / 1000.0);
    for (unsigned i = 0; i < assay_line_len(line) && error == ASSAY_OK; i++) {
        static const char before[] = "<use xlink:href=\"#c";
        hole[i] = out->len_bytes + sizeof before - 1;
        error = assay_buffer_print(out, "%s?\" x=\"%u\"/>", before, i * 6001 / 10);
    }
    shared->line[shared->lines++] = line;
    return error == ASSAY_OK ? assay_buffer_put(out, "</g>\n", 5) : error;
}

static enum assay_error put_label(const struct assay_placement *place, struct shared *shared)
{
    enum assay_error error = assay_buffer_print(&shared->label, ")\"><use xlink:href=\"#s\"/>\n");
    for (unsigned i = 0; i < place->lines && error == ASSAY_OK; i++) {
        if (place->line[i].kind != ASSAY_LINE_FIXED) {
            error = put_line(shared, &place->line[i]);
        }
    }
    return error == ASSAY_OK
               ? assay_buffer_print(
                     &shared->label,
                     "<path transform=\"translate(%d %d) scale(%d)\" stroke=\"#000\" d=\"",
                     place->qr_x, place->qr_y, place->module)
               : error;
}

static void make_pieces(struct shared *shared)
{
    for (unsigned i = 0; i <= SIDE_MAX; i++) {
        struct piece *skip = &shared->skip[i], *draw = &shared->draw[i];
        skip->len = (size_t)snprintf(skip->text, sizeof skip->text, "m%u 0", i);
        draw->len = (size_t)snprintf(draw->text, sizeof draw->text, "h%u", i);
    }
}

static void release(void *state)
{
    struct shared *shared = state;
    if (shared != NULL) {
        assay_buffer_deinit(&shared->defs);
        assay_buffer_deinit(&shared->label);
        free(shared);
    }
}

static enum assay_error prepare(const struct assay_sheet *sheet, void **out,
                                struct assay_reason *reason)
{
    struct shared *shared = calloc(1, sizeof *shared);
    enum assay_error error = shared == NULL ? ASSAY_E_MEMORY : put_defs(sheet, &shared->defs);
    if (error == ASSAY_OK) {
        error = put_label(sheet->placement, shared);
    }
    if (error != ASSAY_OK) {
        release(shared);
        return assay_fail(reason, error, NULL);
    }
    make_pieces(shared);
    *out = shared;
    return ASSAY_OK;
}

/* -- files and pages -- */

static enum assay_error file_begin(const struct assay_sheet *sheet, uint32_t pages, void **file,
                                   struct assay_buffer *out)
{
    const struct assay_placement *place = sheet->placement;
    const struct assay_buffer *defs = &((const struct shared *)sheet->shared)->defs;
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
    return error == ASSAY_OK ? assay_buffer_put(out, defs->data, defs->len_bytes) : error;
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

static char *put_piece(char *at, const struct piece *piece)
{
    memcpy(at, piece->text, sizeof piece->text);
    return at + piece->len;
}

/* Where a label stands, and its text with the holes filled. */
static char *put_texts(char *at, const struct shared *shared, const struct assay_dot *corner,
                       const struct assay_label *label)
{
    at = stpcpy(at, "<g transform=\"translate(");
    at += assay_decimal_put((uint32_t)corner->x, at);
    *at++ = ' ';
    at += assay_decimal_put((uint32_t)corner->y, at);
    memcpy(at, shared->label.data, shared->label.len_bytes);
    for (unsigned i = 0; i < shared->lines; i++) {
        char shown[ASSAY_LINE_SHOWN_SIZE];
        unsigned count = assay_line_shown(shared->line[i], label, shown);
        for (unsigned j = 0; j < count; j++) {
            at[shared->hole[i][j]] = shown[j];
        }
    }
    return at + shared->label.len_bytes;
}

/* Dark runs as strokes along the middle of their rows, a module wide. */
static char *put_row(char *at, const struct shared *shared, const struct assay_matrix *matrix,
                     unsigned row)
{
    uint8_t runs[96][2];
    unsigned count = assay_matrix_runs(matrix, row, runs);
    if (count == 0) {
        return at;
    }
    *at++ = 'M';
    at += assay_decimal_put(runs[0][0], at);
    *at++ = ' ';
    at += assay_decimal_put(row, at);
    memcpy(at, ".5", 2);
    at = put_piece(at + 2, &shared->draw[runs[0][1]]);
    for (unsigned i = 1; i < count; i++) {
        at = put_piece(at, &shared->skip[runs[i][0] - runs[i - 1][0] - runs[i - 1][1]]);
        at = put_piece(at, &shared->draw[runs[i][1]]);
    }
    return at;
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    const struct painter *painter = state;
    const struct shared *shared = painter->sheet->shared;
    const struct assay_matrix *matrix = &label->matrix;
    struct assay_dot corner;
    assay_placement_corner(painter->sheet->placement, slot, &corner.x, &corner.y);
    enum assay_error error = assay_buffer_reserve(
        out, shared->label.len_bytes + (size_t)matrix->size * (matrix->size / 2 + 2) * 11 + 80);
    if (error != ASSAY_OK) {
        return error;
    }
    char *at = put_texts((char *)out->data + out->len_bytes, shared, &corner, label);
    for (unsigned row = 0; row < matrix->size; row++) {
        at = put_row(at, shared, matrix, row);
    }
    at = stpcpy(at, "\"/>\n</g>\n");
    out->len_bytes = (size_t)(at - (char *)out->data);
    return ASSAY_OK;
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
