// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "verifier/connections.h"
#include "verifier/rates.h"

#define SECOND_NS 1000000000ull

static struct assay_address address_of(const char *text)
{
    struct assay_address address;
    assert_int_equal(assay_address_parse(text, strlen(text), &address), ASSAY_OK);
    return address;
}

static unsigned taken(struct assay_rates *rates, const char *text, unsigned tries, uint64_t now_ns)
{
    struct assay_address address = address_of(text);
    unsigned count = 0;
    for (unsigned i = 0; i < tries; i++) {
        count += assay_rates_take(rates, ASSAY_RATE_FORGED, &address, now_ns) == 0;
    }
    return count;
}

static void test_a_minutes_worth_then_one_by_one(void **state)
{
    (void)state;
    const uint32_t limits[ASSAY_RATES] = {[ASSAY_RATE_FORGED] = 60};
    struct assay_rates *rates;
    uint64_t now = 77 * SECOND_NS;
    assert_int_equal(assay_rates_create(limits, now, &rates), ASSAY_OK);
    assert_int_equal(taken(rates, "192.0.2.1", 100, now), 60);
    struct assay_address address = address_of("192.0.2.1");
    uint32_t wait_ms = assay_rates_take(rates, ASSAY_RATE_FORGED, &address, now);
    assert_in_range(wait_ms, 900, 1100);
    assert_int_equal(taken(rates, "192.0.2.1", 10, now + SECOND_NS), 1);
    assert_int_equal(taken(rates, "192.0.2.1", 100, now + 31 * SECOND_NS), 30);
    assert_int_equal(taken(rates, "192.0.2.1", 100, now + 1000 * SECOND_NS), 60);
    /* Another address, and another bucket of the same one, have their own. */
    assert_int_equal(taken(rates, "192.0.2.2", 100, now), 60);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(assay_rates_take(rates, ASSAY_RATE_FORMS, &address, now), 0);
    }
    /* Of IPv6 the first 64 bits count. */
    assert_int_equal(taken(rates, "2001:db8:1:2::1", 40, now), 40);
    assert_int_equal(taken(rates, "2001:db8:1:2:ffff::9", 40, now), 20);
    assert_int_equal(taken(rates, "2001:db8:1:3::1", 40, now), 40);
    assay_rates_destroy(rates);
}

/* An address' things have buckets of their own; asking takes nothing. */
static void test_things_of_an_address(void **state)
{
    (void)state;
    const uint32_t limits[ASSAY_RATES] = {[ASSAY_RATE_SIGNED] = 3};
    struct assay_rates *rates;
    uint64_t now = 77 * SECOND_NS;
    assert_int_equal(assay_rates_create(limits, now, &rates), ASSAY_OK);
    struct assay_address own = address_of("192.0.2.1"), next = address_of("192.0.2.2");
    struct assay_address six = address_of("2001:db8:1:2::1");
    struct assay_address same = address_of("2001:db8:1:2:ffff::9");
    struct assay_address one = assay_rates_mix(rates, &own, 1);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(assay_rates_ask(rates, ASSAY_RATE_SIGNED, &one, now), 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(assay_rates_take(rates, ASSAY_RATE_SIGNED, &one, now), 0);
    }
    uint32_t wait_ms = assay_rates_ask(rates, ASSAY_RATE_SIGNED, &one, now);
    assert_in_range(wait_ms, 19000, 21000);
    assert_int_equal(assay_rates_take(rates, ASSAY_RATE_SIGNED, &one, now), wait_ms);
    struct assay_address other = assay_rates_mix(rates, &own, 2);
    struct assay_address far = assay_rates_mix(rates, &next, 1);
    assert_int_equal(assay_rates_ask(rates, ASSAY_RATE_SIGNED, &other, now), 0);
    assert_int_equal(assay_rates_ask(rates, ASSAY_RATE_SIGNED, &far, now), 0);
    assert_int_equal(assay_rates_ask(rates, ASSAY_RATE_SIGNED, &own, now), 0);
    struct assay_address mixed = assay_rates_mix(rates, &six, 9);
    struct assay_address again = assay_rates_mix(rates, &same, 9);
    assert_memory_equal(&mixed, &again, sizeof mixed);
    assert_int_equal(assay_rates_ask(rates, ASSAY_RATE_FORGED, &one, now), 0); /* no limit */
    assay_rates_destroy(rates);
}

static void test_time_before_the_beginning(void **state)
{
    (void)state;
    const uint32_t limits[ASSAY_RATES] = {1, 1000000, 1};
    struct assay_rates *rates;
    assert_int_equal(assay_rates_create(limits, 50 * SECOND_NS, &rates), ASSAY_OK);
    assert_int_equal(taken(rates, "192.0.2.1", 5, 0), 1);
    assert_int_equal(taken(rates, "192.0.2.1", 5, 51 * SECOND_NS), 0);
    assert_int_equal(taken(rates, "192.0.2.1", 5, 112 * SECOND_NS), 1);
    assay_rates_destroy(rates);
}

static void test_crowds_never_blame_an_address(void **state)
{
    (void)state;
    const uint32_t limits[ASSAY_RATES] = {[ASSAY_RATE_FORGED] = 5};
    struct assay_rates *rates;
    assert_int_equal(assay_rates_create(limits, SECOND_NS, &rates), ASSAY_OK);
    struct assay_address address = address_of("10.0.0.0");
    for (uint32_t i = 0; i < 300000; i++) {
        memcpy(address.bytes + 12, &i, sizeof i);
        assert_int_equal(assay_rates_take(rates, ASSAY_RATE_FORGED, &address, SECOND_NS), 0);
    }
    assay_rates_destroy(rates);
}

static void test_connection_caps(void **state)
{
    (void)state;
    struct assay_networks proxies = {.count = 1};
    struct assay_reason reason;
    assert_int_equal(assay_network_parse("10.0.0.0/8", &proxies.network[0], &reason), ASSAY_OK);
    struct assay_connections *connections;
    assert_int_equal(assay_connections_create(5, 2, &proxies, &connections), ASSAY_OK);
    struct assay_connection *open[5];
    struct assay_connection *none = NULL;
    struct assay_address a = address_of("192.0.2.1");
    struct assay_address proxy = address_of("10.1.2.3");
    assert_int_equal(assay_connections_enter(connections, &a, &open[0]), ASSAY_OK);
    assert_int_equal(assay_connections_enter(connections, &a, &open[1]), ASSAY_OK);
    assert_int_equal(assay_connections_enter(connections, &a, &none), ASSAY_E_FULL);
    assay_connections_leave(connections, open[0]);
    assert_int_equal(assay_connections_enter(connections, &a, &open[0]), ASSAY_OK);
    for (int i = 2; i < 5; i++) { /* over the cap of one address, within the total */
        assert_int_equal(assay_connections_enter(connections, &proxy, &open[i]), ASSAY_OK);
    }
    assert_int_equal(assay_connections_enter(connections, &proxy, &none), ASSAY_E_FULL);
    for (int i = 0; i < 5; i++) {
        assay_connections_leave(connections, open[i]);
    }
    assert_null(none);
    assay_connections_destroy(connections);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_minutes_worth_then_one_by_one),
        cmocka_unit_test(test_things_of_an_address),
        cmocka_unit_test(test_time_before_the_beginning),
        cmocka_unit_test(test_crowds_never_blame_an_address),
        cmocka_unit_test(test_connection_caps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
