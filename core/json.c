// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <string.h>

#include "core/limits.h"
#include "core/text.h"

/* Deepest nesting of brackets outside of strings, counted before the library parses: it recurses.
 * Text that is not well formed may be counted wrongly; the library refuses it then. */
static unsigned depth_of(const char *text, size_t len)
{
    unsigned depth = 0;
    unsigned deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char character = text[i];
        if (in_string) {
            i += character == '\\';
            in_string = character != '"';
        } else if (character == '"') {
            in_string = true;
        } else if (character == '{' || character == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if ((character == '}' || character == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

/* The library's own text quotes the input, which may hold a PIN or a name: say it without. */
static const char *text_of(enum json_error_code code)
{
    switch (code) {
    case json_error_duplicate_key:
        return "a field is there twice";
    case json_error_premature_end_of_input:
        return "the text ends too early";
    case json_error_end_of_input_expected:
        return "something follows the object";
    case json_error_invalid_utf8:
        return "this is not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL character is not allowed";
    case json_error_numeric_overflow:
        return "the number is too large";
    default:
        return "this is not well-formed JSON";
    }
}

enum assay_error assay_json_parse(const char *text, size_t len, size_t max_bytes, json_t **object,
                                  struct assay_reason *reason)
{
    if (len > max_bytes) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the JSON has %zu bytes; at most %zu are read",
                          len, max_bytes);
    }
    if (depth_of(text, len) > ASSAY_JSON_DEPTH_MAX) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "the JSON is more than %d levels deep",
                          ASSAY_JSON_DEPTH_MAX);
    }
    json_error_t error;
    json_t *parsed = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (parsed == NULL) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "line %d, column %d: %s", error.line,
                          error.column, text_of(json_error_code(&error)));
    }
    if (!json_is_object(parsed)) {
        json_decref(parsed);
        return assay_fail(reason, ASSAY_E_SYNTAX, "the JSON must be an object");
    }
    *object = parsed;
    return ASSAY_OK;
}

static enum assay_error check_text(const struct assay_json_field *field, const json_t *value,
                                   struct assay_reason *reason)
{
    assay_assert(field->size > 0);
    if (!json_is_string(value)) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must be a text", field->name);
    }
    size_t len = json_string_length(value);
    if (len >= field->size) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: has %zu bytes, at most %zu are allowed",
                          field->name, len, field->size - 1);
    }
    if (!assay_text_is_clean(json_string_value(value), len)) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must not hold control characters",
                          field->name);
    }
    return ASSAY_OK;
}

static enum assay_error check_number(const struct assay_json_field *field, const json_t *value,
                                     struct assay_reason *reason)
{
    bool whole = field->kind == ASSAY_JSON_INTEGER;
    if (whole ? !json_is_integer(value) : !json_is_number(value)) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must be %s", field->name,
                          whole ? "a whole number" : "a number");
    }
    double number = json_number_value(value);
    if (number < field->min || number > field->max) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: must be from %.15g to %.15g", field->name,
                          field->min, field->max);
    }
    return ASSAY_OK;
}

static enum assay_error check_kind(const struct assay_json_field *field, bool fits,
                                   const char *kind, struct assay_reason *reason)
{
    return fits ? ASSAY_OK : assay_fail(reason, ASSAY_E_FIELD, "%s: must be %s", field->name, kind);
}

static enum assay_error check_field(const struct assay_json_field *field, const json_t *value,
                                    struct assay_reason *reason)
{
    if (value == NULL || json_is_null(value)) {
        return field->required ? assay_fail(reason, ASSAY_E_FIELD, "%s: is missing", field->name)
                               : ASSAY_OK;
    }
    switch (field->kind) {
    case ASSAY_JSON_TEXT:
        return check_text(field, value, reason);
    case ASSAY_JSON_INTEGER:
    case ASSAY_JSON_NUMBER:
        return check_number(field, value, reason);
    case ASSAY_JSON_BOOLEAN:
        return check_kind(field, json_is_boolean(value), "true or false", reason);
    case ASSAY_JSON_OBJECT:
        return check_kind(field, json_is_object(value), "an object", reason);
    case ASSAY_JSON_ARRAY:
        return check_kind(field, json_is_array(value), "an array", reason);
    }
    assay_assert(false);
    return ASSAY_E_FIELD;
}

static void write_field(const struct assay_json_field *field, const json_t *value)
{
    bool present = value != NULL && !json_is_null(value);
    if (field->present != NULL) {
        *field->present = present;
    }
    if (!present) {
        return;
    }
    switch (field->kind) {
    case ASSAY_JSON_TEXT:
        memcpy(field->out, json_string_value(value), json_string_length(value) + 1);
        break;
    case ASSAY_JSON_INTEGER:
        *(int64_t *)field->out = json_integer_value(value);
        break;
    case ASSAY_JSON_NUMBER:
        *(double *)field->out = json_number_value(value);
        break;
    case ASSAY_JSON_BOOLEAN:
        *(bool *)field->out = json_is_true(value);
        break;
    case ASSAY_JSON_OBJECT:
    case ASSAY_JSON_ARRAY:
        *(const json_t **)field->out = value;
        break;
    }
}

static bool is_named(const char *name, const struct assay_json_field *fields, size_t field_count)
{
    for (size_t i = 0; i < field_count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum assay_error check_names(const json_t *object, const struct assay_json_field *fields,
                                    size_t field_count, struct assay_reason *reason)
{
    /* The library's iterator takes a non-const object; it does not change it. */
    json_t *walked = (json_t *)(uintptr_t)object;
    for (void *at = json_object_iter(walked); at != NULL; at = json_object_iter_next(walked, at)) {
        const char *name = json_object_iter_key(at);
        if (is_named(name, fields, field_count)) {
            continue;
        }
        bool clean = assay_text_is_clean(name, strlen(name));
        return assay_fail(reason, ASSAY_E_FIELD, "%.*s: unknown field",
                          (int)assay_text_cut(name, 40), clean ? name : "?");
    }
    return ASSAY_OK;
}

enum assay_error assay_json_read(const json_t *object, const struct assay_json_field *fields,
                                 size_t field_count, struct assay_reason *reason)
{
    if (!json_is_object(object)) {
        return assay_fail(reason, ASSAY_E_FIELD, "must be an object");
    }
    enum assay_error error = check_names(object, fields, field_count, reason);
    for (size_t i = 0; i < field_count && error == ASSAY_OK; i++) {
        error = check_field(&fields[i], json_object_get(object, fields[i].name), reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    for (size_t i = 0; i < field_count; i++) {
        write_field(&fields[i], json_object_get(object, fields[i].name));
    }
    return ASSAY_OK;
}
