// SPDX-License-Identifier: Apache-2.0
#include "tests/loopback/serving.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "verifier/admin_socket.h"
#include "verifier/geo.h"
#include "verifier/handlers.h"
#include "verifier/key_notice.h"
#include "verifier/loop_parts.h"
#include "verifier/metrics.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/routes.h"
#include "verifier/session.h"
#include "verifier/visitor.h"
#include "verifier/workers.h"

#define MANY 1000000

/* A call of a dashboard: says who asks. */
static int ask(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_actor actor;
    if (assay_visitor_actor(request, &actor)) {
        json_t *json = json_pack("{s:s, s:i}", "who", actor.name, "scopes", (int)actor.scopes);
        assay_reply_json(request, 200, json);
        json_decref(json);
    }
    return 0;
}

static const struct assay_route public_routes[] = {
    {"register", "POST", "/v1/warranties", ASSAY_ROUTE_SAME_SITE, assay_warranty_register},
    {"find", "POST", "/v1/warranties/find", ASSAY_ROUTE_SAME_SITE, assay_warranty_find},
    {"report", "POST", "/v1/reports", ASSAY_ROUTE_SAME_SITE, assay_report_take},
    {"office", "POST", "/v1/office/*", 0, assay_office_over_http},
    {"carton", "GET", "/00/*", 0, assay_carton_get},
    {"login", "GET", "/audit/login", 0, assay_login_get},
    {"login", "POST", "/audit/login", ASSAY_ROUTE_SAME_SITE, assay_login_post},
    {"logout", "POST", "/audit/logout", ASSAY_ROUTE_SAME_SITE, assay_logout_post},
    {"asked", "GET", "/asked", 0, ask},
    {"asked", "POST", "/asked", 0, ask},
    {"live", "GET", "/v1/office/audit/live", 0, assay_live_get},
    {"audit", "GET", "/v1/office/audit/*", 0, assay_audit_get},
    {"keys", "GET", "/.well-known/assay-keys.json", 0, assay_keys_get},
};
static const struct assay_route admin_routes[] = {
    {"admin", "POST", "/v1/office/*", 0, assay_office_over_socket},
};

static void must(enum assay_error error)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "serving: %s\n", assay_error_name(error));
        abort();
    }
}

static void register_public(h2o_hostconf_t *host)
{
    assay_routes_register(host, public_routes, ASSAY_COUNT_OF(public_routes));
}

static void register_admin(h2o_hostconf_t *host)
{
    assay_routes_register(host, admin_routes, ASSAY_COUNT_OF(admin_routes));
}

static const struct assay_server_hooks hooks = {
    .public_routes = register_public,
    .admin_routes = register_admin,
    .loop_open = assay_loop_open,
    .loop_close = assay_loop_close,
    .pass_begin = assay_loop_pass_begin,
    .pass_end = assay_loop_pass_end,
    .is_busy = assay_loop_is_busy,
};

void serving_init(struct serving *serving)
{
    memset(serving, 0, sizeof *serving);
    assay_config_init(&serving->config);
    serving->config.forms_per_minute = MANY;
    serving->config.drain_ms = 5000;
    serving->config.denied_per_minute = MANY;
}

static void open_keys(struct serving *serving)
{
    struct assay_reason reason = {""};
    snprintf(serving->keys, sizeof serving->keys, "%s/keys", serving->world.dir);
    must(assay_keyring_init(serving->keys, "test", &reason));
    must(assay_keyring_open(serving->keys, "test",
                            1u << ASSAY_KEY_LABEL | 1u << ASSAY_KEY_PIN | 1u << ASSAY_KEY_SERVICE,
                            &serving->service.keyring, &reason));
    assay_keyring_service_key(serving->service.keyring, ASSAY_PURPOSE_RECEIPT,
                              serving->service.receipt_key.key);
}

static void open_service(struct serving *serving)
{
    struct assay_service *service = &serving->service;
    const struct assay_config *config = &serving->config;
    const struct assay_geo_paths no_paths = {0};
    const uint32_t per_minute[ASSAY_RATES] = {
        [ASSAY_RATE_FORGED] = 0,
        [ASSAY_RATE_FORMS] = config->forms_per_minute,
        [ASSAY_RATE_DENIED] = config->denied_per_minute,
        [ASSAY_RATE_SIGNED] = ASSAY_BAD_SIGNATURES_A_MINUTE,
    };
    service->dir = serving->world.dir;
    service->config = config;
    service->store = serving->world.store;
    open_keys(serving);
    must(assay_geo_open(&no_paths, &service->geo, NULL));
    must(assay_rates_create(per_minute, assay_clock_monotonic_ns(), &service->rates));
    must(assay_sessions_create(&service->sessions));
    must(assay_metrics_create(assay_server_loops(1), &service->metrics));
    must(assay_key_notice_create(&service->key_notice));
    must(assay_workers_open(service, config->worker_threads, config->worker_queue,
                            &service->workers));
}

void serving_start(struct serving *serving)
{
    struct assay_reason reason = {""};
    world_create(&serving->world, 0, false);
    world_batch(&serving->world, SERVING_HANDLE, 100, ASSAY_BATCH_HAS_PIN);
    open_service(serving);
    struct assay_server_options options = {
        .threads = 1,
        .connections_total = 1000,
        .connections_per_address = 1000,
        .request_ms = 5000,
        .drain_ms = serving->config.drain_ms,
        .hooks = &hooks,
    };
    must(assay_endpoint_parse("127.0.0.1:0", &options.listen, NULL));
    must(assay_admin_socket_open(serving->world.dir, &options.admin_fd, &reason));
    must(assay_server_start(&options, &serving->service, &serving->server, &reason));
    struct sockaddr_in in;
    memcpy(&in, &assay_server_options(serving->server)->listen.address, sizeof in);
    serving->port = ntohs(in.sin_port);
}

void serving_stop(struct serving *serving)
{
    assay_assert(assay_server_stop(serving->server));
    assay_workers_close(serving->service.workers);
    assay_key_notice_destroy(serving->service.key_notice);
    assay_metrics_destroy(serving->service.metrics);
    assay_sessions_destroy(serving->service.sessions);
    assay_rates_destroy(serving->service.rates);
    assay_geo_close(serving->service.geo);
    assay_keyring_close(serving->service.keyring);
    world_remove(&serving->world);
}

void serving_code(const struct serving *serving, uint32_t index, char code[ASSAY_CODE_SIZE])
{
    struct assay_batch_keys keys;
    struct assay_code_cipher *cipher;
    const struct assay_batch_facts *batch =
        assay_store_batch_facts(serving->world.store, SERVING_HANDLE);
    const struct assay_code_range range = {
        .handle = SERVING_HANDLE, .first = index, .count = 1, .version = ASSAY_CODE_VERSION_C1};
    char codes[1][ASSAY_CODE_SIZE];
    assay_keyring_batch_keys(serving->service.keyring, batch->epoch, SERVING_HANDLE, &keys);
    must(assay_code_cipher_create(&keys, NULL, &cipher));
    assay_code_make(cipher, &range, codes);
    assay_code_cipher_destroy(cipher);
    memcpy(code, codes[0], ASSAY_CODE_SIZE);
}

void serving_receipt(const struct serving *serving, uint32_t index, int64_t skew_ms,
                     char text[ASSAY_RECEIPT_TEXT_SIZE])
{
    const struct assay_receipt receipt = {
        .item = assay_item_key_of(SERVING_HANDLE, index),
        .verdict = ASSAY_VERDICT_GENUINE,
        .expires_at_unix_ms = assay_clock_unix_ms() + 60000 + skew_ms,
    };
    assay_receipt_sign(&serving->service.receipt_key, &receipt, text);
}
