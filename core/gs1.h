// SPDX-License-Identifier: Apache-2.0
/* GS1 identifiers (General Specifications, sections 3 and 7.9): GTIN check digits, AI charsets. */
#ifndef ASSAY_CORE_GS1_H
#define ASSAY_CORE_GS1_H

#include "core/error.h"

#define ASSAY_GTIN_SIZE 15

/** A GTIN of 8, 12, 13 or 14 digits with a right check digit, padded to 14.
 *  returns ASSAY_OK or ASSAY_E_FIELD with what is wrong. gtin: out with NUL. */
ASSAY_MUST_CHECK enum assay_error assay_gtin_parse(const char *text, char gtin[ASSAY_GTIN_SIZE],
                                                   struct assay_reason *reason);

/** True if text is 1..max characters of GS1 AI encodable character set 82. */
bool assay_gs1_is_cset82(const char *text, size_t max);

/** Percent-encode for a Digital Link path segment: A-Z a-z 0-9 - . _ ~ stay.
 *  encoded: out, at most 3 * strlen + 1 bytes. */
void assay_gs1_percent_encode(const char *text, char *encoded, size_t size_bytes);

#endif
