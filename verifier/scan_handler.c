// SPDX-License-Identifier: Apache-2.0
/* POST /v1/codes/CODE/scans. In this order, so that a guess costs no store access: form, tag,
 * place of the address, group. Answers when the group is on disk (group.h). */
#include "core/device.h"
#include "verifier/agent.h"
#include "verifier/answer.h"
#include "verifier/cipher_cache.h"
#include "verifier/config.h"
#include "verifier/geo.h"
#include "verifier/handlers.h"
#include "verifier/metrics.h"
#include "verifier/page_reply.h"
#include "verifier/rates.h"
#include "verifier/reply.h"

/* What is known while a request is worked on. */
struct scan_try {
    h2o_req_t *request;
    struct assay_loop *loop;
    bool by_form;
    bool wants_page;
    char typed[ASSAY_LINK_CODE_SIZE];
    struct assay_scan_body body;
    struct assay_code_parts parts;
    const struct assay_batch_facts *batch;
    struct assay_code_cipher *cipher;
    uint32_t index;
};

/* What a verdict leaves behind in metrics and log. */
static void note_verdict(struct assay_loop *loop, h2o_req_t *request, enum assay_verdict verdict,
                         const char *code)
{
    assay_count(&loop->metrics->verdicts[verdict], 1);
    if (loop->access_log == NULL) {
        return;
    }
    struct assay_request_note *note = assay_request_note(request);
    note->verdict = assay_verdict_row(verdict)->name;
    if (code != NULL) {
        memcpy(note->handle, code + 1, ASSAY_HANDLE_LEN);
        note->handle[ASSAY_HANDLE_LEN] = '\0';
    }
}

/* The loop's scratch text, copied to where it lives as long as the request. */
static void send_json(h2o_req_t *request, h2o_iovec_t json)
{
    char *body = h2o_mem_alloc_pool(&request->pool, json.len);
    memcpy(body, json.base, json.len);
    assay_reply_send(request, 200, h2o_iovec_init(H2O_STRLIT("application/json")),
                     h2o_iovec_init(body, json.len));
}

/* Read path and body; false if that was answered already. *shape: what the code's form is. */
static bool read_request(struct scan_try *try, enum assay_error *shape)
{
    h2o_req_t *request = try->request;
    h2o_iovec_t path = assay_request_path(request);
    *shape = assay_link_scan_path(path.base, path.len, try->typed);
    if (*shape == ASSAY_E_NOT_FOUND) {
        assay_reply_problem(request, 404, "path", "There is nothing at this path.");
        return false;
    }
    if (*shape == ASSAY_E_SYNTAX) {
        assay_reply_problem(request, 400, "path", "The code's percent-encoding is broken.");
        return false;
    }
    assay_scan_body_init(&try->body);
    enum assay_body_kind kind = assay_request_body_kind(request);
    if (kind == ASSAY_BODY_EMPTY) {
        return true;
    }
    if (kind == ASSAY_BODY_OTHER) {
        assay_reply_problem(request, 415, "content_type",
                            "Send application/json, a form, or nothing.");
        return false;
    }
    try->by_form = kind == ASSAY_BODY_FORM;
    try->wants_page = assay_request_accepts_html(request);
    struct assay_reason reason;
    enum assay_error error =
        assay_scan_body_parse(kind, request->entity.base, request->entity.len, &try->body, &reason);
    if (error != ASSAY_OK) {
        assay_reply_error(request, error, &reason);
    }
    return error == ASSAY_OK;
}

/* What is no code of ours takes a token of its address; true if that was refused. */
static bool is_limited(struct scan_try *try, const struct assay_address *client)
{
    uint32_t wait_ms = assay_rates_take(try->loop->service->rates, ASSAY_RATE_FORGED, client,
                                        assay_group_now_ns(try->loop->group));
    if (wait_ms == 0) {
        return false;
    }
    if (try->wants_page) {
        assay_page_send_wait(try->request, 429, "", wait_ms);
        return true;
    }
    assay_reply_wait(try->request, 429, "too_many",
                     "Too many codes from this address that were never issued.", wait_ms);
    return true;
}

static void begin_page(struct scan_try *try, struct assay_page *page,
                       char scan_id[2 * ASSAY_SCAN_ID_LEN + 1])
{
    assay_page_begin(page, try->request, scan_id);
    page->gtin = try->body.gtin;
    page->lot = try->body.lot;
    page->sig = try->body.sig;
    page->decided = true;
}

static int reply_malformed(struct scan_try *try, enum assay_code_hint hint, unsigned hint_count)
{
    struct assay_address client;
    assay_request_client(try->request, &try->loop->service->config->trusted_proxies, &client);
    if (is_limited(try, &client)) {
        return 0;
    }
    note_verdict(try->loop, try->request, ASSAY_VERDICT_MALFORMED, NULL);
    if (!try->wants_page) {
        send_json(try->request, assay_answers_malformed(try->loop->answers, hint, hint_count));
        return 0;
    }
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    struct assay_page page;
    begin_page(try, &page, scan_id);
    page.path = "/";
    page.typed_code = try->typed;
    page.verdict = ASSAY_VERDICT_MALFORMED;
    page.hint = hint;
    page.hint_count = hint_count;
    assay_page_send(try->request, 200, &page);
    return 0;
}

static void page_path(const char *code, char path[ASSAY_PAGE_PATH_SIZE])
{
    path[0] = '/';
    memcpy(path + 1, code, strlen(code) + 1);
}

static int reply_not_issued(struct scan_try *try, const struct assay_address *client,
                            const struct assay_place *place)
{
    if (is_limited(try, client)) {
        return 0;
    }
    note_verdict(try->loop, try->request, ASSAY_VERDICT_NOT_ISSUED, try->parts.text);
    const struct assay_service *service = try->loop->service;
    assay_store_count_forged(service->store, place, assay_rates_bucket(service->rates, client),
                             (int64_t)h2o_now(try->loop->context.loop));
    if (!try->wants_page) {
        send_json(try->request, assay_answers_not_issued(try->loop->answers, try->parts.text));
        return 0;
    }
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    char path[ASSAY_PAGE_PATH_SIZE];
    struct assay_page page;
    begin_page(try, &page, scan_id);
    page_path(try->parts.text, path);
    page.path = path;
    memcpy(page.code, try->parts.text, sizeof page.code);
    page.verdict = ASSAY_VERDICT_NOT_ISSUED;
    assay_page_send(try->request, 200, &page);
    return 0;
}

/* Where wrong signatures of this code from this address are counted. */
static struct assay_address signature_bucket(const struct scan_try *try)
{
    const struct assay_service *service = try->loop->service;
    struct assay_address client;
    assay_request_client(try->request, &service->config->trusted_proxies, &client);
    return assay_rates_mix(service->rates, &client,
                           assay_item_key_of(try->batch->handle, try->index));
}

static int reply_many_signatures(struct scan_try *try)
{
    struct assay_address bucket = signature_bucket(try);
    uint32_t wait_ms = assay_rates_ask(try->loop->service->rates, ASSAY_RATE_SIGNED, &bucket,
                                       assay_group_now_ns(try->loop->group));
    if (try->wants_page) {
        assay_page_send_wait(try->request, 429, try->parts.text, wait_ms);
    } else {
        assay_reply_wait(try->request, 429, "too_many",
                         "Too many wrong signatures of this code from this address.", wait_ms);
    }
    return 0;
}

/* The signature that the URL of an O1 label bears. Only who has a code whose tag is right gets so
 * far, so that a guess costs no curve arithmetic; and who has one gets few wrong signatures of it
 * looked at. Other codes from the same address are not held up by that.
 * E_THROTTLED: it was not looked at. */
static enum assay_error check_signature(const struct scan_try *try)
{
    const char *sig = try->body.sig;
    struct assay_rates *rates = try->loop->service->rates;
    uint64_t now_ns = assay_group_now_ns(try->loop->group);
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    if (sig[0] == '\0') {
        return ASSAY_OK;
    }
    if ((try->batch->flags & ASSAY_BATCH_IS_OFFLINE) == 0 ||
        try->parts.version != ASSAY_CODE_VERSION_O1) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    struct assay_address bucket = signature_bucket(try);
    if (assay_rates_ask(rates, ASSAY_RATE_SIGNED, &bucket, now_ns) != 0) {
        return ASSAY_E_THROTTLED;
    }
    enum assay_error error = assay_cipher_cache_offline_key(try->loop->ciphers, try->batch, key);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_count(&try->loop->metrics->signatures, 1);
    if (assay_offline_check(key, try->parts.text, sig, strlen(sig)) == ASSAY_OK) {
        return ASSAY_OK;
    }
    (void)assay_rates_take(rates, ASSAY_RATE_SIGNED, &bucket, now_ns);
    return ASSAY_E_CODE_UNKNOWN;
}

/* Two CMACs whatever the handle; facts come from memory, the store is not asked. */
static enum assay_error open_code(struct scan_try *try)
{
    const struct assay_batch_facts *batch =
        assay_store_batch_facts(try->loop->service->store, try->parts.handle);
    enum assay_error error = assay_cipher_cache_get(try->loop->ciphers, batch, &try->cipher);
    if (error != ASSAY_OK) {
        return error;
    }
    uint32_t index = UINT32_MAX;
    error = assay_code_open(try->cipher, &try->parts, &index);
    if (error != ASSAY_OK) {
        return error;
    }
    if (batch == NULL || index >= batch->count) {
        return ASSAY_E_CODE_UNKNOWN;
    }
    try->batch = batch;
    try->index = index;
    return check_signature(try);
}

static uint64_t device_tag(const struct scan_try *try)
{
    return try->body.has_device
               ? assay_device_tag(try->loop->service->device_key,
                                  assay_item_key_of(try->batch->handle, try->index),
                                  try->body.device)
               : 0;
}

static enum assay_pin_outcome pin_outcome(const struct scan_try *try)
{
    const char *pin = try->body.pin;
    if (pin[0] == '\0') {
        return ASSAY_PIN_NONE;
    }
    /* A label that asks for a PIN though the batch has none is not the brand's label. */
    if ((try->batch->flags & ASSAY_BATCH_HAS_PIN) == 0) {
        return ASSAY_PIN_WRONG;
    }
    return assay_pin_matches(try->cipher, try->parts.text, pin, strlen(pin)) ? ASSAY_PIN_RIGHT
                                                                             : ASSAY_PIN_WRONG;
}

/* True if the URL's GTIN is not that of the code's product. */
static bool is_foreign_gtin(const struct scan_try *try)
{
    if (try->body.gtin[0] == '\0') {
        return false;
    }
    const struct assay_product *product =
        assay_store_product(try->loop->service->store, try->batch->sku);
    char gtin[ASSAY_GTIN_SIZE];
    if (product == NULL || assay_gtin_parse(try->body.gtin, gtin, NULL) != ASSAY_OK) {
        return true;
    }
    return strcmp(gtin, product->value.gtin) != 0;
}

static void fill_scan(const struct scan_try *try, const struct assay_geo_answer *geo,
                      struct assay_scan_request *scan)
{
    const struct assay_scan_body *body = &try->body;
    scan->batch = try->batch;
    scan->index = try->index;
    scan->device = device_tag(try);
    scan->place = geo->place;
    scan->own_position = body->position.lat_decidegrees != ASSAY_POSITION_NONE;
    scan->position = scan->own_position ? body->position : geo->position;
    scan->pin = pin_outcome(try);
    h2o_iovec_t agent = assay_request_header(try->request, H2O_TOKEN_USER_AGENT);
    scan->channel = assay_agent_channel(agent.base, agent.len);
    scan->net = geo->net;
    scan->scan_id_given = body->has_scan_id;
    scan->by_form = try->by_form;
    scan->foreign_gtin = is_foreign_gtin(try);
    scan->foreign_lot = body->lot[0] != '\0' && strcmp(body->lot, try->batch->lot) != 0;
    if (body->has_scan_id) {
        memcpy(scan->scan_id, body->scan_id, sizeof scan->scan_id);
    } else {
        assay_group_random_id(try->loop->group, scan->scan_id);
    }
}

static int queue_scan(struct scan_try *try, const struct assay_geo_answer *geo)
{
    struct assay_group_scan *scan = assay_group_add(try->loop->group);
    if (scan == NULL && try->wants_page) {
        assay_page_send_wait(try->request, 503, try->parts.text, 1000);
        return 0;
    }
    if (scan == NULL) {
        assay_reply_wait(try->request, 503, "busy", "Too many scans at once, try again.", 1000);
        return 0;
    }
    scan->request = try->request;
    memcpy(scan->code, try->parts.text, sizeof scan->code);
    fill_scan(try, geo, &scan->scan);
    if (try->wants_page) {
        struct assay_scan_body *kept = h2o_mem_alloc_pool(&try->request->pool, sizeof *kept);
        *kept = try->body;
        assay_bytes_wipe(kept->pin, sizeof kept->pin);
        scan->page_of = kept;
    }
    return 0;
}

int assay_scan_post(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct scan_try try;
    try.request = request;
    try.loop = assay_loop_of(request);
    try.by_form = false;
    try.wants_page = false;
    try.typed[0] = '\0';
    enum assay_error error;
    if (!read_request(&try, &error)) {
        return 0;
    }
    enum assay_code_hint hint = ASSAY_HINT_TOO_LONG;
    unsigned hint_count = 0;
    if (error == ASSAY_OK) {
        error = assay_code_parse(try.typed, strlen(try.typed), &try.parts, &hint, &hint_count);
    }
    if (error != ASSAY_OK) {
        return reply_malformed(&try, hint, hint_count);
    }
    error = open_code(&try);
    if (error == ASSAY_E_THROTTLED) {
        return reply_many_signatures(&try);
    }
    if (error != ASSAY_OK && error != ASSAY_E_CODE_UNKNOWN) {
        assay_reply_error(request, error, NULL);
        return 0;
    }
    struct assay_address client;
    assay_request_client(request, &try.loop->service->config->trusted_proxies, &client);
    const struct assay_geo_answer *geo = assay_geo_lookup(try.loop->geo, &client);
    return error == ASSAY_OK ? queue_scan(&try, geo) : reply_not_issued(&try, &client, &geo->place);
}

static void reply_scan_error(const struct assay_group_scan *scan)
{
    h2o_req_t *request = scan->request;
    const struct assay_scan_answer *answer = &scan->answer;
    bool throttled = answer->error == ASSAY_E_THROTTLED;
    if (scan->page_of != NULL && assay_error_class(answer->error) == ASSAY_CLASS_BUSY) {
        assay_page_send_wait(request, throttled ? 429 : 503, scan->code,
                             throttled ? answer->retry_after_ms : 1000);
        return;
    }
    if (throttled) {
        assay_reply_wait(request, 429, "throttled", "Too many wrong PINs; wait before the next.",
                         answer->retry_after_ms);
        return;
    }
    assay_reply_error(request, answer->error, NULL);
}

/* Good verdicts carry the proof that a warranty asks for. */
static const char *make_receipt(const struct assay_loop *loop, const struct assay_group_scan *scan,
                                char text[ASSAY_RECEIPT_TEXT_SIZE])
{
    const struct assay_scan_answer *answer = &scan->answer;
    if (assay_verdict_row(answer->verdict)->class != ASSAY_VERDICT_GOOD) {
        return NULL;
    }
    struct assay_receipt receipt = {
        .item = assay_item_key_of(scan->scan.batch->handle, scan->scan.index),
        .device = scan->scan.device,
        .verdict = answer->verdict,
        .expires_at_unix_ms = scan->scan.at_unix_ms + ASSAY_RECEIPT_LIFETIME_MS,
    };
    memcpy(receipt.scan_id, answer->scan_id, sizeof receipt.scan_id);
    assay_receipt_sign(&loop->service->receipt_key, &receipt, text);
    return text;
}

static void send_page(struct assay_loop *loop, const struct assay_group_scan *scan,
                      const char *receipt)
{
    const struct assay_scan_answer *answer = &scan->answer;
    bool issued = answer->verdict != ASSAY_VERDICT_NOT_ISSUED;
    char scan_id[2 * ASSAY_SCAN_ID_LEN + 1];
    char path[ASSAY_PAGE_PATH_SIZE];
    struct assay_page page;
    assay_page_begin(&page, scan->request, scan_id);
    page_path(scan->code, path);
    page.path = path;
    memcpy(page.code, scan->code, sizeof page.code);
    page.gtin = scan->page_of->gtin;
    page.lot = scan->page_of->lot;
    page.sig = scan->page_of->sig;
    page.offline_form = scan->code[0] == '0' + ASSAY_CODE_VERSION_O1;
    page.decided = true;
    page.verdict = answer->verdict;
    if (issued) {
        page.product = answer->product;
        page.batch = scan->scan.batch;
        page.has_pin = (scan->scan.batch->flags & ASSAY_BATCH_HAS_PIN) != 0;
        page.answer = answer;
        page.place = assay_store_place(loop->service->store, answer->place);
        page.first_place = assay_store_place(loop->service->store, answer->first_place);
        page.receipt = receipt;
    }
    assay_page_send(scan->request, 200, &page);
}

void assay_scan_answer(struct assay_loop *loop, const struct assay_group_scan *scan)
{
    const struct assay_scan_answer *answer = &scan->answer;
    if (answer->error != ASSAY_OK) {
        reply_scan_error(scan);
        return;
    }
    note_verdict(loop, scan->request, answer->verdict, scan->code);
    if (answer->repetition) {
        assay_count(&loop->metrics->repetitions, 1);
    }
    char room[ASSAY_RECEIPT_TEXT_SIZE];
    const char *receipt = make_receipt(loop, scan, room);
    if (scan->page_of != NULL) {
        send_page(loop, scan, receipt);
        return;
    }
    const struct assay_answer_subject subject = {
        .store = loop->service->store,
        .batch = scan->scan.batch,
        .answer = answer,
        .code = scan->code,
        .receipt = receipt,
    };
    send_json(scan->request, assay_answers_issued(loop->answers, &subject));
}
