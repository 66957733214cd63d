// SPDX-License-Identifier: Apache-2.0
/* A CSV file that is being written: whole numbers and texts without commas or quotes. */
#ifndef ASSAY_BENCH_MARKET_CSV_H
#define ASSAY_BENCH_MARKET_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** The file and what waits to be written. */
struct market_csv {
    FILE *file;
    char path[4096];
    char buffer[1 << 16];
    size_t len;
};

/** Open DIR/NAME and write the header. returns false, having said why on stderr. */
bool market_csv_open(struct market_csv *csv, const char *dir, const char *name, const char *header);

/** Write what waits and close. returns false, having said why on stderr. */
bool market_csv_close(struct market_csv *csv);

/** A text, as it is. */
void market_csv_text(struct market_csv *csv, const char *text);

/** A whole number. */
void market_csv_number(struct market_csv *csv, int64_t value);

/** value / 10^decimals, with so many decimals. */
void market_csv_decimal(struct market_csv *csv, int64_t value, unsigned decimals);

/** 16 hexadecimal digits. */
void market_csv_hex(struct market_csv *csv, uint64_t value);

/** One character: `,` between fields, a line's end after the last. */
void market_csv_mark(struct market_csv *csv, char mark);

#endif
