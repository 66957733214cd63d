// SPDX-License-Identifier: Apache-2.0
#include "core/certificate_private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RSA_BITS_MIN 2048

static enum assay_error open_file(const char *path, FILE **file, struct assay_reason *reason)
{
    *file = fopen(path, "re");
    return *file != NULL ? ASSAY_OK
                         : assay_fail(reason, errno == ENOENT ? ASSAY_E_NOT_FOUND : ASSAY_E_IO,
                                      "cannot read %s: %s", path, strerror(errno));
}

static enum assay_error check_time(const char *path, X509 *x509, int64_t now_unix_ms,
                                   struct assay_reason *reason)
{
    time_t now = (time_t)(now_unix_ms / 1000);
    if (X509_cmp_time(X509_get0_notBefore(x509), &now) >= 0) {
        return assay_fail(reason, ASSAY_E_REFUSED, "%s: the certificate is not valid yet", path);
    }
    if (X509_cmp_time(X509_get0_notAfter(x509), &now) <= 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s: the certificate has expired; ask for the one of now", path);
    }
    return ASSAY_OK;
}

static enum assay_error check_key(const char *path, X509 *x509, struct assay_reason *reason)
{
    EVP_PKEY *key = X509_get0_pubkey(x509);
    int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);
    uint32_t needed = kind == EVP_PKEY_RSA ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT;
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s: nothing can be encrypted to a key of this kind; RSA or EC is wanted",
                          path);
    }
    if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < RSA_BITS_MIN) {
        return assay_fail(reason, ASSAY_E_REFUSED, "%s: its RSA key has fewer than %d bits", path,
                          RSA_BITS_MIN);
    }
    /* UINT32_MAX if the certificate does not say. */
    if ((X509_get_key_usage(x509) & needed) == 0) {
        return assay_fail(reason, ASSAY_E_REFUSED,
                          "%s: the certificate is not for encryption: its key usage lacks %s", path,
                          kind == EVP_PKEY_RSA ? "keyEncipherment" : "keyAgreement");
    }
    return ASSAY_OK;
}

/* E-mail protection, Microsoft's document encryption, or any; or none of it said. */
static bool is_for_messages(X509 *x509)
{
    EXTENDED_KEY_USAGE *uses = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    bool fits = uses == NULL;
    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); i++) {
        const ASN1_OBJECT *use = sk_ASN1_OBJECT_value(uses, i);
        int nid = OBJ_obj2nid(use);
        char text[64] = "";
        OBJ_obj2txt(text, sizeof text, use, 1);
        fits = fits || nid == NID_email_protect || nid == NID_anyExtendedKeyUsage ||
               strcmp(text, "1.3.6.1.4.1.311.80.1") == 0;
    }
    sk_ASN1_OBJECT_pop_free(uses, ASN1_OBJECT_free);
    return fits;
}

static enum assay_error check(const char *path, X509 *x509, int64_t now_unix_ms,
                              struct assay_reason *reason)
{
    enum assay_error error = check_time(path, x509, now_unix_ms, reason);
    if (error == ASSAY_OK && X509_check_ca(x509) == 1) {
        error = assay_fail(reason, ASSAY_E_REFUSED,
                           "%s: this is an authority's certificate, not a print house's", path);
    }
    if (error == ASSAY_OK) {
        error = check_key(path, x509, reason);
    }
    if (error == ASSAY_OK && !is_for_messages(x509)) {
        error = assay_fail(reason, ASSAY_E_REFUSED,
                           "%s: the certificate is for another use: its extended key usage lacks "
                           "e-mail protection",
                           path);
    }
    return error;
}

enum assay_error assay_certificate_read(const char *path, int64_t now_unix_ms,
                                        struct assay_certificate **certificate,
                                        struct assay_reason *reason)
{
    FILE *file;
    enum assay_error error = open_file(path, &file, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char no_passphrase[] = "";
    X509 *x509 = PEM_read_X509(file, NULL, NULL, no_passphrase);
    fclose(file);
    struct assay_certificate *made = malloc(sizeof *made);
    if (x509 == NULL) {
        error = assay_fail(reason, ASSAY_E_SYNTAX, "%s: is no certificate in PEM", path);
    } else if (made == NULL) {
        error = assay_fail(reason, ASSAY_E_MEMORY, NULL);
    } else {
        error = check(path, x509, now_unix_ms, reason);
    }
    ERR_clear_error();
    if (error != ASSAY_OK) {
        X509_free(x509);
        free(made);
        return error;
    }
    made->x509 = x509;
    *certificate = made;
    return ASSAY_OK;
}

bool assay_certificate_same_key(const struct assay_certificate *a,
                                const struct assay_certificate *b)
{
    return EVP_PKEY_eq(X509_get0_pubkey(a->x509), X509_get0_pubkey(b->x509)) == 1;
}

void assay_certificate_free(struct assay_certificate *certificate)
{
    if (certificate != NULL) {
        X509_free(certificate->x509);
        free(certificate);
    }
}

enum assay_error assay_identity_read(const char *path, const char *passphrase,
                                     struct assay_identity **identity, struct assay_reason *reason)
{
    FILE *file;
    enum assay_error error = open_file(path, &file, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    /* Without a passphrase OpenSSL would ask at the terminal. */
    char none[] = "";
    void *secret = passphrase == NULL ? none : (void *)(uintptr_t)passphrase;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, secret);
    fclose(file);
    ERR_clear_error();
    struct assay_identity *made = key == NULL ? NULL : malloc(sizeof *made);
    if (made == NULL) {
        EVP_PKEY_free(key);
        return key == NULL
                   ? assay_fail(reason, ASSAY_E_PASSPHRASE,
                                "%s: is no private key in PEM, or its passphrase is another", path)
                   : assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    made->key = key;
    *identity = made;
    return ASSAY_OK;
}

void assay_identity_free(struct assay_identity *identity)
{
    if (identity != NULL) {
        EVP_PKEY_free(identity->key);
        free(identity);
    }
}
