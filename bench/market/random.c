// SPDX-License-Identifier: Apache-2.0
#include "bench/market/random.h"

#include "core/base.h"
#include "core/real.h"

uint64_t market_random_mix(uint64_t value)
{
    uint64_t z = value + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

struct market_random market_random_stream(uint64_t seed, enum market_stream purpose, uint64_t a,
                                          uint64_t b)
{
    uint64_t mixed = market_random_mix(seed) ^ (uint64_t)purpose;
    mixed = market_random_mix(mixed) ^ a;
    mixed = market_random_mix(mixed) ^ b;
    struct market_random random;
    for (int i = 0; i < 4; i++) {
        mixed = market_random_mix(mixed);
        random.state[i] = mixed;
    }
    return random;
}

static uint64_t rotate(uint64_t value, int by)
{
    return value << by | value >> (64 - by);
}

uint64_t market_random_bits(struct market_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, kept = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= kept;
    s[3] = rotate(s[3], 45);
    return result;
}

double market_random_unit(struct market_random *random)
{
    return (double)(market_random_bits(random) >> 11) * 0x1p-53;
}

uint32_t market_random_below(struct market_random *random, uint32_t count)
{
    assay_assert(count > 0);
    return (uint32_t)((market_random_bits(random) >> 32) * count >> 32);
}

bool market_random_chance(struct market_random *random, double probability)
{
    return market_random_unit(random) < probability;
}

double market_random_exponential(struct market_random *random, double mean)
{
    return -mean * assay_real_log(1 - market_random_unit(random));
}

/* Marsaglia's polar method: no sine. */
void market_random_normals(struct market_random *random, double normals[2])
{
    double x, y, square;
    do {
        x = 2 * market_random_unit(random) - 1;
        y = 2 * market_random_unit(random) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = assay_real_sqrt(-2 * assay_real_log(square) / square);
    normals[0] = x * scale;
    normals[1] = y * scale;
}

uint32_t market_random_count(struct market_random *random, double mean)
{
    if (mean <= 0) {
        return 0;
    }
    double again = mean / (1 + mean);
    uint32_t count = 0;
    while (count < 10000 && market_random_chance(random, again)) {
        count++;
    }
    return count;
}
