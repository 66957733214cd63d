// SPDX-License-Identifier: Apache-2.0
/* States as lives make them: written, read back, and never longer than their bound. */
#include "core/risk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/ledger_support.h"

#define EPOCH_MS 1790000000000ll
#define HOUR_MS 3600000ll

struct life {
    struct assay_risk_state state;
    int64_t first_at_unix_ms; /* of the row */
    int64_t at_unix_ms;
};

static void see(struct life *life, uint64_t *random)
{
    static const char *const countries[] = {"CN", "SG", "DE", ""};
    const char *country = countries[support_random(random) % ASSAY_COUNT_OF(countries)];
    life->at_unix_ms += (int64_t)(support_random(random) % 200) * HOUR_MS - HOUR_MS;
    struct assay_risk_scan scan = {
        .at_unix_ms = life->at_unix_ms,
        .device_tag = (uint16_t)(support_random(random) % 12),
        .position = {(int16_t)(support_random(random) % 900),
                     (int16_t)(support_random(random) % 1800),
                     (uint16_t)(support_random(random) % 80)},
        .country = {country[0], country[0] != '\0' ? country[1] : '\0'},
        .net = support_random(random) % ASSAY_NETS,
        .channel = support_random(random) % ASSAY_CHANNELS,
        .pin = support_random(random) % 3,
        .confirmed_by_other = support_random(random) % 9 == 0,
    };
    if (support_random(random) % 4 == 0) {
        scan.position = (struct assay_position){ASSAY_POSITION_NONE, ASSAY_POSITION_NONE, 0};
    }
    const struct assay_risk_around around = {
        .batch = {(uint32_t)(support_random(random) % 100), support_random(random) % 500000},
        .product = {(uint32_t)(support_random(random) % 900), support_random(random) % 900000}};
    struct assay_risk risk;
    assay_risk_update(&life->state, &scan, &around, assay_risk_table_default(), &risk);
    life->first_at_unix_ms = life->state.first_at_unix_ms;
}

static size_t put(const struct life *life, uint8_t row[ASSAY_RISK_STATE_MAX])
{
    struct assay_wire wire = assay_wire_writer(row, ASSAY_RISK_STATE_MAX);
    assay_risk_state_put(&wire, &life->state);
    assert_false(wire.failed);
    return wire.at;
}

static void assert_round_trip(const struct life *life)
{
    uint8_t row[ASSAY_RISK_STATE_MAX];
    uint8_t again[ASSAY_RISK_STATE_MAX];
    size_t len = put(life, row);
    struct life back = {.first_at_unix_ms = life->first_at_unix_ms};
    struct assay_wire wire = assay_wire_reader(row, len);
    assay_risk_state_get(&wire, life->first_at_unix_ms, &back.state);
    assert_false(wire.failed);
    assert_int_equal(wire.at, len);
    assert_int_equal(put(&back, again), len);
    assert_memory_equal(again, row, len);
    assert_int_equal(back.state.mass_sum, life->state.mass_sum);
    assert_memory_equal(&back.state, &life->state, sizeof back.state);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, row, cut);
        wire = assay_wire_reader(copy, cut);
        assay_risk_state_get(&wire, life->first_at_unix_ms, &back.state);
        assert_true(wire.failed);
        free(copy);
    }
}

static void random_bytes_are_refused_or_the_one_form(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    unsigned accepted = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t data[ASSAY_RISK_STATE_MAX];
        struct life life = {.first_at_unix_ms = EPOCH_MS};
        for (size_t i = 0; i < sizeof data; i++) {
            data[i] = (uint8_t)support_random(&random);
        }
        data[0] &= (uint8_t)support_random(&random);
        struct assay_wire wire = assay_wire_reader(data, sizeof data);
        assay_risk_state_get(&wire, EPOCH_MS, &life.state);
        if (!wire.failed) {
            uint8_t row[ASSAY_RISK_STATE_MAX];
            assert_int_equal(put(&life, row), wire.at);
            assert_memory_equal(row, data, wire.at);
            accepted++;
        }
    }
    assert_true(accepted > 0);
}

static void every_life_is_read_back(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    for (int round = 0; round < 60; round++) {
        struct life life = {.first_at_unix_ms = EPOCH_MS, .at_unix_ms = EPOCH_MS};
        for (int scan = 0; scan < 300; scan++) {
            see(&life, &random);
            if (scan < 20 || scan % 40 == 0) {
                assert_round_trip(&life);
            }
        }
    }
}

static void a_sum_of_masses_is_capped_at_one_and_does_not_wrap(void **state)
{
    (void)state;
    struct assay_risk_state risk = {0};
    assert_int_equal(assay_risk_state_add_mass(&risk, 40000), 40000);
    assert_int_equal(assay_risk_state_add_mass(&risk, 40000), 25535);
    assert_int_equal(assay_risk_state_add_mass(&risk, 65535), 0);
    assert_int_equal(risk.mass_sum, 145535);
    risk.mass_sum = (1u << 24) - 5;
    assert_int_equal(assay_risk_state_add_mass(&risk, 10), 0);
    assert_int_equal(risk.mass_sum, (1u << 24) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bytes_are_refused_or_the_one_form),
        cmocka_unit_test(every_life_is_read_back),
        cmocka_unit_test(a_sum_of_masses_is_capped_at_one_and_does_not_wrap),
    };
    return cmocka_run_group_tests_name("risk_state", tests, NULL, NULL);
}
