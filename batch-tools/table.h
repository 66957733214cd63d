// SPDX-License-Identifier: Apache-2.0
/* Aligned tables of UTF-8; a Chinese character takes two columns of a terminal. */
#ifndef ASSAY_BATCH_TOOLS_TABLE_H
#define ASSAY_BATCH_TOOLS_TABLE_H

#include <stdio.h>

#include "core/base.h"

struct assay_table;

/** Make a table; titles and right (numbers are set right) are borrowed, one a column. */
struct assay_table *assay_table_create(size_t columns, const char *const *titles,
                                       const bool *right);

/** Add the next cell, row by row. Control characters become '?'. */
void assay_table_add(struct assay_table *table, const char *text);

/** The same, for a number. */
void assay_table_add_number(struct assay_table *table, uint64_t number);

/** Print titles and whole rows, two blanks between columns, none at line ends. */
void assay_table_print(const struct assay_table *table, FILE *file);

/** Free. */
void assay_table_destroy(struct assay_table *table);

/** Columns of a terminal that a text takes (wcwidth(3) in the current locale). */
size_t assay_table_width(const char *text);

#endif
