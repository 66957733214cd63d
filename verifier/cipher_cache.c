// SPDX-License-Identifier: Apache-2.0
#include "verifier/cipher_cache.h"

#include <stdlib.h>
#include <string.h>

struct cache_entry {
    uint32_t handle; /* 0 = empty */
    struct assay_code_cipher *cipher;
    bool has_key;
    uint8_t key[ASSAY_ED25519_KEY_LEN]; /* public, of a batch of form O1 */
};

struct assay_cipher_cache {
    const struct assay_keyring *keyring;
    struct assay_code_cipher *dummy;
    struct cache_entry entries[ASSAY_CIPHER_CACHE_SLOTS];
};

enum assay_error assay_cipher_cache_create(const struct assay_keyring *keyring,
                                           struct assay_cipher_cache **cache)
{
    struct assay_cipher_cache *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->keyring = keyring;
    struct assay_batch_keys keys;
    assay_bytes_random(&keys, sizeof keys);
    enum assay_error error = assay_code_cipher_create(&keys, NULL, &self->dummy);
    assay_bytes_wipe(&keys, sizeof keys);
    if (error != ASSAY_OK) {
        free(self);
        return error;
    }
    *cache = self;
    return ASSAY_OK;
}

void assay_cipher_cache_destroy(struct assay_cipher_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    assay_cipher_cache_rekey(cache, NULL);
    assay_code_cipher_destroy(cache->dummy);
    free(cache);
}

void assay_cipher_cache_rekey(struct assay_cipher_cache *cache, const struct assay_keyring *keyring)
{
    for (size_t i = 0; i < ASSAY_CIPHER_CACHE_SLOTS; i++) {
        assay_code_cipher_destroy(cache->entries[i].cipher);
        cache->entries[i] = (struct cache_entry){.handle = 0};
    }
    cache->keyring = keyring;
}

static enum assay_error derive(const struct assay_keyring *keyring,
                               const struct assay_batch_facts *batch,
                               struct assay_code_cipher **cipher)
{
    struct assay_batch_keys keys;
    uint8_t pin_key[ASSAY_CMAC_KEY_LEN];
    bool has_pin =
        (batch->flags & ASSAY_BATCH_HAS_PIN) != 0 && assay_keyring_has(keyring, ASSAY_KEY_PIN);
    assay_keyring_batch_keys(keyring, batch->epoch, batch->handle, &keys);
    if (has_pin) {
        assay_keyring_pin_key(keyring, batch->epoch, batch->handle, pin_key);
    }
    enum assay_error error = assay_code_cipher_create(&keys, has_pin ? pin_key : NULL, cipher);
    assay_bytes_wipe(&keys, sizeof keys);
    assay_bytes_wipe(pin_key, sizeof pin_key);
    return error;
}

enum assay_error assay_cipher_cache_get(struct assay_cipher_cache *cache,
                                        const struct assay_batch_facts *batch,
                                        struct assay_code_cipher **cipher)
{
    if (batch == NULL) {
        *cipher = cache->dummy;
        return ASSAY_OK;
    }
    struct cache_entry *entry = &cache->entries[batch->slot % ASSAY_CIPHER_CACHE_SLOTS];
    if (entry->handle != batch->handle) {
        struct assay_code_cipher *fresh;
        enum assay_error error = derive(cache->keyring, batch, &fresh);
        if (error != ASSAY_OK) {
            return error;
        }
        assay_code_cipher_destroy(entry->cipher);
        *entry = (struct cache_entry){.handle = batch->handle, .cipher = fresh};
    }
    *cipher = entry->cipher;
    return ASSAY_OK;
}

static enum assay_error derive_offline(const struct assay_keyring *keyring,
                                       const struct assay_batch_facts *batch,
                                       uint8_t key[ASSAY_ED25519_KEY_LEN])
{
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer;
    assay_keyring_offline_seed(keyring, batch->epoch, batch->handle, seed);
    enum assay_error error = assay_offline_signer_create(seed, &signer);
    assay_bytes_wipe(seed, sizeof seed);
    if (error != ASSAY_OK) {
        return error;
    }
    memcpy(key, assay_offline_signer_key(signer), ASSAY_ED25519_KEY_LEN);
    assay_offline_signer_destroy(signer);
    return ASSAY_OK;
}

enum assay_error assay_cipher_cache_offline_key(struct assay_cipher_cache *cache,
                                                const struct assay_batch_facts *batch,
                                                uint8_t key[ASSAY_ED25519_KEY_LEN])
{
    struct assay_code_cipher *cipher;
    enum assay_error error = assay_cipher_cache_get(cache, batch, &cipher);
    if (error != ASSAY_OK) {
        return error;
    }
    struct cache_entry *entry = &cache->entries[batch->slot % ASSAY_CIPHER_CACHE_SLOTS];
    if (!entry->has_key) {
        error = derive_offline(cache->keyring, batch, entry->key);
        entry->has_key = error == ASSAY_OK;
    }
    if (error == ASSAY_OK) {
        memcpy(key, entry->key, sizeof entry->key);
    }
    return error;
}
