// SPDX-License-Identifier: Apache-2.0
/* Clients that are slow, greedy, rude or of another site; caps, rates and the drain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/loopback/scans/loopback.h"

static struct loopback server;
static struct answer answer;

static int start(void **state)
{
    (void)state;
    loopback_init(&server);
    server.config.request_ms = 400;
    server.config.connections_per_address = 300;
    server.config.forged_per_minute = 60;
    loopback_start(&server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loopback_stop(&server);
    return 0;
}

static void assert_alive(uint32_t index)
{
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, index, code);
    ask_scan(&server, code, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "\"verdict\":\"genuine"));
}

static void test_body_over_the_limit(void **state)
{
    (void)state;
    size_t len = ASSAY_BODY_BYTES_MAX + 1;
    char *body = malloc(len + 1);
    memset(body, ' ', len);
    body[len] = '\0';
    body[0] = '{';
    ask(server.port, "POST /v1/codes/1/scans", "Content-Type: application/json\r\n", body, &answer);
    assert_int_equal(answer.status, 413);
    body[len - 1] = '\0'; /* at the limit it is read, and no JSON */
    ask(server.port, "POST /v1/codes/1/scans", "Content-Type: application/json\r\n", body, &answer);
    assert_int_equal(answer.status, 400);
    free(body);
    int fd = client_open(server.port);
    static const char huge[] = "POST /v1/codes/1/scans HTTP/1.1\r\nHost: x\r\n"
                               "Content-Length: 99999999999\r\n\r\n{";
    client_send(fd, huge, sizeof huge - 1);
    client_read(fd, &answer);
    assert_int_equal(answer.status, 413);
    assert_true(client_is_closed(fd, 1000));
    close(fd);
    assert_alive(1);
}

static void test_chunked_body_over_the_limit(void **state)
{
    (void)state;
    int fd = client_open(server.port);
    static const char head[] = "POST /v1/codes/1/scans HTTP/1.1\r\nHost: x\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    static const char chunk[] =
        "40\r\n0123456789012345678901234567890123456789012345678901234567890"
        "123\r\n";
    client_send(fd, head, sizeof head - 1);
    for (int i = 0; i < 400; i++) {
        client_send(fd, chunk, sizeof chunk - 1);
    }
    client_read(fd, &answer);
    assert_true(answer.status == 413 || answer.status == 0);
    close(fd);
    assert_alive(2);
}

static void test_headers_without_end(void **state)
{
    (void)state;
    int fd = client_open(server.port);
    char line[1024];
    memset(line, 'a', sizeof line);
    memcpy(line, "GET /", 5);
    for (int i = 0; i < 600; i++) {
        client_send(fd, line + (i > 0 ? 5 : 0), sizeof line - (i > 0 ? 5 : 0));
    }
    client_read(fd, &answer);
    assert_true(answer.status == 400 || answer.status == 0);
    assert_true(client_is_closed(fd, 2000));
    close(fd);
    fd = client_open(server.port);
    client_send(fd, "GET / HTTP/1.1\r\n", 16);
    for (int i = 0; i < 200; i++) {
        client_send(fd, "X-A: b\r\n", 8);
    }
    client_send(fd, "\r\n", 2);
    client_read(fd, &answer);
    assert_int_equal(answer.status, 400);
    close(fd);
    assert_alive(3);
}

static void test_slow_clients_meet_the_deadline(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "", "POST /v1/cod", "POST /v1/codes/1/scans HTTP/1.1\r\nHost: x\r\n",
        "POST /v1/codes/1/scans HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"};
    int fds[ASSAY_COUNT_OF(parts)];
    for (size_t i = 0; i < ASSAY_COUNT_OF(parts); i++) {
        fds[i] = client_open(server.port);
        client_send(fds[i], parts[i], strlen(parts[i]));
    }
    uint64_t began_ns = assay_clock_monotonic_ns();
    for (size_t i = 0; i < ASSAY_COUNT_OF(parts); i++) {
        /* A trickle does not put the deadline off. */
        client_send(fds[i], parts[i][0] == '\0' ? "" : "x", parts[i][0] == '\0' ? 0 : 1);
        assert_true(client_is_closed(fds[i], 3000));
        close(fds[i]);
    }
    assert_true(assay_clock_monotonic_ns() - began_ns < 2500000000ull);
    assert_alive(4);
}

static void test_clients_that_leave(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char request[256];
    unsigned before = server.store.scans;
    for (uint32_t i = 0; i < 250; i++) {
        loopback_code(&server, FAKE_HANDLE, 100 + i % 50, code);
        int len = snprintf(request, sizeof request,
                           "POST /v1/codes/%s/scans HTTP/1.1\r\nHost: x\r\n\r\n", code);
        int fd = client_open(server.port);
        const struct linger reset = {i % 2, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        client_send(fd, request, (size_t)len - (i % 5 == 0 ? 3 : 0));
        close(fd);
    }
    assert_alive(5);
    assert_true(server.store.scans > before);
}

static void test_pipelined_scans(void **state)
{
    (void)state;
    enum { SCANS = 2000 };
    char code[ASSAY_CODE_SIZE];
    char *all = malloc(SCANS * 80);
    size_t len = 0;
    for (uint32_t i = 0; i < SCANS; i++) {
        loopback_code(&server, FAKE_HANDLE, 1000 + i, code);
        len += (size_t)snprintf(all + len, 80,
                                "POST /v1/codes/%s/scans HTTP/1.1\r\nHost: x\r\n\r\n", code);
    }
    unsigned before = server.store.scans;
    int fd = client_open(server.port);
    client_send(fd, all, len);
    loopback_code(&server, FAKE_HANDLE, 6, code);
    uint64_t began_ns = assay_clock_monotonic_ns();
    ask_scan(&server, code, NULL, &answer); /* somebody else is served meanwhile */
    uint64_t waited_ms = (assay_clock_monotonic_ns() - began_ns) / 1000000u;
    assert_int_equal(answer.status, 200);
    assert_true(server.store.scans - before < SCANS);
    print_message("another client waited %u ms\n", (unsigned)waited_ms);
    for (uint32_t i = 0; i < SCANS; i++) {
        client_read(fd, &answer);
        assert_int_equal(answer.status, 200);
        loopback_code(&server, FAKE_HANDLE, 1000 + i, code);
        assert_non_null(strstr(answer.body, code)); /* in order */
    }
    assert_int_equal(server.store.scans - before, SCANS + 1);
    close(fd);
    free(all);
}

struct origin_case {
    const char *headers;
    int status;
};

static void test_posts_of_other_sites(void **state)
{
    (void)state;
    static const struct origin_case cases[] = {
        {"", 200},
        {"Sec-Fetch-Site: cross-site\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\nOrigin: http://brand.test\r\n", 403},
        {"Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n", 200},
        {"Sec-Fetch-Site: same-site\r\nOrigin: http://evil.brand.test\r\n", 403},
        {"Origin: http://brand.test\r\n", 200},
        {"Origin: http://BRAND.test\r\n", 200},
        {"Origin: https://brand.test\r\n", 200}, /* the request's own host */
        {"Origin: http://brand.test.evil\r\n", 403},
        {"Origin: http://brand.test@evil\r\n", 403},
        {"Origin: httpx://brand.test\r\n", 403},
        {"Origin: null\r\n", 403},
        {"Origin: http://\r\n", 403},
        {"Origin: ://\r\n", 403},
    };
    char line[64];
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 60, code);
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        unsigned scans = server.store.scans;
        ask(server.port, line, cases[i].headers, NULL, &answer);
        if (answer.status != cases[i].status) {
            print_message("%s", cases[i].headers);
        }
        assert_int_equal(answer.status, cases[i].status);
        assert_int_equal(server.store.scans - scans, cases[i].status == 200);
    }
}

static void test_wrong_methods_and_paths(void **state)
{
    (void)state;
    static const char *const methods[] = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS", "post", "X"};
    char line[64];
    for (size_t i = 0; i < ASSAY_COUNT_OF(methods); i++) {
        snprintf(line, sizeof line, "%s /v1/codes/1/scans", methods[i]);
        bool get = strcmp(methods[i], "GET") == 0;
        ask(server.port, line, "", NULL, &answer);
        /* A GET falls through to the page, which knows no such form. */
        assert_int_equal(answer.status, get ? 404 : 405);
        if (!get) {
            assert_non_null(strstr(answer.head, "allow: POST\r\n"));
        }
    }
    ask(server.port, "POST /1111", "", NULL, &answer);
    assert_int_equal(answer.status, 405);
    assert_non_null(strstr(answer.head, "allow: GET, HEAD\r\n"));
    ask(server.port, "POST /v1/codes/1", "", NULL, &answer);
    assert_int_equal(answer.status, 404);
    ask(server.port, "GET /metrics", "", NULL, &answer);
    assert_null(strstr(answer.body, "assay_")); /* not on the public listener */
    ask(server.ops_port, "GET /v1/cmacs", "", NULL, &answer);
    assert_int_equal(answer.status, 404);
    /* No upgrade to HTTP/2, neither way. */
    int fd = client_open(server.port);
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    client_send(fd, preface, sizeof preface - 1);
    client_read(fd, &answer);
    assert_int_equal(answer.status, 400);
    close(fd);
    ask(server.port, "GET /1111",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
        "AAMAAABkAAQAAP__\r\n",
        NULL, &answer);
    assert_int_equal(answer.status, 200);
}

static void test_guessing_is_limited_and_scanning_is_not(void **state)
{
    (void)state;
    unsigned limited = 0;
    for (int i = 0; i < 80; i++) {
        ask_scan(&server, "123", NULL, &answer);
        if (answer.status == 429) {
            limited++;
            assert_non_null(strstr(answer.head, "retry-after: "));
        }
    }
    assert_true(limited >= 19);
    unsigned forged = server.store.forged;
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, 0x3ffffff1, 1, code);
    ask_scan(&server, code, NULL, &answer);
    assert_int_equal(answer.status, 429);
    assert_int_equal(server.store.forged, forged);
    for (uint32_t i = 0; i < 200; i++) {
        assert_alive(200 + i);
    }
}

static void test_connection_cap(void **state)
{
    (void)state;
    int fds[310];
    for (size_t i = 0; i < ASSAY_COUNT_OF(fds); i++) {
        fds[i] = client_open(server.port);
    }
    unsigned closed = 0;
    for (size_t i = 300; i < ASSAY_COUNT_OF(fds); i++) {
        closed += client_is_closed(fds[i], 200);
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(fds); i++) {
        close(fds[i]);
    }
    assert_int_equal(closed, 10);
    usleep(50000);
    assert_alive(7);
    ask(server.ops_port, "GET /metrics", "", NULL, &answer);
    const char *refused = strstr(answer.body, "\nassay_connections_refused_total ");
    assert_non_null(refused);
    assert_true(strtoul(refused + 33, NULL, 10) >= 10);
}

static void test_drain_answers_what_was_asked(void **state)
{
    (void)state;
    struct loopback *other = calloc(1, sizeof *other);
    char code[ASSAY_CODE_SIZE];
    char request[256];
    loopback_init(other);
    loopback_start(other);
    loopback_code(other, FAKE_HANDLE, 1, code);
    int idle = client_open(other->port);
    int asking = client_open(other->port);
    int len = snprintf(request, sizeof request,
                       "POST /v1/codes/%s/scans HTTP/1.1\r\nHost: x\r\n\r\n", code);
    client_send(asking, request, (size_t)len);
    loopback_stop(other); /* asserts that nothing was cut off */
    client_read(asking, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(client_is_closed(idle, 100));
    close(idle);
    close(asking);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body_over_the_limit),
        cmocka_unit_test(test_chunked_body_over_the_limit),
        cmocka_unit_test(test_headers_without_end),
        cmocka_unit_test(test_slow_clients_meet_the_deadline),
        cmocka_unit_test(test_clients_that_leave),
        cmocka_unit_test(test_pipelined_scans),
        cmocka_unit_test(test_posts_of_other_sites),
        cmocka_unit_test(test_wrong_methods_and_paths),
        cmocka_unit_test(test_guessing_is_limited_and_scanning_is_not),
        cmocka_unit_test(test_connection_cap),
        cmocka_unit_test(test_drain_answers_what_was_asked),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    loopback_remove_keys();
    return failed;
}
