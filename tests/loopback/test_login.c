// SPDX-License-Identifier: Apache-2.0
/* Sessions of browsers: /audit/login, /audit/logout, and what a session opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/loopback/fake_core.h"
#include "tests/loopback/http.h"
#include "tests/loopback/serving.h"

#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n"
#define OWN "Sec-Fetch-Site: same-origin\r\n"

static struct serving serving;
static struct http_answer answer;
static char cookie[300]; /* "Cookie: NAME=ID\r\n" of the last login */

static int set_up(void **state)
{
    (void)state;
    fake.revoked = false;
    serving_init(&serving);
    serving_start(&serving);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    serving_stop(&serving);
    return 0;
}

static void post(const char *path, const char *headers, const char *body)
{
    http_post(serving.port, path, headers, body, &answer);
}

static void get(const char *path, const char *headers)
{
    char request[2000];
    int len = snprintf(request, sizeof request,
                       "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", path, headers);
    int fd = http_connect(serving.port);
    assert_int_equal(write(fd, request, (size_t)len), len);
    http_read(fd, &answer);
}

/* What a browser would send back. */
static void keep_cookie(void)
{
    const char *set = http_header(&answer, "set-cookie");
    assert_non_null(set);
    snprintf(cookie, sizeof cookie, "Cookie: theme=dark; %.*s; assay_session_x=1\r\n",
             (int)strcspn(set, ";"), set);
}

static void log_in(void)
{
    post("/audit/login", JSON, "{\"token\":\"" FAKE_TOKEN "\"}");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "\"who\":\"token test\""));
    assert_null(strstr(answer.text, FAKE_TOKEN));
    keep_cookie();
}

static void logins_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *body;
        int status;
    } rows[] = {
        {JSON, "", 400},
        {JSON, "{}", 400},
        {JSON, "{\"token\":\"\"}", 400},
        {JSON, "{\"token\":5}", 400},
        {JSON, "[1]", 400},
        {JSON, "{\"token\":\"wrong\"}", 401},
        {JSON, "{\"token\":\"" FAKE_TOKEN "x\"}", 401},
        {FORM, "token=", 400},
        {FORM, "token=wrong", 401},
        {FORM, "token=%zz", 400},
        {"Content-Type: text/plain\r\n", "token=" FAKE_TOKEN, 415},
        {FORM "Sec-Fetch-Site: cross-site\r\n", "token=" FAKE_TOKEN, 403},
        {FORM "Origin: https://evil.example\r\n", "token=" FAKE_TOKEN, 403},
        {FORM "Origin: null\r\n", "token=" FAKE_TOKEN, 403},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        post("/audit/login", rows[i].headers, rows[i].body);
        if (answer.status != rows[i].status) {
            fail_msg("%s %s: %s", rows[i].headers, rows[i].body, answer.text);
        }
        assert_null(http_header(&answer, "set-cookie"));
    }
}

static void the_cookie_is_for_this_site_alone(void **state)
{
    (void)state;
    post("/audit/login", JSON, "{\"token\":\"" FAKE_TOKEN "\"}");
    const char *set = http_header(&answer, "set-cookie");
    assert_non_null(set);
    assert_int_equal(strncmp(set, "assay_session=", 14), 0);
    assert_non_null(strstr(set, "; Path=/; Max-Age=36000; HttpOnly; SameSite=Strict"));
    assert_null(strstr(set, "Secure"));
    assert_null(strstr(set, "Domain"));
    assert_string_equal(http_header(&answer, "cache-control"), "no-store");
}

static void a_form_goes_on_to_a_page_of_ours(void **state)
{
    (void)state;
    static const struct {
        const char *next, *location;
    } rows[] = {
        {"", "/audit/login"},
        {"&next=%2F00%2F069012340000000009", "/00/069012340000000009"},
        {"&next=/audit/products?lang%3Den", "/audit/products?lang=en"},
        {"&next=//evil.example/", "/audit/login"},
        {"&next=https://evil.example/", "/audit/login"},
        {"&next=/%5Cevil.example", "/audit/login"},
        {"&next=/audit/%5C..%5Cx", "/audit/login"},
        {"&next=/audit/%0D%0ASet-Cookie:x", "/audit/login"},
        {"&next=/auditor", "/audit/login"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        char body[200];
        snprintf(body, sizeof body, "token=" FAKE_TOKEN "%s", rows[i].next);
        post("/audit/login", FORM OWN, body);
        assert_int_equal(answer.status, 303);
        assert_string_equal(http_header(&answer, "location"), rows[i].location);
        keep_cookie();
    }
    get("/audit/login", cookie);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "<p>token test||0");
    get("/audit/login?next=%22%3E%3Cscript%3E", "");
    assert_string_equal(answer.body, "<p>nobody||0");
    get("/audit/login?next=/00/069012340000000009", "");
    assert_string_equal(answer.body, "<p>nobody|/00/069012340000000009|0");
}

static void a_session_may_read(void **state)
{
    (void)state;
    get("/asked", "");
    assert_int_equal(answer.status, 401);
    get("/asked", "Cookie: assay_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n");
    assert_int_equal(answer.status, 401);
    get("/asked", "Cookie: assay_session=\r\n");
    assert_int_equal(answer.status, 401);
    log_in();
    get("/asked", cookie);
    assert_int_equal(answer.status, 200);
    char wanted[80];
    /* Its token may do everything; the session may read. */
    snprintf(wanted, sizeof wanted, "{\"who\":\"token test\",\"scopes\":%u}", ASSAY_SCOPE_READ);
    assert_string_equal(answer.body, wanted);
    get("/asked", "Authorization: Bearer " FAKE_TOKEN "\r\n");
    assert_int_equal(answer.status, 200);
    /* A wrong token is not mended by a good session. */
    char both[500];
    snprintf(both, sizeof both, "Authorization: Bearer wrong\r\n%s", cookie);
    get("/asked", both);
    assert_int_equal(answer.status, 401);
    /* The office itself takes tokens alone. */
    post("/v1/office/batch/list", cookie, "");
    assert_int_equal(answer.status, 401);
}

/* What a page of another site can make a browser send, cookie and all, if SameSite failed. */
static void another_site_cannot_post(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int status;
    } rows[] = {
        {"Sec-Fetch-Site: same-origin\r\n", 200},
        {"Origin: http://x\r\n", 200},
        {"Sec-Fetch-Site: cross-site\r\n", 401},
        {"Sec-Fetch-Site: same-site\r\n", 401},
        {"Sec-Fetch-Site: none\r\n", 401},
        {"Origin: https://evil.example\r\n", 401},
        {"Origin: null\r\n", 401},
        {"", 401},
    };
    log_in();
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        char headers[500];
        char request[900];
        snprintf(headers, sizeof headers, "%s%s", rows[i].headers, cookie);
        int len = snprintf(request, sizeof request,
                           "POST /asked HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s"
                           "Content-Length: 0\r\n\r\n",
                           headers);
        int fd = http_connect(serving.port);
        assert_int_equal(write(fd, request, (size_t)len), len);
        http_read(fd, &answer);
        if (answer.status != rows[i].status) {
            fail_msg("%s: %s", rows[i].headers, answer.text);
        }
    }
}

static void logout_and_revoking_end_it(void **state)
{
    (void)state;
    log_in();
    post("/audit/logout", cookie, "");
    assert_int_equal(answer.status, 200);
    assert_non_null(
        strstr(http_header(&answer, "set-cookie"), "assay_session=; Path=/; Max-Age=0"));
    get("/asked", cookie);
    assert_int_equal(answer.status, 401);
    char headers[500];
    log_in();
    snprintf(headers, sizeof headers, FORM OWN "%s", cookie);
    post("/audit/logout", headers, "next=/00/069012340000000009");
    assert_int_equal(answer.status, 303);
    assert_string_equal(http_header(&answer, "location"), "/00/069012340000000009");
    get("/asked", cookie);
    assert_int_equal(answer.status, 401);
    log_in();
    snprintf(headers, sizeof headers, "Sec-Fetch-Site: cross-site\r\n%s", cookie);
    post("/audit/logout", headers, "");
    assert_int_equal(answer.status, 403);
    get("/asked", cookie);
    assert_int_equal(answer.status, 200);
    fake.revoked = true;
    get("/asked", cookie);
    assert_int_equal(answer.status, 401);
    fake.revoked = false; /* it has ended all the same */
    get("/asked", cookie);
    assert_int_equal(answer.status, 401);
}

/* An inspector in a browser sees more of a carton; a session that has ended is no error there. */
static void a_carton_shows_inspectors_more(void **state)
{
    (void)state;
    char headers[500];
    get("/00/069012340000000009", "Accept: text/html\r\n");
    assert_string_equal(answer.body, "<p>069012340000000009|everybody");
    log_in();
    snprintf(headers, sizeof headers, "Accept: text/html\r\n%s", cookie);
    get("/00/069012340000000009", headers);
    assert_string_equal(answer.body, "<p>069012340000000009|inspector");
    assert_string_equal(fake.actor.name, "token test");
    assert_int_equal(fake.actor.scopes, ASSAY_SCOPE_READ);
    fake.revoked = true;
    get("/00/069012340000000009", headers);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "<p>069012340000000009|everybody");
    fake.revoked = false;
}

static void guessing_is_slowed_down(void **state)
{
    (void)state;
    struct serving small;
    serving_init(&small);
    small.config.denied_per_minute = 2;
    serving_start(&small);
    for (unsigned i = 0; i < 2; i++) {
        http_post(small.port, "/audit/login", JSON, "{\"token\":\"wrong\"}", &answer);
        assert_int_equal(answer.status, 401);
    }
    http_post(small.port, "/audit/login", JSON, "{\"token\":\"wrong\"}", &answer);
    assert_int_equal(answer.status, 429);
    assert_non_null(http_header(&answer, "retry-after"));
    http_post(small.port, "/audit/login", FORM, "token=wrong", &answer);
    assert_int_equal(answer.status, 429);
    http_post(small.port, "/audit/login", JSON, "{\"token\":\"" FAKE_TOKEN "\"}", &answer);
    assert_int_equal(answer.status, 200);
    serving_stop(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logins_that_are_refused),
        cmocka_unit_test(the_cookie_is_for_this_site_alone),
        cmocka_unit_test(a_form_goes_on_to_a_page_of_ours),
        cmocka_unit_test(a_session_may_read),
        cmocka_unit_test(another_site_cannot_post),
        cmocka_unit_test(logout_and_revoking_end_it),
        cmocka_unit_test(a_carton_shows_inspectors_more),
        cmocka_unit_test(guessing_is_slowed_down),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
