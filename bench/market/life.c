// SPDX-License-Identifier: Apache-2.0
#include "bench/market/life.h"

#include "bench/market/people.h"
#include "bench/market/tally.h"

/* What the scans of one item share. */
struct life {
    struct market_world *world;
    const struct market_sale *sale;
    struct market_random *random;
    struct market_scan first; /* time_ms 0: none yet */
    bool pin;                 /* the next scan enters one */
};

static int64_t in_days(struct market_random *random, double mean_days)
{
    return (int64_t)(market_random_exponential(random, mean_days) * (double)MARKET_DAY_MS);
}

static struct market_scan scan_at(const struct life *life, int64_t time_ms, enum market_who who)
{
    return (struct market_scan){.time_ms = time_ms,
                                .batch = life->sale->batch,
                                .index = life->sale->index,
                                .item = life->sale->item,
                                .who = (uint8_t)who};
}

static void add(struct life *life, const struct market_scan *scan)
{
    struct market_batch *batch = &life->world->batches[scan->batch];
    if (market_history_add(&life->world->history, scan)) {
        batch->early_scans += scan->time_ms < batch->active_ms;
        if (life->first.time_ms == 0 || scan->time_ms < life->first.time_ms) {
            life->first = *scan;
        }
    }
}

static void add_machine(struct life *life, int64_t time_ms, enum market_who who)
{
    struct market_scan scan = scan_at(life, time_ms, who);
    scan.channel = who == MARKET_WHO_bot ? MARKET_CHANNEL_bot : MARKET_CHANNEL_preview;
    market_machine_scan(life->world, &scan, life->random);
    market_history_add(&life->world->history, &scan);
}

/* What the buyer reads under the cover, and types. */
static enum market_pin typed_pin(const struct life *life)
{
    const struct market_assumptions *a = &life->world->assumptions;
    if (!market_is_fake(life->sale)) {
        return MARKET_PIN_right;
    }
    const struct market_clone *clone =
        market_clone_find(life->world, (uint64_t)life->sale->batch << 32 | life->sale->index);
    bool copied =
        clone->method == MARKET_METHOD_refill || market_random_chance(life->random, a->pin_copied);
    return copied ? MARKET_PIN_right : MARKET_PIN_wrong;
}

static void enter_pin(struct life *life, struct market_scan *scan)
{
    life->pin = false;
    enum market_pin pin = typed_pin(life);
    if (market_random_chance(life->random, life->world->assumptions.pin_typing_error)) {
        scan->pin = MARKET_PIN_wrong;
        add(life, scan);
        scan->time_ms += 20000 + (int64_t)market_random_below(life->random, 60000);
    }
    scan->pin = (uint8_t)pin;
}

static void person_scans(struct life *life, struct market_person *person, int64_t time_ms,
                         uint16_t city)
{
    const struct market_assumptions *a = &life->world->assumptions;
    if (market_random_chance(life->random, a->preview)) {
        int64_t before_ms = 500 + (int64_t)market_random_below(life->random, 20000);
        add_machine(life, time_ms - before_ms, MARKET_WHO_preview);
    }
    struct market_scan scan =
        scan_at(life, time_ms, life->sale->item == 0 ? MARKET_WHO_genuine : MARKET_WHO_copy);
    market_person_scan(life->world, person, &scan, city, life->random);
    if (life->pin) {
        enter_pin(life, &scan);
    }
    add(life, &scan);
    if (market_random_chance(life->random, a->crawler)) {
        add_machine(life, time_ms + in_days(life->random, 10), MARKET_WHO_bot);
    }
}

/* From one scan of a person to the next. Within ten minutes it would be the same scan. */
static int64_t gap_ms(const struct life *life)
{
    const struct market_assumptions *a = &life->world->assumptions;
    int64_t least_ms = 10 * MARKET_MINUTE_MS;
    double draw = market_random_unit(life->random);
    if (draw < a->again_minutes) {
        return least_ms + in_days(life->random, 20.0 / 1440);
    }
    if (draw < a->again_minutes + a->again_days) {
        return least_ms + in_days(life->random, 2);
    }
    return least_ms + in_days(life->random,
                              draw < a->again_minutes + a->again_days + a->again_weeks ? 15 : 75);
}

/* Where a person is at a scan: commuters are away for a third of it, travellers now and then. */
static uint16_t whereabouts(const struct life *life, const struct market_person *person,
                            int64_t gap)
{
    if (gap > MARKET_DAY_MS &&
        market_random_chance(life->random, life->world->assumptions.travel)) {
        return market_journey(life->world, person->home, life->random);
    }
    if (gap > MARKET_HOUR_MS && market_random_chance(life->random, 1.0 / 3)) {
        return person->work;
    }
    return gap > MARKET_HOUR_MS || person->last_ms == 0 ? person->home : person->last_city;
}

/* A person's scans, from the first on. away: the city of a first scan made before going home. */
static void person_visits(struct life *life, struct market_person *person, int64_t time_ms,
                          uint16_t away)
{
    const struct market_assumptions *a = &life->world->assumptions;
    uint32_t extra = 0;
    if (market_random_chance(life->random, a->enthusiast)) {
        extra = market_random_count(life->random, a->enthusiast_scans);
    }
    uint16_t city = away;
    if (away == person->home) {
        city = whereabouts(life, person, 2 * MARKET_HOUR_MS);
    }
    person_scans(life, person, time_ms, city);
    while (time_ms < life->world->history.end_ms &&
           (extra > 0 || market_random_chance(life->random, a->again))) {
        extra -= extra > 0;
        int64_t gap = gap_ms(life);
        time_ms += gap;
        person_scans(life, person, time_ms, whereabouts(life, person, gap));
    }
}

static int64_t delay_ms(const struct life *life)
{
    const struct market_assumptions *a = &life->world->assumptions;
    double draw = market_random_unit(life->random);
    if (draw < a->first_at_once) {
        return in_days(life->random, a->first_hours / 24);
    }
    return in_days(life->random,
                   draw < a->first_at_once + a->first_soon ? a->first_days : a->first_late_days);
}

static void other_scans(struct life *life, uint16_t home, int64_t time_ms)
{
    struct market_person person = market_person_make(life->world, home, life->random);
    person_visits(life, &person, time_ms, home);
}

static void household_scans(struct life *life, const struct market_person *owner, int64_t time_ms)
{
    struct market_person person = market_person_make(life->world, owner->home, life->random);
    person.fixed_pool = owner->fixed_pool;
    person.own = owner->own;
    person_visits(life, &person, time_ms, owner->home);
}

static void owners_scan(struct life *life)
{
    const struct market_assumptions *a = &life->world->assumptions;
    struct market_random *random = life->random;
    const struct market_sale *sale = life->sale;
    struct market_person owner = market_person_make(life->world, sale->buyer, random);
    int64_t delay = delay_ms(life), first_ms = sale->time_ms + delay;
    life->pin = market_random_chance(random, a->pin);
    person_visits(life, &owner, first_ms, delay < 2 * MARKET_DAY_MS ? sale->city : owner.home);
    if (market_random_chance(random, a->household)) {
        household_scans(life, &owner, first_ms + gap_ms(life));
    }
    if (market_random_chance(random, a->friend)) {
        other_scans(life, owner.home, first_ms + in_days(random, 4));
    }
    if (market_random_chance(random, a->shared)) {
        uint16_t home = market_journey(life->world, owner.home, random);
        other_scans(life, home, first_ms + in_days(random, 1.0 / 24));
    }
    if (market_random_chance(random, a->gift)) {
        bool far = market_random_chance(random, a->gift_far);
        uint16_t home = far ? market_journey(life->world, owner.home, random) : owner.home;
        other_scans(life, home, first_ms + in_days(random, 10));
    }
    if (market_random_chance(random, a->resale)) {
        uint16_t home = market_journey(life->world, owner.home, random);
        other_scans(life, home, first_ms + in_days(random, 60));
    }
}

/* The shop's one phone, before the sale. */
static void shop_scans(struct life *life)
{
    const struct market_sale *sale = life->sale;
    int64_t before_ms = in_days(life->random, 2);
    int64_t time_ms = sale->time_ms - before_ms;
    const struct market_batch *batch = &life->world->batches[sale->batch];
    if (sale->early || time_ms < sale->arrival_ms || time_ms < batch->active_ms) {
        return;
    }
    uint64_t shop = sale->index / 40 % 8; /* a few shops a city */
    struct market_random own =
        market_random_stream(life->world->seed, MARKET_STREAM_SHOP, sale->city, shop);
    struct market_scan scan = scan_at(life, time_ms, MARKET_WHO_shop);
    scan.device = market_random_bits(&own) | 1;
    scan.net = MARKET_NET_fixed;
    scan.spot = life->world->geography.cities[sale->city]
                    .fixed[market_random_below(&own, MARKET_FIXED_POOLS)];
    add(life, &scan);
}

/* The maker of a fake tries out PINs, in vain, before it is sold. */
static void maker_tries(struct life *life)
{
    uint16_t home = life->sale->city;
    struct market_person maker = market_person_make(life->world, home, life->random);
    int64_t time_ms = life->sale->time_ms - in_days(life->random, 5);
    for (uint32_t i = 2 + market_random_count(life->random, 4); i > 0; i--) {
        struct market_scan scan = scan_at(life, time_ms, MARKET_WHO_grief);
        market_person_scan(life->world, &maker, &scan, home, life->random);
        scan.pin = MARKET_PIN_wrong;
        market_history_add(&life->world->history, &scan);
        time_ms += 15000 + (int64_t)market_random_below(life->random, 60000);
    }
}

void market_live(struct market_world *world, const struct market_sale *sale,
                 struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    struct life life = {.world = world, .sale = sale, .random = random};
    market_tally_sale(world, sale);
    if (market_random_chance(random, a->shop_scan)) {
        shop_scans(&life);
    }
    if (market_is_fake(sale) && a->pin > 0 && market_random_chance(random, a->pin_tried)) {
        maker_tries(&life);
    }
    double p_scan = a->p_scan * (market_is_fake(sale) ? a->rho : 1);
    if (market_random_chance(random, p_scan)) {
        owners_scan(&life);
    }
    if (life.first.time_ms != 0) {
        market_tally_scanned(world, sale, &life.first);
    }
}
