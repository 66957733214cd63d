// SPDX-License-Identifier: Apache-2.0
#include "codegen/font_subset.h"

#include <hb-subset.h>
#include <hb.h>
#include <string.h>

/* Where a character stands or would stand. */
static unsigned position_of(const struct assay_subset *subset, uint32_t character)
{
    unsigned low = 0, high = subset->count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (subset->glyph[middle].character < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void assay_subset_add(struct assay_subset *subset, const char *text)
{
    for (;;) {
        uint32_t character = assay_character_next(&text);
        if (character == 0) {
            return;
        }
        unsigned at = position_of(subset, character);
        if (at < subset->count && subset->glyph[at].character == character) {
            continue;
        }
        assay_assert(subset->count < ASSAY_SUBSET_MAX);
        memmove(&subset->glyph[at + 1], &subset->glyph[at],
                (subset->count - at) * sizeof subset->glyph[0]);
        subset->glyph[at] = (struct assay_subset_glyph){.character = character};
        subset->count++;
    }
}

uint16_t assay_subset_glyph_of(const struct assay_subset *subset, uint32_t character)
{
    unsigned at = position_of(subset, character);
    return at < subset->count && subset->glyph[at].character == character ? subset->glyph[at].glyph
                                                                          : 0;
}

void assay_subset_deinit(struct assay_subset *subset)
{
    assay_buffer_deinit(&subset->file);
}

static enum assay_error take(struct assay_subset *subset, hb_face_t *cut)
{
    hb_font_t *font = hb_font_create(cut);
    for (unsigned i = 0; i < subset->count; i++) {
        hb_codepoint_t glyph = 0;
        hb_font_get_nominal_glyph(font, subset->glyph[i].character, &glyph);
        subset->glyph[i].glyph = (uint16_t)glyph;
    }
    hb_font_destroy(font);
    hb_blob_t *blob = hb_face_reference_blob(cut);
    unsigned len = 0;
    const char *bytes = hb_blob_get_data(blob, &len);
    enum assay_error error =
        len == 0 ? ASSAY_E_MEMORY : assay_buffer_put(&subset->file, bytes, len);
    hb_blob_destroy(blob);
    return error;
}

static hb_face_t *cut_out(const struct assay_subset *subset, hb_face_t *face)
{
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (input == NULL) {
        return NULL;
    }
    hb_set_t *characters = hb_subset_input_unicode_set(input);
    for (unsigned i = 0; i < subset->count; i++) {
        hb_set_add(characters, subset->glyph[i].character);
    }
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
    hb_face_t *cut = hb_subset_or_fail(face, input);
    hb_subset_input_destroy(input);
    return cut;
}

enum assay_error assay_subset_make(struct assay_subset *subset, const struct assay_font *font,
                                   struct assay_reason *reason)
{
    unsigned number;
    const char *path = assay_font_path(font, &number);
    hb_blob_t *blob = hb_blob_create_from_file_or_fail(path);
    if (blob == NULL) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "cannot read the font %.200s", path);
    }
    hb_face_t *face = hb_face_create(blob, number);
    hb_face_t *cut = cut_out(subset, face);
    enum assay_error error = cut == NULL ? ASSAY_E_REFUSED : take(subset, cut);
    if (error != ASSAY_OK) {
        assay_fail(reason, error, "no part of the font %.200s can be cut out", path);
    }
    hb_face_destroy(cut != NULL ? cut : hb_face_get_empty());
    hb_face_destroy(face);
    hb_blob_destroy(blob);
    return error;
}
