// SPDX-License-Identifier: Apache-2.0
/* exp, log and cos from + - * / alone, so that they have the same bits on every machine. */
#ifndef ASSAY_BENCH_MARKET_REAL_H
#define ASSAY_BENCH_MARKET_REAL_H

/** Natural logarithm of a positive normal number. */
double market_log(double value);

/** e to the power; value from -700 to 700. */
double market_exp(double value);

/** Cosine of degrees from -90 to 90. */
double market_cos_degrees(double degrees);

#endif
