// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificate_support.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "core/base.h"

#define DAY_SECONDS 86400l

static void extend(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension =
        value == NULL ? NULL : X509V3_EXT_conf_nid(NULL, NULL, nid, (char *)(uintptr_t)value);
    assay_assert(value == NULL || extension != NULL);
    if (extension != NULL) {
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
}

static X509 *make(EVP_PKEY *key, const struct certificate_wish *wish)
{
    X509 *x509 = X509_new();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), wish->from_days * DAY_SECONDS);
    X509_gmtime_adj(X509_getm_notAfter(x509), wish->to_days * DAY_SECONDS);
    X509_set_pubkey(x509, key);
    X509_NAME *name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"print house", -1,
                               -1, 0);
    X509_set_issuer_name(x509, name);
    extend(x509, NID_key_usage, wish->usage);
    extend(x509, NID_ext_key_usage, wish->extended);
    extend(x509, NID_basic_constraints, wish->authority ? "critical,CA:TRUE" : NULL);
    int signed_len = X509_sign(x509, key, EVP_sha256());
    assay_assert(signed_len > 0);
    return x509;
}

void certificate_support_make(const char *folder, const char *name,
                              const struct certificate_wish *wish)
{
    char path[512];
    EVP_PKEY *key = wish->rsa_bits != 0
                        ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)wish->rsa_bits)
                        : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    assay_assert(key != NULL);
    X509 *x509 = make(key, wish);
    snprintf(path, sizeof path, "%s/%s.crt", folder, name);
    FILE *file = fopen(path, "we");
    assay_assert(file != NULL);
    PEM_write_X509(file, x509);
    fclose(file);
    snprintf(path, sizeof path, "%s/%s.key", folder, name);
    file = fopen(path, "we");
    assay_assert(file != NULL);
    const char *passphrase = wish->passphrase;
    PEM_write_PKCS8PrivateKey(file, key, passphrase == NULL ? NULL : EVP_aes_256_cbc(), passphrase,
                              passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL);
    fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key);
}
