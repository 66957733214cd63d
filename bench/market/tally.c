// SPDX-License-Identifier: Apache-2.0
#include "bench/market/tally.h"

#include <stdlib.h>

#include "core/base.h"

#define WEEKS (MARKET_WEEKS_MAX + 2)

int64_t market_tally_period_ms(const struct market_world *world)
{
    double weeks = world->assumptions.period_weeks;
    if (weeks <= 0 || weeks > world->weeks) {
        weeks = world->weeks;
    }
    int64_t least_ms = (int64_t)world->weeks * MARKET_WEEK_MS / MARKET_PERIODS_MAX + 1;
    int64_t period_ms = (int64_t)(weeks * (double)MARKET_WEEK_MS);
    return period_ms > least_ms ? period_ms : least_ms;
}

uint32_t market_tally_periods(const struct market_world *world)
{
    int64_t period_ms = market_tally_period_ms(world);
    int64_t span_ms = world->history.end_ms - world->history.start_ms;
    return (uint32_t)((span_ms + period_ms - 1) / period_ms);
}

/* 1970-01-01 was a Thursday, so Mondays are 4 days off whole weeks since then. */
int64_t market_tally_first_monday(const struct market_world *world)
{
    int64_t since_ms = world->history.start_ms - 4 * MARKET_DAY_MS;
    return since_ms / MARKET_WEEK_MS * MARKET_WEEK_MS + 4 * MARKET_DAY_MS;
}

void market_tally_init(struct market_world *world)
{
    struct market_tally *tally = &world->tally;
    size_t cells = (size_t)world->product_count * world->geography.region_count;
    tally->strata = market_must(calloc(cells * market_tally_periods(world), sizeof *tally->strata));
    tally->units = market_must(calloc(cells * WEEKS, sizeof *tally->units));
    size_t most = (size_t)world->assumptions.test_purchases;
    tally->purchases = market_must(calloc(most + 1, sizeof *tally->purchases));
    tally->purchase_random = market_random_stream(world->seed, MARKET_STREAM_PURCHASES, 0, 0);
}

struct market_stratum *market_tally_stratum(const struct market_world *world, uint16_t product,
                                            uint16_t region, uint32_t period)
{
    size_t cell = (size_t)product * world->geography.region_count + region;
    return &world->tally.strata[cell * market_tally_periods(world) + period];
}

uint32_t *market_tally_units(const struct market_world *world, uint16_t product, uint16_t region,
                             uint32_t week)
{
    size_t cell = (size_t)product * world->geography.region_count + region;
    return &world->tally.units[cell * WEEKS + week];
}

static struct market_stratum *stratum_of(const struct market_world *world, uint16_t batch,
                                         uint16_t city, int64_t time_ms)
{
    int64_t since_ms = time_ms - world->history.start_ms;
    return market_tally_stratum(world, world->batches[batch].product,
                                world->geography.cities[city].region_index,
                                (uint32_t)(since_ms / market_tally_period_ms(world)));
}

/* Each item sold is as likely as any other to be among the purchases. */
static void purchase(struct market_world *world, const struct market_sale *sale)
{
    struct market_tally *tally = &world->tally;
    uint32_t most = (uint32_t)world->assumptions.test_purchases, slot = tally->purchase_count;
    tally->purchase_seen++;
    if (tally->purchase_count < most) {
        tally->purchase_count++;
    } else {
        double draw = market_random_unit(&tally->purchase_random) * (double)tally->purchase_seen;
        if (draw >= most) {
            return;
        }
        slot = (uint32_t)draw;
    }
    tally->purchases[slot] = (struct market_purchase){
        .time_ms = sale->time_ms,
        .code = (uint64_t)sale->batch << 32 | sale->index,
        .city = sale->city,
        .fake = market_is_fake(sale),
    };
}

void market_tally_sale(struct market_world *world, const struct market_sale *sale)
{
    struct market_batch *batch = &world->batches[sale->batch];
    int fake = market_is_fake(sale);
    stratum_of(world, sale->batch, sale->city, sale->time_ms)->sold[fake]++;
    int64_t middle_ms = (world->history.start_ms + world->history.end_ms) / 2;
    world->tally.sold[sale->time_ms >= middle_ms][fake]++;
    purchase(world, sale);
    if (fake) {
        batch->fakes++;
        return;
    }
    batch->sold_in_time++;
    batch->diverted_items += sale->diverted;
    int64_t week = (sale->time_ms - market_tally_first_monday(world)) / MARKET_WEEK_MS;
    (*market_tally_units(world, batch->product, world->geography.cities[sale->city].region_index,
                         (uint32_t)week))++;
}

void market_tally_scanned(struct market_world *world, const struct market_sale *sale,
                          const struct market_scan *first)
{
    int fake = market_is_fake(sale);
    stratum_of(world, sale->batch, sale->city, sale->time_ms)->scanned[fake]++;
    if (first->spot.city != MARKET_CITY_NONE) {
        stratum_of(world, sale->batch, first->spot.city, first->time_ms)->shown[fake]++;
    }
    if (fake) {
        struct market_clone *clone =
            market_clone_find(world, (uint64_t)sale->batch << 32 | sale->index);
        assay_assert(clone != NULL);
        clone->copies_scanned++;
    }
}

static struct market_clone *slot_of(const struct market_clones *clones, uint64_t code)
{
    size_t at = (size_t)market_random_mix(code) & (clones->capacity - 1);
    while (clones->slots[at].method != MARKET_METHOD_genuine && clones->slots[at].code != code) {
        at = (at + 1) & (clones->capacity - 1);
    }
    return &clones->slots[at];
}

struct market_clone *market_clone_find(const struct market_world *world, uint64_t code)
{
    if (world->clones.count == 0) {
        return NULL;
    }
    struct market_clone *slot = slot_of(&world->clones, code);
    return slot->method == MARKET_METHOD_genuine ? NULL : slot;
}

static void grow(struct market_clones *clones)
{
    struct market_clones larger = {.capacity = clones->capacity == 0 ? 1024 : clones->capacity * 2,
                                   .count = clones->count};
    larger.slots = market_must(calloc(larger.capacity, sizeof *larger.slots));
    for (size_t i = 0; i < clones->capacity; i++) {
        if (clones->slots[i].method != MARKET_METHOD_genuine) {
            *slot_of(&larger, clones->slots[i].code) = clones->slots[i];
        }
    }
    free(clones->slots);
    *clones = larger;
}

struct market_clone *market_clone_add(struct market_world *world, uint64_t code,
                                      enum market_method method)
{
    struct market_clones *clones = &world->clones;
    assay_assert(method != MARKET_METHOD_genuine);
    if (clones->count * 2 >= clones->capacity) {
        grow(clones);
    }
    struct market_clone *slot = slot_of(clones, code);
    if (slot->method != MARKET_METHOD_genuine) {
        return NULL;
    }
    clones->count++;
    *slot = (struct market_clone){.code = code, .method = (uint8_t)method};
    return slot;
}

void market_tally_deinit(struct market_world *world)
{
    free(world->clones.slots);
    free(world->tally.strata);
    free(world->tally.units);
    free(world->tally.purchases);
}
