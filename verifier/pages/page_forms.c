// SPDX-License-Identifier: Apache-2.0
/* The page's forms. Each works without the script; `data-form` tells the script what it is. */
#include <stdio.h>

#include "core/clock.h"
#include "verifier/pages/page_parts.h"

static void put_hidden(struct assay_page_out *out, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        assay_page_put(out, "<input type=\"hidden\" name=\"$s\" value=\"$s\">\n", name, value);
    }
}

/* What a scan passes on of the label's URL, and the share box, which the script uncovers. */
static void begin_scan(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out,
                   "<form data-form=\"scan\" method=\"post\""
                   " action=\"/v1/codes/$u/scans?lang=$s\" autocomplete=\"off\">\n",
                   page->code, assay_page_lang(page->language));
    put_hidden(out, "scan_id", page->scan_id);
    put_hidden(out, "gtin", page->gtin);
    put_hidden(out, "lot", page->lot);
    put_hidden(out, "sig", page->sig);
}

static void put_share(struct assay_page_out *out)
{
    assay_page_put(out,
                   "<label class=\"box\" hidden data-share><input type=\"checkbox\">"
                   "<span>$t</span></label>\n",
                   ASSAY_TEXT_SHARE);
}

/* Where the script says how it goes. */
static void end_form(struct assay_page_out *out, int button)
{
    assay_page_put(out,
                   "<button type=\"submit\">$t</button>\n"
                   "<p class=\"status\" role=\"status\"></p>\n</form>\n",
                   button);
}

void assay_page_scan_form(struct assay_page_out *out, const struct assay_page *page)
{
    begin_scan(out, page);
    if (page->scan_on_tap) {
        put_share(out);
    }
    end_form(out, ASSAY_TEXT_CHECK);
}

void assay_page_pin_form(struct assay_page_out *out, const struct assay_page *page)
{
    bool asks = page->verdict == ASSAY_VERDICT_GENUINE ||
                page->verdict == ASSAY_VERDICT_GENUINE_SEEN ||
                page->verdict == ASSAY_VERDICT_SUSPECT || page->verdict == ASSAY_VERDICT_PIN_WRONG;
    bool used = page->answer != NULL && page->answer->confirmed_at_unix_ms != 0 &&
                page->verdict == ASSAY_VERDICT_SUSPECT;
    if (!page->has_pin || !asks || used) {
        return;
    }
    assay_page_put(out, "<section class=\"card\">\n<h2>$t</h2>\n<p>$t</p>\n", ASSAY_TEXT_PIN_HEAD,
                   ASSAY_TEXT_PIN_ABOUT);
    begin_scan(out, page);
    assay_page_put(out,
                   "<label for=\"pin\">$t</label>\n<input id=\"pin\" name=\"pin\" class=\"code\""
                   " required maxlength=\"16\" autocapitalize=\"characters\""
                   " spellcheck=\"false\">\n",
                   ASSAY_TEXT_PIN_LABEL);
    put_share(out);
    end_form(out, ASSAY_TEXT_CONFIRM);
    assay_page_put(out, "</section>\n");
}

void assay_page_code_form(struct assay_page_out *out, const struct assay_page *page)
{
    assay_page_put(out,
                   "<form data-form=\"code\" method=\"get\" action=\"/\" autocomplete=\"off\">\n"
                   "<input type=\"hidden\" name=\"lang\" value=\"$s\">\n"
                   "<label for=\"code\">$t</label>\n<input id=\"code\" name=\"code\" class=\"code\""
                   " required maxlength=\"64\" autocapitalize=\"characters\" spellcheck=\"false\""
                   " dir=\"ltr\" value=\"$s\">\n",
                   assay_page_lang(page->language), ASSAY_TEXT_CODE_LABEL,
                   page->typed_code == NULL ? "" : page->typed_code);
    end_form(out, ASSAY_TEXT_CHECK);
}

/* -- warranty -- */

static void begin_more(struct assay_page_out *out, int head, bool open)
{
    assay_page_put(out, open ? "<details class=\"card\" open>\n" : "<details class=\"card\">\n");
    assay_page_put(out, "<summary><h2>$t</h2></summary>\n", head);
}

static void begin_form(struct assay_page_out *out, const struct assay_page *page,
                       const char *action)
{
    assay_page_put(out, "<form data-form=\"send\" method=\"post\" action=\"$s?lang=$s\">\n", action,
                   assay_page_lang(page->language));
}

static void put_terms(struct assay_page_out *out, const struct assay_warranty_terms *terms)
{
    char months[12];
    snprintf(months, sizeof months, "%u", (unsigned)terms->months);
    assay_page_put(out, "<p>$f",
                   terms->months == 1 ? ASSAY_TEXT_WARRANTY_MONTH : ASSAY_TEXT_WARRANTY_MONTHS,
                   months);
    if (terms->bonus_months > 0) {
        snprintf(months, sizeof months, "%u", (unsigned)terms->bonus_months);
        assay_page_put(out, out->language == ASSAY_LANGUAGE_ZH ? "$f" : " $f",
                       ASSAY_TEXT_WARRANTY_BONUS, months);
    }
    assay_page_put(out, "</p>\n");
}

static void put_person(struct assay_page_out *out, const char *today)
{
    /* The bounds are in bytes of UTF-8 (docs/HTTP.md); a Chinese character has three. */
    unsigned name_max = out->language == ASSAY_LANGUAGE_ZH ? 26 : 80;
    assay_page_put(out,
                   "<label for=\"name\">$t</label>\n<input id=\"name\" name=\"name\" required"
                   " maxlength=\"$n\" autocomplete=\"name\">\n",
                   ASSAY_TEXT_NAME, name_max);
    assay_page_put(
        out,
        "<label for=\"phone\">$t</label>\n<input id=\"phone\" name=\"phone\" type=\"tel\""
        " required minlength=\"5\" maxlength=\"20\" pattern=\"[0-9+ \\-]*\""
        " autocomplete=\"tel\">\n",
        ASSAY_TEXT_PHONE);
    assay_page_put(out,
                   "<label for=\"email\">$t</label>\n<input id=\"email\" name=\"email\""
                   " type=\"email\" maxlength=\"254\" autocomplete=\"email\">\n",
                   ASSAY_TEXT_EMAIL);
    assay_page_put(out,
                   "<label for=\"bought_on\">$t</label>\n<input id=\"bought_on\" name=\"bought_on\""
                   " type=\"date\" max=\"$s\">\n",
                   ASSAY_TEXT_BOUGHT_ON, today);
    assay_page_put(out,
                   "<label class=\"box\"><input type=\"checkbox\" name=\"consent\" value=\"on\""
                   " required><span>$t</span></label>\n",
                   ASSAY_TEXT_CONSENT);
}

static void put_registration(struct assay_page_out *out, const struct assay_page *page)
{
    char today[ASSAY_DATE_TEXT_SIZE];
    int offset = page->brand == NULL ? 0 : page->brand->utc_offset_minutes;
    assay_date_format(assay_day_of(page->now_unix_ms, offset), today);
    begin_more(out, ASSAY_TEXT_WARRANTY_HEAD, false);
    put_terms(out, &page->product->value.terms);
    begin_form(out, page, "/v1/warranties");
    put_hidden(out, "receipt", page->receipt);
    put_person(out, today);
    end_form(out, ASSAY_TEXT_REGISTER);
    assay_page_put(out, "</details>\n");
}

static void put_search(struct assay_page_out *out, const struct assay_page *page)
{
    begin_more(out, ASSAY_TEXT_FIND_HEAD, false);
    assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_FIND_ABOUT);
    begin_form(out, page, "/v1/warranties/find");
    put_hidden(out, "code", page->code);
    assay_page_put(
        out,
        "<label for=\"phone\">$t</label>\n<input id=\"phone\" name=\"phone\" type=\"tel\""
        " required minlength=\"5\" maxlength=\"20\" autocomplete=\"tel\">\n",
        ASSAY_TEXT_PHONE);
    end_form(out, ASSAY_TEXT_FIND);
    assay_page_put(out, "</details>\n");
}

void assay_page_warranty_form(struct assay_page_out *out, const struct assay_page *page)
{
    if (page->answer == NULL) {
        return;
    }
    bool offered = page->product != NULL && page->product->value.terms.months > 0;
    if (page->answer->warranty_ends_on != ASSAY_DAY_NONE) {
        put_search(out, page);
    } else if (offered && page->receipt != NULL) {
        put_registration(out, page);
    }
}

/* -- report -- */

bool assay_page_asks_for_report(const struct assay_page *page)
{
    return page->verdict == ASSAY_VERDICT_NOT_ISSUED || page->verdict == ASSAY_VERDICT_VOID ||
           page->verdict == ASSAY_VERDICT_NOT_ON_SALE || page->verdict == ASSAY_VERDICT_SUSPECT;
}

void assay_page_report_form(struct assay_page_out *out, const struct assay_page *page)
{
    const char *code = page->code[0] != '\0' ? page->code : page->typed_code;
    if (code == NULL || code[0] == '\0') {
        return;
    }
    /* Bytes again: 200 and 1000. */
    bool zh = page->language == ASSAY_LANGUAGE_ZH;
    begin_more(out, ASSAY_TEXT_REPORT_HEAD, assay_page_asks_for_report(page));
    assay_page_put(out, "<p>$t</p>\n", ASSAY_TEXT_REPORT_ABOUT);
    begin_form(out, page, "/v1/reports");
    put_hidden(out, "code", code);
    assay_page_put(out,
                   "<label for=\"where\">$t</label>\n<input id=\"where\" name=\"where\" required"
                   " maxlength=\"$n\" autocomplete=\"off\">\n",
                   ASSAY_TEXT_WHERE, zh ? 66u : 200u);
    assay_page_put(out,
                   "<label for=\"text\">$t</label>\n<textarea id=\"text\" name=\"text\" rows=\"3\""
                   " maxlength=\"$n\"></textarea>\n",
                   ASSAY_TEXT_MORE, zh ? 333u : 1000u);
    end_form(out, ASSAY_TEXT_REPORT);
    assay_page_put(out, "</details>\n");
}
