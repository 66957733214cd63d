// SPDX-License-Identifier: Apache-2.0
/* One loop's ready ciphers, so that no key is derived while a known batch is scanned.
 *
 * Invariants
 *  1. Direct-mapped by the batch's slot; a collision derives anew and stays right.
 *  2. An unknown handle gets a cipher with random keys, always ready, so that it costs the same
 *     two CMACs as a known one.
 */
#ifndef ASSAY_VERIFIER_CIPHER_CACHE_H
#define ASSAY_VERIFIER_CIPHER_CACHE_H

#include "core/offline.h"
#include "core/store.h"

/* Ciphers ready on one loop, about 1 KiB each. More batches are derived again when they collide. */
#define ASSAY_CIPHER_CACHE_SLOTS 8192u

struct assay_cipher_cache;

/** An empty cache over a keyring, which is borrowed; label root open, PIN root if there are PINs.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_cipher_cache_create(const struct assay_keyring *keyring,
                                                            struct assay_cipher_cache **cache);

/** Wipe and free; NULL is allowed. */
void assay_cipher_cache_destroy(struct assay_cipher_cache *cache);

/** Forget every cipher and derive from this keyring from now on. */
void assay_cipher_cache_rekey(struct assay_cipher_cache *cache,
                              const struct assay_keyring *keyring);

/** The cipher of a batch; of nobody's batch for NULL. Valid until the next call.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. threads: the loop's. */
ASSAY_MUST_CHECK enum assay_error assay_cipher_cache_get(struct assay_cipher_cache *cache,
                                                         const struct assay_batch_facts *batch,
                                                         struct assay_code_cipher **cipher);

/** Public key of a batch of form O1, resident beside its cipher once it was asked for.
 *  key: out. returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. threads: the loop's. */
ASSAY_MUST_CHECK enum assay_error
assay_cipher_cache_offline_key(struct assay_cipher_cache *cache,
                               const struct assay_batch_facts *batch,
                               uint8_t key[ASSAY_ED25519_KEY_LEN]);

#endif
