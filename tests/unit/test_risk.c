// SPDX-License-Identifier: Apache-2.0
#include "core/risk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS 3600000ll
#define DAY_MS (24 * HOUR_MS)
#define START_MS 1790000000000ll

struct city {
    const char *country;
    int16_t lat;
    int16_t lon;
};

static const struct city beijing = {"CN", 399, 1164};
static const struct city tianjin = {"CN", 391, 1172}; /* 112 km from Beijing */
static const struct city shanghai = {"CN", 312, 1215};
static const struct city nanjing = {"CN", 321, 1188}; /* 270 km from Shanghai */
static const struct city shenzhen = {"CN", 225, 1141};
static const struct city urumqi = {"CN", 438, 876};
static const struct city singapore = {"SG", 13, 1038};

/* One item's life: its state and what was said last. */
struct life {
    struct assay_risk_state state;
    struct assay_risk_around around;
    struct assay_risk risk;
    int64_t at_unix_ms;
};

static struct assay_risk_scan scan_in(struct life *life, const struct city *city, uint16_t device,
                                      int64_t after_ms)
{
    life->at_unix_ms = (life->at_unix_ms == 0 ? START_MS : life->at_unix_ms) + after_ms;
    return (struct assay_risk_scan){
        .at_unix_ms = life->at_unix_ms,
        .device_tag = device,
        .position = {city->lat, city->lon, 20},
        .country = {city->country[0], city->country[1]},
    };
}

/* Nothing happened around. */
static void update(struct life *life, const struct assay_risk_scan *scan)
{
    assay_risk_update(&life->state, scan, &life->around, assay_risk_table_default(), &life->risk);
}

static void see(struct life *life, const struct city *city, uint16_t device, int64_t after_ms)
{
    struct assay_risk_scan scan = scan_in(life, city, device, after_ms);
    update(life, &scan);
}

/* -- cells -- */

static struct assay_risk_kind kind_in(struct life *life, const struct city *city, uint16_t device,
                                      int64_t after_ms)
{
    struct life look = *life;
    struct assay_risk_scan scan = scan_in(&look, city, device, after_ms);
    struct assay_risk_kind kind;
    assert_true(assay_risk_kind_of(&look.state, &scan, &kind));
    return kind;
}

static void a_first_scan_has_no_cell(void **state)
{
    (void)state;
    struct life life = {0};
    struct assay_risk_scan scan = scan_in(&life, &beijing, 1, 0);
    struct assay_risk_kind kind;
    assert_false(assay_risk_kind_of(&life.state, &scan, &kind));
}

static void distances_are_to_the_nearest_anchor(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    assert_int_equal(kind_in(&life, &beijing, 2, 0).distance, ASSAY_RISK_DISTANCE_SAME);
    assert_int_equal(kind_in(&life, &tianjin, 2, 0).distance, ASSAY_RISK_DISTANCE_150_KM);
    assert_int_equal(kind_in(&life, &shanghai, 2, 0).distance, ASSAY_RISK_DISTANCE_FAR);
    assert_int_equal(kind_in(&life, &singapore, 2, 0).distance, ASSAY_RISK_DISTANCE_COUNTRY);
    see(&life, &shanghai, 1, HOUR_MS);
    assert_int_equal(kind_in(&life, &shanghai, 2, 0).distance, ASSAY_RISK_DISTANCE_SAME);
    assert_int_equal(kind_in(&life, &beijing, 2, 0).distance, ASSAY_RISK_DISTANCE_SAME);
}

/* Within 1.5 times the two accuracies, each counted up to 60 km: 112 km is near at 60 and 60. */
static void coarse_places_reach_further(void **state)
{
    (void)state;
    struct life life = {0};
    struct assay_risk_scan scan = scan_in(&life, &beijing, 1, 0);
    scan.position.accuracy_km = 200;
    update(&life, &scan);
    scan = scan_in(&life, &tianjin, 2, 0);
    scan.position.accuracy_km = 200;
    struct assay_risk_kind kind;
    assert_true(assay_risk_kind_of(&life.state, &scan, &kind));
    assert_int_equal(kind.distance, ASSAY_RISK_DISTANCE_SAME);
    assert_int_equal(kind.accuracy, ASSAY_RISK_ACCURACY_200_KM);
    scan.position.accuracy_km = 301;
    assert_true(assay_risk_kind_of(&life.state, &scan, &kind));
    assert_int_equal(kind.distance, ASSAY_RISK_DISTANCE_UNKNOWN);
}

static void anonymisers_give_no_place(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    struct assay_risk_scan scan = scan_in(&life, &singapore, 2, HOUR_MS);
    scan.net = ASSAY_NET_ANON;
    struct assay_risk_kind kind;
    assert_true(assay_risk_kind_of(&life.state, &scan, &kind));
    assert_int_equal(kind.distance, ASSAY_RISK_DISTANCE_UNKNOWN);
    assert_int_equal(kind.market, ASSAY_RISK_MARKET_UNKNOWN);
    assert_false(kind.impossible);
    update(&life, &scan);
    assert_int_equal(life.state.anchor_count, 1);
}

/* Beijing to Shanghai: 1,067 km less twice 20, 1,027 km in 77 minutes at 800 km/h. */
static void speed_and_distance_have_sharp_bounds(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    assert_false(kind_in(&life, &shanghai, 2, 78 * HOUR_MS / 60).impossible);
    assert_true(kind_in(&life, &shanghai, 2, 76 * HOUR_MS / 60).impossible);
    assert_false(kind_in(&life, &tianjin, 2, 0).impossible); /* 112 km less 40 */
    struct assay_risk_scan scan = scan_in(&life, &shanghai, 2, 0);
    scan.position.accuracy_km = 51;
    struct assay_risk_kind kind;
    assert_true(assay_risk_kind_of(&life.state, &scan, &kind));
    assert_false(kind.impossible);
}

static void gaps_and_ordinals_have_sharp_bounds(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    assert_int_equal(kind_in(&life, &beijing, 2, HOUR_MS - 1).gap, ASSAY_RISK_GAP_HOUR);
    assert_int_equal(kind_in(&life, &beijing, 2, HOUR_MS).gap, ASSAY_RISK_GAP_DAY);
    assert_int_equal(kind_in(&life, &beijing, 2, 96 * HOUR_MS).gap, ASSAY_RISK_GAP_14_DAYS);
    assert_int_equal(kind_in(&life, &beijing, 2, 1440 * HOUR_MS).gap, ASSAY_RISK_GAP_MORE);
    assert_int_equal(kind_in(&life, &beijing, 1, HOUR_MS).device, ASSAY_RISK_DEVICE_KNOWN);
    assert_int_equal(kind_in(&life, &beijing, 0, HOUR_MS).device, ASSAY_RISK_DEVICE_NONE);
    for (uint16_t device = 2; device <= 20; device++) {
        see(&life, &beijing, device, HOUR_MS);
    }
    assert_int_equal(kind_in(&life, &beijing, 99, 0).ordinal, ASSAY_RISK_ORDINAL_MORE);
}

static void a_clock_that_goes_back_is_no_time_machine(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    see(&life, &shanghai, 2, -5 * HOUR_MS);
    assert_int_equal(life.state.last_s, 0);
    see(&life, &shanghai, 2, 6 * HOUR_MS);
    assert_int_equal(life.state.last_s, 3600);
}

/* -- the state -- */

static void the_six_latest_devices_are_remembered(void **state)
{
    (void)state;
    struct life life = {0};
    for (uint16_t device = 1; device <= 6; device++) {
        see(&life, &beijing, device, HOUR_MS);
    }
    see(&life, &beijing, 1, HOUR_MS);
    assert_int_equal(life.state.devices, 6);
    see(&life, &beijing, 7, HOUR_MS);
    const uint16_t expected[ASSAY_RISK_TAGS] = {7, 1, 6, 5, 4, 3};
    assert_memory_equal(life.state.device_tags, expected, sizeof expected);
    see(&life, &beijing, 2, HOUR_MS);
    assert_int_equal(life.state.devices, 8);
}

static void a_fourth_place_takes_the_one_with_the_fewest_scans(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    see(&life, &beijing, 1, HOUR_MS);
    see(&life, &shanghai, 2, HOUR_MS);
    see(&life, &shenzhen, 3, HOUR_MS);
    see(&life, &shenzhen, 3, HOUR_MS);
    see(&life, &urumqi, 4, HOUR_MS);
    assert_int_equal(life.state.anchor_count, ASSAY_RISK_ANCHORS);
    assert_int_equal(life.state.anchors[1].lat_decidegrees, urumqi.lat);
    assert_int_equal(life.state.anchors[1].scans, 1);
    assert_int_equal(life.state.device_at[2], 0); /* Shanghai's is forgotten */
    assert_int_equal(life.state.device_at[0], 2);
}

static void counters_saturate_and_scores_are_bounded(void **state)
{
    (void)state;
    struct life life = {0};
    const struct city *const cities[] = {&beijing, &urumqi, &shenzhen};
    for (int i = 0; i < 3000; i++) {
        see(&life, cities[i % 3], (uint16_t)(i + 1), 1000);
        assert_true(life.risk.score > -64 * 1024);
        assert_true(life.risk.score < 512 * 1024);
    }
    assert_int_equal(life.state.scans, UINT8_MAX);
    assert_int_equal(life.state.devices + life.state.anonymous, UINT8_MAX);
    assert_int_equal(life.state.too_fast, 15);
}

/* -- stories -- */

static void a_pin_revealed_by_another_is_suspect_at_least(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    struct assay_risk_scan scan = scan_in(&life, &beijing, 2, HOUR_MS);
    scan.confirmed_by_other = true;
    update(&life, &scan);
    assert_true(life.risk.level >= ASSAY_RISK_SUSPECT);
    assert_true((life.risk.reasons & ASSAY_RISK_PIN_USED) != 0);
    see(&life, &beijing, 1, HOUR_MS);
    assert_int_equal(life.risk.level, ASSAY_RISK_LOW);
}

static void a_household_stays_low(void **state)
{
    (void)state;
    struct life life = {0};
    for (int i = 0; i < 300; i++) {
        see(&life, &beijing, (uint16_t)(1 + i % 3), i < 10 ? HOUR_MS / 60 : 20 * HOUR_MS);
        assert_true(life.risk.level <= ASSAY_RISK_CHECK);
    }
    assert_int_equal(life.state.devices, 3);
    assert_int_equal(life.risk.level, ASSAY_RISK_LOW);
}

/* A traveller, and a phone whose address is placed in another province at every other scan. */
static void one_owner_stays_low_wherever_the_address_is_placed(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &urumqi, &singapore};
    struct life life = {0};
    for (int i = 0; i < 300; i++) {
        see(&life, cities[i % 3], 1, HOUR_MS / 60);
        assert_int_equal(life.risk.level, ASSAY_RISK_LOW);
    }
}

static void a_gateway_far_off_is_no_second_item(void **state)
{
    (void)state;
    struct life life = {0};
    for (int i = 0; i < 12; i++) {
        struct assay_risk_scan scan =
            scan_in(&life, i % 2 == 0 ? &shanghai : &nanjing, i < 8 ? 1 : 2, 30 * HOUR_MS);
        scan.net = i % 2 == 0 ? ASSAY_NET_FIXED : ASSAY_NET_MOBILE;
        scan.position.accuracy_km = i % 2 == 0 ? 10 : 200;
        update(&life, &scan);
        assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
    }
}

static void a_gift_is_not_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    see(&life, &beijing, 1, HOUR_MS);
    see(&life, &shenzhen, 2, 12 * DAY_MS);
    assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
    see(&life, &shenzhen, 2, DAY_MS);
    assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
}

static void three_slow_copies(struct life *life)
{
    see(life, &beijing, 1, 0);
    see(life, &shenzhen, 2, 20 * DAY_MS);
    see(life, &beijing, 1, 2 * DAY_MS);
    see(life, &urumqi, 3, 12 * DAY_MS);
    see(life, &shenzhen, 2, 9 * DAY_MS);
}

static void three_copies_far_apart_are_found_sooner_among_suspicious_ones(void **state)
{
    (void)state;
    struct life alone = {0};
    three_slow_copies(&alone);
    struct life among = {
        .around = {.batch = {2000, 300ull * UINT16_MAX}, .product = {20000, 900ull * UINT16_MAX}}};
    three_slow_copies(&among);
    assert_true(among.risk.score > alone.risk.score);
    assert_true(among.risk.level >= ASSAY_RISK_SUSPECT);
    assert_true((among.risk.reasons & ASSAY_RISK_MANY_PLACES) != 0);
}

static void a_hot_place_says_more_than_a_cold_one(void **state)
{
    (void)state;
    struct life hot = {
        .around = {.batch = {2000, 30ull * UINT16_MAX}, .product = {20000, 200ull * UINT16_MAX}}};
    struct life cold = hot;
    uint16_t tile = assay_risk_tile(shenzhen.lat, shenzhen.lon);
    hot.around.places[0] =
        (struct assay_risk_place){tile, {40, 12ull * UINT16_MAX}, {400, 30ull * UINT16_MAX}};
    cold.around.places[0] = (struct assay_risk_place){tile, {400, 0}, {4000, 0}};
    three_slow_copies(&hot);
    three_slow_copies(&cold);
    assert_true(hot.risk.score > cold.risk.score + 1024);
}

/* The item's own mass is no evidence against it. */
static void its_own_mass_does_not_surround_an_item(void **state)
{
    (void)state;
    struct life life = {0};
    three_slow_copies(&life);
    struct assay_risk_around around = {0};
    struct assay_risk alone;
    struct assay_risk own;
    around.batch = (struct assay_risk_cell){100, 0};
    around.product = around.batch;
    assay_risk_weigh(&life.state, &around, assay_risk_table_default(), false, &alone);
    uint32_t mass = life.state.mass_sum < UINT16_MAX ? life.state.mass_sum : UINT16_MAX;
    around.batch.mass = mass;
    around.product.mass = mass;
    assay_risk_weigh(&life.state, &around, assay_risk_table_default(), false, &own);
    assert_int_equal(own.score, alone.score);
}

static void a_mass_copy_in_one_city_is_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    for (uint16_t device = 1; device <= 40; device++) {
        see(&life, &shenzhen, device, 30 * HOUR_MS);
        if (device % 4 == 0) {
            see(&life, &shenzhen, device, HOUR_MS / 4);
        }
    }
    assert_true(life.risk.level >= ASSAY_RISK_SUSPECT);
}

/* Someone scans the codes on a shelf: a few times each, from three phones, within minutes. The item
 * is sold in another city a month later. */
static void griefing_is_not_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    for (uint16_t i = 0; i < 9; i++) {
        see(&life, &shanghai, 1 + i % 3, HOUR_MS / 60);
        assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
    }
    see(&life, &shanghai, 9, 20 * DAY_MS);
    assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
}

static void a_photo_gone_round_is_not_suspect(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &shanghai, &shenzhen, &urumqi, &singapore};
    struct life life = {0};
    see(&life, &shanghai, 1, 0);
    see(&life, &shanghai, 1, HOUR_MS);
    for (uint16_t i = 0; i < 600; i++) {
        see(&life, cities[i % 5], 2 + i, HOUR_MS / 6);
    }
    assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
}

static void no_device_and_no_place_say_little(void **state)
{
    (void)state;
    struct life life = {0};
    for (int i = 0; i < 6; i++) {
        struct assay_risk_scan scan = scan_in(&life, &beijing, 0, HOUR_MS);
        scan.position.lat_decidegrees = ASSAY_POSITION_NONE;
        scan.country[0] = 0;
        update(&life, &scan);
        assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
    }
}

static void the_same_scans_give_the_same_risk(void **state)
{
    (void)state;
    struct life one = {0};
    struct life other = {0};
    three_slow_copies(&one);
    three_slow_copies(&other);
    assert_memory_equal(&one.state, &other.state, sizeof one.state);
    assert_int_equal(one.risk.score, other.risk.score);
    assert_int_equal(one.risk.mass, other.risk.mass);
}

static void masses_are_chances_and_first_scans_have_none(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    assert_int_equal(life.risk.mass, 0);
    see(&life, &beijing, 1, HOUR_MS / 2);
    uint16_t by_the_owner = life.risk.mass;
    see(&life, &shenzhen, 2, 20 * DAY_MS);
    assert_true(life.risk.mass > 20 * by_the_owner);
    assert_true(life.risk.mass_capped <= life.risk.mass);
    assert_true(life.risk.llr > 0);
}

static void names_are_those_of_the_answers(void **state)
{
    (void)state;
    static const char *const names[ASSAY_RISK_REASONS] = {"many_devices", "many_places", "too_fast",
                                                          "pin_used",     "lot",         "switches",
                                                          "long_after",   "surrounded"};
    assert_string_equal(assay_risk_level_name(ASSAY_RISK_LOW), "low");
    assert_string_equal(assay_risk_level_name(ASSAY_RISK_CLONED), "cloned");
    for (int bit = 0; bit < ASSAY_RISK_REASONS; bit++) {
        assert_string_equal(assay_risk_reason_name((enum assay_risk_reason)(1 << bit)), names[bit]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_scan_has_no_cell),
        cmocka_unit_test(distances_are_to_the_nearest_anchor),
        cmocka_unit_test(coarse_places_reach_further),
        cmocka_unit_test(anonymisers_give_no_place),
        cmocka_unit_test(speed_and_distance_have_sharp_bounds),
        cmocka_unit_test(gaps_and_ordinals_have_sharp_bounds),
        cmocka_unit_test(a_clock_that_goes_back_is_no_time_machine),
        cmocka_unit_test(the_six_latest_devices_are_remembered),
        cmocka_unit_test(a_fourth_place_takes_the_one_with_the_fewest_scans),
        cmocka_unit_test(counters_saturate_and_scores_are_bounded),
        cmocka_unit_test(a_pin_revealed_by_another_is_suspect_at_least),
        cmocka_unit_test(a_household_stays_low),
        cmocka_unit_test(one_owner_stays_low_wherever_the_address_is_placed),
        cmocka_unit_test(a_gateway_far_off_is_no_second_item),
        cmocka_unit_test(a_gift_is_not_suspect),
        cmocka_unit_test(three_copies_far_apart_are_found_sooner_among_suspicious_ones),
        cmocka_unit_test(a_hot_place_says_more_than_a_cold_one),
        cmocka_unit_test(its_own_mass_does_not_surround_an_item),
        cmocka_unit_test(a_mass_copy_in_one_city_is_suspect),
        cmocka_unit_test(griefing_is_not_suspect),
        cmocka_unit_test(a_photo_gone_round_is_not_suspect),
        cmocka_unit_test(no_device_and_no_place_say_little),
        cmocka_unit_test(the_same_scans_give_the_same_risk),
        cmocka_unit_test(masses_are_chances_and_first_scans_have_none),
        cmocka_unit_test(names_are_those_of_the_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
