// SPDX-License-Identifier: Apache-2.0
#include "verifier/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOPS_MAX 16
#define IPV4_PREFIX_BITS 96

static const uint8_t ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void set_ipv4(struct assay_address *address, const struct in_addr *ipv4)
{
    memcpy(address->bytes, ipv4_prefix, sizeof ipv4_prefix);
    memcpy(address->bytes + sizeof ipv4_prefix, ipv4, sizeof *ipv4);
}

bool assay_address_is_ipv4(const struct assay_address *address)
{
    return memcmp(address->bytes, ipv4_prefix, sizeof ipv4_prefix) == 0;
}

enum assay_error assay_address_parse(const char *text, size_t len, struct assay_address *address)
{
    char copy[INET6_ADDRSTRLEN];
    if (len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL) {
        return ASSAY_E_SYNTAX;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct in_addr ipv4;
    if (inet_pton(AF_INET, copy, &ipv4) == 1) {
        set_ipv4(address, &ipv4);
        return ASSAY_OK;
    }
    struct in6_addr ipv6;
    if (inet_pton(AF_INET6, copy, &ipv6) == 1) {
        memcpy(address->bytes, &ipv6, sizeof ipv6);
        return ASSAY_OK;
    }
    return ASSAY_E_SYNTAX;
}

void assay_address_of(const struct sockaddr *peer, struct assay_address *address)
{
    memset(address, 0, sizeof *address);
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, peer, sizeof in);
        set_ipv4(address, &in.sin_addr);
    } else if (peer->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, peer, sizeof in6);
        memcpy(address->bytes, &in6.sin6_addr, sizeof in6.sin6_addr);
    }
}

void assay_address_format_coarse(const struct assay_address *address,
                                 char text[ASSAY_ADDRESS_TEXT_SIZE])
{
    const uint8_t *bytes = address->bytes;
    if (assay_address_is_ipv4(address)) {
        snprintf(text, ASSAY_ADDRESS_TEXT_SIZE, "%u.%u.%u.0/24", bytes[12], bytes[13], bytes[14]);
        return;
    }
    snprintf(text, ASSAY_ADDRESS_TEXT_SIZE, "%x:%x:%x::/48", bytes[0] << 8 | bytes[1],
             bytes[2] << 8 | bytes[3], bytes[4] << 8 | bytes[5]);
}

/* -- endpoints -- */

/* Decimal 0..max without sign or blanks; -1 if it is none. */
static long parse_decimal(const char *text, long max)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0') {
        return -1;
    }
    long value = strtol(text, NULL, 10);
    return value <= max ? value : -1;
}

static bool fill_socket_address(const char *host, bool bracketed, uint16_t port,
                                struct assay_endpoint *endpoint)
{
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (!bracketed && inet_pton(AF_INET, host, &ipv4) == 1) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = ipv4};
        memcpy(&endpoint->address, &in, sizeof in);
        endpoint->address_len = sizeof in;
        return true;
    }
    if (bracketed && inet_pton(AF_INET6, host, &ipv6) == 1) {
        struct sockaddr_in6 in6 = {
            .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = ipv6};
        memcpy(&endpoint->address, &in6, sizeof in6);
        endpoint->address_len = sizeof in6;
        return true;
    }
    return false;
}

enum assay_error assay_endpoint_parse(const char *text, struct assay_endpoint *endpoint,
                                      struct assay_reason *reason)
{
    struct assay_endpoint value = {.address_len = 0};
    size_t len = strlen(text);
    const char *colon = strrchr(text, ':');
    if (len >= sizeof value.text || colon == NULL || colon == text) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "must be HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080");
    }
    long port = parse_decimal(colon + 1, UINT16_MAX);
    if (port < 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "the port must be a number from 0 to 65535");
    }
    char host[ASSAY_ENDPOINT_TEXT_SIZE];
    bool bracketed = text[0] == '[' && colon[-1] == ']';
    int host_len = (int)(colon - text) - (bracketed ? 2 : 0);
    snprintf(host, sizeof host, "%.*s", host_len, text + (bracketed ? 1 : 0));
    const char *numeric = strcmp(host, "localhost") == 0 && !bracketed ? "127.0.0.1" : host;
    if (!fill_socket_address(numeric, bracketed, (uint16_t)port, &value)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "the host must be an IPv4 address, an IPv6 address in brackets, or "
                          "localhost");
    }
    memcpy(value.text, text, len + 1);
    *endpoint = value;
    return ASSAY_OK;
}

bool assay_endpoint_is_loopback(const struct assay_endpoint *endpoint)
{
    struct assay_address address;
    assay_address_of((const struct sockaddr *)&endpoint->address, &address);
    if (assay_address_is_ipv4(&address)) {
        return address.bytes[12] == 127;
    }
    return memcmp(address.bytes, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

/* -- networks -- */

static bool same_prefix(const struct assay_address *a, const struct assay_address *b, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0) {
        return false;
    }
    if (rest == 0) {
        return true;
    }
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0;
}

static bool is_zero_beyond(const struct assay_address *address, unsigned bits)
{
    for (unsigned bit = bits; bit < 128; bit++) {
        if (address->bytes[bit / 8] & (0x80 >> bit % 8)) {
            return false;
        }
    }
    return true;
}

enum assay_error assay_network_parse(const char *text, struct assay_network *network,
                                     struct assay_reason *reason)
{
    struct assay_network value;
    const char *slash = strchr(text, '/');
    size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
    if (assay_address_parse(text, len, &value.base) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "must be an address or a network, for example 10.0.0.0/8");
    }
    unsigned before = memchr(text, ':', len) == NULL ? IPV4_PREFIX_BITS : 0;
    long bits = slash != NULL ? parse_decimal(slash + 1, 128 - before) : (long)(128 - before);
    if (bits < 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "the prefix must be a number from 0 to %u",
                          128 - before);
    }
    value.bits = (uint8_t)(before + (unsigned)bits);
    if (!is_zero_beyond(&value.base, value.bits)) {
        return assay_fail(reason, ASSAY_E_FIELD, "has bits set beyond its prefix /%ld", bits);
    }
    *network = value;
    return ASSAY_OK;
}

bool assay_networks_have(const struct assay_networks *networks, const struct assay_address *address)
{
    for (uint32_t i = 0; i < networks->count; i++) {
        if (same_prefix(&networks->network[i].base, address, networks->network[i].bits)) {
            return true;
        }
    }
    return false;
}

/* -- forwarded addresses -- */

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* One hop as proxies write it: a bare address, or with a port as 1.2.3.4:80 or [::1]:80. */
static bool parse_hop(const char *text, size_t len, struct assay_address *address)
{
    while (len > 0 && is_blank(text[0])) {
        text++;
        len--;
    }
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    if (len > 0 && text[0] == '[') {
        const char *end = memchr(text, ']', len);
        if (end == NULL) {
            return false;
        }
        return assay_address_parse(text + 1, (size_t)(end - text) - 1, address) == ASSAY_OK;
    }
    const char *colon = memchr(text, ':', len);
    if (colon != NULL && memchr(text, '.', (size_t)(colon - text)) != NULL) {
        len = (size_t)(colon - text);
    }
    return assay_address_parse(text, len, address) == ASSAY_OK;
}

void assay_address_client(const struct assay_networks *proxies, const struct assay_address *peer,
                          const char *forwarded, size_t len, struct assay_address *client)
{
    *client = *peer;
    for (unsigned hop = 0; hop < HOPS_MAX && len > 0; hop++) {
        if (!assay_networks_have(proxies, client)) {
            return;
        }
        const char *comma = memrchr(forwarded, ',', len);
        size_t start = comma != NULL ? (size_t)(comma - forwarded) + 1 : 0;
        struct assay_address before;
        if (!parse_hop(forwarded + start, len - start, &before)) {
            return;
        }
        *client = before;
        len = comma != NULL ? start - 1 : 0;
    }
}
