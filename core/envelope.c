// SPDX-License-Identifier: Apache-2.0
#include "core/envelope.h"

#include <errno.h>
#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "core/certificate_private.h"

#define WRITE_AT_ONCE (1u << 20)

struct assay_envelope_writer {
    CMS_ContentInfo *cms;
    BIO *out;   /* the file */
    BIO *chain; /* encrypts, then writes to `out`; ends in it */
    uint64_t bytes;
};

static void cms_free(CMS_ContentInfo **cms)
{
    CMS_ContentInfo_free(*cms);
}

static void bio_free(BIO **bio)
{
    BIO_free(*bio);
}

/* The key goes by RSA OAEP or by ECDH, with SHA-256 rather than the defaults of old. */
static bool add_recipient(CMS_ContentInfo *cms, X509 *x509)
{
    CMS_RecipientInfo *recipient = CMS_add1_recipient_cert(cms, x509, CMS_KEY_PARAM);
    EVP_PKEY_CTX *context = recipient == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(recipient);
    if (context == NULL) {
        return false;
    }
    if (EVP_PKEY_get_base_id(X509_get0_pubkey(x509)) == EVP_PKEY_RSA) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
               EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
    }
    return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) > 0;
}

/* NULL if it fails. */
static CMS_ContentInfo *begin(const struct assay_certificate *to, unsigned flags)
{
    CMS_ContentInfo *cms =
        CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL | flags);
    if (cms != NULL && !add_recipient(cms, to->x509)) {
        CMS_ContentInfo_free(cms);
        cms = NULL;
    }
    return cms;
}

static enum assay_error seal(CMS_ContentInfo *cms, struct assay_span plain, uint8_t **sealed,
                             size_t *sealed_len)
{
    ASSAY_CLEANUP(bio_free) BIO *from = BIO_new_mem_buf(plain.data, (int)plain.len_bytes);
    unsigned char *der = NULL;
    if (from == NULL || CMS_final(cms, from, NULL, CMS_BINARY) != 1) {
        return ASSAY_E_CRYPTO;
    }
    int len = i2d_CMS_ContentInfo(cms, &der);
    uint8_t *copy = len <= 0 ? NULL : malloc((size_t)len);
    if (copy != NULL) {
        memcpy(copy, der, (size_t)len);
        *sealed = copy;
        *sealed_len = (size_t)len;
    }
    OPENSSL_free(der);
    return len <= 0 ? ASSAY_E_CRYPTO : copy == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
}

enum assay_error assay_envelope_seal(const struct assay_certificate *to, struct assay_span plain,
                                     uint8_t **sealed, size_t *sealed_len)
{
    assay_assert(plain.len_bytes <= INT_MAX);
    ASSAY_CLEANUP(cms_free) CMS_ContentInfo *cms = begin(to, 0);
    enum assay_error error = cms == NULL ? ASSAY_E_CRYPTO : seal(cms, plain, sealed, sealed_len);
    ERR_clear_error();
    return error;
}

enum assay_error assay_envelope_unseal(const struct assay_identity *identity,
                                       struct assay_span sealed, uint8_t *plain, size_t *len_bytes)
{
    const unsigned char *at = sealed.data;
    ASSAY_CLEANUP(cms_free)
    CMS_ContentInfo *cms =
        sealed.len_bytes > LONG_MAX ? NULL : d2i_CMS_ContentInfo(NULL, &at, (long)sealed.len_bytes);
    ASSAY_CLEANUP(bio_free) BIO *out = BIO_new(BIO_s_secmem());
    if (cms == NULL || out == NULL || at != sealed.data + sealed.len_bytes) {
        ERR_clear_error();
        return ASSAY_E_CORRUPT;
    }
    bool ours = CMS_decrypt_set1_pkey(cms, identity->key, NULL) == 1;
    bool opened = ours && CMS_decrypt(cms, NULL, NULL, NULL, out, CMS_BINARY) == 1;
    ERR_clear_error();
    if (!opened) {
        return ours ? ASSAY_E_CORRUPT : ASSAY_E_PASSPHRASE;
    }
    char *data = NULL;
    long len = BIO_get_mem_data(out, &data);
    if (len < 0 || (size_t)len > *len_bytes) {
        return ASSAY_E_TOO_LARGE;
    }
    memcpy(plain, data, (size_t)len);
    *len_bytes = (size_t)len;
    return ASSAY_OK;
}

/* -- streams -- */

enum assay_error assay_envelope_begin(const struct assay_certificate *to, int fd,
                                      struct assay_envelope_writer **writer)
{
    struct assay_envelope_writer *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    made->cms = begin(to, CMS_STREAM);
    made->out = BIO_new_fd(fd, BIO_NOCLOSE);
    if (made->cms != NULL && made->out != NULL) {
        made->chain = BIO_new_CMS(made->out, made->cms);
    }
    ERR_clear_error();
    if (made->chain == NULL) {
        assay_envelope_close(made);
        return ASSAY_E_CRYPTO;
    }
    *writer = made;
    return ASSAY_OK;
}

enum assay_error assay_envelope_write(struct assay_envelope_writer *writer, struct assay_span plain)
{
    if (plain.len_bytes > ASSAY_ENVELOPE_BYTES_MAX - writer->bytes) {
        return ASSAY_E_TOO_LARGE;
    }
    writer->bytes += plain.len_bytes;
    while (plain.len_bytes > 0) {
        size_t some = plain.len_bytes < WRITE_AT_ONCE ? plain.len_bytes : WRITE_AT_ONCE;
        int wrote = BIO_write(writer->chain, plain.data, (int)some);
        if (wrote <= 0 && !(BIO_should_retry(writer->chain) && errno == EINTR)) {
            ERR_clear_error();
            return ASSAY_E_IO;
        }
        size_t done = wrote > 0 ? (size_t)wrote : 0;
        plain.data += done;
        plain.len_bytes -= done;
    }
    return ASSAY_OK;
}

enum assay_error assay_envelope_end(struct assay_envelope_writer *writer)
{
    assay_assert(writer->bytes > 0);
    int flushed = BIO_flush(writer->chain);
    ERR_clear_error();
    return flushed == 1 ? ASSAY_OK : ASSAY_E_IO;
}

void assay_envelope_close(struct assay_envelope_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    while (writer->chain != NULL && writer->chain != writer->out) {
        BIO *next = BIO_pop(writer->chain);
        BIO_free(writer->chain);
        writer->chain = next;
    }
    BIO_free(writer->out);
    CMS_ContentInfo_free(writer->cms);
    ERR_clear_error();
    free(writer);
}
