// SPDX-License-Identifier: Apache-2.0
#include "core/fixed.h"

#define LN_2 744261118 /* 1024 ln 2, units of 2^-20 */
#define STEPS_SHIFT 24 /* 128 steps of a mantissa of 31 bits */

/* From the step below, by its slope and its bend: what is left out is below 1/5000. */
static const struct {
    int32_t ln, slope, bend;
} steps[] = {
#include "core/fixed_ln.inc"
};

int32_t assay_fixed_ln(uint64_t value)
{
    assay_assert(value >= 1);
    int exponent = 63 - __builtin_clzll(value);
    uint64_t mantissa = exponent >= 31 ? value >> (exponent - 31) : value << (31 - exponent);
    int64_t above = (int64_t)(mantissa & ((1u << STEPS_SHIFT) - 1));
    size_t step = mantissa >> STEPS_SHIFT & (ASSAY_COUNT_OF(steps) - 1);
    int64_t slope = steps[step].slope - (steps[step].bend * above >> 31);
    int64_t ln = (int64_t)exponent * LN_2 + steps[step].ln + (slope * above >> 31);
    return (int32_t)((ln + (1 << 19)) >> 20);
}

int32_t assay_fixed_ln_ratio(uint64_t over, uint64_t under)
{
    return assay_fixed_ln(over) - assay_fixed_ln(under);
}

uint32_t assay_fixed_exp(int32_t power)
{
    if (power >= 11355) { /* 1024 ln 65536 */
        return UINT32_MAX;
    }
    if (power < -12288) { /* e^-12 is under half a unit */
        return 0;
    }
    /* As a power of 2, units of 2^-20; shifted up so that the whole part is not negative. */
    int64_t of_two = ((int64_t)power * 1512775 >> 10) + (32ll << 20);
    int64_t whole = of_two >> 20;
    int64_t part = of_two & ((1 << 20) - 1);
    /* 2^part by Taylor's series, units of 2^-30. */
    static const int64_t terms[] = {1073741824, 744261118, 257941248, 59597083,
                                    10327387,   1431680,   165394};
    int64_t sum = 0;
    for (size_t i = ASSAY_COUNT_OF(terms); i-- > 0;) {
        sum = terms[i] + (sum * part >> 20);
    }
    int64_t shift = 32 + 15 - whole; /* of 2 * sum, so that it is never negative */
    return (uint32_t)((2 * sum + ((1ll << shift) >> 1)) >> shift);
}
