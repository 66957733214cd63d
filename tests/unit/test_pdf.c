// SPDX-License-Identifier: Apache-2.0
/* Pages of the PDF writer, read back: structure by its own numbers, QR codes by drawing the path. */
#include "codegen/pdf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <zlib.h>

#include "codegen/design.h"
#include "codegen/qr_path.h"

#define PAGE_LABELS 21u

struct world {
    struct assay_facts facts;
    struct assay_placement placement;
    struct assay_sheet sheet;
    struct assay_fonts fonts;
    void *shared;
    struct assay_qr *qr;
};

static void make_world(struct world *world)
{
    *world = (struct world){.facts = {.name_en = "Power bank", .lot = "L1", .has_pin = true}};
    const struct assay_layout *layout;
    assert_int_equal(assay_layout_find("a4-21", NULL, &layout, NULL), ASSAY_OK);
    assert_int_equal(
        assay_qr_create(ASSAY_ECC_M, "https://v.brand.cn/00000000000000000000", &world->qr),
        ASSAY_OK);
    assert_int_equal(
        assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_SANS, &world->fonts.sans, NULL), ASSAY_OK);
    assert_int_equal(
        assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_MONO, &world->fonts.mono, NULL), ASSAY_OK);
    struct assay_design design = {.layout = layout,
                                  .facts = &world->facts,
                                  .fonts = &world->fonts,
                                  .dpi = 300,
                                  .modules = assay_qr_size(world->qr)};
    assert_int_equal(assay_design_place(&design, &world->placement, NULL), ASSAY_OK);
    world->sheet = (struct assay_sheet){
        .facts = &world->facts, .placement = &world->placement, .fonts = &world->fonts};
    assert_int_equal(assay_pdf_format.prepare(&world->sheet, &world->shared, NULL), ASSAY_OK);
    world->sheet.shared = world->shared;
}

static void end_world(struct world *world)
{
    assay_pdf_format.release(world->shared);
    assay_font_close(world->fonts.sans);
    assay_font_close(world->fonts.mono);
    assay_qr_destroy(world->qr);
}

static void url_of(uint32_t index, char url[64])
{
    snprintf(url, 64, "https://v.brand.cn/1ABCDEF%013u", index * 7919);
}

static void draw_page(struct world *world, void *painter, uint32_t number, struct assay_buffer *out)
{
    assert_int_equal(assay_pdf_format.page_begin(painter, number, out), ASSAY_OK);
    for (uint32_t slot = 0; slot < PAGE_LABELS; slot++) {
        char url[64];
        url_of(number * PAGE_LABELS + slot, url);
        struct assay_label label = {.code = url + 19, .pin = "ABCD1234", .url = url};
        assert_int_equal(assay_qr_encode(world->qr, url, &label.matrix), ASSAY_OK);
        assert_int_equal(assay_pdf_format.label(painter, slot, &label, out), ASSAY_OK);
    }
    assert_int_equal(assay_pdf_format.page_end(painter, out), ASSAY_OK);
}

/* The page's contents, inflated, with a NUL; malloc'ed. */
static char *contents_of(const struct assay_buffer *page)
{
    const char *text = (const char *)page->data + page->mark;
    size_t len = 0;
    assert_int_equal(sscanf(text, "%*u 0 obj\n<</Filter/FlateDecode/Length %zu>>stream", &len), 1);
    const char *stream = strstr(text, "stream\n") + 7;
    assert_memory_equal(stream + len, "\nendstream\nendobj\n", 18);
    uLongf size = 1 << 20;
    char *back = malloc(size + 1);
    assert_int_equal(uncompress((uint8_t *)back, &size, (const uint8_t *)stream, len), Z_OK);
    back[size] = '\0';
    return back;
}

/* Draw one label's path, from after its last " cm" of setting up, into modules. */
static const char *raster(const char *at, unsigned size, uint8_t *modules)
{
    double row = 0;
    memset(modules, 0, (size_t)size * size);
    while (*at != 'Q') {
        double x, y, width, height;
        int used = 0;
        if (sscanf(at, "%lf %lf %lf %lf re%n", &x, &y, &width, &height, &used) == 4 && used > 0) {
            assert_true(y == 0 && height == 1);
            for (unsigned column = (unsigned)x; column < x + width; column++) {
                modules[(unsigned)lround(row * ASSAY_QR_ROW) * size + column] = 1;
            }
        } else {
            at += strncmp(at, "f ", 2) == 0 ? 2 : 0;
            double step = 0;
            assert_int_equal(sscanf(at, "1 0 0 1 0 %lf cm%n", &step, &used), 1);
            row += step;
        }
        at += used;
        assert_int_equal(*at, '\n');
        at++;
    }
    return at;
}

static bool in_finder(unsigned size, unsigned x, unsigned y)
{
    return (y < 7 && (x < 7 || x >= size - 7)) || (y >= size - 7 && x < 7);
}

static void check_label(struct world *world, const char **at, uint32_t index)
{
    char url[64], grouped[ASSAY_CODE_GROUPED_SIZE];
    url_of(index, url);
    assay_code_group(url + 19, grouped);
    const char *begin = strstr(*at, grouped);
    assert_non_null(begin);
    const char *setup = strstr(begin, "Tj ET ");
    assert_non_null(setup);
    struct assay_matrix matrix;
    assert_int_equal(assay_qr_encode(world->qr, url, &matrix), ASSAY_OK);
    uint8_t modules[177 * 177];
    *at = raster(strchr(setup, '\n') + 1, matrix.size, modules);
    for (unsigned y = 0; y < matrix.size; y++) {
        for (unsigned x = 0; x < matrix.size; x++) {
            unsigned expected =
                in_finder(matrix.size, x, y) ? 0 : matrix.modules[y * matrix.size + x] & 1;
            assert_int_equal(modules[y * matrix.size + x], expected);
        }
    }
}

static void pages_draw_the_modules_of_their_codes(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    void *painter;
    assert_int_equal(assay_pdf_format.create(&world.sheet, &painter), ASSAY_OK);
    struct assay_buffer page = {0};
    size_t total = 0;
    for (uint32_t number = 0; number < 20; number++) {
        page.len_bytes = 0;
        draw_page(&world, painter, number, &page);
        char *text = contents_of(&page);
        const char *at = text;
        for (uint32_t slot = 0; slot < PAGE_LABELS; slot++) {
            check_label(&world, &at, number * PAGE_LABELS + slot);
        }
        free(text);
        total += page.len_bytes;
    }
    assert_true(total / (20 * PAGE_LABELS) <= 300);
    assay_pdf_format.destroy(painter);
    assay_buffer_deinit(&page);
    end_world(&world);
}

/* Every entry of the cross-reference table points at the object it says. */
static void check_references(const struct assay_buffer *file)
{
    const char *text = (const char *)file->data;
    const char *last = text + file->len_bytes - 7;
    while (strncmp(last, "startxref", 9) != 0) {
        last--;
    }
    const char *table = text + strtoul(last + 9, NULL, 10);
    unsigned count = 0;
    assert_int_equal(sscanf(table, "xref\n0 %u\n", &count), 1);
    const char *entry = strchr(table + 5, '\n') + 1;
    for (unsigned i = 1; i < count; i++) {
        char expected[32];
        int len = snprintf(expected, sizeof expected, "%u 0 obj\n", i);
        assert_memory_equal(text + strtoul(entry + 20 * i, NULL, 10), expected, (size_t)len);
    }
    assert_memory_equal(entry + 20 * count, "trailer\n", 8);
}

static void files_refer_to_their_objects(void **state)
{
    (void)state;
    struct world world;
    make_world(&world);
    const struct assay_format *pdf = &assay_pdf_format;
    void *painter, *file;
    struct assay_buffer page = {0}, whole = {0}, part = {0};
    assert_int_equal(pdf->create(&world.sheet, &painter), ASSAY_OK);
    assert_int_equal(pdf->file_begin(&world.sheet, 3, &file, &whole), ASSAY_OK);
    for (uint32_t number = 0; number < 3; number++) {
        page.len_bytes = 0;
        draw_page(&world, painter, number, &page);
        pdf->file_page(file, &page, whole.len_bytes);
        assert_int_equal(assay_buffer_put(&whole, page.data, page.len_bytes), ASSAY_OK);
    }
    assert_int_equal(pdf->file_end(file, whole.len_bytes, &part), ASSAY_OK);
    assert_int_equal(assay_buffer_put(&whole, part.data, part.len_bytes), ASSAY_OK);
    assert_int_equal(assay_buffer_put(&whole, "", 1), ASSAY_OK);
    check_references(&whole);
    assert_non_null(memmem(whole.data, whole.len_bytes, "/Subtype/CIDFontType2", 21));
    pdf->file_close(file);
    pdf->destroy(painter);
    assay_buffer_deinit(&page);
    assay_buffer_deinit(&whole);
    assay_buffer_deinit(&part);
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_draw_the_modules_of_their_codes),
        cmocka_unit_test(files_refer_to_their_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
