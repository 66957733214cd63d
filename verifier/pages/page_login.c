// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_login.h"

#include <stdlib.h>

#include "verifier/pages/page_parts.h"

static const char *say(const struct assay_page_out *out, const char *zh, const char *en)
{
    return out->language == ASSAY_LANGUAGE_ZH ? zh : en;
}

void assay_page_login_form(struct assay_page_out *out, const char *next)
{
    assay_page_put(
        out,
        "<form method=\"post\" action=\"/audit/login?lang=$s\">\n"
        "<label for=\"token\">$s</label>\n"
        "<input id=\"token\" name=\"token\" type=\"password\" maxlength=\"200\" required "
        "autocomplete=\"current-password\" spellcheck=\"false\">\n"
        "<input type=\"hidden\" name=\"next\" value=\"$s\">\n"
        "<button>$s</button>\n</form>\n",
        assay_page_lang(out->language),
        say(out, "访问令牌（由品牌方发放）", "Access token (the brand gives it)"), next,
        say(out, "登录", "Log in"));
}

void assay_page_logout_form(struct assay_page_out *out, const char *next)
{
    assay_page_put(
        out,
        "<form method=\"post\" action=\"/audit/logout?lang=$s\">\n"
        "<input type=\"hidden\" name=\"next\" value=\"$s\">\n<button>$s</button>\n</form>\n",
        assay_page_lang(out->language), next, say(out, "退出登录", "Log out"));
}

static const char *note_text(const struct assay_page_out *out, const struct assay_page_login *page)
{
    switch (page->note) {
    case ASSAY_LOGIN_WRONG:
        return say(out, "令牌错误或已被撤销。", "This token is unknown or was revoked.");
    case ASSAY_LOGIN_WAIT:
        return say(out, "错误次数过多，请一分钟后再试。",
                   "Too many wrong tokens. Please wait a minute.");
    case ASSAY_LOGIN_INPUT:
        return say(out, "请填写令牌。", "Please enter a token.");
    case ASSAY_LOGIN_FRESH:
        break;
    }
    return page->who != NULL ? say(out, "已登录。", "You are logged in.")
                             : say(out, "供检查和审计人员使用。", "For inspectors and auditors.");
}

static void put_head(struct assay_page_out *out, const struct assay_page_login *page,
                     const char *title)
{
    bool zh = page->language == ASSAY_LANGUAGE_ZH;
    const char *brand = page->brand == NULL                     ? ""
                        : zh && page->brand->name_zh[0] != '\0' ? page->brand->name_zh
                                                                : page->brand->name;
    assay_page_put(out,
                   "<!doctype html>\n<html lang=\"$s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n<title>$s · $s</title>\n"
                   "<link rel=\"icon\" href=\"$s\" type=\"image/svg+xml\">\n"
                   "<link rel=\"stylesheet\" href=\"$s\">\n</head>\n",
                   zh ? "zh-CN" : "en", title, brand, assay_page_icon_path, assay_page_css_path);
    assay_page_put(out, "<body>\n<header>\n<p class=\"brand\"><bdi>$s</bdi></p>\n", brand);
    assay_page_put(
        out,
        "<a href=\"/audit/login?lang=$s&amp;next=$u\" lang=\"$s\" hreflang=\"$s\">$s</a>\n"
        "</header>\n",
        zh ? "en" : "zh", page->next, zh ? "en" : "zh-CN", zh ? "en" : "zh-CN",
        zh ? "English" : "中文");
}

enum assay_error assay_page_login_render(const struct assay_page_login *page, char **html,
                                         size_t *len_bytes)
{
    struct assay_page_out out = {.language = page->language};
    const char *title =
        page->who != NULL ? say(&out, "已登录", "Logged in") : say(&out, "登录", "Log in");
    bool bad = page->note != ASSAY_LOGIN_FRESH;
    put_head(&out, page, title);
    assay_page_put(&out, "<main id=\"page\">\n<section class=\"panel $s\">\n",
                   bad ? "ask" : "look");
    assay_page_icon(&out, bad ? "ask" : "look");
    assay_page_put(&out, "<h1>$s</h1>\n<p class=\"sentence\">$s</p>\n</section>\n", title,
                   note_text(&out, page));
    assay_page_put(&out, "<section class=\"card\">\n");
    if (page->who != NULL) {
        assay_page_put(&out, "<p><bdi>$s</bdi></p>\n<p><a href=\"/audit/\">$s</a></p>\n", page->who,
                       say(&out, "打开审计总览", "Open the audit's dashboard"));
        assay_page_logout_form(&out, page->next);
    } else {
        assay_page_login_form(&out, page->next);
    }
    assay_page_put(&out, "</section>\n</main>\n</body>\n</html>\n");
    if (out.failed) {
        free(out.data);
        return ASSAY_E_MEMORY;
    }
    *html = out.data;
    *len_bytes = out.len;
    return ASSAY_OK;
}
