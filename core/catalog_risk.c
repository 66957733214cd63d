// SPDX-License-Identifier: Apache-2.0
/* The table of risk that is in force: the built-in one until a CALIBRATION record says otherwise. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

const struct assay_calibration *assay_catalog_calibration(const struct assay_catalog *catalog)
{
    return atomic_load_explicit(&catalog->calibration.current, memory_order_acquire);
}

const struct assay_risk_table *assay_catalog_risk_table(const struct assay_catalog *catalog)
{
    const struct assay_calibration *current = assay_catalog_calibration(catalog);
    return current != NULL ? &current->table : assay_risk_table_default();
}

enum assay_error assay_catalog_check_calibration(const struct assay_calibration_record *record,
                                                 struct assay_reason *reason)
{
    struct assay_risk_table table;
    enum assay_error error =
        assay_risk_table_decode(record->table.data, record->table.len_bytes, &table);
    return error == ASSAY_OK
               ? ASSAY_OK
               : assay_fail(reason, error == ASSAY_E_CORRUPT ? ASSAY_E_FIELD : error, "table: %s",
                            error == ASSAY_E_VERSION ? "it is of another version of this program"
                                                     : "it is not whole or out of range");
}

enum assay_error assay_catalog_set_calibration(struct assay_catalog *catalog,
                                               const struct assay_calibration_record *record,
                                               struct assay_catalog_mark mark)
{
    struct assay_calibration *version = malloc(sizeof *version);
    if (version == NULL) {
        return ASSAY_E_MEMORY;
    }
    enum assay_error error =
        assay_risk_table_decode(record->table.data, record->table.len_bytes, &version->table);
    if (error == ASSAY_OK) {
        error = assay_catalog_retire(catalog, catalog->calibration.current);
    }
    if (error != ASSAY_OK) {
        free(version);
        return error;
    }
    version->at_unix_ms = record->at_unix_ms;
    version->position = mark.position;
    memcpy(version->actor, record->actor, sizeof version->actor);
    mark.created =
        catalog->calibration.current == NULL ? mark.created : catalog->calibration.mark.created;
    atomic_store_explicit(&catalog->calibration.current, version, memory_order_release);
    catalog->calibration.mark = mark;
    return ASSAY_OK;
}
