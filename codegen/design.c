// SPDX-License-Identifier: Apache-2.0
#include "codegen/design.h"

#include <string.h>

#include "codegen/design_text.h"

enum {
    MARGIN_MIN = 800, /* micrometres around everything; a twentieth of the height, between these */
    MARGIN_MAX = 2000,
    QR_SHARE = 42,       /* of a wide label's width, at most, in percent */
    QR_SHARE_BELOW = 58, /* of a tall label's height */
    QR_SIDE_MAX = 60000, /* more helps nobody's camera */
    TEXT_WIDTH_MIN = 12000,
};

/* One way to divide a label. */
struct division {
    bool below; /* texts below the code, else at its right */
    int32_t margin;
    int32_t width, height; /* inside the margin */
};

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t module_min(uint32_t dpi)
{
    return (int32_t)(((int64_t)ASSAY_MODULE_MIN_UM * dpi + 25399) / 25400);
}

static enum assay_error refuse_module(const struct assay_design *design, int32_t box,
                                      int32_t module, struct assay_reason *reason)
{
    return assay_fail(reason, ASSAY_E_REFUSED,
                      "layout %s: %u modules and a quiet zone of %d in %.1f mm at %u dpi give "
                      "modules of %d dots = %.3f mm, below %.2f mm; take a shorter URL, a lower "
                      "--ecc, another --dpi or a larger label",
                      design->layout->name, design->modules, 2 * ASSAY_QUIET_MODULES,
                      (double)assay_um_of(box, design->dpi) / 1000.0, design->dpi, module,
                      (double)assay_um_of(module, design->dpi) / 1000.0,
                      ASSAY_MODULE_MIN_UM / 1000.0);
}

/* Room for the texts once the code has its size. */
static struct assay_column column_of(const struct division *division, int32_t side, int32_t dark)
{
    int32_t margin = division->margin;
    if (division->below) {
        return (struct assay_column){.x = margin,
                                     .y = margin + side,
                                     .width = division->width,
                                     .height = division->height - side,
                                     .centered = true};
    }
    return (struct assay_column){.x = margin + side,
                                 .y = margin,
                                 .width = division->width - side,
                                 .height = division->height,
                                 .spread = dark};
}

static void put_code(const struct division *division, struct assay_placement *placement)
{
    int32_t across = (int32_t)placement->modules + 2 * ASSAY_QUIET_MODULES;
    int32_t quiet = placement->module * ASSAY_QUIET_MODULES;
    int32_t side = placement->module * across;
    placement->qr_x = division->margin + quiet;
    placement->qr_y = division->margin + quiet;
    if (division->below) {
        placement->qr_x += (division->width - side) / 2;
    } else {
        placement->qr_y += (division->height - side) / 2;
    }
}

/* The largest whole module at which texts fit too. */
static enum assay_error divide(const struct assay_design *design, const struct division *division,
                               struct assay_placement *placement, struct assay_reason *reason)
{
    int32_t across = (int32_t)design->modules + 2 * ASSAY_QUIET_MODULES;
    int32_t room = smaller(division->width, division->height);
    int32_t share = division->below ? division->height * QR_SHARE_BELOW / 100
                                    : placement->label_width * QR_SHARE / 100;
    int32_t least = module_min(design->dpi);
    int32_t box = smaller(room, assay_dots_within(QR_SIDE_MAX, design->dpi));
    if (box / across < least) {
        return refuse_module(design, box, box / across, reason);
    }
    int32_t module = smaller(box, share) / across;
    module = module > least ? module : least;
    enum assay_error error = ASSAY_E_REFUSED;
    for (; module >= least && error != ASSAY_OK; module--) {
        int32_t side = module * across;
        struct assay_column column = column_of(division, side, module * (int32_t)design->modules);
        if (column.width < assay_dots_near(TEXT_WIDTH_MIN, design->dpi)) {
            error = assay_fail(
                reason, ASSAY_E_REFUSED,
                "layout %s: beside %.1f mm of QR code (modules of %.3f mm) the texts "
                "have %.1f mm, less than %d mm",
                design->layout->name, (double)assay_um_of(side, design->dpi) / 1000.0,
                (double)assay_um_of(module, design->dpi) / 1000.0,
                (double)assay_um_of(column.width, design->dpi) / 1000.0, TEXT_WIDTH_MIN / 1000);
            continue;
        }
        placement->module = module;
        error = assay_column_set(design, &column, placement, reason);
    }
    if (error == ASSAY_OK) {
        put_code(division, placement);
    }
    return error;
}

static enum assay_error check_glyphs(const struct assay_design *design, struct assay_reason *reason)
{
    const struct assay_facts *facts = design->facts;
    const struct {
        const char *what, *text;
    } texts[] = {
        {"the brand's name", facts->brand},
        {"the product's Chinese name", facts->name_zh},
        {"the product's English name", facts->name_en},
        {"the lot", facts->lot},
        {"the label's own texts",
         "PIN GTIN LOT EXP SSCC (00) CARTONS COUNT 0123456789- \xe2\x80\xa6"},
    };
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts) && error == ASSAY_OK; i++) {
        error = assay_font_check(design->fonts->sans, texts[i].what, texts[i].text, reason);
    }
    for (unsigned i = 0; i < facts->free_lines && error == ASSAY_OK; i++) {
        error = assay_font_check(design->fonts->sans, "--text", facts->free_line[i], reason);
    }
    return error;
}

enum assay_error assay_design_place(const struct assay_design *design,
                                    struct assay_placement *placement, struct assay_reason *reason)
{
    const struct assay_layout *layout = design->layout;
    uint32_t dpi = design->dpi;
    assay_assert(dpi >= ASSAY_DPI_MIN);
    assay_assert(dpi <= ASSAY_DPI_MAX);
    assay_assert(design->modules > 0);
    struct assay_placement placed = {
        .dpi = dpi,
        .page_width = assay_dots_near(layout->page_width_um, dpi),
        .page_height = assay_dots_near(layout->page_height_um, dpi),
        .label_width = assay_dots_within(layout->label_width_um, dpi),
        .label_height = assay_dots_within(layout->label_height_um, dpi),
        .labels_per_page = layout->columns * layout->rows,
        .modules = design->modules,
        .layout = layout,
    };
    int32_t margin_um = layout->label_height_um / 20;
    margin_um = smaller(margin_um > MARGIN_MIN ? margin_um : MARGIN_MIN, MARGIN_MAX);
    struct division division = {.below =
                                    layout->label_height_um * 10ll > layout->label_width_um * 11ll,
                                .margin = assay_dots_near(margin_um, dpi)};
    division.width = placed.label_width - 2 * division.margin;
    division.height = placed.label_height - 2 * division.margin;
    enum assay_error error = check_glyphs(design, reason);
    if (error == ASSAY_OK) {
        struct assay_reason other;
        error = divide(design, &division, &placed, reason);
        if (error != ASSAY_OK) {
            division.below = !division.below;
            error = divide(design, &division, &placed, &other) == ASSAY_OK ? ASSAY_OK : error;
        }
    }
    if (error == ASSAY_OK) {
        *placement = placed;
    }
    return error;
}
