// SPDX-License-Identifier: Apache-2.0
#include "verifier/listener.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "core/log.h"
#include "verifier/metrics.h"

/* Connections taken in one pass, so that a flood of them does not stand still for requests. */
#define ACCEPTS_A_PASS 128
#define BACKLOG 4096
/* A client that does not read its answer is dropped after this (RFC 5482). */
#define UNREAD_TIMEOUT_MS 30000u

/* What is given back when a connection closes. */
struct open_connection {
    struct assay_listener *listener;
    struct assay_connection *counted;
};

static void set_options(int fd)
{
    int on = 1;
    unsigned timeout_ms = UNREAD_TIMEOUT_MS;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    /* Linux hands these on to what is accepted, so no connection pays for them. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

/* SO_REUSEPORT would let a second server of the same user share the port, and the kernel deal out
 * buyers between the two. A socket without it finds out whether somebody listens already. */
static bool is_taken(const struct assay_endpoint *endpoint)
{
    const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
    int probe = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe == -1) {
        return false;
    }
    int on = 1;
    setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool taken = bind(probe, address, endpoint->address_len) != 0 && errno == EADDRINUSE;
    close(probe);
    return taken;
}

enum assay_error assay_listener_bind_first(struct assay_endpoint *endpoint, int *fd,
                                           struct assay_reason *reason)
{
    if (is_taken(endpoint)) {
        return assay_fail(reason, ASSAY_E_IO, "cannot listen on %s: %s", endpoint->text,
                          strerror(EADDRINUSE));
    }
    return assay_listener_bind(endpoint, fd, reason);
}

enum assay_error assay_listener_bind(struct assay_endpoint *endpoint, int *fd,
                                     struct assay_reason *reason)
{
    struct sockaddr *address = (struct sockaddr *)&endpoint->address;
    int made = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made == -1) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", endpoint->text, strerror(errno));
    }
    set_options(made);
    if (bind(made, address, endpoint->address_len) != 0 || listen(made, BACKLOG) != 0) {
        assay_fail(reason, ASSAY_E_IO, "cannot listen on %s: %s", endpoint->text, strerror(errno));
        close(made);
        return ASSAY_E_IO;
    }
    socklen_t len = sizeof endpoint->address;
    if (getsockname(made, address, &len) != 0) {
        assay_fail(reason, ASSAY_E_IO, "%s: %s", endpoint->text, strerror(errno));
        close(made);
        return ASSAY_E_IO;
    }
    *fd = made;
    return ASSAY_OK;
}

static void on_closed(void *context)
{
    struct open_connection *closed = context;
    struct assay_listener *listener = closed->listener;
    assay_connections_leave(listener->connections, closed->counted);
    listener->open--;
    if (listener->loop->metrics != NULL) {
        assay_count(&listener->loop->metrics->connections, (uint64_t)-1);
    }
    free(closed);
}

static void count_accepted(struct assay_listener *listener, bool refused)
{
    struct assay_loop_metrics *metrics = listener->loop->metrics;
    if (metrics == NULL) {
        return;
    }
    if (refused) {
        assay_count(&metrics->refused, 1);
        return;
    }
    assay_count(&metrics->accepted, 1);
    assay_count(&metrics->connections, 1);
}

/* Hand an accepted connection to h2o, or close it at a cap. */
static void take(struct assay_listener *listener, int fd, struct sockaddr *peer, socklen_t len)
{
    struct assay_address address;
    assay_address_of(peer, &address);
    struct open_connection *opened = malloc(sizeof *opened);
    if (opened == NULL ||
        assay_connections_enter(listener->connections, &address, &opened->counted) != ASSAY_OK) {
        free(opened);
        close(fd);
        count_accepted(listener, true);
        return;
    }
    opened->listener = listener;
    listener->open++;
    count_accepted(listener, false);
    h2o_socket_t *socket = h2o_evloop_socket_create(listener->loop->context.loop, fd,
                                                    H2O_SOCKET_FLAG_IS_ACCEPTED_CONNECTION);
    /* Known from accept: saves each connection a getpeername. */
    h2o_socket_setpeername(socket, peer, len);
    socket->on_close.cb = on_closed;
    socket->on_close.data = opened;
    h2o_accept(&listener->accept, socket);
}

static void on_accept(h2o_socket_t *socket, const char *error);

static void on_pause_over(h2o_timeout_entry_t *entry)
{
    struct assay_listener *listener = H2O_STRUCT_FROM_MEMBER(struct assay_listener, pause, entry);
    if (listener->socket != NULL) {
        h2o_socket_read_start(listener->socket, on_accept);
    }
}

/* Out of descriptors: the socket stays readable, so stop asking for a while. */
static void pause_accepting(struct assay_listener *listener)
{
    assay_log(ASSAY_LOG_WARNING, "accept_failed", "error=\"%s\"", strerror(errno));
    h2o_socket_read_stop(listener->socket);
    listener->pause.cb = on_pause_over;
    h2o_timeout_link(listener->loop->context.loop, &listener->loop->context.hundred_ms_timeout,
                     &listener->pause);
}

static bool is_passing(int error)
{
    return error == EINTR || error == ECONNABORTED || error == EPROTO;
}

static void accept_some(struct assay_listener *listener, int most)
{
    int fd = h2o_socket_get_fd(listener->socket);
    for (int i = 0; i < most; i++) {
        struct sockaddr_storage peer;
        socklen_t len = sizeof peer;
        int taken = accept4(fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (taken != -1) {
            take(listener, taken, (struct sockaddr *)&peer, len);
            continue;
        }
        if (is_passing(errno)) {
            continue;
        }
        if (errno != EAGAIN) {
            pause_accepting(listener);
        }
        return;
    }
}

static void on_accept(h2o_socket_t *socket, const char *error)
{
    if (error == NULL) {
        accept_some(socket->data, ACCEPTS_A_PASS);
    }
}

void assay_listener_start(struct assay_listener *listener, int fd)
{
    assay_assert(listener->loop != NULL);
    listener->accept = (h2o_accept_ctx_t){
        .ctx = &listener->loop->context,
        .hosts = listener->hosts,
    };
    if (listener->tls != NULL) {
        listener->tls_generation = assay_tls_generation(listener->tls);
        listener->accept.ssl_ctx = assay_tls_context(listener->tls);
    }
    listener->socket =
        h2o_evloop_socket_create(listener->loop->context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    listener->socket->data = listener;
    h2o_socket_read_start(listener->socket, on_accept);
}

void assay_listener_refresh(struct assay_listener *listener)
{
    if (listener->tls == NULL || listener->tls_generation == assay_tls_generation(listener->tls)) {
        return;
    }
    listener->tls_generation = assay_tls_generation(listener->tls);
    listener->accept.ssl_ctx = assay_tls_context(listener->tls);
}

void assay_listener_stop(struct assay_listener *listener)
{
    if (listener->socket == NULL) {
        return;
    }
    accept_some(listener, BACKLOG);
    h2o_timeout_unlink(&listener->pause);
    h2o_socket_t *socket = listener->socket;
    listener->socket = NULL;
    h2o_socket_read_stop(socket);
    h2o_socket_close(socket);
}

void assay_listener_deinit(struct assay_listener *listener)
{
    assay_assert(listener->open == 0);
    listener->accept.ssl_ctx = NULL;
}
