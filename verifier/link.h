// SPDX-License-Identifier: Apache-2.0
/* The URLs on labels, and the path of a scan: split and decoded, nothing judged but their form.
 * Pure; threads: any; allocates: no. */
#ifndef ASSAY_VERIFIER_LINK_H
#define ASSAY_VERIFIER_LINK_H

#include "core/error.h"

/* As typed, with separators; what assay_code_parse looks at. */
#define ASSAY_LINK_CODE_SIZE 65
#define ASSAY_LINK_GTIN_SIZE 33
#define ASSAY_LINK_LOT_SIZE 65
/* Key id (3) and Ed25519 signature in base32 (103). */
#define ASSAY_LINK_SIG_LEN 106
#define ASSAY_LINK_SIG_SIZE (ASSAY_LINK_SIG_LEN + 1)

/** What a label's URL says; empty where it says nothing. */
struct assay_link {
    char code[ASSAY_LINK_CODE_SIZE];
    char gtin[ASSAY_LINK_GTIN_SIZE];
    char lot[ASSAY_LINK_LOT_SIZE];
    char sig[ASSAY_LINK_SIG_SIZE];
};

/** Read `/CODE`, `/CODE/KIDSIG`, `/01/GTIN/21/CODE` or `/01/GTIN/10/LOT/21/CODE`; the GS1 forms
 *  may have `?sig=KIDSIG`.
 *
 *  path, query  still percent-encoded; the query without '?'.
 *  returns      ASSAY_OK; ASSAY_E_NOT_FOUND: no such form, or a part of more bytes than its room;
 *               ASSAY_E_SYNTAX: broken escapes, not UTF-8, control characters.
 *  link         out; written only on ASSAY_OK.
 */
ASSAY_MUST_CHECK enum assay_error assay_link_parse(const char *path, size_t path_len,
                                                   const char *query, size_t query_len,
                                                   struct assay_link *link);

/** The code of `/v1/codes/CODE/scans`, decoded; may be empty.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND: another path; ASSAY_E_TOO_LARGE: more than the room, so no
 *  code; ASSAY_E_SYNTAX as above. code: out; written only on ASSAY_OK. */
ASSAY_MUST_CHECK enum assay_error assay_link_scan_path(const char *path, size_t path_len,
                                                       char code[ASSAY_LINK_CODE_SIZE]);

#endif
