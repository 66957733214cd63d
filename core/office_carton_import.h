// SPDX-License-Identifier: Apache-2.0
/* An import under way: what office_carton_import.c (reads, checks) and office_carton_pack.c (writes)
 * share; nobody else. */
#ifndef ASSAY_CORE_OFFICE_CARTON_IMPORT_H
#define ASSAY_CORE_OFFICE_CARTON_IMPORT_H

#include "core/carton_lines.h"
#include "core/office_carton.h"
#include "core/opener.h"

/* Records of one group of the ledger, without the group's header. */
#define ASSAY_IMPORT_GROUP_BYTES (ASSAY_LEDGER_GROUP_BYTES_MAX - 64)
struct assay_carton_import {
    const struct assay_office_call *call;
    int64_t extension;
    struct assay_opener opener;
    struct assay_carton_lines lines;
    uint32_t *numbers;  /* of units, by parent */
    uint32_t *starts;   /* by parent: where its children begin in `children`; one more at the end */
    uint64_t *children; /* items by key, or cartons by number; ascending within a parent */
    struct assay_unit_table table;
    struct assay_unit_meta meta;
    struct assay_batch batch; /* the one that was asked for last; handle 0 = none */
    uint8_t *group;           /* ASSAY_IMPORT_GROUP_BYTES */
    size_t group_len;
    uint32_t group_packs;
    struct assay_record packed;
};

/** Refuse, for what stands in a line. */
enum assay_error assay_import_refuse(const struct assay_carton_import *import, uint32_t line,
                                     enum assay_error error, const char *what);

/** Write what was checked to the ledger and apply it; the cartons' lock is held.
 *  ASSAY_OK or what the store says, with a reason. */
ASSAY_MUST_CHECK enum assay_error assay_import_write(struct assay_carton_import *import);

#endif
