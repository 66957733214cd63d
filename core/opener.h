// SPDX-License-Identifier: Apache-2.0
/* Opening many codes of many batches: which item each names, if it was ever issued. For imports; the
 * request path has the verifier's cache. One thread at a time. */
#ifndef ASSAY_CORE_OPENER_H
#define ASSAY_CORE_OPENER_H

#include "core/keyring.h"
#include "core/store.h"

/** Begins with store and keyring; the rest zero. */
struct assay_opener {
    const struct assay_store *store;
    const struct assay_keyring *keyring; /* its label key is open if codes are to be opened */
    struct assay_code_cipher **ciphers;  /* by slot of the batch */
    uint32_t count;
};

/** True if codes can be opened; items can be in any case. */
bool assay_opener_has_keys(const struct assay_opener *opener);

/** The item of a code that is well formed. facts, index: out, on ASSAY_OK alone.
 *  returns ASSAY_OK; ASSAY_E_CODE_UNKNOWN: never issued; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_opener_code(struct assay_opener *opener,
                                                    const struct assay_code_parts *parts,
                                                    const struct assay_batch_facts **facts,
                                                    uint32_t *index);

/** An item by handle and index. ASSAY_OK or ASSAY_E_CODE_UNKNOWN. */
ASSAY_MUST_CHECK enum assay_error assay_opener_item(const struct assay_opener *opener,
                                                    uint32_t handle, uint32_t index,
                                                    const struct assay_batch_facts **facts);

/** Wipe and free; the struct is the caller's. */
void assay_opener_deinit(struct assay_opener *opener);

#endif
