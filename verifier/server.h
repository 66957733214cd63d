// SPDX-License-Identifier: Apache-2.0
/* The loops: one h2o event loop a thread for buyers, each with a listening socket of its own
 * (SO_REUSEPORT), and one more for the private listeners (operators, admin.sock), whose body limit
 * is another and whose calls never stand before a buyer's.
 *
 * Invariants
 *  1. HTTP/1.1 only: no upgrade to h2, no h2 in ALPN.
 *  2. After SIGTERM nothing new is accepted; what was asked is answered; idle connections are
 *     closed; the threads end when the last connection has, or at the drain deadline.
 *  3. h2o_evloop_run failing for anything but a signal ends the process.
 */
#ifndef ASSAY_VERIFIER_SERVER_H
#define ASSAY_VERIFIER_SERVER_H

#include "verifier/address.h"
#include "verifier/service.h"
#include "verifier/tls.h"

struct assay_server;

/** What a program serves, and what its loops need; members may be NULL. */
struct assay_server_hooks {
    /** Routes of the public, operators' and admin listeners. At start. */
    void (*public_routes)(h2o_hostconf_t *host);
    void (*ops_routes)(h2o_hostconf_t *host);
    void (*admin_routes)(h2o_hostconf_t *host);
    /** Fill the loop's own members; its context is ready. On its thread, before it serves. */
    enum assay_error (*loop_open)(struct assay_loop *loop);
    /** And give them back. On its thread, at the end. */
    void (*loop_close)(struct assay_loop *loop);
    /** Around each pass of a loop. */
    void (*pass_begin)(struct assay_loop *loop);
    void (*pass_end)(struct assay_loop *loop);
    /** True if a loop still has something to answer though nothing is connected. */
    bool (*is_busy)(struct assay_loop *loop);
    /** SIGHUP; on the main thread. */
    void (*reload)(struct assay_service *service);
};

struct assay_server_options {
    struct assay_endpoint listen;
    struct assay_endpoint ops_listen; /* address_len 0 = none */
    int admin_fd;                     /* a listening Unix socket, the server's from now on; -1 */
    unsigned threads;                 /* 1..ASSAY_LOOPS_MAX */
    uint32_t connections_total;
    uint32_t connections_per_address;
    uint32_t request_ms;
    uint32_t drain_ms;
    const struct assay_networks *proxies; /* borrowed; or NULL */
    struct assay_tls *tls;                /* borrowed; NULL = plain HTTP */
    const struct assay_server_hooks *hooks;
};

/** Bind the sockets and start the threads; SIGTERM, SIGINT and SIGHUP are blocked in all of them
 *  and in the caller from now on, SIGPIPE is ignored.
 *  returns ASSAY_OK: every loop serves; ASSAY_E_IO, ASSAY_E_MEMORY or what loop_open returned. */
ASSAY_MUST_CHECK enum assay_error assay_server_start(const struct assay_server_options *options,
                                                     struct assay_service *service,
                                                     struct assay_server **server,
                                                     struct assay_reason *reason);

/** The options as they came to be: ports that the system chose. */
const struct assay_server_options *assay_server_options(const struct assay_server *server);

/** Wait for SIGTERM or SIGINT; SIGHUP calls the reload hook. */
void assay_server_wait(struct assay_server *server);

/** Drain, end the threads, free. returns true if nothing had to be cut off. */
bool assay_server_stop(struct assay_server *server);

/** How many loops a server of so many threads has: the private one comes last. */
unsigned assay_server_loops(unsigned threads);

#endif
