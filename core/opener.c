// SPDX-License-Identifier: Apache-2.0
#include "core/opener.h"

#include <stdlib.h>
#include <string.h>

bool assay_opener_has_keys(const struct assay_opener *opener)
{
    return opener->keyring != NULL && assay_keyring_has(opener->keyring, ASSAY_KEY_LABEL);
}

static enum assay_error make_slot(struct assay_opener *opener, uint32_t slot)
{
    if (slot < opener->count) {
        return ASSAY_OK;
    }
    uint32_t count = 2 * slot + 16;
    struct assay_code_cipher **wider = reallocarray(opener->ciphers, count, sizeof *wider);
    if (wider == NULL) {
        return ASSAY_E_MEMORY;
    }
    memset(wider + opener->count, 0, (count - opener->count) * sizeof *wider);
    opener->ciphers = wider;
    opener->count = count;
    return ASSAY_OK;
}

static enum assay_error cipher_of(struct assay_opener *opener,
                                  const struct assay_batch_facts *facts,
                                  struct assay_code_cipher **cipher)
{
    enum assay_error error = make_slot(opener, facts->slot);
    if (error == ASSAY_OK && opener->ciphers[facts->slot] == NULL) {
        struct assay_batch_keys keys;
        assay_keyring_batch_keys(opener->keyring, facts->epoch, facts->handle, &keys);
        error = assay_code_cipher_create(&keys, NULL, &opener->ciphers[facts->slot]);
        assay_bytes_wipe(&keys, sizeof keys);
    }
    if (error == ASSAY_OK) {
        *cipher = opener->ciphers[facts->slot];
    }
    return error;
}

enum assay_error assay_opener_code(struct assay_opener *opener,
                                   const struct assay_code_parts *parts,
                                   const struct assay_batch_facts **facts, uint32_t *index)
{
    assay_assert(assay_opener_has_keys(opener));
    const struct assay_batch_facts *found = assay_store_batch_facts(opener->store, parts->handle);
    if (found == NULL) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    struct assay_code_cipher *cipher = NULL;
    uint32_t opened = 0;
    enum assay_error error = cipher_of(opener, found, &cipher);
    error = error != ASSAY_OK ? error : assay_code_open(cipher, parts, &opened);
    if (error != ASSAY_OK) {
        return error;
    }
    if (opened >= found->count) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *facts = found;
    *index = opened;
    return ASSAY_OK;
}

enum assay_error assay_opener_item(const struct assay_opener *opener, uint32_t handle,
                                   uint32_t index, const struct assay_batch_facts **facts)
{
    const struct assay_batch_facts *found = assay_store_batch_facts(opener->store, handle);
    if (found == NULL || index >= found->count) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    *facts = found;
    return ASSAY_OK;
}

void assay_opener_deinit(struct assay_opener *opener)
{
    for (uint32_t slot = 0; slot < opener->count; slot++) {
        assay_code_cipher_destroy(opener->ciphers[slot]);
    }
    free(opener->ciphers);
    *opener = (struct assay_opener){0};
}
