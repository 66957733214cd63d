// SPDX-License-Identifier: Apache-2.0
#include "codegen/tar.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Offsets and lengths of the head's fields. */
enum {
    NAME = 0,
    MODE = 100,
    OWNER = 108,
    GROUP = 116,
    SIZE = 124,
    TIME = 136,
    SUM = 148,
    TYPE = 156,
    MAGIC = 257,
    SUM_LEN = 8,
};

static unsigned sum_of(const uint8_t head[ASSAY_TAR_BLOCK])
{
    unsigned sum = 0;
    for (size_t i = 0; i < ASSAY_TAR_BLOCK; i++) {
        sum += i >= SUM && i < SUM + SUM_LEN ? ' ' : head[i];
    }
    return sum;
}

enum assay_error assay_tar_head(const char *name, uint64_t bytes, int64_t changed_at_unix_s,
                                uint8_t head[ASSAY_TAR_BLOCK])
{
    size_t len = strlen(name);
    assay_assert(len > 0);
    assay_assert(len <= ASSAY_TAR_NAME_MAX);
    if (bytes > ASSAY_TAR_FILE_BYTES_MAX || changed_at_unix_s < 0) {
        return ASSAY_E_TOO_LARGE;
    }
    char text[ASSAY_TAR_BLOCK] = "";
    memcpy(text + NAME, name, len);
    snprintf(text + MODE, 8, "%07o", 0600u);
    snprintf(text + OWNER, 8, "%07o", 0u);
    snprintf(text + GROUP, 8, "%07o", 0u);
    snprintf(text + SIZE, 12, "%011llo", (unsigned long long)bytes);
    snprintf(text + TIME, 12, "%011llo",
             (unsigned long long)changed_at_unix_s & ASSAY_TAR_FILE_BYTES_MAX);
    text[TYPE] = '0';
    memcpy(text + MAGIC, "ustar\00000", 8);
    memcpy(head, text, ASSAY_TAR_BLOCK);
    snprintf(text, sizeof text, "%06o", sum_of(head));
    memcpy(head + SUM, text, 7);
    head[SUM + 7] = ' ';
    return ASSAY_OK;
}

size_t assay_tar_padding(uint64_t bytes)
{
    return (size_t)((ASSAY_TAR_BLOCK - bytes % ASSAY_TAR_BLOCK) % ASSAY_TAR_BLOCK);
}

/* -- reading -- */

static bool is_zero(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool read_octal(const uint8_t *field, size_t digits, uint64_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (field[i] < '0' || field[i] > '7') {
            return false;
        }
        number = number * 8 + (uint64_t)(field[i] - '0');
    }
    *value = number;
    return true;
}

/* A name that stays in the folder: plain, not hidden. */
static bool is_plain(const char *name, size_t len)
{
    return len > 0 && len <= ASSAY_TAR_NAME_MAX && name[0] != '.' && strpbrk(name, "/\\") == NULL &&
           assay_text_is_clean(name, len);
}

static enum assay_error begin_file(struct assay_tar_reader *reader)
{
    const uint8_t *head = reader->head;
    uint64_t sum = 0;
    uint64_t bytes = 0;
    char name[ASSAY_TAR_NAME_MAX + 2] = "";
    memcpy(name, head + NAME, ASSAY_TAR_NAME_MAX + 1);
    bool good = read_octal(head + SUM, 6, &sum) && sum == sum_of(head) &&
                read_octal(head + SIZE, 11, &bytes) && head[TYPE] == '0' &&
                memcmp(head + MAGIC, "ustar", 6) == 0 && is_plain(name, strlen(name));
    if (!good || reader->zeros > 0) {
        return ASSAY_E_CORRUPT;
    }
    reader->left = bytes;
    reader->padding = assay_tar_padding(bytes);
    reader->inside = true;
    return reader->begin(reader->context, name, bytes);
}

static enum assay_error take_head(struct assay_tar_reader *reader, struct assay_span *piece)
{
    size_t room = ASSAY_TAR_BLOCK - reader->head_len;
    size_t some = piece->len_bytes < room ? piece->len_bytes : room;
    memcpy(reader->head + reader->head_len, piece->data, some);
    reader->head_len += some;
    piece->data += some;
    piece->len_bytes -= some;
    if (reader->head_len < ASSAY_TAR_BLOCK) {
        return ASSAY_OK;
    }
    reader->head_len = 0;
    if (is_zero(reader->head, ASSAY_TAR_BLOCK)) {
        reader->zeros++;
        return reader->zeros <= 2 ? ASSAY_OK : ASSAY_E_CORRUPT;
    }
    return begin_file(reader);
}

static enum assay_error take_data(struct assay_tar_reader *reader, struct assay_span *piece)
{
    uint64_t *left = reader->left > 0 ? &reader->left : &reader->padding;
    size_t some = piece->len_bytes < *left ? piece->len_bytes : (size_t)*left;
    struct assay_span part = {piece->data, some};
    enum assay_error error = ASSAY_OK;
    if (left == &reader->left) {
        error = reader->data(reader->context, part);
    } else if (!is_zero(part.data, part.len_bytes)) {
        error = ASSAY_E_CORRUPT;
    }
    *left -= some;
    piece->data += some;
    piece->len_bytes -= some;
    return error;
}

enum assay_error assay_tar_take(struct assay_tar_reader *reader, struct assay_span piece)
{
    enum assay_error error = ASSAY_OK;
    while (error == ASSAY_OK) {
        if (reader->inside && reader->left == 0 && reader->padding == 0) {
            reader->inside = false;
            error = reader->end(reader->context);
        } else if (piece.len_bytes == 0) {
            break;
        } else {
            error = reader->inside ? take_data(reader, &piece) : take_head(reader, &piece);
        }
    }
    return error;
}

bool assay_tar_is_whole(const struct assay_tar_reader *reader)
{
    return reader->zeros == 2 && reader->head_len == 0 && !reader->inside;
}
