// SPDX-License-Identifier: Apache-2.0
#include "verifier/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/limits.h"
#include "core/log.h"
#include "verifier/listener.h"
#include "verifier/metrics.h"

#define LISTENERS_A_LOOP 2
#define PASS_WAIT_MS 1000
#define DRAIN_WAIT_MS 50
/* Draining: clients that are about to send have this long before idle connections are closed. */
#define IDLE_GRACE_MS 500

enum drain_phase { SERVING, DRAINING, IDLE_CLOSED };

/* One loop and its thread. The service's part comes first: handlers get at it by a cast. */
struct server_loop {
    struct assay_loop loop;
    struct assay_server *server;
    pthread_t thread;
    bool started;
    bool cut_off; /* connections were left at the deadline */
    h2o_multithread_receiver_t wake;
    bool must_drain; /* told by a message */
    enum drain_phase phase;
    uint64_t drain_began_ns;
    unsigned listener_count;
    struct assay_listener listeners[LISTENERS_A_LOOP];
    int fds[LISTENERS_A_LOOP];
};

struct assay_server {
    struct assay_server_options options;
    struct assay_service *service;
    struct assay_connections *connections;
    h2o_globalconf_t public_config;
    h2o_globalconf_t private_config; /* another body limit, so another configuration */
    h2o_hostconf_t *public_host;
    h2o_hostconf_t *ops_host;
    h2o_hostconf_t *admin_host;
    /* Loops report here that they serve or have failed. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned ready;
    enum assay_error failed;
    unsigned loop_count;
    struct server_loop *loops;
};

unsigned assay_server_loops(unsigned threads)
{
    return threads + 1;
}

static void configure(h2o_globalconf_t *config, const struct assay_server_options *options,
                      size_t body_bytes_max)
{
    h2o_config_init(config);
    config->server_name = h2o_iovec_init(H2O_STRLIT("assay"));
    config->http1.upgrade_to_http2 = 0;
    config->http1.req_timeout = options->request_ms;
    config->handshake_timeout = options->request_ms;
    config->max_request_entity_size = body_bytes_max;
}

static h2o_hostconf_t *add_host(h2o_globalconf_t *config, const char *name,
                                void (*routes)(h2o_hostconf_t *host))
{
    h2o_hostconf_t *host = h2o_config_register_host(config, h2o_iovec_init(name, strlen(name)), 80);
    assay_assert(host != NULL);
    host->fallback_path.error_log.emit_request_errors = 0;
    if (routes != NULL) {
        routes(host);
    }
    return host;
}

static void configure_all(struct assay_server *server)
{
    const struct assay_server_hooks *hooks = server->options.hooks;
    configure(&server->public_config, &server->options, ASSAY_BODY_BYTES_MAX);
    server->public_host = add_host(&server->public_config, "public", hooks->public_routes);
    configure(&server->private_config, &server->options, ASSAY_UPLOAD_BYTES_MAX);
    server->ops_host = add_host(&server->private_config, "ops", hooks->ops_routes);
    server->admin_host = add_host(&server->private_config, "admin", hooks->admin_routes);
}

static void add_listener(struct server_loop *self, int fd, h2o_hostconf_t *host,
                         struct assay_tls *tls)
{
    assay_assert(self->listener_count < LISTENERS_A_LOOP);
    struct assay_listener *listener = &self->listeners[self->listener_count];
    listener->loop = &self->loop;
    listener->connections = self->server->connections;
    listener->tls = tls;
    listener->hosts[0] = host;
    self->fds[self->listener_count++] = fd;
}

/* Every socket is bound before the first thread starts: a port that is taken is an error at once.
 */
static enum assay_error bind_all(struct assay_server *server, struct assay_reason *reason)
{
    struct assay_server_options *options = &server->options;
    for (unsigned i = 0; i < options->threads; i++) {
        int fd;
        enum assay_error error = i == 0 ? assay_listener_bind_first(&options->listen, &fd, reason)
                                        : assay_listener_bind(&options->listen, &fd, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        add_listener(&server->loops[i], fd, server->public_host, options->tls);
    }
    struct server_loop *private_loop = &server->loops[options->threads];
    if (options->ops_listen.address_len != 0) {
        int fd;
        enum assay_error error = assay_listener_bind_first(&options->ops_listen, &fd, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        add_listener(private_loop, fd, server->ops_host, NULL);
    }
    if (options->admin_fd != -1) {
        add_listener(private_loop, options->admin_fd, server->admin_host, NULL);
    }
    return ASSAY_OK;
}

/* Ends the wait of a loop; the last one that a loop gets begins its drain. So no message can be
 * under way to a loop that has ended. */
struct wake_message {
    h2o_multithread_message_t message; /* first */
    bool drain;
};

static void on_wake(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    struct server_loop *self = H2O_STRUCT_FROM_MEMBER(struct server_loop, wake, receiver);
    while (!h2o_linklist_is_empty(messages)) {
        struct wake_message *wake =
            H2O_STRUCT_FROM_MEMBER(struct wake_message, message.link, messages->next);
        h2o_linklist_unlink(&wake->message.link);
        self->must_drain = self->must_drain || wake->drain;
        free(wake);
    }
}

static void wake_all(struct assay_server *server, bool drain)
{
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct wake_message *wake = h2o_mem_alloc(sizeof *wake);
        *wake = (struct wake_message){.message = {{NULL, NULL}}, .drain = drain};
        h2o_multithread_send_message(&server->loops[i].wake, &wake->message);
    }
}

static unsigned open_connections(const struct server_loop *self)
{
    unsigned open = 0;
    for (unsigned i = 0; i < self->listener_count; i++) {
        open += self->listeners[i].open;
    }
    return open;
}

/* A connection between two requests: let it read the end, so that h2o closes it. */
static int close_if_idle(h2o_req_t *request, void *context)
{
    (void)context;
    h2o_socket_t *socket = request->conn->callbacks->get_socket(request->conn);
    if (request->version == 0 && socket->input->size == 0) {
        shutdown(h2o_socket_get_fd(socket), SHUT_RD);
    }
    return 0;
}

static void begin_drain(struct server_loop *self)
{
    self->phase = DRAINING;
    self->drain_began_ns = assay_clock_monotonic_ns();
    for (unsigned i = 0; i < self->listener_count; i++) {
        assay_listener_stop(&self->listeners[i]);
    }
    /* Not h2o_context_request_shutdown: its HTTP/2 half starts timers that are never used here. */
    self->loop.context.shutdown_requested = 1;
}

/* True when there is nothing left to wait for. */
static bool drain_is_over(struct server_loop *self)
{
    const struct assay_server_options *options = &self->server->options;
    uint64_t since_ms = (assay_clock_monotonic_ns() - self->drain_began_ns) / 1000000u;
    bool busy = options->hooks->is_busy != NULL && options->hooks->is_busy(&self->loop);
    if (open_connections(self) == 0 && !busy) {
        return true;
    }
    if (self->phase == DRAINING && since_ms >= IDLE_GRACE_MS) {
        self->phase = IDLE_CLOSED;
        h2o_context_t *context = &self->loop.context;
        context->globalconf->http1.callbacks.foreach_request(context, close_if_idle, NULL);
    }
    self->cut_off = since_ms >= options->drain_ms;
    return self->cut_off;
}

static void run_passes(struct server_loop *self)
{
    const struct assay_server_hooks *hooks = self->server->options.hooks;
    while (self->phase == SERVING || !drain_is_over(self)) {
        for (unsigned i = 0; i < self->listener_count; i++) {
            assay_listener_refresh(&self->listeners[i]);
        }
        if (hooks->pass_begin != NULL) {
            hooks->pass_begin(&self->loop);
        }
        int wait_ms = self->phase == SERVING ? PASS_WAIT_MS : DRAIN_WAIT_MS;
        if (h2o_evloop_run(self->loop.context.loop, wait_ms) != 0 && errno != EINTR) {
            assay_log(ASSAY_LOG_ERROR, "loop_failed", "loop=%u error=\"%s\"", self->loop.number,
                      strerror(errno));
            _exit(1);
        }
        if (hooks->pass_end != NULL) {
            hooks->pass_end(&self->loop);
        }
        if (self->phase == SERVING && self->must_drain) {
            begin_drain(self);
        }
    }
}

static void report(struct assay_server *server, enum assay_error error)
{
    pthread_mutex_lock(&server->lock);
    server->ready++;
    if (error != ASSAY_OK) {
        server->failed = error;
    }
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* Wait until every loop that was started has reported. */
static enum assay_error await_reports(struct assay_server *server, unsigned started)
{
    pthread_mutex_lock(&server->lock);
    while (server->ready < started) {
        pthread_cond_wait(&server->changed, &server->lock);
    }
    enum assay_error failed = server->failed;
    pthread_mutex_unlock(&server->lock);
    return failed;
}

/* After every thread has ended: until then one could still be sent a message. */
static void dispose_loop(struct server_loop *self)
{
    for (unsigned i = 0; i < self->listener_count; i++) {
        assay_listener_deinit(&self->listeners[i]);
    }
    on_wake(&self->wake, &self->wake._messages);
    h2o_multithread_unregister_receiver(self->loop.context.queue, &self->wake);
    h2o_loop_t *loop = self->loop.context.loop;
    h2o_context_dispose(&self->loop.context);
    h2o_evloop_destroy(loop);
}

/* On the loop's own thread: the sockets of a context draw on lists of memory of the thread that
 * makes it, without a lock (h2o_socket_buffer_prototype is thread-local). */
static void init_context(struct server_loop *self)
{
    struct assay_server *server = self->server;
    bool is_private = self->loop.number == server->options.threads;
    h2o_context_init(&self->loop.context, h2o_evloop_create(),
                     is_private ? &server->private_config : &server->public_config);
    h2o_multithread_register_receiver(self->loop.context.queue, &self->wake, on_wake);
}

static void *loop_main(void *argument)
{
    struct server_loop *self = argument;
    init_context(self);
    const struct assay_server_hooks *hooks = self->server->options.hooks;
    for (unsigned i = 0; i < self->listener_count; i++) {
        assay_listener_start(&self->listeners[i], self->fds[i]);
    }
    enum assay_error error = hooks->loop_open == NULL ? ASSAY_OK : hooks->loop_open(&self->loop);
    report(self->server, error);
    if (error != ASSAY_OK) {
        return NULL;
    }
    run_passes(self);
    if (hooks->loop_close != NULL) {
        hooks->loop_close(&self->loop);
    }
    return NULL;
}

static enum assay_error start_threads(struct assay_server *server, struct assay_reason *reason)
{
    unsigned started = 0;
    enum assay_error error = ASSAY_OK;
    for (; started < server->loop_count && error == ASSAY_OK; started++) {
        struct server_loop *self = &server->loops[started];
        int failed = pthread_create(&self->thread, NULL, loop_main, self);
        if (failed != 0) {
            error = assay_fail(reason, ASSAY_E_IO, "no thread: %s", strerror(failed));
            break;
        }
        self->started = true;
    }
    enum assay_error reported = await_reports(server, started);
    if (error == ASSAY_OK && reported != ASSAY_OK) {
        error =
            assay_fail(reason, reported, "a loop did not start: %s", assay_error_text(reported));
    }
    return error;
}

static void prepare_process(void)
{
    signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

enum assay_error assay_server_start(const struct assay_server_options *options,
                                    struct assay_service *service, struct assay_server **server,
                                    struct assay_reason *reason)
{
    assay_assert(options->threads >= 1);
    assay_assert(options->threads <= ASSAY_LOOPS_MAX);
    prepare_process();
    struct assay_server *self = h2o_mem_alloc(sizeof *self);
    memset(self, 0, sizeof *self);
    self->options = *options;
    self->service = service;
    self->loop_count = assay_server_loops(options->threads);
    self->loops = h2o_mem_alloc(self->loop_count * sizeof *self->loops);
    memset(self->loops, 0, self->loop_count * sizeof *self->loops);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    enum assay_error error =
        assay_connections_create(options->connections_total, options->connections_per_address,
                                 options->proxies, &self->connections);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    configure_all(self);
    for (unsigned i = 0; i < self->loop_count; i++) {
        self->loops[i].server = self;
        self->loops[i].loop.service = service;
        self->loops[i].loop.number = i;
    }
    error = bind_all(self, reason);
    if (error == ASSAY_OK) {
        error = start_threads(self, reason);
    }
    /* On an error the caller ends the program: what was taken is left to that. */
    if (error == ASSAY_OK) {
        *server = self;
    }
    return error;
}

const struct assay_server_options *assay_server_options(const struct assay_server *server)
{
    return &server->options;
}

void assay_server_wait(struct assay_server *server)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    for (;;) {
        int number;
        if (sigwait(&signals, &number) != 0) {
            continue;
        }
        if (number != SIGHUP) {
            return;
        }
        if (server->options.hooks->reload != NULL) {
            server->options.hooks->reload(server->service);
        }
        wake_all(server, false);
    }
}

bool assay_server_stop(struct assay_server *server)
{
    wake_all(server, true);
    bool clean = true;
    for (unsigned i = 0; i < server->loop_count; i++) {
        pthread_join(server->loops[i].thread, NULL);
        clean = clean && !server->loops[i].cut_off;
    }
    if (!clean) {
        return false; /* h2o cannot dispose of a context with connections; the process ends soon */
    }
    for (unsigned i = 0; i < server->loop_count; i++) {
        dispose_loop(&server->loops[i]);
    }
    assay_connections_destroy(server->connections);
    h2o_config_dispose(&server->public_config);
    h2o_config_dispose(&server->private_config);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server->loops);
    free(server);
    return true;
}
