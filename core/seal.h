// SPDX-License-Identifier: Apache-2.0
/* Bytes sealed with AES-256-GCM (NIST SP 800-38D): nonce (12, random), ciphertext, tag (16).
 * A random nonce allows 2^32 messages under one key (section 8.3). */
#ifndef ASSAY_CORE_SEAL_H
#define ASSAY_CORE_SEAL_H

#include "core/bytes.h"

#define ASSAY_SEAL_KEY_LEN 32
#define ASSAY_SEAL_OVERHEAD 28

/** Encrypt and authenticate.
 *
 *  bound    authenticated, not stored: what the bytes belong to; borrowed.
 *  sealed   out: plain.len_bytes + ASSAY_SEAL_OVERHEAD.
 *  returns  ASSAY_OK; ASSAY_E_CRYPTO. threads: any. blocks: no.
 */
ASSAY_MUST_CHECK enum assay_error assay_seal(const uint8_t key[ASSAY_SEAL_KEY_LEN],
                                             struct assay_span bound, struct assay_span plain,
                                             uint8_t *sealed);

/** Check and decrypt.
 *
 *  plain    out: sealed.len_bytes - ASSAY_SEAL_OVERHEAD; wiped on error.
 *  returns  ASSAY_OK; ASSAY_E_CORRUPT: not what this key sealed for `bound`; ASSAY_E_CRYPTO.
 */
ASSAY_MUST_CHECK enum assay_error assay_unseal(const uint8_t key[ASSAY_SEAL_KEY_LEN],
                                               struct assay_span bound, struct assay_span sealed,
                                               uint8_t *plain);

#endif
