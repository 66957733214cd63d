// SPDX-License-Identifier: Apache-2.0
/* Secrets, signatures, URLs, waits; and the outbox over a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/outbox.h"
#include "core/webhook.h"
#include "tests/support/key_support.h"
#include "verifier/letter.h"
#include "verifier/post.h"

static struct key_support keys;
static struct assay_reason reason;

/* Made by hand with npm standardwebhooks 1.1.1: key 00 01 .. 1f. */
static void a_signature_is_that_of_the_scheme(void **state)
{
    (void)state;
    uint8_t key[ASSAY_WEBHOOK_KEY_LEN];
    char secret[ASSAY_WEBHOOK_SECRET_SIZE];
    char signature[ASSAY_WEBHOOK_SIGNATURE_SIZE];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    assay_webhook_secret(key, secret);
    assert_string_equal(secret, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    const struct assay_webhook_content content = {"msg_1", 1700000000, "{\"a\":1}", 7};
    assert_int_equal(assay_webhook_sign(key, &content, signature), ASSAY_OK);
    assert_string_equal(signature, "v1,AMaOha7DUT/0J0JMycRuYOBSvbx3WtwLd2khXXbaVj4=");
}

static void a_secret_is_of_its_salt_and_name(void **state)
{
    (void)state;
    struct assay_webhook_record webhook = {.name = "ops"};
    uint8_t key[3][ASSAY_WEBHOOK_KEY_LEN];
    assay_webhook_key(keys.keyring, &webhook, key[0]);
    webhook.salt[15] = 1;
    assay_webhook_key(keys.keyring, &webhook, key[1]);
    webhook.name[0] = 'O';
    assay_webhook_key(keys.keyring, &webhook, key[2]);
    assert_memory_not_equal(key[0], key[1], ASSAY_WEBHOOK_KEY_LEN);
    assert_memory_not_equal(key[1], key[2], ASSAY_WEBHOOK_KEY_LEN);
}

static void both_secrets_sign_while_they_overlap(void **state)
{
    (void)state;
    const struct assay_webhook_record added = {.name = "ops", .salt = {1}};
    struct assay_webhook_record rotated = {.name = "ops",
                                           .salt = {2},
                                           .endpoint = 4096,
                                           .former_salt = {1},
                                           .former_until_unix_ms = 1700000001000};
    struct assay_webhook_content content = {"al_8_16", 1700000000, "{}", 2};
    char before[ASSAY_WEBHOOK_SIGNATURES_SIZE];
    char during[ASSAY_WEBHOOK_SIGNATURES_SIZE];
    char after[ASSAY_WEBHOOK_SIGNATURES_SIZE];
    assert_int_equal(assay_webhook_sign_all(keys.keyring, &added, &content, before), ASSAY_OK);
    assert_int_equal(assay_webhook_sign_all(keys.keyring, &rotated, &content, during), ASSAY_OK);
    rotated.former_until_unix_ms = 1700000000999;
    assert_int_equal(assay_webhook_sign_all(keys.keyring, &rotated, &content, after), ASSAY_OK);
    assert_int_equal(strlen(before), ASSAY_WEBHOOK_SIGNATURE_SIZE - 1);
    assert_int_equal(strlen(after), ASSAY_WEBHOOK_SIGNATURE_SIZE - 1);
    assert_string_not_equal(before, after);
    assert_memory_equal(during, after, ASSAY_WEBHOOK_SIGNATURE_SIZE - 1);
    assert_int_equal(during[ASSAY_WEBHOOK_SIGNATURE_SIZE - 1], ' ');
    assert_string_equal(during + ASSAY_WEBHOOK_SIGNATURE_SIZE, before);
}

static void pauses_are_asked_for_and_bounded(void **state)
{
    (void)state;
    assert_int_equal(assay_webhook_pause_ms(429, 90), 90000);
    assert_int_equal(assay_webhook_pause_ms(503, 1), 1000);
    assert_int_equal(assay_webhook_pause_ms(503, INT64_MAX), 86400000);
    assert_int_equal(assay_webhook_pause_ms(503, 0), 0);
    assert_int_equal(assay_webhook_pause_ms(429, -5), 0);
    assert_int_equal(assay_webhook_pause_ms(500, 90), 0);
    assert_int_equal(assay_webhook_pause_ms(-28, 90), 0);
}

static void urls_are_https_or_this_host(void **state)
{
    (void)state;
    static const char *const good[] = {"https://a.example/x?y=1", "https://[2001:db8::1]:8443/",
                                       "http://127.0.0.1:80/x", "http://localhost",
                                       "http://[::1]:3000/"};
    static const char *const bad[] = {"",
                                      "a.example",
                                      "ftp://a.example/",
                                      "http://a.example/",
                                      "http://127.0.0.1.a.example/",
                                      "http://localhost.a.example/",
                                      "http://127.0.0.1@a.example/",
                                      "https://u:p@a.example/",
                                      "https://a.example/#x",
                                      "https://a.example/ x",
                                      "https://a.example/\r\nx: y",
                                      "https://a\\.example/",
                                      "https://\xc3\xa4.example/",
                                      "https:///x",
                                      "https://:443/",
                                      "HTTPS://a.example/"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(good); i++) {
        assert_int_equal(assay_webhook_url_check(good[i], &reason), ASSAY_OK);
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        if (assay_webhook_url_check(bad[i], &reason) != ASSAY_E_FIELD) {
            fail_msg("%s", bad[i]);
        }
    }
}

static void waits_double_up_to_an_hour(void **state)
{
    (void)state;
    uint64_t base = 10000;
    for (uint32_t tries = 1; tries < 100; tries++) {
        uint64_t wait = assay_webhook_wait_ms(10000, tries, "al_8_16");
        uint64_t plain = base > 3600000 ? 3600000 : base;
        assert_true(wait >= plain && wait <= plain + plain / 4);
        assert_int_equal(wait, assay_webhook_wait_ms(10000, tries, "al_8_16"));
        base = plain * 2;
    }
}

static void private_addresses_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_public;
    } rows[] = {
        {"8.8.8.8", true},
        {"223.5.5.5", true},
        {"2400:3200::1", true},
        {"127.0.0.1", false},
        {"10.1.2.3", false},
        {"172.31.0.1", false},
        {"172.32.0.1", true},
        {"192.168.1.1", false},
        {"169.254.169.254", false},
        {"100.64.0.1", false},
        {"0.0.0.0", false},
        {"255.255.255.255", false},
        {"224.0.0.1", false},
        {"::1", false},
        {"::", false},
        {"fe80::1", false},
        {"fd00::1", false},
        {"ff02::1", false},
        {"::ffff:127.0.0.1", false},
        {"::ffff:10.0.0.1", false},
        {"64:ff9b::a00:1", false},
        {"2002:a00:1::", false},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        struct assay_address address;
        assert_int_equal(assay_address_parse(rows[i].text, strlen(rows[i].text), &address),
                         ASSAY_OK);
        if (assay_post_is_public(&address) != rows[i].is_public) {
            fail_msg("%s", rows[i].text);
        }
    }
}

static void mail_addresses_cannot_hold_a_header(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",        "a",     "@b",      "a@",    "a@b@c",     "a b@c", "a@b\r\nBcc: x@y",
        "a@b,c@d", "<a@b>", "\"a\"@b", "a@b;c", "\xc3\xa4@b"};
    assert_true(assay_letter_address_is_plain("quality+alerts@brand.example"));
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_false(assay_letter_address_is_plain(bad[i]));
    }
}

static void the_outbox_keeps_what_it_was_given(void **state)
{
    (void)state;
    struct assay_outbox *outbox = NULL;
    struct assay_outbox_message *messages = NULL;
    uint64_t cursor = 0;
    size_t count = 0;
    assert_int_equal(assay_outbox_open(keys.dir, 4096, &outbox, &reason), ASSAY_OK);
    assert_int_equal(assay_outbox_cursor(outbox, &cursor), ASSAY_OK);
    assert_int_equal(cursor, 4096);
    const struct assay_outbox_message put[] = {
        {.alert = 4104, .endpoint = 16, .next_unix_ms = 5, .tries = 2, .status = -7, .dead = true},
        {.alert = 4104, .endpoint = 0, .next_unix_ms = -1, .test = true},
        {.alert = 256, .endpoint = 16},
    };
    assay_outbox_put(outbox, put, 3, 4104);
    assay_outbox_close(outbox);
    assert_int_equal(assay_outbox_open(keys.dir, 1, &outbox, &reason), ASSAY_OK);
    assert_int_equal(assay_outbox_cursor(outbox, &cursor), ASSAY_OK);
    assert_int_equal(cursor, 4104);
    assert_int_equal(assay_outbox_list(outbox, &messages, &count), ASSAY_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(&messages[0], &put[2], sizeof put[2]);
    assert_memory_equal(&messages[1], &put[1], sizeof put[1]);
    assert_memory_equal(&messages[2], &put[0], sizeof put[0]);
    free(messages);
    assay_outbox_remove(outbox, &put[1]);
    assay_outbox_remove(outbox, &put[1]);
    assert_int_equal(assay_outbox_list(outbox, &messages, &count), ASSAY_OK);
    assert_int_equal(count, 2);
    free(messages);
    assay_outbox_close(outbox);
}

int main(void)
{
    key_support_init(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_that_of_the_scheme),
        cmocka_unit_test(a_secret_is_of_its_salt_and_name),
        cmocka_unit_test(both_secrets_sign_while_they_overlap),
        cmocka_unit_test(pauses_are_asked_for_and_bounded),
        cmocka_unit_test(urls_are_https_or_this_host),
        cmocka_unit_test(waits_double_up_to_an_hour),
        cmocka_unit_test(private_addresses_are_told_apart),
        cmocka_unit_test(mail_addresses_cannot_hold_a_header),
        cmocka_unit_test(the_outbox_keeps_what_it_was_given),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
