// SPDX-License-Identifier: Apache-2.0
#include "core/risk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS 3600000ll
#define START_MS 1790000000000ll

struct city {
    const char *country;
    int16_t lat;
    int16_t lon;
};

static const struct city beijing = {"CN", 399, 1164};
static const struct city tianjin = {"CN", 391, 1172}; /* 112 km from Beijing */
static const struct city shanghai = {"CN", 312, 1215};
static const struct city shenzhen = {"CN", 225, 1141};
static const struct city urumqi = {"CN", 438, 876};
static const struct city singapore = {"SG", 13, 1038};

/* One item's life: its state and what was said last. */
struct life {
    struct assay_risk_state state;
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
    const struct assay_risk_around around = {0};
    assay_risk_update(&life->state, scan, &around, assay_risk_table_default(), &life->risk);
}

static void see(struct life *life, const struct city *city, uint16_t device, int64_t after_ms)
{
    struct assay_risk_scan scan = scan_in(life, city, device, after_ms);
    update(life, &scan);
}

static void ten_devices_in_four_far_places_are_suspect(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &shanghai, &shenzhen, &urumqi};
    struct life life = {0};
    for (uint16_t device = 1; device <= 10; device++) {
        assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
        see(&life, cities[(device - 1) * 4 / 10], device, 30 * HOUR_MS);
    }
    assert_int_equal(life.risk.level, ASSAY_RISK_SUSPECT);
    assert_int_equal(life.risk.reasons, ASSAY_RISK_MANY_DEVICES | ASSAY_RISK_MANY_PLACES);
}

static void many_devices_too_far_too_fast_are_cloned(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &shanghai, &shenzhen, &urumqi};
    struct life life = {0};
    for (uint16_t device = 1; device <= 10; device++) {
        see(&life, cities[device % 4], device, HOUR_MS / 10);
    }
    assert_int_equal(life.risk.level, ASSAY_RISK_CLONED);
    assert_true((life.risk.reasons & ASSAY_RISK_TOO_FAST) != 0);
}

static void a_pin_revealed_by_another_is_suspect_at_least(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    struct assay_risk_scan scan = scan_in(&life, &beijing, 2, HOUR_MS);
    scan.confirmed_by_other = true;
    update(&life, &scan);
    assert_int_equal(life.risk.level, ASSAY_RISK_SUSPECT);
    assert_int_equal(life.risk.reasons, ASSAY_RISK_PIN_USED);
    see(&life, &beijing, 1, HOUR_MS);
    assert_int_equal(life.risk.level, ASSAY_RISK_LOW);
}

static void a_household_stays_low(void **state)
{
    (void)state;
    struct life life = {0};
    for (int i = 0; i < 300; i++) {
        see(&life, &beijing, (uint16_t)(1 + i % 3), HOUR_MS / 60);
        assert_int_equal(life.risk.level, ASSAY_RISK_LOW);
        assert_int_equal(life.risk.reasons, 0);
    }
    assert_int_equal(life.state.devices, 3);
    assert_int_equal(life.state.regions, 0);
}

/* A traveller, and a phone whose address is placed in another province at every other scan. */
static void one_owner_stays_low_wherever_the_address_is_placed(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &urumqi, &singapore};
    struct life life = {0};
    for (int i = 0; i < 300; i++) {
        see(&life, cities[i % 3], 1, HOUR_MS / 60);
        assert_int_equal(life.risk.score, 0);
    }
}

static void an_owner_without_a_device_is_never_suspect_by_addresses(void **state)
{
    (void)state;
    const struct city *const cities[] = {&beijing, &urumqi, &singapore};
    struct life life = {0};
    for (int i = 0; i < 300; i++) {
        see(&life, cities[i % 3], 0, HOUR_MS / 60);
        assert_true(life.risk.level <= ASSAY_RISK_CHECK);
    }
    assert_int_equal(life.state.anonymous, UINT8_MAX);
    assert_int_equal(life.state.infeasible, 0);
}

static void countries_alone_are_never_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    for (int i = 0; i < 6; i++) {
        struct assay_risk_scan scan = scan_in(&life, &beijing, (uint16_t)(i + 1), HOUR_MS);
        scan.position.lat_decidegrees = ASSAY_POSITION_NONE;
        scan.country[1] = (char)('A' + i);
        update(&life, &scan);
        assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
    }
    assert_int_equal(life.state.regions, 5);
}

static void own_positions_of_two_people_count_without_devices(void **state)
{
    (void)state;
    struct life life = {0};
    const struct city *const cities[] = {&beijing, &urumqi};
    for (int i = 0; i < 3; i++) {
        struct assay_risk_scan scan = scan_in(&life, cities[i % 2], 0, HOUR_MS);
        scan.position.accuracy_km = 0;
        update(&life, &scan);
    }
    assert_int_equal(life.state.infeasible, 2);
    assert_int_equal(life.risk.level, ASSAY_RISK_SUSPECT);
}

/* Beijing to Shanghai: 1,067 km less twice 20, 1,027 km in 77 minutes at 800 km/h. */
static void speed_and_distance_have_sharp_bounds(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    see(&life, &shanghai, 2, 78 * HOUR_MS / 60);
    assert_int_equal(life.state.infeasible, 0);
    assert_int_equal(life.state.regions, 1);
    see(&life, &beijing, 3, 76 * HOUR_MS / 60);
    assert_int_equal(life.state.infeasible, 1);
    see(&life, &tianjin, 4, 0); /* 112 km less 40: near */
    assert_int_equal(life.state.infeasible, 1);
    assert_int_equal(life.state.regions, 2);
}

static void a_clock_that_goes_back_is_no_time_machine(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    see(&life, &shanghai, 2, -5 * HOUR_MS);
    assert_int_equal(life.state.infeasible, 0);
}

static void coarse_or_missing_positions_say_nothing(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &beijing, 1, 0);
    struct assay_risk_scan scan = scan_in(&life, &urumqi, 2, HOUR_MS / 60);
    scan.position.accuracy_km = 51;
    update(&life, &scan);
    assert_int_equal(life.state.infeasible, 0);
    assert_int_equal(life.state.last_position.lat_decidegrees, beijing.lat);
    scan.device_tag = 3;
    scan.position.lat_decidegrees = ASSAY_POSITION_NONE;
    scan.position.accuracy_km = 0;
    update(&life, &scan);
    assert_int_equal(life.state.regions, 0);
    assert_int_equal(life.state.last_at_unix_ms, START_MS);
}

static void counters_saturate_and_scores_are_bounded(void **state)
{
    (void)state;
    struct life life = {0};
    const struct city *const cities[] = {&beijing, &urumqi};
    for (int i = 0; i < 1000; i++) {
        see(&life, cities[i % 2], (uint16_t)(i + 1), 1000);
    }
    assert_int_equal(life.state.devices, UINT8_MAX);
    assert_int_equal(life.state.regions, UINT8_MAX);
    assert_int_equal(life.state.infeasible, UINT8_MAX);
    assert_int_equal(life.risk.score, 2048 + 1536 + 4096);
}

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

static void names_are_those_of_the_answers(void **state)
{
    (void)state;
    assert_string_equal(assay_risk_level_name(ASSAY_RISK_LOW), "low");
    assert_string_equal(assay_risk_level_name(ASSAY_RISK_CLONED), "cloned");
    assert_string_equal(assay_risk_reason_name(ASSAY_RISK_MANY_DEVICES), "many_devices");
    assert_string_equal(assay_risk_reason_name(ASSAY_RISK_MANY_PLACES), "many_places");
    assert_string_equal(assay_risk_reason_name(ASSAY_RISK_TOO_FAST), "too_fast");
    assert_string_equal(assay_risk_reason_name(ASSAY_RISK_PIN_USED), "pin_used");
    assert_string_equal(assay_risk_reason_name(ASSAY_RISK_LOT), "lot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_devices_in_four_far_places_are_suspect),
        cmocka_unit_test(many_devices_too_far_too_fast_are_cloned),
        cmocka_unit_test(a_pin_revealed_by_another_is_suspect_at_least),
        cmocka_unit_test(a_household_stays_low),
        cmocka_unit_test(one_owner_stays_low_wherever_the_address_is_placed),
        cmocka_unit_test(an_owner_without_a_device_is_never_suspect_by_addresses),
        cmocka_unit_test(countries_alone_are_never_suspect),
        cmocka_unit_test(own_positions_of_two_people_count_without_devices),
        cmocka_unit_test(speed_and_distance_have_sharp_bounds),
        cmocka_unit_test(a_clock_that_goes_back_is_no_time_machine),
        cmocka_unit_test(coarse_or_missing_positions_say_nothing),
        cmocka_unit_test(counters_saturate_and_scores_are_bounded),
        cmocka_unit_test(the_six_latest_devices_are_remembered),
        cmocka_unit_test(names_are_those_of_the_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
