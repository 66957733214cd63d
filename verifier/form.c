// SPDX-License-Identifier: Apache-2.0
#include "verifier/form.h"

#include <stdlib.h>
#include <string.h>

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

static enum assay_error add_field(json_t *object, const char *const *booleans,
                                  const struct piece *name, const struct piece *value,
                                  struct assay_reason *reason)
{
    json_t *field;
    if (is_boolean(booleans, name->text)) {
        if (!is_yes(value->text)) {
            return assay_fail(reason, ASSAY_E_FIELD, "%.40s: must be `on` or left out", name->text);
        }
        field = json_true();
    } else {
        field = json_stringn(value->text, value->len);
    }
    /* jansson refuses what is not UTF-8, in values and, at set, in names. */
    if (field == NULL || json_object_set_new(object, name->text, field) != 0) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "form: a field is not UTF-8");
    }
    return ASSAY_OK;
}

/* "name=value" of len bytes; room holds 2 * (len + 1). */
static enum assay_error take_pair(const char *pair, size_t len, char *room,
                                  const char *const *booleans, json_t *object,
                                  struct assay_reason *reason)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - pair) : len;
    size_t value_at = equals != NULL ? name_len + 1 : len;
    struct piece name = {.text = room};
    struct piece value = {.text = room + name_len + 1};
    if (!decode(pair, name_len, &name) || !decode(pair + value_at, len - value_at, &value)) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "form: a broken %%-escape or a NUL");
    }
    if (json_object_get(object, name.text) != NULL) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "form: a field is there twice");
    }
    if (value.len == 0) {
        return ASSAY_OK;
    }
    return add_field(object, booleans, &name, &value, reason);
}

static enum assay_error take_all(const char *body, size_t len, char *room,
                                 const char *const *booleans, json_t *object,
                                 struct assay_reason *reason)
{
    unsigned fields = 0;
    size_t at = 0;
    while (at < len) {
        const char *end = memchr(body + at, '&', len - at);
        size_t pair_len = end != NULL ? (size_t)(end - body) - at : len - at;
        if (pair_len > 0 && ++fields > ASSAY_FORM_FIELDS_MAX) {
            return assay_fail(reason, ASSAY_E_TOO_LARGE, "form: more than %d fields",
                              ASSAY_FORM_FIELDS_MAX);
        }
        enum assay_error error =
            pair_len > 0 ? take_pair(body + at, pair_len, room, booleans, object, reason)
                         : ASSAY_OK;
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
    char *room = malloc(len + 2);
    json_t *fields = json_object();
    enum assay_error error = ASSAY_E_MEMORY;
    if (room != NULL && fields != NULL) {
        error = take_all(body, len, room, booleans, fields, reason);
    }
    free(room);
    if (error != ASSAY_OK) {
        json_decref(fields);
        return error;
    }
    *object = fields;
    return ASSAY_OK;
}
