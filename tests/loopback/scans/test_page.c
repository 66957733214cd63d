// SPDX-License-Identifier: Apache-2.0
/* GET of labels' URLs and assets, HEAD, and the operators' listener; access log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/loopback/scans/loopback.h"
#include "verifier/access_log.h"

static struct loopback server;
static struct answer answer;
static char log_path[] = "/tmp/assay-access-XXXXXX";

static int start(void **state)
{
    (void)state;
    struct assay_reason reason;
    loopback_init(&server);
    close(mkstemp(log_path));
    assert_int_equal(
        assay_network_parse("127.0.0.1", &server.config.trusted_proxies.network[0], &reason),
        ASSAY_OK);
    server.config.trusted_proxies.count = 1;
    assert_int_equal(
        assay_log_writer_open(log_path, assay_server_loops(1), &server.service.log_writer, &reason),
        ASSAY_OK);
    loopback_start(&server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loopback_stop(&server);
    return 0;
}

static void look(const char *path)
{
    char line[512];
    snprintf(line, sizeof line, "GET %s", path);
    ask(server.port, line, "", NULL, &answer);
}

static void test_forms_of_a_label(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char path[256];
    loopback_code(&server, FAKE_HANDLE, 1, code);
    snprintf(path, sizeof path, "/%s", code);
    look(path);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "cache-control: no-store"));
    assert_non_null(strstr(answer.head, "referrer-policy: same-origin"));
    assert_non_null(strstr(answer.body, code));
    assert_non_null(strstr(answer.body, "decided=0\n"));
    /* A look says nothing about whether the code was issued. */
    assert_non_null(strstr(answer.body, "product=-\nhas_pin=0\n"));
    snprintf(path, sizeof path, "/01/06901234567892/21/%s?lang=en", code);
    look(path);
    assert_non_null(strstr(answer.body, "language=1\n"));
    assert_non_null(strstr(answer.body, "gtin=06901234567892\nlot=\n"));
    snprintf(path, sizeof path, "/01/06901234567892/10/L%%201/21/%s?sig=ABC", code);
    look(path);
    assert_non_null(strstr(answer.body, "lot=L 1\nsig=ABC\n"));
    snprintf(path, sizeof path, "/%s/ABCDEF", code);
    look(path);
    assert_non_null(strstr(answer.body, "sig=ABCDEF\n"));
    assert_int_equal(server.store.scans, 0);
    assert_int_equal(server.store.forged, 0);
    assert_true(loopback_cmacs(&server) == 0);
}

static void test_paths_that_are_no_label(void **state)
{
    (void)state;
    static const char *const missing[] = {
        "/favicon.ico",     "/01",   "/01/1/21", "/01/1/21/", "/01//21/1",  "/1/2/3",
        "/assets/x.css",    "/.env", "//",       "/1/",       "/01/1/22/1", "/01/1/10/2/3/4",
        "/01/1/21/1/1/1/1",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(missing); i++) {
        look(missing[i]);
        if (answer.status != 404) {
            print_message("%s: %d\n", missing[i], answer.status);
        }
        assert_int_equal(answer.status, 404);
    }
    look("/%zz");
    assert_int_equal(answer.status, 400);
    look("/12345");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "verdict=malformed\nhint=1/15\n"));
}

/* The brand's host asks for a code; without its script the page sends it as a query. */
static void test_home(void **state)
{
    (void)state;
    look("/");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "decided=0\n"));
    look("/?code=&lang=en");
    assert_int_equal(answer.status, 200);
    look("/?code=1000-001d");
    assert_int_equal(answer.status, 303);
    assert_non_null(strstr(answer.head, "location: /1000-001d?lang=zh"));
    look("/?lang=zh&code=%2F%2Fevil.example%3Fa%0D%0ASet-Cookie:%20b");
    assert_int_equal(answer.status, 303);
    assert_non_null(strstr(answer.head, "location: /%2F%2Fevil.example%3Fa%0D%0ASet-Cookie"));
    assert_null(strstr(answer.head, "\nSet-Cookie"));
    assert_int_equal(server.store.scans, 0);
}

static void test_head(void **state)
{
    (void)state;
    ask(server.port, "HEAD /12345", "", NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_len, 0);
    assert_non_null(strcasestr(answer.head, "content-length: "));
    ask(server.port, "HEAD /assets/page-0123abcd.js", "", NULL, &answer);
    assert_non_null(strcasestr(answer.head, "content-length: 10\r\n"));
    assert_int_equal(answer.body_len, 0);
}

static void test_assets(void **state)
{
    (void)state;
    const char *line = "GET /assets/page-0123abcd.js";
    ask(server.port, line, "", NULL, &answer);
    assert_string_equal(answer.body, "plain text");
    assert_non_null(strstr(answer.head, "immutable"));
    assert_non_null(strstr(answer.head, "vary: accept-encoding"));
    assert_null(strstr(answer.head, "no-store"));
    ask(server.port, line, "Accept-Encoding: br, gzip\r\n", NULL, &answer);
    assert_string_equal(answer.body, "GZIPPED");
    assert_non_null(strstr(answer.head, "content-encoding: gzip"));
    ask(server.port, line, "If-None-Match: W/\"/assets/page-0123abcd.js\"\r\n", NULL, &answer);
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body_len, 0);
    ask(server.port, line, "If-None-Match: \"other\"\r\n", NULL, &answer);
    assert_int_equal(answer.status, 200);
}

static void test_operators(void **state)
{
    (void)state;
    ask(server.ops_port, "GET /healthz", "", NULL, &answer);
    assert_string_equal(answer.body, "ok\n");
    ask(server.ops_port, "GET /readyz", "", NULL, &answer);
    assert_int_equal(answer.status, 200);
    server.store.low_space = true;
    ask(server.ops_port, "GET /readyz", "", NULL, &answer);
    assert_int_equal(answer.status, 503);
    server.store.low_space = false;
    ask_scan(&server, "1234", NULL, &answer);
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 2, code);
    ask_scan(&server, code, NULL, &answer);
    ask(server.ops_port, "GET /metrics", "", NULL, &answer);
    assert_non_null(strstr(answer.head, "version=0.0.4"));
    static const char *const lines[] = {
        "assay_verdicts_total{verdict=\"malformed\"} 1\n",
        "assay_verdicts_total{verdict=\"genuine\"} 1\n",
        "assay_scan_duration_seconds_count 1\n",
        "assay_group_scans_bucket{le=\"1\"} 1\n",
        "assay_group_commit_seconds_count 1\n",
        "assay_loop_pass_seconds_bucket{le=\"+Inf\"} ",
        "assay_overlay_items 7\n",
        "assay_checkpoint_lag_bytes 4096\n",
        "assay_ledger_bytes 4096\n",
        "assay_fsync_total 0\n",
        "assay_connections ",
        "assay_unavailable_total ",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(lines); i++) {
        if (strstr(answer.body, lines[i]) == NULL) {
            print_message("missing: %s%s", lines[i], answer.body);
        }
        assert_non_null(strstr(answer.body, lines[i]));
    }
}

static void test_log_tells_no_secrets(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char pin[ASSAY_PIN_SIZE];
    char line[64];
    char body[64];
    loopback_code(&server, FAKE_HANDLE, 3, code);
    loopback_pin(&server, 3, pin);
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    snprintf(body, sizeof body, "{\"pin\":\"%s\"}", pin);
    ask(server.port, line,
        "Content-Type: application/json\r\nX-Forwarded-For: 198.51.100.7, 203.0.113.77\r\n", body,
        &answer);
    assert_int_equal(answer.status, 200);
    ask(server.port, "EVIL\"x /a\"b", "", NULL, &answer);
    loopback_stop(&server);
    assay_log_writer_close(server.service.log_writer);
    FILE *file = fopen(log_path, "r");
    char text[32768];
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    unlink(log_path);
    char handle[ASSAY_HANDLE_SIZE];
    char wanted[128];
    assay_handle_format(FAKE_HANDLE, handle);
    snprintf(wanted, sizeof wanted, " handle=%s verdict=confirmed\n", handle);
    assert_non_null(strstr(text, wanted));
    assert_non_null(strstr(text, "from=203.0.113.0"));
    assert_non_null(strstr(text, "event=request"));
    assert_non_null(strstr(text, "route=page status=200"));
    assert_null(strstr(text, code));
    assert_null(strstr(text, pin));
    assert_null(strstr(text, "203.0.113.77"));
    assert_null(strstr(text, "198.51.100"));
    assert_null(strstr(text, "EVIL"));
    loopback_init(&server); /* for stop */
    loopback_start(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms_of_a_label),
        cmocka_unit_test(test_paths_that_are_no_label),
        cmocka_unit_test(test_home),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_assets),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_log_tells_no_secrets),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    loopback_remove_keys();
    return failed;
}
