// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/loopback/fake_core.h"
#include "tests/loopback/http.h"
#include "tests/loopback/serving.h"
#include "verifier/workers.h"

#define JSON "Content-Type: application/json\r\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define HTML "Accept: text/html,*/*;q=0.8\r\n"
#define ENGLISH "Accept-Language: en\r\n"

static struct serving serving;
static struct http_answer answer;
static char receipt[ASSAY_RECEIPT_TEXT_SIZE];
static char code[ASSAY_CODE_SIZE];

static int set_up(void **state)
{
    (void)state;
    serving_init(&serving);
    serving_start(&serving);
    serving_receipt(&serving, 7, 0, receipt);
    serving_code(&serving, 7, code);
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

/* A refusal: status, the stable word, and what the detail says. */
static void expect_problem(int status, const char *word, const char *part)
{
    char wanted[80];
    snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", word);
    if (answer.status != status || strstr(answer.body, wanted) == NULL ||
        strstr(answer.body, part) == NULL) {
        fail_msg("wanted %d %s `%s', got: %s", status, word, part, answer.text);
    }
    assert_string_equal(http_header(&answer, "content-type"), "application/problem+json");
}

/* A registration's body with one part changed. */
static const char *registration(const char *text, const char *extra)
{
    static char body[1024];
    snprintf(
        body, sizeof body,
        "{\"receipt\":\"%s\",\"name\":\"李雷\",\"phone\":\"138 0013 8000\",\"consent\":true%s}",
        text, extra);
    return body;
}

static void bodies_that_are_none(void **state)
{
    (void)state;
    static const char *const paths[] = {"/v1/warranties", "/v1/warranties/find", "/v1/reports"};
    unsigned before = fake.calls;
    for (size_t i = 0; i < ASSAY_COUNT_OF(paths); i++) {
        post(paths[i], JSON, "");
        expect_problem(400, "syntax", "body is needed");
        post(paths[i], "Content-Type: text/plain\r\n", "x");
        expect_problem(415, "media_type", "application/json");
        post(paths[i], JSON, "{");
        expect_problem(400, "syntax", "");
        post(paths[i], JSON, "[]");
        expect_problem(400, "syntax", "");
        post(paths[i], JSON, "{\"a\":1,\"a\":2}");
        expect_problem(400, "syntax", "");
        post(paths[i], JSON, "{\"a\":[[[[[[[[[[1]]]]]]]]]]}");
        expect_problem(400, "syntax", "");
        post(paths[i], JSON, "{\"unknown\":1}");
        expect_problem(400, "field", "");
        post(paths[i], FORM, "a=%zz");
        expect_problem(400, "syntax", "escape");
    }
    assert_int_equal(fake.calls, before);
}

static void from_another_site(void **state)
{
    (void)state;
    post("/v1/warranties", JSON "Sec-Fetch-Site: cross-site\r\n", registration(receipt, ""));
    assert_int_equal(answer.status, 403);
    post("/v1/reports", JSON "Origin: https://evil.example\r\n", "{}");
    assert_int_equal(answer.status, 403);
}

static void registrations_refused_here(void **state)
{
    (void)state;
    unsigned before = fake.calls;
    post("/v1/warranties", JSON, "{\"name\":\"a\",\"phone\":\"13800138000\",\"consent\":true}");
    expect_problem(400, "field", "receipt");
    post("/v1/warranties", JSON, "{\"receipt\":\"x\",\"phone\":\"1380013\",\"consent\":true}");
    expect_problem(400, "field", "name");
    post("/v1/warranties", JSON, "{\"receipt\":\"x\",\"name\":\"a\",\"consent\":true}");
    expect_problem(400, "field", "phone");
    post("/v1/warranties", JSON, "{\"receipt\":\"x\",\"name\":\"a\",\"phone\":\"1380013\"}");
    expect_problem(400, "field", "consent");
    post("/v1/warranties", JSON, registration(receipt, ",\"bought_on\":\"2026-02-30\""));
    expect_problem(400, "field", "bought_on");
    post("/v1/warranties", JSON, registration(receipt, ",\"email\":7"));
    expect_problem(400, "field", "email");
    post("/v1/warranties", JSON, registration(receipt, ",\"age\":7"));
    expect_problem(400, "field", "age");
    post("/v1/warranties", FORM, "receipt=x&name=a&phone=1380013");
    expect_problem(400, "field", "consent");
    assert_int_equal(fake.calls, before);
}

static void receipts_changed_or_old(void **state)
{
    (void)state;
    unsigned before = fake.calls;
    char other[ASSAY_RECEIPT_TEXT_SIZE];
    for (size_t i = 0; i < strlen(receipt); i += 7) {
        memcpy(other, receipt, sizeof other);
        other[i] = other[i] == 'A' ? 'B' : 'A';
        post("/v1/warranties", JSON, registration(other, ""));
        expect_problem(403, "receipt", "receipt");
    }
    serving_receipt(&serving, 7, -61000, other);
    post("/v1/warranties", JSON, registration(other, ""));
    expect_problem(403, "receipt", "too old");
    post("/v1/warranties", JSON, registration("", ""));
    assert_true(answer.status == 403 || answer.status == 400);
    assert_int_equal(fake.calls, before);
}

static void registrations_refused_below(void **state)
{
    (void)state;
    static const struct {
        enum assay_error error;
        const char *reason;
        int status;
        const char *word;
        const char *part;
    } rows[] = {
        {ASSAY_E_TAKEN, NULL, 409, "taken", "someone else"},
        {ASSAY_E_REFUSED, "the item is recalled", 409, "refused", "recalled"},
        {ASSAY_E_FIELD, "phone: too short", 400, "field", "phone: too short"},
        {ASSAY_E_FULL, NULL, 503, "full", ""},
        {ASSAY_E_NO_SPACE, NULL, 503, "no_space", ""},
        {ASSAY_E_MEMORY, "secret detail", 500, "memory", "out of memory"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        fake_answer(rows[i].error, rows[i].reason);
        post("/v1/warranties", JSON, registration(receipt, ""));
        expect_problem(rows[i].status, rows[i].word, rows[i].part);
        assert_null(strstr(answer.body, "secret"));
        if (rows[i].status == 503) {
            assert_non_null(http_header(&answer, "retry-after"));
        }
    }
    fake_answer(ASSAY_OK, NULL);
}

static void a_registration(void **state)
{
    (void)state;
    static const char *const wanted =
        "{\"state\":\"registered\",\"reference\":\"00112233445566778899aabbccddeeff\","
        "\"begins_on\":\"2026-01-01\",\"ends_on\":\"2026-06-01\","
        "\"terms\":{\"months\":3,\"bonus_months\":2}}";
    post("/v1/warranties", JSON, registration(receipt, ""));
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body, wanted);
    assert_string_equal(http_header(&answer, "cache-control"), "no-store");
    assert_int_equal(fake.receipt.item, assay_item_key_of(SERVING_HANDLE, 7));
    assert_string_equal(fake.name, "李雷");
    assert_string_equal(fake.phone, "138 0013 8000");
    assert_string_equal(fake.email, "-");
    assert_int_equal(fake.bought_on, ASSAY_DAY_NONE);
    post("/v1/warranties", JSON,
         registration(receipt, ",\"email\":\"a@b.cn\",\"bought_on\":\"2026-01-02\""));
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body, wanted);
    assert_string_equal(fake.email, "a@b.cn");
    assert_int_equal(fake.bought_on, 20455);
}

static void forms_get_the_page(void **state)
{
    (void)state;
    char body[512];
    snprintf(body, sizeof body, "receipt=%s&name=Li+Lei&phone=13800138000&email=&consent=on",
             receipt);
    char tail[128];
    snprintf(tail, sizeof tail, "|/%s|%s|Test|32", code, code);
    post("/v1/warranties", FORM HTML ENGLISH, body);
    assert_int_equal(answer.status, 201);
    assert_string_equal(http_header(&answer, "content-type"), "text/html; charset=utf-8");
    assert_string_equal(http_header(&answer, "content-security-policy"), "default-src 'none'");
    assert_non_null(strstr(answer.body, "Registered: the warranty lasts until 2026-06-01"));
    assert_non_null(strstr(answer.body, tail));
    assert_string_equal(fake.name, "Li Lei");
    post("/v1/warranties", FORM HTML, body);
    assert_non_null(strstr(answer.body, "保修已登记，有效期至 2026-06-01"));
    fake_answer(ASSAY_E_TAKEN, NULL);
    post("/v1/warranties", FORM HTML, body);
    assert_int_equal(answer.status, 409);
    assert_non_null(strstr(answer.body, "他人登记"));
    fake_answer(ASSAY_OK, NULL);
    post("/v1/warranties", FORM HTML ENGLISH, "receipt=x&name=a&phone=13800138000");
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.body, "Please check what you entered: consent"));
    post("/v1/warranties", FORM, body);
    assert_int_equal(answer.status, 201);
    assert_string_equal(http_header(&answer, "content-type"), "application/json");
}

static void find(const char *typed, const char *phone)
{
    char body[256];
    snprintf(body, sizeof body, "{\"code\":\"%s\",\"phone\":\"%s\"}", typed, phone);
    post("/v1/warranties/find", JSON, body);
}

static void all_that_is_not_found_is_alike(void **state)
{
    (void)state;
    char wrong[ASSAY_CODE_SIZE];
    char first[HTTP_ROOM];
    fake_answer(ASSAY_E_NOT_FOUND, NULL);
    find(code, "13800138000");
    assert_int_equal(answer.status, 404);
    assert_int_equal(fake.item, assay_item_key_of(SERVING_HANDLE, 7));
    memcpy(first, answer.body, strlen(answer.body) + 1);
    find("not a code", "13800138000");
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, first);
    assert_int_equal(fake.item, 0);
    memcpy(wrong, code, sizeof wrong);
    wrong[9] = wrong[9] == '7' ? '8' : '7';
    wrong[19] = assay_code_check_character(wrong);
    find(wrong, "13800138000");
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, first);
    assert_int_equal(fake.item, 0);
    fake_answer(ASSAY_E_FIELD, NULL);
    find(code, "1");
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, first);
    fake_answer(ASSAY_OK, NULL);
    post("/v1/warranties/find", JSON, "{\"code\":\"x\"}");
    expect_problem(400, "field", "phone");
}

static void a_warranty_is_found(void **state)
{
    (void)state;
    find(code, "13800138000");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "\"ends_on\":\"2026-06-01\""));
    assert_string_equal(fake.phone, "13800138000");
}

static void reports_refused(void **state)
{
    (void)state;
    char body[2048];
    unsigned before = fake.calls;
    post("/v1/reports", JSON, "{\"text\":\"a\"}");
    expect_problem(400, "field", "code");
    post("/v1/reports", JSON, "{\"code\":\"x\"}");
    expect_problem(400, "field", "where, text");
    post("/v1/reports", JSON, "{\"code\":\"x\",\"text\":5}");
    expect_problem(400, "field", "text");
    post("/v1/reports", JSON, "{\"code\":\"x\",\"text\":\"a\\u0007b\"}");
    expect_problem(400, "field", "text");
    post("/v1/reports", JSON, "{\"code\":\"x\",\"where\":\"a\\nb\"}");
    expect_problem(400, "field", "where");
    snprintf(body, sizeof body, "{\"code\":\"x\",\"text\":\"%01001d\"}", 1);
    post("/v1/reports", JSON, body);
    expect_problem(400, "field", "1000");
    snprintf(body, sizeof body, "{\"code\":\"x\",\"where\":\"%0201d\"}", 1);
    post("/v1/reports", JSON, body);
    expect_problem(400, "field", "where");
    assert_int_equal(fake.calls, before);
}

static void reports_taken(void **state)
{
    (void)state;
    char body[256];
    snprintf(body, sizeof body, "code=%s&where=Some+shop&text=line+1%%0D%%0Aline+2", code);
    post("/v1/reports", FORM, body);
    assert_int_equal(answer.status, 201);
    assert_string_equal(answer.body, "{\"state\":\"received\"}");
    assert_int_equal(fake.item, assay_item_key_of(SERVING_HANDLE, 7));
    assert_string_equal(fake.text, "line 1\r\nline 2");
    assert_string_equal(fake.where, "Some shop");
    post("/v1/reports", JSON, "{\"code\":\"what ever\",\"text\":\"t\"}");
    assert_int_equal(answer.status, 201);
    assert_int_equal(fake.item, 0);
    assert_string_equal(fake.code, "what ever");
    post("/v1/reports", FORM HTML, body);
    assert_int_equal(answer.status, 201);
    assert_non_null(strstr(answer.body, "举报已收到"));
}

static void clients_that_leave(void **state)
{
    (void)state;
    unsigned before = fake.calls;
    fake_close(true);
    int leaves = http_connect(serving.port);
    http_send(leaves, "/v1/warranties", JSON, registration(receipt, ""));
    fake_wait_for_calls(before + 1);
    close(leaves);
    int resets = http_connect(serving.port);
    http_send(resets, "/v1/warranties", JSON, registration(receipt, ""));
    fake_wait_for_calls(before + 2);
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(resets, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(resets);
    usleep(50000);
    fake_close(false);
    post("/v1/warranties", JSON, registration(receipt, ""));
    assert_int_equal(answer.status, 201);
}

static void a_full_queue(void **state)
{
    (void)state;
    struct serving small;
    serving_init(&small);
    small.config.worker_threads = 1;
    small.config.worker_queue = 1;
    serving_start(&small);
    char text[ASSAY_RECEIPT_TEXT_SIZE];
    serving_receipt(&small, 7, 0, text);
    unsigned before = fake.calls;
    fake_close(true);
    int running = http_connect(small.port);
    http_send(running, "/v1/warranties", JSON, registration(text, ""));
    fake_wait_for_calls(before + 1);
    int waiting = http_connect(small.port);
    http_send(waiting, "/v1/warranties", JSON, registration(text, ""));
    while (assay_workers_pending(small.service.workers) < 2) {
        usleep(1000);
    }
    http_post(small.port, "/v1/warranties", JSON, registration(text, ""), &answer);
    expect_problem(503, "busy", "");
    fake_close(false);
    http_read(running, &answer);
    assert_int_equal(answer.status, 201);
    http_read(waiting, &answer);
    assert_int_equal(answer.status, 201);
    serving_stop(&small);
}

static void stopping_answers_what_is_under_way(void **state)
{
    (void)state;
    struct serving small;
    serving_init(&small);
    serving_start(&small);
    char text[ASSAY_RECEIPT_TEXT_SIZE];
    serving_receipt(&small, 7, 0, text);
    unsigned before = fake.calls;
    fake_close(true);
    int running = http_connect(small.port);
    http_send(running, "/v1/warranties", JSON, registration(text, ""));
    fake_wait_for_calls(before + 1);
    fake_close(false);
    serving_stop(&small);
    http_read(running, &answer);
    assert_int_equal(answer.status, 201);
}

/* A job that outlives the drain's deadline ends in peace, unanswered. Forks: what is cut off cannot
 * be taken down. */
static void a_job_may_outlive_its_loop(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct serving small;
        serving_init(&small);
        small.config.drain_ms = 50;
        serving_start(&small);
        char text[ASSAY_RECEIPT_TEXT_SIZE];
        serving_receipt(&small, 7, 0, text);
        unsigned before = fake.calls;
        fake_close(true);
        http_send(http_connect(small.port), "/v1/warranties", JSON, registration(text, ""));
        fake_wait_for_calls(before + 1);
        bool clean = assay_server_stop(small.server);
        fake_close(false);
        assay_workers_close(small.service.workers);
        _exit(clean ? 2 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void too_many_from_one_address(void **state)
{
    (void)state;
    struct serving small;
    serving_init(&small);
    small.config.forms_per_minute = 3;
    serving_start(&small);
    for (unsigned i = 0; i < 3; i++) {
        http_post(small.port, "/v1/reports", JSON, "{\"code\":\"x\",\"text\":\"t\"}", &answer);
        assert_int_equal(answer.status, 201);
    }
    http_post(small.port, "/v1/reports", JSON, "{\"code\":\"x\",\"text\":\"t\"}", &answer);
    expect_problem(429, "throttled", "address");
    assert_non_null(http_header(&answer, "retry-after"));
    http_post(small.port, "/v1/warranties/find", FORM HTML, "code=x&phone=1", &answer);
    assert_int_equal(answer.status, 429);
    assert_non_null(strstr(answer.body, "稍后再试"));
    serving_stop(&small);
}

/* A failed write ends the process, rather than an answer. Runs first: it forks. */
static void a_failed_write_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static struct serving own;
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        serving_init(&own);
        serving_start(&own);
        fake_answer(ASSAY_E_IO, "fdatasync: Input/output error");
        http_post(own.port, "/v1/reports", JSON, "{\"code\":\"x\",\"text\":\"t\"}", &answer);
        _exit(77);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void)
{
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(a_failed_write_ends_the_process),
        cmocka_unit_test(a_job_may_outlive_its_loop),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_that_are_none),
        cmocka_unit_test(from_another_site),
        cmocka_unit_test(registrations_refused_here),
        cmocka_unit_test(receipts_changed_or_old),
        cmocka_unit_test(registrations_refused_below),
        cmocka_unit_test(a_registration),
        cmocka_unit_test(forms_get_the_page),
        cmocka_unit_test(all_that_is_not_found_is_alike),
        cmocka_unit_test(a_warranty_is_found),
        cmocka_unit_test(reports_refused),
        cmocka_unit_test(reports_taken),
        cmocka_unit_test(clients_that_leave),
        cmocka_unit_test(a_full_queue),
        cmocka_unit_test(stopping_answers_what_is_under_way),
        cmocka_unit_test(too_many_from_one_address),
    };
    int failed = cmocka_run_group_tests(alone, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, set_up, tear_down);
}
