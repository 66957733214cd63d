// SPDX-License-Identifier: Apache-2.0
#include "core/place.h"

#include <string.h>

#include "core/real.h"
#include "core/text.h"

static bool is_upper(const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text[i] < 'A' || text[i] > 'Z') {
            return false;
        }
    }
    return true;
}

/* ISO 3166-2: the country, '-', one to three letters or digits. */
static bool is_region(const char *text)
{
    if (!is_upper(text, 2) || text[2] != '-') {
        return false;
    }
    size_t len = strspn(text + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return len >= 1 && len <= 3 && text[3 + len] == '\0';
}

void assay_place_set(struct assay_place *place, const char *country, const char *region,
                     const char *city)
{
    struct assay_place made = {0};
    if (country != NULL && is_upper(country, 2) && country[2] == '\0') {
        memcpy(made.country, country, 2);
    }
    if (region != NULL && is_region(region)) {
        memcpy(made.region, region, strlen(region));
    }
    if (city != NULL) {
        size_t len = assay_text_cut(city, ASSAY_CITY_MAX);
        memcpy(made.city, city, assay_text_is_clean(city, len) ? len : 0);
    }
    *place = made;
}

bool assay_place_is_empty(const struct assay_place *place)
{
    return place->country[0] == '\0' && place->region[0] == '\0' && place->city[0] == '\0';
}

/* -- distance: haversine in fixed point; 1 << 30 stands for 1, and for a quarter turn -- */

#define ONE ((int64_t)1 << 30)
#define TWENTIETHS_OF_QUARTER 1800 /* units of 0.05 degree, so that half a decidegree is whole */
#define HALF_CIRCLE_KM 20015       /* pi * 6371.0088 km, the mean radius (IUGG) */

static int64_t multiply(int64_t a, int64_t b)
{
    return (a * b) >> 30;
}

/* sin(turn * pi/2) for turn in 0..ONE: Taylor's series up to the 11th power, (pi/2)^n / n! in
 * units of 2^-30. Its error stays under 10^-7: 1 km in distances, 5 km near the antipode. */
static int64_t sine(int64_t turn)
{
    static const int64_t terms[] = {1686629713, 693598668, 85569306, 5026995, 172272, 3864};
    int64_t square = multiply(turn, turn);
    int64_t sum = 0;
    for (size_t i = ASSAY_COUNT_OF(terms); i-- > 0;) {
        sum = terms[i] - multiply(square, sum);
    }
    int64_t value = multiply(turn, sum);
    return value > ONE ? ONE : value;
}

/* What sine() says of whole units, up to a quarter turn. */
static const int32_t sines[TWENTIETHS_OF_QUARTER + 1] = {
#include "core/place_sine.inc"
};

/* sin of 0..3600 units of 0.05 degree. */
static int64_t sine_of_units(int32_t units)
{
    return sines[units > TWENTIETHS_OF_QUARTER ? 2 * TWENTIETHS_OF_QUARTER - units : units];
}

static int32_t absolute(int32_t value)
{
    return value < 0 ? -value : value;
}

static bool is_known(const struct assay_position *position)
{
    return absolute(position->lat_decidegrees) <= 900 &&
           absolute(position->lon_decidegrees) <= 1800;
}

/* sin^2 of half the angle between the two, from 0 to ONE. */
static int64_t haversine(const struct assay_position *a, const struct assay_position *b)
{
    int64_t lat = sine_of_units(absolute(a->lat_decidegrees - b->lat_decidegrees));
    int64_t lon = sine_of_units(absolute(a->lon_decidegrees - b->lon_decidegrees));
    int64_t cosines = multiply(sine_of_units(2 * (900 - absolute(a->lat_decidegrees))),
                               sine_of_units(2 * (900 - absolute(b->lat_decidegrees))));
    return multiply(lat, lat) + multiply(cosines, multiply(lon, lon));
}

/* sin^2 of half the angle that is `km` long on the ground. It never falls from one km to the next, so
 * there is one least km that reaches a target (tests/unit/test_place.c). */
static int64_t half_chord_squared(int32_t km)
{
    int64_t half_chord = sine(km * ONE / HALF_CIRCLE_KM);
    return multiply(half_chord, half_chord);
}

/* About the km whose half_chord_squared is `target`: arcus cosine by Abramowitz and Stegun, 4.4.46.
 * Only a beginning: what is off by a bit on another machine ends at the same km. */
static int32_t guess_km(int64_t target)
{
    double x = assay_real_sqrt((double)target / (double)ONE);
    double y = 1 - x > 0 ? assay_real_sqrt(1 - x) : 0;
    static const double terms[] = {1.5707963050, -0.2145988016, 0.0889789874, -0.0501743046,
                                   0.0308918810, -0.0170881256, 0.0066700901, -0.0012624911};
    double sum = 0;
    for (size_t i = ASSAY_COUNT_OF(terms); i-- > 0;) {
        sum = sum * x + terms[i];
    }
    double quarter = terms[0];
    int32_t km = 1 + (int32_t)((quarter - y * sum) / quarter * HALF_CIRCLE_KM);
    return km < 0 ? 0 : km < HALF_CIRCLE_KM ? km : HALF_CIRCLE_KM - 1;
}

int32_t assay_position_distance_km(const struct assay_position *a, const struct assay_position *b)
{
    if (!is_known(a) || !is_known(b)) {
        return -1;
    }
    if (a->lat_decidegrees == b->lat_decidegrees && a->lon_decidegrees == b->lon_decidegrees) {
        return 0;
    }
    int64_t target = haversine(a, b);
    int32_t km = guess_km(target);
    if (half_chord_squared(km) >= target) {
        while (km > 0 && half_chord_squared(km - 1) >= target) {
            km--;
        }
        return km;
    }
    do {
        km++;
    } while (km < HALF_CIRCLE_KM && half_chord_squared(km) < target);
    return km;
}
