// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct text_case {
    const char *text;
    bool clean;
};

static void only_whole_characters_without_controls_are_clean(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"", true},
        {"plain", true},
        {"充电宝", true},
        {"\xF0\x9F\x94\x8B", true},
        {"\xF4\x8F\xBF\xBF", true},
        {"\xED\x9F\xBF", true},
        {"\xC2\xA0", true},
        {"a\nb", false},
        {"\x7F", false},
        {"\xC2\x85", false},         /* C1 */
        {"\x80", false},             /* continuation first */
        {"\xC0\xAF", false},         /* overlong */
        {"\xE0\x9F\xBF", false},     /* overlong */
        {"\xF0\x8F\xBF\xBF", false}, /* overlong */
        {"\xED\xA0\x80", false},     /* surrogate */
        {"\xF4\x90\x80\x80", false}, /* above U+10FFFF */
        {"\xF5\x80\x80\x80", false},
        {"\xE5\x85", false}, /* cut */
        {"\xC3", false},
        {"\xE5\x85\x41", false},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        size_t len = strlen(cases[i].text);
        assert_int_equal(assay_text_is_clean(cases[i].text, len), cases[i].clean);
    }
    assert_false(assay_text_is_clean("a\0b", 3));
    assert_true(assay_text_is_clean_lines("a\r\n\tb", 5));
    assert_false(assay_text_is_clean_lines("a\vb", 3));
}

static void a_cut_keeps_whole_characters(void **state)
{
    (void)state;
    assert_int_equal(assay_text_cut("abc", 5), 3);
    assert_int_equal(assay_text_cut("abc", 2), 2);
    assert_int_equal(assay_text_cut("\xE5\x85\x85\xE7\x94\xB5", 6), 6);
    assert_int_equal(assay_text_cut("\xE5\x85\x85\xE7\x94\xB5", 5), 3);
    assert_int_equal(assay_text_cut("\xE5\x85\x85\xE7\x94\xB5", 2), 0);
    assert_int_equal(assay_text_cut("\x80\x80\x80", 2), 0);
}

static void names_are_short_and_plain(void **state)
{
    (void)state;
    assert_true(assay_text_is_name("YB-10400_v1.2", 13));
    assert_false(assay_text_is_name("YB-10400_v1.2", 12));
    assert_false(assay_text_is_name("", 12));
    assert_false(assay_text_is_name("a b", 12));
    assert_false(assay_text_is_name("a/b", 12));
    assert_false(assay_text_is_name("\xE5\x85\x85", 12));
}

static void origins_have_scheme_host_and_port_alone(void **state)
{
    (void)state;
    static const char *const good[] = {"https://v.brand.cn", "http://127.0.0.1:8080",
                                       "http://[::1]:80", "https://a-b.cn:65535", "https://x"};
    static const char *const bad[] = {"",
                                      "v.brand.cn",
                                      "ftp://v.brand.cn",
                                      "https://",
                                      "https://V.brand.cn",
                                      "https://v.brand.cn/",
                                      "https://v.brand.cn?x",
                                      "https://u@v.brand.cn",
                                      "https://v..cn",
                                      "https://.cn",
                                      "https://cn.",
                                      "https://-cn",
                                      "https://cn-",
                                      "https://cn:",
                                      "https://cn:0",
                                      "https://cn:65536",
                                      "https://cn:080",
                                      "https://cn:8a",
                                      "https://[::1",
                                      "https://[]",
                                      "https://a b"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(good); i++) {
        assert_true(assay_text_is_origin(good[i]));
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_false(assay_text_is_origin(bad[i]));
    }
}

static void utf8_whatever_it_says(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\xc0\x80",     "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                        "\x80",         "\xe6\x9d",     "\xff",
                                        "\xe0\x80\x80", "a\xc3",        "\xf0\x8f\xbf\xbf"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(wrong); i++) {
        assert_false(assay_text_is_utf8(wrong[i], strlen(wrong[i])));
    }
    static const char right[] = "a\0\n\x7f\xc2\x80\xe6\x9d\x8e\xf4\x8f\xbf\xbf";
    assert_true(assay_text_is_utf8(right, sizeof right - 1));
    assert_true(assay_text_is_utf8("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_whatever_it_says),
        cmocka_unit_test(only_whole_characters_without_controls_are_clean),
        cmocka_unit_test(a_cut_keeps_whole_characters),
        cmocka_unit_test(names_are_short_and_plain),
        cmocka_unit_test(origins_have_scheme_host_and_port_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
