// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/carton_file.h"

#define TITLES                                                                                     \
    "sscc,element,content,url,kind,state,count,items,gtin,sku,name_zh,name_en,lot,expires_on\r\n"
#define S0 "069012340000000009"
#define S1 "069012340000000016"
#define S2 "369012340000000000"
#define HOST "https://v.boxes.cn"
#define UNIT(sscc) sscc ",(00)" sscc ",," HOST "/00/" sscc
#define FACTS ",06901234567892,P,电源,Power bank,L7,2027-06-30\n"

static void refused(const char *text, size_t len, enum assay_error error, const char *words)
{
    struct assay_carton_file file;
    struct assay_reason reason = {""};
    assert_int_equal(assay_carton_file_read(text, len, &file, &reason), error);
    if (strstr(reason.text, words) == NULL) {
        fail_msg("\"%s\" is not in: %s", words, reason.text);
    }
}

static void what_is_no_list(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum assay_error error;
        const char *words;
    } rows[] = {
        {"", ASSAY_E_FIELD, "names no cartons"},
        {TITLES, ASSAY_E_FIELD, "names no cartons"},
        {"carton,code\n", ASSAY_E_SYNTAX, "line 1: the header"},
        {"sscc,element\n", ASSAY_E_SYNTAX, "line 1: the header"},
        {TITLES "a,b\n", ASSAY_E_SYNTAX, "line 2: 14 fields are wanted, not 2"},
        {TITLES "\"a\n", ASSAY_E_SYNTAX, "line 2"},
        {TITLES "069012340000000001,,,,,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: sscc: "},
        {TITLES "(00)" S0 ",,,,,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: sscc: the 18 digits alone"},
        {TITLES S0 ",(01)" S0 ",,,,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: element: "},
        {TITLES S0 ",(00)" S1 ",,,,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: element: "},
        {TITLES S0 ",(00)" S0 ",,,,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: url: "},
        {TITLES S0 ",(00)" S0 ",," HOST "/00/" S1 ",,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: url: "},
        {TITLES S0 ",(00)" S0 ",,https://v.b.cn/x/00/" S0 ",,,,,,,,,,\n", ASSAY_E_FIELD, "url: "},
        {TITLES S0 ",(00)" S0 ",,/00/" S0 ",,,,,,,,,,\n", ASSAY_E_FIELD, "line 2: url: "},
        {TITLES UNIT(S0) ",box,packed,1,1,,,,,,\n", ASSAY_E_FIELD, "kind: is carton or pallet"},
        {TITLES UNIT(S0) ",carton,void,1,1,,,,,,\n", ASSAY_E_FIELD, "state: void and unpacked"},
        {TITLES UNIT(S0) ",carton,unpacked,1,1,,,,,,\n", ASSAY_E_FIELD, "state: void and unpacked"},
        {TITLES UNIT(S0) ",carton,packed,,1,,,,,,\n", ASSAY_E_FIELD, "line 2: count: "},
        {TITLES UNIT(S0) ",carton,packed,-1,1,,,,,,\n", ASSAY_E_FIELD, "line 2: count: "},
        {TITLES UNIT(S0) ",carton,packed,65536,1,,,,,,\n", ASSAY_E_FIELD, "line 2: count: "},
        {TITLES UNIT(S0) ",carton,packed,1,1x,,,,,,\n", ASSAY_E_FIELD, "line 2: items: "},
        {TITLES UNIT(S0) ",carton,packed,1,9999999999,,,,,,\n", ASSAY_E_FIELD, "line 2: items: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,06901234567893,,,,,\n", ASSAY_E_FIELD, "gtin: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,6901234567892,,,,,\n", ASSAY_E_FIELD, "gtin: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,069012345678920,,,,,\n", ASSAY_E_FIELD, "gtin: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,,,\xff,,,\n", ASSAY_E_FIELD, "name_zh: is not clean"},
        {TITLES UNIT(S0) ",carton,packed,1,1,,,,,123456789012345678901,\n", ASSAY_E_FIELD, "lot: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,,,,,,2027-02-30\n", ASSAY_E_FIELD, "expires_on: "},
        {TITLES UNIT(S0) ",carton,packed,1,1,,,,,,\n" UNIT(S0) ",carton,packed,1,1,,,,,,\n",
         ASSAY_E_FIELD, "line 3: sscc: stands in line 2 already"},
        {TITLES UNIT(S0) ",carton,packed,1,1,,,,,,\n" S1 ",(00)" S1 ",,https://other.cn/00/" S1
                         ",carton,packed,1,1,,,,,,\n",
         ASSAY_E_FIELD, "line 3: url: is of another host"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        refused(rows[i].text, strlen(rows[i].text), rows[i].error, rows[i].words);
    }
    char name[2 * ASSAY_PRODUCT_NAME_MAX];
    char text[2000];
    memset(name, 'n', sizeof name);
    int len = snprintf(text, sizeof text, "%s%s,carton,packed,1,1,,,%.*s,,,\n", TITLES, UNIT(S0),
                       ASSAY_PRODUCT_NAME_MAX + 1, name);
    refused(text, (size_t)len, ASSAY_E_FIELD, "name_zh: ");
}

static void units_of_one_content_are_together(void **state)
{
    (void)state;
    static const char text[] = TITLES UNIT(S0) ",carton,packed,50,50" FACTS UNIT(
        S2) ",pallet,packed,20,1000" FACTS UNIT(S1) ",carton,shipped,50,50" FACTS;
    struct assay_carton_file file;
    struct assay_reason reason = {""};
    assert_int_equal(assay_carton_file_read(text, sizeof text - 1, &file, &reason), ASSAY_OK);
    assert_string_equal(file.host, HOST);
    assert_int_equal(file.count, 3);
    assert_int_equal(file.groups, 2);
    assert_int_equal(file.group[0].first, 0);
    assert_int_equal(file.group[0].units, 2);
    assert_false(file.group[0].content.pallet);
    assert_int_equal(file.group[0].content.items, 50);
    assert_string_equal(file.group[0].content.name_zh, "电源");
    assert_string_equal(file.group[0].content.gtin, "06901234567892");
    assert_int_equal(file.group[1].first, 2);
    assert_int_equal(file.group[1].units, 1);
    assert_true(file.group[1].content.pallet);
    assert_int_equal(file.group[1].content.count, 20);
    char url[ASSAY_URL_MAX + 1];
    static const char *const urls[] = {HOST "/00/" S0, HOST "/00/" S1, HOST "/00/" S2};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(assay_carton_url(&file, i, url), strlen(urls[i]));
        assert_string_equal(url, urls[i]);
    }
    assay_carton_file_deinit(&file);
    assert_null(file.sscc);
}

/* Before they are filled: numbers alone. */
static void empty_units_have_labels_too(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf" TITLES UNIT(S0) ",carton,open,0,0,,,,,,";
    struct assay_carton_file file;
    assert_int_equal(assay_carton_file_read(text, sizeof text - 1, &file, NULL), ASSAY_OK);
    assert_int_equal(file.count, 1);
    assert_int_equal(file.group[0].content.count, 0);
    assert_string_equal(file.group[0].content.gtin, "");
    assay_carton_file_deinit(&file);
}

static void a_list_with_too_many_contents(void **state)
{
    (void)state;
    size_t room = 300u * (ASSAY_CARTON_LABEL_GROUPS_MAX + 2);
    char *text = malloc(room);
    size_t at = (size_t)snprintf(text, room, "%s", TITLES);
    for (uint32_t i = 0; i <= ASSAY_CARTON_LABEL_GROUPS_MAX; i++) {
        char sscc[ASSAY_SSCC_SIZE];
        assay_sscc_format(assay_sscc_make(0, "6901234", i), sscc);
        at += (size_t)snprintf(text + at, room - at,
                               "%s,(00)%s,,%s/00/%s,carton,packed,%u,%u,,,,,,\n", sscc, sscc, HOST,
                               sscc, i, i);
    }
    refused(text, at, ASSAY_E_TOO_LARGE, "different contents");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_list),
        cmocka_unit_test(units_of_one_content_are_together),
        cmocka_unit_test(empty_units_have_labels_too),
        cmocka_unit_test(a_list_with_too_many_contents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
