// SPDX-License-Identifier: Apache-2.0
#include "bench/market/stock.h"

#include <string.h>

/* Of the items that leave the works, about this many are sold in time and old enough to be scanned;
 * only there to come near the number that was asked for. */
#define SCANNED_IN_TIME 0.98

static const char *country_of(const struct market_batch *batch)
{
    return batch->market[0] != '\0' ? batch->market : "CN";
}

static void ship(struct market_world *world, uint16_t at)
{
    const struct market_assumptions *a = &world->assumptions;
    struct market_batch *batch = &world->batches[at];
    struct market_random random = market_random_stream(world->seed, MARKET_STREAM_BATCH, at, 0);
    do {
        bool abroad = batch->market[0] == '\0' && market_random_chance(&random, a->abroad);
        uint16_t city =
            market_city_of_country(&world->geography, country_of(batch), abroad, &random);
        batch->regions[batch->region_count++] = world->geography.cities[city].region_index;
    } while (batch->region_count < a->batch_regions &&
             batch->region_count < MARKET_BATCH_REGIONS_MAX);
    batch->diverted = a->diversion > 0 && at % 2 == 0;
}

/* Batches of a product follow each other; late ones, if any, are activated when they leave. */
static void release(struct market_world *world, uint16_t product)
{
    const struct market_assumptions *a = &world->assumptions;
    uint32_t number = 0, count = 0;
    for (uint16_t i = 0; i < world->batch_count; i++) {
        count += world->batches[i].product == product;
    }
    for (uint16_t i = 0; i < world->batch_count; i++) {
        struct market_batch *batch = &world->batches[i];
        if (batch->product != product) {
            continue;
        }
        double weeks = a->release_weeks * number++ / count;
        batch->active_ms = world->history.start_ms;
        if (a->leak > 0 && i % 3 == 0) {
            batch->active_ms += (int64_t)(a->late_weeks * (double)MARKET_WEEK_MS);
        }
        batch->release_ms = world->history.start_ms + (int64_t)(weeks * (double)MARKET_WEEK_MS);
        if (batch->release_ms < batch->active_ms) {
            batch->release_ms = batch->active_ms;
        }
    }
}

bool market_stock_plan(struct market_world *world, uint64_t *needed)
{
    double total = 0, sold = world->items / world->assumptions.p_scan / SCANNED_IN_TIME;
    for (uint16_t i = 0; i < world->batch_count; i++) {
        total += world->batches[i].count;
    }
    *needed = (uint64_t)sold + 1;
    if (sold > total) {
        return false;
    }
    for (uint16_t i = 0; i < world->batch_count; i++) {
        struct market_batch *batch = &world->batches[i];
        batch->sold = (uint32_t)(batch->count * (sold / total));
        batch->sold += batch->sold == 0;
        ship(world, i);
    }
    for (uint16_t i = 0; i < world->product_count; i++) {
        release(world, i);
    }
    return true;
}

uint16_t market_stock_buyer(const struct market_world *world, uint16_t city,
                            struct market_random *random)
{
    if (!market_random_chance(random, world->assumptions.tourist)) {
        return city;
    }
    const char *country = world->geography.cities[city].country;
    bool abroad = market_random_chance(random, world->assumptions.travel_abroad);
    return market_city_of_country(&world->geography, country, abroad, random);
}

/* What all items of a carton share. */
static void sell_carton(const struct market_world *world, struct market_sale *sale)
{
    const struct market_assumptions *a = &world->assumptions;
    const struct market_batch *batch = &world->batches[sale->batch];
    uint32_t carton = sale->index / (uint32_t)(a->carton_items < 1 ? 1 : a->carton_items);
    struct market_random random =
        market_random_stream(world->seed, MARKET_STREAM_CARTON, sale->batch, carton);
    double weeks = a->batch_weeks * market_random_unit(&random);
    sale->arrival_ms = batch->release_ms + (int64_t)(weeks * (double)MARKET_WEEK_MS);
    uint16_t region = batch->regions[market_random_below(&random, batch->region_count)];
    sale->city = market_city_of_region(&world->geography, region, &random);
    if (batch->diverted && market_random_chance(&random, a->diversion)) {
        sale->city = market_city_of_country(&world->geography, country_of(batch), true, &random);
        sale->diverted = true;
    }
}

struct market_sale market_stock_sale(const struct market_world *world, uint16_t at, uint32_t index)
{
    const struct market_assumptions *a = &world->assumptions;
    const struct market_batch *batch = &world->batches[at];
    struct market_sale sale = {.batch = at, .index = index};
    sell_carton(world, &sale);
    struct market_random random = market_random_stream(world->seed, MARKET_STREAM_ITEM, at, index);
    double days = market_random_exponential(&random, a->shelf_days);
    sale.time_ms = sale.arrival_ms + (int64_t)(days * (double)MARKET_DAY_MS);
    if (batch->active_ms > world->history.start_ms && market_random_chance(&random, a->leak)) {
        double early = market_random_unit(&random);
        sale.time_ms = world->history.start_ms +
                       (int64_t)((double)(batch->active_ms - world->history.start_ms) * early);
        sale.early = true;
    }
    if (market_random_chance(&random, a->online)) {
        const char *country = world->geography.cities[sale.city].country;
        sale.city = market_city_of_country(&world->geography, country, false, &random);
    }
    sale.buyer = market_stock_buyer(world, sale.city, &random);
    return sale;
}

static uint32_t sold_of(const struct market_batch *batch, uint16_t product)
{
    return product == MARKET_PRODUCT_ANY || batch->product == product ? batch->sold : 0;
}

struct market_sale market_stock_random(const struct market_world *world, uint16_t product,
                                       struct market_random *random)
{
    uint64_t total = 0;
    for (uint16_t i = 0; i < world->batch_count; i++) {
        total += sold_of(&world->batches[i], product);
    }
    uint64_t draw = (uint64_t)(market_random_unit(random) * (double)total);
    uint16_t batch = 0;
    while (draw >= sold_of(&world->batches[batch], product)) {
        draw -= sold_of(&world->batches[batch], product);
        batch++;
    }
    return market_stock_sale(world, batch, (uint32_t)draw);
}

bool market_sale_in_time(const struct market_world *world, const struct market_sale *sale)
{
    return sale->time_ms >= world->history.start_ms && sale->time_ms < world->history.end_ms;
}
