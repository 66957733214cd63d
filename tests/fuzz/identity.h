// SPDX-License-Identifier: Apache-2.0
/* A certificate and its private key, always the same, so that corpora stay good. */
#ifndef ASSAY_TESTS_FUZZ_IDENTITY_H
#define ASSAY_TESTS_FUZZ_IDENTITY_H

#include "core/certificate.h"

/** Made when it is first asked for, never freed. */
const struct assay_identity *fuzz_identity(void);
const struct assay_certificate *fuzz_certificate(void);

#endif
