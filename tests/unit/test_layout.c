// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codegen/qr.h"

static const struct assay_layout *layout_named(const char *name)
{
    const struct assay_layout *layout = NULL;
    assert_int_equal(assay_layout_find(name, &layout, NULL), ASSAY_OK);
    return layout;
}

static void unknown_layouts_are_refused_with_their_names(void **state)
{
    (void)state;
    const struct assay_layout *layout;
    struct assay_reason reason;
    assert_int_equal(assay_layout_find("a5", &layout, &reason), ASSAY_E_USAGE);
    for (size_t i = 0; assay_layout_nth(i) != NULL; i++) {
        assert_non_null(strstr(reason.text, assay_layout_nth(i)->name));
    }
}

static void modules_too_small_for_phones_are_refused_with_the_numbers(void **state)
{
    (void)state;
    struct assay_placement placement;
    struct assay_reason reason;
    assert_int_equal(assay_layout_place(layout_named("a4-21"), 300, 85 - 8, &placement, &reason),
                     ASSAY_E_REFUSED);
    assert_non_null(strstr(reason.text, "0.254 mm"));
    assert_non_null(strstr(reason.text, "0.33 mm"));
    assert_int_equal(assay_layout_place(layout_named("a4-21"), 300, 177, &placement, &reason),
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
    assert_true(place->qr_x + side + quiet <= place->code.x);
    assert_true(place->code.x + 24 * place->code.em * 6 / 10 <= width);
    assert_true(place->fact.y + 2 * place->fact_step <= height);
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
        for (uint32_t dpi = ASSAY_DPI_MIN; dpi <= ASSAY_DPI_MAX; dpi++) {
            for (uint32_t modules = 21; modules <= 57; modules += 4) {
                struct assay_placement placement;
                const struct assay_layout *layout = assay_layout_nth(i);
                if (assay_layout_place(layout, dpi, modules, &placement, NULL) == ASSAY_OK) {
                    check_placement(layout, &placement);
                    placed++;
                }
            }
        }
    }
    assert_true(placed > 10000);
}

static void a4_at_300_dpi_has_the_known_figures(void **state)
{
    (void)state;
    struct assay_placement placement;
    assert_int_equal(assay_layout_place(layout_named("a4-21"), 300, 29, &placement, NULL),
                     ASSAY_OK);
    assert_int_equal(placement.page_width, 2480);
    assert_int_equal(placement.page_height, 3508);
    assert_int_equal(placement.labels_per_page, 21);
    assert_int_equal(placement.module, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_layouts_are_refused_with_their_names),
        cmocka_unit_test(modules_too_small_for_phones_are_refused_with_the_numbers),
        cmocka_unit_test(what_is_placed_fits_at_every_resolution),
        cmocka_unit_test(a4_at_300_dpi_has_the_known_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
