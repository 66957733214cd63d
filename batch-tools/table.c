// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define GAP 2

struct assay_table {
    size_t columns;
    const char *const *titles;
    const bool *right;
    size_t *widths;
    char **cells;
    size_t count;
    size_t room;
};

/* A tool that is out of memory has nothing left to say. */
static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("assay-batch: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

size_t assay_table_width(const char *text)
{
    size_t width = 0;
    size_t left = strlen(text);
    mbstate_t state = {0};
    while (left > 0) {
        wchar_t character = 0;
        size_t taken = mbrtowc(&character, text, left, &state);
        if (taken == 0 || taken > left) { /* not of this locale: as one column a byte */
            memset(&state, 0, sizeof state);
            taken = 1;
            character = L'?';
        }
        int columns = wcwidth(character);
        width += columns > 0 ? (size_t)columns : 0;
        text += taken;
        left -= taken;
    }
    return width;
}

struct assay_table *assay_table_create(size_t columns, const char *const *titles, const bool *right)
{
    assay_assert(columns > 0);
    struct assay_table *table = must(calloc(1, sizeof *table));
    table->columns = columns;
    table->titles = titles;
    table->right = right;
    table->widths = must(calloc(columns, sizeof *table->widths));
    for (size_t i = 0; i < columns; i++) {
        table->widths[i] = assay_table_width(titles[i]);
    }
    return table;
}

void assay_table_add(struct assay_table *table, const char *text)
{
    if (table->count == table->room) {
        table->room = table->room == 0 ? 64 : 2 * table->room;
        table->cells = must(realloc(table->cells, table->room * sizeof *table->cells));
    }
    char *cell = must(strdup(text));
    for (char *at = cell; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = '?';
        }
    }
    size_t *width = &table->widths[table->count % table->columns];
    size_t wanted = assay_table_width(cell);
    *width = wanted > *width ? wanted : *width;
    table->cells[table->count++] = cell;
}

void assay_table_add_number(struct assay_table *table, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    assay_table_add(table, text);
}

static void print_row(const struct assay_table *table, const char *const *cells, FILE *file)
{
    size_t owed = 0; /* blanks, printed only before something */
    for (size_t i = 0; i < table->columns; i++) {
        size_t spare = table->widths[i] - assay_table_width(cells[i]);
        size_t before = owed + (table->right[i] ? spare : 0);
        if (cells[i][0] != '\0') {
            fprintf(file, "%*s%s", (int)before, "", cells[i]);
            owed = 0;
        } else {
            owed = before;
        }
        owed += GAP + (table->right[i] ? 0 : spare);
    }
    fputc('\n', file);
}

void assay_table_print(const struct assay_table *table, FILE *file)
{
    print_row(table, table->titles, file);
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns) {
        print_row(table, (const char *const *)table->cells + i, file);
    }
}

void assay_table_destroy(struct assay_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    free(table->widths);
    free(table);
}
