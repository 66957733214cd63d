// SPDX-License-Identifier: Apache-2.0
/* What an item's own scans prove, with nothing around it: returns to places of one's own that one item
 * cannot make, and how innocent lives come close to them. */
#include "core/risk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE_MS 60000ll
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define START_MS 1790000000000ll

struct city {
    const char *country;
    int16_t lat;
    int16_t lon;
};

static const struct city shenzhen = {"CN", 225, 1141};
static const struct city beijing = {"CN", 399, 1164};
static const struct city tianjin = {"CN", 391, 1172}; /* 112 km from Beijing */
static const struct city urumqi = {"CN", 438, 876};
static const struct city munich = {"DE", 481, 116};

/* One item's life. */
struct life {
    struct assay_risk_state state;
    struct assay_risk risk;
    int64_t at_unix_ms;
    uint16_t accuracy_km;
    enum assay_net net;
    enum assay_risk_level highest;
};

static void see(struct life *life, const struct city *city, uint16_t device, int64_t after_ms)
{
    const struct assay_risk_around around = {0};
    life->at_unix_ms = (life->at_unix_ms == 0 ? START_MS : life->at_unix_ms) + after_ms;
    const struct assay_risk_scan scan = {
        .at_unix_ms = life->at_unix_ms,
        .device_tag = device,
        .position = {city->lat, city->lon, life->accuracy_km},
        .country = {city->country[0], city->country[1]},
        .net = life->net,
    };
    assay_risk_update(&life->state, &scan, &around, assay_risk_table_default(), &life->risk);
    life->highest = life->risk.level > life->highest ? life->risk.level : life->highest;
}

/* Two phones, each in its own city, in turn. */
static void alternate(struct life *life, int scans, int64_t every_ms)
{
    for (int i = 0; i < scans; i++) {
        see(life, i % 2 == 0 ? &shenzhen : &munich, 1 + i % 2, every_ms);
    }
}

/* -- copies -- */

static void two_phones_far_apart_in_turn_are_suspect_then_cloned(void **state)
{
    (void)state;
    struct life life = {0};
    alternate(&life, 3 * 12, 2 * HOUR_MS);
    assert_int_equal(life.state.leaps, 3);
    assert_int_equal(life.risk.level, ASSAY_RISK_SUSPECT);
    alternate(&life, 4 * 12, 2 * HOUR_MS);
    assert_int_equal(life.risk.level, ASSAY_RISK_CLONED);
    assert_true((life.risk.reasons & ASSAY_RISK_TOO_FAST) != 0);
    assert_true((life.risk.reasons & ASSAY_RISK_SWITCHES) != 0);
}

/* No scan is too soon for the way, but no item goes to and fro like that. */
static void owners_in_three_cities_who_come_back_are_suspect(void **state)
{
    (void)state;
    static const struct city *const cities[] = {&shenzhen, &urumqi, &munich};
    struct life life = {0};
    uint32_t random = 7;
    for (int i = 0; i < 40; i++) {
        random = random * 1664525 + 1013904223;
        uint16_t device = (uint16_t)(1 + (random >> 16) % 12);
        see(&life, cities[device % 3], device, 17 * HOUR_MS);
    }
    assert_int_equal(life.state.leaps, 0);
    assert_true(life.state.returns >= 4);
    assert_true(life.risk.level >= ASSAY_RISK_SUSPECT);
    assert_true((life.risk.reasons & ASSAY_RISK_SWITCHES) != 0);
}

/* Nobody scans twice, but photos do not go round for months, and displays do not travel. */
static void strangers_all_over_the_country_for_weeks_are_suspect(void **state)
{
    (void)state;
    struct life life = {.accuracy_km = 20};
    uint32_t random = 3;
    for (uint16_t i = 0; i < 60; i++) {
        random = random * 1664525 + 1013904223;
        struct city city = {"CN", (int16_t)(230 + (random >> 8) % 200),
                            (int16_t)(1000 + (random >> 16) % 200)};
        see(&life, &city, 1 + i, 30 * HOUR_MS);
    }
    assert_true(life.risk.level >= ASSAY_RISK_SUSPECT);
    assert_true((life.risk.reasons & (ASSAY_RISK_MANY_PLACES | ASSAY_RISK_MANY_DEVICES)) != 0);
}

/* Nor does a display stand in three of them. */
static void strangers_in_three_far_cities_are_suspect(void **state)
{
    (void)state;
    static const struct city harbin = {"CN", 458, 1265};
    const struct city *const cities[] = {&harbin, &shenzhen, &urumqi};
    struct life life = {.accuracy_km = 20};
    for (uint16_t i = 0; i < 24; i++) {
        see(&life, cities[i % 3], 1 + i, 55 * HOUR_MS);
    }
    assert_true(life.risk.level >= ASSAY_RISK_SUSPECT);
}

/* Copies in far countries look hardly better than those in far cities. */
static void copies_abroad_are_about_as_strange(void **state)
{
    (void)state;
    static const struct city sydney = {"AU", -339, 1512};
    static const struct city far[] = {{"CN", 481, 870}, {"CN", 399, 1164}, {"CN", 250, 1021}};
    const struct city *const abroad[] = {&munich, &sydney, &shenzhen};
    struct life at_home = {.accuracy_km = 10};
    struct life away = {.accuracy_km = 10};
    for (uint16_t i = 0; i < 3; i++) {
        see(&at_home, &far[i], 1 + i, 10 * DAY_MS);
        see(&at_home, &far[i], 1 + i, DAY_MS);
        see(&away, abroad[i], 1 + i, 10 * DAY_MS);
        see(&away, abroad[i], 1 + i, DAY_MS);
    }
    assert_true(away.risk.score + 1024 >= at_home.risk.score);
}

/* -- innocent lives -- */

/* They send each other pictures of it, and look again and again on the same evening. */
static void a_couple_who_share_pictures_are_not_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &shenzhen, 1, 0);
    for (int evening = 0; evening < 2; evening++) {
        see(&life, &shenzhen, 1, 9 * DAY_MS);
        for (int i = 0; i < 6; i++) {
            see(&life, i % 2 == 0 ? &munich : &shenzhen, i % 2 == 0 ? 2 : 1, 5 * MINUTE_MS);
        }
    }
    assert_true(life.state.leaps >= 1);
    assert_true(life.state.leaps <= 2);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

static void the_same_evening_counts_once(void **state)
{
    (void)state;
    struct life life = {0};
    alternate(&life, 60, 10 * MINUTE_MS);
    assert_int_equal(life.state.leaps, 1);
    assert_int_equal(life.state.returns, 1);
    assert_int_equal(life.state.switches, 15);
}

static void a_traveller_returns_nowhere(void **state)
{
    (void)state;
    static const struct city *const cities[] = {&shenzhen, &munich, &urumqi};
    struct life life = {0};
    for (int i = 0; i < 200; i++) {
        see(&life, cities[i / 3 % 3], 1 + i % 2, i % 3 == 0 ? 20 * DAY_MS : DAY_MS);
    }
    assert_int_equal(life.state.returns, 0);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

/* At home and at the parents', phones of their own at each. */
static void a_family_in_two_near_cities_returns_nowhere(void **state)
{
    (void)state;
    struct life life = {.accuracy_km = 10};
    for (int i = 0; i < 60; i++) {
        see(&life, i % 2 == 0 ? &beijing : &tianjin, (uint16_t)(1 + i % 4), 40 * HOUR_MS);
    }
    assert_int_equal(life.state.returns, 0);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

/* Phones of one household that their addresses place far from each other. */
static void phones_placed_by_poor_addresses_return_nowhere(void **state)
{
    (void)state;
    struct life life = {.accuracy_km = 200};
    alternate(&life, 100, 7 * HOUR_MS);
    assert_int_equal(life.state.returns, 0);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

static void anonymisers_return_nowhere(void **state)
{
    (void)state;
    struct life life = {.net = ASSAY_NET_ANON};
    alternate(&life, 100, 7 * HOUR_MS);
    assert_int_equal(life.state.switches, 0);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

/* Somebody abroad with a photo and three phones, on the day on which its owner looks at it too. */
static void griefing_is_not_suspect(void **state)
{
    (void)state;
    struct life life = {0};
    see(&life, &shenzhen, 1, 0);
    for (uint16_t i = 0; i < 9; i++) {
        see(&life, &munich, 2 + i % 3, HOUR_MS / 6);
        see(&life, &shenzhen, 1, HOUR_MS / 6);
    }
    see(&life, &shenzhen, 1, 30 * DAY_MS);
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

/* Its owner looks on for a fortnight. */
static void a_photo_gone_round_is_not_suspect(void **state)
{
    (void)state;
    static const struct city *const cities[] = {&munich, &urumqi, &beijing, &shenzhen};
    struct life life = {0};
    see(&life, &shenzhen, 1, 0);
    for (uint16_t i = 0; i < 600; i++) {
        see(&life, cities[i % 4], 2 + i, HOUR_MS / 2);
        if (i % 40 == 39) {
            see(&life, &shenzhen, 1, MINUTE_MS);
        }
    }
    assert_true(life.risk.level < ASSAY_RISK_SUSPECT);
}

/* It lies in the shop; whoever comes by scans it once, the staff more often. */
static void an_item_on_display_is_not_suspect(void **state)
{
    (void)state;
    struct life life = {.accuracy_km = 5};
    for (uint16_t i = 0; i < 200; i++) {
        see(&life, &shenzhen, i % 20 == 0 ? 1 : 2 + i, 9 * HOUR_MS);
    }
    assert_true(life.highest < ASSAY_RISK_SUSPECT);
}

/* His browser forgets; or keeps nothing at all. */
static void an_owner_without_a_cookie_is_not_suspect(void **state)
{
    (void)state;
    struct life forgets = {.accuracy_km = 10};
    struct life keeps_none = {.accuracy_km = 10};
    for (uint16_t i = 0; i < 30; i++) {
        see(&forgets, &beijing, 1 + i, 3 * DAY_MS);
        see(&keeps_none, &beijing, 0, 3 * DAY_MS);
    }
    assert_true(forgets.highest < ASSAY_RISK_SUSPECT);
    assert_true(keeps_none.highest < ASSAY_RISK_SUSPECT);
}

/* Levels that are still to be set bend no score. */
static void no_level_no_bend(void **state)
{
    (void)state;
    static struct assay_risk_table table;
    const struct assay_risk_around around = {0};
    struct life life = {0};
    struct assay_risk risk;
    alternate(&life, 7 * 12, 2 * HOUR_MS);
    table = *assay_risk_table_default();
    table.thresholds[1] = table.thresholds[2] = INT32_MAX;
    assay_risk_weigh(&life.state, &around, &table, false, &risk);
    assert_true(risk.score < assay_risk_table_default()->thresholds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_phones_far_apart_in_turn_are_suspect_then_cloned),
        cmocka_unit_test(owners_in_three_cities_who_come_back_are_suspect),
        cmocka_unit_test(strangers_in_three_far_cities_are_suspect),
        cmocka_unit_test(strangers_all_over_the_country_for_weeks_are_suspect),
        cmocka_unit_test(copies_abroad_are_about_as_strange),
        cmocka_unit_test(a_couple_who_share_pictures_are_not_suspect),
        cmocka_unit_test(the_same_evening_counts_once),
        cmocka_unit_test(a_traveller_returns_nowhere),
        cmocka_unit_test(a_family_in_two_near_cities_returns_nowhere),
        cmocka_unit_test(phones_placed_by_poor_addresses_return_nowhere),
        cmocka_unit_test(anonymisers_return_nowhere),
        cmocka_unit_test(griefing_is_not_suspect),
        cmocka_unit_test(a_photo_gone_round_is_not_suspect),
        cmocka_unit_test(an_item_on_display_is_not_suspect),
        cmocka_unit_test(an_owner_without_a_cookie_is_not_suspect),
        cmocka_unit_test(no_level_no_bend),
    };
    return cmocka_run_group_tests_name("risk_lone", tests, NULL, NULL);
}
