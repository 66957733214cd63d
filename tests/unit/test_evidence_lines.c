// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/evidence_lines.h"

#define HANDLE "ABCDEF"
#define LATEST 1790000000000

static enum assay_error open_item(void *context, const struct assay_history_row *code,
                                  uint64_t *item, const char **sku)
{
    (void)context;
    uint32_t handle = 0;
    if (code->kind != ASSAY_HISTORY_ITEM || code->index >= 1000 ||
        assay_handle_parse(HANDLE, &handle) != ASSAY_OK || code->handle != handle) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *item = assay_item_key_of(handle, code->index);
    *sku = "S1";
    return ASSAY_OK;
}

static bool has_product(void *context, const char *sku)
{
    (void)context;
    return strcmp(sku, "S1") == 0 || strcmp(sku, "S2") == 0;
}

static enum assay_error take(enum assay_import_kind kind, const char *csv, size_t len,
                             struct assay_evidence_lines *lines, struct assay_reason *reason)
{
    const struct assay_evidence_reading how = {
        .kind = kind, .latest = LATEST, .open = open_item, .has_product = has_product};
    return assay_evidence_lines_read((struct assay_span){(const uint8_t *)csv, len}, &how, lines,
                                     reason);
}

static void refused(enum assay_import_kind kind, const char *csv, enum assay_error wanted,
                    const char *words)
{
    struct assay_evidence_lines lines;
    struct assay_reason reason = {""};
    enum assay_error error = take(kind, csv, strlen(csv), &lines, &reason);
    if (error != wanted || strstr(reason.text, words) == NULL) {
        print_error("%s: %s, \"%s\"\n", csv, assay_error_name(error), reason.text);
    }
    assert_int_equal(error, wanted);
    assert_non_null(strstr(reason.text, words));
}

/* -- refused -- */

#define REFERENCE "code\n"
#define SALES "sku,region,week,units\n"
#define PURCHASES "time_ms,sku,region,code,is_fake\n"

static void files_of_another_form(void **state)
{
    (void)state;
    refused(ASSAY_IMPORT_REFERENCE, "", ASSAY_E_FIELD, "line 1: the file is empty");
    refused(ASSAY_IMPORT_REFERENCE, "Code\n", ASSAY_E_FIELD, "line 1: the header code is wanted");
    refused(ASSAY_IMPORT_SALES, "sku,week,region,units\n", ASSAY_E_FIELD,
            "the header sku,region,week,units");
    refused(ASSAY_IMPORT_SALES, SALES "S1,CN,2026-W03\n", ASSAY_E_FIELD,
            "line 2: 4 fields are wanted, not 3");
    refused(ASSAY_IMPORT_REFERENCE, REFERENCE HANDLE ":1\n\"" HANDLE ":2\n", ASSAY_E_SYNTAX,
            "line 3: a quoted field is not closed");
}

static void codes_of_elsewhere(void **state)
{
    (void)state;
    refused(ASSAY_IMPORT_REFERENCE, REFERENCE HANDLE ":1\nABCDEG:2\n", ASSAY_E_CODE_UNKNOWN,
            "line 3: code: no such code was issued here");
    refused(ASSAY_IMPORT_REFERENCE, REFERENCE HANDLE ":1000\n", ASSAY_E_CODE_UNKNOWN, "line 2");
    refused(ASSAY_IMPORT_REFERENCE, REFERENCE "junk\n", ASSAY_E_FIELD, "line 2: code: a code as");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S1,CN,ABCDEG:2,0\n", ASSAY_E_CODE_UNKNOWN,
            "line 2: code");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S1,CN,junk,0\n", ASSAY_E_FIELD, "line 2: code");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S2,CN," HANDLE ":2,0\n", ASSAY_E_FIELD,
            "it is of another product");
}

static void columns_that_are_none(void **state)
{
    (void)state;
    refused(ASSAY_IMPORT_SALES, SALES "S3,CN,2026-W03,1\n", ASSAY_E_NOT_FOUND, "line 2: sku");
    refused(ASSAY_IMPORT_SALES, SALES "S 1,CN,2026-W03,1\n", ASSAY_E_FIELD, "line 2: sku");
    refused(ASSAY_IMPORT_SALES, SALES ",CN,2026-W03,1\n", ASSAY_E_FIELD, "line 2: sku");
    refused(ASSAY_IMPORT_SALES, SALES "S1,,2026-W03,1\n", ASSAY_E_FIELD, "line 2: region");
    refused(ASSAY_IMPORT_SALES, SALES "S1,Guangdong,2026-W03,1\n", ASSAY_E_FIELD, "region");
    refused(ASSAY_IMPORT_SALES, SALES "S1,ZJ,2026-W03,1\n", ASSAY_E_FIELD, "such as CN-GD");
    refused(ASSAY_IMPORT_SALES, SALES "S1,CN-GDXX,2026-W03,1\n", ASSAY_E_FIELD, "region");
    static const char *const weeks[] = {"2026-W00", "2026-W54", "2026-W53x", "2025-W53", "26-W03",
                                        "2026-03",  "2026W03",  "0000-W01",  "1969-W40", "9999-W01",
                                        "2026-w03", "",         "2026-W3"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(weeks); i++) {
        char csv[100];
        snprintf(csv, sizeof csv, SALES "S1,CN,%s,1\n", weeks[i]);
        refused(ASSAY_IMPORT_SALES, csv, ASSAY_E_FIELD, "line 2: week");
    }
    static const char *const units[] = {
        "-1", "", "1.5", "1e3", "NaN", "1000000000001", "99999999999999999999"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(units); i++) {
        char csv[100];
        snprintf(csv, sizeof csv, SALES "S1,CN,2026-W03,%s\n", units[i]);
        refused(ASSAY_IMPORT_SALES, csv, ASSAY_E_FIELD, "line 2: units");
    }
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "0,S1,CN,,1\n", ASSAY_E_FIELD, "line 2: time_ms");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1790000000001,S1,CN,,1\n", ASSAY_E_FIELD, "future");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S1,CN,,2\n", ASSAY_E_FIELD, "line 2: is_fake");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S1,CN,,\n", ASSAY_E_FIELD, "line 2: is_fake");
    refused(ASSAY_IMPORT_PURCHASE, PURCHASES "1,S1,CN,,yes\n", ASSAY_E_FIELD, "line 2: is_fake");
}

static void sales_of_one_week_twice(void **state)
{
    (void)state;
    refused(ASSAY_IMPORT_SALES,
            SALES "S1,CN,2026-W03,1\nS1,CN-GD,2026-W03,1\nS2,CN,2026-W03,1\nS1,CN,2026-W03,2\n",
            ASSAY_E_EXISTS, "line 5: week: line 2 speaks of");
}

/* -- taken -- */

static void reference_items_are_sorted_and_counted_once(void **state)
{
    (void)state;
    static const char csv[] = "\xEF\xBB\xBF" REFERENCE HANDLE ":7\r\nabcdef:3\n\n" HANDLE ":7\n";
    struct assay_evidence_lines lines;
    struct assay_reason reason;
    uint32_t handle = 0;
    assert_int_equal(assay_handle_parse(HANDLE, &handle), ASSAY_OK);
    assert_int_equal(take(ASSAY_IMPORT_REFERENCE, csv, sizeof csv - 1, &lines, &reason), ASSAY_OK);
    assert_int_equal(lines.count, 3);
    assert_int_equal(lines.item_count, 2);
    assert_true(lines.items[0] == assay_item_key_of(handle, 3));
    assert_true(lines.items[1] == assay_item_key_of(handle, 7));
    assay_evidence_lines_deinit(&lines);
}

static void sales_are_sorted(void **state)
{
    (void)state;
    static const char csv[] = SALES "S2,CN,2026-W03,5\nS1,cn-gd,2026-W04,0\nS1,CN-GD,2025-W52,8";
    struct assay_evidence_lines lines;
    struct assay_reason reason;
    int32_t week = 0;
    assert_int_equal(take(ASSAY_IMPORT_SALES, csv, sizeof csv - 1, &lines, &reason), ASSAY_OK);
    assert_int_equal(lines.count, 3);
    assert_string_equal(lines.sales[0].sku, "S1");
    assert_string_equal(lines.sales[0].where.country, "CN");
    assert_string_equal(lines.sales[0].where.region, "CN-GD");
    assert_int_equal(assay_week_parse("2025-W52", &week), ASSAY_OK);
    assert_int_equal(lines.sales[0].week, week);
    assert_int_equal(lines.sales[0].units, 8);
    assert_string_equal(lines.sales[2].sku, "S2");
    assert_string_equal(lines.sales[2].where.region, "");
    assay_evidence_lines_deinit(&lines);
}

static void purchases_stand_as_they_came(void **state)
{
    (void)state;
    static const char csv[] = PURCHASES "20,S1,CN-GD," HANDLE ":4,0\n10,S2,DE,,1\n10,S2,DE,junk,1\n"
                                        "10,S2,DE," HANDLE ":4,1\n11,S1,DE,,0\n";
    struct assay_evidence_lines lines;
    struct assay_reason reason;
    assert_int_equal(take(ASSAY_IMPORT_PURCHASE, csv, sizeof csv - 1, &lines, &reason), ASSAY_OK);
    assert_int_equal(lines.count, 5);
    assert_int_equal(lines.purchases[0].at_unix_ms, 20);
    assert_false(lines.purchases[0].is_fake);
    assert_true(lines.purchases[0].item != 0);
    assert_true(lines.purchases[1].is_fake);
    assert_true(lines.purchases[1].item == 0);
    assert_true(lines.purchases[2].item == 0);
    assert_true(lines.purchases[3].item == lines.purchases[0].item);
    assert_false(lines.purchases[4].is_fake);
    assay_evidence_lines_deinit(&lines);
}

/* Every Monday has a week, and the week names the Monday. */
static void weeks_there_and_back(void **state)
{
    (void)state;
    int32_t monday = 0;
    char text[ASSAY_WEEK_TEXT_SIZE];
    assert_int_equal(assay_week_parse("2026-W01", &monday), ASSAY_OK);
    char date[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(monday, date);
    assert_string_equal(date, "2025-12-29");
    assert_int_equal(assay_week_parse("2026-W53", &monday), ASSAY_OK);
    assay_date_format(monday, date);
    assert_string_equal(date, "2026-12-28");
    for (int32_t day = 4; day < 200000; day += 7) {
        assay_week_format(day, text);
        assert_int_equal(assay_week_parse(text, &monday), ASSAY_OK);
        assert_int_equal(monday, day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_another_form),
        cmocka_unit_test(codes_of_elsewhere),
        cmocka_unit_test(columns_that_are_none),
        cmocka_unit_test(sales_of_one_week_twice),
        cmocka_unit_test(reference_items_are_sorted_and_counted_once),
        cmocka_unit_test(sales_are_sorted),
        cmocka_unit_test(purchases_stand_as_they_came),
        cmocka_unit_test(weeks_there_and_back),
    };
    return cmocka_run_group_tests_name("evidence_lines", tests, NULL, NULL);
}
