// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "verifier/address.h"

static struct assay_address address_of(const char *text)
{
    struct assay_address address;
    assert_int_equal(assay_address_parse(text, strlen(text), &address), ASSAY_OK);
    return address;
}

static void bad_endpoints(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "8080",
        ":8080",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:+80",
        "127.0.0.1:80 ",
        "::1:80",
        "[::1]",
        "[::1:80",
        "[127.0.0.1]:80",
        "example.com:80",
        "*:80",
        "[localhost]:80",
        " 127.0.0.1:80",
        "127.0.0.1:0000000080",
        "1234567890123456789012345678901234567890123456789012345678901234567890:80",
    };
    struct assay_endpoint endpoint = {.address_len = 77};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_reason reason = {""};
        assert_int_equal(assay_endpoint_parse(bad[i], &endpoint, &reason), ASSAY_E_FIELD);
        assert_string_not_equal(reason.text, "");
        assert_int_equal(endpoint.address_len, 77);
    }
}

static void good_endpoints(void **state)
{
    (void)state;
    struct assay_endpoint endpoint;
    assert_int_equal(assay_endpoint_parse("localhost:80", &endpoint, NULL), ASSAY_OK);
    assert_true(assay_endpoint_is_loopback(&endpoint));
    assert_int_equal(assay_endpoint_parse("[::1]:8443", &endpoint, NULL), ASSAY_OK);
    assert_true(assay_endpoint_is_loopback(&endpoint));
    struct sockaddr_in6 in6;
    memcpy(&in6, &endpoint.address, sizeof in6);
    assert_int_equal(ntohs(in6.sin6_port), 8443);
    assert_int_equal(assay_endpoint_parse("0.0.0.0:0", &endpoint, NULL), ASSAY_OK);
    assert_false(assay_endpoint_is_loopback(&endpoint));
    assert_int_equal(endpoint.address_len, sizeof(struct sockaddr_in));
    assert_string_equal(endpoint.text, "0.0.0.0:0");
}

static void bad_networks(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",   "10.0.0.0/33",    "10.0.0.0/",      "10.0.0.0/-1",  "10.0.0.1/8",  "10.0.0/8",
        "/8", "2001:db8::/129", "2001:db8::1/64", "10.0.0.0/8/8", "fe80::%eth0", "10.0.0.0/08x",
    };
    struct assay_network network;
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_network_parse(bad[i], &network, NULL), ASSAY_E_FIELD);
    }
}

static void add(struct assay_networks *networks, const char *text)
{
    assert_int_equal(assay_network_parse(text, &networks->network[networks->count++], NULL),
                     ASSAY_OK);
}

static bool have(const struct assay_networks *networks, const char *text)
{
    struct assay_address address = address_of(text);
    return assay_networks_have(networks, &address);
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    struct assay_networks networks = {0};
    assert_false(have(&networks, "10.0.0.1"));
    add(&networks, "10.0.0.0/9");
    add(&networks, "192.0.2.7");
    add(&networks, "2001:db8::/33");
    assert_true(have(&networks, "10.127.255.255"));
    assert_false(have(&networks, "10.128.0.0"));
    assert_true(have(&networks, "::ffff:10.1.2.3"));
    assert_true(have(&networks, "192.0.2.7"));
    assert_false(have(&networks, "192.0.2.6"));
    assert_true(have(&networks, "2001:db8:7fff::1"));
    assert_false(have(&networks, "2001:db8:8000::1"));
    add(&networks, "0.0.0.0/0");
    assert_true(have(&networks, "203.0.113.9"));
    assert_false(have(&networks, "2001:db9::1"));
}

static void expect_client(const char *peer_text, const char *forwarded, const char *expected)
{
    struct assay_networks proxies = {0};
    add(&proxies, "127.0.0.1");
    add(&proxies, "10.0.0.0/8");
    add(&proxies, "2001:db8:f::/48");
    struct assay_address peer = address_of(peer_text);
    struct assay_address wanted = address_of(expected);
    struct assay_address client;
    assay_address_client(&proxies, &peer, forwarded, strlen(forwarded), &client);
    assert_memory_equal(&client, &wanted, sizeof client);
}

static void only_proxies_are_believed(void **state)
{
    (void)state;
    expect_client("203.0.113.5", "198.51.100.1", "203.0.113.5");
    expect_client("127.0.0.1", "", "127.0.0.1");
    expect_client("127.0.0.1", "198.51.100.1", "198.51.100.1");
    expect_client("127.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.1");
    expect_client("127.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1");
    expect_client("127.0.0.1", "1.1.1.1,192.0.2.1 , 10.0.0.2", "192.0.2.1");
    expect_client("127.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3");
}

static void forwarded_forms(void **state)
{
    (void)state;
    expect_client("127.0.0.1", "198.51.100.1:4711", "198.51.100.1");
    expect_client("127.0.0.1", "[2001:db8::9]:443", "2001:db8::9");
    expect_client("127.0.0.1", "\t2001:db8::9 ", "2001:db8::9");
    expect_client("127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1");
    expect_client("2001:db8:f::1", "198.51.100.1", "198.51.100.1");
}

static void what_cannot_be_read_ends_the_walk(void **state)
{
    (void)state;
    expect_client("127.0.0.1", "unknown", "127.0.0.1");
    expect_client("127.0.0.1", "198.51.100.1,", "127.0.0.1");
    expect_client("127.0.0.1", "198.51.100.1, ,10.0.0.2", "10.0.0.2");
    expect_client("127.0.0.1", "[2001:db8::9", "127.0.0.1");
    expect_client("127.0.0.1", "198.51.100.1:", "198.51.100.1");
    expect_client(
        "127.0.0.1",
        "198.51.100.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,"
        "10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.1,10.0.0.9",
        "10.0.0.1");
}

static void log_lines_hold_no_full_address(void **state)
{
    (void)state;
    char text[ASSAY_ADDRESS_TEXT_SIZE];
    struct assay_address address = address_of("198.51.100.77");
    assay_address_format_coarse(&address, text);
    assert_string_equal(text, "198.51.100.0/24");
    address = address_of("2001:db8:12:3456:789a::1");
    assay_address_format_coarse(&address, text);
    assert_string_equal(text, "2001:db8:12::/48");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_endpoints),
        cmocka_unit_test(good_endpoints),
        cmocka_unit_test(bad_networks),
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(only_proxies_are_believed),
        cmocka_unit_test(forwarded_forms),
        cmocka_unit_test(what_cannot_be_read_ends_the_walk),
        cmocka_unit_test(log_lines_hold_no_full_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
