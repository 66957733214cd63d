// SPDX-License-Identifier: Apache-2.0
/* Personal data: an LMDB environment of its own, DIR/personal, each record AES-256-GCM under a key
 * from service.key (docs/FORMAT.md, section 7). Never in the ledger; untouched by rebuild.
 *
 * Invariants
 *  1. Nothing of a record's text is on disk in the clear; a record opens under its own reference
 *     alone.
 *  2. A record is committed together with a mark that its ledger entry is awaited. The mark goes
 *     when the entry is on disk; marks found at start are checked against the ledger, so that no
 *     record outlives a registration that never was, and none that was is lost.
 *  3. A commit that fails ends the process: a later success would lie.
 */
#ifndef ASSAY_CORE_PERSONAL_H
#define ASSAY_CORE_PERSONAL_H

#include "core/keyring.h"

#define ASSAY_PERSONAL_BYTES_MAX 8192
#define ASSAY_REFERENCE_LEN 16

struct assay_personal;

/** Open or make DIR/personal (0700).
 *
 *  keyring   with service.key; read now, not kept.
 *  personal  out: the caller closes it; shared by threads.
 *  returns   ASSAY_OK; ASSAY_E_NOT_FOUND (no service.key); ASSAY_E_VERSION; ASSAY_E_CORRUPT;
 *            ASSAY_E_NO_SPACE; ASSAY_E_MEMORY; ASSAY_E_IO; ASSAY_E_STORE. blocks: for disk.
 */
ASSAY_MUST_CHECK enum assay_error assay_personal_open(const char *dir,
                                                      const struct assay_keyring *keyring,
                                                      struct assay_personal **personal,
                                                      struct assay_reason *reason);

/** Close, and wipe the key; NULL is allowed. No other call is under way. */
void assay_personal_close(struct assay_personal *personal);

/** Encrypt and commit a record and its mark; durable on ASSAY_OK.
 *
 *  reference   names it; random; not there yet.
 *  text        NUL-terminated, 1..ASSAY_PERSONAL_BYTES_MAX bytes.
 *  since       ledger position of a record at or before which its entry cannot stand; 0 = none.
 *  commitment  out: SHA-256 of salt and text; the salt is kept with the record.
 *  returns     ASSAY_OK; ASSAY_E_TOO_LARGE; ASSAY_E_EXISTS; ASSAY_E_NO_SPACE; ASSAY_E_FULL;
 *              ASSAY_E_CRYPTO; ASSAY_E_STORE. threads: any. blocks: for the commit.
 */
ASSAY_MUST_CHECK enum assay_error assay_personal_put(struct assay_personal *personal,
                                                     const uint8_t reference[ASSAY_REFERENCE_LEN],
                                                     const char *text, uint64_t since,
                                                     uint8_t commitment[ASSAY_SHA256_LEN]);

/** Take the mark away: the ledger entry is on disk. A missing mark is fine. threads: any.
 *  returns ASSAY_OK; ASSAY_E_STORE. blocks: for the commit. */
ASSAY_MUST_CHECK enum assay_error
assay_personal_settle(struct assay_personal *personal,
                      const uint8_t reference[ASSAY_REFERENCE_LEN]);

/** Decrypt a record.
 *  text     out, size_bytes > ASSAY_PERSONAL_BYTES_MAX; the caller wipes it.
 *  returns  ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT; ASSAY_E_VERSION; ASSAY_E_CRYPTO;
 *           ASSAY_E_STORE. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_personal_get(struct assay_personal *personal,
                                                     const uint8_t reference[ASSAY_REFERENCE_LEN],
                                                     char *text, size_t size_bytes);

/** Remove a record and its mark; missing is fine. threads: any. blocks: for the commit. */
ASSAY_MUST_CHECK enum assay_error
assay_personal_delete(struct assay_personal *personal,
                      const uint8_t reference[ASSAY_REFERENCE_LEN]);

/** Visit every record's reference, or only the marked ones with their `since` (0 for the others);
 *  stop when visit returns false. visit may delete and settle. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_personal_each(
    struct assay_personal *personal, bool marked_only,
    bool (*visit)(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN], uint64_t since),
    void *context);

/** Copy the environment of DIR, consistent, beside a running verifier (mdb_env_copy); the records
 *  stay encrypted, no key is needed. `to` is an existing, empty folder.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND: nobody has registered yet, nothing is copied; ASSAY_E_IO;
 *  ASSAY_E_NO_SPACE; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_personal_copy(const char *dir, const char *to,
                                                      struct assay_reason *reason);

#endif
