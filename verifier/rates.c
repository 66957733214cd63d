// SPDX-License-Identifier: Apache-2.0
#include "verifier/rates.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define RATES_WAYS 4u
#define RATES_SETS (1u << 14)
#define TAG_BITS 20
#define TIME_BITS 44
#define TIME_MASK ((1ull << TIME_BITS) - 1)
/* One tick is 1/64 ms: 44 bits last for 8 years from the table's creation. */
#define TICKS_PER_MS 64u
#define MINUTE_TICKS (60u * 1000u * TICKS_PER_MS)

/* The time at which a bucket is full again (GCRA's theoretical arrival time), under a tag. */
struct bucket_set {
    _Atomic uint64_t word[RATES_WAYS];
};

struct assay_rates {
    uint64_t seed[4];
    uint64_t begin_ns;
    uint32_t interval_ticks[ASSAY_RATES]; /* between tokens; 0 = no limit */
    struct bucket_set *sets[ASSAY_RATES];
};

enum assay_error assay_rates_create(const uint32_t per_minute[ASSAY_RATES], uint64_t now_ns,
                                    struct assay_rates **rates)
{
    struct assay_rates *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    self->begin_ns = now_ns;
    assay_bytes_random(self->seed, sizeof self->seed);
    for (int i = 0; i < ASSAY_RATES; i++) {
        if (per_minute[i] == 0) {
            continue;
        }
        self->interval_ticks[i] = MINUTE_TICKS / per_minute[i];
        self->interval_ticks[i] += self->interval_ticks[i] == 0;
        self->sets[i] = calloc(RATES_SETS, sizeof *self->sets[i]);
        if (self->sets[i] == NULL) {
            assay_rates_destroy(self);
            return ASSAY_E_MEMORY;
        }
    }
    *rates = self;
    return ASSAY_OK;
}

void assay_rates_destroy(struct assay_rates *rates)
{
    if (rates == NULL) {
        return;
    }
    for (int i = 0; i < ASSAY_RATES; i++) {
        free(rates->sets[i]);
    }
    free(rates);
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Keyed, so that nobody can aim at another address' set. */
static uint64_t hash_of(const struct assay_rates *rates, const struct assay_address *address)
{
    uint64_t words[2];
    memcpy(words, address->bytes, sizeof words);
    if (!assay_address_is_ipv4(address)) {
        words[1] = 0;
    }
    uint64_t hash = fold(words[0] ^ rates->seed[0], words[1] ^ rates->seed[1]);
    return fold(hash ^ rates->seed[2], rates->seed[3] | 1);
}

uint64_t assay_rates_bucket(const struct assay_rates *rates, const struct assay_address *address)
{
    return hash_of(rates, address);
}

/* The way that holds the tag, else the one that is full the soonest. */
static unsigned way_of(const struct bucket_set *set, uint64_t tag)
{
    unsigned soonest = 0;
    uint64_t soonest_time = UINT64_MAX;
    for (unsigned i = 0; i < RATES_WAYS; i++) {
        uint64_t word = atomic_load_explicit(&set->word[i], memory_order_relaxed);
        if (word >> TIME_BITS == tag) {
            return i;
        }
        if ((word & TIME_MASK) < soonest_time) {
            soonest = i;
            soonest_time = word & TIME_MASK;
        }
    }
    return soonest;
}

/* Where an address' bucket is, and what it is compared with. */
struct place {
    _Atomic uint64_t *slot;
    uint64_t tag;
    uint64_t now;
};

static struct place place_of(const struct assay_rates *rates, enum assay_rate rate,
                             const struct assay_address *address, uint64_t now_ns)
{
    uint64_t since_ns = now_ns > rates->begin_ns ? now_ns - rates->begin_ns : 0;
    uint64_t hash = hash_of(rates, address);
    uint64_t tag = hash >> (64 - TAG_BITS);
    struct bucket_set *set = &rates->sets[rate][hash % RATES_SETS];
    return (struct place){
        .slot = &set->word[way_of(set, tag)],
        .tag = tag,
        .now = (since_ns / (1000000u / TICKS_PER_MS) + 1) & TIME_MASK,
    };
}

/* When a bucket is full again once a token was taken; more than a minute from now: there is none. */
static uint64_t full_after(const struct place *place, uint64_t word, uint64_t interval)
{
    uint64_t full_at = word >> TIME_BITS == place->tag ? word & TIME_MASK : place->now;
    return (full_at > place->now ? full_at : place->now) + interval;
}

static uint32_t wait_of(const struct place *place, uint64_t full_at)
{
    return full_at > place->now + MINUTE_TICKS
               ? (uint32_t)((full_at - place->now - MINUTE_TICKS) / TICKS_PER_MS + 1)
               : 0;
}

uint32_t assay_rates_take(struct assay_rates *rates, enum assay_rate rate,
                          const struct assay_address *address, uint64_t now_ns)
{
    uint64_t interval = rates->interval_ticks[rate];
    if (interval == 0) {
        return 0;
    }
    struct place place = place_of(rates, rate, address, now_ns);
    uint64_t word = atomic_load_explicit(place.slot, memory_order_relaxed);
    for (;;) {
        uint64_t full_at = full_after(&place, word, interval);
        uint32_t wait_ms = wait_of(&place, full_at);
        uint64_t wanted = place.tag << TIME_BITS | (full_at & TIME_MASK);
        if (wait_ms != 0 ||
            atomic_compare_exchange_weak_explicit(place.slot, &word, wanted, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return wait_ms;
        }
    }
}

uint32_t assay_rates_ask(const struct assay_rates *rates, enum assay_rate rate,
                         const struct assay_address *address, uint64_t now_ns)
{
    uint64_t interval = rates->interval_ticks[rate];
    if (interval == 0) {
        return 0;
    }
    struct place place = place_of(rates, rate, address, now_ns);
    uint64_t word = atomic_load_explicit(place.slot, memory_order_relaxed);
    return wait_of(&place, full_after(&place, word, interval));
}

struct assay_address assay_rates_mix(const struct assay_rates *rates,
                                     const struct assay_address *address, uint64_t thing)
{
    /* The first 64 bits, as of IPv6. */
    struct assay_address mixed = {{0}};
    uint64_t both = fold(hash_of(rates, address) ^ rates->seed[1], thing ^ rates->seed[3]);
    memcpy(mixed.bytes, &both, sizeof both);
    return mixed;
}
