// SPDX-License-Identifier: Apache-2.0
/* A batch's keys on their way to a print site: a file that a passphrase or a certificate's private key
 * opens (docs/FORMAT.md, section 2.3). With it only that batch can be printed. */
#ifndef ASSAY_CORE_BATCH_KEY_H
#define ASSAY_CORE_BATCH_KEY_H

#include "core/certificate.h"
#include "core/keyring.h"

#define ASSAY_BATCH_KEY_FILE_MAX 16384

/** Encrypt under a passphrase, which is not empty.
 *  file: out, malloc'ed; the caller frees. ASSAY_OK; ASSAY_E_PASSPHRASE; ASSAY_E_CRYPTO; E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_batch_key_seal(const struct assay_batch_key *key,
                                                       const char *passphrase, uint8_t **file,
                                                       size_t *len_bytes);

/** Encrypt to a certificate (CMS, RFC 5083). Otherwise as assay_batch_key_seal. */
ASSAY_MUST_CHECK enum assay_error assay_batch_key_seal_to(const struct assay_batch_key *key,
                                                          const struct assay_certificate *to,
                                                          uint8_t **file, size_t *len_bytes);

/** True if the file's bytes are encrypted to a certificate, false if to a passphrase. */
bool assay_batch_key_is_enveloped(struct assay_span file);

/** Decrypt a file of either kind.
 *
 *  name        which key it must be.
 *  passphrase  of a file to a passphrase; or NULL.
 *  identity    of a file to a certificate; or NULL.
 *  key         out; written only on ASSAY_OK.
 *  returns     ASSAY_OK; ASSAY_E_PASSPHRASE (does not open it, or what opens it was not given);
 *              ASSAY_E_CORRUPT; ASSAY_E_VERSION; ASSAY_E_CRYPTO.
 */
ASSAY_MUST_CHECK enum assay_error
assay_batch_key_open(struct assay_span file, enum assay_key_name name, const char *passphrase,
                     const struct assay_identity *identity, struct assay_batch_key *key);

#endif
