// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_carton.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sscc.h"
#include "verifier/pages/page_login.h"
#include "verifier/pages/page_parts.h"

/* zh-CN, en */
struct words {
    const char *zh, *en;
};

static const struct words heading[] = {{"箱", "Carton"}, {"托盘", "Pallet"}};
static const struct words unknown = {"查无此箱", "No such carton"};
static const struct words malformed = {"箱号有误", "This is not a carton's number"};
static const struct words not_found = {
    "品牌方没有这个箱号（SSCC）的记录。请核对标签；如果标签无误，请告诉品牌方。",
    "The brand knows of no carton with this number (SSCC). Compare with the label; if that is what "
    "it says, tell the brand."};
static const struct words not_sscc = {"箱号（SSCC）是 18 位数字，最后一位是校验位。",
                                      "A carton's number (SSCC) has 18 digits, the last of which "
                                      "checks the others."};
static const struct words compare = {
    "打开后请核对：商品和件数应与下面一致。单件是否正品，请扫描它自己的标签。",
    "When it is opened, compare product and count with what stands below. Whether an item is "
    "genuine, its own label tells."};

static const struct words inspectors = {"检查人员登录", "Inspectors"};

static const struct {
    const char *name;
    struct words words;
} states[] = {
    {"open", {"尚未装箱", "not packed yet"}},
    {"packed", {"已装箱", "packed"}},
    {"shipped", {"已发货", "shipped"}},
    {"void", {"已作废，请勿收货", "cancelled: do not accept it"}},
    {"unpacked", {"已拆箱", "unpacked"}},
};

static const char *say(const struct assay_page_out *out, struct words words)
{
    return out->language == ASSAY_LANGUAGE_ZH ? words.zh : words.en;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static const char *state_words(const struct assay_page_out *out, const char *state)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(states); i++) {
        if (strcmp(state, states[i].name) == 0) {
            return say(out, states[i].words);
        }
    }
    return state;
}

static struct words title_of(const struct assay_page_carton *page)
{
    if (page->sscc[0] == '\0') {
        return malformed;
    }
    return page->shown == NULL ? unknown
                               : heading[strcmp(text_of(page->shown, "kind"), "pallet") == 0];
}

static const char *name_of(const struct assay_page_out *out, const char *zh, const char *en)
{
    bool wants_zh = out->language == ASSAY_LANGUAGE_ZH;
    return (wants_zh ? zh[0] != '\0' : en[0] == '\0') ? zh : en;
}

static void put_top(struct assay_page_out *out, const struct assay_page_carton *page)
{
    bool zh = page->language == ASSAY_LANGUAGE_ZH;
    const char *brand =
        page->brand == NULL ? "" : name_of(out, page->brand->name_zh, page->brand->name);
    assay_page_put(out,
                   "<!doctype html>\n<html lang=\"$s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n"
                   "<meta name=\"format-detection\" content=\"telephone=no\">\n"
                   "<title>$s · $s</title>\n"
                   "<link rel=\"icon\" href=\"$s\" type=\"image/svg+xml\">\n"
                   "<link rel=\"stylesheet\" href=\"$s\">\n</head>\n",
                   zh ? "zh-CN" : "en", say(out, title_of(page)), brand, assay_page_icon_path,
                   assay_page_css_path);
    assay_page_put(out, "<body>\n<header>\n<p class=\"brand\"><bdi>$s</bdi></p>\n", brand);
    if (page->sscc[0] != '\0') {
        assay_page_put(out, "<a href=\"/00/$u?lang=$s\" lang=\"$s\" hreflang=\"$s\">$s</a>\n",
                       page->sscc, zh ? "en" : "zh", zh ? "en" : "zh-CN", zh ? "en" : "zh-CN",
                       zh ? "English" : "中文");
    }
    assay_page_put(out, "</header>\n<main id=\"page\">\n");
}

static void put_row(struct assay_page_out *out, struct words name, const char *value)
{
    if (value[0] != '\0') {
        assay_page_put(out, "<dt>$s</dt><dd><bdi>$s</bdi></dd>\n", say(out, name), value);
    }
}

static void put_count(struct assay_page_out *out, struct words name, json_int_t count)
{
    assay_page_put(out, "<dt>$s</dt><dd>$n</dd>\n", say(out, name), (unsigned)count);
}

/* One batch of the content; several of one product are told apart for inspectors alone. */
static void put_batch(struct assay_page_out *out, const json_t *batch, bool inspector)
{
    put_row(out, (struct words){"商品", "Product"},
            name_of(out, text_of(batch, "name_zh"), text_of(batch, "name_en")));
    put_row(out, (struct words){"GTIN", "GTIN"}, text_of(batch, "gtin"));
    if (inspector) {
        put_row(out, (struct words){"批号", "Lot"}, text_of(batch, "lot"));
        put_row(out, (struct words){"有效期至", "Use by"}, text_of(batch, "expires_on"));
        put_count(out, (struct words){"件数", "Items"},
                  json_integer_value(json_object_get(batch, "items")));
    }
}

static bool is_same_product(const json_t *list, size_t number)
{
    const char *sku = text_of(json_array_get(list, number), "sku");
    for (size_t i = 0; i < number; i++) {
        if (strcmp(text_of(json_array_get(list, i), "sku"), sku) == 0) {
            return true;
        }
    }
    return false;
}

static void put_facts(struct assay_page_out *out, const struct assay_page_carton *page)
{
    const json_t *content = json_object_get(page->shown, "content");
    bool pallet = strcmp(text_of(page->shown, "kind"), "pallet") == 0;
    assay_page_put(out, "<section class=\"card\">\n<dl>\n");
    put_row(out, (struct words){"箱号（SSCC）", "Number (SSCC)"}, page->sscc);
    if (pallet) {
        put_count(out, (struct words){"箱数", "Cartons"},
                  json_integer_value(json_object_get(page->shown, "count")));
    }
    put_count(out, (struct words){"件数", "Items"},
              json_integer_value(json_object_get(page->shown, "items")));
    for (size_t i = 0; i < json_array_size(content); i++) {
        if (page->inspector || !is_same_product(content, i)) {
            put_batch(out, json_array_get(content, i), page->inspector);
        }
    }
    if (page->inspector) {
        put_row(out, (struct words){"所在托盘", "On pallet"}, text_of(page->shown, "pallet"));
        put_row(out, (struct words){"装箱时间", "Packed"}, text_of(page->shown, "recorded_at"));
        put_row(out, (struct words){"发货时间", "Shipped"}, text_of(page->shown, "shipped_at"));
        put_row(out, (struct words){"发往", "Shipped to"}, text_of(page->shown, "shipped_to"));
        put_row(out, (struct words){"最近变动", "Last change"}, text_of(page->shown, "moved_at"));
        put_row(out, (struct words){"说明", "Note"}, text_of(page->shown, "moved_text"));
    }
    assay_page_put(out, "</dl>\n</section>\n");
}

/* Inspectors log in here, and out again. */
static void put_door(struct assay_page_out *out, const struct assay_page_carton *page)
{
    char next[sizeof "/00/" + ASSAY_SSCC_SIZE];
    snprintf(next, sizeof next, "/00/%s", page->sscc);
    if (page->inspector) {
        assay_page_put(out, "<section class=\"card\">\n");
        assay_page_logout_form(out, next);
        assay_page_put(out, "</section>\n");
        return;
    }
    assay_page_put(out, "<details class=\"card\">\n<summary><h2>$s</h2></summary>\n",
                   say(out, inspectors));
    assay_page_login_form(out, next);
    assay_page_put(out, "</details>\n");
}

enum assay_error assay_page_carton_render(const struct assay_page_carton *page, char **html,
                                          size_t *len_bytes)
{
    struct assay_page_out out = {.language = page->language};
    const char *state = text_of(page->shown, "state");
    bool bad = page->shown == NULL || strcmp(state, "void") == 0;
    put_top(&out, page);
    assay_page_put(&out, "<section class=\"panel $s\">\n", bad ? "ask" : "look");
    assay_page_icon(&out, bad ? "ask" : "look");
    assay_page_put(&out, "<h1>$s</h1>\n<p class=\"sentence\">$s</p>\n</section>\n",
                   say(&out, title_of(page)),
                   page->sscc[0] == '\0' ? say(&out, not_sscc)
                   : page->shown == NULL ? say(&out, not_found)
                                         : state_words(&out, state));
    if (page->shown != NULL) {
        put_facts(&out, page);
        assay_page_put(&out, "<p class=\"card\">$s</p>\n", say(&out, compare));
        put_door(&out, page);
    }
    assay_page_put(&out, "</main>\n</body>\n</html>\n");
    if (out.failed) {
        free(out.data);
        return ASSAY_E_MEMORY;
    }
    *html = out.data;
    *len_bytes = out.len;
    return ASSAY_OK;
}
