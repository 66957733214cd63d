// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "verifier/form.h"

static const char *const boxes[] = {"consent", NULL};

static void expect_refused(const char *body, enum assay_error error)
{
    json_t *object = NULL;
    struct assay_reason reason = {""};
    assert_int_equal(assay_form_parse(body, strlen(body), boxes, &object, &reason), error);
    assert_null(object);
    assert_string_not_equal(reason.text, "");
}

static void bad_bodies(void **state)
{
    (void)state;
    expect_refused("a=%", ASSAY_E_SYNTAX);
    expect_refused("a=%4", ASSAY_E_SYNTAX);
    expect_refused("a=%4g", ASSAY_E_SYNTAX);
    expect_refused("%zz=1", ASSAY_E_SYNTAX);
    expect_refused("a=%00", ASSAY_E_SYNTAX);
    expect_refused("a=%ff", ASSAY_E_SYNTAX);
    expect_refused("a=%c0%80", ASSAY_E_SYNTAX);
    expect_refused("a=%ed%a0%80", ASSAY_E_SYNTAX);
    expect_refused("%ff=a", ASSAY_E_SYNTAX);
    expect_refused("a=1&b=2&a=3", ASSAY_E_SYNTAX);
    expect_refused("a=1&%61=3", ASSAY_E_SYNTAX);
    expect_refused("consent=no", ASSAY_E_FIELD);
    expect_refused("consent=On", ASSAY_E_FIELD);
    char many[512] = "";
    for (unsigned i = 0; i <= ASSAY_FORM_FIELDS_MAX; i++) {
        snprintf(many + strlen(many), sizeof many - strlen(many), "f%u=1&", i);
    }
    expect_refused(many, ASSAY_E_TOO_LARGE);
}

static void a_raw_nul_is_refused(void **state)
{
    (void)state;
    json_t *object = NULL;
    assert_int_equal(assay_form_parse("a=b\0c", 5, boxes, &object, NULL), ASSAY_E_SYNTAX);
    assert_null(object);
}

static void expect_json(const char *body, const char *expected)
{
    json_t *object = NULL;
    assert_int_equal(assay_form_parse(body, strlen(body), boxes, &object, NULL), ASSAY_OK);
    char text[512];
    size_t len = json_dumpb(object, text, sizeof text - 1, JSON_COMPACT | JSON_SORT_KEYS);
    text[len] = '\0';
    assert_string_equal(text, expected);
    json_decref(object);
}

static void good_bodies(void **state)
{
    (void)state;
    expect_json("", "{}");
    expect_json("&&", "{}");
    expect_json("a=&b=", "{}");
    expect_json("a", "{}");
    expect_json("a=1+2%2b3", "{\"a\":\"1 2+3\"}");
    expect_json("a=b=c&d=%E6%9D%8E", "{\"a\":\"b=c\",\"d\":\"\xe6\x9d\x8e\"}");
    expect_json("consent=on&name=x", "{\"consent\":true,\"name\":\"x\"}");
    expect_json("consent=", "{}");
}

static void one_field(void **state)
{
    (void)state;
    static const struct {
        const char *form;
        enum assay_error error;
        const char *text;
    } rows[] = {
        {"", ASSAY_E_NOT_FOUND, ""},
        {"x=1&ab=2", ASSAY_E_NOT_FOUND, ""},
        {"a=1&a=2", ASSAY_E_FIELD, ""},
        {"a=%f", ASSAY_E_SYNTAX, ""},
        {"a=%00", ASSAY_E_SYNTAX, ""},
        {"a=%ff", ASSAY_E_SYNTAX, ""},
        {"a=12345678", ASSAY_E_TOO_LARGE, ""},
        {"a", ASSAY_OK, ""},
        {"a=", ASSAY_OK, ""},
        {"b=1&a=x+%2B%e6%9d%8E&", ASSAY_OK, "x +\xe6\x9d\x8e"},
        {"a=1234567", ASSAY_OK, "1234567"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        char text[8];
        assert_int_equal(
            assay_form_field(rows[i].form, strlen(rows[i].form), "a", text, sizeof text),
            rows[i].error);
        if (rows[i].error == ASSAY_OK) {
            assert_string_equal(text, rows[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_field),
        cmocka_unit_test(bad_bodies),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(good_bodies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
