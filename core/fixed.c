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

/* Of 1 to 256: most of what is asked for are small counts (tests/unit/test_fixed.c). */
static const int16_t small[] = {
    0,    710,  1125, 1420, 1648, 1835, 1993, 2129, 2250, 2358, 2455, 2545, 2627, 2702, 2773, 2839,
    2901, 2960, 3015, 3068, 3118, 3165, 3211, 3254, 3296, 3336, 3375, 3412, 3448, 3483, 3516, 3549,
    3580, 3611, 3641, 3670, 3698, 3725, 3751, 3777, 3803, 3827, 3851, 3875, 3898, 3921, 3943, 3964,
    3985, 4006, 4026, 4046, 4066, 4085, 4103, 4122, 4140, 4158, 4175, 4193, 4210, 4226, 4243, 4259,
    4275, 4290, 4306, 4321, 4336, 4350, 4365, 4379, 4393, 4407, 4421, 4435, 4448, 4461, 4474, 4487,
    4500, 4512, 4525, 4537, 4549, 4561, 4573, 4585, 4596, 4608, 4619, 4630, 4641, 4652, 4663, 4674,
    4684, 4695, 4705, 4716, 4726, 4736, 4746, 4756, 4766, 4775, 4785, 4794, 4804, 4813, 4823, 4832,
    4841, 4850, 4859, 4868, 4876, 4885, 4894, 4902, 4911, 4919, 4928, 4936, 4944, 4952, 4960, 4968,
    4976, 4984, 4992, 5000, 5008, 5015, 5023, 5031, 5038, 5046, 5053, 5060, 5068, 5075, 5082, 5089,
    5096, 5103, 5110, 5117, 5124, 5131, 5138, 5144, 5151, 5158, 5164, 5171, 5178, 5184, 5191, 5197,
    5203, 5210, 5216, 5222, 5228, 5235, 5241, 5247, 5253, 5259, 5265, 5271, 5277, 5283, 5289, 5295,
    5300, 5306, 5312, 5318, 5323, 5329, 5335, 5340, 5346, 5351, 5357, 5362, 5368, 5373, 5378, 5384,
    5389, 5394, 5400, 5405, 5410, 5415, 5420, 5425, 5431, 5436, 5441, 5446, 5451, 5456, 5461, 5466,
    5471, 5475, 5480, 5485, 5490, 5495, 5500, 5504, 5509, 5514, 5518, 5523, 5528, 5532, 5537, 5541,
    5546, 5551, 5555, 5560, 5564, 5569, 5573, 5577, 5582, 5586, 5591, 5595, 5599, 5604, 5608, 5612,
    5616, 5621, 5625, 5629, 5633, 5637, 5642, 5646, 5650, 5654, 5658, 5662, 5666, 5670, 5674, 5678,
};

int32_t assay_fixed_ln(uint64_t value)
{
    assay_assert(value >= 1);
    if (value <= ASSAY_COUNT_OF(small)) {
        return small[value - 1];
    }
    return assay_fixed_ln_large(value);
}

int32_t assay_fixed_ln_large(uint64_t value)
{
    /* 1024 ln 2 / 2^14, in units of 2^-32. */
    return (int32_t)((log2_of(value) * 186065280 + (1ll << 31)) >> 32);
}

int32_t assay_fixed_ln_ratio(uint64_t over, uint64_t under)
{
    if (over == under) {
        return 0;
    }
    /* Units that ratios are often to. */
    int32_t ln_under = under == ASSAY_FIXED_ONE  ? 7098
                       : under == UINT16_MAX     ? 11356
                       : under == UINT16_MAX + 1 ? 11357
                                                 : assay_fixed_ln(under);
    return assay_fixed_ln(over) - ln_under;
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
