// SPDX-License-Identifier: Apache-2.0
/* Invariants
 *  1. places holds the page's tokens in order; each label's begin with a LABEL, which no search
 *     ever asks for, so that no copy takes along the text between two labels.
 *  2. triples, pairs, widths and earlier are only hints; what they point at is compared before it is used.
 */
#include "codegen/qr_path.h"

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
#define WIDTHS 256u /* low bytes of all but a run's begin differ */

/* The caller's unit is ASSAY_QR_ROW modules high, which is what a row's runs are; the next row
 * begins a whole module below, 1 / 0.998 units. */
#define ROW_STEP "1.002"

/* A token in the stream; one cache line holds four, as the search goes back and forth. */
struct place {
    uint32_t begin;   /* in the stream */
    uint32_t earlier; /* 1 + the place before with the same triple's hash, or 0 */
    uint16_t token;
    uint16_t len_bytes;
};

struct assay_qr_path {
    struct place *places;
    size_t count;
    size_t room;
    uint32_t triples[TABLE_SIZE]; /* 1 + the last place of three tokens */
    uint32_t pairs[TABLE_SIZE];   /* of two */
    uint32_t widths[WIDTHS];      /* of one that is no run's begin: that is too short to copy */
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
        free(path->places);
        free(path);
    }
}

void assay_qr_path_reset(struct assay_qr_path *path)
{
    path->count = 0;
    memset(path->triples, 0, sizeof path->triples);
    memset(path->pairs, 0, sizeof path->pairs);
    memset(path->widths, 0, sizeof path->widths);
}

static enum assay_error reserve(struct assay_qr_path *path, size_t more)
{
    if (path->room - path->count >= more) {
        return ASSAY_OK;
    }
    size_t room = path->room * 2 + more + 1024;
    struct place *places = reallocarray(path->places, room, sizeof *places);
    if (places == NULL) {
        return ASSAY_E_MEMORY;
    }
    path->places = places;
    path->room = room;
    return ASSAY_OK;
}

/* Finder patterns stand in three corners; a run never crosses their light border. */
static bool in_finder(unsigned size, unsigned row, unsigned begin)
{
    bool top = row < ASSAY_FINDER_MODULES, bottom = row >= size - ASSAY_FINDER_MODULES;
    bool left = begin < ASSAY_FINDER_MODULES, right = begin >= size - ASSAY_FINDER_MODULES;
    return (top && (left || right)) || (bottom && left);
}

static void add(struct assay_qr_path *path, unsigned token)
{
    path->places[path->count++] = (struct place){.token = (uint16_t)token};
}

/* Append the tokens of a matrix; there is room. */
static void tokenize(struct assay_qr_path *path, const struct assay_matrix *matrix)
{
    add(path, LABEL);
    for (unsigned row = 0; row < matrix->size; row++) {
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(matrix, row, runs);
        bool painted = false;
        for (unsigned i = 0; i < count; i++) {
            if (!in_finder(matrix->size, row, runs[i][0])) {
                add(path, runs[i][0]);
                add(path, WIDTH | runs[i][1]);
                painted = true;
            }
        }
        add(path, painted ? ROW_PAINTED : ROW_EMPTY);
    }
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

static uint32_t hash(uint32_t key)
{
    return key * 0x9e3779b1u >> (32 - TABLE_BITS);
}

static uint32_t pair_key(const struct place *place)
{
    return (uint32_t)place[0].token << 16 | place[1].token;
}

static uint32_t triple_hash(const struct place *place)
{
    return hash(pair_key(place) * 31 + place[2].token);
}

/* How many tokens from `from` on are the same as those from `at` on. */
static size_t same(const struct place *from, const struct place *at, const struct place *end)
{
    size_t most = (size_t)((end - at) < (at - from) ? end - at : at - from);
    size_t count = 0;
    while (count < most && from[count].token == at[count].token) {
        count++;
    }
    return count;
}

static bool near(const struct assay_qr_path *path, uint32_t hint, const struct place *at)
{
    return hint != 0 && at->begin - path->places[hint - 1].begin <= ASSAY_DEFLATE_DISTANCE_MAX;
}

/* The longest copy that the tables know of for the token at `at`. returns its tokens, or 0. */
static size_t find(const struct assay_qr_path *path, const struct place *at,
                   const struct place *end, const struct place **from)
{
    size_t best = 0;
    uint32_t hint = at + 2 < end ? path->triples[triple_hash(at)] : 0;
    for (int i = 0; i < CHAIN_MAX && near(path, hint, at); i++) {
        const struct place *place = &path->places[hint - 1];
        bool longer = at + best < end && place[best].token == at[best].token;
        size_t count = longer ? same(place, at, end) : 0;
        if (count > best) {
            best = count;
            *from = place;
        }
        hint = place->earlier;
    }
    if (best > 0) {
        return best;
    }
    const uint32_t others[] = {at + 1 < end ? path->pairs[hash(pair_key(at))] : 0,
                               at->token < WIDTH ? 0 : path->widths[at->token & 255]};
    for (size_t i = 0; i < ASSAY_COUNT_OF(others) && best == 0; i++) {
        if (near(path, others[i], at)) {
            *from = &path->places[others[i] - 1];
            best = same(*from, at, end);
        }
    }
    return best;
}

static void remember(struct assay_qr_path *path, struct place *at, const struct place *end)
{
    uint32_t number = (uint32_t)(at - path->places) + 1;
    if (at->token >= WIDTH) {
        path->widths[at->token & 255] = number;
    }
    if (at + 1 < end) {
        path->pairs[hash(pair_key(at))] = number;
    }
    if (at + 2 < end) {
        uint32_t *triple = &path->triples[triple_hash(at)];
        at->earlier = *triple;
        *triple = number;
    }
}

/* Write the token at `at`, or several by a copy. returns how many. */
static size_t put_some(struct assay_qr_path *path, struct place *at, const struct place *end,
                       struct assay_deflate *deflate)
{
    size_t begin = deflate->raw.len_bytes;
    at->begin = (uint32_t)begin;
    const struct place *from;
    size_t copied = find(path, at, end, &from);
    if (copied == 0) {
        put_text(deflate, at->token);
        at->len_bytes = (uint16_t)(deflate->raw.len_bytes - begin);
        remember(path, at, end);
        return 1;
    }
    const struct place *last = from + copied - 1;
    assay_deflate_copy(deflate, from->begin, last->begin + last->len_bytes - from->begin);
    for (size_t i = 0; i < copied; i++) {
        at[i].begin = (uint32_t)begin + from[i].begin - from->begin;
        at[i].len_bytes = from[i].len_bytes;
        remember(path, at + i, end);
    }
    return copied;
}

enum assay_error assay_qr_path_put(struct assay_qr_path *path, const struct assay_matrix *matrix,
                                   struct assay_deflate *deflate)
{
    assay_assert(matrix->size >= 21);
    assay_assert(matrix->size <= 177);
    enum assay_error error = reserve(path, (size_t)matrix->size * (matrix->size + 3));
    if (error != ASSAY_OK) {
        return error;
    }
    size_t at = path->count + 1; /* after the LABEL */
    tokenize(path, matrix);
    const struct place *end = path->places + path->count;
    while (at < path->count && deflate->failed == ASSAY_OK) {
        at += put_some(path, path->places + at, end, deflate);
    }
    return deflate->failed;
}
