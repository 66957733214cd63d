// SPDX-License-Identifier: Apache-2.0
/* A growing set of item keys (core/record.h), in memory. */
#ifndef ASSAY_CORE_KEY_SET_H
#define ASSAY_CORE_KEY_SET_H

#include "core/error.h"

/** Begins as all zero. */
struct assay_key_set {
    uint64_t *slots; /* open addressing; 0 = free */
    uint64_t mask;
    uint64_t count;
};

/** Add a key that is not 0. added: out, false if it was there. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_key_set_add(struct assay_key_set *set, uint64_t key,
                                                    bool *added);

/** True if the set holds the key. threads: readers beside no writer. */
bool assay_key_set_has(const struct assay_key_set *set, uint64_t key);

/** Free; the struct is the caller's. */
void assay_key_set_deinit(struct assay_key_set *set);

#endif
