// SPDX-License-Identifier: Apache-2.0
#include "core/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_not_a_place_stays_empty(void **state)
{
    (void)state;
    static const char *const countries[] = {NULL, "", "C", "cn", "CHN", "C1", "C\xE5"};
    static const char *const regions[] = {NULL,     "",   "CN",     "CN-",   "CN-GUAN",
                                          "CN-gd",  "GD", "-GD",    "CN_GD", "CNN-GD",
                                          "CN-GD ", "C",  "CN-\xE5"};
    struct assay_place place;
    for (size_t i = 0; i < ASSAY_COUNT_OF(countries); i++) {
        memset(&place, 0xFF, sizeof place);
        assay_place_set(&place, countries[i], NULL, NULL);
        assert_true(assay_place_is_empty(&place));
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(regions); i++) {
        assay_place_set(&place, NULL, regions[i], NULL);
        assert_true(assay_place_is_empty(&place));
    }
    assay_place_set(&place, NULL, NULL, "two\nlines");
    assert_true(assay_place_is_empty(&place));
    assay_place_set(&place, NULL, NULL, "broken \xE5");
    assert_true(assay_place_is_empty(&place));
}

static void places_compare_by_their_bytes(void **state)
{
    (void)state;
    struct assay_place place;
    struct assay_place same;
    memset(&place, 0xAA, sizeof place);
    memset(&same, 0x55, sizeof same);
    assay_place_set(&place, "CN", "CN-GD", "深圳市");
    assay_place_set(&same, "CN", "CN-GD", "深圳市");
    assert_memory_equal(&place, &same, sizeof place);
    assert_string_equal(place.country, "CN");
    assert_string_equal(place.region, "CN-GD");
    assert_string_equal(place.city, "深圳市");
    assert_false(assay_place_is_empty(&place));
}

static void long_cities_are_cut_between_characters(void **state)
{
    (void)state;
    char city[128];
    memset(city, 'x', 62);
    memcpy(city + 62, "深圳", sizeof "深圳");
    struct assay_place place;
    assay_place_set(&place, "CN", "CN-GD", city);
    assert_int_equal(strlen(place.city), 62);
    memset(city, 'x', sizeof city - 1);
    city[sizeof city - 1] = '\0';
    assay_place_set(&place, "CN", "CN-GD", city);
    assert_int_equal(strlen(place.city), ASSAY_CITY_MAX);
}

static const struct assay_position beijing = {399, 1164, 0};
static const struct assay_position shanghai = {312, 1215, 0};
static const struct assay_position shenzhen = {225, 1141, 0};
static const struct assay_position urumqi = {438, 876, 0};
static const struct assay_position london = {515, -1, 0};
static const struct assay_position paris = {489, 24, 0};
static const struct assay_position new_york = {407, -740, 0};
static const struct assay_position sydney = {-339, 1512, 0};
static const struct assay_position auckland = {-368, 1748, 0};
static const struct assay_position honolulu = {213, -1579, 0};

static void check_distance(const struct assay_position *a, const struct assay_position *b,
                           int32_t about_km)
{
    int32_t there = assay_position_distance_km(a, b);
    assert_int_equal(there, assay_position_distance_km(b, a));
    assert_in_range(there, about_km - 12, about_km + 12); /* positions are good to 0.1 degree */
}

static void cities_are_as_far_apart_as_on_the_globe(void **state)
{
    (void)state;
    check_distance(&beijing, &shanghai, 1067);
    check_distance(&beijing, &shenzhen, 1945);
    check_distance(&beijing, &urumqi, 2411);
    check_distance(&london, &paris, 344);
    check_distance(&london, &new_york, 5570);
    check_distance(&sydney, &auckland, 2156);
    check_distance(&auckland, &honolulu, 7063); /* across the date line */
}

static void edges_of_the_globe_are_right(void **state)
{
    (void)state;
    struct assay_position north = {900, 0, 0};
    struct assay_position south = {-900, 1800, 0};
    struct assay_position west = {0, -1800, 0};
    struct assay_position east = {0, 1800, 0};
    struct assay_position zero = {0, 0, 0};
    struct assay_position next = {1, 0, 0};
    assert_int_equal(assay_position_distance_km(&beijing, &beijing), 0);
    assert_int_equal(assay_position_distance_km(&west, &east), 0);
    assert_in_range(assay_position_distance_km(&north, &south), 20010, 20015);
    assert_in_range(assay_position_distance_km(&zero, &east), 20010, 20015);
    assert_in_range(assay_position_distance_km(&zero, &north), 10007, 10008);
    assert_in_range(assay_position_distance_km(&zero, &next), 11, 12);
}

static void unknown_positions_have_no_distance(void **state)
{
    (void)state;
    static const struct assay_position bad[] = {{ASSAY_POSITION_NONE, ASSAY_POSITION_NONE, 0},
                                                {ASSAY_POSITION_NONE, 0, 0},
                                                {901, 0, 0},
                                                {0, 1801, 0},
                                                {0, -1801, 0}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_position_distance_km(&bad[i], &beijing), -1);
        assert_int_equal(assay_position_distance_km(&beijing, &bad[i]), -1);
    }
}

/* Stable means: these bits on every machine. The sum over a coarse grid is a witness, made by a
 * second implementation with big integers, which was within 1 km of the exact distance. */
static void the_formula_gives_the_same_bits_everywhere(void **state)
{
    (void)state;
    int64_t sum = 0;
    for (int16_t lat = -900; lat <= 900; lat += 75) {
        for (int16_t lon = -1800; lon <= 1800; lon += 75) {
            struct assay_position position = {lat, lon, 0};
            sum = sum * 31 % 1000000007 + assay_position_distance_km(&shenzhen, &position);
        }
    }
    assert_int_equal(sum, 932654059);
}

/* -- the same kilometres as by trying them all -- */

#define ONE ((int64_t)1 << 30)
#define HALF_CIRCLE_KM 20015

static int64_t multiply(int64_t a, int64_t b)
{
    return (a * b) >> 30;
}

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

static int64_t sine_of_units(int32_t units)
{
    return sine((units > 1800 ? 3600 - units : units) * ONE / 1800);
}

static int64_t chord_of_km(int32_t km)
{
    int64_t half_chord = sine(km * ONE / HALF_CIRCLE_KM);
    return multiply(half_chord, half_chord);
}

/* The least km by halving, as it was first defined. */
static int32_t slow_distance_km(const struct assay_position *a, const struct assay_position *b)
{
    int64_t lat = sine_of_units(abs(a->lat_decidegrees - b->lat_decidegrees));
    int64_t lon = sine_of_units(abs(a->lon_decidegrees - b->lon_decidegrees));
    int64_t cosines = multiply(sine_of_units(2 * (900 - abs(a->lat_decidegrees))),
                               sine_of_units(2 * (900 - abs(b->lat_decidegrees))));
    int64_t target = multiply(lat, lat) + multiply(cosines, multiply(lon, lon));
    int32_t low = 0;
    int32_t high = HALF_CIRCLE_KM;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (chord_of_km(middle) < target) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void longer_ways_have_no_shorter_chords(void **state)
{
    (void)state;
    for (int32_t km = 0; km < HALF_CIRCLE_KM; km++) {
        assert_true(chord_of_km(km) <= chord_of_km(km + 1));
    }
}

static int16_t below(uint64_t *random, int limit)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (int16_t)((*random >> 33) % (unsigned)limit);
}

static void distances_are_those_of_the_definition(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 300000; round++) {
        struct assay_position a = {(int16_t)(below(&random, 1801) - 900),
                                   (int16_t)(below(&random, 3601) - 1800), 0};
        struct assay_position b = {(int16_t)(below(&random, 1801) - 900),
                                   (int16_t)(below(&random, 3601) - 1800), 0};
        if (round % 3 == 1) { /* near */
            b.lat_decidegrees = (int16_t)(a.lat_decidegrees / 2 + below(&random, 9));
            a.lat_decidegrees = (int16_t)(a.lat_decidegrees / 2);
            b.lon_decidegrees = (int16_t)(a.lon_decidegrees / 2 + below(&random, 9));
            a.lon_decidegrees = (int16_t)(a.lon_decidegrees / 2);
        } else if (round % 3 == 2) { /* nearly opposite */
            b.lat_decidegrees = (int16_t)(-a.lat_decidegrees / 2 + below(&random, 9));
            a.lat_decidegrees = (int16_t)(a.lat_decidegrees / 2);
            a.lon_decidegrees = (int16_t)(abs(a.lon_decidegrees) / 2);
            b.lon_decidegrees = (int16_t)(a.lon_decidegrees - 1800 + below(&random, 9));
        }
        assert_int_equal(assay_position_distance_km(&a, &b), slow_distance_km(&a, &b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_a_place_stays_empty),
        cmocka_unit_test(places_compare_by_their_bytes),
        cmocka_unit_test(long_cities_are_cut_between_characters),
        cmocka_unit_test(cities_are_as_far_apart_as_on_the_globe),
        cmocka_unit_test(edges_of_the_globe_are_right),
        cmocka_unit_test(unknown_positions_have_no_distance),
        cmocka_unit_test(longer_ways_have_no_shorter_chords),
        cmocka_unit_test(distances_are_those_of_the_definition),
        cmocka_unit_test(the_formula_gives_the_same_bits_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
