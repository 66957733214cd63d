// SPDX-License-Identifier: Apache-2.0
/* What keyring.c (files, signatures) and keyring_derive.c (derived keys) share; nobody else. */
#ifndef ASSAY_CORE_KEYRING_PRIVATE_H
#define ASSAY_CORE_KEYRING_PRIVATE_H

#include "core/keyring.h"

struct assay_keyring {
    unsigned open; /* bit set of 1 << enum assay_key_name */
    uint8_t secrets[ASSAY_KEY_NAMES][ASSAY_ROOT_KEY_LEN];
    bool of_batch[ASSAY_KEY_NAMES]; /* label, PIN: the key of one batch instead of the root */
    struct assay_batch_key batch[ASSAY_KEY_NAMES];
};

/** The open secret of this name: a root, or an Ed25519 seed. */
const uint8_t *assay_keyring_secret(const struct assay_keyring *keyring, enum assay_key_name name);

#endif
