// SPDX-License-Identifier: Apache-2.0
/* Certificates and private keys as files, made for tests. */
#ifndef ASSAY_TESTS_SUPPORT_CERTIFICATE_SUPPORT_H
#define ASSAY_TESTS_SUPPORT_CERTIFICATE_SUPPORT_H

#include <stdbool.h>

struct certificate_wish {
    int rsa_bits;            /* 0: an EC key on P-256 */
    long from_days, to_days; /* validity, counted from now */
    const char *usage;       /* of the key, as OpenSSL's configuration has it; NULL: not said */
    const char *extended;    /* likewise */
    bool authority;
    const char *passphrase; /* of the private key's file; NULL: none */
};

/** Write FOLDER/NAME.crt and FOLDER/NAME.key. */
void certificate_support_make(const char *folder, const char *name,
                              const struct certificate_wish *wish);

#endif
