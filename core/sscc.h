// SPDX-License-Identifier: Apache-2.0
/* SSCC: GS1's number of a carton or pallet (General Specifications, 3.2 and 7.9.1).
 *
 * 18 digits: extension digit, company prefix (4 to 12 digits), serial reference, check digit. Kept
 * as the number they spell, which is below 2^60 and never 0. Pure; threads: any; allocates: no. */
#ifndef ASSAY_CORE_SSCC_H
#define ASSAY_CORE_SSCC_H

#include "core/error.h"

#define ASSAY_SSCC_LEN 18
#define ASSAY_SSCC_SIZE 19         /* with NUL */
#define ASSAY_SSCC_ELEMENT_SIZE 23 /* "(00)" and the digits, with NUL */
#define ASSAY_GS1_PREFIX_MIN 4
#define ASSAY_GS1_PREFIX_MAX 12
#define ASSAY_SSCC_EXTENSIONS 10

/** Read an SSCC as typed or scanned: 18 digits, perhaps after "(00)", "00" or the GS1-128 symbology
 *  identifier "]C100".
 *  returns ASSAY_OK; ASSAY_E_FIELD with what is wrong. sscc: out; written only on ASSAY_OK. */
ASSAY_MUST_CHECK enum assay_error assay_sscc_parse(const char *text, size_t len, uint64_t *sscc,
                                                   struct assay_reason *reason);

/** True if a number is an SSCC: 18 digits at most, check digit right, not 0. */
bool assay_sscc_is_right(uint64_t sscc);

/** The 18 digits. text: out with NUL. */
void assay_sscc_format(uint64_t sscc, char text[ASSAY_SSCC_SIZE]);

/** True if text is a company prefix: 4 to 12 digits, not all zeros. */
bool assay_gs1_prefix_is_right(const char *text);

/** How many serials there are under a prefix: 10^(16 - its length). */
uint64_t assay_sscc_serials(const char *prefix);

/** The SSCC of a serial. extension: 0..9; prefix: right; serial: below assay_sscc_serials. */
uint64_t assay_sscc_make(unsigned extension, const char *prefix, uint64_t serial);

/** The SSCC `steps` serials further on; 0 if that is past the last. */
uint64_t assay_sscc_after(uint64_t sscc, uint64_t steps);

/** Extension and serial of an SSCC; false if it lies under another prefix. */
bool assay_sscc_split(uint64_t sscc, const char *prefix, unsigned *extension, uint64_t *serial);

#endif
