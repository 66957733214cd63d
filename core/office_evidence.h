// SPDX-License-Identifier: Apache-2.0
/* The office's commands about evidence: items known to be genuine, sales, test purchases and the plans
 * for them. As the commands in office_command.h. */
#ifndef ASSAY_CORE_OFFICE_EVIDENCE_H
#define ASSAY_CORE_OFFICE_EVIDENCE_H

#include "core/evidence.h"
#include "core/office_command.h"

/** reference.import, sales.import {csv, replace}, test-purchase.import {csv, replace, plan}: a file
 *  (core/evidence_lines.h) becomes rows of the ledger, whole or not at all; one that was imported
 *  already adds nothing. */
ASSAY_MUST_CHECK enum assay_error
assay_office_reference_import(const struct assay_office_call *call, json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_sales_import(const struct assay_office_call *call,
                                                            json_t **result);
ASSAY_MUST_CHECK enum assay_error assay_office_purchase_import(const struct assay_office_call *call,
                                                               json_t **result);

/** reference.list {}: imports and counts. */
ASSAY_MUST_CHECK enum assay_error assay_office_reference_list(const struct assay_office_call *call,
                                                              json_t **result);
/** sales.list {sku, region, offset, limit}. */
ASSAY_MUST_CHECK enum assay_error assay_office_sales_list(const struct assay_office_call *call,
                                                          json_t **result);
/** test-purchase.list {sku, offset, limit}. */
ASSAY_MUST_CHECK enum assay_error assay_office_purchase_list(const struct assay_office_call *call,
                                                             json_t **result);
/** test-purchase.plan {count, seed, by, sku}: draws a plan and records it. */
ASSAY_MUST_CHECK enum assay_error assay_office_plan_draw(const struct assay_office_call *call,
                                                         json_t **result);
/** test-purchase.plans {}: plans, newest first, with how much of each was bought. */
ASSAY_MUST_CHECK enum assay_error assay_office_plan_list(const struct assay_office_call *call,
                                                         json_t **result);

/** What the ledger holds by now; the caller deinits it. */
ASSAY_MUST_CHECK enum assay_error assay_office_evidence(const struct assay_office_call *call,
                                                        struct assay_evidence *evidence);

/** Records of one import on their way: rows go to the ledger a group at a time. */
struct assay_office_rows {
    const struct assay_office_call *call;
    uint8_t *group;
    size_t len;
    uint32_t records;
    struct assay_record import; /* IMPORT, put last */
};

/** Begin with kind, rows and a fresh id. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_office_rows_begin(const struct assay_office_call *call,
                                                          enum assay_import_kind kind,
                                                          struct assay_office_rows *rows);
/** Add a record that bears rows->import.import.id. ASSAY_OK or what the store says. */
ASSAY_MUST_CHECK enum assay_error assay_office_rows_add(struct assay_office_rows *rows,
                                                        const struct assay_record *record);
/** Put the IMPORT: from here on they hold. ASSAY_OK; ASSAY_E_EXISTS; what the store says. */
ASSAY_MUST_CHECK enum assay_error assay_office_rows_commit(struct assay_office_rows *rows);
/** Free; the struct is the caller's. */
void assay_office_rows_end(struct assay_office_rows *rows);

/** An import as a row of a list. New reference, or NULL. */
json_t *assay_office_import_json(const struct assay_catalog_import *import);

#endif
