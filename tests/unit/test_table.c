// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(struct assay_table *table)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    assay_table_print(table, file);
    fclose(file);
    assay_table_destroy(table);
    return text;
}

static void columns_are_aligned_by_width_on_the_terminal(void **state)
{
    (void)state;
    static const char *const titles[] = {"NAME", "N", "END"};
    static const bool right[] = {false, true, false};
    struct assay_table *table = assay_table_create(3, titles, right);
    assay_table_add(table, "充电宝");
    assay_table_add_number(table, 7);
    assay_table_add(table, "x");
    assay_table_add(table, "Cable");
    assay_table_add_number(table, 1234);
    assay_table_add(table, "");
    char *text = printed(table);
    assert_string_equal(text, "NAME       N  END\n"
                              "充电宝     7  x\n"
                              "Cable   1234\n");
    free(text);
}

static void control_characters_cannot_reach_the_terminal(void **state)
{
    (void)state;
    static const char *const titles[] = {"A"};
    static const bool right[] = {false};
    struct assay_table *table = assay_table_create(1, titles, right);
    assay_table_add(table, "a\x1b[31m\nb\x7f");
    char *text = printed(table);
    assert_string_equal(text, "A\na?[31m?b?\n");
    free(text);
}

static void an_unfinished_row_is_not_printed(void **state)
{
    (void)state;
    static const char *const titles[] = {"A", "B"};
    static const bool right[] = {false, false};
    struct assay_table *table = assay_table_create(2, titles, right);
    assay_table_add(table, "1");
    char *text = printed(table);
    assert_string_equal(text, "A  B\n");
    free(text);
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(assay_table_width(""), 0);
    assert_int_equal(assay_table_width("abc"), 3);
    assert_int_equal(assay_table_width("元宝"), 4);
    assert_int_equal(assay_table_width("e\xcc\x81"), 1); /* a combining accent takes no column */
    assert_int_equal(assay_table_width("\xff\xfe"), 2);  /* not UTF-8: a column a byte */
    assert_int_equal(assay_table_width("\xe5\x85"), 2);  /* cut short */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_width_on_the_terminal),
        cmocka_unit_test(control_characters_cannot_reach_the_terminal),
        cmocka_unit_test(an_unfinished_row_is_not_printed),
        cmocka_unit_test(widths),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
