// SPDX-License-Identifier: Apache-2.0
#include "core/keyfile.h"

#include "core/wire.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

enum {
    VERSION = 1,
    BLOCK_SIZE = 8, /* scrypt's r */
    LANES = 1,      /* scrypt's p */
    HEAD_LEN = 48,  /* what precedes the sealed secret, and is authenticated with it */
    TAG_LEN = 16,
};

static const uint8_t magic[8] = {'A', 'S', 'S', 'A', 'Y', 'K', 'E', 'Y'};

struct head {
    uint8_t kind;
    uint8_t cost;
    uint8_t salt[16];
    uint8_t nonce[12];
};

static enum assay_error stretch(struct assay_key_lock *lock, uint8_t cost, const uint8_t salt[16])
{
    assay_assert(cost >= ASSAY_KEY_COST_MIN);
    assay_assert(cost <= ASSAY_KEY_COST_MAX);
    const uint64_t rounds = (uint64_t)1 << cost;
    /* 128 * N * r, and what OpenSSL adds to it. */
    const uint64_t memory_bytes = 128 * BLOCK_SIZE * (rounds + 64);
    lock->cost = 0;
    memcpy(lock->salt, salt, sizeof lock->salt);
    if (EVP_PBE_scrypt(lock->passphrase, strlen(lock->passphrase), lock->salt, sizeof lock->salt,
                       rounds, BLOCK_SIZE, LANES, memory_bytes, lock->key, sizeof lock->key) != 1) {
        return ASSAY_E_CRYPTO;
    }
    lock->cost = cost;
    return ASSAY_OK;
}

enum assay_error assay_key_lock_renew(struct assay_key_lock *lock, uint8_t cost)
{
    uint8_t salt[sizeof lock->salt];
    assay_bytes_random(salt, sizeof salt);
    return stretch(lock, cost, salt);
}

static void context_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

/* body: head, then out ciphertext and tag. */
static enum assay_error encrypt(const uint8_t key[32], const struct head *head,
                                struct assay_span secret, uint8_t *body)
{
    ASSAY_CLEANUP(context_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t *sealed = body + HEAD_LEN;
    int len = 0;
    if (context == NULL ||
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, head->nonce) != 1 ||
        EVP_EncryptUpdate(context, NULL, &len, body, HEAD_LEN) != 1 ||
        EVP_EncryptUpdate(context, sealed, &len, secret.data, (int)secret.len_bytes) != 1 ||
        EVP_EncryptFinal_ex(context, sealed + len, &len) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, sealed + secret.len_bytes) !=
            1) {
        return ASSAY_E_CRYPTO;
    }
    return ASSAY_OK;
}

static enum assay_error decrypt(const uint8_t key[32], const struct head *head, const uint8_t *body,
                                uint8_t *secret, size_t secret_len)
{
    ASSAY_CLEANUP(context_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const uint8_t *sealed = body + HEAD_LEN;
    uint8_t tag[TAG_LEN];
    int len = 0;
    memcpy(tag, sealed + secret_len, sizeof tag);
    if (context == NULL ||
        EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, head->nonce) != 1 ||
        EVP_DecryptUpdate(context, NULL, &len, body, HEAD_LEN) != 1 ||
        EVP_DecryptUpdate(context, secret, &len, sealed, (int)secret_len) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1) {
        return ASSAY_E_CRYPTO;
    }
    if (EVP_DecryptFinal_ex(context, secret + len, &len) != 1) {
        ERR_clear_error(); /* TLS on this thread would take it for its own */
        return ASSAY_E_PASSPHRASE;
    }
    return ASSAY_OK;
}

static void put_head(struct assay_wire *wire, const struct head *head, size_t secret_len)
{
    assay_wire_put_bytes(wire, magic, sizeof magic);
    assay_wire_put_u16(wire, VERSION);
    assay_wire_put_u8(wire, head->kind);
    assay_wire_put_u8(wire, head->cost);
    assay_wire_put_u8(wire, BLOCK_SIZE);
    assay_wire_put_u8(wire, LANES);
    assay_wire_put_u16(wire, 0);
    assay_wire_put_bytes(wire, head->salt, sizeof head->salt);
    assay_wire_put_bytes(wire, head->nonce, sizeof head->nonce);
    assay_wire_put_u32(wire, (uint32_t)secret_len);
    assay_assert(wire->at == HEAD_LEN);
}

enum assay_error assay_key_file_seal_any(const struct assay_key_lock *lock, uint8_t kind,
                                         struct assay_span secret, uint8_t *file)
{
    assay_assert(lock->cost != 0);
    assay_assert(kind != 0);
    assay_assert(secret.len_bytes > 0);
    assay_assert(secret.len_bytes <= ASSAY_KEY_SECRET_LEN_MAX);
    struct head head = {.kind = kind, .cost = lock->cost};
    memcpy(head.salt, lock->salt, sizeof head.salt);
    assay_bytes_random(head.nonce, sizeof head.nonce);
    size_t len_bytes = ASSAY_KEY_FILE_LEN_OF(secret.len_bytes);
    struct assay_wire wire = assay_wire_writer(file, len_bytes);
    put_head(&wire, &head, secret.len_bytes);
    enum assay_error error = encrypt(lock->key, &head, secret, file);
    if (error != ASSAY_OK) {
        return error;
    }
    wire.at = len_bytes - sizeof(uint32_t);
    assay_wire_put_u32(&wire, assay_crc32c(0, file, wire.at));
    assay_assert(!wire.failed);
    assay_assert(wire.at == len_bytes);
    return ASSAY_OK;
}

enum assay_error assay_key_file_seal(const struct assay_key_lock *lock, uint8_t kind,
                                     const uint8_t secret[ASSAY_KEY_SECRET_LEN],
                                     uint8_t file[ASSAY_KEY_FILE_LEN])
{
    return assay_key_file_seal_any(lock, kind, (struct assay_span){secret, ASSAY_KEY_SECRET_LEN},
                                   file);
}

/* A file of a later version may look otherwise from here on, so that is told apart first. */
static enum assay_error check_version(struct assay_wire *wire)
{
    uint8_t found[sizeof magic];
    assay_wire_get_bytes(wire, found, sizeof found);
    uint16_t version = assay_wire_get_u16(wire);
    if (wire->failed || memcmp(found, magic, sizeof magic) != 0 || version == 0) {
        return ASSAY_E_CORRUPT;
    }
    return version > VERSION ? ASSAY_E_VERSION : ASSAY_OK;
}

static bool crc_matches(struct assay_span file)
{
    size_t body_len = file.len_bytes - sizeof(uint32_t);
    struct assay_wire wire = assay_wire_reader(file.data + body_len, sizeof(uint32_t));
    return assay_wire_get_u32(&wire) == assay_crc32c(0, file.data, body_len);
}

static enum assay_error take_head(struct assay_span file, size_t secret_len, struct head *head)
{
    struct assay_wire wire = assay_wire_reader(file.data, file.len_bytes);
    enum assay_error error = check_version(&wire);
    if (error != ASSAY_OK) {
        return error;
    }
    if (file.len_bytes != ASSAY_KEY_FILE_LEN_OF(secret_len) || !crc_matches(file)) {
        return ASSAY_E_CORRUPT;
    }
    head->kind = assay_wire_get_u8(&wire);
    head->cost = assay_wire_get_u8(&wire);
    bool shape = assay_wire_get_u8(&wire) == BLOCK_SIZE;
    shape = assay_wire_get_u8(&wire) == LANES && shape;
    shape = assay_wire_get_u16(&wire) == 0 && shape;
    assay_wire_get_bytes(&wire, head->salt, sizeof head->salt);
    assay_wire_get_bytes(&wire, head->nonce, sizeof head->nonce);
    shape = assay_wire_get_u32(&wire) == secret_len && shape;
    shape = head->cost >= ASSAY_KEY_COST_MIN && head->cost <= ASSAY_KEY_COST_MAX && shape;
    return shape && !wire.failed ? ASSAY_OK : ASSAY_E_CORRUPT;
}

static bool is_stretched_for(const struct assay_key_lock *lock, const struct head *head)
{
    return lock->cost == head->cost && memcmp(lock->salt, head->salt, sizeof lock->salt) == 0;
}

enum assay_error assay_key_file_open_any(struct assay_key_lock *lock, uint8_t kind,
                                         struct assay_span file, uint8_t *secret, size_t secret_len)
{
    assay_assert(secret_len <= ASSAY_KEY_SECRET_LEN_MAX);
    struct head head;
    enum assay_error error = take_head(file, secret_len, &head);
    if (error != ASSAY_OK) {
        return error;
    }
    if (head.kind != kind) {
        return ASSAY_E_CORRUPT;
    }
    if (!is_stretched_for(lock, &head)) {
        error = stretch(lock, head.cost, head.salt);
    }
    uint8_t opened[ASSAY_KEY_SECRET_LEN_MAX] = {0};
    if (error == ASSAY_OK) {
        error = decrypt(lock->key, &head, file.data, opened, secret_len);
    }
    if (error == ASSAY_OK) {
        memcpy(secret, opened, secret_len);
    }
    assay_bytes_wipe(opened, sizeof opened);
    return error;
}

enum assay_error assay_key_file_open(struct assay_key_lock *lock, uint8_t kind,
                                     struct assay_span file, uint8_t secret[ASSAY_KEY_SECRET_LEN])
{
    return assay_key_file_open_any(lock, kind, file, secret, ASSAY_KEY_SECRET_LEN);
}
