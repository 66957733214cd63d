// SPDX-License-Identifier: Apache-2.0
/* The state's rows against a replay: items of one pass, and the catalog. Inside of core/check.c. */
#ifndef ASSAY_CORE_CHECK_ITEMS_H
#define ASSAY_CORE_CHECK_ITEMS_H

#include "core/catalog.h"
#include "core/item.h"
#include "core/risk_cells.h"
#include "core/state.h"

struct assay_check_items;

/** Items of pass `pass` of `passes`; the state holds the ledger up to state_position.
 *  NULL without memory. */
struct assay_check_items *assay_check_items_create(uint32_t pass, uint32_t passes,
                                                   uint64_t state_position);

/** Free; NULL is allowed. */
void assay_check_items_destroy(struct assay_check_items *items);

/** True if this pass looks after the item. */
bool assay_check_items_wants(const struct assay_check_items *items, uint64_t key);

/** Take the state's row of an item, before the replay. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_check_items_take_row(struct assay_check_items *items,
                                                             uint64_t key,
                                                             const struct assay_item *item);

/** One step of the replay. */
struct assay_check_step {
    uint64_t item;
    uint64_t position;
    const struct assay_record *record;    /* SCAN, CLAIM or FIND of this item */
    const struct assay_item_scene *scene; /* of a SCAN; as of this record */
};

/** Replay one record. ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CORRUPT with what is wrong, static. */
ASSAY_MUST_CHECK enum assay_error assay_check_items_apply(struct assay_check_items *items,
                                                          const struct assay_check_step *step,
                                                          const char **what);

/** How many items the pass has met. */
uint64_t assay_check_items_count(const struct assay_check_items *items);

/** After the replay: every row was met. ASSAY_OK or ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_check_items_finish(const struct assay_check_items *items,
                                                           const char *dir,
                                                           struct assay_reason *reason);

struct assay_check_catalog {
    const char *dir;
    struct assay_catalog *catalog;  /* the whole replay's; its rows are taken */
    struct assay_risk_cells *cells; /* likewise */
    struct assay_state_reader *snapshot;
    uint64_t state_position;
    uint32_t places; /* numbers up to here were given below state_position */
};

/** Compare the state's catalog rows with the replay's. rows: out, how many were compared.
 *  ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_MEMORY; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_check_catalog_rows(const struct assay_check_catalog *check,
                                                           uint64_t *rows,
                                                           struct assay_reason *reason);

#endif
