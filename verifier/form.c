// SPDX-License-Identifier: Apache-2.0
#include "verifier/form.h"

#include <stdlib.h>
#include <string.h>

/* One body being read. */
struct reading {
    const char *const *booleans;
    json_t *object;
    char *room; /* for one pair, decoded: the body's length and two */
    struct assay_reason *reason;
};

/* One name or value, decoded: '+' is a space, %XX a byte. */
struct piece {
    char *text;
    size_t len;
};

static int hex_value(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    char folded = (char)(character | 0x20);
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

/* Decode into room of at least len + 1 bytes; false for a broken escape or a NUL. */
static bool decode(const char *from, size_t len, struct piece *piece)
{
    piece->len = 0;
    for (size_t i = 0; i < len; i++) {
        int byte = (unsigned char)from[i];
        if (byte == '+') {
            byte = ' ';
        } else if (byte == '%') {
            if (len - i < 3 || hex_value(from[i + 1]) < 0 || hex_value(from[i + 2]) < 0) {
                return false;
            }
            byte = hex_value(from[i + 1]) << 4 | hex_value(from[i + 2]);
            i += 2;
        }
        if (byte == '\0') {
            return false;
        }
        piece->text[piece->len++] = (char)byte;
    }
    piece->text[piece->len] = '\0';
    return true;
}

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

static enum assay_error add_field(struct reading *reading, const struct piece *name,
                                  const struct piece *value)
{
    json_t *field;
    if (is_boolean(reading->booleans, name->text)) {
        if (!is_yes(value->text)) {
            return assay_fail(reading->reason, ASSAY_E_FIELD, "%.40s: must be `on` or left out",
                              name->text);
        }
        field = json_true();
    } else {
        field = json_stringn(value->text, value->len);
    }
    /* jansson refuses what is not UTF-8, in values and, at set, in names. */
    if (field == NULL || json_object_set_new(reading->object, name->text, field) != 0) {
        return assay_fail(reading->reason, ASSAY_E_SYNTAX, "form: a field is not UTF-8");
    }
    return ASSAY_OK;
}

/* "name=value" of len bytes, at least 1. */
static enum assay_error take_pair(struct reading *reading, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - pair) : len;
    size_t value_at = equals != NULL ? name_len + 1 : len;
    struct piece name = {.text = reading->room};
    struct piece value = {.text = reading->room + name_len + 1};
    if (!decode(pair, name_len, &name) || !decode(pair + value_at, len - value_at, &value)) {
        return assay_fail(reading->reason, ASSAY_E_SYNTAX, "form: a broken %%-escape or a NUL");
    }
    if (json_object_get(reading->object, name.text) != NULL) {
        return assay_fail(reading->reason, ASSAY_E_SYNTAX, "form: a field is there twice");
    }
    return value.len == 0 ? ASSAY_OK : add_field(reading, &name, &value);
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
