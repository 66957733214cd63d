// SPDX-License-Identifier: Apache-2.0
#include "verifier/courier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/log.h"
#include "core/webhook.h"
#include "verifier/letter.h"
#include "verifier/post.h"

#define LOOK_MS 300
#define FLIGHTS_MAX 16
#define HAND_OUT_MAX 256 /* alerts in one transaction */
#define STATUS_GONE 410  /* the endpoint says that it is no more */
#define PASSWORD_MAX 1024

/* An endpoint that asked to be left alone (Retry-After); not kept over a restart. */
struct pause {
    uint64_t endpoint;
    int64_t until_unix_ms;
};

struct assay_courier {
    struct assay_service *service;
    struct assay_outbox *outbox;
    CURLM *multi;
    char *password; /* of the relay, or NULL */
    pthread_t thread;
    atomic_bool stopping;
    unsigned flights;
    struct assay_post *flight[FLIGHTS_MAX];
    struct pause pause[ASSAY_WEBHOOKS_MAX];
};

/* -- endpoints -- */

struct endpoints {
    uint32_t count;
    struct assay_catalog_webhook endpoint[ASSAY_WEBHOOKS_MAX];
};

static bool keep_endpoint(void *context, const struct assay_catalog_webhook *webhook)
{
    struct endpoints *endpoints = context;
    if (!webhook->value.removed) {
        endpoints->endpoint[endpoints->count++] = *webhook;
    }
    return true;
}

static const struct assay_catalog_webhook *endpoint_at(const struct endpoints *endpoints,
                                                       uint64_t position)
{
    for (uint32_t i = 0; i < endpoints->count; i++) {
        if (assay_catalog_webhook_endpoint(&endpoints->endpoint[i]) == position) {
            return &endpoints->endpoint[i];
        }
    }
    return NULL;
}

static bool has_mail(const struct assay_courier *courier)
{
    return courier->service->config->alerts_mail_relay[0] != '\0';
}

/* -- from the ledger to the outbox -- */

struct fresh {
    uint64_t cursor;
    size_t count; /* a ring: the oldest of what is new */
    const struct assay_catalog_alert *alert[HAND_OUT_MAX];
};

static bool keep_fresh(void *context, const struct assay_catalog_alert *alert)
{
    struct fresh *fresh = context;
    if (alert->mark.position <= fresh->cursor) {
        return false;
    }
    fresh->alert[fresh->count++ % HAND_OUT_MAX] = alert;
    return true;
}

static size_t add_messages(const struct assay_courier *courier, const struct endpoints *endpoints,
                           const struct assay_catalog_alert *alert,
                           struct assay_outbox_message *messages)
{
    size_t count = 0;
    const struct assay_outbox_message message = {.alert = alert->mark.position,
                                                 .next_unix_ms = assay_clock_unix_ms()};
    for (uint32_t i = 0; i < endpoints->count; i++) {
        const struct assay_catalog_webhook *endpoint = &endpoints->endpoint[i];
        uint64_t position = assay_catalog_webhook_endpoint(endpoint);
        if ((endpoint->value.kinds >> alert->value.kind & 1) != 0 &&
            position < alert->mark.position) {
            messages[count] = message;
            messages[count++].endpoint = position;
        }
    }
    if (has_mail(courier)) {
        messages[count++] = message;
    }
    return count;
}

static enum assay_error hand_out(struct assay_courier *courier, const struct endpoints *endpoints,
                                 size_t waiting)
{
    struct fresh fresh = {0};
    enum assay_error error = assay_outbox_cursor(courier->outbox, &fresh.cursor);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_store_each_alert(courier->service->store, 0, keep_fresh, &fresh);
    size_t taken = fresh.count < HAND_OUT_MAX ? fresh.count : HAND_OUT_MAX;
    size_t most = taken * (endpoints->count + 1);
    if (taken == 0 || waiting + most > ASSAY_OUTBOX_MESSAGES_MAX) {
        return ASSAY_OK;
    }
    /* Nobody is told of an alert that a crash could still take back. */
    error = assay_store_settle(courier->service->store);
    struct assay_outbox_message *messages =
        error == ASSAY_OK ? malloc(sizeof *messages * most) : NULL;
    if (messages == NULL) {
        return error != ASSAY_OK ? error : ASSAY_E_MEMORY;
    }
    size_t count = 0;
    uint64_t newest = 0;
    for (size_t i = 0; i < taken; i++) {
        count += add_messages(courier, endpoints, fresh.alert[i], messages + count);
        newest = fresh.alert[i]->mark.position > newest ? fresh.alert[i]->mark.position : newest;
    }
    assay_outbox_put(courier->outbox, messages, count, newest);
    free(messages);
    return ASSAY_OK;
}

/* -- sending -- */

static enum assay_error make_hook(struct assay_courier *courier,
                                  const struct assay_catalog_webhook *endpoint,
                                  const struct assay_outbox_message *message,
                                  struct assay_post **post)
{
    const struct assay_letter_source source = {courier->service->store,
                                               assay_service_keyring(courier->service)};
    const struct assay_catalog_alert *alert =
        message->test ? NULL : assay_store_alert(source.store, message->alert);
    int64_t now_unix_ms = assay_clock_unix_ms();
    char id[ASSAY_LETTER_ID_SIZE];
    char signature[ASSAY_WEBHOOK_SIGNATURES_SIZE];
    assay_letter_id(message, id);
    char *body =
        assay_letter_json(&source, alert, alert == NULL ? now_unix_ms : alert->value.at_unix_ms);
    if (body == NULL) {
        return ASSAY_E_MEMORY;
    }
    const struct assay_webhook_content content = {id, now_unix_ms / 1000, body, strlen(body)};
    enum assay_error error =
        assay_webhook_sign_all(source.keyring, &endpoint->value, &content, signature);
    if (error != ASSAY_OK) {
        free(body);
        return error;
    }
    const struct assay_post_hook hook = {endpoint->value.url, id, signature, content.at_unix_s};
    return assay_post_hook(courier->service->config, &hook, body, post);
}

static enum assay_error make_mail(struct assay_courier *courier,
                                  const struct assay_outbox_message *message,
                                  struct assay_post **post)
{
    const struct assay_config *config = courier->service->config;
    const struct assay_letter_source source = {courier->service->store,
                                               assay_service_keyring(courier->service)};
    const struct assay_catalog_alert *alert = assay_store_alert(source.store, message->alert);
    char id[ASSAY_LETTER_ID_SIZE];
    assay_letter_id(message, id);
    const struct assay_letter_mail mail = {config->alerts_mail_from, config->alerts_mail_to, id,
                                           assay_clock_unix_ms()};
    return alert == NULL ? ASSAY_E_NOT_FOUND
                         : assay_post_mail(config, courier->password,
                                           assay_letter_mail(&source, alert, &mail), post);
}

static bool is_in_flight(const struct assay_courier *courier, uint64_t endpoint)
{
    for (unsigned i = 0; i < courier->flights; i++) {
        if (courier->flight[i]->message.endpoint == endpoint) {
            return true;
        }
    }
    return false;
}

static bool is_paused(const struct assay_courier *courier, uint64_t endpoint, int64_t now_unix_ms)
{
    for (unsigned i = 0; i < ASSAY_WEBHOOKS_MAX; i++) {
        if (courier->pause[i].endpoint == endpoint &&
            courier->pause[i].until_unix_ms > now_unix_ms) {
            return true;
        }
    }
    return false;
}

/* Takes the place of what ends first: of its own, or of one that has ended. */
static void pause_endpoint(struct assay_courier *courier, uint64_t endpoint, int64_t until_unix_ms)
{
    struct pause *pause = &courier->pause[0];
    for (unsigned i = 0; i < ASSAY_WEBHOOKS_MAX && pause->endpoint != endpoint; i++) {
        struct pause *other = &courier->pause[i];
        pause = other->endpoint == endpoint || other->until_unix_ms < pause->until_unix_ms ? other
                                                                                           : pause;
    }
    *pause = (struct pause){endpoint, until_unix_ms};
}

static void start(struct assay_courier *courier, const struct endpoints *endpoints,
                  const struct assay_outbox_message *message)
{
    const struct assay_catalog_webhook *endpoint = endpoint_at(endpoints, message->endpoint);
    bool lost = message->endpoint == 0 ? !has_mail(courier) : endpoint == NULL;
    bool unknown =
        !message->test && assay_store_alert(courier->service->store, message->alert) == NULL;
    struct assay_post *post = NULL;
    if (lost || unknown) {
        assay_outbox_remove(courier->outbox, message); /* nobody is there to be told any more */
        return;
    }
    enum assay_error error = message->endpoint == 0 ? make_mail(courier, message, &post)
                                                    : make_hook(courier, endpoint, message, &post);
    if (error != ASSAY_OK) {
        return; /* memory: in the next round */
    }
    post->message = *message;
    if (curl_multi_add_handle(courier->multi, post->easy) != CURLM_OK) {
        assay_post_free(post);
        return;
    }
    courier->flight[courier->flights++] = post;
}

static void start_due(struct assay_courier *courier, const struct endpoints *endpoints,
                      const struct assay_outbox_message *messages, size_t count)
{
    int64_t now_unix_ms = assay_clock_unix_ms();
    for (size_t i = 0; i < count && courier->flights < FLIGHTS_MAX; i++) {
        const struct assay_outbox_message *message = &messages[i];
        if (!message->dead && message->next_unix_ms <= now_unix_ms &&
            !is_in_flight(courier, message->endpoint) &&
            !is_paused(courier, message->endpoint, now_unix_ms)) {
            start(courier, endpoints, message);
        }
    }
}

/* -- what came of it -- */

static void settle(struct assay_courier *courier, struct assay_post *post, CURLcode code)
{
    const struct assay_config *config = courier->service->config;
    struct assay_outbox_message *message = &post->message;
    char id[ASSAY_LETTER_ID_SIZE];
    bool taken = false;
    assay_letter_id(message, id);
    message->status = assay_post_status(post, code, &taken);
    message->tries++;
    if (taken) {
        assay_outbox_remove(courier->outbox, message);
        assay_log(ASSAY_LOG_INFO, "alert_told", "id=%s status=%d tries=%u", id, message->status,
                  message->tries);
        return;
    }
    int64_t now_unix_ms = assay_clock_unix_ms();
    int64_t wait_ms = (int64_t)assay_webhook_wait_ms(config->alerts_retry_ms, message->tries, id);
    int64_t pause_ms = assay_post_pause_ms(post);
    if (pause_ms > 0 && message->endpoint != 0) {
        pause_endpoint(courier, message->endpoint, now_unix_ms + pause_ms);
    }
    message->dead = message->tries >= config->alerts_tries || message->status == STATUS_GONE;
    message->next_unix_ms = now_unix_ms + (message->dead        ? 0
                                           : wait_ms > pause_ms ? wait_ms
                                                                : pause_ms);
    assay_outbox_put(courier->outbox, message, 1, 0);
    assay_log(ASSAY_LOG_ERROR, message->dead ? "alert_dead" : "alert_not_taken",
              "id=%s status=%d tries=%u", id, message->status, message->tries);
}

static void land(struct assay_courier *courier, CURL *easy, CURLcode code)
{
    unsigned at = 0;
    while (courier->flight[at]->easy != easy) {
        at++;
        assay_assert(at < courier->flights);
    }
    struct assay_post *post = courier->flight[at];
    courier->flight[at] = courier->flight[--courier->flights];
    curl_multi_remove_handle(courier->multi, easy);
    settle(courier, post, code);
    assay_post_free(post);
}

static void land_all(struct assay_courier *courier)
{
    int running = 0;
    int left = 0;
    CURLMsg *message = NULL;
    curl_multi_perform(courier->multi, &running);
    while ((message = curl_multi_info_read(courier->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            land(courier, message->easy_handle, message->data.result);
        }
    }
}

/* -- the thread -- */

static enum assay_error go_round(struct assay_courier *courier)
{
    struct endpoints endpoints = {0};
    struct assay_outbox_message *messages = NULL;
    size_t count = 0;
    assay_store_each_webhook(courier->service->store, keep_endpoint, &endpoints);
    enum assay_error error = assay_outbox_list(courier->outbox, &messages, &count);
    if (error != ASSAY_OK) {
        return error;
    }
    start_due(courier, &endpoints, messages, count);
    free(messages);
    return hand_out(courier, &endpoints, count);
}

static void *carry(void *context)
{
    struct assay_courier *courier = context;
    while (!atomic_load(&courier->stopping)) {
        enum assay_error error = go_round(courier);
        if (error != ASSAY_OK && error != ASSAY_E_MEMORY) {
            assay_log(ASSAY_LOG_ERROR, "courier_failed", "error=%s", assay_error_name(error));
            abort(); /* what is still to be told cannot be read */
        }
        land_all(courier);
        curl_multi_poll(courier->multi, NULL, 0, LOOK_MS, NULL);
        land_all(courier);
    }
    return NULL;
}

static enum assay_error check_mail(const struct assay_config *config, struct assay_reason *reason)
{
    const char *relay = config->alerts_mail_relay;
    if (relay[0] == '\0') {
        return ASSAY_OK;
    }
    if (strncmp(relay, "smtp://", 7) != 0 && strncmp(relay, "smtps://", 8) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "alerts.mail_relay: smtp://HOST or smtps://HOST");
    }
    if (!assay_letter_address_is_plain(config->alerts_mail_from) ||
        !assay_letter_address_is_plain(config->alerts_mail_to)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "alerts.mail_from, alerts.mail_to: an address, name@host");
    }
    if ((config->alerts_mail_user[0] == '\0') != (config->alerts_mail_password_file[0] == '\0')) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "alerts.mail_user needs alerts.mail_password_file, and it the user");
    }
    return ASSAY_OK;
}

static enum assay_error read_password(struct assay_courier *courier, struct assay_reason *reason)
{
    const char *path = courier->service->config->alerts_mail_password_file;
    size_t len = 0;
    if (path[0] == '\0') {
        return ASSAY_OK;
    }
    enum assay_error error = assay_file_read(path, PASSWORD_MAX, &courier->password, &len, reason);
    if (error == ASSAY_OK) {
        courier->password[strcspn(courier->password, "\r\n")] = '\0';
    }
    return error;
}

static bool keep_newest(void *context, const struct assay_catalog_alert *alert)
{
    *(uint64_t *)context = alert->mark.position;
    return false;
}

/* A new outbox begins with what is raised from now on. */
static uint64_t newest_alert(struct assay_store *store)
{
    uint64_t position = 0;
    assay_store_each_alert(store, 0, keep_newest, &position);
    return position;
}

static enum assay_error prepare(struct assay_courier *courier, struct assay_reason *reason)
{
    struct assay_service *service = courier->service;
    enum assay_error error = check_mail(service->config, reason);
    error = error != ASSAY_OK ? error : read_password(courier, reason);
    error = error != ASSAY_OK ? error
                              : assay_outbox_open(service->dir, newest_alert(service->store),
                                                  &courier->outbox, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    courier->multi = ready ? curl_multi_init() : NULL;
    return courier->multi != NULL ? ASSAY_OK : assay_fail(reason, ASSAY_E_MEMORY, NULL);
}

static void free_courier(struct assay_courier *courier)
{
    for (unsigned i = 0; i < courier->flights; i++) {
        curl_multi_remove_handle(courier->multi, courier->flight[i]->easy);
        assay_post_free(courier->flight[i]);
    }
    if (courier->multi != NULL) {
        curl_multi_cleanup(courier->multi);
    }
    if (courier->password != NULL) {
        assay_bytes_wipe(courier->password, strlen(courier->password));
        free(courier->password);
    }
    assay_outbox_close(courier->outbox);
    free(courier);
}

enum assay_error assay_courier_open(struct assay_service *service, struct assay_courier **courier,
                                    struct assay_reason *reason)
{
    struct assay_courier *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    self->service = service;
    enum assay_error error = prepare(self, reason);
    if (error == ASSAY_OK && pthread_create(&self->thread, NULL, carry, self) != 0) {
        error = assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    if (error != ASSAY_OK) {
        free_courier(self);
        return error;
    }
    service->outbox = self->outbox;
    *courier = self;
    return ASSAY_OK;
}

void assay_courier_close(struct assay_courier *courier)
{
    if (courier == NULL) {
        return;
    }
    atomic_store(&courier->stopping, true);
    curl_multi_wakeup(courier->multi);
    pthread_join(courier->thread, NULL);
    courier->service->outbox = NULL;
    free_courier(courier);
}
