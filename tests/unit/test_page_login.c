// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "verifier/pages/page_carton.h"
#include "verifier/pages/page_login.h"

#define HOSTILE "\"><script>alert(1)</script>"

static const struct assay_brand_record brand = {.name = "Bra" HOSTILE, .name_zh = "牌"};

/* As text; the caller frees. */
static char *login(const struct assay_page_login *page)
{
    char *html = NULL;
    size_t len = 0;
    assert_int_equal(assay_page_login_render(page, &html, &len), ASSAY_OK);
    char *text = strndup(html, len);
    free(html);
    return text;
}

static void has(const char *html, const char *wanted, bool there)
{
    if ((strstr(html, wanted) != NULL) != there) {
        fail_msg("%s is %s in %s", wanted, there ? "not" : "there", html);
    }
}

static void every_text_is_escaped(void **state)
{
    (void)state;
    for (int language = 0; language < 2; language++) {
        char *html = login(&(struct assay_page_login){
            .language = (enum assay_language)language,
            .brand = &brand,
            .who = language == 0 ? NULL : "token " HOSTILE,
            .next = "/audit/" HOSTILE,
        });
        has(html, "<script", false);
        has(html, "&quot;&gt;&lt;script", true);
        free(html);
    }
}

static void it_says_what_happened(void **state)
{
    (void)state;
    static const struct {
        enum assay_login_note note;
        const char *en;
    } rows[] = {
        {ASSAY_LOGIN_FRESH, "For inspectors and auditors."},
        {ASSAY_LOGIN_WRONG, "unknown or was revoked"},
        {ASSAY_LOGIN_WAIT, "Too many wrong tokens"},
        {ASSAY_LOGIN_INPUT, "Please enter a token"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        char *html = login(&(struct assay_page_login){
            .language = ASSAY_LANGUAGE_EN, .next = "/00/1", .note = rows[i].note});
        has(html, rows[i].en, true);
        has(html, "name=\"next\" value=\"/00/1\"", true);
        has(html, "type=\"password\"", true);
        free(html);
    }
    char *html =
        login(&(struct assay_page_login){.language = ASSAY_LANGUAGE_ZH, .who = "a", .next = ""});
    has(html, "已登录", true);
    has(html, "/audit/logout?lang=zh", true);
    has(html, "type=\"password\"", false);
    free(html);
}

static void a_carton_has_the_door(void **state)
{
    (void)state;
    json_t *shown =
        json_pack("{s:s, s:s, s:i, s:i, s:[], s:s}", "kind", "carton", "state", "shipped", "count",
                  4, "items", 4, "content", "shipped_to", "Shenzhen");
    for (int inspector = 0; inspector < 2; inspector++) {
        char *html = NULL;
        size_t len = 0;
        const struct assay_page_carton page = {
            .language = ASSAY_LANGUAGE_EN,
            .brand = &brand,
            .sscc = "069012340000000009",
            .shown = shown,
            .inspector = inspector == 1,
        };
        assert_int_equal(assay_page_carton_render(&page, &html, &len), ASSAY_OK);
        char *text = strndup(html, len);
        has(text, "/audit/login", inspector == 0);
        has(text, "/audit/logout", inspector == 1);
        has(text, "Shenzhen", inspector == 1);
        has(text, "value=\"/00/069012340000000009\"", true);
        free(text);
        free(html);
    }
    json_decref(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_escaped),
        cmocka_unit_test(it_says_what_happened),
        cmocka_unit_test(a_carton_has_the_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
