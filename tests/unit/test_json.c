// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum assay_error parse(const char *text, json_t **object, struct assay_reason *reason)
{
    return assay_json_parse(text, strlen(text), 1024, object, reason);
}

static void broken_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "line 1"},
        {"{", "line 1"},
        {"{\n\"a\" 1}", "line 2"},
        {"[]", "must be an object"},
        {"1", "line 1"},
        {"null", "line 1"},
        {"{} {}", "follows"},
        {"{}x", "follows"},
        {"{'a':1}", "line 1"},
        {"{\"a\":1,}", "line 1"},
        {"{\"a\":1,\"a\":2}", "twice"},
        {"{\"a\":{\"b\":1,\"b\":1}}", "twice"},
        {"{\"a\":\"\xFF\"}", "UTF-8"},
        {"{\"a\":\"\\u0000\"}", "NUL"},
        {"{\"a\\u0000\":1}", "NUL"},
        {"{\"a\":\"\n\"}", "line 1"},
        {"{\"a\":99999999999999999999}", "too large"},
        {"{\"a\":1e999}", "too large"},
        {"{\"a\":NaN}", "line 1"},
        {"{\"a\":01}", "line 1"},
        {"{\"a\":\"\\ud800\"}", "line 1"},
        {"{\"a\":[[[[[[[[1]]]]]]]]}", "deep"},
        {"[[[[[[[[[[[[[[[[[[[[", "deep"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        json_t *object = NULL;
        struct assay_reason reason;
        assert_int_equal(parse(cases[i].text, &object, &reason), ASSAY_E_SYNTAX);
        if (strstr(reason.text, cases[i].says) == NULL) {
            fail_msg("%s: %s", cases[i].text, reason.text);
        }
        assert_null(object);
    }
}

static void reasons_do_not_quote_the_input(void **state)
{
    (void)state;
    json_t *object = NULL;
    struct assay_reason reason;
    assert_int_equal(parse("{\"pin\":\"SECRET12\" \"x\"}", &object, &reason), ASSAY_E_SYNTAX);
    assert_null(strstr(reason.text, "SECRET"));
}

static void large_input_is_refused_unread(void **state)
{
    (void)state;
    json_t *object = NULL;
    struct assay_reason reason;
    assert_int_equal(assay_json_parse("{\"a\":1}", 7, 6, &object, &reason), ASSAY_E_TOO_LARGE);
    assert_int_equal(assay_json_parse("{\"a\":1}", 7, 7, &object, &reason), ASSAY_OK);
    json_decref(object);
}

static void eight_levels_and_brackets_in_texts_are_fine(void **state)
{
    (void)state;
    json_t *object = NULL;
    struct assay_reason reason;
    assert_int_equal(parse("{\"a\":[[[[[[[1]]]]]]]}", &object, &reason), ASSAY_OK);
    json_decref(object);
    assert_int_equal(parse("{\"a\":\"[[[[[[[[[[[\\\"[[[\\\\\"}", &object, &reason), ASSAY_OK);
    json_decref(object);
}

struct everything {
    char text[8];
    int64_t integer;
    double number;
    bool boolean;
    const json_t *object;
    const json_t *array;
    bool present;
};

static enum assay_error read_all(const char *text, struct everything *out,
                                 struct assay_reason *reason)
{
    json_t *object = NULL;
    assert_int_equal(parse(text, &object, reason), ASSAY_OK);
    const struct assay_json_field fields[] = {
        {.name = "text",
         .kind = ASSAY_JSON_TEXT,
         .required = true,
         .out = out->text,
         .size = sizeof out->text},
        {.name = "integer",
         .kind = ASSAY_JSON_INTEGER,
         .out = &out->integer,
         .min = -5,
         .max = 10,
         .present = &out->present},
        {.name = "number", .kind = ASSAY_JSON_NUMBER, .out = &out->number, .min = 0, .max = 1.5},
        {.name = "boolean", .kind = ASSAY_JSON_BOOLEAN, .out = &out->boolean},
        {.name = "object", .kind = ASSAY_JSON_OBJECT, .out = &out->object},
        {.name = "array", .kind = ASSAY_JSON_ARRAY, .out = &out->array},
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    /* what was borrowed is only compared with NULL */
    json_decref(object);
    return error;
}

static void wrong_fields_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"{}", "text: is missing"},
        {"{\"text\":null}", "text: is missing"},
        {"{\"text\":1}", "text: must be a text"},
        {"{\"text\":\"12345678\"}", "text: has 8 bytes, at most 7"},
        {"{\"text\":\"a\\nb\"}", "text: must not hold control"},
        {"{\"text\":\"a\\u0085b\"}", "text: must not hold control"},
        {"{\"text\":\"a\",\"other\":null}", "other: unknown"},
        {"{\"text\":\"a\",\"Text\":1}", "Text: unknown"},
        {"{\"text\":\"a\",\"\\u001b[2J\":1}", "?: unknown"},
        {"{\"text\":\"a\",\"integer\":1.0}", "integer: must be a whole"},
        {"{\"text\":\"a\",\"integer\":\"1\"}", "integer: must be a whole"},
        {"{\"text\":\"a\",\"integer\":11}", "integer: must be from -5 to 10"},
        {"{\"text\":\"a\",\"integer\":-6}", "integer: must be from -5 to 10"},
        {"{\"text\":\"a\",\"number\":true}", "number: must be a number"},
        {"{\"text\":\"a\",\"number\":1.6}", "number: must be from 0 to 1.5"},
        {"{\"text\":\"a\",\"boolean\":1}", "boolean: must be true or false"},
        {"{\"text\":\"a\",\"object\":[]}", "object: must be an object"},
        {"{\"text\":\"a\",\"array\":{}}", "array: must be an array"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct everything out = {.text = "old", .integer = 77, .present = true};
        struct assay_reason reason;
        assert_int_equal(read_all(cases[i].text, &out, &reason), ASSAY_E_FIELD);
        if (strstr(reason.text, cases[i].says) == NULL) {
            fail_msg("%s: %s", cases[i].text, reason.text);
        }
        assert_string_equal(out.text, "old");
        assert_int_equal(out.integer, 77);
        assert_true(out.present);
    }
}

static void fields_are_read_and_missing_ones_left_alone(void **state)
{
    (void)state;
    struct everything out = {.integer = 77, .present = true};
    struct assay_reason reason;
    assert_int_equal(read_all("{\"text\":\"电宝\",\"integer\":null}", &out, &reason), ASSAY_OK);
    assert_string_equal(out.text, "电宝");
    assert_int_equal(out.integer, 77);
    assert_false(out.present);
    assert_null(out.object);
    assert_int_equal(read_all("{\"text\":\"\",\"integer\":-5,\"number\":1,\"boolean\":true,"
                              "\"object\":{\"a\":1},\"array\":[1]}",
                              &out, &reason),
                     ASSAY_OK);
    assert_string_equal(out.text, "");
    assert_int_equal(out.integer, -5);
    assert_true(out.present);
    assert_true(out.number == 1.0);
    assert_true(out.boolean);
    assert_non_null(out.object);
    assert_non_null(out.array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_json_is_refused_with_its_place),
        cmocka_unit_test(reasons_do_not_quote_the_input),
        cmocka_unit_test(large_input_is_refused_unread),
        cmocka_unit_test(eight_levels_and_brackets_in_texts_are_fine),
        cmocka_unit_test(wrong_fields_are_named),
        cmocka_unit_test(fields_are_read_and_missing_ones_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
