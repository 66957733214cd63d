// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/loopback/fake_core.h"
#include "tests/loopback/http.h"
#include "tests/loopback/serving.h"

#define JSON "Content-Type: application/json\r\n"
#define TOKEN "Authorization: Bearer " FAKE_TOKEN "\r\n"

static struct serving serving;
static struct http_answer answer;

static int set_up(void **state)
{
    (void)state;
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

static void without_a_token(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Bearer " FAKE_TOKEN "x\r\n",
        "Authorization: Basic " FAKE_TOKEN "\r\n",
        "Authorization: " FAKE_TOKEN "\r\n",
    };
    unsigned before = fake.calls;
    for (size_t i = 0; i < ASSAY_COUNT_OF(headers); i++) {
        post("/v1/office/batch/list", headers[i], "");
        assert_int_equal(answer.status, 401);
        assert_string_equal(http_header(&answer, "www-authenticate"), "Bearer");
        assert_non_null(strstr(answer.body, "\"code\":\"token\""));
    }
    assert_int_equal(fake.calls, before);
}

static void paths_that_are_no_command(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/v1/office/",
        "/v1/office/batch",
        "/v1/office/batch/",
        "/v1/office//list",
        "/v1/office/batch/a/b",
        "/v1/office/Batch/list",
        "/v1/office/a.b/c",
        "/v1/office/batch/li%73t",
        "/v1/office/batch/../x",
        "/v1/office/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    };
    unsigned before = fake.calls;
    for (size_t i = 0; i < ASSAY_COUNT_OF(paths); i++) {
        post(paths[i], TOKEN, "");
        if (answer.status != 404) {
            fail_msg("%s: %s", paths[i], answer.text);
        }
    }
    assert_int_equal(fake.calls, before);
}

static void bodies_that_do_not_fit(void **state)
{
    (void)state;
    unsigned before = fake.calls;
    post("/v1/office/batch/list", TOKEN "Content-Type: text/plain\r\n", "{}");
    assert_int_equal(answer.status, 415);
    post("/v1/office/batch/list", TOKEN JSON, "[1]");
    assert_int_equal(answer.status, 400);
    post("/v1/office/batch/list", TOKEN JSON, "{\"a\":1,\"a\":1}");
    assert_int_equal(answer.status, 400);
    assert_int_equal(fake.calls, before);
    static char large[40000];
    snprintf(large, sizeof large, "{\"a\":\"%030000d\"}", 1);
    post("/v1/office/batch/list", TOKEN JSON, large);
    assert_int_equal(answer.status, 413);
    assert_int_equal(fake.calls, before);
}

static void a_command(void **state)
{
    (void)state;
    post("/v1/office/batch/create?x=y", TOKEN JSON, "{\"sku\":\"P\",\"count\":5}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "{\"done\":\"batch.create\"}");
    assert_string_equal(fake.params, "{\"count\":5,\"sku\":\"P\"}");
    assert_string_equal(fake.actor.name, "token test");
    assert_int_equal(fake.actor.scopes, ASSAY_SCOPE_READ);
    post("/v1/office/batch/list", "authorization: bearer " FAKE_TOKEN "\r\n", "");
    assert_int_equal(answer.status, 200);
    assert_string_equal(fake.params, "{}");
}

static void refusals_of_the_office(void **state)
{
    (void)state;
    static const struct {
        enum assay_error error;
        int status;
    } rows[] = {
        {ASSAY_E_SCOPE, 403},      {ASSAY_E_FIELD, 400},  {ASSAY_E_NOT_FOUND, 404},
        {ASSAY_E_TRANSITION, 409}, {ASSAY_E_EXISTS, 409}, {ASSAY_E_FULL, 503},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        fake_answer(rows[i].error, "said below");
        post("/v1/office/batch/list", TOKEN, "");
        assert_int_equal(answer.status, rows[i].status);
        assert_non_null(strstr(answer.body, "said below"));
    }
    fake_answer(ASSAY_OK, NULL);
}

static void over_the_socket(void **state)
{
    (void)state;
    char name[64];
    int fd = http_connect_unix(serving.world.dir, "admin.sock");
    http_send(fd, "/v1/office/token/create", JSON, "{}");
    http_read(fd, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(fake.command, "token.create");
    snprintf(name, sizeof name, "uid %u", getuid());
    assert_int_equal(strncmp(fake.actor.name, name, strlen(name)), 0);
    assert_int_equal(fake.actor.scopes, ASSAY_SCOPE_READ | ASSAY_SCOPE_WRITE | ASSAY_SCOPE_ADMIN);
    char *large = malloc(300000);
    snprintf(large, 300000, "{\"a\":\"%0250000d\"}", 1);
    fd = http_connect_unix(serving.world.dir, "admin.sock");
    http_send(fd, "/v1/office/manifest/import", JSON, large);
    http_read(fd, &answer);
    free(large);
    assert_int_equal(answer.status, 200);
    assert_string_equal(fake.command, "manifest.import");
}

static void guessing_tokens_is_slowed_down(void **state)
{
    (void)state;
    struct serving small;
    serving_init(&small);
    small.config.denied_per_minute = 2;
    serving_start(&small);
    for (unsigned i = 0; i < 2; i++) {
        http_post(small.port, "/v1/office/batch/list", "", "", &answer);
        assert_int_equal(answer.status, 401);
    }
    http_post(small.port, "/v1/office/batch/list", "", "", &answer);
    assert_int_equal(answer.status, 429);
    http_post(small.port, "/v1/office/batch/list", TOKEN, "", &answer);
    assert_int_equal(answer.status, 200);
    serving_stop(&small);
}

static void get_keys(void)
{
    static const char request[] =
        "GET /.well-known/assay-keys.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    int fd = http_connect(serving.port);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    http_read(fd, &answer);
}

/* Anybody may have the list; it is made once a minute, and a failure is not kept. */
static void the_list_of_keys_is_public(void **state)
{
    (void)state;
    unsigned before = fake.calls;
    fake_answer(ASSAY_E_REFUSED, "the list needs office.key");
    get_keys();
    assert_int_equal(answer.status, 409);
    assert_non_null(strstr(answer.body, "office.key"));
    fake_answer(ASSAY_OK, NULL);
    for (int i = 0; i < 3; i++) {
        get_keys();
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.body, "{\"signed\": 1}"));
        assert_string_equal(http_header(&answer, "cache-control"), "public, max-age=60");
        assert_string_equal(http_header(&answer, "content-type"), "application/json");
    }
    assert_int_equal(fake.calls, before + 2);
    assert_string_equal(fake.command, "keys.list");
    assert_int_equal(fake.actor.scopes, ASSAY_SCOPE_READ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_token),
        cmocka_unit_test(the_list_of_keys_is_public),
        cmocka_unit_test(paths_that_are_no_command),
        cmocka_unit_test(bodies_that_do_not_fit),
        cmocka_unit_test(a_command),
        cmocka_unit_test(refusals_of_the_office),
        cmocka_unit_test(over_the_socket),
        cmocka_unit_test(guessing_tokens_is_slowed_down),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
