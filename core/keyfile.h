// SPDX-License-Identifier: Apache-2.0
/* The bytes of a key file (docs/FORMAT.md, section 2): a secret, of 32 bytes in a data directory's own
 * files, sealed by AES-256-GCM under a key that scrypt (RFC 7914) stretches from a passphrase. */
#ifndef ASSAY_CORE_KEYFILE_H
#define ASSAY_CORE_KEYFILE_H

#include "core/bytes.h"

#define ASSAY_KEY_FILE_LEN 100
#define ASSAY_KEY_SECRET_LEN 32
#define ASSAY_KEY_SECRET_LEN_MAX 256
/** Bytes of a file with a secret of this length. */
#define ASSAY_KEY_FILE_LEN_OF(secret_len) (ASSAY_KEY_FILE_LEN - ASSAY_KEY_SECRET_LEN + (secret_len))
/* scrypt's log2 N of new files (r = 8, p = 1: 32 MiB, about 0.1 s), and what is read: more than
 * 256 MiB of memory is not given to a file's wish. Met: E_CORRUPT. */
#define ASSAY_KEY_COST 15
#define ASSAY_KEY_COST_MIN 10
#define ASSAY_KEY_COST_MAX 18

/** A passphrase and the key last stretched from it, so that files of one salt cost one scrypt.
 *  Secret: wipe after use. */
struct assay_key_lock {
    const char *passphrase; /* borrowed */
    uint8_t cost;           /* log2 N of `key`; 0 = nothing stretched yet */
    uint8_t salt[16];
    uint8_t key[32];
};

/** Choose a new salt and stretch the passphrase with it.
 *  returns ASSAY_OK or ASSAY_E_CRYPTO. threads: one at a time per lock. allocates: 2^cost KiB. */
ASSAY_MUST_CHECK enum assay_error assay_key_lock_renew(struct assay_key_lock *lock, uint8_t cost);

/** Seal a secret. lock: stretched. kind: any number that is not 0, bound to the file.
 *  returns ASSAY_OK or ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_key_file_seal(const struct assay_key_lock *lock,
                                                      uint8_t kind,
                                                      const uint8_t secret[ASSAY_KEY_SECRET_LEN],
                                                      uint8_t file[ASSAY_KEY_FILE_LEN]);

/** The same for a secret of 1..ASSAY_KEY_SECRET_LEN_MAX bytes.
 *  file: out, ASSAY_KEY_FILE_LEN_OF(secret.len_bytes). */
ASSAY_MUST_CHECK enum assay_error assay_key_file_seal_any(const struct assay_key_lock *lock,
                                                          uint8_t kind, struct assay_span secret,
                                                          uint8_t *file);

/** Open a file with a secret of exactly secret_len bytes. Otherwise as assay_key_file_open. */
ASSAY_MUST_CHECK enum assay_error assay_key_file_open_any(struct assay_key_lock *lock, uint8_t kind,
                                                          struct assay_span file, uint8_t *secret,
                                                          size_t secret_len);

/** Open a file's bytes.
 *
 *  lock      its passphrase is given; stretched again only for another salt or cost.
 *  kind      what the file must be.
 *  secret    out; written only on ASSAY_OK.
 *  returns   ASSAY_OK; ASSAY_E_CORRUPT (not these bytes, not this kind); ASSAY_E_VERSION;
 *            ASSAY_E_PASSPHRASE; ASSAY_E_CRYPTO.
 */
ASSAY_MUST_CHECK enum assay_error assay_key_file_open(struct assay_key_lock *lock, uint8_t kind,
                                                      struct assay_span file,
                                                      uint8_t secret[ASSAY_KEY_SECRET_LEN]);

#endif
