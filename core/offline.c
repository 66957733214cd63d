// SPDX-License-Identifier: Apache-2.0
#include "core/offline.h"

#include "core/base32.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define PURPOSE "AFC-O1"
#define SIG_DIGITS (ASSAY_OFFLINE_TEXT_LEN - ASSAY_KEY_ID_LEN)
#define SPARE_BITS (5 * SIG_DIGITS - 8 * ASSAY_ED25519_SIG_LEN)

_Static_assert(SPARE_BITS == 3, "103 digits hold 512 bits and three zeros");

/* What is signed: purpose, key id, code, all ASCII. */
struct message {
    char text[sizeof PURPOSE - 1 + ASSAY_KEY_ID_LEN + ASSAY_CODE_LEN];
};

struct assay_offline_signer {
    EVP_PKEY *pkey;
    EVP_MD_CTX *context;
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    char id[ASSAY_KEY_ID_SIZE];
};

static struct message message_of(const char id[ASSAY_KEY_ID_LEN], const char code[ASSAY_CODE_LEN])
{
    struct message message;
    char *at = message.text;
    memcpy(at, PURPOSE, sizeof PURPOSE - 1);
    at += sizeof PURPOSE - 1;
    memcpy(at, id, ASSAY_KEY_ID_LEN);
    memcpy(at + ASSAY_KEY_ID_LEN, code, ASSAY_CODE_LEN);
    return message;
}

void assay_offline_key_id(const uint8_t key[ASSAY_ED25519_KEY_LEN], char id[ASSAY_KEY_ID_SIZE])
{
    uint8_t digest[ASSAY_SHA256_LEN];
    assay_sha256(key, ASSAY_ED25519_KEY_LEN, digest);
    assay_base32_put((uint64_t)(digest[0] << 8 | digest[1]) >> 1, ASSAY_KEY_ID_LEN, id);
    id[ASSAY_KEY_ID_LEN] = '\0';
}

/* -- base32 of a signature: most significant bit first, three zero bits at the end -- */

static void put_signature(const uint8_t sig[ASSAY_ED25519_SIG_LEN], char text[SIG_DIGITS])
{
    unsigned held = 0;
    unsigned bits = 0;
    size_t from = 0;
    for (size_t i = 0; i < SIG_DIGITS; i++) {
        if (bits < 5) {
            held = held << 8 | (from < ASSAY_ED25519_SIG_LEN ? sig[from] : 0);
            from++;
            bits += 8;
        }
        bits -= 5;
        text[i] = ASSAY_BASE32_ALPHABET[held >> bits & 31];
    }
}

static bool get_signature(const char text[SIG_DIGITS], uint8_t sig[ASSAY_ED25519_SIG_LEN])
{
    unsigned held = 0;
    unsigned bits = 0;
    size_t to = 0;
    for (size_t i = 0; i < SIG_DIGITS; i++) {
        int value = assay_base32_value(text[i]);
        if (value < 0) {
            return false;
        }
        held = held << 5 | (unsigned)value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            sig[to++] = (uint8_t)(held >> bits);
        }
    }
    assay_assert(to == ASSAY_ED25519_SIG_LEN);
    assay_assert(bits == SPARE_BITS);
    return (held & ((1u << SPARE_BITS) - 1)) == 0;
}

/* -- signing -- */

static enum assay_error signer_init(struct assay_offline_signer *signer,
                                    const uint8_t seed[ASSAY_ED25519_KEY_LEN])
{
    size_t key_len = sizeof signer->key;
    signer->pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ASSAY_ED25519_KEY_LEN);
    signer->context = EVP_MD_CTX_new();
    if (signer->pkey == NULL || signer->context == NULL ||
        EVP_PKEY_get_raw_public_key(signer->pkey, signer->key, &key_len) != 1) {
        return ASSAY_E_CRYPTO;
    }
    assay_offline_key_id(signer->key, signer->id);
    return ASSAY_OK;
}

enum assay_error assay_offline_signer_create(const uint8_t seed[ASSAY_ED25519_KEY_LEN],
                                             struct assay_offline_signer **signer)
{
    struct assay_offline_signer *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error = signer_init(made, seed);
    if (error != ASSAY_OK) {
        assay_offline_signer_destroy(made);
        return error;
    }
    *signer = made;
    return ASSAY_OK;
}

void assay_offline_signer_destroy(struct assay_offline_signer *signer)
{
    if (signer == NULL) {
        return;
    }
    /* OpenSSL wipes the private key. */
    EVP_MD_CTX_free(signer->context);
    EVP_PKEY_free(signer->pkey);
    free(signer);
}

const uint8_t *assay_offline_signer_key(const struct assay_offline_signer *signer)
{
    return signer->key;
}

void assay_offline_sign(struct assay_offline_signer *signer, const char code[ASSAY_CODE_LEN],
                        char text[ASSAY_OFFLINE_TEXT_SIZE])
{
    struct message message = message_of(signer->id, code);
    uint8_t sig[ASSAY_ED25519_SIG_LEN];
    size_t sig_len = sizeof sig;
    int begun = EVP_DigestSignInit(signer->context, NULL, NULL, NULL, signer->pkey);
    assay_assert(begun == 1);
    int done = EVP_DigestSign(signer->context, sig, &sig_len, (const uint8_t *)message.text,
                              sizeof message.text);
    assay_assert(done == 1);
    assay_assert(sig_len == sizeof sig);
    memcpy(text, signer->id, ASSAY_KEY_ID_LEN);
    put_signature(sig, text + ASSAY_KEY_ID_LEN);
    text[ASSAY_OFFLINE_TEXT_LEN] = '\0';
}

/* -- checking -- */

/* True if the text begins with this id, as typed. */
static bool has_id(const char *text, const char id[ASSAY_KEY_ID_LEN])
{
    for (size_t i = 0; i < ASSAY_KEY_ID_LEN; i++) {
        int value = assay_base32_value(text[i]);
        if (value < 0 || ASSAY_BASE32_ALPHABET[value] != id[i]) {
            return false;
        }
    }
    return true;
}

enum assay_error assay_offline_check(const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                     const char code[ASSAY_CODE_LEN], const char *text, size_t len)
{
    char id[ASSAY_KEY_ID_SIZE];
    uint8_t sig[ASSAY_ED25519_SIG_LEN];
    assay_offline_key_id(key, id);
    if (len != ASSAY_OFFLINE_TEXT_LEN || !has_id(text, id) ||
        !get_signature(text + ASSAY_KEY_ID_LEN, sig)) {
        return ASSAY_E_SIGNATURE;
    }
    struct message message = message_of(id, code);
    return assay_signature_check(key, message.text, sizeof message.text, sig);
}
