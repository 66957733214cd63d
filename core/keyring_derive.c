// SPDX-License-Identifier: Apache-2.0
/* Keys derived from roots, and keys of one batch that stand in for a root. */
#include <string.h>

#include "core/keyring_private.h"

/* info of HKDF: text, then the number, BE, if there is one. */
struct purpose {
    const char *text;
    bool numbered;
    uint32_t number;
};

/* HKDF-SHA256 (RFC 5869) without salt; up to 32 bytes, so that expanding is one HMAC. OpenSSL's
 * own takes four times as long, and a start derives keys for each batch. */
static void derive(const uint8_t from[ASSAY_ROOT_KEY_LEN], struct purpose purpose, uint8_t *key,
                   size_t key_len)
{
    static const uint8_t no_salt[ASSAY_SHA256_LEN];
    uint8_t info[64];
    size_t len = strlen(purpose.text);
    assay_assert(len + 5 <= sizeof info);
    assay_assert(key_len <= ASSAY_SHA256_LEN);
    memcpy(info, purpose.text, len);
    for (int byte = 0; purpose.numbered && byte < 4; byte++) {
        info[len++] = (uint8_t)(purpose.number >> (24 - 8 * byte));
    }
    info[len++] = 1; /* the first block of output */
    uint8_t extracted[ASSAY_SHA256_LEN];
    uint8_t expanded[ASSAY_SHA256_LEN];
    assay_hmac_sha256(no_salt, from, ASSAY_ROOT_KEY_LEN, extracted);
    assay_hmac_sha256(extracted, info, len, expanded);
    memcpy(key, expanded, key_len);
    assay_bytes_wipe(extracted, sizeof extracted);
    assay_bytes_wipe(expanded, sizeof expanded);
}

const uint8_t *assay_keyring_secret(const struct assay_keyring *keyring, enum assay_key_name name)
{
    assay_assert(assay_keyring_has(keyring, name));
    assay_assert(!keyring->of_batch[name]);
    return keyring->secrets[name];
}

/* The key of a batch that the keyring holds instead of the root, or NULL. It is asked for that batch
 * alone. */
static const struct assay_batch_key *own_key(const struct assay_keyring *keyring,
                                             enum assay_key_name name, uint32_t epoch,
                                             uint32_t handle)
{
    if (!keyring->of_batch[name]) {
        return NULL;
    }
    const struct assay_batch_key *key = &keyring->batch[name];
    assay_assert(key->handle == handle);
    assay_assert(key->epoch == epoch);
    return key;
}

void assay_keyring_add_batch(struct assay_keyring *keyring, const struct assay_batch_key *key)
{
    assay_assert(key->name == ASSAY_KEY_LABEL || key->name == ASSAY_KEY_PIN);
    assay_assert(!assay_keyring_has(keyring, key->name));
    keyring->batch[key->name] = *key;
    keyring->of_batch[key->name] = true;
    keyring->open |= 1u << key->name;
}

void assay_keyring_take_batch(const struct assay_keyring *keyring, struct assay_batch_key *key)
{
    memset(key->secret, 0, sizeof key->secret);
    if (key->name == ASSAY_KEY_PIN) {
        assay_keyring_pin_key(keyring, key->epoch, key->handle, key->secret);
        return;
    }
    assay_assert(key->name == ASSAY_KEY_LABEL);
    struct assay_batch_keys keys;
    assay_keyring_batch_keys(keyring, key->epoch, key->handle, &keys);
    memcpy(key->secret, keys.tag, sizeof keys.tag);
    memcpy(key->secret + sizeof keys.tag, keys.mask, sizeof keys.mask);
    assay_bytes_wipe(&keys, sizeof keys);
    if (key->offline) {
        assay_keyring_offline_seed(keyring, key->epoch, key->handle,
                                   key->secret + 2 * ASSAY_CMAC_KEY_LEN);
    }
}

void assay_keyring_batch_keys(const struct assay_keyring *keyring, uint32_t epoch, uint32_t handle,
                              struct assay_batch_keys *keys)
{
    const struct assay_batch_key *own = own_key(keyring, ASSAY_KEY_LABEL, epoch, handle);
    if (own != NULL) {
        memcpy(keys->tag, own->secret, sizeof keys->tag);
        memcpy(keys->mask, own->secret + sizeof keys->tag, sizeof keys->mask);
        return;
    }
    uint8_t of_epoch[ASSAY_ROOT_KEY_LEN];
    uint8_t of_batch[2 * ASSAY_CMAC_KEY_LEN];
    derive(assay_keyring_secret(keyring, ASSAY_KEY_LABEL),
           (struct purpose){"assay/label/epoch", true, epoch}, of_epoch, sizeof of_epoch);
    derive(of_epoch, (struct purpose){"assay/label/batch", true, handle}, of_batch,
           sizeof of_batch);
    memcpy(keys->tag, of_batch, sizeof keys->tag);
    memcpy(keys->mask, of_batch + sizeof keys->tag, sizeof keys->mask);
    assay_bytes_wipe(of_epoch, sizeof of_epoch);
    assay_bytes_wipe(of_batch, sizeof of_batch);
}

void assay_keyring_offline_seed(const struct assay_keyring *keyring, uint32_t epoch,
                                uint32_t handle, uint8_t seed[ASSAY_ED25519_KEY_LEN])
{
    const struct assay_batch_key *own = own_key(keyring, ASSAY_KEY_LABEL, epoch, handle);
    if (own != NULL) {
        assay_assert(own->offline);
        memcpy(seed, own->secret + 2 * ASSAY_CMAC_KEY_LEN, ASSAY_ED25519_KEY_LEN);
        return;
    }
    uint8_t of_epoch[ASSAY_ROOT_KEY_LEN];
    derive(assay_keyring_secret(keyring, ASSAY_KEY_LABEL),
           (struct purpose){"assay/label/epoch", true, epoch}, of_epoch, sizeof of_epoch);
    derive(of_epoch, (struct purpose){"assay/label/offline", true, handle}, seed,
           ASSAY_ED25519_KEY_LEN);
    assay_bytes_wipe(of_epoch, sizeof of_epoch);
}

void assay_keyring_pin_key(const struct assay_keyring *keyring, uint32_t epoch, uint32_t handle,
                           uint8_t key[ASSAY_CMAC_KEY_LEN])
{
    const struct assay_batch_key *own = own_key(keyring, ASSAY_KEY_PIN, epoch, handle);
    if (own != NULL) {
        memcpy(key, own->secret, ASSAY_CMAC_KEY_LEN);
        return;
    }
    uint8_t of_epoch[ASSAY_ROOT_KEY_LEN];
    derive(assay_keyring_secret(keyring, ASSAY_KEY_PIN),
           (struct purpose){"assay/pin/epoch", true, epoch}, of_epoch, sizeof of_epoch);
    derive(of_epoch, (struct purpose){"assay/pin/batch", true, handle}, key, ASSAY_CMAC_KEY_LEN);
    assay_bytes_wipe(of_epoch, sizeof of_epoch);
}

void assay_keyring_service_key(const struct assay_keyring *keyring,
                               enum assay_service_purpose purpose, uint8_t key[ASSAY_ROOT_KEY_LEN])
{
    static const char *const texts[] = {
        [ASSAY_PURPOSE_PERSONAL] = "assay/service/personal",
        [ASSAY_PURPOSE_RECEIPT] = "assay/service/receipt",
        [ASSAY_PURPOSE_DEVICE] = "assay/service/device",
        [ASSAY_PURPOSE_PHONE] = "assay/service/phone",
        [ASSAY_PURPOSE_WEBHOOK] = "assay/service/webhook",
    };
    assay_assert(purpose < ASSAY_COUNT_OF(texts));
    derive(assay_keyring_secret(keyring, ASSAY_KEY_SERVICE),
           (struct purpose){texts[purpose], false, 0}, key, ASSAY_ROOT_KEY_LEN);
}
