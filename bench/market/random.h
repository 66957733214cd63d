// SPDX-License-Identifier: Apache-2.0
/* Random numbers with the same bits on every machine: xoshiro256**, seeded by SplitMix64.
 *
 * Each item, copy and event has a stream of its own, named by numbers; so what befalls one does
 * not depend on how many others there are. */
#ifndef ASSAY_BENCH_MARKET_RANDOM_H
#define ASSAY_BENCH_MARKET_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** What a stream is for; the numbers are part of what a seed means. */
enum market_stream {
    MARKET_STREAM_POOLS = 1,
    MARKET_STREAM_BATCH,
    MARKET_STREAM_CARTON,
    MARKET_STREAM_ITEM,
    MARKET_STREAM_LIFE,
    MARKET_STREAM_RING,
    MARKET_STREAM_COPY,
    MARKET_STREAM_NOISE,
    MARKET_STREAM_PURCHASES,
    MARKET_STREAM_SHOP,
    MARKET_STREAM_REFERENCE,
};

/** One stream. */
struct market_random {
    uint64_t state[4];
};

/** Begin stream (purpose, a, b) of a seed. */
struct market_random market_random_stream(uint64_t seed, enum market_stream purpose, uint64_t a,
                                          uint64_t b);

/** 64 bits. */
uint64_t market_random_bits(struct market_random *random);

/** Uniform in [0, 1). */
double market_random_unit(struct market_random *random);

/** Uniform integer in [0, count). */
uint32_t market_random_below(struct market_random *random, uint32_t count);

/** True with this probability. */
bool market_random_chance(struct market_random *random, double probability);

/** Exponential with this mean. */
double market_random_exponential(struct market_random *random, double mean);

/** Two independent standard normal numbers. */
void market_random_normals(struct market_random *random, double normals[2]);

/** Geometric count with this mean: 0, 1, 2... */
uint32_t market_random_count(struct market_random *random, double mean);

/** The next number after `value` in SplitMix64's order; also a good mixer. */
uint64_t market_random_mix(uint64_t value);

#endif
