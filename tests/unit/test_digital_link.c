// SPDX-License-Identifier: Apache-2.0
/* The vectors are those of GS1's own syntax engine, and ours where it has none. */
#include "core/digital_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GTIN "/01/12312312312333"

static enum assay_error parse(const char *text, struct assay_digital_link *link,
                              struct assay_reason *reason)
{
    return assay_digital_link_parse(text, strlen(text), ASSAY_DIGITAL_LINK_STRICT, link, reason);
}

static const struct {
    const char *uri;
    enum assay_error error;
    const char *says;
} wrong[] = {
    {"", ASSAY_E_SYNTAX, "scheme"},
    {"https://", ASSAY_E_SYNTAX, "scheme"},
    {"https:///01/12312312312333", ASSAY_E_SYNTAX, "no host"},
    {"ftp://a" GTIN, ASSAY_E_SYNTAX, "scheme"},
    {"HtTp://a" GTIN, ASSAY_E_SYNTAX, "scheme"},
    {"Https://a" GTIN, ASSAY_E_SYNTAX, "scheme"},
    {"https://user@a" GTIN, ASSAY_E_SYNTAX, "host"},
    {"https://a", ASSAY_E_SYNTAX, "primary key"},
    {"https://a/", ASSAY_E_SYNTAX, "'/'"},
    {"https://a/01", ASSAY_E_SYNTAX, "primary key"},
    {"https://a/10/X", ASSAY_E_SYNTAX, "primary key"},
    {"https://a/01/2112345678900", ASSAY_E_FIELD, "too short"},
    {"https://a/01/12312312312334", ASSAY_E_FIELD, "(01): the numeric check digit is incorrect"},
    {"https://a" GTIN "/", ASSAY_E_SYNTAX, "'/'"},
    {"https://a" GTIN "/?99=ABC", ASSAY_E_SYNTAX, "'/'"},
    {"https://a" GTIN "/10/", ASSAY_E_SYNTAX, "'/'"},
    {"https://a" GTIN "/10//21/X", ASSAY_E_FIELD, "(10): has no value"},
    {"https://a/01//21/X", ASSAY_E_FIELD, "(01): has no value"},
    {"https://a" GTIN "/foo", ASSAY_E_SYNTAX, "primary key"},
    {"https://a" GTIN "/foo/bar", ASSAY_E_SYNTAX, "primary key"},
    {"https://a" GTIN "/99/ABC", ASSAY_E_FIELD, "qualifiers of (01)"},
    {"https://a" GTIN "/21/S/10/L", ASSAY_E_FIELD, "order"},
    {"https://a" GTIN "/10/L/22/V", ASSAY_E_FIELD, "order"},
    {"https://a" GTIN "/21/S/22/V", ASSAY_E_FIELD, "order"},
    {"https://a" GTIN "/235/T/21/S", ASSAY_E_FIELD, "order"},
    {"https://a" GTIN "/10/L/235/T", ASSAY_E_FIELD, "order"},
    {"https://a" GTIN "/254/X", ASSAY_E_FIELD, "qualifiers of (01)"},
    {"https://a" GTIN "/10/L/10/L", ASSAY_E_FIELD, "(10) is there twice"},
    {"https://a" GTIN "/22/V/10/L/21/S/21/S", ASSAY_E_SYNTAX, "primary key"},
    {"https://a" GTIN "/10/L?10=L", ASSAY_E_FIELD, "(10) is there twice"},
    {"https://a" GTIN "?10=ABC123", ASSAY_E_FIELD, "(10) belongs in the path"},
    {"https://a" GTIN "/21/S?10=ABC123", ASSAY_E_FIELD, "(10) belongs in the path"},
    {"https://a" GTIN "?21=ABC123", ASSAY_E_FIELD, "(21) may not be in the query"},
    {"https://a" GTIN "/235/T?21=S", ASSAY_E_FIELD, "(21) may not be in the query"},
    {"https://a" GTIN "?8200=x", ASSAY_E_FIELD, "(8200) may not be in the query"},
    {"https://a" GTIN "?99=", ASSAY_E_FIELD, "(99): has no value"},
    {"https://a" GTIN "?99", ASSAY_E_FIELD, "(99): has no value"},
    {"https://a" GTIN "?99=ABC&999=faux", ASSAY_E_FIELD, "(999) is no application"},
    {"https://a" GTIN "?%39%399=faux", ASSAY_E_FIELD, "(999) is no application"},
    {"https://a" GTIN "?1234567890123=x", ASSAY_E_FIELD, "is no application"},
    {"https://a" GTIN "?98=XYZ+987", ASSAY_E_FIELD, "(98): character 4"},
    {"https://a" GTIN "?99=A&99=B", ASSAY_E_FIELD, "(99) is there twice"},
    {"https://a" GTIN "?17=181399", ASSAY_E_FIELD, "(17): not a date"},
    {"https://a" GTIN "?37=3", ASSAY_E_FIELD, "(37) does not go with (01)"},
    {"https://a" GTIN "?8030=abc", ASSAY_E_FIELD, "(8030) with (01) needs (21)"},
    {"https://a" GTIN "/10/%00", ASSAY_E_SYNTAX, "%00"},
    {"https://a" GTIN "?99=A%00", ASSAY_E_SYNTAX, "%00"},
    {"https://a" GTIN "?foo=A%00", ASSAY_E_SYNTAX, "%00"},
    {"https://a" GTIN "?fo%00o=A", ASSAY_E_SYNTAX, "%00"},
    {"https://a" GTIN "/10/A%2", ASSAY_E_SYNTAX, "escape"},
    {"https://a" GTIN "/10/A%", ASSAY_E_SYNTAX, "escape"},
    {"https://a" GTIN "/10/A%G0", ASSAY_E_SYNTAX, "escape"},
    {"https://a" GTIN "/10/A%20B", ASSAY_E_FIELD, "(10): character 2"},
    {"https://a" GTIN "/10/ABCDEFGHIJKLMNOPQRSTU", ASSAY_E_FIELD, "(10): the value is too long"},
    {"https://a" GTIN "/10/<", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=>", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x={", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=}", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=\\", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=^", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=`", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x= ", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "?x=\xc3\xa4", ASSAY_E_SYNTAX, "may not be in a URI"},
    {"https://a" GTIN "/00/123", ASSAY_E_FIELD, "(00)"},
};

static void wrong_uris_are_refused_with_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(wrong); i++) {
        struct assay_digital_link link = {.count = 99};
        struct assay_reason reason = {""};
        enum assay_error error = parse(wrong[i].uri, &link, &reason);
        if (error != wrong[i].error || strstr(reason.text, wrong[i].says) == NULL) {
            fail_msg("%s: %s \"%s\"", wrong[i].uri, assay_error_name(error), reason.text);
        }
        assert_int_equal(link.count, 99);
    }
}

static void a_91_character_value_and_a_long_uri_are_refused(void **state)
{
    (void)state;
    struct assay_digital_link link;
    struct assay_reason reason;
    char value[92];
    char uri[ASSAY_DIGITAL_LINK_LEN_MAX + 2];
    memset(value, 'x', 91);
    value[91] = '\0';
    snprintf(uri, sizeof uri, "https://a" GTIN "?99=%s", value);
    assert_int_equal(parse(uri, &link, &reason), ASSAY_E_FIELD);
    uri[strlen(uri) - 1] = '\0';
    assert_int_equal(parse(uri, &link, &reason), ASSAY_OK);
    assert_int_equal(strlen(assay_digital_link_value(&link, "99")), 90);
    memset(uri, 'x', sizeof uri - 1);
    uri[sizeof uri - 1] = '\0';
    assert_int_equal(parse(uri, &link, &reason), ASSAY_E_TOO_LARGE);
    snprintf(uri, sizeof uri, "%s", "https://a" GTIN "?");
    for (int ai = 3100; ai < 3116; ai += ai % 10 == 5 ? 5 : 1) {
        snprintf(uri + strlen(uri), 20, "&%d=123456", ai);
    }
    for (int ai = 91; ai < 99; ai++) {
        snprintf(uri + strlen(uri), 20, "&%d=1", ai);
    }
    assert_int_equal(parse(uri, &link, &reason), ASSAY_E_TOO_LARGE);
}

/* The elements, each "(AI)value"; a '?' before the first attribute. */
static const char *elements_of(const struct assay_digital_link *link)
{
    static char text[ASSAY_DIGITAL_LINK_ELEMENTS_MAX * (ASSAY_AI_VALUE_SIZE + 8)];
    text[0] = '\0';
    for (unsigned i = 0; i < link->count; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s(%s)%s", i == link->path_count ? "?" : "",
                 link->elements[i].ai, link->elements[i].value);
    }
    return text;
}

static void right_uris_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        const char *elements;
        size_t stem_len;
    } cases[] = {
        {"https://id.gs1.org/01/09520123456788", "(01)09520123456788", 18},
        {"https://id.gs1.org/01/09520123456788/22/2A", "(01)09520123456788(22)2A", 18},
        {"https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426",
         "(01)09520123456788(10)ABC1(21)12345?(17)180426", 18},
        {"https://a" GTIN "/235/TEST", "(01)12312312312333(235)TEST", 9},
        {"https://a" GTIN "/22/ABC%2d123?99=ABC&98=XYZ%2f987",
         "(01)12312312312333(22)ABC-123?(99)ABC(98)XYZ/987", 9},
        {"https://a" GTIN "/22/ABC+123?99=ABC&98=XYZ%2F987",
         "(01)12312312312333(22)ABC+123?(99)ABC(98)XYZ/987", 9},
        {"https://a" GTIN "?99=ABC&unknown=666&98=XYZ", "(01)12312312312333?(99)ABC(98)XYZ", 9},
        {"https://id.gs1.org/414/9520123456788/254/32a%2Fb", "(414)9520123456788(254)32a/b", 18},
        {"http://a" GTIN, "(01)12312312312333", 8},
        {"HTTP://A" GTIN, "(01)12312312312333", 8},
        {"HTTPS://A" GTIN, "(01)12312312312333", 9},
        {"https://[::1]:8080" GTIN, "(01)12312312312333", 18},
        {"https://a" GTIN "/21/S", "(01)12312312312333(21)S", 9},
        {"https://a" GTIN "/10/L", "(01)12312312312333(10)L", 9},
        {"https://a" GTIN "/22/V/21/S", "(01)12312312312333(22)V(21)S", 9},
        {"https://a" GTIN "/22/V/10/L", "(01)12312312312333(22)V(10)L", 9},
        {"https://a" GTIN "/22/V/10/L/21/S", "(01)12312312312333(22)V(10)L(21)S", 9},
        {"https://a" GTIN "/21/01", "(01)12312312312333(21)01", 9},
        {"https://a" GTIN "/235/T?10=ABC123", "(01)12312312312333(235)T?(10)ABC123", 9},
        {"https://a" GTIN "/21/S?sig=0ABC&x=%3c", "(01)12312312312333(21)S", 9},
        {"https://a" GTIN "/21/S?8030=a_b", "(01)12312312312333(21)S?(8030)a_b", 9},
        {"https://a" GTIN "?&&99=A&&", "(01)12312312312333?(99)A", 9},
        {"https://a" GTIN "?", "(01)12312312312333", 9},
        {"https://a" GTIN "#/foo?99=", "(01)12312312312333", 9},
        {"https://a" GTIN "?99=A#99=B", "(01)12312312312333?(99)A", 9},
        {"https://a" GTIN "?3103=000195", "(01)12312312312333?(3103)000195", 9},
        {"https://a/some/where" GTIN "/21/S", "(01)12312312312333(21)S", 20},
        {"https://a/01/x/00/123456789012345675", "(00)123456789012345675", 14},
        {"https://a/414/9520123456788" GTIN, "(01)12312312312333", 27},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_digital_link link;
        struct assay_reason reason = {""};
        if (parse(cases[i].uri, &link, &reason) != ASSAY_OK) {
            fail_msg("%s: %s", cases[i].uri, reason.text);
        }
        assert_string_equal(elements_of(&link), cases[i].elements);
        assert_int_equal(link.stem_len, cases[i].stem_len);
    }
}

static void a_stranger_may_end_with_a_slash(void **state)
{
    (void)state;
    struct assay_digital_link link;
    static const char uri[] = "https://a" GTIN "/21/S/";
    assert_int_equal(
        assay_digital_link_parse(uri, strlen(uri), ASSAY_DIGITAL_LINK_TOLERANT, &link, NULL),
        ASSAY_OK);
    assert_string_equal(elements_of(&link), "(01)12312312312333(21)S");
    static const char two[] = "https://a" GTIN "/21/S//";
    assert_int_not_equal(
        assay_digital_link_parse(two, strlen(two), ASSAY_DIGITAL_LINK_TOLERANT, &link, NULL),
        ASSAY_OK);
}

struct made {
    const char *stem;
    const char *elements[8]; /* identifier, value, ... */
    const char *uri;         /* or what the reason says */
};

static enum assay_error make(const struct made *made, char *uri, size_t size,
                             struct assay_reason *reason)
{
    struct assay_digital_link link = {.count = 0};
    for (int i = 0; i < 8 && made->elements[i] != NULL; i += 2) {
        enum assay_error error =
            assay_digital_link_add(&link, made->elements[i], made->elements[i + 1], reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return assay_digital_link_write(made->stem, &link, uri, size, reason);
}

static void what_makes_no_uri_is_refused(void **state)
{
    (void)state;
    static const struct made cases[] = {
        {"https://a", {"01", "12312312312326", "235", "ABC", "10", "DEF"}, "do not go together"},
        {"https://a", {"10", "DEF"}, "primary key"},
        {"https://a", {"01", "12312312312334"}, "check digit"},
        {"https://a", {"01", "12312312312333", "01", "12312312312333"}, "twice"},
        {"https://a", {"01", "12312312312333", "18", "X"}, "no application"},
        {"https://a", {"01", "12312312312333", "8200", "X"}, "(8200) may not be in the query"},
        {"https://a/", {"01", "12312312312333"}, "stem"},
        {"", {"01", "12312312312333"}, "stem"},
        {"https://a?x", {"01", "12312312312333"}, "primary key"},
        {"https://a b", {"01", "12312312312333"}, "may not be in a URI"},
        {"ftp://a", {"01", "12312312312333"}, "scheme"},
        {"https://"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         {"01", "12312312312333"},
         "bytes, more than 99"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        char uri[100] = "untouched";
        struct assay_reason reason = {""};
        assert_int_not_equal(make(&cases[i], uri, sizeof uri, &reason), ASSAY_OK);
        if (strstr(reason.text, cases[i].uri) == NULL) {
            fail_msg("%zu: %s", i, reason.text);
        }
        assert_string_equal(uri, "untouched");
    }
}

static void uris_are_put_together_in_order(void **state)
{
    (void)state;
    static const struct made cases[] = {
        {"https://example.com",
         {"01", "12312312312333", "10", "ABC+123", "99", "XYZ+QWERTY"},
         "https://example.com/01/12312312312333/10/ABC%2B123?99=XYZ%2BQWERTY"},
        {"https://example.com",
         {"21", "XYZ", "01", "12312312312333", "10", "ABC123", "99", "XYZ"},
         "https://example.com/01/12312312312333/10/ABC123/21/XYZ?99=XYZ"},
        {"https://id.gs1.org",
         {"99", "a", "98", "b", "01", "12312312312333", "22", "-._"},
         "https://id.gs1.org/01/12312312312333/22/-._?99=a&98=b"},
        {"https://a/shop",
         {"01", "12312312312333", "10", "/%\"?&="},
         "https://a/shop/01/12312312312333/10/%2F%25%22%3F%26%3D"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        char uri[200];
        struct assay_reason reason = {""};
        if (make(&cases[i], uri, sizeof uri, &reason) != ASSAY_OK) {
            fail_msg("%zu: %s", i, reason.text);
        }
        assert_string_equal(uri, cases[i].uri);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_uris_are_refused_with_what_is_wrong),
        cmocka_unit_test(a_91_character_value_and_a_long_uri_are_refused),
        cmocka_unit_test(right_uris_are_taken_apart),
        cmocka_unit_test(a_stranger_may_end_with_a_slash),
        cmocka_unit_test(what_makes_no_uri_is_refused),
        cmocka_unit_test(uris_are_put_together_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
