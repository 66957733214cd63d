// SPDX-License-Identifier: Apache-2.0
/* POST /v1/codes/CODE/scans: verdicts, what each costs, bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base32.h"
#include "core/bytes.h"
#include "core/receipt.h"
#include "tests/loopback/scans/loopback.h"

static struct loopback server;
static struct answer answer;

static int start(void **state)
{
    (void)state;
    loopback_init(&server);
    loopback_start(&server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    loopback_stop(&server);
    return 0;
}

static json_t *body_json(void)
{
    json_error_t error;
    json_t *value = json_loads(answer.body, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        print_message("no JSON (%s): %s\n", error.text, answer.body);
    }
    assert_non_null(value);
    return value;
}

static const char *text_at(const json_t *value, const char *name)
{
    const char *text = json_string_value(json_object_get(value, name));
    assert_non_null(text);
    return text;
}

/* The verdict of the last answer, which must be 200. */
static void assert_verdict(const char *verdict)
{
    assert_int_equal(answer.status, 200);
    json_t *value = body_json();
    assert_string_equal(text_at(value, "verdict"), verdict);
    json_decref(value);
}

static void assert_problem(int status, const char *code)
{
    assert_int_equal(answer.status, status);
    assert_non_null(strstr(answer.head, "application/problem+json"));
    json_t *value = body_json();
    assert_string_equal(text_at(value, "code"), code);
    assert_int_equal(json_integer_value(json_object_get(value, "status")), status);
    json_decref(value);
}

static void test_first_scan_says_everything(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 7, code);
    ask_scan(&server, code, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "content-type: application/json\r\n"));
    assert_non_null(strstr(answer.head, "cache-control: no-store\r\n"));
    assert_non_null(strstr(answer.head, "x-content-type-options: nosniff\r\n"));
    json_t *value = body_json();
    assert_string_equal(text_at(value, "verdict"), "genuine");
    assert_string_equal(text_at(value, "class"), "good");
    assert_string_equal(text_at(value, "code"), code);
    const json_t *product = json_object_get(value, "product");
    assert_string_equal(text_at(product, "gtin"), "06901234567892");
    assert_string_equal(text_at(json_object_get(product, "name"), "en"), "Power \\ bank");
    assert_true(json_is_null(json_object_get(product, "picture")));
    const json_t *batch = json_object_get(value, "batch");
    assert_string_equal(text_at(batch, "lot"), "L1");
    assert_string_equal(text_at(batch, "expires_on"), "2027-01-02");
    assert_true(json_is_true(json_object_get(batch, "has_pin")));
    const json_t *scan = json_object_get(value, "scan");
    assert_int_equal(strlen(text_at(scan, "id")), 32);
    assert_int_equal(json_integer_value(json_object_get(scan, "number")), 1);
    assert_string_equal(text_at(json_object_get(scan, "place"), "city"), "Shen\"zhen");
    const json_t *first = json_object_get(value, "first_scan");
    assert_string_equal(text_at(first, "at"), "2026-01-01T00:00:00.000Z");
    assert_true(json_is_null(json_object_get(value, "confirmed")));
    const json_t *warranty = json_object_get(value, "warranty");
    assert_string_equal(text_at(warranty, "state"), "open");
    assert_string_equal(text_at(warranty, "ends_on"), "2026-04-01");
    struct assay_receipt receipt;
    const char *text = text_at(value, "receipt");
    assert_int_equal(assay_receipt_open(&server.service.receipt_key, text, strlen(text),
                                        server.store.last.at_unix_ms, &receipt),
                     ASSAY_OK);
    assert_true(receipt.item == assay_item_key_of(FAKE_HANDLE, 7));
    json_decref(value);
}

static void test_body_reaches_the_store(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 8, code);
    ask_scan(&server, code,
             "{\"scan_id\":\"000102030405060708090a0b0c0d0e0f\",\"device\":"
             "\"00112233445566778899aabbccddeeff\",\"position\":{\"lat\":22.54,\"lon\":-114.06,"
             "\"accuracy_m\":50},\"gtin\":\"6901234567892\",\"lot\":\"L1\"}",
             &answer);
    assert_verdict("genuine");
    const struct assay_scan_request *last = &server.store.last;
    assert_true(last->scan_id_given);
    assert_int_equal(last->scan_id[15], 15);
    assert_true(last->own_position);
    assert_int_equal(last->position.lat_decidegrees, 225);
    assert_int_equal(last->position.lon_decidegrees, -1141);
    assert_false(last->foreign_gtin);
    assert_false(last->foreign_lot);
    uint64_t device = last->device;
    assert_true(device != 0);
    ask_scan(&server, code, "{\"device\":\"00112233445566778899aabbccddeeff\"}", &answer);
    assert_true(server.store.last.device == device);
    assert_false(server.store.last.scan_id_given);
    loopback_code(&server, FAKE_HANDLE, 9, code);
    ask_scan(&server, code, "{\"device\":\"00112233445566778899aabbccddeeff\"}", &answer);
    assert_true(server.store.last.device != device); /* keyed per item */
}

static void test_retry_keeps_its_number(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 10, code);
    const char *body = "{\"scan_id\":\"000102030405060708090a0b0c0d0e0f\"}";
    ask_scan(&server, code, body, &answer);
    assert_non_null(strstr(answer.body, "\"number\":1"));
    ask_scan(&server, code, body, &answer);
    assert_non_null(strstr(answer.body, "\"number\":1"));
    ask_scan(&server, code, NULL, &answer);
    assert_non_null(strstr(answer.body, "\"number\":2"));
}

static void test_pins(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char pin[ASSAY_PIN_SIZE];
    char body[64];
    loopback_code(&server, FAKE_HANDLE, 11, code);
    loopback_pin(&server, 11, pin);
    ask_scan(&server, code, "{\"pin\":\"00000000\"}", &answer);
    assert_verdict("pin_wrong");
    assert_non_null(strstr(answer.body, "\"receipt\":null"));
    snprintf(body, sizeof body, "{\"pin\":\"%.4s-%s\"}", pin, pin + 4);
    ask_scan(&server, code, body, &answer);
    assert_verdict("confirmed");
    /* A batch without PINs: a label that has one is not the brand's. */
    loopback_code(&server, FAKE_HANDLE_BARE, 11, code);
    ask_scan(&server, code, body, &answer);
    assert_verdict("pin_wrong");
    server.store.answer_error = ASSAY_E_THROTTLED;
    ask_scan(&server, code, body, &answer);
    assert_problem(429, "throttled");
    assert_non_null(strstr(answer.head, "retry-after: 3\r\n"));
    server.store.answer_error = ASSAY_E_FULL;
    ask_scan(&server, code, NULL, &answer);
    assert_problem(503, "full");
    assert_non_null(strstr(answer.head, "retry-after: "));
    /* Who asks for a page is told in a page. */
    char line[64];
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans?lang=en", code);
    const char *html = "Accept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    ask(server.port, line, html, "pin=ABCDEFGH", &answer);
    assert_int_equal(answer.status, 503);
    assert_non_null(strstr(answer.body, "message=Many are checking right now."));
    server.store.answer_error = ASSAY_E_THROTTLED;
    ask(server.port, line, html, "pin=ABCDEFGH", &answer);
    assert_int_equal(answer.status, 429);
    assert_non_null(strstr(answer.head, "retry-after: 3\r\n"));
    assert_non_null(strstr(answer.body, "message=Too many tries. Please wait 3 seconds.\n"));
    assert_null(strstr(answer.body, "ABCDEFGH"));
    server.store.answer_error = ASSAY_OK;
}

/* A code whose check character is right and whose tag is not. */
static void forge(const char *code, char forged[ASSAY_CODE_SIZE])
{
    memcpy(forged, code, ASSAY_CODE_SIZE);
    forged[7] = forged[7] == '0' ? '1' : '0';
    forged[19] = assay_code_check_character(forged);
}

static void assert_not_issued(const char *code, const char *json)
{
    char wanted[512];
    const struct assay_verdict_row *row = assay_verdict_row(ASSAY_VERDICT_NOT_ISSUED);
    snprintf(wanted, sizeof wanted,
             "{\"verdict\":\"not_issued\",\"class\":\"bad\",\"message\":{\"zh\":\"%s\",\"en\":"
             "\"%s\"},\"code\":\"%s\"}",
             row->text_zh, row->text_en, code);
    ask_scan(&server, code, json, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, wanted);
}

static void test_not_issued_answers_alike_and_costs_alike(void **state)
{
    (void)state;
    char good[ASSAY_CODE_SIZE];
    char wrong_tag[ASSAY_CODE_SIZE];
    char beyond[ASSAY_CODE_SIZE];
    char unknown[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 20, good);
    forge(good, wrong_tag);
    loopback_code(&server, FAKE_HANDLE, FAKE_ITEMS, beyond);
    loopback_code(&server, 0x3fffffff, 20, unknown);
    unsigned scans = server.store.scans;
    const char *const codes[] = {wrong_tag, beyond, unknown};
    for (size_t i = 0; i < ASSAY_COUNT_OF(codes); i++) {
        uint64_t before = loopback_cmacs(&server);
        unsigned forged = server.store.forged;
        assert_not_issued(codes[i], NULL);
        assert_int_equal(loopback_cmacs(&server) - before, 2);
        assert_int_equal(server.store.forged - forged, 1);
    }
    assert_int_equal(server.store.scans, scans); /* the store was not asked */
    uint64_t before = loopback_cmacs(&server);
    ask_scan(&server, good, NULL, &answer);
    assert_verdict("genuine");
    assert_int_equal(loopback_cmacs(&server) - before, 2);
    assert_int_equal(server.store.scans, scans + 1);
    /* Issued, but the URL named another product: not told from an unknown code. */
    assert_not_issued(good, "{\"gtin\":\"04012345678901\"}");
    assert_not_issued(good, "{\"gtin\":\"no digits\"}");
    ask_scan(&server, good, "{\"lot\":\"L2\"}", &answer);
    assert_verdict("suspect");
    assert_non_null(strstr(answer.body, "\"receipt\":null"));
}

static void assert_malformed(const char *path_code, const char *hint)
{
    unsigned scans = server.store.scans;
    uint64_t cmacs = loopback_cmacs(&server);
    ask_scan(&server, path_code, NULL, &answer);
    assert_verdict("malformed");
    assert_non_null(strstr(answer.body, hint));
    assert_non_null(strstr(answer.body, "\"code\":null"));
    assert_int_equal(server.store.scans, scans);
    assert_int_equal(loopback_cmacs(&server), cmacs);
}

static void test_every_wrong_length(void **state)
{
    (void)state;
    char code[201];
    for (size_t len = 0; len <= 200; len += len < 70 ? 1 : 65) {
        if (len == ASSAY_CODE_LEN) {
            continue;
        }
        memset(code, '1', len);
        code[len] = '\0';
        assert_malformed(code, len < ASSAY_CODE_LEN ? "too_short" : "too_long");
    }
}

static void test_every_wrong_character(void **state)
{
    (void)state;
    char good[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 30, good);
    for (int character = 0x21; character < 0x7f; character++) {
        char code[64];
        bool known = assay_base32_value((char)character) >= 0 || character == '-';
        if (known) {
            continue;
        }
        snprintf(code, sizeof code, "%.9s%%%02x%s", good, character, good + 10);
        assert_malformed(code, "\"kind\":\"character\",\"count\":10");
    }
    /* A swap of two, and a wrong check character. */
    char swapped[ASSAY_CODE_SIZE];
    memcpy(swapped, good, sizeof swapped);
    swapped[19] = good[19] == '0' ? '1' : '0';
    assert_malformed(swapped, "typing");
}

static void test_typed_forms_are_the_same_code(void **state)
{
    (void)state;
    char good[ASSAY_CODE_SIZE];
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    char escaped[3 * ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 31, good);
    assay_code_group(good, grouped);
    ask_scan(&server, grouped, NULL, &answer);
    assert_verdict("genuine");
    for (size_t i = 0; i < ASSAY_CODE_LEN; i++) {
        snprintf(escaped + 3 * i, 4, "%%%02X", (unsigned)good[i]);
    }
    ask_scan(&server, escaped, NULL, &answer);
    assert_verdict("genuine_seen");
    assert_non_null(strstr(answer.body, good));
}

static void test_percent_tricks(void **state)
{
    (void)state;
    static const char *const broken[] = {"%",         "%4",  "%zz",      "%00", "1%0",   "%c0%af",
                                         "%ed%a0%80", "%ff", "1111%0a1", "%7f", "%c2%85"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(broken); i++) {
        ask_scan(&server, broken[i], NULL, &answer);
        assert_problem(400, "path");
    }
    ask_scan(&server, "%2531", NULL, &answer); /* decoded once, not twice */
    assert_verdict("malformed");
    ask_scan(&server, "1111/1111", NULL, &answer);
    assert_problem(404, "path");
    ask_scan(&server, "%2f%2f", NULL, &answer);
    assert_verdict("malformed");
    ask_scan(&server, "../../../etc/passwd", NULL, &answer);
    assert_problem(404, "path");
}

struct bad_body {
    const char *json;
    const char *code;
};

static void test_bad_bodies(void **state)
{
    (void)state;
    static const struct bad_body bodies[] = {
        {"{", "syntax"},
        {"[]", "syntax"},
        {"null", "syntax"},
        {"{} {}", "syntax"},
        {"\xff\xfe", "syntax"},
        {"{\"pin\":\"1\",\"pin\":\"2\"}", "syntax"},
        {"{\"pin\":\"\\u0000\"}", NULL},
        {"{\"extra\":1}", "field"},
        {"{\"pin\":12345678}", "field"},
        {"{\"pin\":\"123456789012345678901234567890123\"}", NULL},
        {"{\"scan_id\":\"00\"}", "field"},
        {"{\"scan_id\":\"zz0102030405060708090a0b0c0d0e0f\"}", "field"},
        {"{\"device\":\"\"}", NULL},
        {"{\"position\":{\"lat\":91,\"lon\":0}}", "field"},
        {"{\"position\":{\"lat\":1}}", "field"},
        {"{\"position\":{\"lat\":1,\"lon\":1e400}}", NULL},
        {"{\"position\":{\"lat\":1,\"lon\":1,\"alt\":3}}", "field"},
        {"{\"position\":[1,2]}", "field"},
        {"{\"position\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}", NULL},
    };
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 40, code);
    for (size_t i = 0; i < ASSAY_COUNT_OF(bodies); i++) {
        unsigned scans = server.store.scans;
        ask_scan(&server, code, bodies[i].json, &answer);
        if (strcmp(bodies[i].json, "{\"device\":\"\"}") == 0) {
            assert_int_equal(answer.status, 200); /* the same as none */
            continue;
        }
        assert_true(answer.status == 400 || answer.status == 413);
        if (bodies[i].code != NULL) {
            assert_problem(400, bodies[i].code);
        }
        assert_int_equal(server.store.scans, scans);
    }
    ask(server.port, "POST /v1/codes/1/scans", "Content-Type: text/plain\r\n", "{}", &answer);
    assert_problem(415, "content_type");
}

static void test_form_answers_with_a_page(void **state)
{
    (void)state;
    char line[64];
    char code[ASSAY_CODE_SIZE];
    loopback_code(&server, FAKE_HANDLE, 50, code);
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    const char *html =
        "Accept: text/html,*/*\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    ask(server.port, line, html, "scan_id=000102030405060708090a0b0c0d0e0f&lot=L1&pin=", &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "text/html; charset=utf-8"));
    assert_non_null(strstr(answer.head, "cache-control: no-store"));
    assert_non_null(strstr(answer.head, "content-security-policy: "));
    assert_non_null(strstr(answer.body, "verdict=genuine\n"));
    assert_non_null(strstr(answer.body, "lot=L1\n"));
    assert_non_null(strstr(answer.body, "has_pin=1\nreceipt=1\n"));
    assert_null(strstr(answer.body, "scan_id=000102030405060708090a0b0c0d0e0f")); /* a fresh one */
    assert_true(server.store.last.by_form);
    /* The page's script sends JSON, and wants the page too. */
    ask(server.port, line, "Accept: text/html\r\nContent-Type: application/json\r\n",
        "{\"position\":{\"lat\":1,\"lon\":2}}", &answer);
    assert_non_null(strstr(answer.body, "verdict=genuine_seen\n"));
    assert_false(server.store.last.by_form);
    assert_true(server.store.last.own_position);
    ask(server.port, line, "Content-Type: application/x-www-form-urlencoded\r\n", "lot=L1",
        &answer);
    assert_verdict("genuine_seen"); /* not asked for a page */
    ask(server.port, "POST /v1/codes/123/scans", html, "lot=L1", &answer);
    assert_non_null(strstr(answer.body, "verdict=malformed\nhint=1/17\n"));
    forge(code, code);
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    ask(server.port, line, html, "lot=L1", &answer);
    assert_non_null(strstr(answer.body, "verdict=not_issued\n"));
    assert_non_null(strstr(answer.body, "product=-\nhas_pin=0\nreceipt=0\n"));
    ask(server.port, line, html, "lot=L1&lot=L2", &answer);
    assert_int_equal(answer.status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_scan_says_everything),
        cmocka_unit_test(test_body_reaches_the_store),
        cmocka_unit_test(test_retry_keeps_its_number),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_not_issued_answers_alike_and_costs_alike),
        cmocka_unit_test(test_every_wrong_length),
        cmocka_unit_test(test_every_wrong_character),
        cmocka_unit_test(test_typed_forms_are_the_same_code),
        cmocka_unit_test(test_percent_tricks),
        cmocka_unit_test(test_bad_bodies),
        cmocka_unit_test(test_form_answers_with_a_page),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    loopback_remove_keys();
    return failed;
}
