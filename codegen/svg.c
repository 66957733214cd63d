// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <stdlib.h>
#include <string.h>

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

static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    const struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    double mm = 25.4 / place->dpi;
    return assay_buffer_print(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%.4fmm\" "
        "height=\"%.4fmm\" viewBox=\"0 0 %d %d\">\n"
        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
        place->page_width * mm, place->page_height * mm, place->page_width, place->page_height,
        place->page_width, place->page_height);
}

/* Text in XML: the three characters that may not stand for themselves (XML 1.0, 2.4). */
static enum assay_error put_escaped(struct assay_buffer *out, const char *text)
{
    enum assay_error error = ASSAY_OK;
    for (; *text != '\0' && error == ASSAY_OK; text++) {
        const char *as = *text == '<'   ? "&lt;"
                         : *text == '>' ? "&gt;"
                         : *text == '&' ? "&amp;"
                                        : NULL;
        error = as != NULL ? assay_buffer_put(out, as, strlen(as)) : assay_buffer_put(out, text, 1);
    }
    return error;
}

static enum assay_error put_text(struct assay_buffer *out, const struct assay_text_place *place,
                                 const char *family, const char *text)
{
    enum assay_error error =
        assay_buffer_print(out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-family=\"%s\">",
                           place->x, place->y, place->em, family);
    if (error == ASSAY_OK) {
        error = put_escaped(out, text);
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "</text>\n", 8) : error;
}

static enum assay_error put_texts(struct assay_buffer *out, const struct assay_sheet *sheet,
                                  const struct assay_label *label)
{
    static const char sans[] = "Helvetica, Arial, sans-serif", mono[] = "Courier, monospace";
    const struct assay_placement *place = sheet->placement;
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    assay_code_group(label->code, grouped);
    enum assay_error error = put_text(out, &place->code, mono, grouped);
    if (error == ASSAY_OK && label->pin != NULL) {
        char pin[ASSAY_PIN_SIZE + 4] = "PIN ";
        memcpy(pin + 4, label->pin, ASSAY_PIN_SIZE);
        error = put_text(out, &place->pin, mono, pin);
    }
    if (error == ASSAY_OK && sheet->facts->product[0] != '\0') {
        error = put_text(out, &place->product, sans, sheet->facts->product);
    }
    struct assay_fact_line lines[ASSAY_FACT_LINES_MAX];
    unsigned count = assay_fact_lines(sheet->facts, lines);
    for (unsigned i = 0; i < count && error == ASSAY_OK; i++) {
        struct assay_text_place line = place->fact;
        line.y += (int32_t)i * place->fact_step;
        error = put_text(out, &line, sans, lines[i].text);
    }
    return error;
}

static enum assay_error put_matrix(struct assay_buffer *out, const struct assay_placement *place,
                                   const struct assay_matrix *matrix)
{
    enum assay_error error =
        assay_buffer_print(out, "<path transform=\"translate(%d %d) scale(%d)\" d=\"", place->qr_x,
                           place->qr_y, place->module);
    for (unsigned row = 0; row < matrix->size && error == ASSAY_OK; row++) {
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(matrix, row, runs);
        for (unsigned i = 0; i < count && error == ASSAY_OK; i++) {
            error = assay_buffer_print(out, "M%u %uh%uv1h-%uz", runs[i][0], row, runs[i][1],
                                       runs[i][1]);
        }
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "\"/>\n", 4) : error;
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    const struct painter *painter = state;
    int32_t x, y;
    assay_placement_corner(painter->sheet->placement, slot, &x, &y);
    enum assay_error error = assay_buffer_print(out, "<g transform=\"translate(%d %d)\">\n", x, y);
    if (error == ASSAY_OK) {
        error = put_texts(out, painter->sheet, label);
    }
    if (error == ASSAY_OK) {
        error = put_matrix(out, painter->sheet->placement, &label->matrix);
    }
    return error == ASSAY_OK ? assay_buffer_put(out, "</g>\n", 5) : error;
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    (void)state;
    return assay_buffer_put(out, "</svg>\n", 7);
}

const struct assay_format assay_svg_format = {
    .name = "svg",
    .draws = true,
    .pages_per_file = 1,
    .create = painter_create,
    .destroy = free,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
};
