// SPDX-License-Identifier: Apache-2.0
#include "verifier/reply.h"

#include <stdio.h>

#include "core/clock.h"

#define PROBLEM_BYTES_MAX 4096
#define PROBLEM_DETAIL_MAX 500

static const h2o_iovec_t type_json = {H2O_STRLIT("application/json")};
static const h2o_iovec_t type_problem = {H2O_STRLIT("application/problem+json")};

void assay_text_init(struct assay_text *text, h2o_req_t *request, size_t size_bytes)
{
    text->begin = h2o_mem_alloc_pool(&request->pool, size_bytes);
    text->at = text->begin;
    text->end = text->begin + size_bytes;
}

static void put_escaped(struct assay_text *text, unsigned char character)
{
    if (character == '"' || character == '\\') {
        assay_text_put(text, (const char[]){'\\', (char)character}, 2);
        return;
    }
    char escape[7];
    snprintf(escape, sizeof escape, "\\u%04x", character);
    assay_text_put(text, escape, 6);
}

void assay_text_json(struct assay_text *text, const char *string, size_t len)
{
    ASSAY_TEXT_LITERAL(text, "\"");
    size_t plain = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char character = (unsigned char)string[i];
        if (character >= 0x20 && character != '"' && character != '\\' && character != 0x7f) {
            continue;
        }
        assay_text_put(text, string + plain, i - plain);
        put_escaped(text, character);
        plain = i + 1;
    }
    assay_text_put(text, string + plain, len - plain);
    ASSAY_TEXT_LITERAL(text, "\"");
}

void assay_text_number(struct assay_text *text, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    assay_text_put(text, digits + at, sizeof digits - at);
}

void assay_text_time(struct assay_text *text, int64_t unix_ms)
{
    if (unix_ms == 0) {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    char time[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(unix_ms, time);
    ASSAY_TEXT_LITERAL(text, "\"");
    assay_text_put(text, time, ASSAY_TIME_TEXT_SIZE - 1);
    ASSAY_TEXT_LITERAL(text, "\"");
}

static void add_common_headers(h2o_req_t *request, h2o_iovec_t type)
{
    h2o_headers_t *headers = &request->res.headers;
    h2o_add_header(&request->pool, headers, H2O_TOKEN_CONTENT_TYPE, NULL, type.base, type.len);
    if (h2o_find_header(headers, H2O_TOKEN_CACHE_CONTROL, -1) == -1) {
        h2o_add_header(&request->pool, headers, H2O_TOKEN_CACHE_CONTROL, NULL,
                       H2O_STRLIT("no-store"));
    }
    static h2o_iovec_t nosniff = {H2O_STRLIT("x-content-type-options")};
    h2o_vector_reserve(&request->pool, headers, headers->size + 1);
    headers->entries[headers->size++] = (h2o_header_t){&nosniff, NULL, {H2O_STRLIT("nosniff")}};
}

void assay_reply_send(h2o_req_t *request, int status, h2o_iovec_t type, h2o_iovec_t body)
{
    static h2o_generator_t generator = {NULL, NULL};
    request->res.status = status;
    request->res.reason = assay_reply_phrase(status);
    /* A 304 would have to name the length of the 200 (RFC 9110, 15.4.5): it names none. */
    request->res.content_length = status == 304 ? SIZE_MAX : body.len;
    add_common_headers(request, type);
    h2o_start_response(request, &generator);
    bool head =
        h2o_memis(request->input.method.base, request->input.method.len, H2O_STRLIT("HEAD"));
    bool bodyless = head || body.len == 0;
    h2o_send(request, &body, bodyless ? 0 : 1, H2O_SEND_STATE_FINAL);
}

void assay_reply_text(h2o_req_t *request, int status, const struct assay_text *text)
{
    assay_reply_send(request, status, type_json,
                     h2o_iovec_init(text->begin, (size_t)(text->at - text->begin)));
}

void assay_reply_json(h2o_req_t *request, int status, const json_t *value)
{
    size_t len = json_dumpb(value, NULL, 0, JSON_COMPACT);
    assay_assert(len > 0);
    char *body = h2o_mem_alloc_pool(&request->pool, len);
    json_dumpb(value, body, len, JSON_COMPACT);
    assay_reply_send(request, status, type_json, h2o_iovec_init(body, len));
}

/* Cut at a whole UTF-8 sequence. */
static size_t detail_length(const char *detail)
{
    size_t len = strlen(detail);
    if (len <= PROBLEM_DETAIL_MAX) {
        return len;
    }
    len = PROBLEM_DETAIL_MAX;
    while (len > 0 && ((unsigned char)detail[len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}

void assay_reply_problem(h2o_req_t *request, int status, const char *code, const char *detail)
{
    const char *phrase = assay_reply_phrase(status);
    struct assay_text text;
    assay_text_init(&text, request, PROBLEM_BYTES_MAX);
    ASSAY_TEXT_LITERAL(&text, "{\"type\":\"about:blank\",\"title\":");
    assay_text_json(&text, phrase, strlen(phrase));
    ASSAY_TEXT_LITERAL(&text, ",\"status\":");
    assay_text_number(&text, (uint64_t)status);
    ASSAY_TEXT_LITERAL(&text, ",\"code\":");
    assay_text_json(&text, code, strlen(code));
    if (detail != NULL) {
        ASSAY_TEXT_LITERAL(&text, ",\"detail\":");
        assay_text_json(&text, detail, detail_length(detail));
    }
    ASSAY_TEXT_LITERAL(&text, "}");
    assay_reply_send(request, status, type_problem,
                     h2o_iovec_init(text.begin, (size_t)(text.at - text.begin)));
}

/* "E_CODE_FORM" becomes "code_form". */
static void code_of(enum assay_error error, char code[32])
{
    const char *name = assay_error_name(error) + 2;
    size_t i = 0;
    for (; name[i] != '\0' && i < 31; i++) {
        code[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i];
    }
    code[i] = '\0';
}

void assay_reply_error(h2o_req_t *request, enum assay_error error,
                       const struct assay_reason *reason)
{
    assay_assert(error != ASSAY_OK);
    char code[32];
    code_of(error, code);
    int status = assay_reply_status(error);
    const char *detail = reason != NULL ? reason->text : assay_error_text(error);
    if (status == 503 || status == 429) {
        assay_reply_wait(request, status, code, detail, 1000);
        return;
    }
    /* What the system said is for the log, not for a stranger. */
    assay_reply_problem(request, status, code, status == 500 ? assay_error_text(error) : detail);
}

void assay_reply_wait(h2o_req_t *request, int status, const char *code, const char *detail,
                      uint32_t retry_after_ms)
{
    uint32_t seconds = retry_after_ms / 1000 + (retry_after_ms % 1000 != 0);
    char *value = h2o_mem_alloc_pool(&request->pool, 12);
    int len = snprintf(value, 12, "%u", seconds == 0 ? 1 : seconds);
    h2o_add_header_by_str(&request->pool, &request->res.headers, H2O_STRLIT("retry-after"), 1, NULL,
                          value, (size_t)len);
    assay_reply_problem(request, status, code, detail);
}

int assay_reply_status(enum assay_error error)
{
    switch (error) {
    case ASSAY_E_TOO_LARGE:
        return 413;
    case ASSAY_E_TOKEN:
        return 401;
    case ASSAY_E_THROTTLED:
        return 429;
    default:
        break;
    }
    static const int status_of_class[] = {
        [ASSAY_CLASS_NONE] = 200,    [ASSAY_CLASS_INPUT] = 400,  [ASSAY_CLASS_DENIED] = 403,
        [ASSAY_CLASS_MISSING] = 404, [ASSAY_CLASS_STATE] = 409,  [ASSAY_CLASS_BUSY] = 503,
        [ASSAY_CLASS_CORRUPT] = 500, [ASSAY_CLASS_SYSTEM] = 500,
    };
    return status_of_class[assay_error_class(error)];
}

const char *assay_reply_phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}
