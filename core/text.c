// SPDX-License-Identifier: Apache-2.0
#include "core/text.h"

#include <string.h>

/* Bytes of the character that begins here, 0 if it is not UTF-8 (Unicode, table 3-7). */
static size_t character_len(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80) {
        return 1;
    }
    size_t len = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || left < len) {
        return 0;
    }
    unsigned char low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

static bool is_control(const unsigned char *at)
{
    return at[0] < 0x20 || at[0] == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0);
}

static bool is_clean(const char *text, size_t len_bytes, bool lines)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < len_bytes) {
        size_t len = character_len(bytes + at, len_bytes - at);
        bool line = lines && (text[at] == '\n' || text[at] == '\r' || text[at] == '\t');
        if (len == 0 || (is_control(bytes + at) && !line)) {
            return false;
        }
        at += len;
    }
    return true;
}

bool assay_text_is_utf8(const char *text, size_t len_bytes)
{
    size_t at = 0;
    while (at < len_bytes) {
        size_t len = character_len((const unsigned char *)text + at, len_bytes - at);
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

bool assay_text_is_clean(const char *text, size_t len_bytes)
{
    return is_clean(text, len_bytes, false);
}

bool assay_text_is_clean_lines(const char *text, size_t len_bytes)
{
    return is_clean(text, len_bytes, true);
}

size_t assay_text_cut(const char *text, size_t max_bytes)
{
    size_t len = strnlen(text, max_bytes + 1);
    if (len <= max_bytes) {
        return len;
    }
    len = max_bytes;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
        len--;
    }
    return len;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_lower(char character)
{
    return character >= 'a' && character <= 'z';
}

bool assay_text_is_name(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);
    for (size_t i = 0; i < len; i++) {
        bool upper = text[i] >= 'A' && text[i] <= 'Z';
        if (!upper && !is_lower(text[i]) && !is_digit(text[i]) && strchr("._-", text[i]) == NULL) {
            return false;
        }
    }
    return len >= 1 && len <= max;
}

/* End of the host that begins here, or NULL. */
static const char *skip_host(const char *at)
{
    if (*at == '[') {
        size_t len = strspn(at + 1, "0123456789abcdef:.");
        return len >= 2 && at[len + 1] == ']' ? at + len + 2 : NULL;
    }
    const char *end = at;
    while (is_lower(*end) || is_digit(*end) || *end == '-' || (*end == '.' && end[1] != '.')) {
        end++;
    }
    bool empty = end == at;
    return empty || *at == '.' || *at == '-' || end[-1] == '.' || end[-1] == '-' ? NULL : end;
}

static bool is_port(const char *at)
{
    size_t len = strspn(at, "0123456789");
    if (len < 1 || len > 5 || at[len] != '\0' || at[0] == '0') {
        return false;
    }
    unsigned port = 0;
    for (size_t i = 0; i < len; i++) {
        port = port * 10 + (unsigned)(at[i] - '0');
    }
    return port <= 65535;
}

bool assay_text_is_origin(const char *text)
{
    const char *host = strncmp(text, "https://", 8) == 0  ? text + 8
                       : strncmp(text, "http://", 7) == 0 ? text + 7
                                                          : NULL;
    const char *end = host == NULL ? NULL : skip_host(host);
    if (end == NULL) {
        return false;
    }
    return *end == '\0' || (*end == ':' && is_port(end + 1));
}
