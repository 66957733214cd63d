// SPDX-License-Identifier: Apache-2.0
#include "tests/loopback/scans/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/limits.h"
#include "verifier/geo.h"
#include "verifier/handlers.h"
#include "verifier/loop_parts.h"
#include "verifier/metrics.h"
#include "verifier/rates.h"
#include "verifier/reply.h"
#include "verifier/routes.h"

static struct assay_keyring *shared_keys;
static char keys_dir[64];

static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "loopback: %s: %s\n", assay_error_name(error), reason->text);
        abort();
    }
}

static int answer_cmacs(h2o_handler_t *handler, h2o_req_t *request)
{
    (void)handler;
    struct assay_text text;
    assay_text_init(&text, request, 32);
    assay_text_number(&text, assay_code_cmac_count());
    assay_reply_text(request, 200, &text);
    return 0;
}

static const struct assay_route public_routes[] = {
    {"scan", "POST", "/v1/codes/*", ASSAY_ROUTE_SAME_SITE, assay_scan_post},
    {"cmacs", "GET", "/v1/cmacs", 0, answer_cmacs},
    {"asset", "GET", "/assets/*", 0, assay_asset_get},
    {"page", "GET", "/*", 0, assay_page_get},
};

static const struct assay_route ops_routes[] = {
    {"health", "GET", "/healthz", 0, assay_ops_health},
    {"ready", "GET", "/readyz", 0, assay_ops_ready},
    {"metrics", "GET", "/metrics", 0, assay_ops_metrics},
};

static void add_public(h2o_hostconf_t *host)
{
    assay_routes_register(host, public_routes, ASSAY_COUNT_OF(public_routes));
}

static void add_ops(h2o_hostconf_t *host)
{
    assay_routes_register(host, ops_routes, ASSAY_COUNT_OF(ops_routes));
}

static void make_keys(void)
{
    struct assay_reason reason = {""};
    char path[96];
    snprintf(keys_dir, sizeof keys_dir, "/tmp/assay-loopback-XXXXXX");
    if (mkdtemp(keys_dir) == NULL) {
        abort();
    }
    snprintf(path, sizeof path, "%s/keys", keys_dir);
    must(assay_keyring_init(path, "passphrase", &reason), &reason);
    must(assay_keyring_open(path, "passphrase",
                            1u << ASSAY_KEY_LABEL | 1u << ASSAY_KEY_PIN | 1u << ASSAY_KEY_SERVICE,
                            &shared_keys, &reason),
         &reason);
}

void loopback_remove_keys(void)
{
    char command[96];
    assay_keyring_close(shared_keys);
    static const char *const names[] = {"label.key", "pin.key",  "office.key", "office.pub",
                                        "site.key",  "site.pub", "service.key"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        snprintf(command, sizeof command, "%s/keys/%s", keys_dir, names[i]);
        unlink(command);
    }
    snprintf(command, sizeof command, "%s/keys", keys_dir);
    rmdir(command);
    rmdir(keys_dir);
}

void loopback_init(struct loopback *loopback)
{
    memset(loopback, 0, sizeof *loopback);
    if (shared_keys == NULL) {
        make_keys();
    }
    struct assay_reason reason = {""};
    assay_config_init(&loopback->config);
    loopback->config.forged_per_minute = 0;
    must(assay_endpoint_parse("127.0.0.1:0", &loopback->config.listen, &reason), &reason);
    loopback->config.ops_listen = loopback->config.listen;
    fake_store_init(&loopback->store);
    struct assay_service *service = &loopback->service;
    service->config = &loopback->config;
    service->store = &loopback->store;
    service->keyring = shared_keys;
    const struct assay_geo_paths none = {0};
    must(assay_geo_open(&none, &service->geo, &reason), &reason);
    must(assay_metrics_create(assay_server_loops(1), &service->metrics), &reason);
    assay_keyring_service_key(shared_keys, ASSAY_PURPOSE_RECEIPT, service->receipt_key.key);
}

static unsigned port_of(const struct assay_endpoint *endpoint)
{
    return ntohs(((const struct sockaddr_in *)(const void *)&endpoint->address)->sin_port);
}

void loopback_start(struct loopback *loopback)
{
    static const struct assay_server_hooks hooks = {
        .public_routes = add_public,
        .ops_routes = add_ops,
        .loop_open = assay_loop_open,
        .loop_close = assay_loop_close,
        .pass_begin = assay_loop_pass_begin,
        .pass_end = assay_loop_pass_end,
        .is_busy = assay_loop_is_busy,
    };
    const struct assay_config *config = &loopback->config;
    const uint32_t per_minute[ASSAY_RATES] = {[ASSAY_RATE_FORGED] = config->forged_per_minute,
                                              [ASSAY_RATE_SIGNED] = ASSAY_BAD_SIGNATURES_A_MINUTE};
    struct assay_reason reason = {""};
    must(assay_rates_create(per_minute, assay_clock_monotonic_ns(), &loopback->service.rates),
         &reason);
    const struct assay_server_options options = {
        .listen = config->listen,
        .ops_listen = config->ops_listen,
        .admin_fd = -1,
        .threads = 1,
        .connections_total = config->connections_total,
        .connections_per_address = config->connections_per_address,
        .request_ms = config->request_ms,
        .drain_ms = config->drain_ms,
        .proxies = &config->trusted_proxies,
        .tls = loopback->service.tls,
        .hooks = &hooks,
    };
    must(assay_server_start(&options, &loopback->service, &loopback->server, &reason), &reason);
    loopback->port = port_of(&assay_server_options(loopback->server)->listen);
    loopback->ops_port = port_of(&assay_server_options(loopback->server)->ops_listen);
}

void loopback_stop(struct loopback *loopback)
{
    bool clean = assay_server_stop(loopback->server);
    assay_assert(clean);
    assay_rates_destroy(loopback->service.rates);
    assay_metrics_destroy(loopback->service.metrics);
    assay_geo_close(loopback->service.geo);
}

static struct assay_code_cipher *cipher_of(uint32_t handle)
{
    struct assay_batch_keys keys;
    uint8_t pin_key[ASSAY_CMAC_KEY_LEN];
    struct assay_code_cipher *cipher;
    struct assay_reason reason = {""};
    assay_keyring_batch_keys(shared_keys, 0, handle, &keys);
    assay_keyring_pin_key(shared_keys, 0, handle, pin_key);
    must(assay_code_cipher_create(&keys, pin_key, &cipher), &reason);
    return cipher;
}

void loopback_code(struct loopback *loopback, uint32_t handle, uint32_t index,
                   char code[ASSAY_CODE_SIZE])
{
    (void)loopback;
    struct assay_code_cipher *cipher = cipher_of(handle);
    const struct assay_code_range range = {handle, index, 1,
                                           handle == FAKE_HANDLE_OFFLINE ? ASSAY_CODE_VERSION_O1
                                                                         : ASSAY_CODE_VERSION_C1};
    char made[1][ASSAY_CODE_SIZE];
    assay_code_make(cipher, &range, made);
    assay_code_cipher_destroy(cipher);
    memcpy(code, made[0], ASSAY_CODE_SIZE);
}

void loopback_sign(struct loopback *loopback, const char *code, char sig[ASSAY_OFFLINE_TEXT_SIZE])
{
    (void)loopback;
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer = NULL;
    assay_keyring_offline_seed(shared_keys, 0, FAKE_HANDLE_OFFLINE, seed);
    struct assay_reason reason = {""};
    must(assay_offline_signer_create(seed, &signer), &reason);
    assay_offline_sign(signer, code, sig);
    assay_offline_signer_destroy(signer);
}

void loopback_pin(struct loopback *loopback, uint32_t index, char pin[ASSAY_PIN_SIZE])
{
    char code[1][ASSAY_CODE_SIZE];
    char made[1][ASSAY_PIN_SIZE];
    loopback_code(loopback, FAKE_HANDLE, index, code[0]);
    struct assay_code_cipher *cipher = cipher_of(FAKE_HANDLE);
    assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])code, 1, made);
    assay_code_cipher_destroy(cipher);
    memcpy(pin, made[0], ASSAY_PIN_SIZE);
}

uint64_t loopback_cmacs(struct loopback *loopback)
{
    static struct answer answer;
    ask(loopback->port, "GET /v1/cmacs", "", NULL, &answer);
    assay_assert(answer.status == 200);
    return strtoull(answer.body, NULL, 10);
}

uint64_t loopback_signatures(const struct loopback *loopback)
{
    return __atomic_load_n(&assay_metrics_of_loop(loopback->service.metrics, 0)->signatures,
                           __ATOMIC_RELAXED);
}

int client_open(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval limit = {5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "loopback: connect: %s\n", strerror(errno));
        abort();
    }
    return fd;
}

void client_send(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        data += sent;
        len -= (size_t)sent;
    }
}

/* One byte at a time up to the empty line: what follows may be the next answer. */
static bool read_head(int fd, struct answer *answer)
{
    size_t len = 0;
    while (len + 1 < sizeof answer->head) {
        if (recv(fd, answer->head + len, 1, 0) != 1) {
            return false;
        }
        answer->head[++len] = '\0';
        if (len >= 4 && memcmp(answer->head + len - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

void client_read(int fd, struct answer *answer)
{
    answer->status = 0;
    answer->body_len = 0;
    answer->head[0] = '\0';
    answer->body[0] = '\0';
    if (!read_head(fd, answer)) {
        return;
    }
    answer->status = (int)strtol(answer->head + 9, NULL, 10);
    const char *length = strcasestr(answer->head, "\r\ncontent-length: ");
    size_t wanted = length == NULL ? 0 : strtoul(length + 18, NULL, 10);
    assay_assert(wanted < sizeof answer->body);
    while (answer->body_len < wanted) {
        ssize_t got = recv(fd, answer->body + answer->body_len, wanted - answer->body_len, 0);
        if (got <= 0) {
            break;
        }
        answer->body_len += (size_t)got;
    }
    answer->body[answer->body_len] = '\0';
}

static bool is_readable(int fd, int wait_ms)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    return poll(&poller, 1, wait_ms) == 1;
}

bool client_is_closed(int fd, int wait_ms)
{
    if (!is_readable(fd, wait_ms)) {
        return false;
    }
    char byte;
    return recv(fd, &byte, 1, 0) <= 0;
}

void ask(unsigned port, const char *line, const char *headers, const char *body,
         struct answer *answer)
{
    int fd = client_open(port);
    size_t body_len = body == NULL ? 0 : strlen(body);
    char *text;
    int len = asprintf(&text, "%s HTTP/1.1\r\nHost: brand.test\r\n%sContent-Length: %zu\r\n\r\n%s",
                       line, headers, body_len, body == NULL ? "" : body);
    assay_assert(len > 0);
    client_send(fd, text, (size_t)len);
    free(text);
    if (strncmp(line, "HEAD", 4) == 0) {
        answer->status = read_head(fd, answer) ? (int)strtol(answer->head + 9, NULL, 10) : 0;
        answer->body_len = is_readable(fd, 100) ? 1 : 0;
    } else {
        client_read(fd, answer);
    }
    close(fd);
}

void ask_scan(struct loopback *loopback, const char *code, const char *json, struct answer *answer)
{
    char line[512];
    snprintf(line, sizeof line, "POST /v1/codes/%s/scans", code);
    ask(loopback->port, line, json == NULL ? "" : "Content-Type: application/json\r\n", json,
        answer);
}
