// SPDX-License-Identifier: Apache-2.0
#include "verifier/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define BUCKETS 4096u

/* All connections of one address. */
struct assay_connection {
    struct assay_connection *next;
    uint8_t key[16];
    uint32_t count;
};

struct assay_connections {
    pthread_mutex_t lock; /* guards all below but the constants */
    uint32_t total_max;
    uint32_t per_address_max;
    const struct assay_networks *proxies;
    uint32_t total;
    uint32_t seed;
    struct assay_connection *buckets[BUCKETS];
};

enum assay_error assay_connections_create(uint32_t total_max, uint32_t per_address_max,
                                          const struct assay_networks *proxies,
                                          struct assay_connections **connections)
{
    struct assay_connections *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    pthread_mutex_init(&self->lock, NULL);
    self->total_max = total_max;
    self->per_address_max = per_address_max;
    self->proxies = proxies;
    assay_bytes_random(&self->seed, sizeof self->seed);
    *connections = self;
    return ASSAY_OK;
}

void assay_connections_destroy(struct assay_connections *connections)
{
    if (connections == NULL) {
        return;
    }
    assay_assert(connections->total == 0);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

static void key_of(const struct assay_address *address, uint8_t key[16])
{
    memcpy(key, address->bytes, 16);
    if (!assay_address_is_ipv4(address)) {
        memset(key + 8, 0, 8);
    }
}

static struct assay_connection **bucket_of(struct assay_connections *connections,
                                           const uint8_t key[16])
{
    return &connections->buckets[assay_crc32c(connections->seed, key, 16) % BUCKETS];
}

/* The slot that points to this key's entry, or to NULL at the chain's end. */
static struct assay_connection **slot_of(struct assay_connections *connections,
                                         const uint8_t key[16])
{
    struct assay_connection **slot = bucket_of(connections, key);
    while (*slot != NULL && memcmp((*slot)->key, key, 16) != 0) {
        slot = &(*slot)->next;
    }
    return slot;
}

static uint32_t cap_of(const struct assay_connections *connections,
                       const struct assay_address *address)
{
    static const struct assay_address local; /* all zero: no Internet address */
    if (memcmp(address, &local, sizeof local) == 0) {
        return UINT32_MAX;
    }
    if (connections->proxies != NULL && assay_networks_have(connections->proxies, address)) {
        return UINT32_MAX;
    }
    return connections->per_address_max;
}

static enum assay_error enter(struct assay_connections *connections, const uint8_t key[16],
                              uint32_t cap, struct assay_connection **connection)
{
    if (connections->total >= connections->total_max) {
        return ASSAY_E_FULL;
    }
    struct assay_connection **slot = slot_of(connections, key);
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
        if (*slot == NULL) {
            return ASSAY_E_MEMORY;
        }
        memcpy((*slot)->key, key, 16);
    }
    if ((*slot)->count >= cap) {
        return ASSAY_E_FULL;
    }
    (*slot)->count++;
    connections->total++;
    *connection = *slot;
    return ASSAY_OK;
}

enum assay_error assay_connections_enter(struct assay_connections *connections,
                                         const struct assay_address *address,
                                         struct assay_connection **connection)
{
    assay_assert(connections->per_address_max > 0);
    uint8_t key[16];
    key_of(address, key);
    uint32_t cap = cap_of(connections, address);
    pthread_mutex_lock(&connections->lock);
    enum assay_error error = enter(connections, key, cap, connection);
    pthread_mutex_unlock(&connections->lock);
    return error;
}

void assay_connections_leave(struct assay_connections *connections,
                             struct assay_connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    assay_assert(connection->count > 0);
    connections->total--;
    connection->count--;
    if (connection->count == 0) {
        struct assay_connection **slot = slot_of(connections, connection->key);
        *slot = connection->next;
        free(connection);
    }
    pthread_mutex_unlock(&connections->lock);
}
