// SPDX-License-Identifier: Apache-2.0
/* Crockford base32: 0123456789ABCDEFGHJKMNPQRSTVWXYZ, most significant digit first. */
#ifndef ASSAY_CORE_BASE32_H
#define ASSAY_CORE_BASE32_H

#include "core/error.h"

extern const char ASSAY_BASE32_ALPHABET[33];

/** Value 0..31 of a character as typed (case folded, O is 0, I and L are 1), or -1. */
int assay_base32_value(char character);

/** The low `digits` * 5 bits of value as digits; digits 1..12. text: out, no NUL is written. */
void assay_base32_put(uint64_t value, unsigned digits, char *text);

/** Value of `digits` (1..12) characters that are all in the alphabet, as typed.
 *  returns ASSAY_OK or ASSAY_E_CODE_FORM. */
ASSAY_MUST_CHECK enum assay_error assay_base32_get(const char *text, unsigned digits,
                                                   uint64_t *value);

#endif
