// SPDX-License-Identifier: Apache-2.0
#include "core/fixed.h"

#define FRACTION_BITS 14

/* log2 of value in units of 2^-14: the exponent, then a bit of the fraction for each squaring. */
static int64_t log2_of(uint64_t value)
{
    int exponent = 63 - __builtin_clzll(value);
    uint64_t mantissa = exponent >= 31 ? value >> (exponent - 31) : value << (31 - exponent);
    int64_t result = exponent;
    for (int bit = 0; bit < FRACTION_BITS; bit++) {
        mantissa = (mantissa * mantissa) >> 31;
        bool over = mantissa >> 32 != 0;
        result = 2 * result + over;
        mantissa >>= over;
    }
    return result;
}

int32_t assay_fixed_ln(uint64_t value)
{
    assay_assert(value >= 1);
    /* 1024 ln 2 / 2^14, in units of 2^-32. */
    return (int32_t)((log2_of(value) * 186065280 + (1ll << 31)) >> 32);
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
