// SPDX-License-Identifier: Apache-2.0
/* SHA-256 (FIPS 180-4) of a file while it is written. */
#ifndef ASSAY_CODEGEN_DIGEST_H
#define ASSAY_CODEGEN_DIGEST_H

#include "core/bytes.h"

struct assay_digest;

/** Begin. ASSAY_OK, ASSAY_E_MEMORY, ASSAY_E_CRYPTO; *digest is the caller's to destroy. */
ASSAY_MUST_CHECK enum assay_error assay_digest_create(struct assay_digest **digest);

/** Take in bytes. ASSAY_OK or ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_digest_add(struct assay_digest *digest, const void *data,
                                                   size_t len_bytes);

/** The digest of all bytes taken in; nothing may be added afterwards. */
ASSAY_MUST_CHECK enum assay_error assay_digest_end(struct assay_digest *digest,
                                                   uint8_t sha256[ASSAY_SHA256_LEN]);

/** SHA-256 and length of what an open file still holds. ASSAY_OK; ASSAY_E_IO; ASSAY_E_MEMORY;
 *  ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_digest_of_file(int fd, uint8_t sha256[ASSAY_SHA256_LEN],
                                                       uint64_t *bytes);

/** Free; NULL is allowed. */
void assay_digest_destroy(struct assay_digest *digest);

#endif
