// SPDX-License-Identifier: Apache-2.0
/* TLS 1.2 and later, HTTP/1.1 only in ALPN, certificates that can be read again while serving.
 * Threads: any may ask, one reloads. */
#ifndef ASSAY_VERIFIER_TLS_H
#define ASSAY_VERIFIER_TLS_H

#include <openssl/ssl.h>

#include "core/error.h"

/* Contexts that were replaced and may still be in use; no deadline is longer than 10 minutes. */
#define ASSAY_TLS_RETIRED_MAX 16
#define ASSAY_TLS_RETIRED_NS (20ull * 60 * 1000000000)

struct assay_tls;

/** Read a chain and its key, PEM both; paths are borrowed until close.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND, ASSAY_E_CORRUPT (which file, what is wrong);
 *  ASSAY_E_CRYPTO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_tls_open(const char *certificate, const char *key,
                                                 struct assay_tls **tls,
                                                 struct assay_reason *reason);

/** Read them again; on any error the old ones stay. threads: one at a time.
 *  returns as open; ASSAY_E_BUSY: reread ASSAY_TLS_RETIRED_MAX times in ASSAY_TLS_RETIRED_NS. */
ASSAY_MUST_CHECK enum assay_error assay_tls_reload(struct assay_tls *tls,
                                                   struct assay_reason *reason);

/** Free; NULL is allowed. */
void assay_tls_close(struct assay_tls *tls);

/** Counts reloads, so that a loop asks for the context only when it has changed. */
unsigned assay_tls_generation(const struct assay_tls *tls);

/** The context as of now; borrowed, and valid for ASSAY_TLS_RETIRED_NS after it was replaced: h2o
 *  keeps it, without a reference, from accept until a client's first bytes or its deadline. */
SSL_CTX *assay_tls_context(struct assay_tls *tls);

#endif
