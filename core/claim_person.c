// SPDX-License-Identifier: Apache-2.0
#include "core/claim_person.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"

enum {
    NAME_MAX_BYTES = 80,
    PHONE_MIN_DIGITS = 5,
    PHONE_MAX_BYTES = ASSAY_PHONE_DIGITS_MAX,
    EMAIL_MAX_BYTES = 254, /* RFC 5321, 4.5.3.1.3, less the angle brackets */
    EMAIL_LOCAL_MAX_BYTES = 64,
    CODE_MAX_BYTES = 64,
    WHERE_MAX_BYTES = 200,
    TEXT_MAX_BYTES = 1000,
    SCAN_ID_TEXT_SIZE = 33,
};

/* -- checks -- */

enum assay_error assay_phone_parse(const char *text, struct assay_phone *phone)
{
    struct assay_phone made = {{0}};
    size_t count = 0;
    size_t len = strnlen(text, PHONE_MAX_BYTES + 1);
    if (len > PHONE_MAX_BYTES) {
        return ASSAY_E_FIELD;
    }
    for (size_t i = 0; i < len; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (!digit && text[i] != ' ' && text[i] != '-' && !(text[i] == '+' && i == 0)) {
            return ASSAY_E_FIELD;
        }
        if (digit) {
            made.digits[count++] = text[i];
        }
    }
    if (count < PHONE_MIN_DIGITS) {
        return ASSAY_E_FIELD;
    }
    *phone = made;
    return ASSAY_OK;
}

static enum assay_error check_name(const char *name, struct assay_reason *reason)
{
    size_t len = name == NULL ? 0 : strnlen(name, NAME_MAX_BYTES + 1);
    if (len == 0 || strspn(name, " ") == len) {
        return assay_fail(reason, ASSAY_E_FIELD, "name: is missing");
    }
    if (len > NAME_MAX_BYTES) {
        return assay_fail(reason, ASSAY_E_FIELD, "name: at most %d bytes", NAME_MAX_BYTES);
    }
    return assay_text_is_clean(name, len)
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD,
                            "name: must be UTF-8 without control characters");
}

/* Labels that are not empty, with a dot between at least two of them. */
static bool is_domain(const char *domain, size_t len)
{
    bool dot = false;
    for (size_t i = 0; i < len; i++) {
        if (domain[i] != '.') {
            continue;
        }
        dot = true;
        if (i == 0 || i == len - 1 || domain[i + 1] == '.') {
            return false;
        }
    }
    return dot;
}

static bool is_email(const char *email)
{
    size_t len = strnlen(email, EMAIL_MAX_BYTES + 1);
    const char *at = memchr(email, '@', len);
    if (len > EMAIL_MAX_BYTES || at == NULL || !assay_text_is_clean(email, len)) {
        return false;
    }
    size_t local_len = (size_t)(at - email);
    bool single = strchr(at + 1, '@') == NULL && strpbrk(email, " <>\"(),:;\\") == NULL;
    return single && local_len >= 1 && local_len <= EMAIL_LOCAL_MAX_BYTES &&
           is_domain(at + 1, len - local_len - 1);
}

enum assay_error assay_claim_person_check(const struct assay_claim_request *request,
                                          struct assay_reason *reason)
{
    enum assay_error error = check_name(request->name, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_phone phone;
    if (request->phone == NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "phone: is missing");
    }
    if (assay_phone_parse(request->phone, &phone) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "phone: 5 to 20 characters, only digits, '-', spaces and a leading '+'");
    }
    assay_bytes_wipe(&phone, sizeof phone);
    if (request->email != NULL && !is_email(request->email)) {
        return assay_fail(reason, ASSAY_E_FIELD, "email: must be as name@example.com");
    }
    if (!request->consent) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "consent: must be true; name and phone are kept for the warranty");
    }
    return ASSAY_OK;
}

static enum assay_error check_length(const char *field, const char *text, size_t max_bytes,
                                     struct assay_reason *reason)
{
    return strnlen(text, max_bytes + 1) <= max_bytes
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD, "%s: at most %zu bytes", field, max_bytes);
}

static enum assay_error check_report(const struct assay_claim_report *report,
                                     struct assay_reason *reason)
{
    const struct {
        const char *name;
        const char *text;
        size_t max_bytes;
        bool lines;
    } fields[] = {{"code", report->code, CODE_MAX_BYTES, false},
                  {"where", report->where, WHERE_MAX_BYTES, false},
                  {"text", report->text, TEXT_MAX_BYTES, true}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(fields); i++) {
        const char *text = fields[i].text;
        enum assay_error error = check_length(fields[i].name, text, fields[i].max_bytes, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        bool clean = fields[i].lines ? assay_text_is_clean_lines(text, strlen(text))
                                     : assay_text_is_clean(text, strlen(text));
        if (!clean) {
            return assay_fail(reason, ASSAY_E_FIELD, "%s: must be UTF-8 without control characters",
                              fields[i].name);
        }
    }
    return ASSAY_OK;
}

/* -- records -- */

void assay_claim_text_free(char **text)
{
    if (*text != NULL) {
        assay_bytes_wipe(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}

/* Takes the object over. */
static enum assay_error dump(json_t *object, char **text)
{
    char *dumped = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (dumped == NULL) {
        return ASSAY_E_MEMORY;
    }
    *text = dumped;
    return ASSAY_OK;
}

enum assay_error assay_claim_person_write(const struct assay_claim_request *request,
                                          const struct assay_warranty_terms *terms, char **text)
{
    char scan_id[SCAN_ID_TEXT_SIZE];
    assay_hex_encode(request->receipt->scan_id, sizeof request->receipt->scan_id, scan_id);
    return dump(json_pack("{ss ss ss ss? ss si si sI}", "kind", "claim", "name", request->name,
                          "phone", request->phone, "email", request->email, "scan_id", scan_id,
                          "months", (int)terms->months, "bonus_months", (int)terms->bonus_months,
                          "at_unix_ms", (json_int_t)request->at_unix_ms),
                text);
}

enum assay_error assay_claim_report_write(const struct assay_claim_report *report, char **text,
                                          struct assay_reason *reason)
{
    enum assay_error error = check_report(report, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = dump(json_pack("{ss ss ss ss sI}", "kind", "report", "code", report->code, "where",
                           report->where, "text", report->text, "at_unix_ms",
                           (json_int_t)report->at_unix_ms),
                 text);
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

static enum assay_error read_person(const json_t *object, struct assay_claim_person *person)
{
    char kind[8];
    char name[NAME_MAX_BYTES + 1];
    char phone[PHONE_MAX_BYTES + 1];
    char email[EMAIL_MAX_BYTES + 1];
    char scan_id[SCAN_ID_TEXT_SIZE];
    int64_t months = 0;
    int64_t bonus_months = 0;
    int64_t at_unix_ms = 0;
    const struct assay_json_field fields[] = {
        ASSAY_JSON_TEXT_ROW("kind", true, kind),
        ASSAY_JSON_TEXT_ROW("name", true, name),
        ASSAY_JSON_TEXT_ROW("phone", true, phone),
        ASSAY_JSON_TEXT_ROW("email", false, email),
        ASSAY_JSON_TEXT_ROW("scan_id", true, scan_id),
        ASSAY_JSON_WHOLE_ROW("months", true, months, 0, UINT16_MAX),
        ASSAY_JSON_WHOLE_ROW("bonus_months", true, bonus_months, 0, UINT16_MAX),
        ASSAY_JSON_WHOLE_ROW("at_unix_ms", true, at_unix_ms, 0, 1e15),
    };
    struct assay_claim_person made = {
        .terms = {0, 0},
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), NULL);
    if (error == ASSAY_OK) {
        error = strcmp(kind, "claim") == 0 ? ASSAY_OK : ASSAY_E_CORRUPT;
    }
    if (error == ASSAY_OK) {
        error = assay_phone_parse(phone, &made.phone);
    }
    if (error == ASSAY_OK) {
        error = assay_hex_decode(scan_id, strlen(scan_id), made.scan_id, sizeof made.scan_id);
    }
    assay_bytes_wipe(name, sizeof name);
    assay_bytes_wipe(phone, sizeof phone);
    assay_bytes_wipe(email, sizeof email);
    if (error != ASSAY_OK) {
        return ASSAY_E_CORRUPT;
    }
    made.terms = (struct assay_warranty_terms){(uint16_t)months, (uint16_t)bonus_months};
    *person = made;
    return ASSAY_OK;
}

enum assay_error assay_claim_person_read(const char *text, struct assay_claim_person *person)
{
    json_t *object = NULL;
    if (assay_json_parse(text, strlen(text), ASSAY_PERSONAL_BYTES_MAX, &object, NULL) != ASSAY_OK) {
        return ASSAY_E_CORRUPT;
    }
    enum assay_error error = read_person(object, person);
    json_decref(object);
    return error;
}
