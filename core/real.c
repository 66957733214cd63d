// SPDX-License-Identifier: Apache-2.0
#include "core/real.h"

#include <string.h>

/* ln 2 in two parts; the high one has 32 bits, so that its product with an exponent is exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

#define EXPONENT_BIAS 1023
#define MANTISSA_BITS 52
#define MANTISSA_MASK ((UINT64_C(1) << MANTISSA_BITS) - 1)

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double real_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double assay_real_nan(void)
{
    return real_of(UINT64_C(0x7FF8) << 48);
}

double assay_real_infinity(void)
{
    return real_of(UINT64_C(0x7FF0) << 48);
}

bool assay_real_is_finite(double x)
{
    return ((bits_of(x) >> MANTISSA_BITS) & 0x7FF) != 0x7FF;
}

int64_t assay_real_round(double x)
{
    if (x != x) {
        return 0;
    }
    if (x >= 0x1p63) {
        return INT64_MAX;
    }
    if (x < -0x1p63) {
        return INT64_MIN;
    }
    int64_t whole = (int64_t)x;
    double rest = x - (double)whole; /* exact */
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

double assay_real_sqrt(double x)
{
    return x < 0.0 ? assay_real_nan() : __builtin_sqrt(x);
}

/* x times 2^k for k in -1080..1024; rounds once, also where the result is subnormal. */
static double scale(double x, int k)
{
    int first = k / 2;
    int second = k - first;
    x *= real_of((uint64_t)(EXPONENT_BIAS + first) << MANTISSA_BITS);
    return x * real_of((uint64_t)(EXPONENT_BIAS + second) << MANTISSA_BITS);
}

/* (e^r - 1 - r) / r^2 for |r| <= .4: its Taylor series; the term left out is below 2^-60. */
static double exp_rest(double r)
{
    static const double inverse_factorials[] = {
        1.0 / 2.0,           1.0 / 6.0,          1.0 / 24.0,        1.0 / 120.0,
        1.0 / 720.0,         1.0 / 5040.0,       1.0 / 40320.0,     1.0 / 362880.0,
        1.0 / 3628800.0,     1.0 / 39916800.0,   1.0 / 479001600.0, 1.0 / 6227020800.0,
        1.0 / 87178291200.0, 1.0 / 1307674368e3,
    };
    double sum = 0.0;
    for (size_t i = ASSAY_COUNT_OF(inverse_factorials); i-- > 0;) {
        sum = sum * r + inverse_factorials[i];
    }
    return sum;
}

double assay_real_exp(double x)
{
    if (x != x) {
        return x;
    }
    if (x > 709.8) {
        return assay_real_infinity();
    }
    if (x < -745.2) {
        return 0.0;
    }
    int k = (int)assay_real_round(x * (1.0 / ASSAY_REAL_LN2));
    double high = x - (double)k * LN2_HIGH;
    double low = (double)k * LN2_LOW;
    double r = high - low;
    double lost = (high - r) - low;
    return scale(1.0 + (r + (r * r * exp_rest(r) + lost)), k);
}

double assay_real_expm1(double x)
{
    if (x > -0.35 && x < 0.35) {
        return x + x * x * exp_rest(x);
    }
    return assay_real_exp(x) - 1.0;
}

/* log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)], plus `low`: with s = f / (2 + f) it is
 * 2 (s + s^3/3 + s^5/5 + ...) = f - (f^2/2 - s (f^2/2 + R)), which rounds less. */
static double log_near_one(double f, double low)
{
    double s = f / (2.0 + f);
    double square = s * s;
    double sum = 0.0;
    for (int n = 27; n >= 3; n -= 2) {
        sum = (sum + 2.0 / (double)n) * square;
    }
    double half = 0.5 * f * f;
    return f - (half - (s * (half + sum) + low));
}

double assay_real_log(double x)
{
    if (x != x) {
        return x;
    }
    if (x <= 0.0) {
        return x == 0.0 ? -assay_real_infinity() : assay_real_nan();
    }
    if (!assay_real_is_finite(x)) {
        return x;
    }
    int k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits = bits_of(x);
    k += (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    double m = real_of((bits & MANTISSA_MASK) | ((uint64_t)EXPONENT_BIAS << MANTISSA_BITS));
    if (m > 1.4142135623730951) {
        m *= 0.5;
        k++;
    }
    return (double)k * LN2_HIGH + log_near_one(m - 1.0, (double)k * LN2_LOW);
}

double assay_real_log1p(double x)
{
    if (x > -0.29 && x < 0.41) {
        return log_near_one(x, 0.0);
    }
    if (!assay_real_is_finite(x)) {
        return assay_real_log(x);
    }
    double whole = 1.0 + x;
    if (whole <= 0.0) {
        return assay_real_log(whole);
    }
    double lost = x < 1.0 ? x - (whole - 1.0) : 1.0 - (whole - x);
    return assay_real_log(whole) + lost / whole;
}
