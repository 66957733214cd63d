// SPDX-License-Identifier: Apache-2.0
/* The label's URL. Scheme and host in lower case (all-upper URLs fail on some phones), the rest as
 * the GS1 Digital Link standard or the short form writes it:
 *
 *   short    https://HOST/CODE
 *   gs1      https://HOST/01/GTIN14/21/CODE
 *   gs1-lot  https://HOST/01/GTIN14/10/LOT/21/CODE
 *   o1       https://HOST/CODE/SIGNATURE
 *   o1-gs1   https://HOST/01/GTIN14/21/CODE?sig=SIGNATURE
 *
 * The last two are those of a batch of form O1, whose codes are signed (core/offline.h).
 */
#ifndef ASSAY_CODEGEN_URL_H
#define ASSAY_CODEGEN_URL_H

#include "core/offline.h"
#include "core/order.h"

enum assay_url_form {
    ASSAY_URL_SHORT,
    ASSAY_URL_GS1,
    ASSAY_URL_GS1_LOT,
    ASSAY_URL_O1,
    ASSAY_URL_O1_GS1,
    ASSAY_URL_FORMS,
    ASSAY_URL_BY_ORDER = ASSAY_URL_FORMS, /* o1 for a batch of form O1, else short */
};

/** Everything but the code and its signature; made once a job. */
struct assay_url_prefix {
    char text[ASSAY_URL_MAX + 1];
    size_t len;
    const char *joint; /* between code and signature; NULL: without one */
};

/** Form of a name. ASSAY_OK or ASSAY_E_USAGE with the names there are. */
ASSAY_MUST_CHECK enum assay_error assay_url_form_parse(const char *name, enum assay_url_form *form,
                                                       struct assay_reason *reason);

/** Put together what stands before the code. With a GTIN, the whole is checked as a Digital Link.
 *
 *  order   its host is an origin, http or https; gtin and lot may be empty.
 *  returns ASSAY_OK; ASSAY_E_FIELD (host not an origin, no Digital Link); ASSAY_E_REFUSED (the form
 *          needs a GTIN or a lot that the order does not have, or does not suit its codes);
 *          ASSAY_E_TOO_LARGE. prefix: out, only on ASSAY_OK.
 */
ASSAY_MUST_CHECK enum assay_error assay_url_prefix_make(enum assay_url_form form,
                                                        const struct assay_order *order,
                                                        struct assay_url_prefix *prefix,
                                                        struct assay_reason *reason);

/** The whole URL of a code. sig: its signature's text; NULL if the form has none.
 *  url: out, ASSAY_URL_MAX + 1 bytes. returns its length. */
size_t assay_url_make(const struct assay_url_prefix *prefix, const char code[ASSAY_CODE_LEN],
                      const char *sig, char url[ASSAY_URL_MAX + 1]);

/** A URL as long as all of the job, of the same characters' kinds. As above. */
size_t assay_url_sample(const struct assay_url_prefix *prefix, char url[ASSAY_URL_MAX + 1]);

/** Where the longest tail of QR alphanumeric characters (ISO/IEC 18004, 7.4.4) begins. */
size_t assay_url_alphanumeric_tail(const char *url, size_t len);

#endif
