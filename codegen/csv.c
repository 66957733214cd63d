// SPDX-License-Identifier: Apache-2.0
#include "codegen/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows rendered at a time; a multiple of them makes up the largest batch exactly. */
#define ROWS_PER_PAGE 4096u

static const char header[] = "code,grouped,url,pin,gtin,lot,expires_on,position\r\n";

struct painter {
    char tail[128]; /* ",GTIN,LOT,EXPIRES," */
    size_t tail_len;
};

size_t assay_csv_field(const char *text, char *field, size_t size_bytes)
{
    size_t len = strlen(text);
    assay_assert(size_bytes >= 2 * len + 3);
    bool spaced = len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
    if (!spaced && strpbrk(text, ",\"\r\n") == NULL) {
        memcpy(field, text, len + 1);
        return len;
    }
    size_t at = 0;
    field[at++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') {
            field[at++] = '"';
        }
        field[at++] = text[i];
    }
    field[at++] = '"';
    field[at] = '\0';
    return at;
}

static enum assay_error painter_create(const struct assay_sheet *sheet, void **out)
{
    struct painter *painter = calloc(1, sizeof *painter);
    if (painter == NULL) {
        return ASSAY_E_MEMORY;
    }
    char lot[2 * ASSAY_LOT_MAX + 3];
    assay_csv_field(sheet->facts->lot, lot, sizeof lot);
    int len = snprintf(painter->tail, sizeof painter->tail, ",%s,%s,%s,", sheet->facts->gtin, lot,
                       sheet->facts->expires_on);
    assay_assert((size_t)len < sizeof painter->tail);
    painter->tail_len = (size_t)len;
    *out = painter;
    return ASSAY_OK;
}

static enum assay_error page_begin(void *state, uint32_t number, struct assay_buffer *out)
{
    (void)number;
    (void)state;
    (void)out;
    return ASSAY_OK;
}

static char *append(char *at, const void *data, size_t len)
{
    memcpy(at, data, len);
    return at + len;
}

/* As assay_code_group, with lengths that the compiler knows: this is the inner loop. */
static char *append_grouped(char *at, const char *code)
{
    for (unsigned group = 0; group < ASSAY_CODE_LEN; group += 4) {
        memcpy(at, code + group, 4);
        at[4] = '-';
        at += 5;
    }
    return at - 1;
}

/* The URL holds no comma and no quote: an origin, digits, percent-encoding and the code. */
static enum assay_error put_row(void *state, uint32_t slot, const struct assay_label *label,
                                struct assay_buffer *out)
{
    (void)slot;
    const struct painter *painter = state;
    size_t most = ASSAY_CODE_SIZE + ASSAY_CODE_GROUPED_SIZE + label->url_len + ASSAY_PIN_SIZE + 16 +
                  painter->tail_len;
    enum assay_error error = assay_buffer_reserve(out, most);
    if (error != ASSAY_OK) {
        return error;
    }
    char *begin = (char *)out->data + out->len_bytes, *at = begin;
    at = append(at, label->code, ASSAY_CODE_LEN);
    *at++ = ',';
    at = append_grouped(at, label->code);
    *at++ = ',';
    at = append(at, label->url, label->url_len);
    *at++ = ',';
    if (label->pin != NULL) {
        at = append(at, label->pin, ASSAY_PIN_LEN);
    }
    at = append(at, painter->tail, painter->tail_len);
    at += assay_decimal_put(label->index, at);
    at = append(at, "\r\n", 2);
    out->len_bytes += (size_t)(at - begin);
    return ASSAY_OK;
}

static enum assay_error page_end(void *state, struct assay_buffer *out)
{
    (void)state;
    (void)out;
    return ASSAY_OK;
}

static enum assay_error file_begin(const struct assay_sheet *sheet, uint32_t pages, void **file,
                                   struct assay_buffer *out)
{
    (void)pages;
    *file = NULL;
    enum assay_error error = sheet->bom ? assay_buffer_put(out, "\xef\xbb\xbf", 3) : ASSAY_OK;
    return error == ASSAY_OK ? assay_buffer_put(out, header, sizeof header - 1) : error;
}

const struct assay_format assay_csv_format = {
    .name = "csv",
    .draws = false,
    .labels_per_page = ROWS_PER_PAGE,
    .pages_per_file = ASSAY_BATCH_ITEMS_MAX / ROWS_PER_PAGE,
    .create = painter_create,
    .destroy = free,
    .page_begin = page_begin,
    .label = put_row,
    .page_end = page_end,
    .file_begin = file_begin,
};
