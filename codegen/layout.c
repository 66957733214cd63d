// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout.h"

#include <string.h>

/* A4 has 210 mm x 297 mm (ISO 216), Letter 8.5 in x 11 in (ANSI/ASME Y14.1); the divisions are those
 * of common label sheets. */
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
    {.name = "a4-24",
     .about = "A4 sheet, 3 x 8 labels of 70 x 37 mm",
     .page_width_um = 210000,
     .page_height_um = 297000,
     .columns = 3,
     .rows = 8,
     .top_um = 500,
     .label_width_um = 70000,
     .label_height_um = 37000},
    {.name = "a4-65",
     .about = "A4 sheet, 5 x 13 labels of 38.1 x 21.2 mm",
     .page_width_um = 210000,
     .page_height_um = 297000,
     .columns = 5,
     .rows = 13,
     .left_um = 4750,
     .top_um = 10700,
     .label_width_um = 38100,
     .label_height_um = 21200,
     .column_gap_um = 2500},
    {.name = "letter-30",
     .about = "Letter sheet, 3 x 10 labels of 2.625 x 1 in",
     .page_width_um = 215900,
     .page_height_um = 279400,
     .columns = 3,
     .rows = 10,
     .left_um = 4763,
     .top_um = 12700,
     .label_width_um = 66675,
     .label_height_um = 25400,
     .column_gap_um = 3175},
    {.name = "single",
     .about = "one label of 70 x 42.4 mm a page",
     .page_width_um = 70000,
     .page_height_um = 42400,
     .columns = 1,
     .rows = 1,
     .label_width_um = 70000,
     .label_height_um = 42400,
     .roll_gap_um = 2000,
     .roll = true},
};

const struct assay_layout *assay_layout_nth(size_t n)
{
    return n < ASSAY_COUNT_OF(layouts) ? &layouts[n] : NULL;
}

/* Millimetres with up to three decimals, at most 2,000. text: moved past them. */
static bool read_mm(const char **text, int32_t *um)
{
    const char *at = *text;
    int32_t value = 0, digits = 0;
    for (; *at >= '0' && *at <= '9' && digits < 4; at++, digits++) {
        value = value * 10 + (*at - '0');
    }
    if (digits == 0 || (*at >= '0' && *at <= '9')) {
        return false;
    }
    value *= 1000;
    if (*at == '.') {
        int32_t unit = 100;
        for (at++; *at >= '0' && *at <= '9' && unit > 0; at++, unit /= 10) {
            value += (*at - '0') * unit;
        }
        if (unit == 100 || (*at >= '0' && *at <= '9')) {
            return false;
        }
    }
    *text = at;
    *um = value;
    return true;
}

static enum assay_error make_roll(const char *name, struct assay_layout *own,
                                  struct assay_reason *reason)
{
    struct assay_layout made = {.columns = 1, .rows = 1, .roll = true};
    const char *at = name + strlen("roll:");
    bool good =
        read_mm(&at, &made.label_width_um) && *at++ == 'x' && read_mm(&at, &made.label_height_um);
    if (good && *at == '+') {
        at++;
        good = read_mm(&at, &made.roll_gap_um);
    }
    if (!good || *at != '\0' || strlen(name) > ASSAY_LAYOUT_NAME_MAX) {
        return assay_fail(
            reason, ASSAY_E_USAGE,
            "--layout roll:WIDTHxHEIGHT+GAP takes mm, as in roll:40x30+2, not '%.60s'", name);
    }
    made.page_width_um = made.label_width_um;
    made.page_height_um = made.label_height_um;
    memcpy(made.name, name, strlen(name) + 1);
    enum assay_error error = assay_layout_check(&made, reason);
    if (error == ASSAY_OK) {
        *own = made;
    }
    return error;
}

enum assay_error assay_layout_find(const char *name, struct assay_layout *own,
                                   const struct assay_layout **layout, struct assay_reason *reason)
{
    if (strncmp(name, "roll:", 5) == 0) {
        enum assay_error error = make_roll(name, own, reason);
        *layout = error == ASSAY_OK ? own : *layout;
        return error;
    }
    char names[ASSAY_COUNT_OF(layouts) * (ASSAY_LAYOUT_NAME_MAX + 2) + 1] = "";
    char *end = names;
    for (size_t i = 0; i < ASSAY_COUNT_OF(layouts); i++) {
        if (strcmp(name, layouts[i].name) == 0) {
            *layout = &layouts[i];
            return ASSAY_OK;
        }
        end = stpcpy(stpcpy(end, layouts[i].name), ", ");
    }
    return assay_fail(reason, ASSAY_E_USAGE,
                      "there is no layout '%.40s'; there are: %sroll:WIDTHxHEIGHT+GAP and "
                      "--layout-file FILE",
                      name, names);
}

/* What one direction of a page holds. */
struct direction {
    const char *page; /* names of its lengths */
    const char *label;
    int32_t page_um, first_um, label_um, gap_um;
    uint32_t count;
};

static enum assay_error check_direction(const struct direction *along, struct assay_reason *reason)
{
    if (along->label_um < ASSAY_LABEL_MIN_UM || along->page_um > ASSAY_PAGE_MAX_UM) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s of %.3f mm on a page of %.3f mm: a label has at least %d mm, a page "
                          "at most %d mm",
                          along->label, along->label_um / 1000.0, along->page_um / 1000.0,
                          ASSAY_LABEL_MIN_UM / 1000, ASSAY_PAGE_MAX_UM / 1000);
    }
    int64_t count = along->count;
    int64_t end = along->first_um + count * along->label_um + (count - 1) * along->gap_um;
    if (end > along->page_um) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%u labels with a %s of %.3f mm end at %.3f mm, beyond a %s of %.3f mm",
                          along->count, along->label, along->label_um / 1000.0,
                          (double)end / 1000.0, along->page, along->page_um / 1000.0);
    }
    return ASSAY_OK;
}

enum assay_error assay_layout_check(const struct assay_layout *layout, struct assay_reason *reason)
{
    assay_assert(layout->columns >= 1 && layout->columns <= ASSAY_LAYOUT_CELLS_MAX);
    assay_assert(layout->rows >= 1 && layout->rows <= ASSAY_LAYOUT_CELLS_MAX);
    struct direction across = {"page_width",    "label_width",          layout->page_width_um,
                               layout->left_um, layout->label_width_um, layout->column_gap_um,
                               layout->columns};
    struct direction down = {"page_height",  "label_height",          layout->page_height_um,
                             layout->top_um, layout->label_height_um, layout->row_gap_um,
                             layout->rows};
    enum assay_error error = check_direction(&across, reason);
    return error == ASSAY_OK ? check_direction(&down, reason) : error;
}

int32_t assay_dots_near(int64_t um, uint32_t dpi)
{
    return (int32_t)((um * dpi + 12700) / 25400);
}

int32_t assay_dots_within(int64_t um, uint32_t dpi)
{
    return (int32_t)(um * dpi / 25400);
}

int64_t assay_um_of(int64_t dots, uint32_t dpi)
{
    return dots * 25400 / dpi;
}

void assay_placement_corner(const struct assay_placement *placement, uint32_t slot, int32_t *x,
                            int32_t *y)
{
    const struct assay_layout *layout = placement->layout;
    assay_assert(slot < placement->labels_per_page);
    int64_t column = slot % layout->columns;
    int64_t row = slot / layout->columns;
    *x =
        assay_dots_near(layout->left_um + column * (layout->label_width_um + layout->column_gap_um),
                        placement->dpi);
    *y = assay_dots_near(layout->top_um + row * (layout->label_height_um + layout->row_gap_um),
                         placement->dpi);
}
