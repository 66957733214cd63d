// SPDX-License-Identifier: Apache-2.0
#include "verifier/buyer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"
#include "verifier/cipher_cache.h"
#include "verifier/config.h"
#include "verifier/form.h"
#include "verifier/page_reply.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/request.h"

/* A sentence of the page in both languages. */
struct buyer_message {
    const char *zh;
    const char *en;
};

/* What an error means for a buyer; the reason follows where the input is wrong. */
static const struct buyer_message *message_of(enum assay_error error)
{
    static const struct buyer_message receipt = {
        "凭据已过期或无效，请重新查询该产品后再登记。",
        "The receipt is invalid or too old. Please check the product again, then register."};
    static const struct buyer_message taken = {
        "该产品已由他人登记保修。如有疑问，请联系品牌方。",
        "Someone else has registered this product. If that is a surprise, contact the brand."};
    static const struct buyer_message refused = {"该产品目前不能登记保修。",
                                                 "This product cannot be registered now."};
    static const struct buyer_message missing = {
        "没有找到与该产品和手机号相符的保修登记。",
        "There is no warranty registration for this product and phone number."};
    static const struct buyer_message input = {"请检查填写的内容：",
                                               "Please check what you entered: "};
    static const struct buyer_message busy = {"目前请求过多，请稍后再试。",
                                              "Too much at once. Please try again later."};
    static const struct buyer_message other = {"操作未成功，请稍后再试。",
                                               "That did not work. Please try again later."};
    switch (error) {
    case ASSAY_E_RECEIPT:
        return &receipt;
    case ASSAY_E_TAKEN:
        return &taken;
    case ASSAY_E_REFUSED:
        return &refused;
    case ASSAY_E_NOT_FOUND:
        return &missing;
    default:
        break;
    }
    if (assay_error_class(error) == ASSAY_CLASS_INPUT) {
        return &input;
    }
    return assay_error_class(error) == ASSAY_CLASS_BUSY ? &busy : &other;
}

static void answer_page(h2o_req_t *request, const struct assay_buyer *buyer, int status,
                        const char *message)
{
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    char path[ASSAY_CODE_SIZE + 1];
    struct assay_page page;
    assay_page_begin(&page, request, scan_id);
    snprintf(path, sizeof path, "/%s", buyer->code);
    page.path = path;
    page.scan_on_tap = true; /* a message is there to be read: nothing is posted by itself */
    page.message = message;
    memcpy(page.code, buyer->code, sizeof page.code);
    assay_page_send(request, status, &page);
}

void assay_buyer_answer(h2o_req_t *request, const struct assay_buyer *buyer, int status,
                        json_t *value, const char *message)
{
    if (buyer->wants_page) {
        answer_page(request, buyer, status, message);
    } else if (value == NULL) {
        assay_reply_error(request, ASSAY_E_MEMORY, NULL);
    } else {
        assay_reply_json(request, status, value);
    }
    json_decref(value);
}

void assay_buyer_refuse(h2o_req_t *request, const struct assay_buyer *buyer, enum assay_error error,
                        const struct assay_reason *reason)
{
    if (!buyer->wants_page) {
        assay_reply_error(request, error, reason);
        return;
    }
    const struct buyer_message *message = message_of(error);
    const char *sentence = buyer->language == ASSAY_LANGUAGE_ZH ? message->zh : message->en;
    bool wants_reason = assay_error_class(error) == ASSAY_CLASS_INPUT;
    const char *detail = reason != NULL ? reason->text : assay_error_text(error);
    char text[600];
    snprintf(text, sizeof text, "%s%s", sentence, wants_reason ? detail : "");
    answer_page(request, buyer, assay_reply_status(error), text);
}

enum assay_error assay_buyer_body(h2o_req_t *request, const char *const *booleans, json_t **object,
                                  struct assay_reason *reason)
{
    enum assay_body_kind kind = assay_request_body_kind(request);
    if (kind == ASSAY_BODY_FORM) {
        return assay_form_parse(request->entity.base, request->entity.len, booleans, object,
                                reason);
    }
    if (kind == ASSAY_BODY_EMPTY) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "a body is needed: JSON or a form");
    }
    return assay_json_parse(request->entity.base, request->entity.len, ASSAY_BODY_BYTES_MAX, object,
                            reason);
}

/* True if the address has a token left; else it is told to wait. */
static bool take_token(h2o_req_t *request, const struct assay_buyer *buyer)
{
    struct assay_service *service = assay_loop_of(request)->service;
    struct assay_address client;
    assay_request_client(request, &service->config->trusted_proxies, &client);
    uint32_t wait_ms =
        assay_rates_take(service->rates, ASSAY_RATE_FORMS, &client, assay_clock_monotonic_ns());
    if (wait_ms == 0) {
        return true;
    }
    if (buyer->wants_page) {
        assay_buyer_refuse(request, buyer, ASSAY_E_THROTTLED, NULL);
    } else {
        assay_reply_wait(request, 429, "throttled", "too many requests from this address", wait_ms);
    }
    return false;
}

bool assay_buyer_begin(h2o_req_t *request, const char *const *booleans, struct assay_buyer *buyer,
                       json_t **object)
{
    enum assay_body_kind kind = assay_request_body_kind(request);
    h2o_iovec_t query = assay_request_query(request);
    h2o_iovec_t accept = assay_request_header(request, H2O_TOKEN_ACCEPT_LANGUAGE);
    *buyer = (struct assay_buyer){
        .language = assay_page_language(query.base, query.len, accept.base, accept.len),
        .wants_page = kind == ASSAY_BODY_FORM && assay_request_accepts_html(request),
        .now_unix_ms = assay_clock_unix_ms(),
    };
    if (!take_token(request, buyer)) {
        return false;
    }
    if (kind == ASSAY_BODY_OTHER) {
        assay_reply_problem(request, 415, "media_type",
                            "the body must be application/json or a form");
        return false;
    }
    struct assay_reason reason = {""};
    enum assay_error error = assay_buyer_body(request, booleans, object, &reason);
    if (error != ASSAY_OK) {
        assay_buyer_refuse(request, buyer, error, reason.text[0] != '\0' ? &reason : NULL);
        return false;
    }
    return true;
}

/* -- codes -- */

uint64_t assay_buyer_item(struct assay_loop *loop, const char *typed, struct assay_buyer *buyer)
{
    struct assay_code_parts parts;
    struct assay_code_cipher *cipher;
    uint32_t index;
    if (assay_code_parse(typed, strlen(typed), &parts, NULL, NULL) != ASSAY_OK) {
        return 0;
    }
    memcpy(buyer->code, parts.text, sizeof buyer->code);
    const struct assay_batch_facts *batch =
        assay_store_batch_facts(loop->service->store, parts.handle);
    if (assay_cipher_cache_get(loop->ciphers, batch, &cipher) != ASSAY_OK ||
        assay_code_open(cipher, &parts, &index) != ASSAY_OK || batch == NULL ||
        index >= batch->count) {
        return 0;
    }
    return assay_item_key_of(batch->handle, index);
}

void assay_buyer_code_of(struct assay_loop *loop, uint64_t item, struct assay_buyer *buyer)
{
    struct assay_code_cipher *cipher;
    const struct assay_batch_facts *batch =
        assay_store_batch_facts(loop->service->store, assay_item_key_handle(item));
    if (batch == NULL || assay_cipher_cache_get(loop->ciphers, batch, &cipher) != ASSAY_OK) {
        return;
    }
    bool offline = (batch->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    const struct assay_code_range range = {
        .handle = batch->handle,
        .first = assay_item_key_index(item),
        .count = 1,
        .version = offline ? ASSAY_CODE_VERSION_O1 : ASSAY_CODE_VERSION_C1,
    };
    char codes[1][ASSAY_CODE_SIZE];
    assay_code_make(cipher, &range, codes);
    memcpy(buyer->code, codes[0], sizeof buyer->code);
}

enum assay_error assay_must_last(enum assay_error error, const char *what)
{
    enum assay_error_class class = assay_error_class(error);
    bool harmless = error == ASSAY_E_MEMORY;
    if (!harmless && (class == ASSAY_CLASS_SYSTEM || class == ASSAY_CLASS_CORRUPT)) {
        assay_log(ASSAY_LOG_ERROR, "worker_failed", "what=%s error=%s", what,
                  assay_error_name(error));
        _exit(1);
    }
    return error;
}
