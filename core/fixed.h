// SPDX-License-Identifier: Apache-2.0
/* Logarithm and exponential in whole numbers, 1/1024 as unit: for scores, which must have the same
 * bits on every machine. */
#ifndef ASSAY_CORE_FIXED_H
#define ASSAY_CORE_FIXED_H

#include "core/base.h"

#define ASSAY_FIXED_ONE 1024

/** 1024 * ln(value), value at least 1; error below 1. Pure. threads: any. */
int32_t assay_fixed_ln(uint64_t value);

/** 1024 * ln(over / under), both at least 1. Pure. threads: any. */
int32_t assay_fixed_ln_ratio(uint64_t over, uint64_t under);

/** 65536 * e^(power / 1024), relative error below 1/10000 or 1 unit; what does not fit is
 *  UINT32_MAX. Pure. threads: any. */
uint32_t assay_fixed_exp(int32_t power);

/** value, or the nearer of the bounds. Pure. threads: any. */
static inline int32_t assay_fixed_clip(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

#endif
