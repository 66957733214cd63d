// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void line_is(const char *const *cells, size_t count, const char *wanted)
{
    char *text = NULL;
    size_t len = 0;
    struct assay_csv csv = {.file = open_memstream(&text, &len)};
    assert_non_null(csv.file);
    for (size_t i = 0; i < count; i++) {
        assay_csv_text(&csv, cells[i]);
    }
    assay_csv_end(&csv);
    fclose(csv.file);
    assert_string_equal(text, wanted);
    free(text);
}

static void cell_is(const char *cell, const char *wanted)
{
    line_is(&cell, 1, wanted);
}

static void formulas_are_guarded(void **state)
{
    (void)state;
    cell_is("=1+1", "\"'=1+1\"\r\n");
    cell_is("+1", "\"'+1\"\r\n");
    cell_is("-1", "\"'-1\"\r\n");
    cell_is("@SUM(A1)", "\"'@SUM(A1)\"\r\n");
    cell_is("\t=1", "\"'\t=1\"\r\n");
    cell_is("\r=1", "\"'\r=1\"\r\n");
    cell_is("\n=1", "\"'\n=1\"\r\n");
    cell_is("a=1", "a=1\r\n");
}

static void quotes_and_breaks_are_as_rfc_4180_says(void **state)
{
    (void)state;
    cell_is("", "\r\n");
    cell_is("a,b", "\"a,b\"\r\n");
    cell_is("a\"b", "\"a\"\"b\"\r\n");
    cell_is("a\nb", "\"a\nb\"\r\n");
    cell_is("=\"a\"", "\"'=\"\"a\"\"\"\r\n");
    cell_is("元宝", "元宝\r\n");
    static const char *const cells[] = {"", "a", ""};
    line_is(cells, 3, ",a,\r\n");
}

static void numbers_are_numbers(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    struct assay_csv csv = {.file = open_memstream(&text, &len)};
    assay_csv_number(&csv, -5);
    assay_csv_tenths(&csv, -33.8);
    assay_csv_end(&csv);
    assay_csv_number(&csv, INT64_MAX);
    assay_csv_end(&csv);
    fclose(csv.file);
    assert_string_equal(text, "-5,-33.8\r\n9223372036854775807\r\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_guarded),
        cmocka_unit_test(quotes_and_breaks_are_as_rfc_4180_says),
        cmocka_unit_test(numbers_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
