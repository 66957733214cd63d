// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "page_sample.h"
#include "verifier/pages/page_text.h"

/* Markup, both quotes, an entity, a slot, a byte that is no UTF-8, a turn of direction, DEL. */
#define HOSTILE "\"'><script>alert(1)</script>&lt;{}$s\xff\xe2\x80\xae\x7f"

static char *render(const struct assay_page *page)
{
    char *html;
    size_t len;
    assert_int_equal(assay_page_render(page, &html, &len), ASSAY_OK);
    assert_int_equal(memchr(html, '\0', len) == NULL, true);
    char *text = strndup(html, len);
    free(html);
    return text;
}

static void assert_has(const struct assay_page *page, const char *wanted)
{
    char *html = render(page);
    if (strstr(html, wanted) == NULL) {
        fail_msg("%s is not in %s", wanted, html);
    }
    free(html);
}

static void assert_lacks(const struct assay_page *page, const char *unwanted)
{
    char *html = render(page);
    if (strstr(html, unwanted) != NULL) {
        fail_msg("%s is in %s", unwanted, html);
    }
    free(html);
}

static unsigned count_of(const char *text, char character)
{
    unsigned count = 0;
    for (; *text != '\0'; text++) {
        count += *text == character;
    }
    return count;
}

static void set(char *room, size_t size, const char *text)
{
    memset(room, 0, size);
    strncpy(room, text, size - 1);
}

/* The same text in every slot that comes from outside. */
static void fill(struct page_sample *sample, const char *text)
{
    struct assay_product_record *product = &sample->product.value;
    set(sample->brand.name, sizeof sample->brand.name, text);
    set(sample->brand.name_zh, sizeof sample->brand.name_zh, text);
    set(product->name_zh, sizeof product->name_zh, text);
    set(product->name_en, sizeof product->name_en, text);
    set(product->gtin, sizeof product->gtin, text);
    set(product->sku, sizeof product->sku, text);
    set(product->picture, sizeof product->picture, "https://");
    strncat(product->picture, text, sizeof product->picture - 9);
    set(sample->batch.lot, sizeof sample->batch.lot, text);
    set(sample->place.city, sizeof sample->place.city, text);
    set(sample->place.region, sizeof sample->place.region, text + 1); /* not the city */
    set(sample->place.country, sizeof sample->place.country, text);
    sample->first_place = sample->place;
    if (sample->answer.reason_text[0] != '\0') {
        set(sample->answer.reason_text, sizeof sample->answer.reason_text, text);
    }
    sample->page.gtin = text;
    sample->page.lot = text;
    sample->page.sig = text;
    sample->page.path = text;
    sample->page.scan_id = text;
    if (sample->page.typed_code != NULL) {
        sample->page.typed_code = text;
    }
    if (sample->page.receipt != NULL) {
        sample->page.receipt = text;
    }
    if (sample->page.message != NULL) {
        sample->page.message = text;
    }
}

/* Hostile texts leave a page with exactly the markup that plain ones leave. */
static void assert_inert(struct page_sample *sample)
{
    fill(sample, "plain");
    char *plain = render(&sample->page);
    fill(sample, HOSTILE);
    char *hostile = render(&sample->page);
    for (const char *mark = "<>\"'"; *mark != '\0'; mark++) {
        assert_int_equal(count_of(hostile, *mark), count_of(plain, *mark));
    }
    assert_null(strstr(hostile, "<script>"));
    assert_null(strchr(hostile, '\xff'));
    assert_null(strchr(hostile, '\x7f'));
    assert_null(strstr(hostile, "\xe2\x80\xae"));
    assert_non_null(strstr(hostile, "&quot;&#39;&gt;&lt;script&gt;"));
    free(plain);
    free(hostile);
}

static void hostile_texts_are_inert_in_every_slot(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * ASSAY_VERDICT_COUNT; i++) {
        struct page_sample sample;
        page_sample_verdict(&sample, (enum assay_verdict)(i / 2), (enum assay_language)(i % 2));
        assert_inert(&sample);
    }
    struct page_sample sample;
    page_sample_look(&sample, ASSAY_LANGUAGE_EN);
    assert_inert(&sample);
    sample.page.message = "m";
    assert_inert(&sample);
}

static void every_verdict_holds_its_sentence_and_headline(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * ASSAY_VERDICT_COUNT; i++) {
        enum assay_verdict verdict = (enum assay_verdict)(i / 2);
        enum assay_language language = (enum assay_language)(i % 2);
        const struct assay_verdict_row *row = assay_verdict_row(verdict);
        struct page_sample sample;
        page_sample_verdict(&sample, verdict, language);
        bool zh = language == ASSAY_LANGUAGE_ZH;
        assert_has(&sample.page, zh ? row->text_zh : row->text_en);
        enum assay_page_text head =
            (enum assay_page_text)(ASSAY_TEXT_HEAD_MALFORMED + (int)verdict);
        assert_has(&sample.page, assay_page_text(head, language));
        enum assay_page_text to_do =
            (enum assay_page_text)(ASSAY_TEXT_TO_DO_MALFORMED + (int)verdict);
        assert_has(&sample.page, assay_page_text(to_do, language));
        assert_has(&sample.page, zh ? "<html lang=\"zh-CN\">" : "<html lang=\"en\">");
        assert_lacks(&sample.page, "style=");
        assert_lacks(&sample.page, "javascript:");
    }
}

static void headlines_and_advice_are_in_the_verdicts_order(void **state)
{
    (void)state;
    assert_int_equal(ASSAY_TEXT_HEAD_GENUINE_SEEN - ASSAY_TEXT_HEAD_MALFORMED,
                     ASSAY_VERDICT_GENUINE_SEEN);
    assert_int_equal(ASSAY_TEXT_TO_DO_GENUINE_SEEN - ASSAY_TEXT_TO_DO_MALFORMED,
                     ASSAY_VERDICT_GENUINE_SEEN);
    assert_int_equal(ASSAY_TEXT_HEAD_SUSPECT - ASSAY_TEXT_HEAD_MALFORMED, ASSAY_VERDICT_SUSPECT);
    assert_int_equal(ASSAY_TEXT_TO_DO_SUSPECT - ASSAY_TEXT_TO_DO_MALFORMED, ASSAY_VERDICT_SUSPECT);
    for (int i = 0; i < ASSAY_PAGE_TEXT_COUNT; i++) {
        const char *zh = assay_page_text((enum assay_page_text)i, ASSAY_LANGUAGE_ZH);
        const char *en = assay_page_text((enum assay_page_text)i, ASSAY_LANGUAGE_EN);
        assert_true(zh[0] != '\0');
        assert_true(en[0] != '\0');
        assert_int_equal(strstr(zh, "{}") == NULL, strstr(en, "{}") == NULL);
    }
}

static void a_look_says_nothing_of_the_item(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_look(&sample, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "data-scan=\"load\"");
    assert_has(&sample.page, "action=\"/v1/codes/" PAGE_SAMPLE_CODE "/scans?lang=en\"");
    assert_has(&sample.page, "value=\"00112233445566778899aabbccddeeff\"");
    assert_lacks(&sample.page, "data-verdict");
    assert_lacks(&sample.page, "db-ip.com");
    sample.page.scan_on_tap = true;
    assert_has(&sample.page, "data-scan=\"tap\"");
    sample.page.message = "Registered.";
    assert_has(&sample.page, "data-scan=\"none\"");
    assert_has(&sample.page, "<h1 id=\"message\" class=\"sentence\">Registered.</h1>");
    assert_lacks(&sample.page, "/v1/codes/");
}

static void dates_and_places_are_the_brands(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_GENUINE_SEEN, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "30 October 2026, 09:18");
    assert_has(&sample.page, "<bdi>Hangzhou</bdi>, <bdi>Zhejiang</bdi>, <bdi>China</bdi>");
    assert_has(&sample.page, "UTC+08:00");
    assert_has(&sample.page, "https://db-ip.com");
    sample.brand.utc_offset_minutes = -210;
    assert_has(&sample.page, "29 October 2026, 21:48");
    assert_has(&sample.page, "UTC-03:30");
    sample.page.language = ASSAY_LANGUAGE_ZH;
    assert_has(&sample.page, "2026年10月29日 21:48");
    assert_has(&sample.page, "<bdi>中国</bdi> <bdi>浙江</bdi> <bdi>Hangzhou</bdi>");
    assay_place_set(&sample.first_place, "CN", "CN-BJ", "Beijing");
    assert_lacks(&sample.page, "Beijing");
    memset(&sample.place, 0, sizeof sample.place);
    memset(&sample.first_place, 0, sizeof sample.first_place);
    assert_lacks(&sample.page, "db-ip.com");
}

static void own_device_is_told_so(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_GENUINE_SEEN, ASSAY_LANGUAGE_EN);
    const char *own = assay_page_text(ASSAY_TEXT_OWN_FIRST, ASSAY_LANGUAGE_EN);
    assert_lacks(&sample.page, own);
    sample.answer.first_by_this_device = true;
    assert_has(&sample.page, own);
    sample.answer.confirmed_at_unix_ms = sample.page.now_unix_ms;
    sample.answer.confirmed_by_this_device = true;
    assert_has(&sample.page, assay_page_text(ASSAY_TEXT_OWN_CONFIRMED, ASSAY_LANGUAGE_EN));
}

static void offline_codes_are_issued_never_not_copied(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_GENUINE, ASSAY_LANGUAGE_EN);
    const char *note = assay_page_text(ASSAY_TEXT_OFFLINE, ASSAY_LANGUAGE_EN);
    assert_lacks(&sample.page, note);
    sample.page.offline_form = true;
    assert_has(&sample.page, "<h1 tabindex=\"-1\">Issued by the brand</h1>");
    assert_has(&sample.page, note);
    sample.page.decided = false;
    assert_has(&sample.page, note);
}

static void hints_say_what_is_wrong_with_the_form(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_MALFORMED, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "Characters missing: 1.");
    assert_has(&sample.page, "value=\"1000001DVP8CF5YWPW2\"");
    sample.page.hint = ASSAY_HINT_TOO_LONG;
    assert_has(&sample.page, "Characters too many: 1.");
    sample.page.hint_count = 0;
    assert_has(&sample.page, "It is too long.");
    sample.page.hint = ASSAY_HINT_CHARACTER;
    sample.page.hint_count = 7;
    assert_has(&sample.page, "Character no. 7 is not one that codes use.");
    sample.page.hint = ASSAY_HINT_TYPING;
    assert_has(&sample.page, assay_page_text(ASSAY_TEXT_HINT_TYPING, ASSAY_LANGUAGE_EN));
}

static void suspicion_gives_its_reasons(void **state)
{
    (void)state;
    static const enum assay_page_text texts[] = {ASSAY_TEXT_WHY_DEVICES, ASSAY_TEXT_WHY_PLACES,
                                                 ASSAY_TEXT_WHY_FAST, ASSAY_TEXT_WHY_PIN,
                                                 ASSAY_TEXT_WHY_LOT};
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_SUSPECT, ASSAY_LANGUAGE_ZH);
    for (unsigned i = 0; i < ASSAY_COUNT_OF(texts); i++) {
        for (unsigned j = 0; j < ASSAY_COUNT_OF(texts); j++) {
            sample.answer.risk.reasons = (uint16_t)(1u << j);
            const char *text = assay_page_text(texts[i], ASSAY_LANGUAGE_ZH);
            (i == j ? assert_has : assert_lacks)(&sample.page, text);
        }
    }
    assert_has(&sample.page, "包装上印的批号是否为 A2611。");
}

static void forms_are_offered_where_they_make_sense(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_GENUINE, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "name=\"pin\"");
    assert_has(&sample.page, "action=\"/v1/warranties?lang=en\"");
    assert_has(&sample.page, "max=\"2026-11-08\"");
    assert_has(&sample.page, "Registering adds 2 more.");
    assert_has(&sample.page, "action=\"/v1/reports?lang=en\"");
    sample.answer.warranty_ends_on = 20800;
    assert_lacks(&sample.page, "action=\"/v1/warranties?lang=en\"");
    assert_has(&sample.page, "action=\"/v1/warranties/find?lang=en\"");
    sample.answer.warranty_ends_on = ASSAY_DAY_NONE;
    sample.page.receipt = NULL;
    assert_lacks(&sample.page, "/v1/warranties");
    sample.page.receipt = "r";
    sample.product.value.terms.months = 0;
    assert_lacks(&sample.page, "/v1/warranties");
    sample.page.has_pin = false;
    assert_lacks(&sample.page, "name=\"pin\"");
    page_sample_verdict(&sample, ASSAY_VERDICT_CONFIRMED, ASSAY_LANGUAGE_EN);
    assert_lacks(&sample.page, "name=\"pin\"");
    page_sample_verdict(&sample, ASSAY_VERDICT_NOT_ISSUED, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "<details class=\"card\" open>");
}

static void only_https_pictures_are_shown(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_verdict(&sample, ASSAY_VERDICT_GENUINE, ASSAY_LANGUAGE_EN);
    assert_has(&sample.page, "<img src=\"" PAGE_SAMPLE_PICTURE "\" alt=\"\"");
    set(sample.product.value.picture, sizeof sample.product.value.picture, "javascript:alert(1)");
    assert_lacks(&sample.page, "<img");
    set(sample.product.value.picture, sizeof sample.product.value.picture, "http://x.example/p");
    assert_lacks(&sample.page, "<img");
}

static void the_other_language_keeps_the_url(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_look(&sample, ASSAY_LANGUAGE_ZH);
    assert_has(&sample.page, "href=\"/" PAGE_SAMPLE_CODE "?lang=en\" lang=\"en\"");
    sample.page.sig = "AB/C";
    assert_has(&sample.page, "href=\"/" PAGE_SAMPLE_CODE "/AB%2FC?lang=en\"");
    sample.page.gtin = "06901234567892";
    sample.page.lot = "A 1";
    assert_has(&sample.page, "href=\"/01/06901234567892/10/A%201/21/" PAGE_SAMPLE_CODE
                             "?sig=AB%2FC&amp;lang=en\"");
    page_sample_verdict(&sample, ASSAY_VERDICT_MALFORMED, ASSAY_LANGUAGE_EN);
    sample.page.path = "//evil.example/";
    sample.page.typed_code = "//evil.example";
    assert_has(&sample.page, "href=\"/%2F%2Fevil.example?lang=zh\" lang=\"zh-CN\"");
    assert_lacks(&sample.page, "href=\"//");
}

static void assets_are_found_by_their_names_only(void **state)
{
    (void)state;
    struct page_sample sample;
    page_sample_look(&sample, ASSAY_LANGUAGE_EN);
    char *html = render(&sample.page);
    unsigned found = 0;
    for (char *at = html; (at = strstr(at, "\"/assets/")) != NULL; found++) {
        at++;
        size_t len = strcspn(at, "\"");
        const struct assay_asset *asset = assay_page_asset(at, len);
        assert_non_null(asset);
        assert_true(asset->gzip.len_bytes > 18);
        assert_memory_equal(asset->gzip.data, "\x1f\x8b", 2);
        assert_ptr_equal(assay_page_asset(at, len - 1), NULL);
        assert_ptr_equal(assay_page_asset(at, len + 1), NULL);
    }
    assert_int_equal(found, 3);
    free(html);
    assert_null(assay_page_asset("/assets/", 8));
    assert_null(assay_page_asset("", 0));
    assert_null(strstr(assay_page_csp(), "unsafe"));
}

static void language_by_query_then_header(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *accept;
        enum assay_language language;
    } rows[] = {
        {"", "", ASSAY_LANGUAGE_ZH},
        {"", "en", ASSAY_LANGUAGE_EN},
        {"", "zh-CN,zh;q=0.9,en;q=0.8", ASSAY_LANGUAGE_ZH},
        {"", "en-US,en;q=0.9,zh-CN;q=0.8", ASSAY_LANGUAGE_EN},
        {"", "zh-TW;q=0.3, EN;q=0.31", ASSAY_LANGUAGE_EN},
        {"", "fr, de", ASSAY_LANGUAGE_ZH},
        {"", "fr, en;q=0.1", ASSAY_LANGUAGE_EN},
        {"", "*", ASSAY_LANGUAGE_ZH},
        {"", "zh;q=0, *;q=0.5", ASSAY_LANGUAGE_EN},
        {"", "en;q=0", ASSAY_LANGUAGE_ZH},
        {"", "en, zh", ASSAY_LANGUAGE_EN},
        {"", "zh, en", ASSAY_LANGUAGE_ZH},
        {"", "en;q=1.001", ASSAY_LANGUAGE_ZH},
        {"", "en;q=2", ASSAY_LANGUAGE_ZH},
        {"", "en;q=", ASSAY_LANGUAGE_ZH},
        {"", "en;q=0.5000", ASSAY_LANGUAGE_ZH},
        {"", "en ; q=0.5 , zh;q=0.4", ASSAY_LANGUAGE_EN},
        {"", ",,;,en", ASSAY_LANGUAGE_EN},
        {"", "eng, enx-US", ASSAY_LANGUAGE_ZH},
        {"lang=en", "zh", ASSAY_LANGUAGE_EN},
        {"lang=zh-CN", "en", ASSAY_LANGUAGE_ZH},
        {"a=b&lang=EN-gb&lang=zh", "", ASSAY_LANGUAGE_EN},
        {"lang=fr", "en", ASSAY_LANGUAGE_EN},
        {"lang=", "en", ASSAY_LANGUAGE_EN},
        {"xlang=zh", "en", ASSAY_LANGUAGE_EN},
        {"lang=english", "", ASSAY_LANGUAGE_ZH},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        enum assay_language language = assay_page_language(rows[i].query, strlen(rows[i].query),
                                                           rows[i].accept, strlen(rows[i].accept));
        if (language != rows[i].language) {
            fail_msg("?%s, %s: %d", rows[i].query, rows[i].accept, (int)language);
        }
    }
    assert_int_equal(assay_page_language(NULL, 0, NULL, 0), ASSAY_LANGUAGE_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_are_inert_in_every_slot),
        cmocka_unit_test(every_verdict_holds_its_sentence_and_headline),
        cmocka_unit_test(headlines_and_advice_are_in_the_verdicts_order),
        cmocka_unit_test(a_look_says_nothing_of_the_item),
        cmocka_unit_test(dates_and_places_are_the_brands),
        cmocka_unit_test(own_device_is_told_so),
        cmocka_unit_test(offline_codes_are_issued_never_not_copied),
        cmocka_unit_test(hints_say_what_is_wrong_with_the_form),
        cmocka_unit_test(suspicion_gives_its_reasons),
        cmocka_unit_test(forms_are_offered_where_they_make_sense),
        cmocka_unit_test(only_https_pictures_are_shown),
        cmocka_unit_test(the_other_language_keeps_the_url),
        cmocka_unit_test(assets_are_found_by_their_names_only),
        cmocka_unit_test(language_by_query_then_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
