// SPDX-License-Identifier: Apache-2.0
#include "verifier/pages/page_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "verifier/pages/page_text.h"

#define ROOM_FIRST_BYTES 12288

static bool make_room(struct assay_page_out *out, size_t len)
{
    if (out->failed) {
        return false;
    }
    if (out->room - out->len >= len) {
        return true;
    }
    size_t room = out->room == 0 ? ROOM_FIRST_BYTES : 2 * out->room;
    while (room - out->len < len) {
        room *= 2;
    }
    char *data = realloc(out->data, room);
    if (data == NULL) {
        out->failed = true;
        return false;
    }
    out->data = data;
    out->room = room;
    return true;
}

static void put_bytes(struct assay_page_out *out, const char *data, size_t len)
{
    if (make_room(out, len)) {
        memcpy(out->data + out->len, data, len);
        out->len += len;
    }
}

static void put_literal(struct assay_page_out *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

/* Length of the well-formed UTF-8 character at text (RFC 3629), 0 if there is none. */
static size_t character_len(const unsigned char *text, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = text[0] < 0x80   ? 1
                 : text[0] < 0xc2 ? 0
                 : text[0] < 0xe0 ? 2
                 : text[0] < 0xf0 ? 3
                 : text[0] < 0xf5 ? 4
                                  : 0;
    if (len <= 1) {
        *point = text[0];
        return len;
    }
    *point = text[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        *point = *point << 6 | (text[i] & 0x3fu);
    }
    bool surrogate = *point >= 0xd800 && *point <= 0xdfff;
    return *point < least[len] || *point > 0x10ffff || surrogate ? 0 : len;
}

/* Control characters, and those that turn or isolate the direction of writing (UAX 9). */
static bool is_unfit(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x61c ||
           (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff || point >= 0xe0000;
}

static const char *entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_escaped(struct assay_page_out *out, const char *text)
{
    while (text != NULL && *text != '\0') {
        uint32_t point;
        size_t len = character_len((const unsigned char *)text, &point);
        const char *name = entity(*text);
        if (name != NULL) {
            put_literal(out, name);
        } else if (len == 0 || is_unfit(point)) {
            put_literal(out, "\xef\xbf\xbd");
        } else {
            put_bytes(out, text, len);
        }
        text += len == 0 ? 1 : len;
    }
}

static void put_percent(struct assay_page_out *out, const char *text)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    for (; text != NULL && *text != '\0'; text++) {
        if (strchr(unreserved, *text) != NULL) {
            put_bytes(out, text, 1);
            continue;
        }
        char escape[4];
        snprintf(escape, sizeof escape, "%%%02X", (unsigned char)*text);
        put_bytes(out, escape, 3);
    }
}

static void put_number(struct assay_page_out *out, unsigned number)
{
    char digits[16];
    int len = snprintf(digits, sizeof digits, "%u", number);
    put_bytes(out, digits, (size_t)len);
}

static void put_filled(struct assay_page_out *out, const char *text, const char *argument)
{
    const char *slot = strstr(text, "{}");
    assay_assert(slot != NULL);
    put_bytes(out, text, (size_t)(slot - text));
    put_escaped(out, argument);
    put_literal(out, slot + 2);
}

static const char *text_of(const struct assay_page_out *out, int text)
{
    return assay_page_text((enum assay_page_text)text, out->language);
}

/* The slot is read before its arguments, in their order. */
static void put_slot(struct assay_page_out *out, char slot, va_list *arguments)
{
    const char *text;
    switch (slot) {
    case 's':
        put_escaped(out, va_arg(*arguments, const char *));
        return;
    case 'u':
        put_percent(out, va_arg(*arguments, const char *));
        return;
    case 'n':
        put_number(out, va_arg(*arguments, unsigned));
        return;
    case 't':
        put_escaped(out, text_of(out, va_arg(*arguments, int)));
        return;
    case 'f':
        text = text_of(out, va_arg(*arguments, int));
        put_filled(out, text, va_arg(*arguments, const char *));
        return;
    default:
        assay_assert(false);
    }
}

void assay_page_put(struct assay_page_out *out, const char *template, ...)
{
    va_list arguments;
    va_start(arguments, template);
    const char *slot;
    while ((slot = strchr(template, '$')) != NULL) {
        put_bytes(out, template, (size_t)(slot - template));
        put_slot(out, slot[1], &arguments);
        template = slot + 2;
    }
    va_end(arguments);
    put_literal(out, template);
}

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

/* "2026-11-21" as people write it. */
static void put_date(struct assay_page_out *out, const char date[ASSAY_DATE_TEXT_SIZE])
{
    unsigned year = (unsigned)strtoul(date, NULL, 10);
    unsigned month = (unsigned)strtoul(date + 5, NULL, 10);
    unsigned day = (unsigned)strtoul(date + 8, NULL, 10);
    if (out->language == ASSAY_LANGUAGE_ZH) {
        assay_page_put(out, "$n年$n月$n日", year, month, day);
    } else {
        assay_page_put(out, "$n $s $n", day, months[month - 1], year);
    }
}

void assay_page_put_moment(struct assay_page_out *out, int64_t unix_ms, int utc_offset_minutes)
{
    char utc[ASSAY_TIME_TEXT_SIZE];
    char local[ASSAY_TIME_TEXT_SIZE];
    char clock[6];
    assay_time_format(unix_ms, utc);
    assay_time_format(unix_ms + (int64_t)utc_offset_minutes * 60000, local);
    local[10] = '\0'; /* the T between date and time */
    memcpy(clock, local + 11, 5);
    clock[5] = '\0';
    assay_page_put(out, "<time datetime=\"$s\">", utc);
    put_date(out, local);
    assay_page_put(out, "$s$s</time>", out->language == ASSAY_LANGUAGE_ZH ? " " : ", ", clock);
}

void assay_page_put_day(struct assay_page_out *out, int32_t day)
{
    char date[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(day, date);
    assay_page_put(out, "<time datetime=\"$s\">", date);
    put_date(out, date);
    assay_page_put(out, "</time>");
}
