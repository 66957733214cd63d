// SPDX-License-Identifier: Apache-2.0
/* Cities, and where the networks in them place a phone.
 *
 * A phone's address belongs to one of a city's pools: a few for fixed lines, a few for mobile
 * networks. All phones of a pool are shown at the same place, as databases of addresses do it. */
#ifndef ASSAY_BENCH_MARKET_GEOGRAPHY_H
#define ASSAY_BENCH_MARKET_GEOGRAPHY_H

#include <stdint.h>

#include "bench/market/assumptions.h"
#include "bench/market/random.h"

#define MARKET_CITIES_MAX 256
#define MARKET_REGIONS_MAX 128
#define MARKET_FIXED_POOLS 12
#define MARKET_MOBILE_POOLS 16
#define MARKET_NEAR_CITIES 4
#define MARKET_CITY_NONE UINT16_MAX

/** Where something is shown: the place, and what is said about it. */
struct market_spot {
    int32_t lat_e4; /* 1e-4 degrees */
    int32_t lon_e4;
    uint32_t accuracy_m; /* as stated */
    uint16_t city;       /* MARKET_CITY_NONE: no place at all */
};

/** One city of the table, with its pools. */
struct market_city {
    const char *country;
    const char *region;
    const char *name;
    double lat, lon;
    double weight;
    bool hub;
    uint16_t region_index;
    uint16_t near[MARKET_NEAR_CITIES]; /* nearest of the country */
    struct market_spot fixed[MARKET_FIXED_POOLS];
    struct market_spot mobile[MARKET_MOBILE_POOLS];
};

/** A region: neighbours in the table with one country and region code. */
struct market_region {
    const char *country;
    const char *code;
    uint16_t first_city, city_count;
    double weight; /* of its cities */
};

/** All places of a world. */
struct market_geography {
    struct market_city cities[MARKET_CITIES_MAX];
    struct market_region regions[MARKET_REGIONS_MAX];
    uint16_t city_count, region_count;
};

/** Build from the table; the pools are drawn from the seed. */
void market_geography_init(struct market_geography *geography,
                           const struct market_assumptions *assumptions, uint64_t seed);

/** Distance in km, near enough for a simulation (on the plane at the mean latitude). */
double market_distance_km(double lat, double lon, double other_lat, double other_lon);

/** A city of the region, by weight. */
uint16_t market_city_of_region(const struct market_geography *geography, uint16_t region,
                               struct market_random *random);

/** A city of the country by weight, or of any country but this one (`abroad`). */
uint16_t market_city_of_country(const struct market_geography *geography, const char *country,
                                bool abroad, struct market_random *random);

/** True if a country has buyers. */
bool market_country_sells(const struct market_geography *geography, const char *country);

/** A city that is a hub of anonymisers and hosting, mostly another than `home`'s country's. */
uint16_t market_hub(const struct market_geography *geography, struct market_random *random);

/** The spot some km off a city in a random direction, named by the nearest city of its country. */
struct market_spot market_spot_near(const struct market_geography *geography, uint16_t city,
                                    double off_km, struct market_random *random);

#endif
