// SPDX-License-Identifier: Apache-2.0
#include "codegen/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void fields_are_quoted_where_rfc_4180_asks(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"\"", "\"\"\"\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"\r", "\"\r\""},
        {" lead", "\" lead\""},
        {"trail ", "\"trail \""},
        {"mid dle", "mid dle"},
        {"'=1+1", "'=1+1"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(pairs); i++) {
        char field[64];
        assert_int_equal(assay_csv_field(pairs[i][0], field, sizeof field), strlen(pairs[i][1]));
        assert_string_equal(field, pairs[i][1]);
    }
}

static void check_row(const struct assay_facts *facts, const struct assay_label *label,
                      const char *expected)
{
    struct assay_sheet sheet = {.facts = facts};
    void *painter;
    struct assay_buffer out = {0};
    assert_int_equal(assay_csv_format.create(&sheet, &painter), ASSAY_OK);
    assert_int_equal(assay_csv_format.page_begin(painter, 0, &out), ASSAY_OK);
    assert_int_equal(assay_csv_format.label(painter, 0, label, &out), ASSAY_OK);
    assert_int_equal(assay_csv_format.page_end(painter, &out), ASSAY_OK);
    assert_int_equal(out.len_bytes, strlen(expected));
    assert_memory_equal(out.data, expected, out.len_bytes);
    assay_csv_format.destroy(painter);
    assay_buffer_deinit(&out);
}

static void rows_hold_what_applies(void **state)
{
    (void)state;
    struct assay_label label = {.index = 16777215,
                                .code = "1ABCDEF0123456789XYZ",
                                .url = "https://v.cn/1ABCDEF0123456789XYZ",
                                .url_len = 33};
    struct assay_facts none = {0};
    check_row(&none, &label,
              "1ABCDEF0123456789XYZ,1ABC-DEF0-1234-5678-9XYZ,https://v.cn/1ABCDEF0123456789XYZ,"
              ",,,,16777215\r\n");
    struct assay_facts all = {
        .gtin = "00012345678905", .lot = "A,\"1\"", .expires_on = "2027-06-30", .has_pin = true};
    label.pin = "ABCD1234";
    label.index = 0;
    check_row(&all, &label,
              "1ABCDEF0123456789XYZ,1ABC-DEF0-1234-5678-9XYZ,https://v.cn/1ABCDEF0123456789XYZ,"
              "ABCD1234,00012345678905,\"A,\"\"1\"\"\",2027-06-30,0\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_where_rfc_4180_asks),
        cmocka_unit_test(rows_hold_what_applies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
