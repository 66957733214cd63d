// SPDX-License-Identifier: Apache-2.0
/* Personal data: an LMDB environment of its own, DIR/personal, each record AES-256-GCM under a key
 * from service.key. Never in the ledger; untouched by rebuild. */
#ifndef ASSAY_CORE_PERSONAL_H
#define ASSAY_CORE_PERSONAL_H

#include "core/keyring.h"

#define ASSAY_PERSONAL_BYTES_MAX 8192
#define ASSAY_REFERENCE_LEN 16

struct assay_personal;

/** Open or make DIR/personal. keyring: with service.key; borrowed until close. */
ASSAY_MUST_CHECK enum assay_error assay_personal_open(const char *dir,
                                                      const struct assay_keyring *keyring,
                                                      struct assay_personal **personal,
                                                      struct assay_reason *reason);
void assay_personal_close(struct assay_personal *personal);

/** Encrypt and commit a record; durable on ASSAY_OK.
 *  reference   names it; random.  text: JSON, NUL-terminated, ASSAY_PERSONAL_BYTES_MAX.
 *  commitment  out: SHA-256 of salt and text; the salt is kept with the record. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_personal_put(struct assay_personal *personal,
                                                     const uint8_t reference[ASSAY_REFERENCE_LEN],
                                                     const char *text, uint8_t commitment[32]);

/** Decrypt a record. text: out, ASSAY_PERSONAL_BYTES_MAX + 1. ASSAY_OK, E_NOT_FOUND, E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_personal_get(struct assay_personal *personal,
                                                     const uint8_t reference[ASSAY_REFERENCE_LEN],
                                                     char *text, size_t size_bytes);

/** Remove a record; missing is fine. */
ASSAY_MUST_CHECK enum assay_error
assay_personal_delete(struct assay_personal *personal,
                      const uint8_t reference[ASSAY_REFERENCE_LEN]);

/** Visit every reference; for the sweep of orphans at start (records whose ledger entry never came). */
ASSAY_MUST_CHECK enum assay_error
assay_personal_each(struct assay_personal *personal,
                    bool (*visit)(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN]),
                    void *context);

#endif
