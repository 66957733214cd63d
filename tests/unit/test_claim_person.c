// SPDX-License-Identifier: Apache-2.0
#include "core/claim_person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct assay_receipt receipt = {.item = 1, .scan_id = {0xAB, 1}};

static struct assay_claim_request sample(void)
{
    return (struct assay_claim_request){.receipt = &receipt,
                                        .name = "李雷 \"Lei\"",
                                        .phone = "+86 138-0013-8000",
                                        .email = "li@example.com",
                                        .consent = true,
                                        .at_unix_ms = 1790000000123};
}

static void check_refused(const struct assay_claim_request *request, const char *says)
{
    struct assay_reason reason;
    assert_int_equal(assay_claim_person_check(request, &reason), ASSAY_E_FIELD);
    assert_memory_equal(reason.text, says, strlen(says));
}

static void wrong_names_are_refused(void **state)
{
    (void)state;
    static char longest[82];
    memset(longest, 'n', sizeof longest - 1);
    const char *const names[] = {NULL, "", "  ", "a\nb", "\xC3", longest};
    struct assay_claim_request request = sample();
    struct assay_reason reason;
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        request.name = names[i];
        check_refused(&request, "name:");
    }
    request.name = longest + 1;
    assert_int_equal(assay_claim_person_check(&request, &reason), ASSAY_OK);
}

static void wrong_phones_are_refused(void **state)
{
    (void)state;
    static const char *const phones[] = {
        NULL,     "",        "1234",  "12-34",  "1 2 3",        "12345x",
        "12345+", "++12345", "+1234", "1234５", "12345\n67890", "123456789012345678901"};
    struct assay_claim_request request = sample();
    for (size_t i = 0; i < ASSAY_COUNT_OF(phones); i++) {
        request.phone = phones[i];
        check_refused(&request, "phone:");
    }
}

static void wrong_emails_and_no_consent_are_refused(void **state)
{
    (void)state;
    static char longest[300];
    memset(longest, 'e', sizeof longest - 1);
    memcpy(longest + 280, "@example.com", 12);
    const char *const emails[] = {"",          "a",       "@b.c",    "a@b",     "a@.c",
                                  "a@b.",      "a@b..c",  "a@b@c.d", "a b@c.d", "a@b.c\n",
                                  "\xFF@b.cd", "<a@b.c>", longest};
    struct assay_claim_request request = sample();
    for (size_t i = 0; i < ASSAY_COUNT_OF(emails); i++) {
        request.email = emails[i];
        check_refused(&request, "email:");
    }
    request = sample();
    request.consent = false;
    check_refused(&request, "consent:");
}

static void good_requests_pass(void **state)
{
    (void)state;
    static const char *const emails[] = {NULL, "li@example.com", "a.b+c@d-e.co.uk", "李@例子.公司"};
    static const char *const phones[] = {"12345", "+12345", "12345678901234567890",
                                         "0755 8888-8888"};
    struct assay_reason reason;
    for (size_t i = 0; i < ASSAY_COUNT_OF(emails); i++) {
        struct assay_claim_request request = sample();
        request.email = emails[i];
        request.phone = phones[i];
        assert_int_equal(assay_claim_person_check(&request, &reason), ASSAY_OK);
    }
}

static void phones_are_compared_by_their_digits(void **state)
{
    (void)state;
    struct assay_phone a;
    struct assay_phone b;
    assert_int_equal(assay_phone_parse("+86 138-0013-8000", &a), ASSAY_OK);
    assert_int_equal(assay_phone_parse("8613800138000", &b), ASSAY_OK);
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(assay_phone_parse("861380013800", &b), ASSAY_OK);
    assert_memory_not_equal(&a, &b, sizeof a);
    b = a;
    assert_int_equal(assay_phone_parse("x", &b), ASSAY_E_FIELD);
    assert_memory_equal(&a, &b, sizeof a);
}

static void records_are_read_back_as_written(void **state)
{
    (void)state;
    struct assay_claim_request request = sample();
    struct assay_warranty_terms terms = {600, 120};
    struct assay_claim_person person;
    struct assay_phone phone;
    assert_int_equal(assay_phone_parse(request.phone, &phone), ASSAY_OK);
    for (int i = 0; i < 2; i++) {
        char *text = NULL;
        assert_int_equal(assay_claim_person_write(&request, &terms, &text), ASSAY_OK);
        assert_int_equal(assay_claim_person_read(text, &person), ASSAY_OK);
        assert_memory_equal(&person.phone, &phone, sizeof phone);
        assert_memory_equal(person.scan_id, receipt.scan_id, sizeof person.scan_id);
        assert_int_equal(person.terms.months, 600);
        assert_int_equal(person.terms.bonus_months, 120);
        assay_claim_text_free(&text);
        assert_null(text);
        request.email = NULL;
    }
}

#define RECORD(kind, phone, id, more)                                                              \
    "{\"kind\":\"" kind "\",\"name\":\"n\",\"phone\":\"" phone "\",\"scan_id\":\"" id              \
    "\",\"months\":3,\"bonus_months\":2,\"at_unix_ms\":1" more "}"
#define ID "01000000000000000000000000000000"

static void what_is_not_a_claims_record_is_corrupt(void **state)
{
    (void)state;
    static const char *const records[] = {"",
                                          "{",
                                          "[]",
                                          "{}",
                                          RECORD("report", "12345", ID, ""),
                                          RECORD("claim", "1234", ID, ""),
                                          RECORD("claim", "12345", "01", ""),
                                          RECORD("claim", "12345", ID, ",\"x\":1"),
                                          RECORD("claim", "12345", ID, ",\"email\":1")};
    struct assay_claim_person person = {.terms = {9, 9}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(records); i++) {
        assert_int_equal(assay_claim_person_read(records[i], &person), ASSAY_E_CORRUPT);
        assert_int_equal(person.terms.months, 9);
    }
    assert_int_equal(assay_claim_person_read(RECORD("claim", "12345", ID, ""), &person), ASSAY_OK);
}

static void wrong_reports_are_refused_by_field(void **state)
{
    (void)state;
    static char longest[1002];
    memset(longest, 't', sizeof longest - 1);
    const struct {
        const char *code, *where, *text, *says;
    } cases[] = {
        {longest + 936, "", "", "code:"},  {"a\nb", "", "", "code:"},
        {"", longest + 800, "", "where:"}, {"", "a\nb", "", "where:"},
        {"", "", longest, "text:"},        {"", "", "a\vb", "text:"},
        {"", "\xFF", "", "where:"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_claim_report report = {
            .code = cases[i].code, .where = cases[i].where, .text = cases[i].text};
        struct assay_reason reason;
        char *text = NULL;
        assert_int_equal(assay_claim_report_write(&report, &text, &reason), ASSAY_E_FIELD);
        assert_memory_equal(reason.text, cases[i].says, strlen(cases[i].says));
        assert_null(text);
    }
}

static void the_longest_report_fits_a_record(void **state)
{
    (void)state;
    static char longest[1001];
    memset(longest, '\n', sizeof longest - 1);
    struct assay_claim_report report = {.code = "\"\"\"", .where = "\\\\", .text = longest};
    struct assay_reason reason;
    char *text = NULL;
    assert_int_equal(assay_claim_report_write(&report, &text, &reason), ASSAY_OK);
    assert_true(strlen(text) <= ASSAY_PERSONAL_BYTES_MAX);
    assay_claim_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(wrong_phones_are_refused),
        cmocka_unit_test(wrong_emails_and_no_consent_are_refused),
        cmocka_unit_test(good_requests_pass),
        cmocka_unit_test(phones_are_compared_by_their_digits),
        cmocka_unit_test(records_are_read_back_as_written),
        cmocka_unit_test(what_is_not_a_claims_record_is_corrupt),
        cmocka_unit_test(wrong_reports_are_refused_by_field),
        cmocka_unit_test(the_longest_report_fits_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
