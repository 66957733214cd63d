// SPDX-License-Identifier: Apache-2.0
#include "core/sscc.h"

#include <string.h>

#define BODY_DIGITS 17 /* all but the check digit */
#define PREFIX_AND_SERIAL 16

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

/* General Specifications, 7.9.1: weights 3 and 1 in turn from the right. */
static unsigned check_digit(uint64_t body)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < BODY_DIGITS; i++) {
        sum += (unsigned)(body % 10) * (i % 2 == 0 ? 3 : 1);
        body /= 10;
    }
    return (10 - sum % 10) % 10;
}

bool assay_sscc_is_right(uint64_t sscc)
{
    return sscc != 0 && sscc < power_of_ten(ASSAY_SSCC_LEN) && sscc % 10 == check_digit(sscc / 10);
}

/* Takes off what scanners and people put before the digits. */
static void drop_identifier(const char **text, size_t *len)
{
    static const char *const before[] = {"]C100", "(00)", "00"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(before); i++) {
        size_t more = strlen(before[i]);
        if (*len == ASSAY_SSCC_LEN + more && memcmp(*text, before[i], more) == 0) {
            *text += more;
            *len -= more;
            return;
        }
    }
}

enum assay_error assay_sscc_parse(const char *text, size_t len, uint64_t *sscc,
                                  struct assay_reason *reason)
{
    drop_identifier(&text, &len);
    uint64_t value = 0;
    bool digits = len == ASSAY_SSCC_LEN;
    for (size_t i = 0; digits && i < len; i++) {
        digits = text[i] >= '0' && text[i] <= '9';
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (!digits) {
        return assay_fail(reason, ASSAY_E_FIELD, "an SSCC has 18 digits");
    }
    if (value == 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "an SSCC is not all zeros");
    }
    if (!assay_sscc_is_right(value)) {
        return assay_fail(reason, ASSAY_E_FIELD, "the SSCC's check digit must be %u, not %u",
                          check_digit(value / 10), (unsigned)(value % 10));
    }
    *sscc = value;
    return ASSAY_OK;
}

void assay_sscc_format(uint64_t sscc, char text[ASSAY_SSCC_SIZE])
{
    assay_assert(sscc < power_of_ten(ASSAY_SSCC_LEN));
    for (int i = ASSAY_SSCC_LEN - 1; i >= 0; i--) {
        text[i] = (char)('0' + sscc % 10);
        sscc /= 10;
    }
    text[ASSAY_SSCC_LEN] = '\0';
}

bool assay_gs1_prefix_is_right(const char *text)
{
    size_t len = strnlen(text, ASSAY_GS1_PREFIX_MAX + 1);
    return len >= ASSAY_GS1_PREFIX_MIN && len <= ASSAY_GS1_PREFIX_MAX &&
           strspn(text, "0123456789") == len && strspn(text, "0") < len;
}

static uint64_t prefix_number(const char *prefix)
{
    assay_assert(assay_gs1_prefix_is_right(prefix));
    uint64_t number = 0;
    for (const char *at = prefix; *at != '\0'; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
    }
    return number;
}

uint64_t assay_sscc_serials(const char *prefix)
{
    return power_of_ten((unsigned)(PREFIX_AND_SERIAL - strlen(prefix)));
}

uint64_t assay_sscc_make(unsigned extension, const char *prefix, uint64_t serial)
{
    assay_assert(extension < ASSAY_SSCC_EXTENSIONS);
    uint64_t serials = assay_sscc_serials(prefix);
    assay_assert(serial < serials);
    uint64_t body =
        extension * power_of_ten(PREFIX_AND_SERIAL) + prefix_number(prefix) * serials + serial;
    assay_assert(body != 0);
    return body * 10 + check_digit(body);
}

uint64_t assay_sscc_after(uint64_t sscc, uint64_t steps)
{
    uint64_t body = sscc / 10;
    uint64_t limit = power_of_ten(BODY_DIGITS);
    return steps < limit - body ? (body + steps) * 10 + check_digit(body + steps) : 0;
}

bool assay_sscc_split(uint64_t sscc, const char *prefix, unsigned *extension, uint64_t *serial)
{
    uint64_t serials = assay_sscc_serials(prefix);
    uint64_t body = sscc / 10;
    uint64_t rest = body % power_of_ten(PREFIX_AND_SERIAL);
    if (rest / serials != prefix_number(prefix)) {
        return false;
    }
    *extension = (unsigned)(body / power_of_ten(PREFIX_AND_SERIAL));
    *serial = rest % serials;
    return true;
}
