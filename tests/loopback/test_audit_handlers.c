// SPDX-License-Identifier: Apache-2.0
/* The dashboard's views and its live stream, over the real office. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/office.h"
#include "tests/loopback/http.h"
#include "tests/loopback/serving.h"

#define AUDIT "/v1/office/audit/"
#define STREAMS 64
#define WAIT_MS 5000

static struct serving serving;
static struct http_answer answer;
static char bearer[120]; /* "Authorization: Bearer TOKEN\r\n" */
static char token[64];

static void create_token(void)
{
    struct assay_office office = {
        .dir = serving.world.dir, .store = serving.world.store, .session = serving.world.session};
    const struct assay_actor admin = {.name = "test", .scopes = ASSAY_SCOPE_ADMIN};
    json_t *params = json_pack("{s:s, s:[s]}", "name", "audit", "scopes", "read");
    const struct assay_office_request request = {.command = "token.create",
                                                 .params = params,
                                                 .actor = &admin,
                                                 .now_unix_ms = assay_clock_unix_ms()};
    json_t *result = NULL;
    struct assay_reason reason = {""};
    if (assay_office_run(&office, &request, &result, &reason) != ASSAY_OK) {
        fail_msg("token: %s", reason.text);
    }
    snprintf(token, sizeof token, "%s", json_string_value(json_object_get(result, "token")));
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s\r\n", token);
    json_decref(result);
    json_decref(params);
}

/* One item seen by its owner in Guangdong, then by a stranger in Berlin. */
static void scan_twice(void)
{
    static const char *const places[][2] = {{"CN", "CN-GD"}, {"DE", "DE-BE"}};
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(serving.world.store, SERVING_HANDLE);
    assert_int_equal(world_move(&serving.world, SERVING_HANDLE, ASSAY_MOVE_ACTIVATE, 0, 99),
                     ASSAY_OK);
    for (uint64_t i = 0; i < ASSAY_COUNT_OF(places); i++) {
        struct assay_scan_request request =
            world_request(facts, 7, (i + 1) * 0x9E3779B97F4A7C15ull, WORLD_EPOCH_MS + (int64_t)i);
        struct assay_scan_answer verdict;
        assay_place_set(&request.place, places[i][0], places[i][1], "");
        assert_int_equal(world_scan(&serving.world, &request, &verdict), ASSAY_OK);
    }
    assert_int_equal(assay_store_checkpoint(serving.world.store), ASSAY_OK);
}

static int set_up(void **state)
{
    (void)state;
    serving_init(&serving);
    serving_start(&serving);
    create_token();
    scan_twice();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serving_stop(&serving);
    return 0;
}

static int begin(const char *method, const char *path, const char *headers)
{
    char request[8000];
    int len =
        snprintf(request, sizeof request,
                 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, path, headers);
    assert_true(len < (int)sizeof request);
    int fd = http_connect(serving.port);
    assert_int_equal(write(fd, request, (size_t)len), len);
    return fd;
}

static void ask(const char *method, const char *path, const char *headers)
{
    http_read(begin(method, path, headers), &answer);
}

static json_t *view(const char *path)
{
    ask("GET", path, bearer);
    if (answer.status != 200) {
        fail_msg("%s: %s", path, answer.text);
    }
    assert_string_equal(http_header(&answer, "content-type"), "application/json");
    assert_string_equal(http_header(&answer, "cache-control"), "no-store");
    json_t *json = json_loads(answer.body, 0, NULL);
    assert_non_null(json);
    return json;
}

/* A problem with this status and code, whose detail begins so. */
static void problem(const char *path, int status, const char *code, const char *detail)
{
    ask("GET", path, bearer);
    if (answer.status != status) {
        fail_msg("%s: %s", path, answer.text);
    }
    assert_string_equal(http_header(&answer, "content-type"), "application/problem+json");
    json_t *json = json_loads(answer.body, 0, NULL);
    assert_non_null(json);
    const char *named = json_string_value(json_object_get(json, "code"));
    if (named == NULL || strcmp(named, code) != 0) {
        fail_msg("%s: %s", path, answer.body);
    }
    const char *text = json_string_value(json_object_get(json, "detail"));
    if (text == NULL || strncmp(text, detail, strlen(detail)) != 0) {
        fail_msg("%s: %s", path, answer.body);
    }
    json_decref(json);
}

/* -- who may ask -- */

static void nobody_sees_anything(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Basic x\r\n",
        "Cookie: assay_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
    };
    static const char *const paths[] = {AUDIT "about", AUDIT "overview", AUDIT "live",
                                        AUDIT "code/x", AUDIT "nothing"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(headers); i++) {
        for (size_t j = 0; j < ASSAY_COUNT_OF(paths); j++) {
            ask("GET", paths[j], headers[i]);
            assert_int_equal(answer.status, 401);
            assert_non_null(strstr(answer.body, "\"code\":\"token\""));
            assert_null(strstr(answer.body, "scans"));
        }
    }
}

static void a_session_sees_what_a_token_does(void **state)
{
    (void)state;
    char body[100];
    char cookie[300];
    snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
    http_post(serving.port, "/audit/login", "Content-Type: application/json\r\n", body, &answer);
    assert_int_equal(answer.status, 200);
    const char *set = http_header(&answer, "set-cookie");
    assert_non_null(set);
    snprintf(cookie, sizeof cookie, "Cookie: %.*s\r\n", (int)strcspn(set, ";"), set);
    ask("GET", AUDIT "overview", cookie);
    assert_int_equal(answer.status, 200);
    json_t *of_session = json_loads(answer.body, 0, NULL);
    json_t *of_token = view(AUDIT "overview");
    assert_true(json_equal(of_session, of_token));
    json_decref(of_session);
    json_decref(of_token);
}

static void only_get_and_head(void **state)
{
    (void)state;
    ask("GET", AUDIT "overview", bearer);
    assert_int_equal(answer.status, 200);
    char length[40];
    snprintf(length, sizeof length, "%s", http_header(&answer, "content-length"));
    ask("HEAD", AUDIT "overview", bearer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(http_header(&answer, "content-length"), length);
    assert_string_equal(answer.body, "");
    http_post(serving.port, AUDIT "live", bearer, "", &answer);
    assert_int_equal(answer.status, 404); /* no command of the office */
}

/* -- what is asked -- */

static void bad_questions_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *path, *detail;
    } rows[] = {
        {AUDIT "overview?from=yesterday", "from: "},
        {AUDIT "overview?from=2026-02-30", "from: "},
        {AUDIT "overview?from=2026-02-02&to=2026-02-01", "to: "},
        {AUDIT "overview?handle=12", "handle: "},
        {AUDIT "overview?country=China", "country: "},
        {AUDIT "overview?country=cn", "country: "},
        {AUDIT "overview?region=GD", "region: "},
        {AUDIT "overview?colour=red", "colour: "},
        {AUDIT "overview?country=CN&country=DE", "country: "},
        {AUDIT "series?bucket=year", "bucket: "},
        {AUDIT "regions?by=planet", "by: "},
        {AUDIT "products?limit=0", "limit: "},
        {AUDIT "products?limit=1001", "limit: "},
        {AUDIT "products?limit=-1", "limit: "},
        {AUDIT "products?limit=1e2", "limit: "},
        {AUDIT "products?limit=99999999999999999999", "limit: "},
        {AUDIT "codes?level=low", "level: "},
        {AUDIT "codes?after=x", "after: "},
        {AUDIT "about?%20sku=P", " sku: "},
        {AUDIT "code/%zz", "code: "},
        {AUDIT "code/%00", "code: "},
        {AUDIT "code/0000000000000000000000000000000000000000000000000000000000000000000",
         "code: "},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        problem(rows[i].path, 400, "field", rows[i].detail);
    }
}

static void there_is_no_other_view(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "x",
        "Overview",
        "overview/",
        "overview.json",
        "code",
        "code/",
        "alert/state",
        "../token/list",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "%6fverview",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        char path[120];
        snprintf(path, sizeof path, AUDIT "%s", names[i]);
        ask("GET", path, bearer);
        if (answer.status != 404 && answer.status != 400 && answer.status != 405) {
            fail_msg("%s: %s", path, answer.text);
        }
        assert_null(strstr(answer.body, "\"scans\""));
        assert_null(strstr(answer.body, "scopes"));
    }
    problem(AUDIT "nothing", 404, "not_found", "");
}

static void a_long_query_is_refused(void **state)
{
    (void)state;
    char path[4200];
    int at = snprintf(path, sizeof path, AUDIT "overview?sku=");
    memset(path + at, 'a', 2044);
    path[at + 2044] = '\0';
    problem(path, 400, "field", "sku: "); /* as long as one may be */
    memset(path + at, 'a', 4000);
    path[at + 4000] = '\0';
    problem(path, 400, "field", "query: ");
}

static void a_code_may_be_written_in_any_way(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char path[200];
    serving_code(&serving, 7, code);
    snprintf(path, sizeof path, AUDIT "code/%s", code);
    json_t *plain = view(path);
    assert_int_equal(json_array_size(json_object_get(plain, "scans")), 2);
    snprintf(path, sizeof path, AUDIT "code/%%%02x%.4s%%20%s", code[0], code + 1, code + 5);
    json_t *encoded = view(path);
    assert_true(json_equal(plain, encoded));
    json_decref(encoded);
    json_decref(plain);
    serving_code(&serving, 7, code);
    code[9] = code[9] == '2' ? '3' : '2';
    snprintf(path, sizeof path, AUDIT "code/%s", code);
    ask("GET", path, bearer);
    assert_true(answer.status == 400 || answer.status == 404);
}

static void places_have_names_in_two_languages(void **state)
{
    (void)state;
    json_t *json = view(AUDIT "regions?by=region");
    const json_t *rows = json_object_get(json, "rows");
    assert_int_equal(json_array_size(rows), 2);
    unsigned found = 0;
    for (size_t i = 0; i < 2; i++) {
        const char *region = NULL;
        const char *zh = NULL;
        const char *en = NULL;
        assert_int_equal(json_unpack(json_array_get(rows, i), "{s:{s:s, s:{s:s, s:s}}}", "place",
                                     "region", &region, "name", "zh", &zh, "en", &en),
                         0);
        found += strcmp(region, "CN-GD") == 0 && strstr(zh, "广东") != NULL &&
                 strcmp(en, "Guangdong") == 0;
        found += strcmp(region, "DE-BE") == 0 && en[0] != '\0';
    }
    assert_int_equal(found, 2);
    json_decref(json);
    json = view(AUDIT "regions");
    assert_non_null(strstr(answer.body, "中国"));
    assert_non_null(strstr(answer.body, "Germany"));
    json_decref(json);
    json = view(AUDIT "about");
    assert_false(json_boolean_value(json_object_get(json, "geojson")));
    json_decref(json);
}

/* -- the live stream -- */

/* Read until the text has come, or the end; returns false at the end. */
static bool read_until(int fd, const char *wanted)
{
    size_t len = 0;
    answer.text[0] = '\0';
    while (strstr(answer.text, wanted) == NULL) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, WAIT_MS) != 1 || len + 1 >= sizeof answer.text) {
            fail_msg("waited for %s, got %s", wanted, answer.text);
        }
        ssize_t got = read(fd, answer.text + len, sizeof answer.text - 1 - len);
        if (got <= 0) {
            return false;
        }
        len += (size_t)got;
        answer.text[len] = '\0';
    }
    return true;
}

static void events_come_once_a_second(void **state)
{
    (void)state;
    int fd = begin("GET", AUDIT "live", bearer);
    assert_true(read_until(fd, "\"verdicts\":{"));
    assert_int_equal(strncmp(answer.text, "HTTP/1.1 200 ", 13), 0);
    assert_non_null(strcasestr(answer.text, "content-type: text/event-stream\r\n"));
    assert_non_null(strcasestr(answer.text, "cache-control: no-store\r\n"));
    assert_non_null(strstr(answer.text, "event: scans\n"));
    assert_non_null(strstr(answer.text, "\"genuine\":0"));
    int64_t first_ms = assay_clock_unix_ms();
    assert_true(read_until(fd, "event: scans\n"));
    int64_t second_ms = assay_clock_unix_ms();
    assert_true(second_ms - first_ms > 500);
    close(fd);
}

/* A stream under way; one that a client has left makes room within seconds. */
static int open_stream(void)
{
    int64_t until_ms = assay_clock_unix_ms() + WAIT_MS;
    for (;;) {
        int fd = begin("GET", AUDIT "live", bearer);
        if (read_until(fd, "event: scans")) {
            return fd;
        }
        close(fd);
        assert_non_null(strstr(answer.text, "HTTP/1.1 503 "));
        assert_true(assay_clock_unix_ms() < until_ms);
        usleep(20000);
    }
}

static void one_stream_too_many_is_told_so(void **state)
{
    (void)state;
    int fds[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = open_stream();
    }
    ask("GET", AUDIT "live", bearer);
    assert_int_equal(answer.status, 503);
    assert_non_null(http_header(&answer, "retry-after"));
    assert_non_null(strstr(answer.body, "\"code\":\"busy\""));
    ask("GET", AUDIT "overview", bearer); /* all else goes on */
    assert_int_equal(answer.status, 200);
    for (int i = 0; i < STREAMS; i++) {
        close(fds[i]);
    }
    for (int i = 0; i < STREAMS; i++) { /* each has made room */
        fds[i] = open_stream();
    }
    for (int i = 0; i < STREAMS; i++) {
        close(fds[i]);
    }
}

static void asking_for_the_head_opens_no_stream(void **state)
{
    (void)state;
    close(open_stream());
    sleep(2); /* the streams of the test before have ended */
    for (int i = 0; i < STREAMS + 1; i++) {
        ask("HEAD", AUDIT "live", bearer);
        assert_int_equal(answer.status, 200);
        assert_string_equal(http_header(&answer, "content-type"), "text/event-stream");
        assert_string_equal(answer.body, "");
    }
}

static void shutting_down_ends_streams(void **state)
{
    int fd = open_stream();
    int64_t began_ms = assay_clock_unix_ms();
    serving_stop(&serving);
    assert_true(assay_clock_unix_ms() - began_ms < serving.config.drain_ms);
    assert_false(read_until(fd, "never said"));
    close(fd);
    set_up(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_sees_anything),
        cmocka_unit_test(a_session_sees_what_a_token_does),
        cmocka_unit_test(only_get_and_head),
        cmocka_unit_test(bad_questions_are_named),
        cmocka_unit_test(there_is_no_other_view),
        cmocka_unit_test(a_long_query_is_refused),
        cmocka_unit_test(a_code_may_be_written_in_any_way),
        cmocka_unit_test(places_have_names_in_two_languages),
        cmocka_unit_test(events_come_once_a_second),
        cmocka_unit_test(one_stream_too_many_is_told_so),
        cmocka_unit_test(asking_for_the_head_opens_no_stream),
        cmocka_unit_test(shutting_down_ends_streams),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
