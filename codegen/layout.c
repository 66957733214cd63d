// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout.h"

#include <string.h>

#include "codegen/qr.h"

/* A4 has 210 mm x 297 mm (ISO 216); 21 labels of 70 mm x 42.4 mm leave 0.2 mm. */
static const struct assay_layout layouts[] = {
    {.name = "a4-21",
     .about = "A4 sheet, 3 x 7 labels of 70 x 42.4 mm",
     .page_width_um = 210000,
     .page_height_um = 297000,
     .columns = 3,
     .rows = 7,
     .top_um = 100,
     .label_width_um = 70000,
     .label_height_um = 42400},
    {.name = "single",
     .about = "one label of 70 x 42.4 mm a page",
     .page_width_um = 70000,
     .page_height_um = 42400,
     .columns = 1,
     .rows = 1,
     .label_width_um = 70000,
     .label_height_um = 42400},
};

/* The one design there is: QR at the left, texts in a column at its right. In micrometres. */
enum {
    DESIGN_MARGIN = 2000,
    DESIGN_QR_BOX = 28300, /* the largest square, quiet zone included */
    DESIGN_TEXT_GAP = 800,
    DESIGN_CODE_EM = 2540,  /* 7.2 pt */
    DESIGN_PIN_EM = 3387,   /* 9.6 pt */
    DESIGN_SMALL_EM = 2117, /* 6 pt */
    DESIGN_CODE_CHARACTERS = 24,
};

enum assay_error assay_layout_find(const char *name, const struct assay_layout **layout,
                                   struct assay_reason *reason)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(layouts); i++) {
        if (strcmp(name, layouts[i].name) == 0) {
            *layout = &layouts[i];
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_USAGE, "there is no layout '%.40s'; there are: a4-21, single",
                      name);
}

const struct assay_layout *assay_layout_nth(size_t n)
{
    return n < ASSAY_COUNT_OF(layouts) ? &layouts[n] : NULL;
}

static int32_t dots_near(int64_t um, uint32_t dpi)
{
    return (int32_t)((um * dpi + 12700) / 25400);
}

static int32_t dots_within(int64_t um, uint32_t dpi)
{
    return (int32_t)(um * dpi / 25400);
}

static int64_t um_of(int64_t dots, uint32_t dpi)
{
    return dots * 25400 / dpi;
}

/* Vertical positions in 1/100 of the label's height, so that small labels keep the order. */
static void place_texts(const struct assay_layout *layout, struct assay_placement *placement)
{
    uint32_t dpi = placement->dpi;
    int32_t x = dots_near(DESIGN_MARGIN + DESIGN_QR_BOX + DESIGN_TEXT_GAP, dpi);
    int32_t width = dots_within(layout->label_width_um, dpi) - x;
    int32_t small = dots_near(DESIGN_SMALL_EM, dpi);
    int64_t height = layout->label_height_um;
    placement->product =
        (struct assay_text_place){x, dots_near(height * 24 / 100, dpi), small, width};
    placement->code = (struct assay_text_place){x, dots_near(height * 40 / 100, dpi),
                                                dots_near(DESIGN_CODE_EM, dpi), width};
    placement->pin = (struct assay_text_place){x, dots_near(height * 55 / 100, dpi),
                                               dots_near(DESIGN_PIN_EM, dpi), width};
    placement->fact = (struct assay_text_place){x, dots_near(height * 67 / 100, dpi), small, width};
    placement->fact_step = small * 13 / 10;
}

static enum assay_error check_fit(const struct assay_layout *layout,
                                  const struct assay_placement *placement,
                                  struct assay_reason *reason)
{
    uint32_t dpi = placement->dpi;
    int64_t module_um = um_of(placement->module, dpi);
    if (module_um < ASSAY_MODULE_MIN_UM) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "layout %s: %u modules and a quiet zone of %d in %.1f mm at %u dpi give "
                          "modules of %d dots = %.3f mm, below %.2f mm; take a shorter URL, a "
                          "lower --ecc or another --dpi",
                          layout->name, placement->modules, 2 * ASSAY_QUIET_MODULES,
                          DESIGN_QR_BOX / 1000.0, dpi, placement->module,
                          (double)module_um / 1000.0, ASSAY_MODULE_MIN_UM / 1000.0);
    }
    int32_t code_width = DESIGN_CODE_CHARACTERS * placement->code.em * 6 / 10;
    if (code_width > placement->code.width) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "layout %s: the code needs %.1f mm at %u dpi and has %.1f mm; take "
                          "another --dpi",
                          layout->name, (double)um_of(code_width, dpi) / 1000.0, dpi,
                          (double)um_of(placement->code.width, dpi) / 1000.0);
    }
    return ASSAY_OK;
}

enum assay_error assay_layout_place(const struct assay_layout *layout, uint32_t dpi,
                                    uint32_t modules, struct assay_placement *placement,
                                    struct assay_reason *reason)
{
    assay_assert(dpi >= ASSAY_DPI_MIN);
    assay_assert(dpi <= ASSAY_DPI_MAX);
    assay_assert(modules > 0);
    uint32_t across = modules + 2 * ASSAY_QUIET_MODULES;
    struct assay_placement placed = {
        .dpi = dpi,
        .page_width = dots_near(layout->page_width_um, dpi),
        .page_height = dots_near(layout->page_height_um, dpi),
        .labels_per_page = layout->columns * layout->rows,
        .module = dots_within(DESIGN_QR_BOX, dpi) / (int32_t)across,
        .modules = modules,
        .layout = layout,
    };
    place_texts(layout, &placed);
    enum assay_error error = check_fit(layout, &placed, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    int32_t quiet = placed.module * ASSAY_QUIET_MODULES;
    int32_t side = placed.module * (int32_t)across;
    placed.qr_x = dots_near(DESIGN_MARGIN, dpi) + quiet;
    placed.qr_y = (dots_within(layout->label_height_um, dpi) - side) / 2 + quiet;
    *placement = placed;
    return ASSAY_OK;
}

void assay_placement_corner(const struct assay_placement *placement, uint32_t slot, int32_t *x,
                            int32_t *y)
{
    const struct assay_layout *layout = placement->layout;
    assay_assert(slot < placement->labels_per_page);
    int64_t column = slot % layout->columns;
    int64_t row = slot / layout->columns;
    *x = dots_near(layout->left_um + column * (layout->label_width_um + layout->column_gap_um),
                   placement->dpi);
    *y = dots_near(layout->top_um + row * (layout->label_height_um + layout->row_gap_um),
                   placement->dpi);
}
