// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verifier/config.h"

/* Everything told in one run, a line each. */
static char told[65536];
static unsigned told_lines;

static void remember(void *context, const char *line)
{
    (void)context;
    told_lines++;
    size_t len = strlen(told);
    snprintf(told + len, sizeof told - len, "%s\n", line);
}

static const struct assay_config_sink sink = {.problem = remember};

static enum assay_error parse(const char *text, struct assay_config *config)
{
    told[0] = '\0';
    told_lines = 0;
    return assay_config_parse("t.yaml", text, strlen(text), config, &sink);
}

/* One problem, in this line, about this setting. */
static void expect_problem(const char *text, const char *start, const char *part)
{
    struct assay_config config;
    memset(&config, 0x5a, sizeof config);
    struct assay_config untouched = config;
    assert_int_not_equal(parse(text, &config), ASSAY_OK);
    assert_int_equal(told_lines, 1);
    if (strncmp(told, start, strlen(start)) != 0 || strstr(told, part) == NULL) {
        fail_msg("wanted `%s ... %s', told: %s", start, part, told);
    }
    assert_memory_equal(&config, &untouched, sizeof config);
}

static void every_bad_value_is_named(void **state)
{
    (void)state;
    expect_problem("listen: nowhere\n", "t.yaml:1: listen: ", "HOST:PORT");
    expect_problem("\nops_listen: 127.0.0.1:99999\n", "t.yaml:2: ops_listen: ", "65535");
    expect_problem("threads: 65\n", "t.yaml:1: threads: ", "from 0 to 64");
    expect_problem("threads: -1\n", "t.yaml:1: threads: ", "whole number");
    expect_problem("threads: 1.5\n", "t.yaml:1: threads: ", "whole number");
    expect_problem("threads: 99999999999999999999\n", "t.yaml:1: threads: ", "whole number");
    expect_problem("threads: ~\n", "t.yaml:1: threads: ", "whole number");
    expect_problem("threads: [1]\n", "t.yaml:1: threads: ", "one value");
    expect_problem("tls:\n  certificate: cert.pem\n", "t.yaml:2: tls.certificate: ", "absolute");
    expect_problem("tls:\n  key: /no/such/key\n", "t.yaml:2: tls.key: ", "cannot read");
    expect_problem("geo:\n  ipv4: x\n", "t.yaml:2: geo.ipv4: ", "absolute");
    expect_problem("geo:\n  ipv6: /no/such\n", "t.yaml:2: geo.ipv6: ", "cannot read");
    expect_problem("geo:\n\n  asn: /no/such\n", "t.yaml:3: geo.asn: ", "cannot read");
    expect_problem("trusted_proxies: 10.0.0.0/8\n", "t.yaml:1: trusted_proxies: ", "list");
    expect_problem("trusted_proxies:\n  - 10.0.0.0/8\n  - 10.0.0.1/8\n",
                   "t.yaml:3: trusted_proxies: ", "beyond its prefix");
    expect_problem("trusted_proxies: [[10.0.0.1]]\n", "t.yaml:1: trusted_proxies: ", "one value");
    expect_problem("connections:\n  total: 1\n", "t.yaml:2: connections.total: ", "from 16");
    expect_problem("connections:\n  per_address: 0\n", "t.yaml:2: connections.per_address: ", "1");
    expect_problem("deadlines:\n  request_ms: 5\n", "t.yaml:2: deadlines.request_ms: ", "from 100");
    expect_problem("deadlines:\n  drain_ms: x\n", "t.yaml:2: deadlines.drain_ms: ", "ms");
    expect_problem("rates:\n  forged_per_minute: x\n", "t.yaml:2: rates.forged_per_minute: ", "");
    expect_problem("rates:\n  forms_per_minute: x\n", "t.yaml:2: rates.forms_per_minute: ", "");
    expect_problem("rates:\n  denied_per_minute: x\n", "t.yaml:2: rates.denied_per_minute: ", "");
    expect_problem("workers:\n  threads: 0\n", "t.yaml:2: workers.threads: ", "from 1");
    expect_problem("workers:\n  queue: 0\n", "t.yaml:2: workers.queue: ", "from 1");
    expect_problem("store:\n  overlay_items: 1\n", "t.yaml:2: store.overlay_items: ", "1024");
    expect_problem("store:\n  checkpoint_interval_ms: 1\n",
                   "t.yaml:2: store.checkpoint_interval_ms: ", "100");
    expect_problem("store:\n  disk_reserve_mib: 0\n", "t.yaml:2: store.disk_reserve_mib: ", "1");
    expect_problem("log:\n  access: x.log\n", "t.yaml:2: log.access: ", "stderr or off");
    expect_problem("page:\n  scan_on: never\n", "t.yaml:2: page.scan_on: ", "load or tap");
}

static void every_bad_form_is_named(void **state)
{
    (void)state;
    expect_problem("lisen: 127.0.0.1:1\n", "t.yaml:1: lisen: ", "no such setting");
    expect_problem("tls:\n  cert: x\n", "t.yaml:2: tls.cert: ", "no such setting");
    expect_problem("tls:\n  tls:\n    key: x\n", "t.yaml:2: tls.tls: ", "no such setting");
    expect_problem("tls.key: x\n", "t.yaml:1: tls.key: ", "absolute");
    expect_problem("tls: x\n", "t.yaml:1: tls: ", "section");
    expect_problem("threads: 1\nthreads: 2\n", "t.yaml:2: threads: ", "first in line 1");
    expect_problem("tls:\n  key: ''\ntls:\n  key: ''\n", "t.yaml:4: tls.key: ", "twice");
    expect_problem("[1, 2]: 3\n", "t.yaml:1: ", "one value");
    expect_problem("- listen\n", "t.yaml:1: ", "must be settings");
    expect_problem("listen: [1\n", "t.yaml:2: ", "is not YAML");
    expect_problem("a: \"b\n\n", "t.yaml:", "is not YAML");
    expect_problem("listen: \xff\n", "t.yaml:1: ", "is not YAML");
    expect_problem("log:\n  access: \"/a\\0b\"\n", "t.yaml:2: log.access: ", "NUL");
    expect_problem("threads: 1\n---\nthreads: 2\n", "t.yaml:3: ", "one YAML document");
    expect_problem("&a tls: *b\n", "t.yaml:1: ", "is not YAML");
}

static void what_does_not_fit_together_is_named(void **state)
{
    (void)state;
    expect_problem("geo:\n  ipv4: ''\ntls:\n  certificate: /dev/null\n",
                   "t.yaml:4: tls.certificate: ", "tls.key");
    expect_problem("tls:\n  key: /dev/null\n", "t.yaml:2: tls.key: ", "tls.certificate");
    expect_problem("connections:\n  total: 100\n", "t.yaml:2: connections.per_address: ", "total");
    expect_problem("ops_listen: 127.0.0.1:8080\n", "t.yaml:1: ops_listen: ", "same as listen");
}

static void one_run_names_them_all(void **state)
{
    (void)state;
    struct assay_config config;
    assert_int_equal(
        parse("threads: x\nfoo: 1\npage:\n  scan_on: x\n  bar: 2\nlisten: z\n", &config),
        ASSAY_E_FIELD);
    assert_int_equal(told_lines, 5);
    assert_non_null(strstr(told, "t.yaml:1: threads: "));
    assert_non_null(strstr(told, "t.yaml:2: foo: "));
    assert_non_null(strstr(told, "t.yaml:4: page.scan_on: "));
    assert_non_null(strstr(told, "t.yaml:5: page.bar: "));
    assert_non_null(strstr(told, "t.yaml:6: listen: "));
}

static void a_flood_of_problems_is_counted(void **state)
{
    (void)state;
    struct assay_config config;
    char text[4096] = "";
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "x%u: 1\n", i);
    }
    assert_int_equal(parse(text, &config), ASSAY_E_FIELD);
    assert_int_equal(told_lines, ASSAY_CONFIG_PROBLEMS_MAX + 1);
    assert_non_null(strstr(told, "and 36 more problems"));
}

static void files_that_cannot_be_read(void **state)
{
    (void)state;
    struct assay_config config;
    told[0] = '\0';
    assert_int_equal(assay_config_load("/no/such/file", &config, &sink), ASSAY_E_NOT_FOUND);
    assert_non_null(strstr(told, "/no/such/file: No such file"));
    told[0] = '\0';
    assert_int_equal(assay_config_load("/dev/zero", &config, &sink), ASSAY_E_TOO_LARGE);
    assert_non_null(strstr(told, "/dev/zero: the input is larger"));
    assert_int_equal(assay_config_load("/", &config, &sink), ASSAY_E_IO);
}

static void nothing_means_the_defaults(void **state)
{
    (void)state;
    struct assay_config defaults, config;
    assay_config_init(&defaults);
    static const char *const texts[] = {"", "# only a comment\n", "tls:\n", "{}\n"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts); i++) {
        assert_int_equal(parse(texts[i], &config), ASSAY_OK);
        assert_memory_equal(&config, &defaults, sizeof config);
    }
    assert_string_equal(defaults.listen.text, "127.0.0.1:8080");
    assert_true(assay_endpoint_is_loopback(&defaults.listen));
    assert_true(assay_endpoint_is_loopback(&defaults.ops_listen));
    assert_int_equal(defaults.overlay_items, ASSAY_OVERLAY_ITEMS);
    assert_int_equal(defaults.connections_total, ASSAY_CONNECTIONS_MAX);
    assert_int_equal(defaults.connections_per_address, ASSAY_CONNECTIONS_PER_ADDRESS_MAX);
    assert_int_equal(defaults.request_ms, ASSAY_REQUEST_DEADLINE_MS);
    assert_int_equal((uint64_t)defaults.disk_reserve_mib << 20, ASSAY_DISK_RESERVE_BYTES);
    assert_string_equal(defaults.access_log, "off");
}

static void good_values_are_taken(void **state)
{
    (void)state;
    struct assay_config config;
    assert_int_equal(parse("listen: \"[::1]:80\"\nthreads: 4\ntls:\n  certificate: /dev/null\n"
                           "  key: /dev/null\ntrusted_proxies: [10.0.0.0/8, 2001:db8::/32]\n"
                           "log:\n  access: /var/log/assay.log\npage: {scan_on: tap}\n",
                           &config),
                     ASSAY_OK);
    assert_string_equal(config.listen.text, "[::1]:80");
    assert_int_equal(config.threads, 4);
    assert_string_equal(config.tls_certificate, "/dev/null");
    assert_int_equal(config.trusted_proxies.count, 2);
    assert_string_equal(config.access_log, "/var/log/assay.log");
    assert_true(config.scan_on_tap);
}

static void what_is_printed_is_read_back(void **state)
{
    (void)state;
    struct assay_config config, again;
    assert_int_equal(parse("trusted_proxies: [10.0.0.0/8, '::/0', 2001:db8::/32, 192.0.2.1]\n"
                           "threads: 3\nlog: {access: \"/a\\\"b\\\\c\\x01d\"}\n"
                           "page: {scan_on: tap}\n",
                           &config),
                     ASSAY_OK);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assay_config_print(&config, out);
    fclose(out);
    assert_int_equal(parse(text, &again), ASSAY_OK);
    assert_memory_equal(&config, &again, sizeof config);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += line[0] == '\n';
        assert_true(strcspn(line, "\n") <= 100);
    }
    free(text);
}

static void the_command_line_is_checked_too(void **state)
{
    (void)state;
    struct assay_config config;
    struct assay_reason reason;
    assay_config_init(&config);
    assert_int_equal(assay_config_set(&config, "threads", "65", &reason), ASSAY_E_FIELD);
    assert_int_equal(config.threads, 0);
    assert_int_equal(assay_config_set(&config, "nothing", "1", &reason), ASSAY_E_FIELD);
    assert_int_equal(assay_config_set(&config, "threads", "64", &reason), ASSAY_OK);
    assert_int_equal(config.threads, 64);
}

static void too_many_networks(void **state)
{
    (void)state;
    char text[4096] = "trusted_proxies:\n";
    for (unsigned i = 0; i <= ASSAY_NETWORKS_MAX; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "- 10.0.0.%u\n", i);
    }
    expect_problem(text, "t.yaml:66: trusted_proxies: ", "more than 64");
}

/* docs/OPERATIONS.md holds exactly the rows of the table. */
static void the_documentation_is_the_table(void **state)
{
    (void)state;
    FILE *file = fopen(ASSAY_SOURCE_DIR "/docs/OPERATIONS.md", "re");
    assert_non_null(file);
    char line[1024];
    size_t rows = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const struct assay_config_row *row = assay_config_row(rows);
        char wanted[1024];
        if (rows > 0 && line[0] == '#') {
            break; /* what follows are tables of other things */
        }
        if (strncmp(line, "| `", 3) != 0 || strstr(line, "| setting") != NULL) {
            continue;
        }
        assert_non_null(row);
        const char *initial = row->initial[0] != '\0' ? row->initial : "-";
        snprintf(wanted, sizeof wanted, "| `%s` | `%s` | %s | %s |\n", row->name, initial,
                 row->unit, row->text);
        assert_string_equal(line, wanted);
        rows++;
    }
    fclose(file);
    assert_null(assay_config_row(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_value_is_named),
        cmocka_unit_test(every_bad_form_is_named),
        cmocka_unit_test(what_does_not_fit_together_is_named),
        cmocka_unit_test(one_run_names_them_all),
        cmocka_unit_test(a_flood_of_problems_is_counted),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(nothing_means_the_defaults),
        cmocka_unit_test(good_values_are_taken),
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(the_command_line_is_checked_too),
        cmocka_unit_test(too_many_networks),
        cmocka_unit_test(the_documentation_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
