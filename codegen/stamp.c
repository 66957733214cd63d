// SPDX-License-Identifier: Apache-2.0
#include "codegen/stamp.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/font.h"

/* Characters that stay within eight bytes when moved by up to seven dots. */
#define NARROW_DOTS 57

static const char alphabet[ASSAY_STAMP_CHARACTERS + 1] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

static int32_t pen_of(unsigned character, int32_t em)
{
    return (int32_t)(((int64_t)character * em * 6001 + 5000) / 10000);
}

static enum assay_error draw_cells(const struct assay_font *font, int32_t em,
                                   struct assay_cells *cells)
{
    cells->em = em;
    struct assay_dot origin = {0, em};
    enum assay_error error = ASSAY_OK;
    for (unsigned i = 0; i < ASSAY_STAMP_CHARACTERS && error == ASSAY_OK; i++) {
        char text[2] = {alphabet[i], '\0'};
        error = assay_bitmap_init(&cells->cell[i], pen_of(1, em) + 1, em + em / 4 + 1);
        if (error == ASSAY_OK) {
            error = assay_font_draw(font, text, em, &origin, &cells->cell[i]);
        }
    }
    return error;
}

static bool row_is_white(const struct assay_cells *cells, int32_t row)
{
    for (unsigned i = 0; i < ASSAY_STAMP_CHARACTERS; i++) {
        const struct assay_bitmap *cell = &cells->cell[i];
        const uint8_t *dots = cell->bits + (size_t)row * cell->stride_bytes;
        for (size_t at = 0; at < cell->stride_bytes; at++) {
            if (dots[at] != 0) {
                return false;
            }
        }
    }
    return true;
}

static void find_dark_rows(struct assay_cells *cells)
{
    cells->bottom = cells->cell[0].height;
    while (cells->top < cells->bottom && row_is_white(cells, cells->top)) {
        cells->top++;
    }
    while (cells->bottom > cells->top && row_is_white(cells, cells->bottom - 1)) {
        cells->bottom--;
    }
}

/* Room above and below a baseline that every glyph of a label's fonts keeps to. */
static int32_t above(int32_t em)
{
    return em;
}

static int32_t below(int32_t em)
{
    return em / 4 + 1;
}

static enum assay_error draw_fixed(const struct assay_sheet *sheet, const struct assay_line *line,
                                   struct assay_patch *patch)
{
    *patch = (struct assay_patch){.fixed = true, .x = line->x, .y = line->y - above(line->em)};
    enum assay_error error =
        assay_bitmap_init(&patch->base, line->width + 2, above(line->em) + below(line->em));
    struct assay_dot pen = {0, above(line->em)};
    return error == ASSAY_OK
               ? assay_font_draw(sheet->fonts->sans, line->text, line->em, &pen, &patch->base)
               : error;
}

/* What the QR code says too: an item's code or a carton's number. */
static bool is_name(const struct assay_line *line)
{
    return line->kind == ASSAY_LINE_CODE || line->kind == ASSAY_LINE_SSCC;
}

static enum assay_error prepare_changing(const struct assay_line *line,
                                         const struct assay_cells *cells, struct assay_patch *patch)
{
    *patch = (struct assay_patch){
        .x = line->x, .y = line->y - above(line->em), .line = line, .cells = cells};
    return assay_bitmap_init(&patch->base, pen_of(assay_line_len(line), line->em) + 2,
                             above(line->em) + below(line->em));
}

static void draw_frame(const struct assay_frame *frame, struct assay_bitmap *bitmap)
{
    int32_t width = frame->width, height = frame->height, stroke = frame->stroke;
    const struct assay_rectangle sides[] = {{0, 0, width, stroke},
                                            {0, height - stroke, width, stroke},
                                            {0, 0, stroke, height},
                                            {width - stroke, 0, stroke, height}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(sides); i++) {
        assay_bitmap_darken(bitmap, &sides[i]);
    }
}

static bool in_frame(const struct assay_frame *frame, const struct assay_line *line)
{
    return frame->stroke > 0 && line->y > frame->y && line->y <= frame->y + frame->height &&
           !is_name(line);
}

/* The frame and its caption as one patch; what changes in it lies upon it as another. */
static enum assay_error prepare_frame(const struct assay_sheet *sheet, struct assay_patch *patch)
{
    const struct assay_placement *place = sheet->placement;
    const struct assay_frame *frame = &place->frame;
    *patch = (struct assay_patch){.fixed = true, .x = frame->x, .y = frame->y};
    enum assay_error error = assay_bitmap_init(&patch->base, frame->width, frame->height);
    if (error != ASSAY_OK) {
        return error;
    }
    draw_frame(frame, &patch->base);
    for (unsigned i = 0; i < place->lines && error == ASSAY_OK; i++) {
        const struct assay_line *line = &place->line[i];
        struct assay_dot pen = {line->x - frame->x, line->y - frame->y};
        if (in_frame(frame, line) && line->kind == ASSAY_LINE_FIXED) {
            error = assay_font_draw(sheet->fonts->sans, line->text, line->em, &pen, &patch->base);
        }
    }
    return error;
}

static enum assay_error prepare_line(const struct assay_sheet *sheet, struct assay_stamp *stamp,
                                     const struct assay_line *line, struct assay_patch *patch)
{
    if (line->kind == ASSAY_LINE_FIXED) {
        return draw_fixed(sheet, line, patch);
    }
    struct assay_cells *cells = &stamp->cells[is_name(line) ? 0 : 1];
    enum assay_error error = ASSAY_OK;
    if (cells->em == 0) {
        error = draw_cells(sheet->fonts->mono, line->em, cells);
        if (error == ASSAY_OK) {
            find_dark_rows(cells);
        }
    }
    return error == ASSAY_OK ? prepare_changing(line, cells, patch) : error;
}

/* The frame first: what stands in it is drawn over it. */
static enum assay_error fill(const struct assay_sheet *sheet, struct assay_stamp *stamp)
{
    const struct assay_placement *place = sheet->placement;
    enum assay_error error = ASSAY_OK;
    if (place->frame.stroke > 0) {
        error = prepare_frame(sheet, &stamp->patch[stamp->patches++]);
    }
    for (unsigned i = 0; i < place->lines && error == ASSAY_OK; i++) {
        const struct assay_line *line = &place->line[i];
        if (line->kind != ASSAY_LINE_FIXED || !in_frame(&place->frame, line)) {
            error = prepare_line(sheet, stamp, line, &stamp->patch[stamp->patches++]);
        }
    }
    return error;
}

enum assay_error assay_stamp_create(const struct assay_sheet *sheet, struct assay_stamp **stamp)
{
    struct assay_stamp *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = fill(sheet, made);
    if (error != ASSAY_OK) {
        assay_stamp_destroy(made);
        return error;
    }
    for (unsigned i = 0; i < made->patches; i++) {
        const struct assay_bitmap *base = &made->patch[i].base;
        size_t bytes = base->stride_bytes * (size_t)base->height + ASSAY_BITMAP_SLACK_BYTES;
        made->patch_bytes_max = bytes > made->patch_bytes_max ? bytes : made->patch_bytes_max;
    }
    *stamp = made;
    return ASSAY_OK;
}

void assay_stamp_destroy(struct assay_stamp *stamp)
{
    if (stamp == NULL) {
        return;
    }
    for (unsigned i = 0; i < stamp->patches; i++) {
        assay_bitmap_deinit(&stamp->patch[i].base);
    }
    for (unsigned i = 0; i < 2 * ASSAY_STAMP_CHARACTERS; i++) {
        assay_bitmap_deinit(
            &stamp->cells[i / ASSAY_STAMP_CHARACTERS].cell[i % ASSAY_STAMP_CHARACTERS]);
    }
    free(stamp);
}

enum assay_error assay_stamp_prepare(const struct assay_sheet *sheet, void **shared,
                                     struct assay_reason *reason)
{
    struct assay_stamp *stamp;
    enum assay_error error = assay_stamp_create(sheet, &stamp);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    *shared = stamp;
    return ASSAY_OK;
}

void assay_stamp_release(void *shared)
{
    assay_stamp_destroy(shared);
}

/* Characters of a line: their rows' first dots, and where their pens stand. */
struct shown {
    unsigned count;
    const struct assay_bitmap *cell[ASSAY_LINE_SHOWN_SIZE];
    int32_t pen[ASSAY_LINE_SHOWN_SIZE];
};

static void find_shown(const struct assay_patch *patch, const struct assay_label *label,
                       struct shown *shown)
{
    char text[ASSAY_LINE_SHOWN_SIZE];
    shown->count = assay_line_shown(patch->line, label, text);
    for (unsigned i = 0; i < shown->count; i++) {
        const char *found = strchr(alphabet, text[i]);
        assay_assert(found != NULL);
        shown->cell[i] = &patch->cells->cell[found - alphabet];
        shown->pen[i] = pen_of(i, patch->cells->em);
    }
}

/* One row of narrow characters from left to right, eight bytes a store and nothing read back: each store
 * has again what the one before it held to the right of this one's begin. What the last one has beyond
 * the row's end is white, and rows are inked from the top. */
static void ink_row(uint8_t *into, const struct shown *shown, int32_t row, uint64_t mask)
{
    uint64_t held = 0;
    uint32_t at = 0;
    for (unsigned i = 0; i < shown->count; i++) {
        const struct assay_bitmap *cell = shown->cell[i];
        uint32_t pen = (uint32_t)shown->pen[i], step = pen / 8 - at;
        uint64_t dots;
        memcpy(&dots, cell->bits + (size_t)row * cell->stride_bytes, sizeof dots);
        held = step < 8 ? held << 8 * step : 0;
        held |= (be64toh(dots) & mask) >> pen % 8;
        at += step;
        uint64_t text = htobe64(held);
        memcpy(into + at, &text, sizeof text);
    }
}

void assay_stamp_ink(const struct assay_patch *patch, const struct assay_label *label,
                     uint8_t *bits, struct assay_bitmap *picture)
{
    *picture = patch->base;
    if (patch->fixed) {
        return;
    }
    size_t stride = patch->base.stride_bytes;
    memcpy(bits, patch->base.bits, stride * (size_t)patch->base.height);
    picture->bits = bits;
    struct shown shown;
    find_shown(patch, label, &shown);
    const struct assay_cells *cells = patch->cells;
    if (cells->cell[0].width <= NARROW_DOTS) {
        uint64_t mask = ~(UINT64_MAX >> cells->cell[0].width);
        for (int32_t row = cells->top; row < cells->bottom; row++) {
            ink_row(bits + (size_t)row * stride, &shown, row, mask);
        }
        return;
    }
    for (unsigned i = 0; i < shown.count; i++) {
        assay_bitmap_lay(picture, shown.cell[i], shown.pen[i], 0);
    }
}
