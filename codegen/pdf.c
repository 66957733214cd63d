// SPDX-License-Identifier: Apache-2.0
#include "codegen/pdf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/pdf_fonts.h"
#include "codegen/pdf_shared.h"
#include "codegen/qr_path.h"

#define FIRST_PAGE_OBJECT (ASSAY_PDF_SHARED_OBJECTS + 1)
#define PAGES_PER_FILE 1000u

struct painter {
    const struct assay_sheet *sheet;
    struct assay_deflate deflate;
    struct assay_qr_path *path;
    uint32_t number;    /* of the page in its file */
    size_t label_start; /* of the last label in the stream; 0 = this page has none yet */
    unsigned lines;     /* that change from label to label */
    const struct assay_line *line[ASSAY_LINES_MAX];
    char part[ASSAY_LINES_MAX + 1][128]; /* before each of them, and after the last */
    size_t part_len[ASSAY_LINES_MAX + 1];
    size_t part_at[ASSAY_LINES_MAX + 1]; /* where it stands in the stream */
};

static void print_part(struct painter *painter, const char *format, ...) ASSAY_PRINTF(2, 3);

/* The text before line number `lines`. */
static void print_part(struct painter *painter, const char *format, ...)
{
    char *part = painter->part[painter->lines];
    size_t *part_len = &painter->part_len[painter->lines];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(part + *part_len, sizeof painter->part[0] - *part_len, format, arguments);
    va_end(arguments);
    assay_assert(len > 0);
    *part_len += (size_t)len;
    assay_assert(*part_len < sizeof painter->part[0]);
}

/* y grows upwards here: down the label is minus. */
static void print_parts(struct painter *painter)
{
    const struct assay_placement *place = painter->sheet->placement;
    print_part(painter, " cm/S Do BT");
    int32_t x = 0, y = 0, em = 0;
    for (unsigned i = 0; i < place->lines; i++) {
        const struct assay_line *line = &place->line[i];
        if (line->kind == ASSAY_LINE_FIXED) {
            continue;
        }
        if (painter->lines > 0) {
            print_part(painter, ")Tj");
        }
        if (line->em != em) {
            print_part(painter, "/C %d Tf", line->em);
        }
        print_part(painter, " %d %d Td(", line->x - x, y - line->y);
        x = line->x;
        y = line->y;
        em = line->em;
        painter->line[painter->lines++] = line;
    }
    double inset = place->module * ASSAY_QR_INSET;
    print_part(painter, ")Tj ET ");
    if (painter->sheet->mask) {
        double side = place->module * ((double)place->modules - 2 * ASSAY_QR_INSET);
        print_part(
            painter, "%.3f 0 0 %.3f %.3f %.3f cm BI/W %u/H %u/BPC 1/IM true/D[1 0]/F/AHx ID ", side,
            side, place->qr_x + inset, -place->qr_y - inset - side, place->modules, place->modules);
    } else {
        print_part(painter, "%d 0 0 -%.3f %.3f %.3f cm\n", place->module,
                   place->module * ASSAY_QR_ROW, place->qr_x + inset, -place->qr_y - inset);
    }
}

static enum assay_error painter_create(const struct assay_sheet *sheet, void **out)
{
    struct painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (assay_qr_path_create(&painter->path) != ASSAY_OK) {
        free(painter);
        return ASSAY_E_MEMORY;
    }
    painter->sheet = sheet;
    print_parts(painter);
    *out = painter;
    return ASSAY_OK;
}

static void painter_destroy(void *state)
{
    struct painter *painter = state;
    if (painter != NULL) {
        assay_deflate_deinit(&painter->deflate);
        assay_qr_path_destroy(painter->path);
        free(painter);
    }
}

static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)out;
    struct painter *painter = state;
    painter->number = number;
    painter->label_start = 0;
    assay_deflate_reset(&painter->deflate);
    assay_qr_path_reset(painter->path);
    double scale = 72.0 / painter->sheet->placement->dpi; /* from here on a unit is a dot */
    char text[64];
    int len = snprintf(text, sizeof text, "%.6f 0 0 %.6f 0 0 cm\n", scale, scale);
    assay_deflate_put(&painter->deflate, text, (size_t)len);
    return painter->deflate.failed;
}

/* A text that stands on every label: the first is put, the others copy it. */
static void put_part(struct painter *painter, unsigned part, bool again)
{
    size_t at = painter->deflate.raw.len_bytes;
    if (again) {
        assay_deflate_copy(&painter->deflate, painter->part_at[part], painter->part_len[part]);
    } else {
        assay_deflate_put(&painter->deflate, painter->part[part], painter->part_len[part]);
    }
    painter->part_at[part] = at;
}

/* The modules as an inline image mask, a bit each (ISO 32000-1, 8.9.6.2 and 8.9.7); in hexadecimal,
 * so that no reader takes two of its bytes for its end. */
static void put_mask(struct painter *painter, const struct assay_matrix *matrix)
{
    static const char digits[] = "0123456789ABCDEF";
    for (unsigned row = 0; row < matrix->size; row++) {
        uint8_t bytes[(177 + 7) / 8];
        char text[2 * sizeof bytes];
        size_t len = (matrix->size + 7) / 8;
        assay_matrix_row(matrix, row, 1, bytes);
        for (size_t i = 0; i < len; i++) {
            text[2 * i] = digits[bytes[i] >> 4];
            text[2 * i + 1] = digits[bytes[i] & 15];
        }
        assay_deflate_put(&painter->deflate, text, 2 * len);
    }
    assay_deflate_put(&painter->deflate, ">\nEI\n", 5);
}

static enum assay_error draw_label(void *state, uint32_t slot, const struct assay_label *label,
                                   struct assay_buffer *out)
{
    (void)out;
    struct painter *painter = state;
    const struct assay_placement *place = painter->sheet->placement;
    bool again = painter->label_start != 0;
    painter->label_start = painter->deflate.raw.len_bytes;
    int32_t x, y;
    assay_placement_corner(place, slot, &x, &y);
    char text[64];
    int len = snprintf(text, sizeof text, "%sq 1 0 0 1 %d %d", again ? "Q\n" : "", x,
                       place->page_height - y);
    assay_deflate_put(&painter->deflate, text, (size_t)len);
    for (unsigned i = 0; i < painter->lines; i++) {
        char shown[ASSAY_LINE_SHOWN_SIZE];
        put_part(painter, i, again);
        unsigned shown_len = assay_line_shown(painter->line[i], label, shown);
        assay_deflate_put(&painter->deflate, shown, shown_len);
    }
    put_part(painter, painter->lines, again);
    if (painter->sheet->mask) {
        put_mask(painter, &label->matrix);
        return painter->deflate.failed;
    }
    return assay_qr_path_put(painter->path, &label->matrix, &painter->deflate);
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    struct painter *painter = state;
    if (painter->label_start != 0) {
        assay_deflate_put(&painter->deflate, "Q\n", 2);
    }
    uint32_t object = FIRST_PAGE_OBJECT + 2 * painter->number;
    enum assay_error error = assay_buffer_print(
        out, "%u 0 obj\n<</Type/Page/Parent 2 0 R/Contents %u 0 R>>\nendobj\n", object, object + 1);
    out->mark = out->len_bytes;
    /* The length is known only after the stream: its digits are filled in, with room for nine. */
    char head[96];
    int head_len = snprintf(head, sizeof head,
                            "%u 0 obj\n<</Filter/FlateDecode/Length %9d>>stream\n", object + 1, 0);
    size_t begin = out->len_bytes + (size_t)head_len;
    if (error == ASSAY_OK) {
        error = assay_buffer_put(out, head, (size_t)head_len);
    }
    if (error == ASSAY_OK) {
        error = assay_deflate_end(&painter->deflate, out);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    snprintf(head, sizeof head, "%u 0 obj\n<</Filter/FlateDecode/Length %9zu>>stream\n", object + 1,
             out->len_bytes - begin);
    memcpy(out->data + begin - head_len, head, (size_t)head_len);
    return assay_buffer_put(out, "\nendstream\nendobj\n", 18);
}

struct file {
    uint32_t pages;
    uint32_t seen;
    uint64_t *offsets; /* of all objects, by number; [0] is unused */
};

static enum assay_error file_begin(const struct assay_sheet *sheet, uint32_t pages, void **out_file,
                                   struct assay_buffer *out)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return ASSAY_E_MEMORY;
    }
    file->pages = pages;
    file->offsets = calloc(FIRST_PAGE_OBJECT + 2 * (size_t)pages, sizeof *file->offsets);
    enum assay_error error = file->offsets == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
    if (error == ASSAY_OK) {
        error = assay_pdf_shared_put(sheet, pages, file->offsets, out);
    }
    if (error != ASSAY_OK) {
        free(file->offsets);
        free(file);
        return error;
    }
    *out_file = file;
    return ASSAY_OK;
}

static void file_page(void *state, const struct assay_buffer *page, uint64_t at_bytes)
{
    struct file *file = state;
    assay_assert(file->seen < file->pages);
    uint64_t *offsets = file->offsets + FIRST_PAGE_OBJECT + 2 * (size_t)file->seen++;
    offsets[0] = at_bytes;
    offsets[1] = at_bytes + page->mark;
}

/* ISO 32000-1, 7.5.4: entries of exactly 20 bytes. */
static enum assay_error file_end(void *state, uint64_t at_bytes, struct assay_buffer *out)
{
    struct file *file = state;
    assay_assert(file->seen == file->pages);
    uint32_t objects = FIRST_PAGE_OBJECT + 2 * file->pages;
    enum assay_error error = assay_buffer_print(out, "xref\n0 %u\n%010d 65535 f \n", objects, 0);
    for (uint32_t i = 1; i < objects && error == ASSAY_OK; i++) {
        error = assay_buffer_print(out, "%010llu 00000 n \n", (unsigned long long)file->offsets[i]);
    }
    if (error == ASSAY_OK) {
        error = assay_buffer_print(
            out, "trailer\n<</Size %u/Root 1 0 R/Info %u 0 R>>\nstartxref\n%llu\n%%%%EOF\n",
            objects, ASSAY_PDF_SHARED_OBJECTS, (unsigned long long)at_bytes);
    }
    return error;
}

static void file_close(void *state)
{
    struct file *file = state;
    if (file != NULL) {
        free(file->offsets);
        free(file);
    }
}

const struct assay_format assay_pdf_format = {
    .name = "pdf",
    .draws = true,
    .pages_per_file = PAGES_PER_FILE,
    .prepare = assay_pdf_fonts_prepare,
    .release = assay_pdf_fonts_release,
    .create = painter_create,
    .destroy = painter_destroy,
    .page_begin = page_begin,
    .label = draw_label,
    .page_end = page_end,
    .file_begin = file_begin,
    .file_page = file_page,
    .file_end = file_end,
    .file_close = file_close,
};
