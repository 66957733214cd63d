// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/csv.h"

#include <string.h>

static void next_cell(struct assay_csv *csv)
{
    if (csv->inside) {
        fputc(',', csv->file);
    }
    csv->inside = true;
}

void assay_csv_text(struct assay_csv *csv, const char *text)
{
    next_cell(csv);
    bool formula = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, csv->file);
        return;
    }
    fputs(formula ? "\"'" : "\"", csv->file);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            fputc('"', csv->file);
        }
        fputc(*at, csv->file);
    }
    fputc('"', csv->file);
}

void assay_csv_number(struct assay_csv *csv, int64_t number)
{
    next_cell(csv);
    fprintf(csv->file, "%lld", (long long)number);
}

void assay_csv_tenths(struct assay_csv *csv, double number)
{
    next_cell(csv);
    fprintf(csv->file, "%.1f", number);
}

void assay_csv_end(struct assay_csv *csv)
{
    fputs("\r\n", csv->file);
    csv->inside = false;
}
