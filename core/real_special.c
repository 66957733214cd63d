// SPDX-License-Identifier: Apache-2.0
/* Gamma, beta, normal and Poisson functions. Factors such as x^a (1-x)^b / B(a, b) are computed by
 * Loader's way (2000): the parts of Stirling's formula that cancel are never formed. */
#include "core/real.h"

#define TWO_PI 6.28318530717958647693
#define HALF_LOG_TWO_PI 0.918938533204672741780
#define STEPS_MAX 100000 /* of a series or fraction; about sqrt(a) are needed */
#define SETTLED 0x1p-54

static double absolute(double x)
{
    return x < 0.0 ? -x : x;
}

/* log Gamma(x) - ((x - 1/2) log x - x + log(2 pi)/2), x > 0. */
static double stirling_rest(double x)
{
    static const double series[] = {1.0 / 12.0,   -1.0 / 360.0,      1.0 / 1260.0, -1.0 / 1680.0,
                                    1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0};
    double shifts = 0.0;
    for (; x < 10.0; x += 1.0) {
        shifts +=
            (x + 0.5) * (x < 1.0 ? assay_real_log((1.0 + x) / x) : assay_real_log1p(1.0 / x)) - 1.0;
    }
    double square = 1.0 / (x * x);
    double sum = 0.0;
    for (size_t i = ASSAY_COUNT_OF(series); i-- > 0;) {
        sum = sum * square + series[i];
    }
    return shifts + sum / x;
}

double assay_real_log_gamma(double x)
{
    assay_assert(x > 0.0);
    double product = 1.0;
    for (; x < 10.0; x += 1.0) {
        product *= x;
    }
    double large = (x - 0.5) * assay_real_log(x) - x + (HALF_LOG_TWO_PI + stirling_rest(x));
    return large - assay_real_log(product);
}

/* log(1 + u) - u, where ratio = 1 + u was found apart. */
static double log_rest(double ratio, double u)
{
    if (u <= -0.5 || u >= 0.5) {
        return assay_real_log(ratio) - u;
    }
    double s = u / (2.0 + u);
    double square = s * s;
    double sum = 0.0;
    for (int n = 41; n >= 3; n -= 2) {
        sum = (sum + 2.0 / (double)n) * square;
    }
    return s * (sum - u);
}

/* x^a e^-x / Gamma(a + 1) */
static double gamma_factor(double a, double x)
{
    double exponent = a * log_rest(x / a, (x - a) / a) - stirling_rest(a);
    return assay_real_exp(exponent) / assay_real_sqrt(TWO_PI * a);
}

/* P(a, x) by its series; for x < a + 1. */
static double gamma_series(double a, double x)
{
    double term = 1.0;
    double sum = 1.0;
    for (int n = 1; n < STEPS_MAX && term > sum * SETTLED; n++) {
        term *= x / (a + (double)n);
        sum += term;
    }
    return gamma_factor(a, x) * sum;
}

static double away_from_zero(double x)
{
    return absolute(x) < 1e-300 ? 1e-300 : x;
}

/* 1 - P(a, x) by Legendre's continued fraction (DLMF 8.9.2, Lentz's way); for x >= a + 1. */
static double gamma_fraction(double a, double x)
{
    double b = x + 1.0 - a;
    double c = 1e300;
    double d = 1.0 / b;
    double fraction = d;
    for (int n = 1; n < STEPS_MAX; n++) {
        double numerator = -(double)n * ((double)n - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        fraction *= d * c;
        if (absolute(d * c - 1.0) < 0x1p-52) {
            break;
        }
    }
    return gamma_factor(a, x) * a * fraction;
}

double assay_real_gamma_cdf(double a, double x)
{
    assay_assert(a > 0.0);
    assay_assert(x >= 0.0);
    if (x == 0.0 || !assay_real_is_finite(x)) {
        return x == 0.0 ? 0.0 : 1.0;
    }
    return x < a + 1.0 ? gamma_series(a, x) : 1.0 - gamma_fraction(a, x);
}

double assay_real_gamma_tail(double a, double x)
{
    assay_assert(a > 0.0);
    assay_assert(x >= 0.0);
    if (x == 0.0 || !assay_real_is_finite(x)) {
        return x == 0.0 ? 1.0 : 0.0;
    }
    return x < a + 1.0 ? 1.0 - gamma_series(a, x) : gamma_fraction(a, x);
}

/* x^a y^b / B(a, b), where x + y = 1 */
static double beta_factor(double a, double b, double x, double y)
{
    double n = a + b;
    double apart = b * x - a * y; /* n x - a */
    double exponent = a * log_rest(n * x / a, apart / a) + b * log_rest(n * y / b, -apart / b);
    exponent += stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
    return assay_real_exp(exponent) * assay_real_sqrt(a / n * b / TWO_PI);
}

/* I_x(a, b) by its continued fraction (DLMF 8.17.22, Lentz's way); for x <= (a + 1)/(a + b + 2). */
static double beta_fraction(double a, double b, double x, double y)
{
    double c = 1.0;
    double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int n = 1; n < STEPS_MAX; n++) {
        double m = (double)n;
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (absolute(d * c - 1.0) < 0x1p-52) {
            break;
        }
    }
    return beta_factor(a, b, x, y) * fraction / a;
}

double assay_real_beta_cdf(double a, double b, double x)
{
    assay_assert(a > 0.0);
    assay_assert(b > 0.0);
    assay_assert(x >= 0.0);
    assay_assert(x <= 1.0);
    if (x == 0.0 || x == 1.0) {
        return x;
    }
    double y = 1.0 - x;
    if (x <= (a + 1.0) / (a + b + 2.0)) {
        return beta_fraction(a, b, x, y);
    }
    return 1.0 - beta_fraction(b, a, y, x);
}

double assay_real_poisson_at_most(uint64_t k, double lambda)
{
    return assay_real_gamma_tail((double)k + 1.0, lambda);
}

double assay_real_poisson_at_least(uint64_t k, double lambda)
{
    return k == 0 ? 1.0 : assay_real_gamma_cdf((double)k, lambda);
}
