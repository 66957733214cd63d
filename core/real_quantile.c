// SPDX-License-Identifier: Apache-2.0
/* The normal distribution, and the ways back from probabilities. */
#include <string.h>

#include "core/real.h"

#define SQRT_TWO_PI 2.50662827463100050242

/* e^(-x^2/2) / sqrt(2 pi); the square is formed in two parts, or far tails would lose digits. */
static double density(double x)
{
    double high = (double)assay_real_round(x * 16.0) / 16.0;
    double rest = (x - high) * (x + high);
    return assay_real_exp(-0.5 * high * high) * assay_real_exp(-0.5 * rest) / SQRT_TWO_PI;
}

/* P(X > z), z >= 1.5, by Laplace's continued fraction from its far end. */
static double upper_tail(double z)
{
    double fraction = z;
    for (int n = 60 + (int)(500.0 / (z * z)); n >= 1; n--) {
        fraction = z + (double)n / fraction;
    }
    return density(z) / fraction;
}

double assay_real_normal_cdf(double x)
{
    if (x != x) {
        return x;
    }
    if (x < -40.0 || x > 40.0) {
        return x < 0.0 ? 0.0 : 1.0;
    }
    if (x <= -1.5) {
        return upper_tail(-x);
    }
    if (x >= 1.5) {
        return 1.0 - upper_tail(x);
    }
    double term = x;
    double sum = x;
    for (int n = 3; n < 45; n += 2) {
        term *= x * x / (double)n;
        sum += term;
    }
    return 0.5 + density(x) * sum;
}

/* The x below 0 with P(X <= x) = p, for p in (0, 1/2]: Hastings' rational guess (Abramowitz and
 * Stegun 26.2.23, off by 4.5e-4), then Halley's steps, each of which triples the digits. */
static double lower_quantile(double p)
{
    double t = assay_real_sqrt(-2.0 * assay_real_log(p));
    double top = 2.515517 + t * (0.802853 + t * 0.010328);
    double bottom = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    double x = top / bottom - t;
    for (int i = 0; i < 3; i++) {
        double step = (assay_real_normal_cdf(x) - p) / density(x);
        x -= step / (1.0 + 0.5 * x * step);
    }
    return x;
}

double assay_real_normal_quantile(double p)
{
    if (p == 0.0) {
        return -assay_real_infinity();
    }
    if (p == 1.0) {
        return assay_real_infinity();
    }
    if (!(p > 0.0 && p < 1.0)) {
        return assay_real_nan();
    }
    return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1.0 - p);
}

static double real_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Both quantiles bisect over the bit patterns of the doubles from 0 to the highest, which are in
 * order: 64 steps at most, full relative precision near 0, and nothing to tune. */
double assay_real_beta_quantile(double a, double b, double p)
{
    assay_assert(p >= 0.0);
    assay_assert(p <= 1.0);
    if (p == 0.0 || p == 1.0) {
        return p;
    }
    uint64_t low = 0;
    uint64_t high = bits_of(1.0);
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(assay_real_beta_cdf(a, b, real_of(middle)) < p ? &low : &high) = middle;
    }
    return real_of(high);
}

double assay_real_gamma_quantile(double a, double p)
{
    assay_assert(p >= 0.0);
    assay_assert(p < 1.0);
    if (p == 0.0) {
        return p;
    }
    uint64_t low = 0;
    uint64_t high = bits_of(0x1p1000);
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(assay_real_gamma_cdf(a, real_of(middle)) < p ? &low : &high) = middle;
    }
    return real_of(high);
}
