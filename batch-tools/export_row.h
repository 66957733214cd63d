// SPDX-License-Identifier: Apache-2.0
/* One record of the ledger as lines of an export. */
#ifndef ASSAY_BATCH_TOOLS_EXPORT_ROW_H
#define ASSAY_BATCH_TOOLS_EXPORT_ROW_H

#include <jansson.h>

#include "core/catalog.h"

/** Names of the columns, in order. */
extern const char *const assay_export_columns[];
extern const size_t assay_export_column_count;

struct assay_export_source {
    const struct assay_record *record;
    uint64_t position;
    const struct assay_catalog *catalog; /* as of this record */
};

/** True if the record changes the catalog. */
bool assay_export_is_catalog(enum assay_record_type type);

/** How many lines a record makes: one, but a summary one a count. */
uint32_t assay_export_lines(const struct assay_record *record);

/** One line: an object with every column, null where it does not apply. NULL without memory. */
json_t *assay_export_line(const struct assay_export_source *source, uint32_t number);

#endif
