// SPDX-License-Identifier: Apache-2.0
#include "codegen/pdf_shared.h"

#include <string.h>

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

/* ISO 32000-1, 7.3.4.2: parentheses and the backslash are escaped. */
static void put_string(struct assay_buffer *out, const char *text, enum assay_error *error)
{
    for (; *text != '\0' && *error == ASSAY_OK; text++) {
        if (strchr("()\\", *text) != NULL) {
            *error = assay_buffer_put(out, "\\", 1);
        }
        if (*error == ASSAY_OK) {
            *error = assay_buffer_put(out, text, 1);
        }
    }
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

static void font(struct head *head, unsigned number, const char *name)
{
    object(head, number);
    PUT(head, "<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>\nendobj\n", name);
}

/* Average width of Helvetica's capitals and digits is below 0.6 em; what is longer is cut. */
static void text_line(struct head *head, struct assay_buffer *body,
                      const struct assay_text_place *place, const char *text)
{
    char cut[ASSAY_PRODUCT_NAME_MAX + 1];
    size_t room = (size_t)place->width * 10 / ((size_t)place->em * 6);
    size_t len = strnlen(text, room < sizeof cut ? room : sizeof cut - 1);
    memcpy(cut, text, len);
    cut[len] = '\0';
    if (head->error == ASSAY_OK) {
        head->error =
            assay_buffer_print(body, "BT/T %d Tf %d %d Td(", place->em, place->x, -place->y);
    }
    put_string(body, cut, &head->error);
    if (head->error == ASSAY_OK) {
        head->error = assay_buffer_print(body, ")Tj ET\n");
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

/* The texts and the three finder patterns (ISO/IEC 18004, 6.3.3.1). */
static void form_body(struct head *head, struct assay_buffer *body)
{
    const struct assay_placement *place = head->sheet->placement;
    const struct assay_facts *facts = head->sheet->facts;
    if (facts->product[0] != '\0') {
        text_line(head, body, &place->product, facts->product);
    }
    struct assay_fact_line lines[ASSAY_FACT_LINES_MAX];
    unsigned count = assay_fact_lines(facts, lines);
    for (unsigned i = 0; i < count; i++) {
        struct assay_text_place line = place->fact;
        line.y += (int32_t)i * place->fact_step;
        text_line(head, body, &line, lines[i].text);
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
    font(&head, 3, "Courier-Bold");
    font(&head, 4, "Helvetica");
    form(&head);
    object(&head, 6);
    PUT(&head, "<</Producer(assay-codegen %s)/Title(Labels)>>\nendobj\n", ASSAY_VERSION);
    return head.error;
}
