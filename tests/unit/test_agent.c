// SPDX-License-Identifier: Apache-2.0
#include "verifier/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *agent, enum assay_channel channel)
{
    if (assay_agent_channel(agent, strlen(agent)) != channel) {
        fail_msg("%s is not %s", agent, assay_channel_name(channel));
    }
}

static void people_are_no_bots(void **state)
{
    (void)state;
    static const char *const agents[] = {
        "",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Mobile/15E148 MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN",
        "Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0.6099.144 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "HeadlessChrome/120.0.0.0 Safari/537.36 Edg/120.0",
        "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [FBAN/FBIOS;FBDV/iPhone15,3;FBSV/17.0]",
        "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Line/13.20.1/IAB",
        "okhttp/4.12.0",
        "curl/7.88.1",
        "Bots", /* not at the end of the word */
        "whatsapps",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(agents); i++) {
        expect(agents[i], ASSAY_CHANNEL_WEB);
    }
}

static void a_make_of_telephone_is_no_bot(void **state)
{
    (void)state;
    expect("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/99 Mobile",
           ASSAY_CHANNEL_WEB);
    expect("Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) AppleWebKit/537.36", ASSAY_CHANNEL_WEB);
}

static void previews_and_crawlers_are_told(void **state)
{
    (void)state;
    expect("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
           ASSAY_CHANNEL_PREVIEW);
    expect("WhatsApp/2.23.20.0 A", ASSAY_CHANNEL_PREVIEW);
    expect("TelegramBot (like TwitterBot)", ASSAY_CHANNEL_PREVIEW);
    expect("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", ASSAY_CHANNEL_PREVIEW);
    expect("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
           ASSAY_CHANNEL_PREVIEW);
    expect("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
           ASSAY_CHANNEL_PREVIEW);
    expect("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; "
           "+http://www.google.com/bot.html) Chrome/120 Safari/537.36",
           ASSAY_CHANNEL_BOT);
    expect("Mozilla/5.0 (compatible; Baiduspider-render/2.0)", ASSAY_CHANNEL_BOT);
    expect("Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
           ASSAY_CHANNEL_BOT);
    expect("Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider; a@b.com)",
           ASSAY_CHANNEL_BOT);
    expect("BOT", ASSAY_CHANNEL_BOT);
}

static void only_the_beginning_is_looked_at(void **state)
{
    (void)state;
    char agent[600];
    memset(agent, ' ', sizeof agent);
    memcpy(agent + 509, "bot", 3);
    assert_int_equal(assay_agent_channel(agent, sizeof agent), ASSAY_CHANNEL_BOT);
    memcpy(agent + 509, " bot", 4);
    assert_int_equal(assay_agent_channel(agent, sizeof agent), ASSAY_CHANNEL_WEB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_are_no_bots),
        cmocka_unit_test(a_make_of_telephone_is_no_bot),
        cmocka_unit_test(previews_and_crawlers_are_told),
        cmocka_unit_test(only_the_beginning_is_looked_at),
    };
    return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
