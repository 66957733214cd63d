// SPDX-License-Identifier: Apache-2.0
#include "core/seal.h"

#include <openssl/evp.h>

enum { NONCE_LEN = 12, TAG_LEN = 16 };

_Static_assert(ASSAY_SEAL_OVERHEAD == NONCE_LEN + TAG_LEN, "layout of sealed bytes");

static void free_context(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context); /* wipes the key schedule */
}

enum assay_error assay_seal(const uint8_t key[ASSAY_SEAL_KEY_LEN], struct assay_span bound,
                            struct assay_span plain, uint8_t *sealed)
{
    assay_assert(plain.len_bytes <= INT32_MAX - ASSAY_SEAL_OVERHEAD);
    assay_assert(bound.len_bytes <= INT32_MAX);
    uint8_t *body = sealed + NONCE_LEN;
    int len = 0;
    int end = 0;
    assay_bytes_random(sealed, NONCE_LEN);
    EVP_CIPHER_CTX *context ASSAY_CLEANUP(free_context) = EVP_CIPHER_CTX_new();
    bool done =
        context != NULL && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed) == 1 &&
        EVP_EncryptUpdate(context, NULL, &len, bound.data, (int)bound.len_bytes) == 1 &&
        EVP_EncryptUpdate(context, body, &len, plain.data, (int)plain.len_bytes) == 1 &&
        EVP_EncryptFinal_ex(context, body + len, &end) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, body + plain.len_bytes) == 1;
    return done ? ASSAY_OK : ASSAY_E_CRYPTO;
}

enum assay_error assay_unseal(const uint8_t key[ASSAY_SEAL_KEY_LEN], struct assay_span bound,
                              struct assay_span sealed, uint8_t *plain)
{
    if (sealed.len_bytes < ASSAY_SEAL_OVERHEAD || sealed.len_bytes > INT32_MAX) {
        return ASSAY_E_CORRUPT;
    }
    const uint8_t *body = sealed.data + NONCE_LEN;
    size_t plain_len = sealed.len_bytes - ASSAY_SEAL_OVERHEAD;
    uint8_t tag[TAG_LEN];
    for (size_t i = 0; i < sizeof tag; i++) {
        tag[i] = body[plain_len + i];
    }
    int len = 0;
    int end = 0;
    EVP_CIPHER_CTX *context ASSAY_CLEANUP(free_context) = EVP_CIPHER_CTX_new();
    if (context == NULL ||
        EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, sealed.data) != 1 ||
        EVP_DecryptUpdate(context, NULL, &len, bound.data, (int)bound.len_bytes) != 1 ||
        EVP_DecryptUpdate(context, plain, &len, body, (int)plain_len) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) != 1) {
        assay_bytes_wipe(plain, plain_len);
        return ASSAY_E_CRYPTO;
    }
    if (EVP_DecryptFinal_ex(context, plain + len, &end) != 1) {
        assay_bytes_wipe(plain, plain_len);
        return ASSAY_E_CORRUPT;
    }
    return ASSAY_OK;
}
