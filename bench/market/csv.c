// SPDX-License-Identifier: Apache-2.0
#include "bench/market/csv.h"

#include <errno.h>
#include <string.h>

static bool complain(const struct market_csv *csv)
{
    fprintf(stderr, "assay-market: %s: %s\n", csv->path, strerror(errno));
    return false;
}

bool market_csv_open(struct market_csv *csv, const char *dir, const char *name, const char *header)
{
    csv->len = 0;
    snprintf(csv->path, sizeof csv->path, "%s/%s", dir, name);
    csv->file = fopen(csv->path, "wb");
    if (csv->file == NULL) {
        return complain(csv);
    }
    market_csv_text(csv, header);
    market_csv_mark(csv, '\n');
    return true;
}

static void flush(struct market_csv *csv)
{
    fwrite(csv->buffer, 1, csv->len, csv->file);
    csv->len = 0;
}

bool market_csv_close(struct market_csv *csv)
{
    flush(csv);
    bool failed = ferror(csv->file) != 0;
    failed = fclose(csv->file) != 0 || failed;
    return failed ? complain(csv) : true;
}

void market_csv_mark(struct market_csv *csv, char mark)
{
    if (csv->len == sizeof csv->buffer) {
        flush(csv);
    }
    csv->buffer[csv->len++] = mark;
}

void market_csv_text(struct market_csv *csv, const char *text)
{
    for (; *text != '\0'; text++) {
        market_csv_mark(csv, *text);
    }
}

void market_csv_decimal(struct market_csv *csv, int64_t value, unsigned decimals)
{
    char digits[24];
    unsigned count = 0;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0) {
        market_csv_mark(csv, '-');
    }
    do {
        digits[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0 || count <= decimals);
    while (count > 0) {
        count--;
        market_csv_mark(csv, digits[count]);
        if (count == decimals && decimals > 0) {
            market_csv_mark(csv, '.');
        }
    }
}

void market_csv_number(struct market_csv *csv, int64_t value)
{
    market_csv_decimal(csv, value, 0);
}

void market_csv_hex(struct market_csv *csv, uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        market_csv_mark(csv, "0123456789abcdef"[value >> shift & 15]);
    }
}
