// SPDX-License-Identifier: Apache-2.0
/* Checked access to JSON from outside: bounds, depth, duplicate keys, unknown fields, and errors
 * that name the field. */
#ifndef ASSAY_CORE_JSON_H
#define ASSAY_CORE_JSON_H

#include <jansson.h>

#include "core/error.h"

/** Parse one JSON object: at most max_bytes, ASSAY_JSON_DEPTH_MAX deep, no duplicate keys, nothing
 *  after it. returns ASSAY_OK; ASSAY_E_TOO_LARGE; ASSAY_E_SYNTAX with line and column.
 *  *object: a new reference. */
ASSAY_MUST_CHECK enum assay_error assay_json_parse(const char *text, size_t len, size_t max_bytes,
                                                   json_t **object, struct assay_reason *reason);

/** One field of an object, as read by assay_json_read. */
enum assay_json_kind {
    ASSAY_JSON_TEXT,    /* char[size], with NUL; no control characters */
    ASSAY_JSON_INTEGER, /* int64_t, min..max */
    ASSAY_JSON_NUMBER,  /* double, min..max */
    ASSAY_JSON_BOOLEAN, /* bool */
    ASSAY_JSON_OBJECT,  /* const json_t *, borrowed */
    ASSAY_JSON_ARRAY,   /* const json_t *, borrowed */
};

struct assay_json_field {
    const char *name;
    enum assay_json_kind kind;
    bool required;
    void *out;       /* untouched if the field is missing or null */
    size_t size;     /* room of a text, with NUL */
    double min, max; /* of numbers */
    bool *present;   /* or NULL */
};

/* clang-format off */
/** Rows of a table of fields: a text into a char array, a whole number, a boolean. */
#define ASSAY_JSON_TEXT_ROW(field_name, need, place)                                               \
    {.name = field_name, .kind = ASSAY_JSON_TEXT, .required = need, .out = (place),                \
     .size = sizeof(place)}
#define ASSAY_JSON_WHOLE_ROW(field_name, need, place, low, high)                                   \
    {.name = field_name, .kind = ASSAY_JSON_INTEGER, .required = need, .out = &(place),            \
     .min = low, .max = high}
#define ASSAY_JSON_BOOLEAN_ROW(field_name, need, place)                                            \
    {.name = field_name, .kind = ASSAY_JSON_BOOLEAN, .required = need, .out = &(place)}
/* clang-format on */

/** Read fields; unknown names, wrong kinds and bounds are ASSAY_E_FIELD with the name. */
ASSAY_MUST_CHECK enum assay_error assay_json_read(const json_t *object,
                                                  const struct assay_json_field *fields,
                                                  size_t field_count, struct assay_reason *reason);

#endif
