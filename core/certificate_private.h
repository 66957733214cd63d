// SPDX-License-Identifier: Apache-2.0
/* What certificate.c and envelope.c share; nobody else. */
#ifndef ASSAY_CORE_CERTIFICATE_PRIVATE_H
#define ASSAY_CORE_CERTIFICATE_PRIVATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/certificate.h"

struct assay_certificate {
    X509 *x509;
};

struct assay_identity {
    EVP_PKEY *key;
};

#endif
