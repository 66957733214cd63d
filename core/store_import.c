// SPDX-License-Identifier: Apache-2.0
/* Imports of evidence: rows, and which imports there are. */
#include "core/store_private.h"

enum assay_error assay_store_put_rows(struct assay_store_session *session, struct assay_span data,
                                      uint32_t records, uint64_t *position)
{
    struct assay_store *store = session->store;
    if (store->low_space) {
        return ASSAY_E_NO_SPACE;
    }
    pthread_mutex_lock(&store->lock);
    enum assay_error error =
        assay_ledger_append(store->ledger, data.data, data.len_bytes, records, position);
    pthread_mutex_unlock(&store->lock);
    return error;
}

static enum assay_error give(const struct assay_catalog_import *known,
                             struct assay_catalog_import *import)
{
    if (known == NULL) {
        return ASSAY_E_NOT_FOUND;
    }
    *import = *known;
    return ASSAY_OK;
}

enum assay_error assay_store_import(struct assay_store *store, enum assay_import_kind kind,
                                    const uint8_t sha256[ASSAY_SHA256_LEN],
                                    struct assay_catalog_import *import)
{
    pthread_mutex_lock(&store->lock);
    enum assay_error error = give(assay_catalog_import_find(store->catalog, kind, sha256), import);
    pthread_mutex_unlock(&store->lock);
    return error;
}

enum assay_error assay_store_import_at(struct assay_store *store, uint32_t number,
                                       struct assay_catalog_import *import)
{
    pthread_mutex_lock(&store->lock);
    enum assay_error error = give(assay_catalog_import_at(store->catalog, number), import);
    pthread_mutex_unlock(&store->lock);
    return error;
}
