// SPDX-License-Identifier: Apache-2.0
#include "verifier/nets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[64];
static struct assay_reason reason;

static int make_file(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/assay-nets-XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    return fd >= 0 ? 0 : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_list(const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static struct assay_nets *open_with(const struct assay_nets_paths *paths)
{
    struct assay_nets *nets = NULL;
    if (assay_nets_open(paths, &nets, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    return nets;
}

static enum assay_net kind(const struct assay_nets *nets, uint32_t asn, const char *text)
{
    struct assay_address address;
    assert_int_equal(assay_address_parse(text, strlen(text), &address), ASSAY_OK);
    return assay_nets_kind(nets, asn, &address);
}

static void refused(const char *text, size_t len, enum assay_error error, const char *part)
{
    write_list(text, len);
    struct assay_nets *nets = NULL;
    const struct assay_nets_paths paths = {.hosting = path};
    assert_int_equal(assay_nets_open(&paths, &nets, &reason), error);
    assert_null(nets);
    if (strstr(reason.text, part) == NULL || strstr(reason.text, "geo.hosting") == NULL) {
        fail_msg("wanted `%s' in: %s", part, reason.text);
    }
}

static void lists_that_are_none_are_refused_with_their_line(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "AS",         "AS0",        "AS4294967296",    "AS12x",        "AS 12",
        "16509",      "10.0.0.1/8", "10.0.0.0/33",     "::/129",       "hosting.com",
        "10.0.0.0 b", "-",          "AS1234567890123", "203.0.113.7/", "\xff\xfe",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(lines); i++) {
        char text[128];
        int len = snprintf(text, sizeof text, "# one\nAS1\n%s\nAS2\n", lines[i]);
        refused(text, (size_t)len, ASSAY_E_FIELD, ":3: ");
    }
    refused("AS1\0AS2\n", 8, ASSAY_E_FIELD, "zero");
    char line[300];
    memset(line, ' ', sizeof line);
    refused(line, sizeof line, ASSAY_E_FIELD, "too long");
    struct assay_nets *nets = NULL;
    const struct assay_nets_paths paths = {.mobile = "/no/such"};
    assert_int_equal(assay_nets_open(&paths, &nets, &reason), ASSAY_E_NOT_FOUND);
    assert_non_null(strstr(reason.text, "geo.mobile"));
}

static void too_many_rows_are_refused(void **state)
{
    (void)state;
    size_t len = (size_t)(ASSAY_NETS_ROWS_MAX + 1) * 4;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i += 4) {
        memcpy(text + i, "AS1\n", 4);
    }
    refused(text, len, ASSAY_E_TOO_LARGE, "networks in all");
    free(text);
}

static void the_built_in_lists_know_clouds_and_relays(void **state)
{
    (void)state;
    struct assay_nets *nets = open_with(&(struct assay_nets_paths){0});
    assert_int_equal(kind(nets, 16509, "203.0.113.1"), ASSAY_NET_HOSTING);
    assert_int_equal(kind(nets, 45102, "2001:db8::1"), ASSAY_NET_HOSTING);
    assert_int_equal(kind(nets, 13335, "203.0.113.1"), ASSAY_NET_ANON);
    assert_int_equal(kind(nets, 4134, "203.0.113.1"), ASSAY_NET_UNKNOWN);
    assert_int_equal(kind(nets, 0, "203.0.113.1"), ASSAY_NET_UNKNOWN);
    assay_nets_close(nets);
}

static void a_list_of_ones_own_replaces_the_built_in_one(void **state)
{
    (void)state;
    static const char text[] = "# nothing but this\r\n\r\n  as64500 # mine\r\n"
                               "198.51.100.0/25\n198.51.100.64/26\n198.51.100.128/26\n"
                               "203.0.113.9\n2001:db8:1::/48\n2001:db8:1:2::/64";
    write_list(text, sizeof text - 1);
    struct assay_nets *nets = open_with(&(struct assay_nets_paths){.hosting = path});
    assert_int_equal(kind(nets, 16509, "203.0.113.1"), ASSAY_NET_UNKNOWN);
    assert_int_equal(kind(nets, 64500, "203.0.113.1"), ASSAY_NET_HOSTING);
    static const char *const inside[] = {
        "198.51.100.0", "198.51.100.127",     "198.51.100.191",    "203.0.113.9",
        "2001:db8:1::", "2001:db8:1:ffff::9", "::ffff:203.0.113.9"};
    static const char *const outside[] = {"198.51.99.255", "198.51.100.192", "203.0.113.8",
                                          "203.0.113.10",  "2001:db8:2::",   "2001:db8:0:ffff::"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(inside); i++) {
        assert_int_equal(kind(nets, 0, inside[i]), ASSAY_NET_HOSTING);
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(outside); i++) {
        assert_int_equal(kind(nets, 0, outside[i]), ASSAY_NET_UNKNOWN);
    }
    assay_nets_close(nets);
}

static void networks_come_before_systems_and_people_before_machines(void **state)
{
    (void)state;
    static const char text[] = "AS16509\nAS13335\n203.0.113.0/24\n";
    write_list(text, sizeof text - 1);
    struct assay_nets *nets = open_with(&(struct assay_nets_paths){.anonymisers = path});
    assert_int_equal(kind(nets, 16509, "192.0.2.1"), ASSAY_NET_ANON); /* of both lists */
    assert_int_equal(kind(nets, 14061, "203.0.113.5"), ASSAY_NET_ANON);
    assay_nets_close(nets);
    nets = open_with(&(struct assay_nets_paths){.mobile = path});
    assert_int_equal(kind(nets, 14061, "203.0.113.5"), ASSAY_NET_MOBILE);
    assert_int_equal(kind(nets, 16509, "192.0.2.1"), ASSAY_NET_HOSTING);
    assert_int_equal(kind(nets, 64499, "192.0.2.1"), ASSAY_NET_FIXED);
    assert_int_equal(kind(nets, 0, "192.0.2.1"), ASSAY_NET_UNKNOWN);
    assay_nets_close(nets);
}

static void an_empty_list_is_a_list(void **state)
{
    (void)state;
    write_list("", 0);
    struct assay_nets *nets = open_with(&(struct assay_nets_paths){path, path, path});
    assert_int_equal(kind(nets, 16509, "203.0.113.1"), ASSAY_NET_UNKNOWN);
    assay_nets_close(nets);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(lists_that_are_none_are_refused_with_their_line),
        CASE(too_many_rows_are_refused),
        CASE(the_built_in_lists_know_clouds_and_relays),
        CASE(a_list_of_ones_own_replaces_the_built_in_one),
        CASE(networks_come_before_systems_and_people_before_machines),
        CASE(an_empty_list_is_a_list),
    };
    return cmocka_run_group_tests_name("nets", tests, NULL, NULL);
}
