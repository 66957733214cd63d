// SPDX-License-Identifier: Apache-2.0
/* Keys: roots in encrypted files, and what is derived from them by HKDF-SHA256 (RFC 5869):
 * root -> epoch -> batch. The PIN root is a file of its own, so that a label host cannot make PINs.
 *
 *   DIR/label.key    label root, 32 bytes        codegen, verifier
 *   DIR/pin.key      PIN root, 32 bytes          codegen (PINs), verifier
 *   DIR/office.key   Ed25519 private, orders     assay-batch
 *   DIR/office.pub   its public key, PEM         codegen checks orders with it
 *   DIR/site.key     Ed25519 private, manifests  codegen
 *   DIR/site.pub     its public key, PEM         registered with the office
 *   DIR/service.key  32 bytes; personal data, receipts, device tags by HKDF   verifier
 */
#ifndef ASSAY_CORE_KEYRING_H
#define ASSAY_CORE_KEYRING_H

#include "core/code.h"

#define ASSAY_ROOT_KEY_LEN 32
#define ASSAY_ED25519_SIG_LEN 64
#define ASSAY_ED25519_KEY_LEN 32

enum assay_key_name {
    ASSAY_KEY_LABEL,
    ASSAY_KEY_PIN,
    ASSAY_KEY_OFFICE,
    ASSAY_KEY_SITE,
    ASSAY_KEY_SERVICE,
    ASSAY_KEY_NAMES
};

/** What service.key is for; each purpose derives a key of its own. */
enum assay_service_purpose {
    ASSAY_PURPOSE_PERSONAL, /* AES-256-GCM of personal records */
    ASSAY_PURPOSE_RECEIPT,  /* HMAC of receipts */
    ASSAY_PURPOSE_DEVICE,   /* device tags, keyed per item */
    ASSAY_PURPOSE_PHONE,    /* phone comparison tags */
    ASSAY_PURPOSE_WEBHOOK,  /* secrets of endpoints that are told of alerts */
};

struct assay_keyring;

/** Make all key files of a new data directory in `dir` (made 0700, files 0600, synced). Refuses
 *  to overwrite, and an empty passphrase; after any other failure nothing is left behind.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_PASSPHRASE; ASSAY_E_IO; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_keyring_init(const char *dir, const char *passphrase,
                                                     struct assay_reason *reason);

/** The same for some of the keys alone (a print site's: its own). wanted: as assay_keyring_open's. */
ASSAY_MUST_CHECK enum assay_error assay_keyring_init_some(const char *dir, const char *passphrase,
                                                          unsigned wanted,
                                                          struct assay_reason *reason);

/** Open those of the key files that are named in `wanted` (bit set of 1 << enum assay_key_name).
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND (names the file); ASSAY_E_PASSPHRASE; ASSAY_E_CORRUPT;
 *  ASSAY_E_VERSION. *keyring: the caller's to close; may be shared by threads, read only. */
ASSAY_MUST_CHECK enum assay_error assay_keyring_open(const char *dir, const char *passphrase,
                                                     unsigned wanted,
                                                     struct assay_keyring **keyring,
                                                     struct assay_reason *reason);

/** Wipe and free; NULL is allowed. */
void assay_keyring_close(struct assay_keyring *keyring);

/** True if this key is open. */
bool assay_keyring_has(const struct assay_keyring *keyring, enum assay_key_name name);

#define ASSAY_BATCH_SECRET_LEN 64

/** What one batch's labels, or its PINs, are made with; travels alone (core/batch_key.h). Secret:
 *  wipe after use. */
struct assay_batch_key {
    enum assay_key_name name; /* ASSAY_KEY_LABEL or ASSAY_KEY_PIN */
    uint32_t handle;
    uint32_t epoch;
    bool offline;                           /* a label key with the seed of form O1 */
    uint8_t secret[ASSAY_BATCH_SECRET_LEN]; /* Kt, Km, O1 seed or zeros; or Kpin and zeros */
};

/** Let one batch's key stand in for a root that is not open; only that batch can be asked for. */
void assay_keyring_add_batch(struct assay_keyring *keyring, const struct assay_batch_key *key);

/** Fill in the secret of key->name, handle, epoch and offline. The root is open. */
void assay_keyring_take_batch(const struct assay_keyring *keyring, struct assay_batch_key *key);

/** Label keys of a batch. The label root is open. threads: any. */
void assay_keyring_batch_keys(const struct assay_keyring *keyring, uint32_t epoch, uint32_t handle,
                              struct assay_batch_keys *keys);

/** Ed25519 seed of a batch of form O1. The label root is open. Secret: wipe after use.
 *  threads: any. */
void assay_keyring_offline_seed(const struct assay_keyring *keyring, uint32_t epoch,
                                uint32_t handle, uint8_t seed[ASSAY_ED25519_KEY_LEN]);

/** PIN key of a batch. The PIN root is open. threads: any. */
void assay_keyring_pin_key(const struct assay_keyring *keyring, uint32_t epoch, uint32_t handle,
                           uint8_t key[ASSAY_CMAC_KEY_LEN]);

/** Key of one purpose, from service.key. threads: any. */
void assay_keyring_service_key(const struct assay_keyring *keyring,
                               enum assay_service_purpose purpose, uint8_t key[ASSAY_ROOT_KEY_LEN]);

/** Ed25519 (RFC 8032) signature by office.key or site.key, which is open. */
void assay_keyring_sign(const struct assay_keyring *keyring, enum assay_key_name name,
                        const void *data, size_t len_bytes, uint8_t sig[ASSAY_ED25519_SIG_LEN]);

/** Raw public key of office.key or site.key, which is open. threads: any. */
void assay_keyring_public_key(const struct assay_keyring *keyring, enum assay_key_name name,
                              uint8_t key[ASSAY_ED25519_KEY_LEN]);

/** Raw public key of office.key or site.key, read from the keyring's folder's .pub file;
 *  the private file need not be open. ASSAY_OK, ASSAY_E_NOT_FOUND, ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_public_key_read(const char *dir, enum assay_key_name name,
                                                        uint8_t key[ASSAY_ED25519_KEY_LEN],
                                                        struct assay_reason *reason);

/** Ed25519 verification. ASSAY_OK or ASSAY_E_SIGNATURE. */
ASSAY_MUST_CHECK enum assay_error assay_signature_check(const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                                        const void *data, size_t len_bytes,
                                                        const uint8_t sig[ASSAY_ED25519_SIG_LEN]);

#endif
