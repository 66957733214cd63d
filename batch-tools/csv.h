// SPDX-License-Identifier: Apache-2.0
/* CSV by RFC 4180 (CRLF line ends, quotes doubled), safe to open in a spreadsheet: a text that a
 * spreadsheet would run as a formula begins with an apostrophe instead. */
#ifndef ASSAY_BATCH_TOOLS_CSV_H
#define ASSAY_BATCH_TOOLS_CSV_H

#include <stdio.h>

#include "core/base.h"

struct assay_csv {
    FILE *file;
    bool inside; /* a cell of this line was written */
};

/** Next cell: a text from anywhere. Guarded if it begins with = + - @, tab or line break. */
void assay_csv_text(struct assay_csv *csv, const char *text);

/** Next cell: a number that this program made; written as it is, be it negative. */
void assay_csv_number(struct assay_csv *csv, int64_t number);

/** The same, with one decimal place. */
void assay_csv_tenths(struct assay_csv *csv, double number);

/** End of the line. */
void assay_csv_end(struct assay_csv *csv);

#endif
