// SPDX-License-Identifier: Apache-2.0
/* What a group of scans appends beside its scans. */
#include "core/store_private.h"

void assay_store_pass_put(struct assay_store_pass *pass, const struct assay_record *record)
{
    uint64_t position = pass->first + pass->at;
    size_t len_bytes = assay_record_encode(record, pass->session->buffer + pass->at,
                                           ASSAY_STORE_GROUP_BYTES - pass->at);
    assay_assert(len_bytes > 0);
    pass->at += len_bytes;
    pass->records++;
    enum assay_error error = record->type == ASSAY_RECORD_SUMMARY
                                 ? ASSAY_OK
                                 : assay_catalog_apply(pass->store->catalog, record, position);
    if (error != ASSAY_OK) {
        pass->error = error;
    }
}

/* A new place becomes a record of this group, ahead of the scan. */
uint32_t assay_store_pass_place(struct assay_store_pass *pass, const struct assay_place *place)
{
    struct assay_catalog *catalog = pass->store->catalog;
    struct assay_place fit = *place;
    uint32_t number = assay_catalog_place_fit(catalog, &fit);
    if (number != 0 || assay_place_is_empty(&fit)) {
        return number;
    }
    number = assay_catalog_place_count(catalog) + 1;
    struct assay_record record = {.type = ASSAY_RECORD_PLACE};
    record.place = (struct assay_place_record){number, fit};
    assay_store_pass_put(pass, &record);
    return number;
}
