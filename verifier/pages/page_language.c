// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include "verifier/pages/page.h"

/* What one header or query has said so far: weights in thousandths, -1 = nothing. */
struct wishes {
    int zh;
    int en;
    int any; /* "*" */
    bool en_first;
};

static size_t span_to(const char *text, size_t len, char end)
{
    const char *found = memchr(text, end, len);
    return found == NULL ? len : (size_t)(found - text);
}

/* True if the tag's primary part (RFC 5646) is this language. */
static bool is_language(const char *tag, size_t len, const char *primary)
{
    return len >= 2 && strncasecmp(tag, primary, 2) == 0 && (len == 2 || tag[2] == '-');
}

static void trim(const char **text, size_t *len)
{
    while (*len > 0 && (**text == ' ' || **text == '\t')) {
        (*text)++;
        (*len)--;
    }
    while (*len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t')) {
        (*len)--;
    }
}

/* "q=0.875" in thousandths; 1000 without one; -1 if it is broken. */
static int weight_of(const char *text, size_t len)
{
    trim(&text, &len);
    if (len == 0) {
        return 1000;
    }
    if (len < 3 || len > 7 || (text[0] | 0x20) != 'q' || text[1] != '=' ||
        (text[2] != '0' && text[2] != '1') || (len > 3 && text[3] != '.')) {
        return -1;
    }
    int weight = (text[2] - '0') * 1000;
    int unit = 100;
    for (size_t i = 4; i < len; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        weight += (text[i] - '0') * unit;
    }
    return weight > 1000 ? -1 : weight;
}

static void raise(int *wish, int weight)
{
    *wish = weight > *wish ? weight : *wish;
}

static void take_range(const char *range, size_t len, struct wishes *wishes)
{
    size_t tag_len = span_to(range, len, ';');
    int weight = tag_len == len ? 1000 : weight_of(range + tag_len + 1, len - tag_len - 1);
    trim(&range, &tag_len);
    if (is_language(range, tag_len, "zh")) {
        raise(&wishes->zh, weight);
    } else if (is_language(range, tag_len, "en")) {
        wishes->en_first |= wishes->zh < 0;
        raise(&wishes->en, weight);
    } else if (tag_len == 1 && range[0] == '*') {
        raise(&wishes->any, weight);
    }
}

static bool by_query(const char *query, size_t len, enum assay_language *language)
{
    for (size_t at = 0; at < len;) {
        const char *field = query + at;
        size_t field_len = span_to(field, len - at, '&');
        at += field_len + 1;
        if (field_len < 7 || memcmp(field, "lang=", 5) != 0) {
            continue;
        }
        bool en = is_language(field + 5, field_len - 5, "en");
        if (en || is_language(field + 5, field_len - 5, "zh")) {
            *language = en ? ASSAY_LANGUAGE_EN : ASSAY_LANGUAGE_ZH;
            return true;
        }
    }
    return false;
}

enum assay_language assay_page_language(const char *query, size_t query_len, const char *accept,
                                        size_t accept_len)
{
    enum assay_language language;
    if (by_query(query, query_len, &language)) {
        return language;
    }
    struct wishes wishes = {-1, -1, -1, false};
    for (size_t at = 0; at < accept_len;) {
        size_t range_len = span_to(accept + at, accept_len - at, ',');
        take_range(accept + at, range_len, &wishes);
        at += range_len + 1;
    }
    int zh = wishes.zh < 0 ? wishes.any : wishes.zh;
    int en = wishes.en < 0 ? wishes.any : wishes.en;
    if (en <= 0) {
        return ASSAY_LANGUAGE_ZH;
    }
    return en > zh || (en == zh && wishes.en_first) ? ASSAY_LANGUAGE_EN : ASSAY_LANGUAGE_ZH;
}
