// SPDX-License-Identifier: Apache-2.0
#include "codegen/digest.h"

#include <errno.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <stdlib.h>

struct assay_digest {
    EVP_MD_CTX *context;
};

enum assay_error assay_digest_create(struct assay_digest **digest)
{
    struct assay_digest *made = malloc(sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    made->context = EVP_MD_CTX_new();
    if (made->context == NULL || EVP_DigestInit_ex(made->context, EVP_sha256(), NULL) != 1) {
        assay_digest_destroy(made);
        return ASSAY_E_CRYPTO;
    }
    *digest = made;
    return ASSAY_OK;
}

enum assay_error assay_digest_add(struct assay_digest *digest, const void *data, size_t len_bytes)
{
    return EVP_DigestUpdate(digest->context, data, len_bytes) == 1 ? ASSAY_OK : ASSAY_E_CRYPTO;
}

enum assay_error assay_digest_end(struct assay_digest *digest, uint8_t sha256[ASSAY_SHA256_LEN])
{
    unsigned len_bytes = 0;
    if (EVP_DigestFinal_ex(digest->context, sha256, &len_bytes) != 1) {
        return ASSAY_E_CRYPTO;
    }
    assay_assert(len_bytes == ASSAY_SHA256_LEN);
    return ASSAY_OK;
}

void assay_digest_destroy(struct assay_digest *digest)
{
    if (digest != NULL) {
        EVP_MD_CTX_free(digest->context);
        free(digest);
    }
}

enum assay_error assay_digest_of_file(int fd, uint8_t sha256[ASSAY_SHA256_LEN], uint64_t *bytes)
{
    struct assay_digest *digest = NULL;
    enum assay_error error = assay_digest_create(&digest);
    uint8_t some[65536];
    uint64_t total = 0;
    while (error == ASSAY_OK) {
        ssize_t got = read(fd, some, sizeof some);
        if (got == 0) {
            break;
        }
        if (got < 0) {
            error = errno == EINTR ? ASSAY_OK : ASSAY_E_IO;
            continue;
        }
        total += (uint64_t)got;
        error = assay_digest_add(digest, some, (size_t)got);
    }
    if (error == ASSAY_OK) {
        error = assay_digest_end(digest, sha256);
    }
    assay_digest_destroy(digest);
    if (error == ASSAY_OK) {
        *bytes = total;
    }
    return error;
}
