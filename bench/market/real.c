// SPDX-License-Identifier: Apache-2.0
#include "bench/market/real.h"

#include <stdint.h>
#include <string.h>

#include "core/base.h"

#define LN2 0.693147180559945309417

double market_log(double value)
{
    assay_assert(value > 0);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52) - 1022;
    bits = (bits & 0xfffffffffffffu) | 0x3fe0000000000000u; /* value in [0.5, 1) */
    memcpy(&value, &bits, sizeof bits);
    if (value < 0.70710678118654752) {
        value *= 2;
        exponent--;
    }
    double z = (value - 1) / (value + 1), square = z * z, sum = 0;
    for (int k = 25; k >= 1; k -= 2) {
        sum = sum * square + 1.0 / k;
    }
    return 2 * z * sum + exponent * LN2;
}

double market_exp(double value)
{
    assay_assert(value >= -700 && value <= 700);
    int halvings = (int)(value / LN2);
    double rest = value - halvings * LN2, sum = 1;
    for (int k = 20; k >= 1; k--) {
        sum = 1 + sum * rest / k;
    }
    uint64_t bits = (uint64_t)(halvings + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return sum * scale;
}

double market_cos_degrees(double degrees)
{
    double x = degrees * 0.0174532925199432957692, square = x * x, sum = 1;
    for (int k = 20; k >= 2; k -= 2) {
        sum = 1 - sum * square / (k * (k - 1));
    }
    return sum;
}
