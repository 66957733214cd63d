// SPDX-License-Identifier: Apache-2.0
/* A receipt: proof that a good verdict was given to this scan, for 30 minutes; base64url text of
 * fields and HMAC-SHA256 under a key from service.key (docs/FORMAT.md, section 6). */
#ifndef ASSAY_CORE_RECEIPT_H
#define ASSAY_CORE_RECEIPT_H

#include "core/keyring.h"
#include "core/verdict.h"

#define ASSAY_RECEIPT_TEXT_SIZE 128

struct assay_receipt {
    uint64_t item;
    uint8_t scan_id[16];
    uint64_t device;
    enum assay_verdict verdict;
    int64_t expires_at_unix_ms;
};

struct assay_receipt_key {
    uint8_t key[ASSAY_ROOT_KEY_LEN];
};

/** Sign. text: out with NUL. allocates: inside the crypto library. threads: any. */
void assay_receipt_sign(const struct assay_receipt_key *key, const struct assay_receipt *receipt,
                        char text[ASSAY_RECEIPT_TEXT_SIZE]);

/** Check form, HMAC in constant time, expiry. ASSAY_OK or ASSAY_E_RECEIPT. */
ASSAY_MUST_CHECK enum assay_error assay_receipt_open(const struct assay_receipt_key *key,
                                                     const char *text, size_t len,
                                                     int64_t now_unix_ms,
                                                     struct assay_receipt *receipt);

#endif
