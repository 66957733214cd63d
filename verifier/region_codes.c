// SPDX-License-Identifier: Apache-2.0
/* Names are folded to lower-case ASCII without separators; the table holds the folded names of
 * iso-codes and the aliases, with and without the words that only say what kind of region it is. */
#include "verifier/region_codes.h"

#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 96
#define WORD_SIZE 32

struct code_row {
    const char *key; /* country, then the folded name */
    const char *code;
};

static const struct code_row code_rows[] = {
#define REGION_CODES
#include "verifier/region_codes_table.inc"
#undef REGION_CODES
};

static const char *const kind_words[] = {
#define REGION_KINDS
#include "verifier/region_codes_table.inc"
#undef REGION_KINDS
};

struct letter_row {
    uint32_t point;
    const char *folded;
};

static const struct letter_row letter_rows[] = {
#define REGION_LETTERS
#include "verifier/region_codes_table.inc"
#undef REGION_LETTERS
};

static int compare_word(const void *key, const void *row)
{
    return strcmp(key, *(const char *const *)row);
}

static int compare_letter(const void *key, const void *row)
{
    uint32_t point = *(const uint32_t *)key;
    uint32_t other = ((const struct letter_row *)row)->point;
    return (point > other) - (point < other);
}

static int compare_code(const void *key, const void *row)
{
    return strcmp(key, ((const struct code_row *)row)->key);
}

/* The next code point; bytes that are not UTF-8 count one each, as U+FFFD. */
static uint32_t next_point(const char *text, size_t len, size_t *at)
{
    unsigned char lead = (unsigned char)text[(*at)++];
    unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (lead < 0x80) {
        return lead;
    }
    if (more == 0 || len - *at < more) {
        return 0xfffd;
    }
    uint32_t point = lead & (0x3fu >> more);
    for (unsigned i = 0; i < more; i++) {
        point = point << 6 | ((unsigned char)text[*at + i] & 0x3f);
    }
    *at += more;
    return point;
}

/* ASCII of a point; NULL for a separator. room: two bytes for the answer. */
static const char *fold_point(uint32_t point, char room[2])
{
    if (point >= 'A' && point <= 'Z') {
        point |= 0x20;
    }
    if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9')) {
        room[0] = (char)point;
        room[1] = '\0';
        return room;
    }
    bool combining = point >= 0x300 && point <= 0x36f;
    if (combining || point == '\'' || point == '`') {
        return "";
    }
    const struct letter_row *row = bsearch(&point, letter_rows, ASSAY_COUNT_OF(letter_rows),
                                           sizeof letter_rows[0], compare_letter);
    return row != NULL ? row->folded : NULL;
}

/* A key being written. */
struct folding {
    char key[KEY_SIZE];
    size_t key_len;
    char word[WORD_SIZE];
    size_t word_len;
    bool drop_kinds;
    bool too_long;
};

static void end_word(struct folding *folding)
{
    folding->word[folding->word_len] = '\0';
    size_t len = folding->word_len;
    folding->word_len = 0;
    if (folding->drop_kinds && bsearch(folding->word, kind_words, ASSAY_COUNT_OF(kind_words),
                                       sizeof kind_words[0], compare_word) != NULL) {
        return;
    }
    if (folding->key_len + len >= KEY_SIZE) {
        folding->too_long = true;
        return;
    }
    memcpy(folding->key + folding->key_len, folding->word, len + 1);
    folding->key_len += len;
}

static void add_text(struct folding *folding, const char *text)
{
    size_t len = strlen(text);
    if (folding->word_len + len >= WORD_SIZE) {
        folding->too_long = true;
        return;
    }
    memcpy(folding->word + folding->word_len, text, len);
    folding->word_len += len;
}

static const struct code_row *find(const char *country, const char *name, size_t len,
                                   bool drop_kinds)
{
    struct folding folding = {.drop_kinds = drop_kinds, .key_len = 2};
    memcpy(folding.key, country, 2);
    for (size_t at = 0; at < len && !folding.too_long;) {
        char room[2];
        const char *folded = fold_point(next_point(name, len, &at), room);
        if (folded == NULL) {
            end_word(&folding);
        } else {
            add_text(&folding, folded);
        }
    }
    end_word(&folding);
    if (folding.too_long || folding.key_len == 2) {
        return NULL;
    }
    return bsearch(folding.key, code_rows, ASSAY_COUNT_OF(code_rows), sizeof code_rows[0],
                   compare_code);
}

bool assay_region_code(const char *country, const char *name, size_t name_len,
                       char code[ASSAY_REGION_CODE_SIZE])
{
    code[0] = '\0';
    if (strlen(country) != 2) {
        return false;
    }
    const struct code_row *row = find(country, name, name_len, false);
    if (row == NULL) {
        row = find(country, name, name_len, true);
    }
    if (row == NULL) {
        return false;
    }
    size_t len = strlen(row->code);
    assay_assert(len < ASSAY_REGION_CODE_SIZE);
    memcpy(code, row->code, len + 1);
    return true;
}
