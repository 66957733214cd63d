// SPDX-License-Identifier: Apache-2.0
#include "verifier/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Borrowed, encoded. */
struct bytes {
    const char *base;
    size_t len;
};

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char folded = (char)(digit | 0x20);
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

/* One character from encoded[*at], which is moved on; -1 for a broken escape. */
static int decode_one(struct bytes encoded, size_t *at, bool form)
{
    unsigned char character = (unsigned char)encoded.base[(*at)++];
    if (form && character == '+') {
        return ' ';
    }
    if (character != '%') {
        return character;
    }
    if (encoded.len - *at < 2) {
        return -1;
    }
    int high = hex_value(encoded.base[*at]);
    int low = hex_value(encoded.base[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

enum assay_error assay_percent_decode(const char *encoded, size_t encoded_len, bool form,
                                      char *text, size_t size_bytes)
{
    struct bytes from = {encoded, encoded_len};
    size_t len = 0;
    for (size_t at = 0; at < from.len;) {
        int character = decode_one(from, &at, form);
        if (character <= 0) {
            return ASSAY_E_SYNTAX;
        }
        if (len + 1 >= size_bytes) {
            return ASSAY_E_TOO_LARGE;
        }
        text[len++] = (char)character;
    }
    text[len] = '\0';
    return assay_text_is_utf8(text, len) ? ASSAY_OK : ASSAY_E_SYNTAX;
}

/* The pair that begins at *at, which is moved behind it. */
static struct bytes next_pair(struct bytes form, size_t *at)
{
    size_t begin = *at;
    size_t end = begin;
    while (end < form.len && form.base[end] != '&') {
        end++;
    }
    *at = end + 1;
    return (struct bytes){form.base + begin, end - begin};
}

static bool pair_has_name(struct bytes pair, const char *name, struct bytes *value)
{
    size_t len = strlen(name);
    if (pair.len < len || memcmp(pair.base, name, len) != 0) {
        return false;
    }
    if (pair.len == len) {
        *value = (struct bytes){"", 0};
        return true;
    }
    *value = (struct bytes){pair.base + len + 1, pair.len - len - 1};
    return pair.base[len] == '=';
}

enum assay_error assay_form_field(const char *form, size_t form_len, const char *name, char *text,
                                  size_t size_bytes)
{
    const struct bytes all = {form, form_len};
    struct bytes found = {NULL, 0};
    for (size_t at = 0; at < all.len;) {
        struct bytes value;
        if (!pair_has_name(next_pair(all, &at), name, &value)) {
            continue;
        }
        if (found.base != NULL) {
            return ASSAY_E_FIELD;
        }
        found = value;
    }
    return found.base == NULL ? ASSAY_E_NOT_FOUND
                              : assay_percent_decode(found.base, found.len, true, text, size_bytes);
}

/* One body being read. */
struct reading {
    const char *const *booleans;
    json_t *object;
    char *room; /* for one pair, decoded: the body's length and two */
    struct assay_reason *reason;
};

static bool is_boolean(const char *const *booleans, const char *name)
{
    for (size_t i = 0; booleans != NULL && booleans[i] != NULL; i++) {
        if (strcmp(booleans[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_yes(const char *text)
{
    static const char *const words[] = {"on", "true", "1", "yes"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(words); i++) {
        if (strcmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static enum assay_error add_field(struct reading *reading, const char *name, const char *value)
{
    json_t *field;
    if (is_boolean(reading->booleans, name)) {
        if (!is_yes(value)) {
            return assay_fail(reading->reason, ASSAY_E_FIELD, "%.40s: must be `on` or left out",
                              name);
        }
        field = json_true();
    } else {
        field = json_string(value);
    }
    return json_object_set_new(reading->object, name, field) == 0 ? ASSAY_OK : ASSAY_E_MEMORY;
}

/* "name=value" of len bytes, at least 1. */
static enum assay_error take_pair(struct reading *reading, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - pair) : len;
    size_t value_at = equals != NULL ? name_len + 1 : len;
    char *name = reading->room, *value = reading->room + name_len + 1;
    if (assay_percent_decode(pair, name_len, true, name, name_len + 1) != ASSAY_OK ||
        assay_percent_decode(pair + value_at, len - value_at, true, value, len - value_at + 1) !=
            ASSAY_OK) {
        return assay_fail(reading->reason, ASSAY_E_SYNTAX,
                          "form: a broken %%-escape, a NUL or not UTF-8");
    }
    if (json_object_get(reading->object, name) != NULL) {
        return assay_fail(reading->reason, ASSAY_E_SYNTAX, "%.40s: is there twice", name);
    }
    return value[0] == '\0' ? ASSAY_OK : add_field(reading, name, value);
}

static enum assay_error take_all(struct reading *reading, const char *body, size_t len)
{
    unsigned fields = 0;
    size_t at = 0;
    while (at < len) {
        const char *end = memchr(body + at, '&', len - at);
        size_t pair_len = end != NULL ? (size_t)(end - body) - at : len - at;
        enum assay_error error = ASSAY_OK;
        if (pair_len > 0) {
            error = ++fields > ASSAY_FORM_FIELDS_MAX
                        ? assay_fail(reading->reason, ASSAY_E_TOO_LARGE,
                                     "form: more than %d fields", ASSAY_FORM_FIELDS_MAX)
                        : take_pair(reading, body + at, pair_len);
        }
        if (error != ASSAY_OK) {
            return error;
        }
        at += pair_len + 1;
    }
    return ASSAY_OK;
}

enum assay_error assay_form_parse(const char *body, size_t len, const char *const *booleans,
                                  json_t **object, struct assay_reason *reason)
{
    struct reading reading = {.booleans = booleans, .reason = reason};
    reading.room = malloc(len + 2);
    reading.object = json_object();
    enum assay_error error = ASSAY_E_MEMORY;
    if (reading.room != NULL && reading.object != NULL) {
        error = take_all(&reading, body, len);
    }
    free(reading.room);
    if (error != ASSAY_OK) {
        json_decref(reading.object);
        return error;
    }
    *object = reading.object;
    return ASSAY_OK;
}
