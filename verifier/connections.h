// SPDX-License-Identifier: Apache-2.0
/* How many connections are open, in all and from each address. Asked at accept and close only.
 * Threads: any; one leaf lock. An address is the whole of an IPv4 one, the first 64 bits of IPv6;
 * trusted proxies and local sockets count in the total alone. */
#ifndef ASSAY_VERIFIER_CONNECTIONS_H
#define ASSAY_VERIFIER_CONNECTIONS_H

#include "verifier/address.h"

struct assay_connections;
struct assay_connection;

/** Caps of a server. proxies: borrowed, or NULL. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_connections_create(uint32_t total_max,
                                                           uint32_t per_address_max,
                                                           const struct assay_networks *proxies,
                                                           struct assay_connections **connections);

/** Free; nobody is inside. NULL is allowed. */
void assay_connections_destroy(struct assay_connections *connections);

/** Count one in. returns ASSAY_OK; ASSAY_E_FULL at a cap; ASSAY_E_MEMORY.
 *  connection: out, handed back to leave. */
ASSAY_MUST_CHECK enum assay_error assay_connections_enter(struct assay_connections *connections,
                                                          const struct assay_address *address,
                                                          struct assay_connection **connection);

/** Count it out. */
void assay_connections_leave(struct assay_connections *connections,
                             struct assay_connection *connection);

#endif
