// SPDX-License-Identifier: Apache-2.0
#include "codegen/tspl.h"

#include <stdlib.h>
#include <string.h>

#include "codegen/stamp.h"

#define PAGES_PER_FILE 10000u

struct painter {
    const struct assay_sheet *sheet;
    const struct assay_stamp *stamp;
    bool epl;
    uint8_t *bits; /* a patch, or the modules */
};

static void painter_destroy(void *state)
{
    struct painter *painter = state;
    if (painter != NULL) {
        free(painter->bits);
        free(painter);
    }
}

static enum assay_error create(const struct assay_sheet *sheet, bool epl, void **out)
{
    struct painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return ASSAY_E_MEMORY;
    }
    painter->sheet = sheet;
    painter->stamp = sheet->shared;
    painter->epl = epl;
    size_t side = (size_t)sheet->placement->modules * (size_t)sheet->placement->module;
    size_t bytes = side * (side / 8 + 1), most = painter->stamp->patch_bytes_max;
    painter->bits = malloc(most > bytes ? most : bytes);
    if (painter->bits == NULL) {
        free(painter);
        return ASSAY_E_MEMORY;
    }
    *out = painter;
    return ASSAY_OK;
}

static enum assay_error create_tspl(const struct assay_sheet *sheet, void **out)
{
    return create(sheet, false, out);
}

static enum assay_error create_epl(const struct assay_sheet *sheet, void **out)
{
    return create(sheet, true, out);
}

/* Sizes in mm; the gap is the roll's, and none is continuous paper. */
static enum assay_error begin_tspl(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    const struct painter *painter = state;
    const struct assay_layout *layout = painter->sheet->placement->layout;
    return assay_buffer_print(
        out, "SIZE %.3f mm,%.3f mm\r\nGAP %.3f mm,0 mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\nCLS\r\n",
        layout->page_width_um / 1000.0, layout->page_height_um / 1000.0,
        layout->roll_gap_um / 1000.0);
}

/* q and Q in dots; Q's gap of 0 is continuous paper. An empty line first ends what was before. */
static enum assay_error begin_epl(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    const struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    return assay_buffer_print(out, "\nN\nq%d\nQ%d,%d\nR0,0\n", place->page_width,
                              place->page_height,
                              assay_dots_near(place->layout->roll_gap_um, place->dpi));
}

/* Pictures of ours have 1 for dark, theirs 0; what is beyond the width stays white. */
static enum assay_error put_bitmap(struct painter *painter, const struct assay_dot *at,
                                   const struct assay_bitmap *bitmap, struct assay_buffer *out)
{
    size_t bytes = bitmap->stride_bytes * (size_t)bitmap->height;
    enum assay_error error =
        assay_buffer_print(out, painter->epl ? "GW%d,%d,%zu,%d," : "BITMAP %d,%d,%zu,%d,0,", at->x,
                           at->y, bitmap->stride_bytes, bitmap->height);
    if (error == ASSAY_OK) {
        error = assay_buffer_reserve(out, bytes + 2);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t *to = out->data + out->len_bytes;
    for (size_t i = 0; i < bytes; i++) {
        to[i] = (uint8_t)~bitmap->bits[i];
    }
    out->len_bytes += bytes;
    return painter->epl ? assay_buffer_put(out, "\n", 1) : assay_buffer_put(out, "\r\n", 2);
}

static enum assay_error put_matrix(struct painter *painter, const struct assay_dot *at,
                                   const struct assay_matrix *matrix, struct assay_buffer *out)
{
    int32_t module = painter->sheet->placement->module, side = (int32_t)matrix->size * module;
    struct assay_bitmap bitmap = {.width = side,
                                  .height = side,
                                  .stride_bytes = ((size_t)side + 7) / 8,
                                  .bits = painter->bits};
    for (unsigned row = 0; row < matrix->size; row++) {
        uint8_t *first = bitmap.bits + row * (size_t)module * bitmap.stride_bytes;
        assay_matrix_row(matrix, row, module, first);
        for (int32_t i = 1; i < module; i++) {
            memcpy(first + (size_t)i * bitmap.stride_bytes, first, bitmap.stride_bytes);
        }
    }
    return put_bitmap(painter, at, &bitmap, out);
}

/* URLs hold no quotation mark. */
static enum assay_error put_native(const struct painter *painter, const struct assay_dot *at,
                                   const struct assay_label *label, struct assay_buffer *out)
{
    return assay_buffer_print(out, "QRCODE %d,%d,%c,%d,A,0,M2,\"%s\"\r\n", at->x, at->y,
                              "LMQH"[painter->sheet->ecc], painter -> sheet -> placement -> module,
                              label -> url);
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    enum assay_error error = ASSAY_OK;
    for (unsigned i = 0; i < painter->stamp->patches && error == ASSAY_OK; i++) {
        const struct assay_patch *patch = &painter->stamp->patch[i];
        struct assay_dot at = {x + patch->x, y + patch->y};
        struct assay_bitmap picture;
        assay_stamp_ink(patch, label, painter->bits, &picture);
        error = put_bitmap(painter, &at, &picture, out);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_dot at = {x + place->qr_x, y + place->qr_y};
    return painter->sheet->native_qr && !painter->epl
               ? put_native(painter, &at, label, out)
               : put_matrix(painter, &at, &label->matrix, out);
}

static enum assay_error end_tspl(void *state, struct assay_buffer *out)
{
    (void)state;
    return assay_buffer_put(out, "PRINT 1,1\r\n", 11);
}

static enum assay_error end_epl(void *state, struct assay_buffer *out)
{
    (void)state;
    return assay_buffer_put(out, "P1\n", 3);
}

const struct assay_format assay_tspl_format = {
    .name = "tspl",
    .dpi = 203,
    .draws = true,
    .pages_per_file = PAGES_PER_FILE,
    .prepare = assay_stamp_prepare,
    .release = assay_stamp_release,
    .create = create_tspl,
    .destroy = painter_destroy,
    .page_begin = begin_tspl,
    .label = draw_label,
    .page_end = end_tspl,
};

const struct assay_format assay_epl_format = {
    .name = "epl",
    .dpi = 203,
    .draws = true,
    .pages_per_file = PAGES_PER_FILE,
    .prepare = assay_stamp_prepare,
    .release = assay_stamp_release,
    .create = create_epl,
    .destroy = painter_destroy,
    .page_begin = begin_epl,
    .label = draw_label,
    .page_end = end_epl,
};
