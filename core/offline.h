// SPDX-License-Identifier: Apache-2.0
/* Form O1 (docs/FORMAT.md, section 1.4): a code that also carries the brand's signature, so that
 * anybody with the brand's published keys can tell without a network that it was issued. Each batch
 * has an Ed25519 key of its own; who makes its labels needs no other.
 *
 *   text of a signature: key id (3 characters), signature (103 characters of base32)
 */
#ifndef ASSAY_CORE_OFFLINE_H
#define ASSAY_CORE_OFFLINE_H

#include "core/keyring.h"

#define ASSAY_KEY_ID_LEN 3
#define ASSAY_KEY_ID_SIZE 4
#define ASSAY_OFFLINE_TEXT_LEN 106
#define ASSAY_OFFLINE_TEXT_SIZE 107

/** Key id: the first 15 bits of the public key's SHA-256, as three characters. id: out, with NUL. */
void assay_offline_key_id(const uint8_t key[ASSAY_ED25519_KEY_LEN], char id[ASSAY_KEY_ID_SIZE]);

/** A batch's private key, ready to sign. Not shared by threads: each has its own. */
struct assay_offline_signer;

/** Make a signer of a batch's seed (assay_keyring_offline_seed), which is copied.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. *signer is the caller's to destroy. */
ASSAY_MUST_CHECK enum assay_error
assay_offline_signer_create(const uint8_t seed[ASSAY_ED25519_KEY_LEN],
                            struct assay_offline_signer **signer);

/** Wipe and free; NULL is allowed. */
void assay_offline_signer_destroy(struct assay_offline_signer *signer);

/** Its public key; lives as long as the signer. */
const uint8_t *assay_offline_signer_key(const struct assay_offline_signer *signer);

/** Sign a canonical code. text: out, key id and signature with NUL. threads: one at a time. */
void assay_offline_sign(struct assay_offline_signer *signer, const char code[ASSAY_CODE_LEN],
                        char text[ASSAY_OFFLINE_TEXT_SIZE]);

/** Check a signature's text as scanned: case and look-alikes are folded.
 *
 *  key       of the code's batch.
 *  code      canonical.
 *  returns   ASSAY_OK; ASSAY_E_SIGNATURE: not of this key and code, or no signature's text.
 *  threads   any. blocks: no. allocates: inside the library.
 */
ASSAY_MUST_CHECK enum assay_error assay_offline_check(const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                                      const char code[ASSAY_CODE_LEN],
                                                      const char *text, size_t len);

#endif
