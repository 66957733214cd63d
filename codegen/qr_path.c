// SPDX-License-Identifier: Apache-2.0
/* Invariants
 *  1. tokens holds the page's in order; each label's begin with a LABEL, which no search
 *     ever asks for, so that no copy takes along the text between two labels.
 *  2. triples, widths and hints are only that; what they point at is compared before it is used.
 *  3. A copy from token `oldest` or a later one is never too far: oldest grows with the stream.
 */
#include "codegen/qr_path.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_BITS 12
#define TABLE_SIZE (1u << TABLE_BITS)
/* Earlier places of three tokens that are compared, latest first. */
#define CHAIN_MAX 8

/* Tokens: below WIDTH where a run begins, from WIDTH on how wide it is; these two end a row. So a
 * copy may begin in the middle of a run's text. */
#define WIDTH 0x100u
#define ROW_PAINTED 0xffffu
#define ROW_EMPTY 0xfffeu
#define LABEL 0xfffdu
#define END 0xfffcu /* after the last token, until a LABEL takes its place */
#define WIDTHS 512u /* low bits of all tokens differ */
/* What the tables have of the first token: from what is empty in them it is too far. */
#define PLACE_FIRST 0x10000u

/* The caller's unit is ASSAY_QR_ROW modules high, which is what a row's runs are; the next row
 * begins a whole module below, 1 / 0.998 units. */
#define ROW_STEP "1.002"

/* Tokens before one that may be the same: steps back to the last one with the same hash, 0 if there is
 * none within reach of 16 bits. A token has a byte or more, so a copy never reaches that far. */
struct hint {
    uint16_t triple; /* three tokens from here on */
    uint16_t width;  /* this one; of no use if it is a run's begin: that is too short to copy */
};

struct assay_qr_path {
    uint16_t *tokens;
    uint32_t *begins; /* in the stream; of the token after the last one as well */
    struct hint *hints;
    uint32_t count;
    uint32_t room;
    uint32_t oldest;              /* the first token within a copy's reach */
    uint32_t triples[TABLE_SIZE]; /* the last place of three tokens; 0: none */
    uint32_t widths[WIDTHS];      /* of one */
};

enum assay_error assay_qr_path_create(struct assay_qr_path **path)
{
    struct assay_qr_path *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    *path = made;
    return ASSAY_OK;
}

void assay_qr_path_destroy(struct assay_qr_path *path)
{
    if (path != NULL) {
        free(path->tokens);
        free(path->begins);
        free(path->hints);
        free(path);
    }
}

void assay_qr_path_reset(struct assay_qr_path *path)
{
    path->count = 0;
    path->oldest = 0;
    memset(path->triples, 0, sizeof path->triples);
    memset(path->widths, 0, sizeof path->widths);
}

static bool grow(void **array, size_t room, size_t size_bytes)
{
    void *grown = reallocarray(*array, room, size_bytes);
    *array = grown == NULL ? *array : grown;
    return grown != NULL;
}

static enum assay_error reserve(struct assay_qr_path *path, uint32_t more)
{
    if (path->room - path->count >= more) {
        return ASSAY_OK;
    }
    uint32_t room = path->room * 2 + more + 1024;
    if (!grow((void **)&path->tokens, room, sizeof *path->tokens) ||
        !grow((void **)&path->begins, room, sizeof *path->begins) ||
        !grow((void **)&path->hints, room, sizeof *path->hints)) {
        return ASSAY_E_MEMORY;
    }
    path->room = room;
    return ASSAY_OK;
}

/* Light the finder patterns, which stand in three corners, inside light borders. */
static void leave_finders(uint64_t bits[ASSAY_MATRIX_ROW_WORDS], unsigned size, unsigned row)
{
    static const uint64_t finder = (1u << ASSAY_FINDER_MODULES) - 1;
    bool top = row < ASSAY_FINDER_MODULES, bottom = row >= size - ASSAY_FINDER_MODULES;
    if (top || bottom) {
        bits[0] &= ~finder;
    }
    if (top) {
        unsigned right = size - ASSAY_FINDER_MODULES, shift = right % 64;
        bits[right / 64] &= ~(finder << shift);
        if (shift > 64 - ASSAY_FINDER_MODULES) { /* it stands in two words */
            bits[right / 64 + 1] &= ~(finder >> (64 - shift));
        }
    }
}

/* Tokens of a row: edges are in turn a run's begin and its end. Which, is computed, as in
 * assay_matrix_runs. returns their end. */
static uint16_t *tokenize_row(const struct assay_matrix *matrix, unsigned row, uint16_t *at)
{
    uint64_t bits[ASSAY_MATRIX_ROW_WORDS], before = 0;
    assay_matrix_bits(matrix, row, bits);
    leave_finders(bits, matrix->size, row);
    unsigned last = 0, inside = 0;
    const uint16_t *begin = at;
    for (unsigned word = 0; word <= matrix->size / 64; word++) {
        uint64_t edges = bits[word] ^ (bits[word] << 1 | before);
        before = bits[word] >> 63;
        for (; edges != 0; edges &= edges - 1, inside ^= WIDTH) {
            unsigned x = 64 * word + (unsigned)__builtin_ctzll(edges);
            *at++ = (uint16_t)(inside | (x - (inside != 0 ? last : 0)));
            last = x;
        }
    }
    *at = at == begin ? ROW_EMPTY : ROW_PAINTED;
    return at + 1;
}

/* Append the tokens of a matrix, and an END that no other token is the same as; there is room. */
static void tokenize(struct assay_qr_path *path, const struct assay_matrix *matrix)
{
    uint16_t *at = path->tokens + path->count;
    *at++ = LABEL;
    for (unsigned row = 0; row < matrix->size; row++) {
        at = tokenize_row(matrix, row, at);
    }
    path->count = (uint32_t)(at - path->tokens);
    *at = END;
}

static void put_text(struct assay_deflate *deflate, unsigned token)
{
    static const char down[] = "f 1 0 0 1 0 " ROW_STEP " cm\n";
    if (token >= ROW_EMPTY) {
        unsigned skip = token == ROW_EMPTY ? 2 : 0;
        assay_deflate_put(deflate, down + skip, sizeof down - 1 - skip);
        return;
    }
    static const char after[] = ".998 1 re\n";
    char text[32];
    size_t len = 0;
    if (token < WIDTH) {
        len = assay_decimal_put(token, text);
    } else {
        memcpy(text, " 0 ", 3);
        len = 3;
        if (token > (WIDTH | 1)) {
            len += assay_decimal_put((token & 255) - 1, text + len);
        }
        memcpy(text + len, after, sizeof after - 1);
        len += sizeof after - 1;
    }
    assay_deflate_put(deflate, text, len);
}

static uint32_t triple_hash(const uint16_t *tokens)
{
    uint32_t key = ((uint32_t)tokens[0] << 16 | tokens[1]) * 31 + tokens[2];
    return key * 0x9e3779b1u >> (32 - TABLE_BITS);
}

/* Steps back to the last place, which this one becomes. */
static uint16_t hint_from(uint32_t *last, uint32_t place)
{
    uint32_t step = place - *last;
    *last = place;
    return step <= UINT16_MAX ? (uint16_t)step : 0;
}

/* The hints of a matrix's tokens, all before the first is written: a token's own hint leads to those
 * before it, so what comes after it is no matter. Those of the last two do not look beyond the end. */
static void link_tokens(struct assay_qr_path *path, uint32_t first)
{
    const uint16_t *tokens = path->tokens;
    for (uint32_t at = first; at < path->count; at++) {
        uint32_t place = at + PLACE_FIRST;
        path->hints[at] = (struct hint){
            .width = hint_from(&path->widths[tokens[at] % WIDTHS], place),
            .triple = at + 2 < path->count
                          ? hint_from(&path->triples[triple_hash(tokens + at)], place)
                          : 0,
        };
    }
}

/* How many tokens from `from` on are the same as those from `at` on, up to the END; four at a time, as
 * most copies end within the first four, and where is as good as random. */
static uint32_t same(const uint16_t *from, const uint16_t *at)
{
    for (uint32_t count = 0;; count += 4) {
        uint64_t ours, theirs;
        memcpy(&ours, at + count, sizeof ours);
        memcpy(&theirs, from + count, sizeof theirs);
        if (ours != theirs) {
            return count + (uint32_t)__builtin_ctzll(le64toh(ours ^ theirs)) / 16;
        }
    }
}

static bool is_near(const struct assay_qr_path *path, uint32_t at, uint32_t step)
{
    return step != 0 && at - step >= path->oldest;
}

/* The longest copy that the hints know of for the token at `at`, none of it copied from itself.
 * returns its tokens, or 0. */
static uint32_t find(const struct assay_qr_path *path, uint32_t at, uint32_t *from)
{
    const uint16_t *tokens = path->tokens;
    uint32_t best = 0, place = at;
    for (int i = 0; i < CHAIN_MAX && is_near(path, place, path->hints[place].triple); i++) {
        place -= path->hints[place].triple;
        uint32_t count = same(tokens + place, tokens + at);
        *from = count > best ? place : *from;
        best = count > best ? count : best;
    }
    if (best == 0 && tokens[at] >= WIDTH && is_near(path, at, path->hints[at].width)) {
        *from = at - path->hints[at].width;
        best = same(tokens + *from, tokens + at);
    }
    return best < at - *from ? best : at - *from;
}

/* Write the token at `at`, or several by a copy. returns how many. */
static uint32_t put_some(struct assay_qr_path *path, uint32_t at, struct assay_deflate *deflate)
{
    uint32_t *begins = path->begins, begin = (uint32_t)deflate->raw.len_bytes, from = at;
    while (begin - begins[path->oldest] > ASSAY_DEFLATE_DISTANCE_MAX) {
        path->oldest++;
    }
    uint32_t copied = find(path, at, &from);
    if (copied == 0) {
        put_text(deflate, path->tokens[at]);
        begins[at + 1] = (uint32_t)deflate->raw.len_bytes;
        return 1;
    }
    assay_deflate_copy(deflate, begins[from], begins[from + copied] - begins[from]);
    for (uint32_t i = 1; i <= copied; i++) {
        begins[at + i] = begin + begins[from + i] - begins[from];
    }
    return copied;
}

enum assay_error assay_qr_path_put(struct assay_qr_path *path, const struct assay_matrix *matrix,
                                   struct assay_deflate *deflate)
{
    assay_assert(matrix->size >= 21);
    assay_assert(matrix->size <= 177);
    enum assay_error error =
        reserve(path, matrix->size * (matrix->size + 3) + 4); /* `same` reads four */
    if (error != ASSAY_OK) {
        return error;
    }
    uint32_t at = path->count + 1; /* after the LABEL, for which nothing is written */
    tokenize(path, matrix);
    link_tokens(path, at);
    path->begins[at] = (uint32_t)deflate->raw.len_bytes;
    while (at < path->count && deflate->failed == ASSAY_OK) {
        at += put_some(path, at, deflate);
    }
    return deflate->failed;
}
