// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/pages/page_parts.h"

const char *assay_page_lang(enum assay_language language)
{
    return language == ASSAY_LANGUAGE_ZH ? "zh" : "en";
}

/* The name in the page's language, or the other one if there is none. */
static const char *pick(const struct assay_page_out *out, const char *zh, const char *en)
{
    bool wants_zh = out->language == ASSAY_LANGUAGE_ZH;
    if (wants_zh ? zh[0] != '\0' : en[0] == '\0') {
        return zh;
    }
    return en;
}

static const char *brand_name(const struct assay_page_out *out, const struct assay_page *page)
{
    return page->brand == NULL ? "" : pick(out, page->brand->name_zh, page->brand->name);
}

static void put_head(struct assay_page_out *out, const struct assay_page *page)
{
    const char *lang = page->language == ASSAY_LANGUAGE_ZH ? "zh-CN" : "en";
    assay_page_put(out,
                   "<!doctype html>\n<html lang=\"$s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n"
                   "<meta name=\"format-detection\" content=\"telephone=no\">\n",
                   lang);
    if (page->decided) {
        assay_page_put(out, "<title>$t · $s</title>\n", ASSAY_TEXT_HEAD_MALFORMED + page->verdict,
                       brand_name(out, page));
    } else {
        assay_page_put(out, "<title>$t · $s</title>\n", ASSAY_TEXT_TITLE, brand_name(out, page));
    }
    assay_page_put(out,
                   "<link rel=\"icon\" href=\"$s\" type=\"image/svg+xml\">\n"
                   "<link rel=\"stylesheet\" href=\"$s\">\n<script src=\"$s\" defer></script>\n"
                   "</head>\n",
                   assay_page_icon_path, assay_page_css_path, assay_page_js_path);
}

/* The label's URL again, made from what it said, so that nothing but its form is passed on. */
static void put_own_path(struct assay_page_out *out, const struct assay_page *page)
{
    const char *code = page->code[0] != '\0' ? page->code : page->typed_code;
    bool has_gtin = page->gtin != NULL && page->gtin[0] != '\0';
    bool has_sig = page->sig != NULL && page->sig[0] != '\0';
    if (code == NULL || code[0] == '\0') {
        assay_page_put(out, "/?");
        return;
    }
    if (has_gtin) {
        assay_page_put(out, "/01/$u/", page->gtin);
        if (page->lot != NULL && page->lot[0] != '\0') {
            assay_page_put(out, "10/$u/", page->lot);
        }
        assay_page_put(out, has_sig ? "21/$u?sig=$u&amp;" : "21/$u?", code, page->sig);
    } else {
        assay_page_put(out, has_sig ? "/$u/$u?" : "/$u?", code, page->sig);
    }
}

static void put_top(struct assay_page_out *out, const struct assay_page *page)
{
    enum assay_language other =
        page->language == ASSAY_LANGUAGE_ZH ? ASSAY_LANGUAGE_EN : ASSAY_LANGUAGE_ZH;
    const char *lang = other == ASSAY_LANGUAGE_ZH ? "zh-CN" : "en";
    assay_page_put(out, "<body>\n<header>\n<p class=\"brand\"><bdi>$s</bdi></p>\n<a href=\"",
                   brand_name(out, page));
    put_own_path(out, page);
    assay_page_put(out, "lang=$s\" lang=\"$s\" hreflang=\"$s\">$t</a>\n</header>\n",
                   assay_page_lang(other), lang, lang, ASSAY_TEXT_OTHER_LANGUAGE);
}

static void put_product(struct assay_page_out *out, const struct assay_page *page)
{
    if (page->product == NULL) {
        return;
    }
    const struct assay_product_record *product = &page->product->value;
    assay_page_put(out, "<div class=\"product\">\n");
    if (strncmp(product->picture, "https://", 8) == 0) {
        assay_page_put(out,
                       "<img src=\"$s\" alt=\"\" width=\"72\" height=\"72\""
                       " referrerpolicy=\"no-referrer\">\n",
                       product->picture);
    }
    assay_page_put(out, "<p><bdi>$s</bdi>", pick(out, product->name_zh, product->name_en));
    if (product->gtin[0] != '\0') {
        assay_page_put(out, "<small>GTIN $s</small>", product->gtin);
    }
    assay_page_put(out, "</p>\n</div>\n");
}

/* What the script says while it works, so that it has no texts of its own. */
static void put_main(struct assay_page_out *out, const struct assay_page *page)
{
    bool waits = !page->decided && page->message == NULL && page->code[0] != '\0';
    const char *scan = !waits ? "none" : page->scan_on_tap ? "tap" : "load";
    assay_page_put(out,
                   "<main id=\"page\" data-scan=\"$s\" data-code=\"$s\"\n data-checking=\"$t\""
                   " data-retrying=\"$t\" data-busy=\"$t\"\n data-failed=\"$t\" data-wait=\"$t\""
                   " data-sending=\"$t\">\n",
                   scan, page->code, ASSAY_TEXT_CHECKING, ASSAY_TEXT_RETRYING, ASSAY_TEXT_BUSY,
                   ASSAY_TEXT_FAILED, ASSAY_TEXT_WAIT, ASSAY_TEXT_SENDING);
}

/* What a posted form came to. */
static void put_message(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out, "<section class=\"panel look\">\n");
    assay_page_icon(out, "note");
    assay_page_put(out, "<h1 id=\"message\" class=\"sentence\">$s</h1>\n</section>\n",
                   page->message);
    if (page->code[0] != '\0') {
        assay_page_put(out, "<p class=\"card\"><a class=\"button\" href=\"");
        put_own_path(out, page);
        assay_page_put(out, "lang=$s\">$t</a></p>\n", assay_page_lang(page->language),
                       ASSAY_TEXT_AGAIN);
    }
}

static void put_body(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out, "<div id=\"verdict\" role=\"status\">\n");
    put_product(out, page);
    if (page->message != NULL) {
        put_message(out, page);
    } else {
        assay_page_panel(out, page);
    }
    assay_page_put(out, "</div>\n<div id=\"more\">\n");
    if (page->message == NULL && page->decided) {
        assay_page_pin_form(out, page);
        assay_page_facts(out, page);
        assay_page_warranty_form(out, page);
        assay_page_report_form(out, page);
    }
    assay_page_put(out, "</div>\n</main>\n");
}

static bool shows_place(const struct assay_place *place)
{
    return place != NULL && !assay_place_is_empty(place);
}

static void put_foot(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out, "<footer>\n<p>$t</p>\n<p id=\"sources\">", ASSAY_TEXT_PRIVACY);
    if (page->answer != NULL && page->brand != NULL) {
        int offset = page->brand->utc_offset_minutes;
        unsigned minutes = (unsigned)(offset < 0 ? -offset : offset);
        char zone[24];
        snprintf(zone, sizeof zone, "UTC%c%02u:%02u", offset < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
        assay_page_put(out, "$f", ASSAY_TEXT_ZONE, zone);
    }
    if (page->answer != NULL && (shows_place(page->place) || shows_place(page->first_place))) {
        assay_page_put(out,
                       " $t<a href=\"https://db-ip.com\" rel=\"noopener noreferrer\">"
                       "IP geolocation by DB-IP</a>",
                       ASSAY_TEXT_PLACES_FROM);
    }
    assay_page_put(out, "</p>\n</footer>\n</body>\n</html>\n");
}

enum assay_error assay_page_render(const struct assay_page *page, char **html, size_t *len_bytes)
{
    assay_assert(!page->decided || (int)page->verdict < ASSAY_VERDICT_COUNT);
    struct assay_page_out out = {.language = page->language};
    put_head(&out, page);
    put_top(&out, page);
    put_main(&out, page);
    put_body(&out, page);
    put_foot(&out, page);
    if (out.failed) {
        free(out.data);
        return ASSAY_E_MEMORY;
    }
    *html = out.data;
    *len_bytes = out.len;
    return ASSAY_OK;
}
