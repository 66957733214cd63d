// SPDX-License-Identifier: Apache-2.0
/* What happened to the items of each batch and product in each country, and in each tile of one
 * degree by one degree: the surroundings of a scan.
 *
 * Invariants
 *  1. Changed by scan records alone, so that they can be had from the ledger without the items: a
 *     first scan adds one item, each scan that counts adds its capped mass, to the cells of its
 *     batch and product in its place's country, and in its tile if it has one. A country that is
 *     not known is a country of its own.
 *  2. A cell knows the position of its last record; a record at or below it is skipped.
 *  3. Bounded: from ASSAY_RISK_CELLS_MAX less ASSAY_RISK_CELLS_OTHER cells on, countries new to a
 *     batch or product share its cell of the country "ZZ", for which there is always room. Cells
 *     are never forgotten, so the ledger's order alone says which countries those are. Tiles have
 *     room of their own; new ones beyond it are not kept.
 *  4. A day adds only so much mass to a cell (core/risk_cells.c): whoever scans a shelf to spoil its
 *     codes does it in a day, copies are sold over weeks.
 * Not locked: the store's lock guards them.
 */
#ifndef ASSAY_CORE_RISK_CELLS_H
#define ASSAY_CORE_RISK_CELLS_H

#include "core/record.h"

struct assay_risk_cells;

/** Whose cells: the scan's batch and product, in the country of its place. */
struct assay_risk_where {
    uint32_t batch;   /* its slot */
    uint32_t product; /* its number in order of creation */
    char country[2];  /* zeros = not known */
};

/** No cells yet; the caller's to destroy. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_risk_cells_create(struct assay_risk_cells **cells);
/** Free; NULL is allowed. */
void assay_risk_cells_destroy(struct assay_risk_cells *cells);

/** The surroundings of an item as they are now: its batch and product in the country, and in the
 *  tiles of its anchors; empty where nothing happened. The last place is left without a tile. */
void assay_risk_cells_around(struct assay_risk_cells *cells, const struct assay_risk_where *where,
                             const struct assay_risk_state *state,
                             struct assay_risk_around *around);

/** The cells of place->tile. */
void assay_risk_cells_at(const struct assay_risk_cells *cells, const struct assay_risk_where *where,
                         struct assay_risk_place *place);

/** Have the cells of a scan at hand soon: their places in the index, and when asked again the cells.
 *  tile: or ASSAY_RISK_TILE_NONE. */
void assay_risk_cells_prefetch(const struct assay_risk_cells *cells,
                               const struct assay_risk_where *where, uint16_t tile, bool again);

/** Take a scan's record in, of `position`. Quick if its surroundings were looked up last.
 *  ASSAY_OK; ASSAY_E_MEMORY: a cell is not counted, end the process. */
ASSAY_MUST_CHECK enum assay_error assay_risk_cells_take(struct assay_risk_cells *cells,
                                                        const struct assay_risk_where *where,
                                                        const struct assay_scan_record *scan,
                                                        uint64_t position);

/** How many cells there are. */
uint32_t assay_risk_cells_count(const struct assay_risk_cells *cells);

/* -- rows of the state store, beside the catalog's (docs/FORMAT.md, section 8) -- */

#define ASSAY_RISK_CELLS_KIND 'R'

/** Encode each cell that changed since the last call and mark it clean. key and value are borrowed
 *  for the call of `put`. */
void assay_risk_cells_take_dirty(struct assay_risk_cells *cells,
                                 void (*put)(void *context, struct assay_span key,
                                             struct assay_span value),
                                 void *context);

/** Take one row in. ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_FULL; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_risk_cells_load(struct assay_risk_cells *cells,
                                                        struct assay_span key,
                                                        struct assay_span value);

#endif
