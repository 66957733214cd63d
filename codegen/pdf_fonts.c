// SPDX-License-Identifier: Apache-2.0
#include "codegen/pdf_fonts.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char changing[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

/* ISO 32000-1, 9.6.4: six letters before the name of a subset; of the same characters the same. */
static void make_tag(struct assay_pdf_font *font)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (unsigned i = 0; i < font->subset.count; i++) {
        hash = (hash ^ font->subset.glyph[i].character) * 0x100000001b3u;
    }
    for (int i = 0; i < 6; i++, hash /= 26) {
        font->tag[i] = (char)('A' + hash % 26);
    }
}

static enum assay_error compress_file(struct assay_pdf_font *font)
{
    struct assay_buffer packed = {0}, *file = &font->subset.file;
    font->plain_bytes = file->len_bytes;
    uLongf len = compressBound(file->len_bytes);
    if (assay_buffer_reserve(&packed, len) != ASSAY_OK ||
        compress2(packed.data, &len, file->data, file->len_bytes, 9) != Z_OK) {
        assay_buffer_deinit(&packed);
        return ASSAY_E_MEMORY;
    }
    packed.len_bytes = len;
    assay_buffer_deinit(file);
    *file = packed;
    return ASSAY_OK;
}

static enum assay_error prepare_font(struct assay_pdf_font *made, const struct assay_font *font,
                                     struct assay_reason *reason)
{
    enum assay_error error = assay_subset_make(&made->subset, font, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_font_facts(font, &made->facts);
    make_tag(made);
    for (unsigned i = 0; i < made->subset.count; i++) {
        made->advance[i] = assay_font_advance(font, made->subset.glyph[i].character);
    }
    return compress_file(made) == ASSAY_OK ? ASSAY_OK : assay_fail(reason, ASSAY_E_MEMORY, NULL);
}

void assay_pdf_fonts_release(void *shared)
{
    struct assay_pdf_fonts *fonts = shared;
    if (fonts != NULL) {
        assay_subset_deinit(&fonts->c.subset);
        assay_subset_deinit(&fonts->t.subset);
        free(fonts);
    }
}

enum assay_error assay_pdf_fonts_prepare(const struct assay_sheet *sheet, void **shared,
                                         struct assay_reason *reason)
{
    struct assay_pdf_fonts *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    assay_subset_add(&made->c.subset, changing);
    assay_subset_add(&made->t.subset, " ");
    for (unsigned i = 0; i < sheet->placement->lines; i++) {
        if (sheet->placement->line[i].kind == ASSAY_LINE_FIXED) {
            assay_subset_add(&made->t.subset, sheet->placement->line[i].text);
        }
    }
    enum assay_error error = prepare_font(&made->c, sheet->fonts->mono, reason);
    if (error == ASSAY_OK) {
        error = prepare_font(&made->t, sheet->fonts->sans, reason);
    }
    if (error != ASSAY_OK) {
        assay_pdf_fonts_release(made);
        return error;
    }
    *shared = made;
    return ASSAY_OK;
}

static enum assay_error put_c(const struct assay_pdf_font *font, struct assay_buffer *out)
{
    enum assay_error error = assay_buffer_print(
        out,
        "<</Type/Font/Subtype/TrueType/BaseFont/%s+%s/Encoding/WinAnsiEncoding/FontDescriptor "
        "%d 0 R/FirstChar 45/LastChar 90/Widths[",
        font->tag, font->facts.name, ASSAY_PDF_FONT_C_FACTS);
    for (uint32_t i = 0, character = '-'; character <= 'Z' && error == ASSAY_OK; character++) {
        bool noted = i < font->subset.count && font->subset.glyph[i].character == character;
        error = assay_buffer_print(out, "%d ", noted ? font->advance[i] : 0);
        i += noted;
    }
    return error == ASSAY_OK ? assay_buffer_print(out, "]>>\n") : error;
}

static enum assay_error put_t(const struct assay_pdf_font *font, struct assay_buffer *out)
{
    return assay_buffer_print(
        out,
        "<</Type/Font/Subtype/Type0/BaseFont/%s+%s/Encoding/Identity-H/DescendantFonts[%d 0 R]"
        "/ToUnicode %d 0 R>>\n",
        font->tag, font->facts.name, ASSAY_PDF_FONT_T_CID, ASSAY_PDF_FONT_T_UNICODE);
}

static enum assay_error put_cid(const struct assay_pdf_font *font, struct assay_buffer *out)
{
    enum assay_error error = assay_buffer_print(
        out,
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s+%s/CIDSystemInfo<</Registry(Adobe)"
        "/Ordering(Identity)/Supplement 0>>/CIDToGIDMap/Identity/DW 1000/FontDescriptor %d 0 R/W[",
        font->tag, font->facts.name, ASSAY_PDF_FONT_T_FACTS);
    for (unsigned i = 0; i < font->subset.count && error == ASSAY_OK; i++) {
        error = assay_buffer_print(out, "%u[%d]", font->subset.glyph[i].glyph, font->advance[i]);
    }
    return error == ASSAY_OK ? assay_buffer_print(out, "]>>\n") : error;
}

/* Flags (ISO 32000-1, table 123): 1 of one width, 4 symbolic, 32 not symbolic. */
static enum assay_error put_facts(const struct assay_pdf_font *font, unsigned flags, int file,
                                  struct assay_buffer *out)
{
    const struct assay_font_facts *facts = &font->facts;
    return assay_buffer_print(
        out,
        "<</Type/FontDescriptor/FontName/%s+%s/Flags %u/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent "
        "%d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>\n",
        font->tag, facts->name, flags, facts->box[0], facts->box[1], facts->box[2], facts->box[3],
        facts->ascent, facts->descent, facts->cap_height, file);
}

static enum assay_error put_file(const struct assay_pdf_font *font, struct assay_buffer *out)
{
    const struct assay_buffer *file = &font->subset.file;
    enum assay_error error =
        assay_buffer_print(out, "<</Filter/FlateDecode/Length %zu/Length1 %zu>>stream\n",
                           file->len_bytes, font->plain_bytes);
    if (error == ASSAY_OK) {
        error = assay_buffer_put(out, file->data, file->len_bytes);
    }
    return error == ASSAY_OK ? assay_buffer_print(out, "\nendstream\n") : error;
}

static enum assay_error put_pair(const struct assay_subset_glyph *glyph, struct assay_buffer *out)
{
    uint32_t character = glyph->character;
    if (character < 0x10000) {
        return assay_buffer_print(out, "<%04X><%04X>\n", glyph->glyph, character);
    }
    character -= 0x10000;
    return assay_buffer_print(out, "<%04X><%04X%04X>\n", glyph->glyph, 0xd800 + (character >> 10),
                              0xdc00 + (character & 0x3ff));
}

/* ISO 32000-1, 9.10.3; at most 100 pairs a block. */
static enum assay_error put_unicode(const struct assay_subset *subset, struct assay_buffer *out)
{
    struct assay_buffer body = {0};
    enum assay_error error = assay_buffer_print(
        &body,
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo "
        "<</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n"
        "/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n");
    for (unsigned i = 0; i < subset->count && error == ASSAY_OK; i++) {
        unsigned rest = subset->count - i;
        if (i % 100 == 0) {
            error = assay_buffer_print(&body, "%u beginbfchar\n", rest < 100 ? rest : 100);
        }
        error = error == ASSAY_OK ? put_pair(&subset->glyph[i], &body) : error;
        if (error == ASSAY_OK && (i % 100 == 99 || rest == 1)) {
            error = assay_buffer_print(&body, "endbfchar\n");
        }
    }
    if (error == ASSAY_OK) {
        error = assay_buffer_print(&body, "endcmap\nCMapName currentdict /CMap defineresource pop\n"
                                          "end\nend");
    }
    if (error == ASSAY_OK) {
        error = assay_buffer_print(out, "<</Length %zu>>stream\n%.*s\nendstream\n", body.len_bytes,
                                   (int)body.len_bytes, (const char *)body.data);
    }
    assay_buffer_deinit(&body);
    return error;
}

enum assay_error assay_pdf_fonts_put(const struct assay_pdf_fonts *fonts,
                                     enum assay_pdf_font_object object, struct assay_buffer *out)
{
    switch (object) {
    case ASSAY_PDF_FONT_C:
        return put_c(&fonts->c, out);
    case ASSAY_PDF_FONT_T:
        return put_t(&fonts->t, out);
    case ASSAY_PDF_FONT_C_FACTS:
        return put_facts(&fonts->c, 1 | 32, ASSAY_PDF_FONT_C_FILE, out);
    case ASSAY_PDF_FONT_C_FILE:
        return put_file(&fonts->c, out);
    case ASSAY_PDF_FONT_T_CID:
        return put_cid(&fonts->t, out);
    case ASSAY_PDF_FONT_T_FACTS:
        return put_facts(&fonts->t, 4, ASSAY_PDF_FONT_T_FILE, out);
    case ASSAY_PDF_FONT_T_FILE:
        return put_file(&fonts->t, out);
    case ASSAY_PDF_FONT_T_UNICODE:
        return put_unicode(&fonts->t.subset, out);
    }
    assay_assert(false);
}

enum assay_error assay_pdf_fonts_text(const struct assay_pdf_fonts *fonts, const char *text,
                                      struct assay_buffer *out)
{
    enum assay_error error = assay_buffer_put(out, "<", 1);
    while (error == ASSAY_OK) {
        uint32_t character = assay_character_next(&text);
        if (character == 0) {
            break;
        }
        error = assay_buffer_print(out, "%04X", assay_subset_glyph_of(&fonts->t.subset, character));
    }
    return error == ASSAY_OK ? assay_buffer_print(out, ">Tj") : error;
}
