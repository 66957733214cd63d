// SPDX-License-Identifier: Apache-2.0
#include "codegen/pdf_shared.h"

#include "codegen/pdf_fonts.h"
#include "codegen/qr_path.h"

/* Everything below keeps the first error in `error` and goes on, so that each object reads as a
 * list of its parts. */
struct head {
    const struct assay_sheet *sheet;
    struct assay_buffer *out;
    uint64_t *offsets;
    enum assay_error error;
};

#define PUT(head, ...)                                                                             \
    do {                                                                                           \
        if ((head)->error == ASSAY_OK) {                                                           \
            (head)->error = assay_buffer_print((head)->out, __VA_ARGS__);                          \
        }                                                                                          \
    } while (0)

static void object(struct head *head, unsigned number)
{
    head->offsets[number] = head->out->len_bytes;
    PUT(head, "%u 0 obj\n", number);
}

static void page_tree(struct head *head, uint32_t pages)
{
    const struct assay_placement *place = head->sheet->placement;
    object(head, 2);
    PUT(head,
        "<</Type/Pages/Count %u/MediaBox[0 0 %.4f %.4f]/Resources<</Font<</C 3 0 R/T 4 0 R>>"
        "/XObject<</S 5 0 R>>>>/Kids[",
        pages, place->page_width * 72.0 / place->dpi, place->page_height * 72.0 / place->dpi);
    for (uint32_t i = 0; i < pages; i++) {
        PUT(head, "%u 0 R%s", ASSAY_PDF_SHARED_OBJECTS + 1 + 2 * i, i % 10 == 9 ? "\n" : " ");
    }
    PUT(head, "]>>\nendobj\n");
}

static void fonts(struct head *head)
{
    static const enum assay_pdf_font_object objects[] = {
        ASSAY_PDF_FONT_C,      ASSAY_PDF_FONT_T,        ASSAY_PDF_FONT_C_FACTS,
        ASSAY_PDF_FONT_C_FILE, ASSAY_PDF_FONT_T_CID,    ASSAY_PDF_FONT_T_FACTS,
        ASSAY_PDF_FONT_T_FILE, ASSAY_PDF_FONT_T_UNICODE};
    for (size_t i = 0; i < ASSAY_COUNT_OF(objects); i++) {
        object(head, objects[i]);
        if (head->error == ASSAY_OK) {
            head->error = assay_pdf_fonts_put(head->sheet->shared, objects[i], head->out);
        }
        PUT(head, "endobj\n");
    }
}

static void text_line(struct head *head, struct assay_buffer *body, const struct assay_line *line)
{
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_print(body, "BT/T %d Tf %d %d Td", line->em, line->x, -line->y);
    }
    if (head->error == ASSAY_OK) {
        head->error = assay_pdf_fonts_text(head->sheet->shared, line->text, body);
    }
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_print(body, " ET\n");
    }
}

/* A stroke is drawn on both sides of its path. */
static void pin_frame(struct head *head, struct assay_buffer *body)
{
    const struct assay_frame *frame = &head->sheet->placement->frame;
    double half = frame->stroke / 2.0;
    if (frame->stroke > 0 && head->error == ASSAY_OK) {
        head->error =
            assay_buffer_print(body, "%d w %.1f %.1f %d %d re S\n", frame->stroke, frame->x + half,
                               -(frame->y + frame->height) + half, frame->width - frame->stroke,
                               frame->height - frame->stroke);
    }
}

/* A frame and a square, inset as qr_path.h says. */
static void finder(struct head *head, struct assay_buffer *body, unsigned column, unsigned row)
{
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_print(
            body, "%u %u 6.998 6.998 re %u.998 %u.998 5.002 5.002 re %u %u 2.998 2.998 re\n",
            column, row, column, row, column + 2, row + 2);
    }
}

/* The texts, the PIN's frame and, unless codes are masks, the three finder patterns (ISO/IEC 18004, 6.3.3.1). */
static void form_body(struct head *head, struct assay_buffer *body)
{
    const struct assay_placement *place = head->sheet->placement;
    for (unsigned i = 0; i < place->lines; i++) {
        if (place->line[i].kind == ASSAY_LINE_FIXED) {
            text_line(head, body, &place->line[i]);
        }
    }
    pin_frame(head, body);
    if (head->sheet->mask) {
        return;
    }
    if (head->error == ASSAY_OK) {
        double inset = place->module * ASSAY_QR_INSET;
        head->error = assay_buffer_print(body, "%d 0 0 -%d %.3f %.3f cm\n", place->module,
                                         place->module, place->qr_x + inset, -place->qr_y - inset);
    }
    unsigned far = place->modules - ASSAY_FINDER_MODULES;
    finder(head, body, 0, 0);
    finder(head, body, far, 0);
    finder(head, body, 0, far);
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_print(body, "f*\n");
    }
}

static void form(struct head *head)
{
    const struct assay_placement *place = head->sheet->placement;
    struct assay_buffer body = {0};
    form_body(head, &body);
    object(head, 5);
    PUT(head,
        "<</Type/XObject/Subtype/Form/BBox[0 %d %d 0]/Resources<</Font<</T 4 0 R>>>>"
        "/Length %zu>>stream\n",
        -place->page_height, place->page_width, body.len_bytes);
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_put(head->out, body.data, body.len_bytes);
    }
    PUT(head, "\nendstream\nendobj\n");
    assay_buffer_deinit(&body);
}

enum assay_error assay_pdf_shared_put(const struct assay_sheet *sheet, uint32_t pages,
                                      uint64_t *offsets, struct assay_buffer *out)
{
    struct head head = {.sheet = sheet, .out = out, .offsets = offsets};
    assay_assert(out->len_bytes == 0);
    PUT(&head, "%%PDF-1.6\n%%\xe2\xe3\xcf\xd3\n");
    object(&head, 1);
    PUT(&head, "<</Type/Catalog/Pages 2 0 R/ViewerPreferences<</PrintScaling/None>>>>\nendobj\n");
    page_tree(&head, pages);
    fonts(&head);
    form(&head);
    object(&head, ASSAY_PDF_SHARED_OBJECTS);
    PUT(&head, "<</Producer(assay-codegen %s)/Title(Labels)>>\nendobj\n", ASSAY_VERSION);
    return head.error;
}
