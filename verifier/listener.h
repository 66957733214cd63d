// SPDX-License-Identifier: Apache-2.0
/* A listening socket on one loop: accepts, counts against the caps, hands to h2o.
 * Threads: the loop's, after start. */
#ifndef ASSAY_VERIFIER_LISTENER_H
#define ASSAY_VERIFIER_LISTENER_H

#include "verifier/connections.h"
#include "verifier/service.h"
#include "verifier/tls.h"

/** Bind and listen with SO_REUSEPORT, so that each loop can have a socket of its own.
 *
 *  endpoint  in: where; out: the port that the system chose, if it was 0.
 *  fd        out: non-blocking, close-on-exec; the caller's to close.
 *  returns   ASSAY_OK; ASSAY_E_IO with the address and why.
 */
ASSAY_MUST_CHECK enum assay_error assay_listener_bind(struct assay_endpoint *endpoint, int *fd,
                                                      struct assay_reason *reason);

/** As bind, and refused if another program listens there already. */
ASSAY_MUST_CHECK enum assay_error assay_listener_bind_first(struct assay_endpoint *endpoint,
                                                            int *fd, struct assay_reason *reason);

/** One listener of one loop; caller's memory, zeroed. */
struct assay_listener {
    struct assay_loop *loop;
    struct assay_connections *connections;
    struct assay_tls *tls; /* or NULL */
    unsigned tls_generation;
    h2o_hostconf_t *hosts[2]; /* what is served here, and NULL */
    h2o_accept_ctx_t accept;
    h2o_socket_t *socket; /* NULL: not listening */
    h2o_timeout_entry_t pause;
    unsigned open; /* connections accepted here and not closed yet */
};

/** Start accepting from a bound socket, which becomes the listener's. loop, connections, tls and
 *  hosts are set. */
void assay_listener_start(struct assay_listener *listener, int fd);

/** Before each pass: takes a certificate that was reread. */
void assay_listener_refresh(struct assay_listener *listener);

/** Take what has already connected, then stop listening. */
void assay_listener_stop(struct assay_listener *listener);

/** Free what it holds; it has been stopped and no connection is left. */
void assay_listener_deinit(struct assay_listener *listener);

#endif
