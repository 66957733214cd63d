// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history_row.h"

#define LATEST 1790000000000

struct taken {
    struct assay_history_row row;
    char device[300]; /* what the row borrows is gone after the reading */
    unsigned rows;
};

static enum assay_error take_record(void *context, const struct assay_csv_record *record,
                                    struct assay_reason *reason)
{
    struct taken *taken = context;
    enum assay_error error = assay_history_row_read(record, LATEST, &taken->row, reason);
    if (error == ASSAY_OK) {
        memcpy(taken->device, taken->row.device.data, taken->row.device.len_bytes);
        taken->row.device.data = (const uint8_t *)taken->device;
        taken->rows++;
    }
    return error;
}

static enum assay_error take(const char *line, struct taken *taken, struct assay_reason *reason)
{
    struct assay_csv_reader reader;
    taken->rows = 0;
    assay_csv_reader_init(&reader, take_record, taken);
    enum assay_error error = assay_csv_reader_feed(&reader, line, strlen(line), reason);
    return error != ASSAY_OK ? error : assay_csv_reader_end(&reader, reason);
}

static const struct assay_history_row *row_of(const char *line, struct taken *taken)
{
    struct assay_reason reason = {""};
    enum assay_error error = take(line, taken, &reason);
    if (error != ASSAY_OK) {
        print_error("%s: %s\n", line, reason.text);
    }
    assert_int_equal(error, ASSAY_OK);
    assert_int_equal(taken->rows, 1);
    return &taken->row;
}

static void refused(const char *line, const char *words)
{
    struct taken taken;
    struct assay_reason reason = {""};
    assert_int_equal(take(line, &taken, &reason), ASSAY_E_FIELD);
    if (strncmp(reason.text, "line 1: ", 8) != 0 || strstr(reason.text, words) == NULL) {
        print_error("%s: %s\n", line, reason.text);
    }
    assert_memory_equal(reason.text, "line 1: ", 8);
    assert_non_null(strstr(reason.text, words));
}

/* -- refused -- */

static void times_that_are_none(void **state)
{
    (void)state;
    static const char *const times[] = {"",
                                        "x",
                                        "-1",
                                        "0",
                                        "1e3",
                                        "1.5",
                                        " 1",
                                        "+1",
                                        "0x1",
                                        "nan",
                                        "9999999999999999999999",
                                        "1790000000001"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(times); i++) {
        char line[200];
        snprintf(line, sizeof line, "%s,ABCDEF:1,,,,,,,,,,", times[i]);
        refused(line, "time_ms");
    }
}

static void numbers_that_are_none(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "nan",       "inf",   "-inf", "1e1",        "0x1",
        "90.000001", "-91",   "1.",   ".5",         "1,5",
        "--1",       "1.2.3", "1 ",   "9999999999", "1.0000000000000000000000000000001"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(numbers); i++) {
        char line[200];
        snprintf(line, sizeof line, "1,ABCDEF:1,CN,,,\"%s\",114,25,,,,", numbers[i]);
        refused(line, "lat");
    }
    refused("1,ABCDEF:1,CN,,,22,181,25,,,,", "lon");
    refused("1,ABCDEF:1,CN,,,22,,25,,,,", "lon");
    refused("1,ABCDEF:1,CN,,,,114,25,,,,", "lat");
    refused("1,ABCDEF:1,CN,,,22,114,,,,,", "accuracy_km");
    refused("1,ABCDEF:1,CN,,,22,114,-0.5,,,,", "accuracy_km");
    refused("1,ABCDEF:1,CN,,,22,114,65536,,,,", "accuracy_km");
    refused("1,ABCDEF:1,CN,,,,,inf,,,,", "accuracy_km");
}

static void words_that_are_not_known(void **state)
{
    (void)state;
    refused("1,ABCDEF:1,CHN,,,,,,,,,", "country");
    refused("1,ABCDEF:1,C1,,,,,,,,,", "country");
    refused("1,ABCDEF:1,,GD,,,,,,,,", "region");
    refused("1,ABCDEF:1,CN,US-CA,,,,,,,,", "region");
    refused("1,ABCDEF:1,CN,CN-ABCD,,,,,,,,", "region");
    refused("1,ABCDEF:1,CN,G_D,,,,,,,,", "region");
    refused("1,ABCDEF:1,CN,,\xff,,,,,,,", "city");
    refused("1,ABCDEF:1,CN,,,,,,Fixed,,,", "net");
    refused("1,ABCDEF:1,CN,,,,,,,,web,", "channel");
    refused("1,ABCDEF:1,CN,,,,,,,,,1234", "pin");
    refused("1,ABCDEF:1,CN,,,,,,,,", "12 fields are wanted, not 11");
    refused("1,ABCDEF:1,CN,,,,,,,,,,", "12 fields are wanted, not 13");
    char device[258] = "";
    char line[400];
    memset(device, 'd', 257);
    snprintf(line, sizeof line, "1,ABCDEF:1,CN,,,,,,,%s,,", device);
    refused(line, "device");
}

/* -- taken -- */

static void codes_of_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum assay_history_code kind;
    } rows[] = {
        {"ABCDEF:0", ASSAY_HISTORY_ITEM},
        {"abcdef:16777215", ASSAY_HISTORY_ITEM},
        {"ABCDEF:4294967296", ASSAY_HISTORY_ITEM},
        {"ABCDEF:", ASSAY_HISTORY_MALFORMED},
        {"ABCDEF:-1", ASSAY_HISTORY_MALFORMED},
        {"ABCDEF:1x", ASSAY_HISTORY_MALFORMED},
        {"000000:1", ASSAY_HISTORY_MALFORMED},
        {"ABCDE:1", ASSAY_HISTORY_MALFORMED},
        {"ABCDEF:12345678901", ASSAY_HISTORY_MALFORMED},
        {"", ASSAY_HISTORY_MALFORMED},
        {"12345", ASSAY_HISTORY_MALFORMED},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        char line[200];
        struct taken taken;
        snprintf(line, sizeof line, "1,%s,,,,,,,,,,", rows[i].text);
        assert_int_equal(row_of(line, &taken)->kind, rows[i].kind);
    }
    char code[ASSAY_CODE_SIZE] = "1ABCDEF000000000000";
    code[19] = assay_code_check_character(code);
    char line[200];
    struct taken taken;
    snprintf(line, sizeof line, "1,%s,,,,,,,,,,", code);
    assert_int_equal(row_of(line, &taken)->kind, ASSAY_HISTORY_CODE);
    assert_string_equal(taken.row.parts.text, code);
    snprintf(line, sizeof line, "1,https://v.brand.cn/01/06901234567892/21/%s?lang=en,,,,,,,,,,",
             code);
    assert_int_equal(row_of(line, &taken)->kind, ASSAY_HISTORY_CODE);
    snprintf(line, sizeof line, "1, %.4s-%.16s,,,,,,,,,,", code, code + 4);
    assert_int_equal(row_of(line, &taken)->kind, ASSAY_HISTORY_CODE);
    code[10] = '1';
    snprintf(line, sizeof line, "1,%s,,,,,,,,,,", code);
    assert_int_equal(row_of(line, &taken)->kind, ASSAY_HISTORY_MALFORMED);
}

static void a_whole_row(void **state)
{
    (void)state;
    struct taken taken;
    const struct assay_history_row *row =
        row_of("1790000000000,ABCDEF:5,cn,gd,深圳,22.55,-114.05,1,anon,d1,api,right", &taken);
    assert_true(row->at_unix_ms == LATEST);
    assert_int_equal(row->index, 5);
    assert_string_equal(row->place.country, "CN");
    assert_string_equal(row->place.region, "CN-GD");
    assert_string_equal(row->place.city, "深圳");
    assert_int_equal(row->position.lat_decidegrees, 226);
    assert_int_equal(row->position.lon_decidegrees, -1141);
    assert_int_equal(row->position.accuracy_km, 1);
    assert_false(row->own_position);
    assert_int_equal(row->net, ASSAY_NET_ANON);
    assert_int_equal(row->channel, ASSAY_CHANNEL_API);
    assert_int_equal(row->pin, ASSAY_PIN_RIGHT);
    row = row_of("1,ABCDEF:5,,,,-90,180.000,0.999,,,,", &taken);
    assert_true(row->own_position);
    assert_int_equal(row->position.accuracy_km, 0);
    assert_int_equal(row->position.lat_decidegrees, -900);
    row = row_of("1,ABCDEF:5,,,,,,12,,,preview,", &taken);
    assert_int_equal(row->position.lat_decidegrees, ASSAY_POSITION_NONE);
    assert_int_equal(row->channel, ASSAY_CHANNEL_PREVIEW);
    assert_int_equal(row->device.len_bytes, 0);
}

/* No digit decides otherwise than the live path's lround. */
static void positions_are_rounded_as_live(void **state)
{
    (void)state;
    for (int hundredths = -9000; hundredths <= 9000; hundredths++) {
        char line[200];
        struct taken taken;
        snprintf(line, sizeof line, "1,ABCDEF:5,,,,%s%d.%02d,0,5,,,,", hundredths < 0 ? "-" : "",
                 abs(hundredths) / 100, abs(hundredths) % 100);
        long wanted = lround(hundredths / 10.0);
        assert_int_equal(row_of(line, &taken)->position.lat_decidegrees, wanted);
    }
}

static void devices(void **state)
{
    (void)state;
    struct taken taken;
    uint8_t one[ASSAY_HISTORY_DEVICE_LEN];
    uint8_t two[ASSAY_HISTORY_DEVICE_LEN];
    static const uint8_t plain[ASSAY_HISTORY_DEVICE_LEN] = {0xAB, 0xCD, 0xEF};
    assay_history_device(row_of("1,ABCDEF:5,,,,,,,,abcdEF00000000000000000000000000,,", &taken),
                         one);
    assert_memory_equal(one, plain, sizeof one);
    assay_history_device(row_of("1,ABCDEF:5,,,,,,,,phone 7,,", &taken), one);
    assay_history_device(row_of("1,ABCDEF:5,,,,,,,,phone 8,,", &taken), two);
    assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_that_are_none),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(words_that_are_not_known),
        cmocka_unit_test(codes_of_every_form),
        cmocka_unit_test(a_whole_row),
        cmocka_unit_test(positions_are_rounded_as_live),
        cmocka_unit_test(devices),
    };
    return cmocka_run_group_tests_name("history_row", tests, NULL, NULL);
}
