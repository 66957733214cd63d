// SPDX-License-Identifier: Apache-2.0
/* The office's test and the programs' one read files of every form; here: numbers of lines, order,
 * tokens of URLs, the limits that need many lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/carton_lines.h"
#include "core/record.h"

#define HANDLE 0x12345u

static enum assay_error open_any(void *context, const struct assay_code_parts *parts,
                                 uint64_t *item)
{
    (void)context;
    if (parts->handle != HANDLE) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *item = assay_item_key_of(HANDLE, parts->masked);
    return ASSAY_OK;
}

/* A well-formed code whose masked index is the item's number. */
static void code_of(uint32_t index, char code[ASSAY_CODE_SIZE])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    code[0] = '1';
    for (int i = 0; i < 6; i++) {
        code[1 + i] = alphabet[HANDLE >> (25 - 5 * i) & 31];
    }
    for (int i = 0; i < 12; i++) {
        uint64_t tail = index;
        code[7 + i] = alphabet[tail >> (55 - 5 * i) & 31];
    }
    code[19] = assay_code_check_character(code);
    code[20] = '\0';
}

static void token_is(const char *text, const char *wanted)
{
    struct assay_span token = assay_carton_lines_token(text, strlen(text));
    assert_int_equal(token.len_bytes, strlen(wanted));
    assert_memory_equal(token.data, wanted, token.len_bytes);
}

static void tokens_of_urls(void **state)
{
    (void)state;
    token_is("", "");
    token_is("1ABC", "1ABC");
    token_is("https://v.cn/1ABC", "1ABC");
    token_is("https://v.cn/1ABC/KIDSIG", "1ABC");
    token_is("http://v.cn:81/1ABC?lang=en", "1ABC");
    token_is("https://v.cn/01/069/21/1ABC?sig=x", "1ABC");
    token_is("https://v.cn/01/069/10/L%2F7/21/1ABC", "1ABC");
    token_is("https://v.cn/00/123", "123");
    token_is("https://v.cn", "");
    token_is("https://v.cn/", "");
    token_is("https://", "");
    token_is("https://v.cn/01/069", "");
    token_is("https://v.cn/01", "");
    token_is("https://v.cn/21", "");
    token_is("https://?/1ABC", "");
}

static void cartons_are_closed_on_count(void **state)
{
    (void)state;
    char csv[4096] = "carton,code\n";
    const struct assay_carton_reading how = {3, open_any, NULL};
    struct assay_carton_lines lines;
    struct assay_reason reason;
    for (uint32_t i = 0; i < 7; i++) {
        char code[ASSAY_CODE_SIZE];
        code_of(90 - i, code);
        size_t at = strlen(csv);
        /* One with a number in between does not disturb the one that is open. */
        snprintf(csv + at, sizeof csv - at, "%s,%s\n", i == 1 ? "106141411234567897" : "", code);
    }
    assert_int_equal(assay_carton_lines_read(csv, strlen(csv), &how, &lines, &reason), ASSAY_OK);
    assert_int_equal(lines.parent_count, 3);
    assert_int_equal(lines.item_count, 7);
    static const uint32_t counts[] = {3, 1, 3};
    static const uint32_t first_lines[] = {2, 3, 6};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(lines.parents[i].count, counts[i]);
        assert_int_equal(lines.parents[i].line, first_lines[i]);
    }
    for (uint32_t i = 0; i < 7; i++) {
        assert_int_equal(assay_item_key_index(lines.lines[i].child), 84 + i);
        assert_int_equal(lines.lines[i].line, 8 - i);
    }
    assert_int_equal(assay_carton_lines_find(&lines, 106141411234567897), 1);
    assert_int_equal(assay_carton_lines_find(&lines, 999), UINT32_MAX);
    assay_carton_lines_name(&lines, 2, 999);
    assert_int_equal(assay_carton_lines_find(&lines, 999), 2);
    assay_carton_lines_deinit(&lines);
}

static void many_cartons_are_found_by_their_number(void **state)
{
    (void)state;
    const uint32_t count = 20000;
    char *csv = malloc((size_t)count * 48 + 32);
    assert_non_null(csv);
    size_t at = (size_t)snprintf(csv, 32, "parent,child\r\n");
    for (uint32_t i = 0; i < count; i++) {
        char code[ASSAY_CODE_SIZE];
        char sscc[ASSAY_SSCC_SIZE];
        code_of(i * 7919 % count, code);
        assay_sscc_format(assay_sscc_make(2, "6901234", i / 2), sscc);
        at += (size_t)snprintf(csv + at, 48, "%s,%s\r\n", sscc, code);
    }
    const struct assay_carton_reading how = {0, open_any, NULL};
    struct assay_carton_lines lines;
    assert_int_equal(assay_carton_lines_read(csv, at, &how, &lines, NULL), ASSAY_OK);
    assert_int_equal(lines.parent_count, count / 2);
    for (uint32_t i = 0; i < count / 2; i++) {
        assert_int_equal(assay_carton_lines_find(&lines, assay_sscc_make(2, "6901234", i)), i);
    }
    assay_carton_lines_deinit(&lines);
    free(csv);
}

static void a_unit_has_its_bound(void **state)
{
    (void)state;
    const uint32_t count = ASSAY_UNIT_ITEMS_MAX + 1;
    char *csv = malloc((size_t)count * 48 + 32);
    assert_non_null(csv);
    size_t at = (size_t)snprintf(csv, 32, "parent,child\n");
    for (uint32_t i = 0; i < count; i++) {
        char code[ASSAY_CODE_SIZE];
        code_of(i, code);
        at += (size_t)snprintf(csv + at, 48, "106141411234567897,%s\n", code);
    }
    const struct assay_carton_reading how = {0, open_any, NULL};
    struct assay_carton_lines lines;
    struct assay_reason reason;
    assert_int_equal(assay_carton_lines_read(csv, at, &how, &lines, &reason), ASSAY_E_TOO_LARGE);
    assert_string_equal(reason.text, "line 65537: at most 65535 of one unit");
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_urls),
        cmocka_unit_test(cartons_are_closed_on_count),
        cmocka_unit_test(many_cartons_are_found_by_their_number),
        cmocka_unit_test(a_unit_has_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
