// SPDX-License-Identifier: Apache-2.0
#include "bench/market/geography.h"

#include <string.h>

#include "core/base.h"
#include "core/real.h"

#define KM_PER_DEGREE 111.195

enum role { role_T, role_H };

static const struct row {
    const char *country, *region, *name;
    double lat, lon, weight;
    enum role role;
} rows[] = {
#define C(country, region, name, lat, lon, weight, role)                                           \
    {country, region, name, lat, lon, weight, role_##role},
#include "bench/market/cities.def"
#undef C
};

#define ROWS (sizeof rows / sizeof *rows)

/* Of an angle from -90 to 90 degrees; Taylor's series. */
static double cosine(double degrees)
{
    double x = degrees * 0.0174532925199432957692, square = x * x, sum = 1;
    for (int k = 20; k >= 2; k -= 2) {
        sum = 1 - sum * square / (k * (k - 1));
    }
    return sum;
}

double market_distance_km(double lat, double lon, double other_lat, double other_lon)
{
    double turn = lon - other_lon;
    turn = turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
    double x = turn * cosine((lat + other_lat) / 2), y = lat - other_lat;
    return KM_PER_DEGREE * assay_real_sqrt(x * x + y * y);
}

static bool same_country(const struct market_city *city, const struct market_city *other)
{
    return strcmp(city->country, other->country) == 0;
}

static uint16_t nearest(const struct market_geography *geography, uint16_t home, double lat,
                        double lon)
{
    uint16_t best = home;
    double best_km = 1e9;
    for (uint16_t i = 0; i < geography->city_count; i++) {
        const struct market_city *city = &geography->cities[i];
        double y = city->lat - lat;
        if (same_country(city, &geography->cities[home]) && y < 6 && y > -6) {
            double km = market_distance_km(lat, lon, city->lat, city->lon);
            best = km < best_km ? i : best;
            best_km = km < best_km ? km : best_km;
        }
    }
    return best;
}

struct market_spot market_spot_near(const struct market_geography *geography, uint16_t city,
                                    double off_km, struct market_random *random)
{
    const struct market_city *from = &geography->cities[city];
    double way[2];
    market_random_normals(random, way);
    double scale = off_km / KM_PER_DEGREE / assay_real_sqrt(way[0] * way[0] + way[1] * way[1]);
    double lat = from->lat + way[0] * scale;
    double lon = from->lon + way[1] * scale / cosine(from->lat);
    return (struct market_spot){
        .lat_e4 = (int32_t)(lat * 1e4),
        .lon_e4 = (int32_t)(lon * 1e4),
        .city = off_km < 20 ? city : nearest(geography, city, lat, lon),
    };
}

static double between(struct market_random *random, double low, double high)
{
    return low + (high - low) * market_random_unit(random);
}

/* A mobile address: mostly in the city, some 20 to 90 km or 100 to 200 km off, some elsewhere. */
static struct market_spot mobile_spot(const struct market_geography *geography,
                                      const struct market_assumptions *assumptions, uint16_t city,
                                      struct market_random *random)
{
    double draw = market_random_unit(random);
    bool sure = market_random_chance(random, assumptions->gateway_sure);
    double far = assumptions->gateway + assumptions->mobile_far;
    double off_km, accuracy_km;
    if (draw < assumptions->gateway) {
        city = market_city_of_country(geography, geography->cities[city].country, false, random);
        off_km = between(random, 0, 15);
        accuracy_km = sure ? 50 : 200;
    } else if (draw < far) {
        off_km = between(random, 100, 200);
        accuracy_km = sure ? 50 : 200;
    } else if (draw < far + assumptions->mobile_mid) {
        off_km = between(random, 20, 90);
        accuracy_km = 100;
    } else {
        off_km = between(random, 0, 25);
        accuracy_km = off_km < 12 ? 20 : 50;
    }
    struct market_spot spot = market_spot_near(geography, city, off_km, random);
    spot.accuracy_m = (uint32_t)(accuracy_km * 1000);
    return spot;
}

static void make_pools(struct market_geography *geography,
                       const struct market_assumptions *assumptions, uint16_t city, uint64_t seed)
{
    struct market_random random = market_random_stream(seed, MARKET_STREAM_POOLS, city, 0);
    struct market_city *here = &geography->cities[city];
    for (int i = 0; i < MARKET_FIXED_POOLS; i++) {
        double off_km = between(&random, 0, assumptions->fixed_off_km);
        here->fixed[i] = market_spot_near(geography, city, off_km, &random);
        double accuracy_km = between(&random, 3, 16);
        here->fixed[i].accuracy_m = (uint32_t)accuracy_km * 1000;
    }
    for (int i = 0; i < MARKET_MOBILE_POOLS; i++) {
        here->mobile[i] = mobile_spot(geography, assumptions, city, &random);
    }
}

/* The nearest others of the country; the city itself where there are fewer. */
static void find_neighbours(struct market_geography *geography, uint16_t city)
{
    struct market_city *here = &geography->cities[city];
    bool taken[MARKET_CITIES_MAX] = {[0] = false};
    taken[city] = true;
    for (int n = 0; n < MARKET_NEAR_CITIES; n++) {
        uint16_t best = city;
        double best_km = 1e9;
        for (uint16_t i = 0; i < geography->city_count; i++) {
            const struct market_city *other = &geography->cities[i];
            double km = market_distance_km(here->lat, here->lon, other->lat, other->lon);
            if (!taken[i] && same_country(here, other) && km < best_km) {
                best = i;
                best_km = km;
            }
        }
        here->near[n] = best;
        taken[best] = true;
    }
}

static void add_city(struct market_geography *geography, const struct row *row)
{
    uint16_t at = geography->city_count++;
    geography->cities[at] = (struct market_city){.country = row->country,
                                                 .region = row->region,
                                                 .name = row->name,
                                                 .lat = row->lat,
                                                 .lon = row->lon,
                                                 .weight = row->weight,
                                                 .hub = row->role == role_H};
    struct market_region *last = geography->regions;
    last += geography->region_count > 0 ? geography->region_count - 1 : 0;
    if (geography->region_count == 0 || strcmp(last->country, row->country) != 0 ||
        strcmp(last->code, row->region) != 0) {
        assay_assert(geography->region_count < MARKET_REGIONS_MAX);
        last = &geography->regions[geography->region_count++];
        *last =
            (struct market_region){.country = row->country, .code = row->region, .first_city = at};
    }
    last->city_count++;
    last->weight += row->weight;
    geography->cities[at].region_index = (uint16_t)(geography->region_count - 1);
}

void market_geography_init(struct market_geography *geography,
                           const struct market_assumptions *assumptions, uint64_t seed)
{
    _Static_assert(ROWS <= MARKET_CITIES_MAX, "cities fit");
    memset(geography, 0, sizeof *geography);
    for (size_t i = 0; i < ROWS; i++) {
        add_city(geography, &rows[i]);
    }
    for (uint16_t i = 0; i < geography->city_count; i++) {
        find_neighbours(geography, i);
        make_pools(geography, assumptions, i, seed);
    }
}

uint16_t market_city_of_region(const struct market_geography *geography, uint16_t region,
                               struct market_random *random)
{
    const struct market_region *from = &geography->regions[region];
    double draw = market_random_unit(random) * from->weight;
    uint16_t city = from->first_city;
    while (city + 1 < from->first_city + from->city_count &&
           draw >= geography->cities[city].weight) {
        draw -= geography->cities[city++].weight;
    }
    return city;
}

static bool region_counts(const struct market_region *region, const char *country, bool abroad)
{
    return (strcmp(region->country, country) == 0) != abroad;
}

uint16_t market_city_of_country(const struct market_geography *geography, const char *country,
                                bool abroad, struct market_random *random)
{
    double total = 0;
    for (uint16_t i = 0; i < geography->region_count; i++) {
        const struct market_region *region = &geography->regions[i];
        total += region_counts(region, country, abroad) ? region->weight : 0;
    }
    double draw = market_random_unit(random) * total;
    uint16_t chosen = MARKET_REGIONS_MAX;
    for (uint16_t i = 0; i < geography->region_count; i++) {
        const struct market_region *region = &geography->regions[i];
        if (region_counts(region, country, abroad) && (region->weight > 0 || total <= 0)) {
            chosen = i;
            draw -= region->weight;
            if (draw < 0) {
                break;
            }
        }
    }
    assay_assert(chosen < MARKET_REGIONS_MAX);
    return market_city_of_region(geography, chosen, random);
}

bool market_country_sells(const struct market_geography *geography, const char *country)
{
    double total = 0;
    for (uint16_t i = 0; i < geography->region_count; i++) {
        const struct market_region *region = &geography->regions[i];
        total += region_counts(region, country, false) ? region->weight : 0;
    }
    return total > 0;
}

uint16_t market_hub(const struct market_geography *geography, struct market_random *random)
{
    uint16_t city;
    do {
        city = (uint16_t)market_random_below(random, geography->city_count);
    } while (!geography->cities[city].hub);
    return city;
}
