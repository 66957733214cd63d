// SPDX-License-Identifier: Apache-2.0
/* What a claim or report knows of a person: checks of what was typed, and the JSON of the personal
 * record (docs/FORMAT.md, section 7). */
#ifndef ASSAY_CORE_CLAIM_PERSON_H
#define ASSAY_CORE_CLAIM_PERSON_H

#include "core/claim.h"

#define ASSAY_PHONE_DIGITS_MAX 20

/** A phone number as it is compared: its digits, zeros behind. */
struct assay_phone {
    char digits[ASSAY_PHONE_DIGITS_MAX];
};

/** What a claim's personal record says that the ledger does not. */
struct assay_claim_person {
    struct assay_phone phone;
    uint8_t scan_id[16]; /* of the receipt */
    struct assay_warranty_terms terms;
};

/** Digits of a phone number as typed: 5..20 characters of digits, '-', space and '+' in front,
 *  5 digits at least. returns ASSAY_OK or ASSAY_E_FIELD. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_phone_parse(const char *text, struct assay_phone *phone);

/** Check name, phone, email and consent. returns ASSAY_OK or ASSAY_E_FIELD with the field's name. */
ASSAY_MUST_CHECK enum assay_error
assay_claim_person_check(const struct assay_claim_request *request, struct assay_reason *reason);

/** The personal record of a checked request. text: out, malloc'ed; wiped and freed by
 *  assay_claim_text_free. returns ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_claim_person_write(const struct assay_claim_request *request,
                         const struct assay_warranty_terms *terms, char **text);

/** Read a claim's record. returns ASSAY_OK; ASSAY_E_CORRUPT: it is not one. */
ASSAY_MUST_CHECK enum assay_error assay_claim_person_read(const char *text,
                                                          struct assay_claim_person *person);

/** Check a report's texts, and its personal record. returns ASSAY_OK; ASSAY_E_FIELD with the
 *  field's name; ASSAY_E_MEMORY. text: as above. */
ASSAY_MUST_CHECK enum assay_error assay_claim_report_write(const struct assay_claim_report *report,
                                                           char **text,
                                                           struct assay_reason *reason);

/** Wipe and free a record's text; NULL is allowed. Fits ASSAY_CLEANUP. */
void assay_claim_text_free(char **text);

#endif
