// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codegen/design.h"
#include "codegen/qr.h"

static struct assay_fonts fonts;
static const struct assay_facts facts = {.brand = "\xe5\xae\x89\xe8\x8a\xaf Anchorly",
                                         .name_zh = "\xe7\x94\xb5\xe6\xba\x90 10400",
                                         .name_en = "Power bank",
                                         .gtin = "09506000134352",
                                         .lot = "A2607",
                                         .expires_on = "2027-06-30",
                                         .has_pin = true};

static enum assay_error place_facts(const struct assay_layout *layout, uint32_t dpi,
                                    const struct assay_facts *texts,
                                    struct assay_placement *placement, struct assay_reason *reason)
{
    struct assay_design design = {
        .layout = layout, .facts = texts, .fonts = &fonts, .dpi = dpi, .modules = 29};
    return assay_design_place(&design, placement, reason);
}

static enum assay_error place_modules(const struct assay_layout *layout, uint32_t dpi,
                                      uint32_t modules, struct assay_placement *placement,
                                      struct assay_reason *reason)
{
    struct assay_design design = {
        .layout = layout, .facts = &facts, .fonts = &fonts, .dpi = dpi, .modules = modules};
    return assay_design_place(&design, placement, reason);
}

static const struct assay_layout *layout_named(const char *name)
{
    const struct assay_layout *layout = NULL;
    assert_int_equal(assay_layout_find(name, NULL, &layout, NULL), ASSAY_OK);
    return layout;
}

static void unknown_layouts_are_refused_with_their_names(void **state)
{
    (void)state;
    const struct assay_layout *layout;
    struct assay_reason reason;
    assert_int_equal(assay_layout_find("a5", NULL, &layout, &reason), ASSAY_E_USAGE);
    for (size_t i = 0; assay_layout_nth(i) != NULL; i++) {
        assert_non_null(strstr(reason.text, assay_layout_nth(i)->name));
    }
}

static void modules_too_small_for_phones_are_refused_with_the_numbers(void **state)
{
    (void)state;
    struct assay_placement placement;
    struct assay_reason reason;
    assert_int_equal(place_modules(layout_named("a4-21"), 300, 121, &placement, &reason),
                     ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "0.254 mm"));
    assert_non_null(strstr(reason.text, "0.33 mm"));
    assert_int_equal(place_modules(layout_named("a4-21"), 300, 177, &placement, &reason),
                     ASSAY_E_REFUSED);
}

/* Everything a label shows lies inside it, and labels lie inside the page, apart from each other. */
static void check_placement(const struct assay_layout *layout, const struct assay_placement *place)
{
    int32_t height = (int32_t)((int64_t)layout->label_height_um * place->dpi / 25400);
    int32_t width = (int32_t)((int64_t)layout->label_width_um * place->dpi / 25400);
    int32_t quiet = place->module * ASSAY_QUIET_MODULES;
    int32_t side = place->module * (int32_t)place->modules;
    assert_true(place->module * 25400 / (int32_t)place->dpi >= ASSAY_MODULE_MIN_UM);
    assert_true(place->qr_x >= quiet);
    assert_true(place->qr_y >= quiet);
    assert_true(place->qr_y + side + quiet <= height);
    assert_true(place->qr_x + side + quiet <= width);
    bool below = place->frame.y > place->qr_y + side;
    for (unsigned i = 0; i < place->lines; i++) {
        const struct assay_line *line = &place->line[i];
        assert_true(line->width > 0);
        assert_true(line->x >= 0 && line->x + line->width <= width);
        assert_true(line->y - line->em * 7 / 10 >= 0);
        assert_true(line->y + line->em / 8 <= height);
        assert_true(below ? line->y - line->em * 7 / 10 >= place->qr_y + side
                          : line->x >= place->qr_x + side + quiet);
        assert_true((line->em + 1) * 25400ll / place->dpi >= 1411);
        assert_true(i == 0 || line->kind == ASSAY_LINE_PIN || line->y > line[-1].y);
    }
    assert_true(place->frame.x + place->frame.width <= width);
    assert_true(place->frame.y + place->frame.height <= height);
    for (uint32_t slot = 0; slot < place->labels_per_page; slot++) {
        int32_t x, y;
        assay_placement_corner(place, slot, &x, &y);
        assert_true(x >= 0 && x + width <= place->page_width);
        assert_true(y >= 0 && y + height <= place->page_height);
        if (slot % layout->columns > 0) {
            int32_t left_x, left_y;
            assay_placement_corner(place, slot - 1, &left_x, &left_y);
            assert_int_equal(left_y, y);
            assert_true(left_x + width <= x);
        }
    }
}

static void what_is_placed_fits_at_every_resolution(void **state)
{
    (void)state;
    unsigned placed = 0;
    for (size_t i = 0; assay_layout_nth(i) != NULL; i++) {
        for (uint32_t dpi = ASSAY_DPI_MIN; dpi <= ASSAY_DPI_MAX; dpi += 1 + dpi / 40) {
            for (uint32_t modules = 21; modules <= 57; modules += 4) {
                struct assay_placement placement;
                const struct assay_layout *layout = assay_layout_nth(i);
                if (place_modules(layout, dpi, modules, &placement, NULL) == ASSAY_OK) {
                    check_placement(layout, &placement);
                    placed++;
                }
            }
        }
    }
    assert_true(placed > 1000);
}

static void a4_at_300_dpi_has_the_known_figures(void **state)
{
    (void)state;
    struct assay_placement placement;
    assert_int_equal(place_modules(layout_named("a4-21"), 300, 29, &placement, NULL), ASSAY_OK);
    assert_int_equal(placement.page_width, 2480);
    assert_int_equal(placement.page_height, 3508);
    assert_int_equal(placement.labels_per_page, 21);
    assert_int_equal(placement.module, 9);
}

static void rolls_are_read_from_their_names(void **state)
{
    (void)state;
    struct assay_layout own;
    const struct assay_layout *layout;
    struct assay_reason reason;
    assert_int_equal(assay_layout_find("roll:40x30.5+2.125", &own, &layout, NULL), ASSAY_OK);
    assert_ptr_equal(layout, &own);
    assert_int_equal(own.label_width_um, 40000);
    assert_int_equal(own.page_height_um, 30500);
    assert_int_equal(own.roll_gap_um, 2125);
    assert_int_equal(assay_layout_find("roll:40x30", &own, &layout, NULL), ASSAY_OK);
    assert_int_equal(own.roll_gap_um, 0);
    static const char *const wrong[] = {"roll:",         "roll:40",         "roll:40x",
                                        "roll:40x30+",   "roll:40x30+2+1",  "roll:-40x30",
                                        "roll:40.x30",   "roll:40.1234x30", "roll:40x30mm",
                                        "roll:99999x30", "roll: 40x30",     "roll:4e1x30"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(wrong); i++) {
        assert_int_equal(assay_layout_find(wrong[i], &own, &layout, &reason), ASSAY_E_USAGE);
        assert_non_null(strstr(reason.text, "roll:40x30+2"));
    }
    assert_int_equal(assay_layout_find("roll:9.9x30", &own, &layout, &reason), ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "9.900 mm"));
    assert_int_equal(assay_layout_find("roll:40x2001", &own, &layout, &reason), ASSAY_E_REFUSED);
}

static void what_does_not_fit_is_refused_with_the_numbers(void **state)
{
    (void)state;
    struct assay_layout own;
    const struct assay_layout *layout;
    struct assay_placement placement;
    struct assay_reason reason;
    assert_int_equal(assay_layout_find("roll:22x15", &own, &layout, NULL), ASSAY_OK);
    assert_int_equal(place_modules(layout, 300, 29, &placement, &reason), ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, " mm"));
    assert_int_equal(assay_layout_find("roll:12x12", &own, &layout, NULL), ASSAY_OK);
    assert_int_equal(place_modules(layout, 300, 29, &placement, &reason), ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "below 0.33 mm"));
    struct assay_facts texts = facts;
    texts.free_lines = 1;
    texts.free_line[0] =
        "A line that is far too long for so small a label, and there is nothing to "
        "be done about it here";
    assert_int_equal(place_facts(layout_named("a4-65"), 300, &texts, &placement, &reason),
                     ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "A line that is far too long"));
}

static void a_character_without_a_glyph_is_named(void **state)
{
    (void)state;
    struct assay_placement placement;
    struct assay_reason reason;
    struct assay_facts texts = facts;
    memcpy(texts.name_zh, "a\xf0\x9f\x94\x8b", 6);
    assert_int_equal(place_facts(layout_named("a4-21"), 300, &texts, &placement, &reason),
                     ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "U+1F50B"));
    assert_non_null(strstr(reason.text, "Chinese name"));
    texts = facts;
    texts.free_lines = 1;
    texts.free_line[0] = "\xf0\x9f\x98\x80";
    assert_int_equal(place_facts(layout_named("a4-21"), 300, &texts, &placement, &reason),
                     ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "--text"));
}

static void long_names_take_two_lines_and_end_with_an_ellipsis(void **state)
{
    (void)state;
    struct assay_placement placement;
    struct assay_facts texts = facts;
    for (size_t i = 0; i + 3 < sizeof texts.name_zh; i += 3) {
        memcpy(texts.name_zh + i, "\xe7\x94\xb5", 4);
    }
    assert_int_equal(place_facts(layout_named("a4-21"), 300, &texts, &placement, NULL), ASSAY_OK);
    assert_null(strstr(placement.line[1].text, "\xe2\x80\xa6"));
    assert_non_null(strstr(placement.line[2].text, "\xe2\x80\xa6"));
    check_placement(layout_named("a4-21"), &placement);
}

static int open_fonts(void **state)
{
    (void)state;
    assert_int_equal(assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_SANS, &fonts.sans, NULL),
                     ASSAY_OK);
    assert_int_equal(assay_font_open(ASSAY_FONT_FILE, ASSAY_FONT_FACE_MONO, &fonts.mono, NULL),
                     ASSAY_OK);
    return 0;
}

static int close_fonts(void **state)
{
    (void)state;
    assay_font_close(fonts.sans);
    assay_font_close(fonts.mono);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_layouts_are_refused_with_their_names),
        cmocka_unit_test(modules_too_small_for_phones_are_refused_with_the_numbers),
        cmocka_unit_test(what_is_placed_fits_at_every_resolution),
        cmocka_unit_test(a4_at_300_dpi_has_the_known_figures),
        cmocka_unit_test(rolls_are_read_from_their_names),
        cmocka_unit_test(what_does_not_fit_is_refused_with_the_numbers),
        cmocka_unit_test(a_character_without_a_glyph_is_named),
        cmocka_unit_test(long_names_take_two_lines_and_end_with_an_ellipsis),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
