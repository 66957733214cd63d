// SPDX-License-Identifier: Apache-2.0
/* X.509 certificates (RFC 5280) that something is encrypted to, and the private keys that open it. */
#ifndef ASSAY_CORE_CERTIFICATE_H
#define ASSAY_CORE_CERTIFICATE_H

#include "core/error.h"

struct assay_certificate;
struct assay_identity;

/** Read a certificate in PEM and check that it may receive something now: valid at now_unix_ms, no
 *  authority, RSA from 2048 bits on with keyEncipherment or EC with keyAgreement, and an extended key
 *  usage, if it has one, of e-mail protection, document encryption or any.
 *
 *  path      for messages, too.
 *  returns   ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_SYNTAX (no certificate); ASSAY_E_REFUSED
 *            with what is wrong with it; ASSAY_E_MEMORY. *certificate: the caller's to free.
 */
ASSAY_MUST_CHECK enum assay_error assay_certificate_read(const char *path, int64_t now_unix_ms,
                                                         struct assay_certificate **certificate,
                                                         struct assay_reason *reason);

/** True if two certificates are of one key: who opens what is to the one opens what is to the other. */
bool assay_certificate_same_key(const struct assay_certificate *a,
                                const struct assay_certificate *b);

/** Free; NULL is allowed. */
void assay_certificate_free(struct assay_certificate *certificate);

/** Read a private key in PEM.
 *  passphrase: of an encrypted one; NULL or empty = it is not encrypted.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_PASSPHRASE: it is no key, or the passphrase
 *  does not open it; *identity: the caller's to free. */
ASSAY_MUST_CHECK enum assay_error assay_identity_read(const char *path, const char *passphrase,
                                                      struct assay_identity **identity,
                                                      struct assay_reason *reason);

/** Wipe and free; NULL is allowed. */
void assay_identity_free(struct assay_identity *identity);

#endif
