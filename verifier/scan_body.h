// SPDX-License-Identifier: Apache-2.0
/* The body of a scan's POST: JSON, or an HTML form of the same names. Bounds only: what it means
 * for the item is the handler's. threads: any. */
#ifndef ASSAY_VERIFIER_SCAN_BODY_H
#define ASSAY_VERIFIER_SCAN_BODY_H

#include "core/record.h"
#include "verifier/link.h"
#include "verifier/request.h"

#define ASSAY_DEVICE_LEN 16
#define ASSAY_PIN_TYPED_SIZE 33 /* eight characters and any separators between them */

/** What a body said; zero where it said nothing. The PIN is secret: never logged. */
struct assay_scan_body {
    bool has_scan_id;
    bool has_device;
    uint8_t scan_id[ASSAY_SCAN_ID_LEN];
    uint8_t device[ASSAY_DEVICE_LEN];
    struct assay_position position; /* ASSAY_POSITION_NONE without one; the buyer's own */
    char pin[ASSAY_PIN_TYPED_SIZE];
    char gtin[ASSAY_LINK_GTIN_SIZE];
    char lot[ASSAY_LINK_LOT_SIZE];
    char sig[ASSAY_LINK_SIG_SIZE];
};

/** Nothing said. allocates: no. */
void assay_scan_body_init(struct assay_scan_body *body);

/** Read a body of kind JSON or FORM.
 *  returns ASSAY_OK; ASSAY_E_SYNTAX; ASSAY_E_FIELD, ASSAY_E_TOO_LARGE with the field's name;
 *  ASSAY_E_MEMORY. body: out; written only on ASSAY_OK. allocates: the JSON tree, freed again. */
ASSAY_MUST_CHECK enum assay_error assay_scan_body_parse(enum assay_body_kind kind, const char *text,
                                                        size_t len, struct assay_scan_body *body,
                                                        struct assay_reason *reason);

/** The body that nearly every buyer's page sends, read without a JSON tree: an object without
 *  spaces of "scan_id" and "device", each at most once and 32 hex digits.
 *  returns false for anything else, also for other good JSON; body: out; written only on true.
 *  allocates: no. */
bool assay_scan_body_flat(const char *text, size_t len, struct assay_scan_body *body);

#endif
