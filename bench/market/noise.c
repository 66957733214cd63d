// SPDX-License-Identifier: Apache-2.0
#include "bench/market/noise.h"

#include <string.h>

#include "bench/market/people.h"
#include "bench/market/stock.h"
#include "bench/market/tally.h"
#include "core/base32.h"

/* A whole number of events with this mean. */
static uint32_t events(double mean, struct market_random *random)
{
    return (uint32_t)(mean + market_random_unit(random));
}

static uint64_t all_sold(const struct market_world *world)
{
    return world->tally.sold[0][0] + world->tally.sold[1][0];
}

static struct market_sale any_item(const struct market_world *world, struct market_random *random)
{
    return market_stock_random(world, MARKET_PRODUCT_ANY, random);
}

/* One griefer: a run of codes, each a few times, within some hours; on a few phones or on none. */
struct griefer {
    struct market_person people[8];
    uint32_t devices; /* 0: no cookie */
    int64_t time_ms;
};

static void grief_code(struct market_world *world, struct griefer *griefer, uint16_t batch,
                       uint32_t index, struct market_random *random)
{
    market_clone_add(world, (uint64_t)batch << 32 | index, MARKET_METHOD_grief);
    uint32_t scans = 1 + market_random_count(random, world->assumptions.grief_scans - 1);
    for (uint32_t i = 0; i < scans; i++) {
        uint32_t phone = griefer->devices > 1 ? market_random_below(random, griefer->devices) : 0;
        struct market_scan scan = {
            .time_ms = griefer->time_ms, .batch = batch, .index = index, .who = MARKET_WHO_grief};
        struct market_person *person = &griefer->people[phone];
        market_person_scan(world, person, &scan, person->home, random);
        scan.device = griefer->devices == 0 ? 0 : scan.device;
        market_history_add(&world->history, &scan);
        griefer->time_ms += 3000 + (int64_t)market_random_below(random, 40000);
    }
}

static void grief(struct market_world *world, struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    struct market_sale shelf = any_item(world, random);
    bool abroad = market_random_chance(random, a->grief_abroad);
    uint16_t home =
        abroad ? market_city_of_country(&world->geography, "CN", true, random) : shelf.city;
    struct griefer griefer = {.time_ms = shelf.time_ms};
    uint32_t most = a->grief_devices < 1   ? 1
                    : a->grief_devices > 8 ? 8
                                           : (uint32_t)a->grief_devices;
    griefer.devices =
        market_random_below(random, 3) == 0 ? 0 : 1 + market_random_below(random, most);
    for (int i = 0; i < 8; i++) {
        griefer.people[i] = market_person_make(world, home, random);
    }
    for (uint32_t i = 0; i < a->grief_codes; i++) {
        uint32_t index = shelf.index + i;
        if (index < world->batches[shelf.batch].sold) {
            grief_code(world, &griefer, shelf.batch, index, random);
        }
    }
}

static void go_viral(struct market_world *world, struct market_random *random)
{
    struct market_sale shown = any_item(world, random);
    const char *country = world->geography.cities[shown.city].country;
    market_clone_add(world, (uint64_t)shown.batch << 32 | shown.index, MARKET_METHOD_viral);
    for (uint32_t i = 0; i < world->assumptions.viral_scans; i++) {
        bool abroad = market_random_chance(random, 0.1);
        uint16_t home = market_city_of_country(&world->geography, country, abroad, random);
        struct market_person person = market_person_make(world, home, random);
        double days = market_random_exponential(random, 3);
        struct market_scan scan = {.time_ms =
                                       shown.time_ms + (int64_t)(days * (double)MARKET_DAY_MS),
                                   .batch = shown.batch,
                                   .index = shown.index,
                                   .who = MARKET_WHO_viral};
        market_person_scan(world, &person, &scan, home, random);
        market_history_add(&world->history, &scan);
    }
}

static bool handle_is_known(const struct market_world *world, uint32_t bits)
{
    char text[7] = "";
    assay_base32_put(bits, 6, text);
    for (uint16_t i = 0; i < world->batch_count; i++) {
        if (strcmp(world->batches[i].handle, text) == 0) {
            return true;
        }
    }
    return false;
}

/* A code that nobody issued: an unknown handle, or an index beyond a batch's count. */
static struct market_scan invent(const struct market_world *world, struct market_random *random)
{
    struct market_scan scan = {.who = MARKET_WHO_invented};
    scan.batch = (uint16_t)market_random_below(random, world->batch_count);
    uint32_t count = world->batches[scan.batch].count;
    scan.index = market_random_below(random, 1u << 24);
    if (market_random_chance(random, 0.5) && scan.index >= count) {
        return scan;
    }
    scan.batch = MARKET_BATCH_UNKNOWN;
    do {
        scan.item = 1 + market_random_below(random, (1u << 30) - 1);
    } while (handle_is_known(world, scan.item));
    return scan;
}

/* Fakes with invented codes: a few of each code, scanned by buyers anywhere. */
static void sell_invented(struct market_world *world, struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    double left = (double)world->history.count * a->invented / (1 - a->invented);
    while (left >= 1) {
        struct market_scan like = invent(world, random);
        for (uint32_t i = 1 + market_random_count(random, 2); i > 0 && left >= 1; i--, left--) {
            struct market_sale sale = any_item(world, random);
            struct market_person person = market_person_make(world, sale.buyer, random);
            struct market_scan scan = like;
            scan.time_ms = sale.time_ms + MARKET_DAY_MS;
            market_person_scan(world, &person, &scan, sale.buyer, random);
            market_history_add(&world->history, &scan);
        }
    }
}

static void guess_by_bot(struct market_world *world, struct market_random *random)
{
    struct market_scan from = {.device = 0};
    market_machine_scan(world, &from, random);
    int64_t time_ms = any_item(world, random).arrival_ms;
    for (uint32_t i = 0; i < world->assumptions.invented_bot; i++) {
        struct market_scan scan = invent(world, random);
        scan.spot = from.spot;
        scan.net = from.net;
        scan.time_ms = time_ms;
        market_history_add(&world->history, &scan);
        time_ms += 200 + (int64_t)market_random_below(random, 2000);
    }
}

void market_noise(struct market_world *world)
{
    const struct market_assumptions *a = &world->assumptions;
    struct market_random random = market_random_stream(world->seed, MARKET_STREAM_NOISE, 0, 0);
    double sold = (double)all_sold(world);
    for (uint32_t n = a->grief > 0 ? events(a->grief * sold / 1e4, &random) : 0; n > 0; n--) {
        grief(world, &random);
    }
    for (uint32_t n = a->viral > 0 ? events(a->viral * sold / 1e5, &random) : 0; n > 0; n--) {
        go_viral(world, &random);
    }
    if (a->invented > 0 && a->invented < 1) {
        sell_invented(world, &random);
    }
    guess_by_bot(world, &random);
}
