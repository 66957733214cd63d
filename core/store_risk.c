// SPDX-License-Identifier: Apache-2.0
/* The surroundings of a scan, and how an item looks without one. */
#include <string.h>

#include "core/store_private.h"

static struct assay_risk_where where_of(const struct assay_batch_facts *facts,
                                        const char country[2])
{
    struct assay_risk_where where = {.batch = facts->slot, .product = facts->product};
    memcpy(where.country, country, sizeof where.country);
    return where;
}

void assay_store_prefetch(const struct assay_store *store, const struct assay_scan_request *request,
                          bool again)
{
    if (request->batch != NULL) {
        struct assay_risk_where where = where_of(request->batch, request->place.country);
        uint16_t tile = assay_risk_tile_of(&request->position, request->net);
        uint64_t key = assay_item_key_of(request->batch->handle, request->index);
        assay_overlay_prefetch(store->active, key, again);
        assay_risk_cells_prefetch(store->cells, &where, tile, again);
    }
}

struct assay_item_scene assay_store_scene(const struct assay_store *store,
                                          const struct assay_batch_facts *facts,
                                          const struct assay_place *place)
{
    struct assay_item_scene scene = {
        .place = place,
        .market = facts->market,
        .table = assay_catalog_risk_table(store->catalog),
        .cells = store->cells,
        .where = where_of(facts, place->country),
    };
    return scene;
}

static void weigh_by(const struct assay_store *store, const struct assay_batch_facts *facts,
                     const struct assay_item *item, const struct assay_risk_table *table,
                     struct assay_risk *risk)
{
    char country[2];
    assay_risk_state_country(&item->risk, country);
    struct assay_risk_where where = where_of(facts, country);
    struct assay_risk_around around;
    assay_risk_cells_around(store->cells, &where, &item->risk, &around);
    assay_risk_weigh(&item->risk, &around, table, false, risk);
}

void assay_store_weigh(const struct assay_store *store, const struct assay_batch_facts *facts,
                       const struct assay_item *item, struct assay_risk *risk)
{
    weigh_by(store, facts, item, assay_catalog_risk_table(store->catalog), risk);
}

enum assay_error assay_store_take_cells(struct assay_store *store,
                                        const struct assay_batch_facts *facts,
                                        const struct assay_scan_record *scan, uint64_t position)
{
    const struct assay_place *place = assay_catalog_place(store->catalog, scan->place);
    struct assay_risk_where where = where_of(facts, place->country);
    return assay_risk_cells_take(store->cells, &where, scan, position);
}

enum assay_error assay_store_item_risk_by(struct assay_store *store, uint64_t key,
                                          const struct assay_item *item,
                                          const struct assay_risk_table *table,
                                          struct assay_risk *risk)
{
    const struct assay_batch_facts *facts =
        assay_catalog_facts(store->catalog, assay_item_key_handle(key));
    if (facts == NULL) {
        return ASSAY_E_NOT_FOUND;
    }
    pthread_mutex_lock(&store->lock);
    weigh_by(store, facts, item, table != NULL ? table : assay_catalog_risk_table(store->catalog),
             risk);
    pthread_mutex_unlock(&store->lock);
    return ASSAY_OK;
}

enum assay_error assay_store_item_risk(struct assay_store *store, uint64_t key,
                                       const struct assay_item *item, struct assay_risk *risk)
{
    return assay_store_item_risk_by(store, key, item, NULL, risk);
}
