// SPDX-License-Identifier: Apache-2.0
/* GS1 application identifiers (General Specifications, section 3): which there are, what their
 * values look like, and where a Digital Link URI may hold them. As of the syntax dictionary of
 * 2026-01-27.
 *
 * Checked of a value: its lengths and character sets, check digits, dates, pieces of a total. Not
 * checked: company prefixes, tables of countries, currencies and media, coupons.
 */
#ifndef ASSAY_CORE_GS1_AI_H
#define ASSAY_CORE_GS1_AI_H

#include "core/error.h"

#define ASSAY_AI_SIZE 5        /* with NUL */
#define ASSAY_AI_VALUE_SIZE 91 /* the longest value, 90, with NUL */

struct assay_ai;

/** The row of an identifier, or NULL: there is none of this text. static. threads: any. */
const struct assay_ai *assay_ai_find(const char *text, size_t len);

/** True if it is a primary key of a Digital Link. */
bool assay_ai_is_key(const struct assay_ai *ai);

/** True if it may be in a Digital Link's query. */
bool assay_ai_is_attribute(const struct assay_ai *ai);

/** Place of a qualifier in one of its key's orders, or -1: it is not in that order.
 *  order  0 or 1: which of the key's orders. */
int assay_ai_qualifier_place(const struct assay_ai *key, int order, const char *qualifier);

/** Check a value, decoded. ASSAY_OK or ASSAY_E_FIELD with the identifier and what is wrong. */
ASSAY_MUST_CHECK enum assay_error assay_ai_check(const struct assay_ai *ai, const char *name,
                                                 const char *value, struct assay_reason *reason);

/** True if GS1's check digit (7.9.1) is right: weights 3 and 1 in turn from the right. digits: all
 *  are digits, the last is the check digit. */
bool assay_gs1_check_digit_is_right(const char *digits, size_t len);

#endif
