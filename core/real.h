// SPDX-License-Identifier: Apache-2.0
/* Real functions whose results are the same bits on every machine: + - * / and sqrt of IEEE 754
 * doubles alone, in one order, never fused (-ffp-contract=off), never the C library's own, whose
 * last bits change with its version and with the processor.
 *
 * Out of range: a NaN gives a NaN; what overflows is an infinity. What is called a precondition is
 * asserted. All are pure; threads: any; blocks: no; allocates: no. */
#ifndef ASSAY_CORE_REAL_H
#define ASSAY_CORE_REAL_H

#include "core/base.h"

#define ASSAY_REAL_LN2 0.693147180559945309417

/** Positive infinity. */
double assay_real_infinity(void);

/** A NaN, the same on every machine. */
double assay_real_nan(void);

/** True unless it is a NaN or an infinity. */
bool assay_real_is_finite(double x);

/** The nearest whole number, halves away from 0; what does not fit is the nearest that does, a NaN
 *  is 0. The way back from a real to fixed point. */
int64_t assay_real_round(double x);

/** Square root, correctly rounded. Negative: NaN. */
double assay_real_sqrt(double x);

/** e^x, within 1 ulp. */
double assay_real_exp(double x);

/** e^x - 1, within 4 ulp, also near 0. */
double assay_real_expm1(double x);

/** Natural logarithm, within 1 ulp. 0: minus infinity. Negative: NaN. */
double assay_real_log(double x);

/** log(1 + x), within 3 ulp, also near 0. Below -1: NaN. */
double assay_real_log1p(double x);

/** Standard normal distribution: P(X <= x). The lower tail keeps its relative precision (some 20
 *  ulp). */
double assay_real_normal_cdf(double x);

/** The x with normal_cdf(x) = p. 0 and 1: infinities; outside [0, 1]: NaN. Some 10 ulp in the
 *  lower half; the upper is its mirror image. */
double assay_real_normal_quantile(double p);

/** log Gamma(x), x > 0 (asserted); 1e-14, absolute below 100, relative above. */
double assay_real_log_gamma(double x);

/** Regularised incomplete gamma P(a, x), a > 0 and x >= 0 (asserted): the chance that a Gamma(a, 1)
 *  is at most x. Relative error below 1e-12 for a up to 10^6. */
double assay_real_gamma_cdf(double a, double x);

/** 1 - gamma_cdf, without its cancellation. */
double assay_real_gamma_tail(double a, double x);

/** The x with gamma_cdf(a, x) = p; a > 0, 0 <= p < 1 (asserted). */
double assay_real_gamma_quantile(double a, double p);

/** Regularised incomplete beta I_x(a, b); a, b > 0 and 0 <= x <= 1 (asserted): the chance that a
 *  Beta(a, b) is at most x. Relative error below 1e-12 for a and b up to 10^6. */
double assay_real_beta_cdf(double a, double b, double x);

/** The x with beta_cdf(a, b, x) = p; a, b > 0 and 0 <= p <= 1 (asserted). */
double assay_real_beta_quantile(double a, double b, double p);

/** P(X <= k) of a Poisson of mean lambda >= 0 (asserted). */
double assay_real_poisson_at_most(uint64_t k, double lambda);

/** P(X >= k) of a Poisson of mean lambda >= 0 (asserted), without cancellation. */
double assay_real_poisson_at_least(uint64_t k, double lambda);

#endif
