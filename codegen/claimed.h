// SPDX-License-Identifier: Apache-2.0
/* What an offline label says: its code and signature, out of a URL or as typed. */
#ifndef ASSAY_CODEGEN_CLAIMED_H
#define ASSAY_CODEGEN_CLAIMED_H

#include "core/digital_link.h"
#include "core/offline.h"

struct assay_claimed {
    struct assay_code_parts code;
    char sig[ASSAY_OFFLINE_TEXT_SIZE];
    char origin[ASSAY_HOST_MAX + 1]; /* of a URL; else empty */
};

/** Read `ORIGIN/CODE/SIGNATURE`, `ORIGIN/01/GTIN/21/CODE?sig=SIGNATURE` or `CODE/SIGNATURE`.
 *  returns ASSAY_OK; ASSAY_E_SYNTAX, ASSAY_E_FIELD, ASSAY_E_CODE_...: what is wrong with it.
 *  claimed: out; written only on ASSAY_OK. threads: any. */
ASSAY_MUST_CHECK enum assay_error
assay_claimed_read(const char *text, struct assay_claimed *claimed, struct assay_reason *reason);

#endif
