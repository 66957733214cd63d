// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/paper.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ft2build.h>
#include FT_FREETYPE_H

#include "core/clock.h"
#include "core/text.h"

/* As labels have it (codegen/font.h): Latin and Chinese in one face. */
#define FONT_FILE "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
#define WIDTH 595.28
#define HEIGHT 841.89
#define LINE_MAX_BYTES 400
#define PARAGRAPH_SIZE 9.0
#define PARAGRAPH_STEP 13.0
#define ELLIPSIS "\u2026"

struct assay_paper {
    cairo_surface_t *surface;
    cairo_t *cairo;
    FT_Library library;
    FT_Face face;
    cairo_font_face_t *font;
    char title[200];
    unsigned page;
};

static void set_ink(struct assay_paper *paper, enum assay_paper_ink ink)
{
    static const double inks[][3] = {
        [ASSAY_INK_TEXT] = {0.10, 0.11, 0.13}, [ASSAY_INK_FAINT] = {0.45, 0.48, 0.52},
        [ASSAY_INK_MARK] = {0.70, 0.16, 0.12}, [ASSAY_INK_BAND] = {0.93, 0.82, 0.80},
        [ASSAY_INK_GRID] = {0.87, 0.88, 0.90},
    };
    cairo_set_source_rgb(paper->cairo, inks[ink][0], inks[ink][1], inks[ink][2]);
}

static enum assay_error open_font(struct assay_paper *paper, struct assay_reason *reason)
{
    if (FT_Init_FreeType(&paper->library) != 0) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    if (FT_New_Face(paper->library, FONT_FILE, 0, &paper->face) != 0) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "cannot open the font %s; Debian has it in fonts-wqy-microhei",
                          FONT_FILE);
    }
    paper->font = cairo_ft_font_face_create_for_ft_face(paper->face, 0);
    return ASSAY_OK;
}

static void free_paper(struct assay_paper *paper)
{
    if (paper->cairo != NULL) {
        cairo_destroy(paper->cairo);
        cairo_surface_destroy(paper->surface);
    }
    if (paper->font != NULL) {
        cairo_font_face_destroy(paper->font);
    }
    if (paper->face != NULL) {
        FT_Done_Face(paper->face);
    }
    if (paper->library != NULL) {
        FT_Done_FreeType(paper->library);
    }
    free(paper);
}

static void describe(struct assay_paper *paper, int64_t created_at_unix_ms)
{
    char at[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(created_at_unix_ms, at);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE, paper->title);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
    cairo_pdf_surface_set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR, "assay-batch audit");
}

enum assay_error assay_paper_open(const char *path, const char *title, int64_t created_at_unix_ms,
                                  struct assay_paper **paper, struct assay_reason *reason)
{
    struct assay_paper *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    snprintf(opened->title, sizeof opened->title, "%s", title);
    enum assay_error error = open_font(opened, reason);
    if (error == ASSAY_OK) {
        opened->surface = cairo_pdf_surface_create(path, WIDTH, HEIGHT);
        opened->cairo = cairo_create(opened->surface);
        if (cairo_status(opened->cairo) != CAIRO_STATUS_SUCCESS) {
            error = assay_fail(reason, ASSAY_E_IO, "%s: %s", path,
                               cairo_status_to_string(cairo_status(opened->cairo)));
        }
    }
    if (error != ASSAY_OK) {
        free_paper(opened);
        return error;
    }
    describe(opened, created_at_unix_ms);
    cairo_set_font_face(opened->cairo, opened->font);
    opened->page = 1;
    *paper = opened;
    return ASSAY_OK;
}

static double width_of(struct assay_paper *paper, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(paper->cairo, text, &extents);
    return extents.x_advance;
}

/* Shorter by its last character. */
static void cut_one(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80) {
        len--;
    }
    text[len > 0 ? len - 1 : 0] = '\0';
}

static void fit(struct assay_paper *paper, char line[LINE_MAX_BYTES], double room)
{
    bool cut = false;
    while (room > 0 && line[0] != '\0' && width_of(paper, line) > room) {
        cut = true;
        cut_one(line);
        if (width_of(paper, line) + width_of(paper, ELLIPSIS) <= room) {
            break;
        }
    }
    if (cut && strlen(line) + sizeof ELLIPSIS <= LINE_MAX_BYTES) {
        memcpy(line + strlen(line), ELLIPSIS, sizeof ELLIPSIS);
    }
}

void assay_paper_text(struct assay_paper *paper, const struct assay_paper_spot *spot,
                      const char *text, double room)
{
    char line[LINE_MAX_BYTES];
    snprintf(line, sizeof line, "%.*s", (int)(sizeof line - 8), text);
    cairo_set_font_size(paper->cairo, spot->size);
    fit(paper, line, room);
    double x = spot->side == ASSAY_SIDE_RIGHT ? spot->x - width_of(paper, line) : spot->x;
    set_ink(paper, spot->ink);
    cairo_move_to(paper->cairo, x, spot->y);
    cairo_show_text(paper->cairo, line);
}

struct word {
    const char *text;
    size_t len;
};

/* The line with one more word; as much of it as there is room for. */
static void join_word(const char *line, struct word word, char longer[LINE_MAX_BYTES])
{
    size_t at = strlen(line);
    memcpy(longer, line, at);
    if (at > 0 && at < LINE_MAX_BYTES - 1) {
        longer[at++] = ' ';
    }
    size_t room = LINE_MAX_BYTES - 1 - at;
    size_t len = word.len < room ? word.len : room;
    memcpy(longer + at, word.text, len);
    longer[at + len] = '\0';
}

double assay_paper_paragraph(struct assay_paper *paper, double y, const char *text)
{
    char line[LINE_MAX_BYTES] = "";
    cairo_set_font_size(paper->cairo, PARAGRAPH_SIZE);
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        char longer[LINE_MAX_BYTES];
        join_word(line, (struct word){text, word}, longer);
        bool full =
            line[0] != '\0' && width_of(paper, longer) > ASSAY_PAPER_RIGHT - ASSAY_PAPER_LEFT;
        if (full) {
            const struct assay_paper_spot spot = {ASSAY_PAPER_LEFT, y, PARAGRAPH_SIZE,
                                                  ASSAY_SIDE_LEFT, ASSAY_INK_TEXT};
            assay_paper_text(paper, &spot, line, 0);
            y += PARAGRAPH_STEP;
            line[0] = '\0';
            continue;
        }
        memcpy(line, longer, sizeof line);
        text += word;
        text += *text == ' ';
    }
    const struct assay_paper_spot spot = {ASSAY_PAPER_LEFT, y, PARAGRAPH_SIZE, ASSAY_SIDE_LEFT,
                                          ASSAY_INK_TEXT};
    assay_paper_text(paper, &spot, line, 0);
    return y + PARAGRAPH_STEP;
}

void assay_paper_line(struct assay_paper *paper, const double from[2], const double to[2],
                      enum assay_paper_ink ink)
{
    set_ink(paper, ink);
    cairo_set_line_width(paper->cairo, ink == ASSAY_INK_MARK ? 1.5 : 0.6);
    cairo_move_to(paper->cairo, from[0], from[1]);
    cairo_line_to(paper->cairo, to[0], to[1]);
    cairo_stroke(paper->cairo);
}

void assay_paper_box(struct assay_paper *paper, const double corner[2], const double size[2],
                     enum assay_paper_ink ink)
{
    set_ink(paper, ink);
    cairo_rectangle(paper->cairo, corner[0], corner[1], size[0], size[1]);
    cairo_fill(paper->cairo);
}

static void put_foot(struct assay_paper *paper)
{
    char number[32];
    snprintf(number, sizeof number, "%u", paper->page);
    const struct assay_paper_spot left = {ASSAY_PAPER_LEFT, 812, 8, ASSAY_SIDE_LEFT,
                                          ASSAY_INK_FAINT};
    const struct assay_paper_spot right = {ASSAY_PAPER_RIGHT, 812, 8, ASSAY_SIDE_RIGHT,
                                           ASSAY_INK_FAINT};
    assay_paper_text(paper, &left, paper->title, 420);
    assay_paper_text(paper, &right, number, 0);
}

void assay_paper_next(struct assay_paper *paper)
{
    put_foot(paper);
    cairo_show_page(paper->cairo);
    paper->page++;
}

enum assay_error assay_paper_close(struct assay_paper *paper)
{
    put_foot(paper);
    cairo_show_page(paper->cairo);
    cairo_surface_finish(paper->surface);
    bool whole = cairo_status(paper->cairo) == CAIRO_STATUS_SUCCESS &&
                 cairo_surface_status(paper->surface) == CAIRO_STATUS_SUCCESS;
    free_paper(paper);
    return whole ? ASSAY_OK : ASSAY_E_IO;
}
