// SPDX-License-Identifier: Apache-2.0
#include "bench/market/people.h"

#include <string.h>

#include "core/real.h"

static uint64_t new_device(struct market_random *random)
{
    return market_random_bits(random) | 1;
}

static struct market_spot true_spot(const struct market_world *world, uint16_t city,
                                    struct market_random *random)
{
    double off_km = 12 * assay_real_sqrt(market_random_unit(random));
    struct market_spot spot = market_spot_near(&world->geography, city, off_km, random);
    spot.accuracy_m = 10 + market_random_below(random, 90);
    return spot;
}

struct market_person market_person_make(const struct market_world *world, uint16_t home,
                                        struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    const struct market_city *city = &world->geography.cities[home];
    struct market_person person = {.home = home, .work = home};
    if (market_random_chance(random, a->commuter)) {
        person.work = city->near[market_random_below(random, 2)];
    }
    person.fixed_pool = (uint16_t)market_random_below(random, MARKET_FIXED_POOLS);
    person.wechat = strcmp(city->country, "CN") == 0 && market_random_chance(random, a->wechat);
    person.cookieless = !person.wechat && market_random_chance(random, a->cookieless);
    person.vpn = market_random_chance(random, a->vpn);
    person.gps = market_random_chance(random, a->gps);
    person.own = true_spot(world, home, random);
    person.device = new_device(random);
    return person;
}

uint16_t market_journey(const struct market_world *world, uint16_t home,
                        struct market_random *random)
{
    const char *country = world->geography.cities[home].country;
    bool abroad = market_random_chance(random, world->assumptions.travel_abroad);
    if (!abroad && world->geography.cities[home].near[0] == home) {
        abroad = true; /* a country of one city */
    }
    return market_city_of_country(&world->geography, country, abroad, random);
}

/* The cookie may be lost since the last scan; some scans are made with the other phone. */
static uint64_t device_of(const struct market_world *world, struct market_person *person,
                          int64_t time_ms, struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    if (person->cookieless) {
        return 0;
    }
    int64_t gap_ms = person->last_ms == 0 ? 0 : time_ms - person->last_ms;
    if (gap_ms > 0) {
        double loss = gap_ms < MARKET_DAY_MS ? a->cookie_loss_soon : a->cookie_loss_late;
        if (market_random_chance(random, person->wechat ? loss / 2 : loss)) {
            person->device = new_device(random);
        }
    }
    if (gap_ms > MARKET_HOUR_MS && market_random_chance(random, a->second_device)) {
        person->other_device =
            person->other_device != 0 ? person->other_device : new_device(random);
        return person->other_device;
    }
    return person->device;
}

void market_machine_scan(const struct market_world *world, struct market_scan *scan,
                         struct market_random *random)
{
    const struct market_geography *geography = &world->geography;
    uint16_t city = market_hub(geography, random);
    scan->spot = geography->cities[city].fixed[market_random_below(random, MARKET_FIXED_POOLS)];
    scan->net = MARKET_NET_hosting;
    scan->device = 0;
}

static void anonymous_spot(const struct market_world *world, struct market_scan *scan,
                           struct market_random *random)
{
    market_machine_scan(world, scan, random);
    scan->net = MARKET_NET_anon;
}

/* Which network, and where it shows the phone. Abroad, mobile networks show the home country. */
static void connect(const struct market_world *world, struct market_person *person,
                    struct market_scan *scan, uint16_t city, struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    const struct market_city *here = &world->geography.cities[city];
    const struct market_city *home = &world->geography.cities[person->home];
    if (market_random_chance(random, a->fixed)) {
        uint32_t pool = city == person->home ? person->fixed_pool
                                             : market_random_below(random, MARKET_FIXED_POOLS);
        scan->net = MARKET_NET_fixed;
        scan->spot = here->fixed[pool];
    } else {
        const struct market_city *serving = strcmp(here->country, home->country) == 0 ? here : home;
        scan->net = MARKET_NET_mobile;
        scan->spot = serving->mobile[market_random_below(random, MARKET_MOBILE_POOLS)];
    }
    if (market_random_chance(random, a->net_unknown)) {
        scan->net = MARKET_NET_unknown;
    }
}

void market_person_scan(const struct market_world *world, struct market_person *person,
                        struct market_scan *scan, uint16_t city, struct market_random *random)
{
    const struct market_assumptions *a = &world->assumptions;
    scan->device = device_of(world, person, scan->time_ms, random);
    scan->channel = person->wechat                         ? MARKET_CHANNEL_wechat
                    : market_random_chance(random, a->api) ? MARKET_CHANNEL_api
                                                           : MARKET_CHANNEL_browser;
    bool soon = person->last_ms != 0 && scan->time_ms - person->last_ms < MARKET_HOUR_MS &&
                person->last_city == city;
    if (soon && market_random_chance(random, a->stay_connected)) {
        scan->spot = person->last_spot;
        scan->net = person->last_net;
    } else if (market_random_chance(random, a->hosted)) {
        uint64_t device = scan->device;
        market_machine_scan(world, scan, random);
        scan->device = device;
    } else if (person->vpn && market_random_chance(random, a->vpn_on)) {
        uint64_t device = scan->device;
        anonymous_spot(world, scan, random);
        scan->device = device;
    } else {
        connect(world, person, scan, city, random);
        if (market_random_chance(random, a->no_place)) {
            scan->spot.city = MARKET_CITY_NONE;
        }
        if (person->gps) {
            scan->spot = city == person->home ? person->own : true_spot(world, city, random);
        }
    }
    person->last_ms = scan->time_ms;
    person->last_spot = scan->spot;
    person->last_net = scan->net;
    person->last_city = city;
}
