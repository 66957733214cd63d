// SPDX-License-Identifier: Apache-2.0
/* Bodies of HTML forms (application/x-www-form-urlencoded, WHATWG URL, section 5) as the same JSON
 * objects that a script would send, so that one check reads both. */
#ifndef ASSAY_VERIFIER_FORM_H
#define ASSAY_VERIFIER_FORM_H

#include <jansson.h>

#include "core/error.h"

/* Fields of one form. Met: ASSAY_E_TOO_LARGE. */
#define ASSAY_FORM_FIELDS_MAX 32

/** Decode %XX (RFC 3986, 2.1); in forms '+' is a space.
 *  returns ASSAY_OK; ASSAY_E_SYNTAX (broken escape, NUL, or not UTF-8); ASSAY_E_TOO_LARGE.
 *  text: out with NUL; untouched on error is not promised. */
ASSAY_MUST_CHECK enum assay_error assay_percent_decode(const char *encoded, size_t encoded_len,
                                                       bool form, char *text, size_t size_bytes);

/** One field of a query or form body, decoded.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_FIELD (twice), _SYNTAX, _TOO_LARGE.
 *  text: out with NUL. */
ASSAY_MUST_CHECK enum assay_error assay_form_field(const char *form, size_t form_len,
                                                   const char *name, char *text, size_t size_bytes);

/** Object of a form body: every field a text; empty ones are left out.
 *
 *  booleans  NULL-terminated names of check boxes (or NULL): present with `on`, `true`, `1` or
 *            `yes` they become true.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX (bad escape, not UTF-8, NUL, a name twice); ASSAY_E_FIELD
 *            (a check box with another value); ASSAY_E_TOO_LARGE; ASSAY_E_MEMORY.
 *  object    out: a new reference.
 */
ASSAY_MUST_CHECK enum assay_error assay_form_parse(const char *body, size_t len,
                                                   const char *const *booleans, json_t **object,
                                                   struct assay_reason *reason);

#endif
