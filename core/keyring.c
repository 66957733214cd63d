// SPDX-License-Identifier: Apache-2.0
#include "core/keyring_private.h"

#include "core/keyfile.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_NAME_SIZE = 32, PEM_LEN_MAX = 4096 };

/* A file's kind is its row's number plus one. */
static const struct {
    const char *file;
    const char *public_file; /* NULL: a secret without a public half */
} rows[ASSAY_KEY_NAMES] = {
    [ASSAY_KEY_LABEL] = {"label.key", NULL},           [ASSAY_KEY_PIN] = {"pin.key", NULL},
    [ASSAY_KEY_OFFICE] = {"office.key", "office.pub"}, [ASSAY_KEY_SITE] = {"site.key", "site.pub"},
    [ASSAY_KEY_SERVICE] = {"service.key", NULL},
};

static void fd_close(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static void pkey_free(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void bio_free(BIO **bio)
{
    BIO_free(*bio);
}

static void digest_context_free(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

/* -- files -- */

static bool write_all(int fd, const uint8_t *data, size_t len_bytes)
{
    for (size_t at = 0; at < len_bytes;) {
        ssize_t written = write(fd, data + at, len_bytes - at);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        at += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* errno says why not. */
static bool write_synced(int folder, const char *name, struct assay_span bytes)
{
    ASSAY_CLEANUP(fd_close)
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, bytes.data, bytes.len_bytes) &&
           fsync(fd) == 0;
}

/* Under a name of its own first, so that a crash leaves no half of a key under the real one. */
static enum assay_error put_file(int folder, const char *name, struct assay_span bytes,
                                 struct assay_reason *reason)
{
    uint8_t unique[8];
    char unique_text[2 * sizeof unique + 1];
    char temporary[FILE_NAME_SIZE + sizeof unique_text];
    assay_bytes_random(unique, sizeof unique);
    assay_hex_encode(unique, sizeof unique, unique_text);
    snprintf(temporary, sizeof temporary, ".%s.%s", name, unique_text);
    if (write_synced(folder, temporary, bytes) &&
        renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0) {
        return ASSAY_OK;
    }
    int failed_errno = errno;
    unlinkat(folder, temporary, 0);
    enum assay_error error = failed_errno == EEXIST ? ASSAY_E_EXISTS : ASSAY_E_IO;
    return assay_fail(reason, error, "key file %s: %s", name, strerror(failed_errno));
}

/* len_bytes: in the room, out what the file holds; a file that fills the room is too large. */
static enum assay_error get_file(const char *path, uint8_t *data, size_t *len_bytes,
                                 struct assay_reason *reason)
{
    struct stat status;
    ASSAY_CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0) {
        enum assay_error error = errno == ENOENT ? ASSAY_E_NOT_FOUND : ASSAY_E_IO;
        return assay_fail(reason, error, "%s: %s", path, strerror(errno));
    }
    if (!S_ISREG(status.st_mode) || status.st_size >= (off_t)*len_bytes) {
        return assay_fail(reason, ASSAY_E_CORRUPT, "%s: is not a key file", path);
    }
    ssize_t got = read(fd, data, *len_bytes);
    if (got < 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(errno));
    }
    *len_bytes = (size_t)got;
    return ASSAY_OK;
}

/* -- Ed25519 -- */

static EVP_PKEY *private_key(const uint8_t seed[ASSAY_ED25519_KEY_LEN])
{
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ASSAY_ED25519_KEY_LEN);
}

static enum assay_error put_public_file(int folder, enum assay_key_name name,
                                        const uint8_t seed[ASSAY_ED25519_KEY_LEN],
                                        struct assay_reason *reason)
{
    ASSAY_CLEANUP(pkey_free) EVP_PKEY *key = private_key(seed);
    ASSAY_CLEANUP(bio_free) BIO *bio = BIO_new(BIO_s_mem());
    if (key == NULL || bio == NULL || PEM_write_bio_PUBKEY(bio, key) != 1) {
        return assay_fail(reason, ASSAY_E_CRYPTO, "%s: cannot make it", rows[name].public_file);
    }
    char *pem = NULL;
    long len = BIO_get_mem_data(bio, &pem);
    struct assay_span bytes = {(const uint8_t *)pem, (size_t)len};
    return put_file(folder, rows[name].public_file, bytes, reason);
}

/* -- a new folder -- */

static enum assay_error make_one(int folder, const struct assay_key_lock *lock,
                                 enum assay_key_name name, struct assay_reason *reason)
{
    uint8_t secret[ASSAY_KEY_SECRET_LEN];
    uint8_t file[ASSAY_KEY_FILE_LEN];
    assay_bytes_random(secret, sizeof secret);
    enum assay_error error = assay_key_file_seal(lock, (uint8_t)(name + 1), secret, file);
    if (error != ASSAY_OK) {
        assay_fail(reason, error, "%s: cannot seal it", rows[name].file);
    } else {
        error = put_file(folder, rows[name].file, (struct assay_span){file, sizeof file}, reason);
    }
    if (error == ASSAY_OK && rows[name].public_file != NULL) {
        error = put_public_file(folder, name, secret, reason);
    }
    assay_bytes_wipe(secret, sizeof secret);
    return error;
}

/* errno says why not; an existing folder is left as it is. */
static int open_folder(const char *dir)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return -1;
    }
    return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum assay_error refuse_existing(int folder, const char *dir, struct assay_reason *reason)
{
    for (int name = 0; name < ASSAY_KEY_NAMES; name++) {
        const char *const files[] = {rows[name].file, rows[name].public_file};
        for (size_t i = 0; i < ASSAY_COUNT_OF(files); i++) {
            struct stat status;
            if (files[i] != NULL && fstatat(folder, files[i], &status, AT_SYMLINK_NOFOLLOW) == 0) {
                return assay_fail(reason, ASSAY_E_EXISTS, "%s/%s exists already", dir, files[i]);
            }
        }
    }
    return ASSAY_OK;
}

/* After a failure: nothing was there before, so all that is there is ours. */
static void remove_all(int folder)
{
    for (int name = 0; name < ASSAY_KEY_NAMES; name++) {
        unlinkat(folder, rows[name].file, 0);
        if (rows[name].public_file != NULL) {
            unlinkat(folder, rows[name].public_file, 0);
        }
    }
}

static enum assay_error sync_folders(int folder, const char *dir, struct assay_reason *reason)
{
    ASSAY_CLEANUP(fd_close)
    int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0 || fsync(folder) != 0 || fsync(parent) != 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", dir, strerror(errno));
    }
    return ASSAY_OK;
}

static enum assay_error make_all(int folder, const char *dir, const char *passphrase,
                                 unsigned wanted, struct assay_reason *reason)
{
    struct assay_key_lock lock = {.passphrase = passphrase};
    enum assay_error error = assay_key_lock_renew(&lock, ASSAY_KEY_COST);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "scrypt failed; it needs 32 MiB of memory");
    }
    for (int name = 0; name < ASSAY_KEY_NAMES && error == ASSAY_OK; name++) {
        if ((wanted & 1u << name) != 0) {
            error = make_one(folder, &lock, (enum assay_key_name)name, reason);
        }
    }
    assay_bytes_wipe(&lock, sizeof lock);
    return error == ASSAY_OK ? sync_folders(folder, dir, reason) : error;
}

enum assay_error assay_keyring_init(const char *dir, const char *passphrase,
                                    struct assay_reason *reason)
{
    return assay_keyring_init_some(dir, passphrase, (1u << ASSAY_KEY_NAMES) - 1, reason);
}

enum assay_error assay_keyring_init_some(const char *dir, const char *passphrase, unsigned wanted,
                                         struct assay_reason *reason)
{
    assay_assert(wanted != 0);
    assay_assert(wanted >> ASSAY_KEY_NAMES == 0);
    if (passphrase[0] == '\0') {
        return assay_fail(reason, ASSAY_E_PASSPHRASE, "the passphrase of new key files is empty");
    }
    ASSAY_CLEANUP(fd_close) int folder = open_folder(dir);
    if (folder < 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", dir, strerror(errno));
    }
    enum assay_error error = refuse_existing(folder, dir, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = make_all(folder, dir, passphrase, wanted, reason);
    if (error != ASSAY_OK && error != ASSAY_E_EXISTS) {
        remove_all(folder);
    }
    return error;
}

/* -- opening -- */

static enum assay_error explain(enum assay_error error, const char *path,
                                struct assay_reason *reason)
{
    switch (error) {
    case ASSAY_E_PASSPHRASE:
        return assay_fail(reason, error, "%s: the passphrase is wrong", path);
    case ASSAY_E_CORRUPT:
        return assay_fail(reason, error, "%s: is damaged or no key file of this name", path);
    default:
        return assay_fail(reason, error, "%s: %s", path, assay_error_text(error));
    }
}

static enum assay_error open_one(const char *dir, struct assay_key_lock *lock,
                                 enum assay_key_name name, struct assay_keyring *keyring,
                                 struct assay_reason *reason)
{
    char path[4096];
    uint8_t bytes[ASSAY_KEY_FILE_LEN * 4]; /* room for what a later version may add */
    size_t len = sizeof bytes;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, rows[name].file) >= sizeof path) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the path of the key folder is too long");
    }
    enum assay_error error = get_file(path, bytes, &len, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_key_file_open(lock, (uint8_t)(name + 1), (struct assay_span){bytes, len},
                                keyring->secrets[name]);
    if (error != ASSAY_OK) {
        return explain(error, path, reason);
    }
    keyring->open |= 1u << name;
    return ASSAY_OK;
}

static enum assay_error open_wanted(const char *dir, const char *passphrase, unsigned wanted,
                                    struct assay_keyring *keyring, struct assay_reason *reason)
{
    struct assay_key_lock lock = {.passphrase = passphrase};
    enum assay_error error = ASSAY_OK;
    for (int name = 0; name < ASSAY_KEY_NAMES && error == ASSAY_OK; name++) {
        if ((wanted & 1u << name) != 0) {
            error = open_one(dir, &lock, (enum assay_key_name)name, keyring, reason);
        }
    }
    assay_bytes_wipe(&lock, sizeof lock);
    return error;
}

enum assay_error assay_keyring_open(const char *dir, const char *passphrase, unsigned wanted,
                                    struct assay_keyring **keyring, struct assay_reason *reason)
{
    assay_assert(wanted >> ASSAY_KEY_NAMES == 0);
    struct assay_keyring *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = open_wanted(dir, passphrase, wanted, made, reason);
    if (error != ASSAY_OK) {
        assay_keyring_close(made);
        return error;
    }
    *keyring = made;
    return ASSAY_OK;
}

void assay_keyring_close(struct assay_keyring *keyring)
{
    if (keyring == NULL) {
        return;
    }
    assay_bytes_wipe(keyring, sizeof *keyring);
    free(keyring);
}

bool assay_keyring_has(const struct assay_keyring *keyring, enum assay_key_name name)
{
    assay_assert(name < ASSAY_KEY_NAMES);
    return (keyring->open & 1u << name) != 0;
}

/* -- signatures -- */

void assay_keyring_sign(const struct assay_keyring *keyring, enum assay_key_name name,
                        const void *data, size_t len_bytes, uint8_t sig[ASSAY_ED25519_SIG_LEN])
{
    assay_assert(rows[name].public_file != NULL);
    ASSAY_CLEANUP(pkey_free) EVP_PKEY *key = private_key(assay_keyring_secret(keyring, name));
    ASSAY_CLEANUP(digest_context_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    assay_assert(key != NULL);
    assay_assert(context != NULL);
    size_t sig_len = ASSAY_ED25519_SIG_LEN;
    int begun = EVP_DigestSignInit(context, NULL, NULL, NULL, key);
    assay_assert(begun == 1);
    int done = EVP_DigestSign(context, sig, &sig_len, data, len_bytes);
    assay_assert(done == 1);
    assay_assert(sig_len == ASSAY_ED25519_SIG_LEN);
}

void assay_keyring_public_key(const struct assay_keyring *keyring, enum assay_key_name name,
                              uint8_t key[ASSAY_ED25519_KEY_LEN])
{
    assay_assert(rows[name].public_file != NULL);
    ASSAY_CLEANUP(pkey_free) EVP_PKEY *pair = private_key(assay_keyring_secret(keyring, name));
    size_t len = ASSAY_ED25519_KEY_LEN;
    assay_assert(pair != NULL);
    int done = EVP_PKEY_get_raw_public_key(pair, key, &len);
    assay_assert(done == 1);
    assay_assert(len == ASSAY_ED25519_KEY_LEN);
}

enum assay_error assay_public_key_read(const char *dir, enum assay_key_name name,
                                       uint8_t key[ASSAY_ED25519_KEY_LEN],
                                       struct assay_reason *reason)
{
    assay_assert(name < ASSAY_KEY_NAMES);
    assay_assert(rows[name].public_file != NULL);
    char path[4096];
    uint8_t pem[PEM_LEN_MAX];
    size_t len = sizeof pem;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, rows[name].public_file) >= sizeof path) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the path of the key folder is too long");
    }
    enum assay_error error = get_file(path, pem, &len, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char no_passphrase[] = ""; /* or OpenSSL would ask for one if the file is encrypted */
    ASSAY_CLEANUP(bio_free) BIO *bio = BIO_new_mem_buf(pem, (int)len);
    ASSAY_CLEANUP(pkey_free)
    EVP_PKEY *found = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, no_passphrase);
    size_t key_len = ASSAY_ED25519_KEY_LEN;
    if (found == NULL || EVP_PKEY_get_id(found) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(found, key, &key_len) != 1) {
        ERR_clear_error();
        return assay_fail(reason, ASSAY_E_CORRUPT, "%s: is no Ed25519 public key in PEM", path);
    }
    return ASSAY_OK;
}

enum assay_error assay_signature_check(const uint8_t key[ASSAY_ED25519_KEY_LEN], const void *data,
                                       size_t len_bytes, const uint8_t sig[ASSAY_ED25519_SIG_LEN])
{
    ASSAY_CLEANUP(pkey_free)
    EVP_PKEY *given =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ASSAY_ED25519_KEY_LEN);
    ASSAY_CLEANUP(digest_context_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (given == NULL || context == NULL ||
        EVP_DigestVerifyInit(context, NULL, NULL, NULL, given) != 1 ||
        EVP_DigestVerify(context, sig, ASSAY_ED25519_SIG_LEN, data, len_bytes) != 1) {
        ERR_clear_error(); /* TLS on this thread would take it for its own */
        return ASSAY_E_SIGNATURE;
    }
    return ASSAY_OK;
}
