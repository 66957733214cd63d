// SPDX-License-Identifier: Apache-2.0
#include "codegen/design_text.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Font sizes of a label of common size, in micrometres; scaled together. */
enum {
    EM_MIN = 1411, /* 4 pt */
    EM_BRAND = 2300,
    EM_NAME_ZH = 2650,
    EM_NAME_EN = 2150,
    EM_CODE = 2540,
    EM_CODE_MIN = 1764, /* 5 pt: the code may have to be typed */
    EM_PIN = 3100,
    EM_CAPTION = 1900,
    EM_FACT = 2000,
    GAP = 1300,
    PAD = 900,
    FRAME_STROKE = 150,
    COLUMN_WIDTH = 38000, /* where texts have these sizes */
    SPREAD_MAX = 1800,    /* added to a gap */
};

#define GAPS_MAX 8u

/* How texts are set; tried in this order until they fit. */
struct setting {
    unsigned scale_from, scale_to; /* percent */
    unsigned gaps;                 /* percent */
    bool joined;                   /* several facts on one line */
    bool one_name;                 /* brand and product on one line */
};

static const struct setting settings[] = {
    {250, 80, 100, false, false},
    {100, 80, 100, true, false},
    {85, 70, 60, true, false},
    {80, 66, 35, true, true},
};

/* One try. y grows from 0 at the top of the block. */
struct flow {
    const struct assay_design *design;
    const struct assay_column *column;
    const struct setting *setting;
    struct assay_reason *reason;
    struct assay_placement *out;
    unsigned scale;
    int32_t y;                 /* top of the next line */
    int32_t bottom;            /* of the last one */
    unsigned gap_at[GAPS_MAX]; /* lines before each gap */
    unsigned gaps;
    unsigned framed_from, framed_to; /* lines inside the frame */
    bool fits;
};

static int32_t dots(const struct flow *flow, int64_t um)
{
    return assay_dots_near(um, flow->design->dpi);
}

static int32_t font_size(const struct flow *flow, int64_t um)
{
    int64_t scaled = um * flow->scale / 100;
    return dots(flow, scaled > EM_MIN ? scaled : EM_MIN);
}

/* The face of one width, in the unit of em. */
static int32_t mono_width(unsigned characters, int32_t em)
{
    return (int32_t)(((int64_t)characters * em * 6002 + 9999) / 10000);
}

static void refuse_width(struct flow *flow, const char *what, int32_t width)
{
    uint32_t dpi = flow->design->dpi;
    assay_fail(flow->reason, ASSAY_E_REFUSED,
               "layout %s: %.60s needs %.1f mm at its smallest and has %.1f mm",
               flow->design->layout->name, what, (double)assay_um_of(width, dpi) / 1000.0,
               (double)assay_um_of(flow->column->width, dpi) / 1000.0);
    flow->fits = false;
}

static struct assay_line *add_line(struct flow *flow, enum assay_line_kind kind, int32_t em)
{
    struct assay_placement *out = flow->out;
    assay_assert(out->lines < ASSAY_LINES_MAX);
    struct assay_line *line = &out->line[out->lines++];
    *line = (struct assay_line){.kind = kind, .x = flow->column->x, .em = em};
    line->y = flow->y + em * 85 / 100;
    flow->bottom = line->y + em * 15 / 100;
    flow->y += em * 126 / 100;
    return line;
}

static void add_text(struct flow *flow, const char *text, size_t len, int32_t em)
{
    assay_assert(len <= ASSAY_LINE_TEXT_MAX);
    struct assay_line *line = add_line(flow, ASSAY_LINE_FIXED, em);
    memcpy(line->text, text, len);
    line->text[len] = '\0';
    line->width = assay_font_width(flow->design->fonts->sans, text, len, em);
}

static void add_gap(struct flow *flow)
{
    if (flow->out->lines > 0 && flow->gaps < GAPS_MAX) {
        flow->gap_at[flow->gaps++] = flow->out->lines;
        flow->y += dots(flow, (int64_t)GAP * flow->scale * flow->setting->gaps / 10000);
    }
}

static bool is_ideograph(uint32_t character)
{
    return character >= 0x2e80;
}

/* Bytes of a text that fit a width, up to the last place where a line may break; more than 0. */
static size_t break_at(const struct flow *flow, const char *text, int32_t em)
{
    size_t good = 0, any = 0;
    uint32_t before = 0;
    for (const char *at = text;;) {
        size_t len = (size_t)(at - text);
        uint32_t character = assay_character_next(&at);
        if (character == 0 ||
            assay_font_width(flow->design->fonts->sans, text, len, em) > flow->column->width) {
            break;
        }
        any = len;
        good = before == ' ' || is_ideograph(before) || is_ideograph(character) ? len : good;
        before = character;
    }
    return good > 0 ? good : any;
}

static size_t without_spaces(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == ' ') {
        len--;
    }
    return len;
}

/* The second line of a name; with an ellipsis if it must. */
static void add_rest(struct flow *flow, const char *text, int32_t em)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    char line[ASSAY_LINE_TEXT_MAX + 1];
    size_t len = strlen(text);
    snprintf(line, sizeof line, "%s", text);
    const struct assay_font *font = flow->design->fonts->sans;
    while (len > 0 && assay_font_width(font, line, strlen(line), em) > flow->column->width) {
        do {
            len--;
        } while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80);
        len = without_spaces(text, len);
        snprintf(line, sizeof line, "%.*s%s", (int)len, text, ellipsis);
    }
    add_text(flow, line, strlen(line), em);
}

/* A name: whole, a little smaller, or on two lines. */
static void add_name(struct flow *flow, const char *text, int32_t size_um)
{
    int32_t em = font_size(flow, size_um), least = font_size(flow, size_um * 80ll / 100);
    const struct assay_font *font = flow->design->fonts->sans;
    size_t len = strlen(text);
    while (em > least && assay_font_width(font, text, len, em) > flow->column->width) {
        em--;
    }
    if (len == 0) {
        return;
    }
    if (assay_font_width(font, text, len, em) <= flow->column->width) {
        add_text(flow, text, len, em);
        return;
    }
    size_t first = break_at(flow, text, em);
    if (first == 0) {
        refuse_width(flow, "a character of the name", em);
        return;
    }
    add_text(flow, text, without_spaces(text, first), em);
    add_rest(flow, text + first, em);
}

static void add_names(struct flow *flow)
{
    const struct assay_facts *facts = flow->design->facts;
    const char *zh = facts->name_zh, *en = facts->name_en;
    if (flow->setting->one_name) {
        char both[ASSAY_LINE_TEXT_MAX + 1];
        size_t room = sizeof both - 2 - strlen(facts->brand), len = strlen(zh);
        len = assay_text_cut(zh, len < room ? len : room);
        snprintf(both, sizeof both, "%s%s%.*s", facts->brand,
                 facts->brand[0] != '\0' && len > 0 ? " " : "", (int)len, zh);
        add_name(flow, both, EM_BRAND);
    } else {
        add_name(flow, facts->brand, EM_BRAND);
        add_name(flow, zh, EM_NAME_ZH);
    }
    add_name(flow, en, EM_NAME_EN);
}

/* Ways to set what the QR code says too: lines, and which characters are on each. */
struct way {
    unsigned lines;
    uint8_t part[3][2]; /* from, len */
};

/* On as few lines as leave it legible; groups stay whole. */
static void add_ways(struct flow *flow, enum assay_line_kind kind, const struct way *ways,
                     size_t count)
{
    int32_t least = dots(flow, EM_CODE_MIN);
    int32_t most = font_size(flow, EM_CODE);
    for (size_t i = 0; i < count; i++) {
        int32_t em = (int32_t)((int64_t)flow->column->width * 10000 / (6002 * ways[i].part[0][1]));
        em = em < most ? em : most;
        em = em > least ? em : least;
        if (mono_width(ways[i].part[0][1], em) > flow->column->width) {
            continue;
        }
        for (unsigned part = 0; part < ways[i].lines; part++) {
            struct assay_line *line = add_line(flow, kind, em);
            line->from = ways[i].part[part][0];
            line->len = ways[i].part[part][1];
            line->width = mono_width(line->len, em);
        }
        return;
    }
    refuse_width(flow, "the code", mono_width(ways[count - 1].part[0][1], least));
}

static void add_code(struct flow *flow)
{
    static const struct way codes[] = {
        {1, {{0, 24}}}, {2, {{0, 14}, {15, 9}}}, {3, {{0, 9}, {10, 9}, {20, 4}}}};
    static const struct way numbers[] = {{1, {{0, 18}}}, {2, {{0, 9}, {9, 9}}}};
    static const char title[] = "SSCC (00)";
    if (!flow->design->facts->is_carton) {
        add_ways(flow, ASSAY_LINE_CODE, codes, ASSAY_COUNT_OF(codes));
        return;
    }
    add_text(flow, title, sizeof title - 1, font_size(flow, EM_CAPTION));
    add_ways(flow, ASSAY_LINE_SSCC, numbers, ASSAY_COUNT_OF(numbers));
}

/* The covered area: a frame that holds the PIN, or the room for it and the label's position. */
static void add_pin(struct flow *flow)
{
    const struct assay_facts *facts = flow->design->facts;
    struct assay_frame *frame = &flow->out->frame;
    int32_t pad = dots(flow, (int64_t)PAD * flow->scale / 100), small = font_size(flow, EM_CAPTION);
    int32_t caption = facts->pin_apart
                          ? mono_width(ASSAY_POSITION_LEN, small * 8 / 10)
                          : assay_font_width(flow->design->fonts->sans, "PIN", 3, small);
    int32_t em = font_size(flow, EM_PIN), least = dots(flow, EM_CODE_MIN);
    while (em > least && caption + mono_width(ASSAY_PIN_LEN, em) + 3 * pad > flow->column->width) {
        em--;
    }
    *frame = (struct assay_frame){.x = flow->column->x,
                                  .y = flow->y,
                                  .width = caption + mono_width(ASSAY_PIN_LEN, em) + 3 * pad,
                                  .height = em * 15 / 10,
                                  .stroke = dots(flow, FRAME_STROKE)};
    frame->stroke = frame->stroke > 0 ? frame->stroke : 1;
    if (frame->width > flow->column->width) {
        refuse_width(flow, "the PIN", frame->width);
        return;
    }
    flow->framed_from = flow->out->lines;
    int32_t baseline = frame->y + (frame->height + em * 72 / 100) / 2;
    struct assay_line *line =
        add_line(flow, facts->pin_apart ? ASSAY_LINE_POSITION : ASSAY_LINE_FIXED,
                 facts->pin_apart ? small * 8 / 10 : small);
    line->x += pad;
    line->y = baseline;
    line->width = caption;
    memcpy(line->text, "PIN", 4);
    if (facts->has_pin) {
        struct assay_line *pin = add_line(flow, ASSAY_LINE_PIN, em);
        pin->x += 2 * pad + caption;
        pin->y = baseline;
        pin->width = mono_width(ASSAY_PIN_LEN, em);
    }
    flow->framed_to = flow->out->lines;
    flow->bottom = frame->y + frame->height;
    flow->y = flow->bottom + em * 26 / 100;
}

static void add_facts(struct flow *flow)
{
    struct assay_fact_line facts[ASSAY_FACT_LINES_MAX];
    unsigned count = assay_fact_lines(flow->design->facts, facts);
    int32_t em = font_size(flow, EM_FACT);
    const struct assay_font *font = flow->design->fonts->sans;
    char line[ASSAY_LINE_TEXT_MAX + 1] = "";
    for (unsigned i = 0; i < count; i++) {
        char longer[ASSAY_LINE_TEXT_MAX + 1];
        snprintf(longer, sizeof longer, "%.200s%s%.27s", line, line[0] != '\0' ? "   " : "",
                 facts[i].text);
        bool fits = assay_font_width(font, longer, strlen(longer), em) <= flow->column->width;
        if (line[0] != '\0' && !(flow->setting->joined && fits)) {
            add_text(flow, line, strlen(line), em);
            memcpy(longer, facts[i].text, sizeof facts[i].text);
        }
        memcpy(line, longer, sizeof line);
        int32_t width = assay_font_width(font, line, strlen(line), em);
        if (width > flow->column->width) {
            refuse_width(flow, line, width);
        }
    }
    if (line[0] != '\0') {
        add_text(flow, line, strlen(line), em);
    }
}

static void add_free_lines(struct flow *flow)
{
    const struct assay_facts *facts = flow->design->facts;
    const struct assay_font *font = flow->design->fonts->sans;
    for (unsigned i = 0; i < facts->free_lines; i++) {
        const char *text = facts->free_line[i];
        int32_t em = font_size(flow, EM_FACT), least = dots(flow, EM_MIN);
        while (em > least && assay_font_width(font, text, strlen(text), em) > flow->column->width) {
            em--;
        }
        int32_t width = assay_font_width(font, text, strlen(text), em);
        if (width > flow->column->width) {
            refuse_width(flow, text, width);
        }
        add_text(flow, text, strlen(text), em);
    }
}

static void add_all(struct flow *flow)
{
    const struct assay_facts *facts = flow->design->facts;
    add_names(flow);
    add_gap(flow);
    add_code(flow);
    if (facts->has_pin || facts->pin_apart) {
        add_gap(flow);
        add_pin(flow);
    }
    struct assay_fact_line unused[ASSAY_FACT_LINES_MAX];
    if (assay_fact_lines(facts, unused) > 0) {
        add_gap(flow);
        add_facts(flow);
    }
    if (facts->free_lines > 0) {
        add_gap(flow);
        add_free_lines(flow);
    }
}

/* Move what was set to where it stands: gaps widened, the block in the middle of the column. */
static void settle(struct flow *flow)
{
    const struct assay_column *column = flow->column;
    struct assay_placement *out = flow->out;
    int32_t extra = 0;
    if (flow->gaps > 0 && flow->bottom < column->spread &&
        flow->bottom * 100 >= column->spread * 60) {
        extra = (column->spread - flow->bottom) / (int32_t)flow->gaps;
        int32_t most = dots(flow, SPREAD_MAX);
        extra = extra < most ? extra : most;
    }
    int32_t height = flow->bottom + extra * (int32_t)flow->gaps;
    int32_t top = column->y + (column->height - height) / 2;
    int32_t frame_x = column->centered ? (column->width - out->frame.width) / 2 : 0;
    unsigned gap = 0;
    for (unsigned i = 0; i < out->lines; i++) {
        struct assay_line *line = &out->line[i];
        for (; gap < flow->gaps && flow->gap_at[gap] == i; gap++) {
            top += extra;
        }
        bool framed = i >= flow->framed_from && i < flow->framed_to;
        line->x += framed ? frame_x : column->centered ? (column->width - line->width) / 2 : 0;
        line->y += top;
        if (framed && i == flow->framed_from) {
            out->frame.x += frame_x;
            out->frame.y += top;
        }
    }
}

static bool try_setting(struct flow *flow, const struct assay_placement *empty)
{
    *flow->out = *empty;
    flow->y = flow->bottom = 0;
    flow->gaps = 0;
    flow->framed_from = flow->framed_to = 0;
    flow->fits = true;
    add_all(flow);
    if (flow->fits && flow->bottom > flow->column->height) {
        uint32_t dpi = flow->design->dpi;
        assay_fail(flow->reason, ASSAY_E_REFUSED,
                   "layout %s: the texts need a height of %.1f mm at their smallest and have "
                   "%.1f mm",
                   flow->design->layout->name, (double)assay_um_of(flow->bottom, dpi) / 1000.0,
                   (double)assay_um_of(flow->column->height, dpi) / 1000.0);
        flow->fits = false;
    }
    return flow->fits;
}

enum assay_error assay_column_set(const struct assay_design *design,
                                  const struct assay_column *column,
                                  struct assay_placement *placement, struct assay_reason *reason)
{
    const struct assay_placement empty = *placement;
    struct flow flow = {.design = design, .column = column, .out = placement, .reason = reason};
    int64_t natural = assay_um_of(column->width, design->dpi) * 100 / COLUMN_WIDTH;
    for (size_t i = 0; i < ASSAY_COUNT_OF(settings); i++) {
        flow.setting = &settings[i];
        unsigned least = settings[i].scale_to;
        flow.scale = natural < settings[i].scale_from ? (unsigned)(natural > 0 ? natural : 0)
                                                      : settings[i].scale_from;
        for (flow.scale = flow.scale > least ? flow.scale : least; flow.scale >= least;
             flow.scale -= 2) {
            if (try_setting(&flow, &empty)) {
                settle(&flow);
                return ASSAY_OK;
            }
        }
    }
    *placement = empty;
    return ASSAY_E_REFUSED;
}
