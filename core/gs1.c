// SPDX-License-Identifier: Apache-2.0
#include "core/gs1.h"

#include <string.h>

/* GS1 General Specifications, 7.9.1: weights 3 and 1 in turn, from the right, without the check
 * digit. Padding with zeros on the left changes nothing. */
static char check_digit(const char gtin[ASSAY_GTIN_SIZE])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < 13; i++) {
        sum += (unsigned)(gtin[i] - '0') * (i % 2 == 0 ? 3 : 1);
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

enum assay_error assay_gtin_parse(const char *text, char gtin[ASSAY_GTIN_SIZE],
                                  struct assay_reason *reason)
{
    size_t len = strnlen(text, ASSAY_GTIN_SIZE);
    size_t digits = strspn(text, "0123456789");
    if (digits < len) {
        return assay_fail(reason, ASSAY_E_FIELD, "gtin: only digits are allowed, character %zu",
                          digits + 1);
    }
    if (len != 8 && len != 12 && len != 13 && len != 14) {
        return assay_fail(reason, ASSAY_E_FIELD, "gtin: must have 8, 12, 13 or 14 digits");
    }
    char padded[ASSAY_GTIN_SIZE] = "00000000000000";
    memcpy(padded + 14 - len, text, len);
    if (strspn(padded, "0") == 14) {
        return assay_fail(reason, ASSAY_E_FIELD, "gtin: must not be all zeros");
    }
    char check = check_digit(padded);
    if (padded[13] != check) {
        return assay_fail(reason, ASSAY_E_FIELD, "gtin: the check digit must be %c, not %c", check,
                          padded[13]);
    }
    memcpy(gtin, padded, ASSAY_GTIN_SIZE);
    return ASSAY_OK;
}

static bool is_alphanumeric(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z');
}

bool assay_gs1_is_cset82(const char *text, size_t max)
{
    /* GS1 General Specifications, figure 7.11-1 */
    static const char signs[] = "!\"%&'()*+,-./:;<=>?_";
    size_t len = strnlen(text, max + 1);
    for (size_t i = 0; i < len; i++) {
        if (!is_alphanumeric(text[i]) && strchr(signs, text[i]) == NULL) {
            return false;
        }
    }
    return len >= 1 && len <= max;
}

void assay_gs1_percent_encode(const char *text, char *encoded, size_t size_bytes)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t at = 0;
    for (const char *from = text; *from != '\0'; from++) {
        bool plain = is_alphanumeric(*from) || strchr("-._~", *from) != NULL;
        size_t need = plain ? 1 : 3;
        assay_assert(at + need < size_bytes);
        if (plain) {
            encoded[at] = *from;
        } else {
            encoded[at] = '%';
            encoded[at + 1] = hex[(unsigned char)*from >> 4];
            encoded[at + 2] = hex[(unsigned char)*from & 15];
        }
        at += need;
    }
    assay_assert(at < size_bytes);
    encoded[at] = '\0';
}
