// SPDX-License-Identifier: Apache-2.0
#include "core/base32.h"

const char ASSAY_BASE32_ALPHABET[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Value + 1, so that all else is 0. */
static const uint8_t values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['M'] = 21, ['N'] = 22, ['P'] = 23, ['Q'] = 24,
    ['R'] = 25, ['S'] = 26, ['T'] = 27, ['V'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31, ['Z'] = 32,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['g'] = 17, ['h'] = 18,
    ['j'] = 19, ['k'] = 20, ['m'] = 21, ['n'] = 22, ['p'] = 23, ['q'] = 24, ['r'] = 25, ['s'] = 26,
    ['t'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32, ['O'] = 1,  ['o'] = 1,
    ['I'] = 2,  ['i'] = 2,  ['L'] = 2,  ['l'] = 2,
};

int assay_base32_value(char character)
{
    return (int)values[(unsigned char)character] - 1;
}

void assay_base32_put(uint64_t value, unsigned digits, char *text)
{
    assay_assert(digits >= 1);
    assay_assert(digits <= 12);
    for (unsigned i = 0; i < digits; i++) {
        text[i] = ASSAY_BASE32_ALPHABET[value >> (5 * (digits - 1 - i)) & 31];
    }
}

enum assay_error assay_base32_get(const char *text, unsigned digits, uint64_t *value)
{
    assay_assert(digits >= 1);
    assay_assert(digits <= 12);
    uint64_t sum = 0;
    for (unsigned i = 0; i < digits; i++) {
        int digit = assay_base32_value(text[i]);
        if (digit < 0) {
            return ASSAY_E_CODE_FORM;
        }
        sum = sum << 5 | (uint64_t)digit;
    }
    *value = sum;
    return ASSAY_OK;
}
