// SPDX-License-Identifier: Apache-2.0
#include "codegen/font.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H
#include <stdlib.h>
#include <string.h>

struct assay_font {
    FT_Library library;
    FT_Face face;
    unsigned number;
    char path[];
};

/* OpenType, OS/2 fsType: restricted licence; bitmap embedding only. */
static bool may_embed(FT_Face face)
{
    FT_UShort bits = FT_Get_FSType_Flags(face);
    return (bits & FT_FSTYPE_RESTRICTED_LICENSE_EMBEDDING) == 0 &&
           (bits & FT_FSTYPE_BITMAP_EMBEDDING_ONLY) == 0;
}

static enum assay_error open_face(struct assay_font *font, struct assay_reason *reason)
{
    if (FT_Init_FreeType(&font->library) != 0) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    FT_Error failed = FT_New_Face(font->library, font->path, (FT_Long)font->number, &font->face);
    if (failed == FT_Err_Cannot_Open_Resource) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "cannot open the font %.200s; Debian has it in fonts-wqy-microhei, and "
                          "--font names another",
                          font->path);
    }
    if (failed != 0 || !FT_IS_SCALABLE(font->face) || !FT_IS_SFNT(font->face) ||
        FT_Select_Charmap(font->face, FT_ENCODING_UNICODE) != 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%.200s is not a TrueType font with Unicode characters", font->path);
    }
    FT_ULong len = 0;
    FT_ULong glyf = FT_MAKE_TAG('g', 'l', 'y', 'f');
    if (FT_Load_Sfnt_Table(font->face, glyf, 0, NULL, &len) != 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%.200s has PostScript outlines; labels need a font with TrueType ones",
                          font->path);
    }
    return may_embed(font->face)
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_REFUSED,
                            "the licence bits of %.200s forbid embedding it", font->path);
}

enum assay_error assay_font_open(const char *path, unsigned face, struct assay_font **font,
                                 struct assay_reason *reason)
{
    size_t len = strlen(path);
    struct assay_font *made = calloc(1, sizeof *made + len + 1);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    memcpy(made->path, path, len + 1);
    made->number = face;
    enum assay_error error = open_face(made, reason);
    if (error != ASSAY_OK) {
        assay_font_close(made);
        return error;
    }
    *font = made;
    return ASSAY_OK;
}

void assay_font_close(struct assay_font *font)
{
    if (font != NULL) {
        if (font->face != NULL) {
            FT_Done_Face(font->face);
        }
        if (font->library != NULL) {
            FT_Done_FreeType(font->library);
        }
        free(font);
    }
}

const char *assay_font_path(const struct assay_font *font, unsigned *face)
{
    *face = font->number;
    return font->path;
}

static int thousandths(const struct assay_font *font, FT_Long units)
{
    return (int)(units * 1000 / font->face->units_per_EM);
}

void assay_font_facts(const struct assay_font *font, struct assay_font_facts *facts)
{
    FT_Face face = font->face;
    const TT_OS2 *os2 = FT_Get_Sfnt_Table(face, FT_SFNT_OS2);
    *facts = (struct assay_font_facts){
        .ascent = thousandths(font, face->ascender),
        .descent = thousandths(font, face->descender),
        .cap_height = os2 != NULL && os2->version >= 2 && os2->sCapHeight > 0
                          ? thousandths(font, os2->sCapHeight)
                          : 700,
        .box = {thousandths(font, face->bbox.xMin), thousandths(font, face->bbox.yMin),
                thousandths(font, face->bbox.xMax), thousandths(font, face->bbox.yMax)},
    };
    const char *name = FT_Get_Postscript_Name(face);
    size_t len = 0;
    for (; name != NULL && *name != '\0' && len < sizeof facts->name - 1; name++) {
        if ((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
            (*name >= '0' && *name <= '9') || *name == '-') {
            facts->name[len++] = *name;
        }
    }
    if (len == 0) {
        memcpy(facts->name, "Font", 5);
    }
}

uint32_t assay_character_next(const char **at)
{
    const uint8_t *bytes = (const uint8_t *)*at;
    uint32_t value = bytes[0];
    unsigned more = value < 0x80 ? 0 : value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
    if (value == 0) {
        return 0;
    }
    value = more == 0 ? value : value & (0x3fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        assay_assert((bytes[i] & 0xc0) == 0x80);
        value = value << 6 | (bytes[i] & 0x3f);
    }
    *at += 1 + more;
    return value;
}

enum assay_error assay_font_check(const struct assay_font *font, const char *what, const char *text,
                                  struct assay_reason *reason)
{
    for (const char *at = text, *begin = at;; begin = at) {
        uint32_t character = assay_character_next(&at);
        if (character == 0) {
            return ASSAY_OK;
        }
        if (FT_Get_Char_Index(font->face, character) == 0) {
            return assay_fail(reason, ASSAY_E_REFUSED,
                              "%.60s: the font %.150s has no glyph for '%.*s' (U+%04X); --font "
                              "names another",
                              what, font->path, (int)(at - begin), begin, character);
        }
    }
}

/* In font units; what has no glyph is as wide as the font's box for it. */
static FT_Long advance_units(const struct assay_font *font, uint32_t character)
{
    FT_UInt glyph = FT_Get_Char_Index(font->face, character);
    return FT_Load_Glyph(font->face, glyph, FT_LOAD_NO_SCALE) == 0
               ? font->face->glyph->metrics.horiAdvance
               : font->face->units_per_EM;
}

int assay_font_advance(const struct assay_font *font, uint32_t character)
{
    return thousandths(font, advance_units(font, character));
}

int32_t assay_font_width(const struct assay_font *font, const char *text, size_t len, int32_t em)
{
    int64_t units = 0;
    for (const char *at = text; at < text + len;) {
        uint32_t character = assay_character_next(&at);
        if (character == 0) {
            break;
        }
        units += advance_units(font, character);
    }
    int64_t per_em = font->face->units_per_EM;
    return (int32_t)((units * em + per_em - 1) / per_em);
}

/* Rendered gray without hinting and cut at the middle: at the sizes of labels the shapes come out
 * truer than hinted ones do, CJK above all. */
static enum assay_error draw_glyph(const struct assay_font *font, uint32_t character,
                                   const struct assay_dot *at, struct assay_bitmap *bitmap)
{
    FT_UInt glyph = FT_Get_Char_Index(font->face, character);
    if (FT_Load_Glyph(font->face, glyph, FT_LOAD_NO_BITMAP | FT_LOAD_TARGET_LIGHT) != 0 ||
        FT_Render_Glyph(font->face->glyph, FT_RENDER_MODE_NORMAL) != 0) {
        return ASSAY_E_MEMORY;
    }
    const FT_GlyphSlot slot = font->face->glyph;
    for (unsigned row = 0; row < slot->bitmap.rows; row++) {
        const uint8_t *gray = slot->bitmap.buffer + (ptrdiff_t)row * slot->bitmap.pitch;
        for (unsigned column = 0; column < slot->bitmap.width; column++) {
            if (gray[column] >= 104) {
                struct assay_rectangle dot = {at->x + slot->bitmap_left + (int32_t)column,
                                              at->y - slot->bitmap_top + (int32_t)row, 1, 1};
                assay_bitmap_darken(bitmap, &dot);
            }
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_font_draw(const struct assay_font *font, const char *text, int32_t em,
                                 const struct assay_dot *at, struct assay_bitmap *bitmap)
{
    assay_assert(em > 0);
    if (FT_Set_Pixel_Sizes(font->face, 0, (FT_UInt)em) != 0) {
        return ASSAY_E_MEMORY;
    }
    int64_t units = 0, per_em = font->face->units_per_EM;
    for (;;) {
        uint32_t character = assay_character_next(&text);
        if (character == 0) {
            return ASSAY_OK;
        }
        struct assay_dot pen = {at->x + (int32_t)((units * em + per_em / 2) / per_em), at->y};
        enum assay_error error = draw_glyph(font, character, &pen, bitmap);
        if (error != ASSAY_OK) {
            return error;
        }
        units += advance_units(font, character);
    }
}

/* -- outlines -- */

struct outline {
    const struct assay_font *font;
    struct assay_buffer *out;
    bool open;
};

static int put_points(struct outline *outline, const char *verb, const FT_Vector *const *points)
{
    enum assay_error error = assay_buffer_print(outline->out, "%s", verb);
    for (; *points != NULL && error == ASSAY_OK; points++) {
        error = assay_buffer_print(outline->out, "%d %d ", thousandths(outline->font, (*points)->x),
                                   -thousandths(outline->font, (*points)->y));
    }
    return error == ASSAY_OK ? 0 : FT_Err_Out_Of_Memory;
}

static int move_to(const FT_Vector *to, void *context)
{
    struct outline *outline = context;
    const FT_Vector *const points[] = {to, NULL};
    int failed = put_points(outline, outline->open ? "zM" : "M", points);
    outline->open = true;
    return failed;
}

static int line_to(const FT_Vector *to, void *context)
{
    const FT_Vector *const points[] = {to, NULL};
    return put_points(context, "L", points);
}

static int conic_to(const FT_Vector *control, const FT_Vector *to, void *context)
{
    const FT_Vector *const points[] = {control, to, NULL};
    return put_points(context, "Q", points);
}

static int cubic_to(const FT_Vector *first, const FT_Vector *second, const FT_Vector *to,
                    void *context)
{
    const FT_Vector *const points[] = {first, second, to, NULL};
    return put_points(context, "C", points);
}

enum assay_error assay_font_outline(const struct assay_font *font, uint32_t character,
                                    struct assay_buffer *out)
{
    static const FT_Outline_Funcs verbs = {move_to, line_to, conic_to, cubic_to, 0, 0};
    struct outline outline = {.font = font, .out = out};
    FT_UInt glyph = FT_Get_Char_Index(font->face, character);
    if (FT_Load_Glyph(font->face, glyph, FT_LOAD_NO_SCALE) != 0 ||
        FT_Outline_Decompose(&font->face->glyph->outline, &verbs, &outline) != 0) {
        return ASSAY_E_MEMORY;
    }
    return outline.open ? assay_buffer_put(out, "z", 1) : ASSAY_OK;
}
