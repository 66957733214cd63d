// SPDX-License-Identifier: Apache-2.0
/* Signatures of offline labels, as the URL of a scan bears them. */
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

static void assert_verdict(const char *verdict)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "{\"verdict\":\"%s\",", verdict);
    assert_int_equal(answer.status, 200);
    assert_int_equal(strncmp(answer.body, wanted, strlen(wanted)), 0);
}

static void assert_problem(int status, const char *code)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
    assert_int_equal(answer.status, status);
    assert_non_null(strstr(answer.body, wanted));
}

static void ask_signed(const char *code, const char *sig)
{
    char body[200];
    snprintf(body, sizeof body, "{\"sig\":\"%s\"}", sig);
    ask_scan(&server, code, body, &answer);
}

/* A wrong signature answers as a code that was never issued, and reaches no store. */
static void test_signatures(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char other[ASSAY_CODE_SIZE];
    char plain[ASSAY_CODE_SIZE];
    char sig[ASSAY_OFFLINE_TEXT_SIZE];
    char wrong[ASSAY_OFFLINE_TEXT_SIZE];
    loopback_code(&server, FAKE_HANDLE_OFFLINE, 2020, code);
    loopback_code(&server, FAKE_HANDLE_OFFLINE, 2021, other);
    loopback_code(&server, FAKE_HANDLE_BARE, 2022, plain);
    loopback_sign(&server, code, sig);
    unsigned scans = server.store.scans;
    unsigned forged = server.store.forged;
    for (size_t i = 0; i < ASSAY_OFFLINE_TEXT_LEN; i += 21) {
        memcpy(wrong, sig, sizeof wrong);
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        ask_signed(code, wrong);
        assert_verdict("not_issued");
    }
    ask_signed(code, "0");
    assert_verdict("not_issued");
    ask_signed(other, sig);
    assert_verdict("not_issued");
    ask_signed(plain, sig);
    assert_verdict("not_issued");
    assert_int_equal(server.store.forged, forged + 9);
    assert_int_equal(server.store.scans, scans);
    char longer[ASSAY_OFFLINE_TEXT_SIZE + 1];
    snprintf(longer, sizeof longer, "%sA", sig);
    ask_signed(code, longer);
    assert_problem(400, "field");
    ask_signed(code, sig);
    assert_verdict("genuine");
    ask_scan(&server, other, NULL, &answer);
    assert_verdict("genuine");
    ask_signed(other, "");
    assert_verdict("genuine_seen");
    assert_int_equal(server.store.scans, scans + 3);
}

/* Who floods with wrong signatures of a good code has ten a minute looked at; other codes of that
 * address, and the same one without a signature, are answered as ever. */
static void test_floods_of_signatures(void **state)
{
    (void)state;
    char code[ASSAY_CODE_SIZE];
    char other[ASSAY_CODE_SIZE];
    char sig[ASSAY_OFFLINE_TEXT_SIZE];
    char wrong[ASSAY_OFFLINE_TEXT_SIZE];
    loopback_code(&server, FAKE_HANDLE_OFFLINE, 2030, code);
    loopback_code(&server, FAKE_HANDLE_OFFLINE, 2031, other);
    loopback_sign(&server, code, wrong);
    wrong[50] = wrong[50] == 'A' ? 'B' : 'A';
    uint64_t before = loopback_signatures(&server);
    unsigned scans = server.store.scans;
    for (unsigned i = 0; i < 50; i++) {
        ask_signed(code, wrong);
        if (i < ASSAY_BAD_SIGNATURES_A_MINUTE) {
            assert_verdict("not_issued");
        } else {
            assert_problem(429, "too_many");
        }
    }
    assert_int_equal(loopback_signatures(&server), before + ASSAY_BAD_SIGNATURES_A_MINUTE);
    assert_int_equal(server.store.scans, scans);
    loopback_sign(&server, other, sig);
    for (unsigned i = 0; i < 50; i++) {
        ask_signed(other, sig);
        assert_verdict(i == 0 ? "genuine" : "genuine_seen");
    }
    assert_int_equal(loopback_signatures(&server), before + ASSAY_BAD_SIGNATURES_A_MINUTE + 50);
    ask_scan(&server, code, NULL, &answer);
    assert_verdict("genuine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_floods_of_signatures),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    loopback_remove_keys();
    return failed;
}
