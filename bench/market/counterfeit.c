// SPDX-License-Identifier: Apache-2.0
#include "bench/market/counterfeit.h"

#include <stdlib.h>

#include "bench/market/life.h"
#include "bench/market/stock.h"
#include "bench/market/tally.h"
#include "core/real.h"

/* Fewer fakes than this are not worth a ring of their own. */
#define RING_FAKES_MIN 30
#define RING_CITIES_MAX 32
#define RING_BATCHES_MAX 100
/* Codes drawn in vain before a ring gives up. */
#define TRIES_MAX 2000

struct ring {
    struct market_world *world;
    enum market_method method;
    uint16_t product;
    int64_t from_ms, to_ms;
    uint16_t batches[RING_BATCHES_MAX];
    uint32_t batch_count;
    uint16_t cities[RING_CITIES_MAX]; /* [0]: home */
    uint32_t city_count;
    uint64_t number; /* names its streams */
    struct market_random random;
};

static uint16_t home_region(const struct ring *ring)
{
    return ring->world->geography.cities[ring->cities[0]].region_index;
}

static void settle(struct ring *ring)
{
    const struct market_assumptions *a = &ring->world->assumptions;
    do {
        struct market_sale sale = market_stock_random(ring->world, ring->product, &ring->random);
        ring->cities[ring->city_count++] = sale.city;
    } while (ring->city_count < a->ring_cities && ring->city_count < RING_CITIES_MAX);
    do {
        struct market_sale sale = market_stock_random(ring->world, ring->product, &ring->random);
        ring->batches[ring->batch_count++] = sale.batch;
    } while (ring->batch_count < a->ring_batches && ring->batch_count < RING_BATCHES_MAX);
}

/* A code to copy, of an item that is in the shops well before the ring stops selling. */
static bool take_code(struct ring *ring, struct market_sale *genuine)
{
    const struct market_assumptions *a = &ring->world->assumptions;
    bool near = market_random_chance(&ring->random, a->ring_near);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        uint16_t batch = ring->batches[market_random_below(&ring->random, ring->batch_count)];
        uint32_t index = market_random_below(&ring->random, ring->world->batches[batch].sold);
        *genuine = market_stock_sale(ring->world, batch, index);
        uint16_t region = ring->world->geography.cities[genuine->city].region_index;
        bool here = region == home_region(ring) || !near || tries > TRIES_MAX / 20;
        if (here && genuine->arrival_ms < ring->to_ms - 3 * MARKET_WEEK_MS &&
            market_clone_add(ring->world, (uint64_t)batch << 32 | index, ring->method) != NULL) {
            return true;
        }
    }
    return false;
}

static uint32_t copies_of(struct ring *ring, uint32_t wanted)
{
    const struct market_assumptions *a = &ring->world->assumptions;
    if (ring->method == MARKET_METHOD_single || ring->method == MARKET_METHOD_refill) {
        return 1;
    }
    if (ring->method != MARKET_METHOD_mass) {
        double span = a->slow_copies_max - a->slow_copies_min + 1;
        double copies =
            a->slow_copies_min + market_random_unit(&ring->random) * (span < 1 ? 1 : span);
        return copies < 1 ? 1 : (uint32_t)copies;
    }
    double low = a->mass_copies_min < 1 ? 1 : a->mass_copies_min;
    double high = a->mass_copies_max < low ? low : a->mass_copies_max;
    double ratio = assay_real_log(high / low);
    uint32_t copies = (uint32_t)(low * assay_real_exp(ratio * market_random_unit(&ring->random)));
    return copies < wanted || wanted < low ? copies : wanted;
}

static uint16_t city_of_copy(struct ring *ring, const struct market_sale *genuine,
                             struct market_random *random)
{
    const struct market_assumptions *a = &ring->world->assumptions;
    const struct market_geography *geography = &ring->world->geography;
    double draw = market_random_unit(random);
    double home = a->ring_home, region = a->ring_region;
    if (ring->method == MARKET_METHOD_scattered) {
        return market_city_of_country(geography, geography->cities[ring->cities[0]].country, false,
                                      random);
    }
    if (ring->method == MARKET_METHOD_refill && draw < 0.5) {
        return genuine->city;
    }
    if (ring->method == MARKET_METHOD_mass) {
        home = a->mass_home;
        region = 0.2;
    }
    if (draw < home) {
        return ring->cities[0];
    }
    if (draw < home + region) {
        return market_city_of_region(geography, home_region(ring), random);
    }
    return ring->cities[market_random_below(random, ring->city_count)];
}

/* When the copies of one code are sold: code_weeks somewhere within the ring's time, after the
 * genuine item reached its shop. */
struct span {
    int64_t from_ms, to_ms;
};

static struct span span_of_code(struct ring *ring, const struct market_sale *genuine)
{
    int64_t from_ms = genuine->arrival_ms > ring->from_ms ? genuine->arrival_ms : ring->from_ms;
    int64_t room_ms = ring->to_ms - from_ms;
    int64_t span_ms = (int64_t)(ring->world->assumptions.code_weeks * (double)MARKET_WEEK_MS);
    span_ms = span_ms < room_ms ? span_ms : room_ms;
    from_ms += (int64_t)((double)(room_ms - span_ms) * market_random_unit(&ring->random));
    return (struct span){from_ms, from_ms + span_ms};
}

static int64_t time_of_copy(const struct ring *ring, const struct market_sale *genuine,
                            struct span span, struct market_random *random)
{
    if (ring->method == MARKET_METHOD_refill) {
        double days = 7 + market_random_exponential(random, ring->world->assumptions.refill_days);
        return genuine->time_ms + (int64_t)(days * (double)MARKET_DAY_MS);
    }
    return span.from_ms +
           (int64_t)((double)(span.to_ms - span.from_ms) * market_random_unit(random));
}

/* Sell a code's copies. returns how many of them within the time. */
static uint32_t sell_copies(struct ring *ring, const struct market_sale *genuine, uint32_t copies)
{
    struct span span = span_of_code(ring, genuine);
    uint32_t sold = 0;
    for (uint32_t i = 1; i <= copies; i++) {
        uint64_t code = (uint64_t)genuine->batch << 32 | genuine->index;
        struct market_random random =
            market_random_stream(ring->world->seed, MARKET_STREAM_COPY, code, i);
        struct market_sale sale = {.batch = genuine->batch, .index = genuine->index, .item = i};
        sale.city = city_of_copy(ring, genuine, &random);
        sale.time_ms = time_of_copy(ring, genuine, span, &random);
        sale.arrival_ms = sale.time_ms - MARKET_WEEK_MS;
        sale.buyer = market_stock_buyer(ring->world, sale.city, &random);
        if (sale.time_ms < ring->to_ms && market_sale_in_time(ring->world, &sale)) {
            market_live(ring->world, &sale, &random);
            sold++;
        }
    }
    market_clone_find(ring->world, (uint64_t)genuine->batch << 32 | genuine->index)->copies = sold;
    return sold;
}

static void run_ring(struct ring *ring, double fakes)
{
    ring->random = market_random_stream(ring->world->seed, MARKET_STREAM_RING, ring->number, 0);
    settle(ring);
    uint32_t left = (uint32_t)(fakes + market_random_unit(&ring->random));
    struct market_sale genuine;
    for (uint32_t empty = 0; left > 0 && empty < TRIES_MAX && take_code(ring, &genuine);) {
        uint32_t sold = sell_copies(ring, &genuine, copies_of(ring, left));
        left -= sold < left ? sold : left;
        empty = sold == 0 ? empty + 1 : 0;
    }
}

/* A half of the time, or all of it: its fakes by method and product. */
static void run_method(const struct ring *like, double fakes, const double *product_shares)
{
    struct market_world *world = like->world;
    for (uint16_t product = 0; product < world->product_count; product++) {
        double share = fakes * product_shares[product];
        uint32_t rings = (uint32_t)(share / RING_FAKES_MIN);
        rings = rings < world->assumptions.rings ? rings : (uint32_t)world->assumptions.rings;
        rings = rings < 1 ? 1 : rings;
        for (uint32_t i = 0; i < rings; i++) {
            struct ring ring = *like;
            ring.product = product;
            ring.number = like->number << 32 | (uint64_t)like->method << 24 | product << 12 | i;
            run_ring(&ring, share / rings);
        }
    }
}

/* Some products attract more fakes than others: their sales times a log-normal factor. */
static void share_out(const struct market_world *world, double shares[MARKET_PRODUCTS_MAX])
{
    struct market_random random =
        market_random_stream(world->seed, MARKET_STREAM_RING, UINT64_MAX, 0);
    double total = 0;
    for (uint16_t i = 0; i < world->product_count; i++) {
        double normals[2], sold = 0;
        market_random_normals(&random, normals);
        for (uint16_t k = 0; k < world->batch_count; k++) {
            sold += world->batches[k].product == i ? world->batches[k].sold_in_time : 0;
        }
        shares[i] = sold * assay_real_exp(world->assumptions.product_spread * normals[0]);
        total += shares[i];
    }
    for (uint16_t i = 0; i < world->product_count; i++) {
        shares[i] = total > 0 ? shares[i] / total : 0;
    }
}

static void run_phase(const struct ring *phase, double fake_share, uint64_t genuine)
{
    const struct market_assumptions *a = &phase->world->assumptions;
    const double mix[] = {
        [MARKET_METHOD_mass] = a->mix_mass,           [MARKET_METHOD_slow] = a->mix_slow,
        [MARKET_METHOD_scattered] = a->mix_scattered, [MARKET_METHOD_single] = a->mix_single,
        [MARKET_METHOD_refill] = a->mix_refill,
    };
    double total = a->mix_mass + a->mix_slow + a->mix_scattered + a->mix_single + a->mix_refill;
    double fakes = (double)genuine * fake_share / (1 - fake_share);
    double shares[MARKET_PRODUCTS_MAX];
    share_out(phase->world, shares);
    for (int method = MARKET_METHOD_mass; method <= MARKET_METHOD_refill; method++) {
        struct ring ring = *phase;
        ring.method = (enum market_method)method;
        if (mix[method] > 0) {
            run_method(&ring, fakes * mix[method] / total, shares);
        }
    }
}

void market_counterfeit(struct market_world *world)
{
    const struct market_assumptions *a = &world->assumptions;
    int64_t start_ms = world->history.start_ms, end_ms = world->history.end_ms;
    uint64_t sold[2] = {world->tally.sold[0][0], world->tally.sold[1][0]};
    if (a->fake_share_later < 0) {
        struct ring all = {.world = world, .from_ms = start_ms, .to_ms = end_ms, .number = 0};
        run_phase(&all, a->fake_share, sold[0] + sold[1]);
        return;
    }
    int64_t middle_ms = (start_ms + end_ms) / 2;
    struct ring first = {.world = world, .from_ms = start_ms, .to_ms = middle_ms, .number = 1};
    run_phase(&first, a->fake_share, sold[0]);
    struct ring second = {.world = world, .from_ms = middle_ms, .to_ms = end_ms, .number = 2};
    run_phase(&second, a->fake_share_later, sold[1]);
}
