// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verifier/pages/page.h"

struct name_row {
    const char *code;
    const char *zh;
    const char *en;
};

/* Sorted by code, from iso-codes (region_tables.py). */
static const struct name_row name_rows[] = {
#include "verifier/region_names_table.inc"
};

static int compare_row(const void *key, const void *row)
{
    return strcmp(key, ((const struct name_row *)row)->code);
}

const char *assay_region_name(const char *code, enum assay_language language)
{
    const struct name_row *row =
        bsearch(code, name_rows, ASSAY_COUNT_OF(name_rows), sizeof name_rows[0], compare_row);
    if (row == NULL) {
        return code;
    }
    return language == ASSAY_LANGUAGE_ZH ? row->zh : row->en;
}
