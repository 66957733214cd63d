// SPDX-License-Identifier: Apache-2.0
#include "verifier/process.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/passphrase.h"
#include "verifier/access_log.h"
#include "verifier/admin_socket.h"
#include "verifier/courier.h"
#include "verifier/geo.h"
#include "verifier/key_notice.h"
#include "verifier/loop_parts.h"
#include "verifier/metrics.h"
#include "verifier/rates.h"
#include "verifier/server.h"
#include "verifier/session.h"
#include "verifier/site.h"
#include "verifier/upkeep.h"
#include "verifier/workers.h"

#define KEYS_WANTED                                                                                \
    (1u << ASSAY_KEY_LABEL | 1u << ASSAY_KEY_PIN | 1u << ASSAY_KEY_OFFICE | 1u << ASSAY_KEY_SERVICE)
#define PASSPHRASE_SIZE 1024
/* Keyrings that SIGHUP replaced; they live until the end, since somebody may still read them. */
#define RETIRED_MAX 64

struct assay_process {
    struct assay_service service; /* first: the reload hook gets at the rest by a cast */
    const struct assay_options *options;
    const struct assay_config *config;
    char keys[ASSAY_CONFIG_PATH_SIZE];
    unsigned threads;
    int admin_fd;
    unsigned retired_count;
    struct assay_keyring *retired[RETIRED_MAX];
};

static enum assay_error open_keyring(struct assay_process *process, bool may_prompt,
                                     struct assay_keyring **keyring, struct assay_reason *reason)
{
    char passphrase[PASSPHRASE_SIZE];
    enum assay_error error = assay_passphrase_get(process->options->passphrase_file, may_prompt,
                                                  passphrase, sizeof passphrase, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_keyring_open(process->keys, passphrase, KEYS_WANTED, keyring, reason);
    assay_bytes_wipe(passphrase, sizeof passphrase);
    return error;
}

static enum assay_error open_keys(struct assay_process *process, struct assay_reason *reason)
{
    struct assay_service *service = &process->service;
    int len = snprintf(process->keys, sizeof process->keys, "%s/keys", process->options->data);
    if (len < 0 || (size_t)len >= sizeof process->keys) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "--data: longer than %zu bytes",
                          sizeof process->keys - sizeof "/keys");
    }
    enum assay_error error = open_keyring(process, true, &service->keyring, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_keyring_service_key(service->keyring, ASSAY_PURPOSE_RECEIPT, service->receipt_key.key);
    service->began_at_unix_ms = assay_clock_unix_ms();
    assay_keyring_service_key(service->keyring, ASSAY_PURPOSE_DEVICE, service->device_key);
    return ASSAY_OK;
}

static enum assay_error open_store(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_config *config = process->config;
    const struct assay_store_options options = {
        .dir = process->options->data,
        .overlay_items = config->overlay_items,
        .checkpoint_interval_ms = config->checkpoint_interval_ms,
        .reserve_bytes = (uint64_t)config->disk_reserve_mib << 20,
    };
    struct assay_service *service = &process->service;
    enum assay_error error = assay_store_open(&options, &service->store, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    return assay_claims_open(service->store, process->options->data, service->keyring,
                             &service->claims, reason);
}

static enum assay_error open_geo(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_config *config = process->config;
    const struct assay_geo_paths paths = {
        .ipv4 = config->geo_ipv4,
        .ipv6 = config->geo_ipv6,
        .asn = config->geo_asn,
        .nets = {config->geo_hosting, config->geo_anonymisers, config->geo_mobile},
    };
    return assay_geo_open(&paths, &process->service.geo, reason);
}

static enum assay_error open_tls(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_config *config = process->config;
    if (config->tls_certificate[0] == '\0' && config->tls_key[0] == '\0') {
        return ASSAY_OK;
    }
    return assay_tls_open(config->tls_certificate, config->tls_key, &process->service.tls, reason);
}

static enum assay_error open_limits(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_config *config = process->config;
    const uint32_t per_minute[ASSAY_RATES] = {
        [ASSAY_RATE_FORGED] = config->forged_per_minute,
        [ASSAY_RATE_FORMS] = config->forms_per_minute,
        [ASSAY_RATE_DENIED] = config->denied_per_minute,
        [ASSAY_RATE_SIGNED] = ASSAY_BAD_SIGNATURES_A_MINUTE,
    };
    struct assay_service *service = &process->service;
    enum assay_error error =
        assay_rates_create(per_minute, assay_clock_monotonic_ns(), &service->rates);
    if (error == ASSAY_OK) {
        error = assay_sessions_create(&service->sessions);
    }
    if (error == ASSAY_OK) {
        error = assay_metrics_create(assay_server_loops(process->threads), &service->metrics);
    }
    return error == ASSAY_OK ? ASSAY_OK : assay_fail(reason, error, NULL);
}

static enum assay_error open_log(struct assay_process *process, struct assay_reason *reason)
{
    const char *path = process->config->access_log;
    if (strcmp(path, "off") == 0) {
        return ASSAY_OK;
    }
    return assay_log_writer_open(path, assay_server_loops(process->threads),
                                 &process->service.log_writer, reason);
}

static enum assay_error open_workers(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_config *config = process->config;
    enum assay_error error = assay_key_notice_create(&process->service.key_notice);
    if (error == ASSAY_OK) {
        error = assay_workers_open(&process->service, config->worker_threads, config->worker_queue,
                                   &process->service.workers);
    }
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "workers: %s", assay_error_text(error));
}

static enum assay_error open_alerts(struct assay_process *process, struct assay_reason *reason)
{
    return assay_courier_open(&process->service, &process->service.courier, reason);
}

static enum assay_error open_upkeep(struct assay_process *process, struct assay_reason *reason)
{
    const struct assay_upkeep_options options = {
        .dir = process->options->data,
        .store = process->service.store,
        .alerts_interval_ms = process->config->alerts_interval_ms,
        .calibrate_days = process->config->calibrate_days,
    };
    enum assay_error error = assay_upkeep_open(&options, &process->service.upkeep);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "upkeep: %s", assay_error_text(error));
}

static enum assay_error open_admin(struct assay_process *process, struct assay_reason *reason)
{
    return assay_admin_socket_open(process->options->data, &process->admin_fd, reason);
}

static unsigned thread_count(const struct assay_config *config)
{
    if (config->threads != 0) {
        return config->threads;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1) {
        return 1;
    }
    return processors > ASSAY_LOOPS_MAX ? ASSAY_LOOPS_MAX : (unsigned)processors;
}

enum assay_error assay_process_open(const struct assay_options *options,
                                    const struct assay_config *config,
                                    struct assay_process **process, struct assay_reason *reason)
{
    static enum assay_error (*const steps[])(struct assay_process *, struct assay_reason *) = {
        open_keys, open_store,  open_geo,    open_tls,     open_limits,
        open_log,  open_alerts, open_upkeep, open_workers, open_admin,
    };
    struct assay_process *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    self->options = options;
    self->config = config;
    self->threads = thread_count(config);
    self->admin_fd = -1;
    self->service.config = config;
    self->service.dir = options->data;
    for (size_t i = 0; i < ASSAY_COUNT_OF(steps); i++) {
        enum assay_error error = steps[i](self, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    *process = self;
    return ASSAY_OK;
}

static void report(const char *what, enum assay_error error, const struct assay_reason *reason)
{
    if (error == ASSAY_OK) {
        assay_log(ASSAY_LOG_INFO, "reread", "what=%s", what);
        return;
    }
    char quoted[2 * sizeof reason->text];
    assay_log_quote(reason->text, strlen(reason->text), quoted, sizeof quoted);
    assay_log(ASSAY_LOG_ERROR, "reread_failed", "what=%s reason=%s", what, quoted);
}

static enum assay_error reload_keys(struct assay_process *process, struct assay_reason *reason)
{
    if (process->retired_count == RETIRED_MAX) {
        return assay_fail(reason, ASSAY_E_FULL, "keys were reread %d times; restart", RETIRED_MAX);
    }
    struct assay_keyring *fresh;
    enum assay_error error = open_keyring(process, false, &fresh, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_service *service = &process->service;
    process->retired[process->retired_count++] = service->keyring;
    __atomic_store_n(&service->keyring, fresh, __ATOMIC_RELEASE);
    atomic_fetch_add(&service->key_generation, 1);
    return ASSAY_OK;
}

/* SIGHUP. Whatever cannot be reread stays as it was, and the log says so. */
static void reload(struct assay_service *service)
{
    struct assay_process *process = (struct assay_process *)service;
    struct assay_reason reason;
    report("keys", reload_keys(process, &reason), &reason);
    report("geo", assay_geo_reload(service->geo, &reason), &reason);
    if (service->tls != NULL) {
        report("certificate", assay_tls_reload(service->tls, &reason), &reason);
    }
    if (service->log_writer != NULL) {
        report("access_log", assay_log_writer_reopen(service->log_writer, &reason), &reason);
    }
}

static unsigned port_of(const struct assay_endpoint *endpoint)
{
    /* The port lies at the same place in both families (RFC 3493, 3.3). */
    return ntohs(((const struct sockaddr_in *)&endpoint->address)->sin_port);
}

/* One line that scripts wait for; the ports are those that are listened on. */
static void announce(const struct assay_process *process, const struct assay_server *server)
{
    const struct assay_server_options *options = assay_server_options(server);
    assay_log(ASSAY_LOG_INFO, "serving",
              "listen=%s port=%u ops_listen=%s ops_port=%u threads=%u tls=%s data=%s",
              options->listen.text, port_of(&options->listen), options->ops_listen.text,
              port_of(&options->ops_listen), process->threads,
              process->service.tls == NULL ? "off" : "on", process->options->data);
}

enum assay_error assay_process_serve(struct assay_process *process, struct assay_reason *reason)
{
    static const struct assay_server_hooks hooks = {
        .public_routes = assay_site_public,
        .ops_routes = assay_site_ops,
        .admin_routes = assay_site_admin,
        .loop_open = assay_loop_open,
        .loop_close = assay_loop_close,
        .pass_begin = assay_loop_pass_begin,
        .pass_end = assay_loop_pass_end,
        .is_busy = assay_loop_is_busy,
        .reload = reload,
    };
    const struct assay_config *config = process->config;
    const struct assay_server_options options = {
        .listen = config->listen,
        .ops_listen = config->ops_listen,
        .admin_fd = process->admin_fd,
        .threads = process->threads,
        .connections_total = config->connections_total,
        .connections_per_address = config->connections_per_address,
        .request_ms = config->request_ms,
        .drain_ms = config->drain_ms,
        .proxies = &config->trusted_proxies,
        .tls = process->service.tls,
        .hooks = &hooks,
    };
    struct assay_server *server;
    enum assay_error error = assay_server_start(&options, &process->service, &server, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    announce(process, server);
    assay_server_wait(server);
    assay_log(ASSAY_LOG_INFO, "draining", "deadline_ms=%u", config->drain_ms);
    return assay_server_stop(server)
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_BUSY, "connections were cut off at the drain deadline");
}

void assay_process_close(struct assay_process *process)
{
    if (process == NULL) {
        return;
    }
    struct assay_service *service = &process->service;
    assay_admin_socket_remove(process->options->data);
    assay_workers_close(service->workers);
    assay_courier_close(service->courier);
    assay_upkeep_close(service->upkeep);
    assay_key_notice_destroy(service->key_notice);
    assay_log_writer_close(service->log_writer);
    assay_metrics_destroy(service->metrics);
    assay_rates_destroy(service->rates);
    assay_sessions_destroy(service->sessions);
    assay_tls_close(service->tls);
    assay_geo_close(service->geo);
    assay_claims_close(service->claims);
    assay_store_close(service->store);
    assay_keyring_close(service->keyring);
    for (unsigned i = 0; i < process->retired_count; i++) {
        assay_keyring_close(process->retired[i]);
    }
    assay_bytes_wipe(service, sizeof *service);
    free(process);
}
