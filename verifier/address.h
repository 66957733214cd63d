// SPDX-License-Identifier: Apache-2.0
/* Internet addresses: endpoints to listen on, networks of trusted proxies, and whose request it
 * is. A forwarded address counts only if it was added by a configured proxy. */
#ifndef ASSAY_VERIFIER_ADDRESS_H
#define ASSAY_VERIFIER_ADDRESS_H

#include <netinet/in.h>

#include "core/error.h"

#define ASSAY_ENDPOINT_TEXT_SIZE 72
#define ASSAY_ADDRESS_TEXT_SIZE 48
#define ASSAY_NETWORKS_MAX 64

/** Any address as 16 bytes; IPv4 is ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so there is one form. */
struct assay_address {
    uint8_t bytes[16];
};

/** Where to listen, as written and as the system wants it. */
struct assay_endpoint {
    char text[ASSAY_ENDPOINT_TEXT_SIZE];
    struct sockaddr_storage address;
    socklen_t address_len;
};

/** A network: the first `bits` of `base`, counted over the 16-byte form. */
struct assay_network {
    struct assay_address base;
    uint8_t bits;
};

struct assay_networks {
    uint32_t count;
    struct assay_network network[ASSAY_NETWORKS_MAX];
};

/** HOST:PORT; HOST is an IPv4 address, an IPv6 address in brackets, or `localhost` (127.0.0.1);
 *  port 0 lets the system choose. returns ASSAY_OK or ASSAY_E_FIELD with what is wrong. */
ASSAY_MUST_CHECK enum assay_error assay_endpoint_parse(const char *text,
                                                       struct assay_endpoint *endpoint,
                                                       struct assay_reason *reason);

/** True if only this machine can reach the endpoint. */
bool assay_endpoint_is_loopback(const struct assay_endpoint *endpoint);

/** `10.0.0.0/8`, `2001:db8::/32`, or one address; no bits may be set beyond the prefix.
 *  returns ASSAY_OK or ASSAY_E_FIELD with what is wrong. */
ASSAY_MUST_CHECK enum assay_error
assay_network_parse(const char *text, struct assay_network *network, struct assay_reason *reason);

/** True if the address lies in any of the networks. threads: any. allocates: no. */
bool assay_networks_have(const struct assay_networks *networks,
                         const struct assay_address *address);

/** A numeric address, IPv4 or IPv6, without port or zone; len bytes. ASSAY_OK or E_SYNTAX. */
ASSAY_MUST_CHECK enum assay_error assay_address_parse(const char *text, size_t len,
                                                      struct assay_address *address);

/** The address of a socket's peer; all zero for other families than IPv4 and IPv6. */
void assay_address_of(const struct sockaddr *peer, struct assay_address *address);

/** True if it is IPv4 in the 16-byte form. */
bool assay_address_is_ipv4(const struct assay_address *address);

/** For log lines: the network only, /24 of IPv4 and /48 of IPv6, never the full address. */
void assay_address_format_coarse(const struct assay_address *address,
                                 char text[ASSAY_ADDRESS_TEXT_SIZE]);

/** Whose request it is.
 *
 *  proxies    configured networks; with none of them the peer is the client.
 *  peer       the connection's other end.
 *  forwarded  value of X-Forwarded-For, all its lines joined by ','; may be empty. Read from the
 *             right: each trusted hop names the one before; the first that is not trusted is the
 *             client. What cannot be read ends the walk at the last hop that could.
 *  client     out.
 *  threads    any. allocates: no. Looks at no more than the last 16 hops.
 */
void assay_address_client(const struct assay_networks *proxies, const struct assay_address *peer,
                          const char *forwarded, size_t len, struct assay_address *client);

#endif
