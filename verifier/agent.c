// SPDX-License-Identifier: Apache-2.0
#include "verifier/agent.h"

#include <string.h>
#include <strings.h>

#define AGENT_BYTES_MAX 512

/* Runs of letters, in any case. */
struct word {
    const char *text;
    size_t len;
    enum assay_channel channel;
};

#define WORD(text, channel)                                                                        \
    {                                                                                              \
        text, sizeof text - 1, ASSAY_CHANNEL_##channel                                             \
    }

static const struct word words[] = {
    WORD("facebookexternalhit", PREVIEW),
    WORD("facebot", PREVIEW),
    WORD("whatsapp", PREVIEW),
    WORD("telegrambot", PREVIEW),
    WORD("twitterbot", PREVIEW),
    WORD("slackbot", PREVIEW),
    WORD("discordbot", PREVIEW),
    WORD("linkedinbot", PREVIEW),
    WORD("skypeuripreview", PREVIEW),
    WORD("pinterestbot", PREVIEW),
    WORD("redditbot", PREVIEW),
    WORD("vkshare", PREVIEW),
    WORD("iframely", PREVIEW),
    WORD("embedly", PREVIEW),
    WORD("mediapartners", BOT),
    WORD("lighthouse", BOT),
    WORD("cubot", WEB), /* a make of telephones */
};

/* What crawlers' names end with: Googlebot, Baiduspider, AhrefsBot, mpcrawler. */
static const struct word endings[] = {WORD("bot", BOT), WORD("spider", BOT), WORD("crawler", BOT)};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static enum assay_channel channel_of(const char *word, size_t len)
{
    for (size_t i = 0; i < ASSAY_COUNT_OF(words); i++) {
        if (words[i].len == len && strncasecmp(word, words[i].text, len) == 0) {
            return words[i].channel;
        }
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(endings); i++) {
        size_t ending = endings[i].len;
        if (len >= ending && strncasecmp(word + len - ending, endings[i].text, ending) == 0) {
            return endings[i].channel;
        }
    }
    return ASSAY_CHANNEL_WEB;
}

/* All words above end in one of these letters; most words of browsers are spared the comparison. */
static bool may_be_one(const char *word, size_t len)
{
    const char last = len < 3 ? '\0' : (char)(word[len - 1] | 0x20);
    return last == 't' || last == 'r' || last == 'p' || last == 'w' || last == 'e' || last == 'y' ||
           last == 's';
}

enum assay_channel assay_agent_channel(const char *agent, size_t len)
{
    len = len < AGENT_BYTES_MAX ? len : AGENT_BYTES_MAX;
    enum assay_channel found = ASSAY_CHANNEL_WEB;
    for (size_t at = 0; at < len && found == ASSAY_CHANNEL_WEB;) {
        size_t end = at;
        while (end < len && is_letter(agent[end])) {
            end++;
        }
        if (may_be_one(agent + at, end - at)) {
            found = channel_of(agent + at, end - at);
        }
        at = end + 1;
    }
    return found;
}
