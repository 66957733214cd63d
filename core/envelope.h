// SPDX-License-Identifier: Apache-2.0
/* Bytes enveloped to a certificate: CMS AuthEnvelopedData (RFC 5083) with AES-256-GCM, the key by RSA
 * OAEP or ECDH. `openssl cms -decrypt -inform DER` opens them, too. Small ones at once, files as a
 * stream in flat memory.
 */
#ifndef ASSAY_CORE_ENVELOPE_H
#define ASSAY_CORE_ENVELOPE_H

#include "core/bytes.h"
#include "core/certificate.h"

/* AES-GCM encrypts at most 2^39 - 256 bits under one nonce (NIST SP 800-38D). Met: E_TOO_LARGE. */
#define ASSAY_ENVELOPE_BYTES_MAX ((1ull << 36) - 32)

/** Envelope a few bytes. sealed: out, malloc'ed DER; the caller frees. ASSAY_OK; ASSAY_E_CRYPTO;
 *  ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_envelope_seal(const struct assay_certificate *to,
                                                      struct assay_span plain, uint8_t **sealed,
                                                      size_t *sealed_len);

/** Open what assay_envelope_seal made. len_bytes: in the room of plain, out how much it holds.
 *  returns ASSAY_OK; ASSAY_E_CORRUPT (no envelope, or changed); ASSAY_E_PASSPHRASE: to another key;
 *  ASSAY_E_TOO_LARGE. */
ASSAY_MUST_CHECK enum assay_error assay_envelope_unseal(const struct assay_identity *identity,
                                                        struct assay_span sealed, uint8_t *plain,
                                                        size_t *len_bytes);

/** An envelope being written to a file descriptor. */
struct assay_envelope_writer;

/** Begin. fd: borrowed until it is closed. ASSAY_OK; ASSAY_E_CRYPTO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_envelope_begin(const struct assay_certificate *to, int fd,
                                                       struct assay_envelope_writer **writer);

/** Encrypt and write. ASSAY_OK; ASSAY_E_IO (errno says why); ASSAY_E_TOO_LARGE. */
ASSAY_MUST_CHECK enum assay_error assay_envelope_write(struct assay_envelope_writer *writer,
                                                       struct assay_span plain);

/** Write the end with its tag; something was written before. ASSAY_OK; ASSAY_E_IO; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_envelope_end(struct assay_envelope_writer *writer);

/** Free; NULL is allowed. */
void assay_envelope_close(struct assay_envelope_writer *writer);

/** Takes plain bytes as they come; not proven before assay_envelope_read returns ASSAY_OK. */
struct assay_envelope_sink {
    enum assay_error (*take)(void *context, struct assay_span plain);
    void *context;
};

/** Decrypt a streamed envelope.
 *
 *  fd        a regular file; borrowed.
 *  returns   ASSAY_OK: whole and as it was written; ASSAY_E_CORRUPT; ASSAY_E_PASSPHRASE: to another
 *            key; ASSAY_E_IO; what the sink returned.
 */
ASSAY_MUST_CHECK enum assay_error assay_envelope_read(const struct assay_identity *identity, int fd,
                                                      const struct assay_envelope_sink *sink);

#endif
