// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_parts.h"

#include <stdio.h>
#include <string.h>

/* Shapes differ, not only colours: who sees no colour still sees which it is. */
void assay_page_icon(struct assay_page_out *out, const char *shape)
{
    static const struct {
        const char *name;
        const char *paths; /* drawn in strokes on 48 x 48 */
    } shapes[] = {
        {"check", "<circle cx=\"24\" cy=\"24\" r=\"20\"/><path d=\"M15 24.5l6.5 6.5L34 18\"/>"},
        {"seal",
         "<path d=\"M24 3l5.2 4.1 6.6-.6 2.3 6.2 6 2.8-1.6 6.5 1.6 6.5-6 2.8-2.3 6.2-6.6-.6"
         "L24 41l-5.2-4.1-6.6.6-2.3-6.2-6-2.8L5.500 22 3.900 15.500l6-2.800 2.300-6.200 6.600"
         ".600z\"/><path d=\"M15.500 22.500l6 6L33 17\"/>"},
        {"warn", "<path d=\"M24 5L45 42H3z\"/><path d=\"M24 18v11M24 35v.5\"/>"},
        {"stop", "<path d=\"M15.700 4h16.600L44 15.700v16.600L32.300 44H15.700L4 32.300V15.700z\"/>"
                 "<path d=\"M17 17l14 14M31 17L17 31\"/>"},
        {"alert",
         "<path d=\"M15.700 4h16.600L44 15.700v16.600L32.300 44H15.700L4 32.300V15.700z\"/>"
         "<path d=\"M24 13v14M24 34v.5\"/>"},
        {"clock", "<circle cx=\"24\" cy=\"24\" r=\"20\"/><path d=\"M24 12v13l8 5\"/>"},
        {"ask", "<path d=\"M5 7h38v28H25l-9 8v-8H5z\"/>"
                "<path d=\"M19 17a5 5 0 1 1 7 5q-2 1-2 3.500M24 30v.3\"/>"},
        {"look", "<circle cx=\"21\" cy=\"21\" r=\"15\"/><path d=\"M32 32l12 12\"/>"},
        {"note", "<path d=\"M9 4h21l9 9v31H9z\"/><path d=\"M17 20h14M17 28h14M17 36h8\"/>"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(shapes); i++) {
        if (strcmp(shapes[i].name, shape) == 0) {
            assay_page_put(out, "<svg class=\"icon\" viewBox=\"0 0 48 48\" aria-hidden=\"true\""
                                " focusable=\"false\">");
            assay_page_put(out, shapes[i].paths);
            assay_page_put(out, "</svg>\n");
            return;
        }
    }
    assay_assert(false);
}

static const char *shape_of(enum assay_verdict verdict)
{
    static const char *const shapes[] = {
        [ASSAY_VERDICT_MALFORMED] = "ask",      [ASSAY_VERDICT_NOT_ISSUED] = "stop",
        [ASSAY_VERDICT_VOID] = "stop",          [ASSAY_VERDICT_RECALLED] = "alert",
        [ASSAY_VERDICT_EXPIRED] = "clock",      [ASSAY_VERDICT_NOT_ON_SALE] = "alert",
        [ASSAY_VERDICT_PIN_WRONG] = "ask",      [ASSAY_VERDICT_SUSPECT] = "warn",
        [ASSAY_VERDICT_CONFIRMED] = "seal",     [ASSAY_VERDICT_GENUINE] = "check",
        [ASSAY_VERDICT_GENUINE_SEEN] = "check",
    };
    return shapes[verdict];
}

static const char *class_of(enum assay_verdict verdict)
{
    static const char *const names[] = {
        [ASSAY_VERDICT_GOOD] = "good",
        [ASSAY_VERDICT_WARN] = "warn",
        [ASSAY_VERDICT_BAD] = "bad",
        [ASSAY_VERDICT_ASK] = "ask",
    };
    return names[assay_verdict_row(verdict)->class];
}

/* An O1 code is called issued. The rest as the table has it. */
static int headline_of(const struct assay_page *page)
{
    bool plain_good =
        page->verdict == ASSAY_VERDICT_GENUINE || page->verdict == ASSAY_VERDICT_GENUINE_SEEN;
    if (page->offline_form && plain_good) {
        return ASSAY_TEXT_HEAD_ISSUED;
    }
    return ASSAY_TEXT_HEAD_MALFORMED + (int)page->verdict;
}

/* The place in the order of the language: "广东 Shenzhen", "Shenzhen, Guangdong, China". */
static void put_place(struct assay_page_out *out, const struct assay_place *place)
{
    bool has_region = place->region[0] != '\0';
    const char *country = assay_region_name(place->country, out->language);
    const char *region = has_region ? assay_region_name(place->region, out->language) : "";
    const char *region_en = has_region ? assay_region_name(place->region, ASSAY_LANGUAGE_EN) : "";
    /* Beijing, Beijing: a city that is its own region. */
    const char *city = strcmp(place->city, region_en) == 0 ? "" : place->city;
    const char *parts[] = {country, region, city};
    bool zh = out->language == ASSAY_LANGUAGE_ZH;
    const char *separator = "";
    for (size_t i = 0; i < 3; i++) {
        const char *part = parts[zh ? i : 2 - i];
        if (part[0] != '\0') {
            assay_page_put(out, "$s<bdi>$s</bdi>", separator, part);
            separator = zh ? " " : ", ";
        }
    }
}

static void put_hint(struct assay_page_out *out, const struct assay_page *page)
{
    char count[12];
    snprintf(count, sizeof count, "%u", page->hint_count);
    switch (page->hint) {
    case ASSAY_HINT_TOO_SHORT:
        assay_page_put(out, "<p>$f</p>\n", ASSAY_TEXT_HINT_SHORT, count);
        break;
    case ASSAY_HINT_TOO_LONG:
        if (page->hint_count == 0) {
            assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_HINT_FAR_TOO_LONG);
        } else {
            assay_page_put(out, "<p>$f</p>\n", ASSAY_TEXT_HINT_LONG, count);
        }
        break;
    case ASSAY_HINT_CHARACTER:
        assay_page_put(out, "<p>$f</p>\n", ASSAY_TEXT_HINT_CHARACTER, count);
        break;
    case ASSAY_HINT_TYPING:
        assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_HINT_TYPING);
        break;
    case ASSAY_HINT_NONE:
        break;
    }
}

static void put_reasons(struct assay_page_out *out, const struct assay_page *page)
{
    static const struct {
        enum assay_risk_reason reason;
        enum assay_page_text text;
    } rows[] = {
        {ASSAY_RISK_MANY_DEVICES, ASSAY_TEXT_WHY_DEVICES},
        {ASSAY_RISK_MANY_PLACES, ASSAY_TEXT_WHY_PLACES},
        {ASSAY_RISK_TOO_FAST, ASSAY_TEXT_WHY_FAST},
        {ASSAY_RISK_PIN_USED, ASSAY_TEXT_WHY_PIN},
        {ASSAY_RISK_SWITCHES, ASSAY_TEXT_WHY_SWITCHES},
        {ASSAY_RISK_LONG_AFTER, ASSAY_TEXT_WHY_LONG_AFTER},
        {ASSAY_RISK_SURROUNDED, ASSAY_TEXT_WHY_SURROUNDED},
        {ASSAY_RISK_LOT, ASSAY_TEXT_WHY_LOT},
    };
    uint16_t reasons = page->answer == NULL ? 0 : page->answer->risk.reasons;
    if (reasons == 0) {
        return;
    }
    assay_page_put(out, "<h2>$t</h2>\n<ul>\n", ASSAY_TEXT_WHY);
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        if ((reasons & rows[i].reason) != 0) {
            assay_page_put(out, "<li>$t</li>\n", (int)rows[i].text);
        }
    }
    assay_page_put(out, "</ul>\n");
}

static void put_comparison(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out, "<h2>$t</h2>\n<ul>\n<li>$t</li>\n", ASSAY_TEXT_COMPARE,
                   ASSAY_TEXT_COMPARE_SEAL);
    if (page->batch != NULL && page->batch->lot[0] != '\0') {
        assay_page_put(out, "<li>$f</li>\n", ASSAY_TEXT_COMPARE_LOT, page->batch->lot);
    }
    assay_page_put(out, "<li>$t</li>\n</ul>\n", ASSAY_TEXT_COMPARE_TIME);
}

/* A device that is known again needs no warning about its own scan. */
static int to_do_of(const struct assay_page *page)
{
    const struct assay_scan_answer *answer = page->answer;
    if (answer != NULL && page->verdict == ASSAY_VERDICT_GENUINE_SEEN &&
        answer->first_by_this_device) {
        return ASSAY_TEXT_OWN_FIRST;
    }
    return ASSAY_TEXT_TO_DO_MALFORMED + (int)page->verdict;
}

static void put_advice(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out, "<div class=\"card\">\n");
    if (page->verdict == ASSAY_VERDICT_MALFORMED) {
        put_hint(out, page);
    }
    if (page->answer != NULL && page->answer->reason_text[0] != '\0') {
        assay_page_put(out, "<p class=\"reason\">$f</p>\n", ASSAY_TEXT_REASON,
                       page->answer->reason_text);
    }
    if (page->verdict == ASSAY_VERDICT_SUSPECT) {
        put_reasons(out, page);
        put_comparison(out, page);
    }
    assay_page_put(out, "<p>$t</p>\n", to_do_of(page));
    if (page->offline_form) {
        assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_OFFLINE);
    }
    if (page->verdict == ASSAY_VERDICT_MALFORMED) {
        assay_page_code_form(out, page);
    }
    assay_page_put(out, "</div>\n");
}

/* The first scan in one line of the panel, where it is the point. */
static void put_first(struct assay_page_out *out, const struct assay_page *page)
{
    const struct assay_scan_answer *answer = page->answer;
    bool tells =
        page->verdict == ASSAY_VERDICT_GENUINE_SEEN || page->verdict == ASSAY_VERDICT_SUSPECT;
    if (!tells || answer == NULL || answer->first_at_unix_ms == 0) {
        return;
    }
    assay_page_put(out, "<p class=\"when\">$t<br>", ASSAY_TEXT_FIRST_SCAN);
    assay_page_put_moment(out, answer->first_at_unix_ms, page->brand->utc_offset_minutes);
    if (page->first_place != NULL && !assay_place_is_empty(page->first_place)) {
        assay_page_put(out, "<br>");
        put_place(out, page->first_place);
    }
    assay_page_put(out, "</p>\n");
}

static void put_look_panel(struct assay_page_out *out, const struct assay_page *page)
{
    bool home = page->code[0] == '\0';
    assay_page_put(out, "<section class=\"panel look\">\n");
    assay_page_icon(out, "look");
    assay_page_put(out, "<h1>$t</h1>\n<p class=\"sentence\" id=\"state\">$t</p>\n</section>\n",
                   home ? ASSAY_TEXT_HOME_HEAD : ASSAY_TEXT_LOOK_HEAD,
                   home ? ASSAY_TEXT_HOME : ASSAY_TEXT_LOOK);
    assay_page_put(out, "<div class=\"card\">\n");
    if (home) {
        assay_page_code_form(out, page);
    } else {
        assay_page_scan_form(out, page);
    }
    assay_page_put(out, "</div>\n");
    if (page->offline_form) {
        assay_page_put(out, "<p class=\"card\">$t</p>\n", ASSAY_TEXT_OFFLINE);
    }
}

void assay_page_panel(struct assay_page_out *out, const struct assay_page *page)
{
    if (!page->decided) {
        put_look_panel(out, page);
        return;
    }
    const struct assay_verdict_row *row = assay_verdict_row(page->verdict);
    assay_page_put(out, "<section class=\"panel $s\" data-verdict=\"$s\">\n",
                   class_of(page->verdict), row->name);
    assay_page_icon(out, shape_of(page->verdict));
    assay_page_put(out, "<h1 tabindex=\"-1\">$t</h1>\n<p class=\"sentence\">$s</p>\n",
                   headline_of(page),
                   page->language == ASSAY_LANGUAGE_ZH ? row->text_zh : row->text_en);
    put_first(out, page);
    assay_page_put(out, "</section>\n");
    put_advice(out, page);
}

/* -- facts -- */

static void put_moment_fact(struct assay_page_out *out, const struct assay_page *page, int label,
                            int64_t at_unix_ms, const struct assay_place *place)
{
    assay_page_put(out, "<div><dt>$t</dt><dd>", label);
    assay_page_put_moment(out, at_unix_ms, page->brand->utc_offset_minutes);
    if (place != NULL && !assay_place_is_empty(place)) {
        assay_page_put(out, "<br>");
        put_place(out, place);
    }
    assay_page_put(out, "</dd></div>\n");
}

static void put_day_fact(struct assay_page_out *out, int label, int32_t day)
{
    if (day == ASSAY_DAY_NONE) {
        return;
    }
    assay_page_put(out, "<div><dt>$t</dt><dd>", label);
    assay_page_put_day(out, day);
    assay_page_put(out, "</dd></div>\n");
}

static void put_history(struct assay_page_out *out, const struct assay_page *page)
{
    const struct assay_scan_answer *answer = page->answer;
    bool is_first = answer->number == 1;
    if (answer->first_at_unix_ms != 0 && !is_first) {
        put_moment_fact(out, page, ASSAY_TEXT_FIRST_SCAN, answer->first_at_unix_ms,
                        page->first_place);
    }
    put_moment_fact(out, page, is_first ? ASSAY_TEXT_FIRST_SCAN : ASSAY_TEXT_THIS_SCAN,
                    answer->at_unix_ms, page->place);
    if (answer->number > 0) {
        char number[12];
        snprintf(number, sizeof number, "%u", answer->number);
        assay_page_put(out, "<div><dt>$t</dt><dd>$f</dd></div>\n", ASSAY_TEXT_SCANS,
                       ASSAY_TEXT_TIMES, number);
    }
    if (answer->confirmed_at_unix_ms != 0) {
        put_moment_fact(out, page, ASSAY_TEXT_CONFIRMED_AT, answer->confirmed_at_unix_ms, NULL);
    }
    put_day_fact(out, ASSAY_TEXT_WARRANTY_UNTIL, answer->warranty_ends_on);
}

void assay_page_facts(struct assay_page_out *out, const struct assay_page *page)
{
    if (page->code[0] == '\0') {
        return;
    }
    assay_page_put(out, "<section class=\"card\">\n<h2>$t</h2>\n<dl>\n", ASSAY_TEXT_FACTS);
    if (page->answer != NULL && page->brand != NULL) {
        put_history(out, page);
    }
    if (page->batch != NULL) {
        if (page->batch->lot[0] != '\0') {
            assay_page_put(out, "<div><dt>$t</dt><dd><bdi>$s</bdi></dd></div>\n", ASSAY_TEXT_LOT,
                           page->batch->lot);
        }
        put_day_fact(out, ASSAY_TEXT_EXPIRES_ON, page->batch->expires_on);
    }
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    assay_code_group(page->code, grouped);
    assay_page_put(out, "<div><dt>$t</dt><dd class=\"code\">$s</dd></div>\n</dl>\n",
                   ASSAY_TEXT_CODE, grouped);
    bool own = page->answer != NULL && page->answer->confirmed_at_unix_ms != 0 &&
               page->answer->confirmed_by_this_device && page->verdict != ASSAY_VERDICT_CONFIRMED;
    if (own) {
        assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_OWN_CONFIRMED);
    }
    assay_page_put(out, "</section>\n");
}
