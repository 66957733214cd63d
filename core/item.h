// SPDX-License-Identifier: Apache-2.0
/* One item's state: what its ledger entries add up to. An item that was never scanned has no row.
 *
 * Invariants
 *  1. Only assay_item_apply_* change an item, from a record alone: the live path and replay are
 *     the same code, so a rebuilt state is the same state.
 *  2. last_position is the position of the last record applied; a record at or below it is skipped.
 */
#ifndef ASSAY_CORE_ITEM_H
#define ASSAY_CORE_ITEM_H

#include "core/risk_cells.h"

/* A row as stored: 33 bytes after one scan, at most this with every part. */
#define ASSAY_ITEM_ROW_MAX 160

struct assay_item {
    uint64_t last_position;   /* last record applied; 0 = empty item */
    uint64_t last_scan;       /* position of the last scan record */
    int64_t first_at_unix_ms; /* of the first scan on sale */
    uint64_t first_device;
    uint32_t first_place;
    uint32_t scans; /* on sale */
    uint32_t scans_before_sale;
    int64_t confirmed_at_unix_ms; /* first reveal; 0 = none */
    uint64_t confirmed_device;
    uint32_t confirmed_place;
    uint32_t wrong_pins;          /* since the last right one */
    int64_t wrong_pin_at_unix_ms; /* the last */
    uint64_t claim;               /* position of the claim record; 0 = not registered */
    int32_t claim_ends_on;        /* day number; only with a claim */
    int32_t find_day;             /* day of the failed look-ups below */
    uint8_t find_tries;
    int64_t last_at_unix_ms; /* of the last recorded scan */
    uint16_t minute_scans;   /* recorded scans in the minute of that one */
    struct assay_risk_state risk;
};

/** What risk needs to know of a scan beside its item and its record; as of before the scan. */
struct assay_item_scene {
    const struct assay_place *place; /* of the scan, as the ledger knows it */
    const char *market;              /* country of the batch; empty = not said */
    struct assay_risk_cells *cells;  /* surroundings; NULL = none */
    struct assay_risk_where where;   /* batch and product; country of the place */
    const struct assay_risk_table *table;
};

/** A scan as risk sees it; whether it reveals a PIN that another revealed is left open. */
void assay_item_risk_scan(const struct assay_scan_record *scan,
                          const struct assay_item_scene *scene, struct assay_risk_scan *risk_scan);

/** Take the scan into the item's risk: the first half of applying it, done while it is decided.
 *  Only for scans that count. scan: verdict, risk and number are not read.
 *  risk  out: what it says of the item with this scan. */
void assay_item_weigh_scan(struct assay_item *item, const struct assay_scan_record *scan,
                           const struct assay_item_scene *scene, struct assay_risk *risk);

/** The second half, for a scan that was weighed or does not count. */
void assay_item_apply_weighed(struct assay_item *item, const struct assay_scan_record *scan,
                              uint64_t position);

/** Apply a record of this item. No-op for a position at or below last_position. A scan's mass is
 *  taken from its record, whatever today's risk would say. threads: the item's owner. allocates:
 *  no. */
void assay_item_apply_scan(struct assay_item *item, const struct assay_scan_record *scan,
                           const struct assay_item_scene *scene, uint64_t position);
void assay_item_apply_claim(struct assay_item *item, const struct assay_claim_record *claim,
                            uint64_t position);
void assay_item_apply_find(struct assay_item *item, const struct assay_find_record *find,
                           uint64_t position);

/** Row of an item. data: out, ASSAY_ITEM_ROW_MAX bytes. returns the length. */
size_t assay_item_encode(const struct assay_item *item, uint8_t data[ASSAY_ITEM_ROW_MAX]);

/** Item of a row. ASSAY_OK or ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error assay_item_decode(const void *data, size_t len_bytes,
                                                    struct assay_item *item);

#endif
