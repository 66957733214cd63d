// SPDX-License-Identifier: Apache-2.0
#include "core/csv_cell.h"

#include <stdio.h>
#include <string.h>

#define WHOLE_DIGITS_MAX 18
#define INTEGER_DIGITS_MAX 9
#define FRACTION_DIGITS_MAX 30
#define MILLIONTHS_DIGITS 6

enum assay_error assay_csv_refuse(const struct assay_csv_record *record, const char *column,
                                  enum assay_error error, const char *what,
                                  struct assay_reason *reason)
{
    return assay_fail(reason, error, "line %u: %s: %s", record->line, column, what);
}

static enum assay_error fail_header(const struct assay_csv_record *record,
                                    const struct assay_csv_columns *columns,
                                    struct assay_reason *reason)
{
    char wanted[200] = "";
    size_t at = 0;
    for (unsigned i = 0; i < columns->count && at < sizeof wanted; i++) {
        at += (size_t)snprintf(wanted + at, sizeof wanted - at, "%s%s", i == 0 ? "" : ",",
                               columns->names[i]);
    }
    return assay_fail(reason, ASSAY_E_FIELD, "line %u: the header %s is wanted", record->line,
                      wanted);
}

enum assay_error assay_csv_header(const struct assay_csv_record *record,
                                  const struct assay_csv_columns *columns,
                                  struct assay_reason *reason)
{
    bool same = record->count == columns->count;
    for (unsigned i = 0; same && i < columns->count; i++) {
        same = record->len[i] == strlen(columns->names[i]) &&
               memcmp(record->field[i], columns->names[i], record->len[i]) == 0;
    }
    return same ? ASSAY_OK : fail_header(record, columns, reason);
}

enum assay_error assay_csv_width(const struct assay_csv_record *record,
                                 const struct assay_csv_columns *columns,
                                 struct assay_reason *reason)
{
    return record->count == columns->count
               ? ASSAY_OK
               : assay_fail(reason, ASSAY_E_FIELD, "line %u: %u fields are wanted, not %u",
                            record->line, columns->count, record->count);
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

enum assay_error assay_csv_whole(const char *text, size_t len, int64_t *value)
{
    size_t at = len > 0 && text[0] == '-';
    int64_t sum = 0;
    if (len == at || len - at > WHOLE_DIGITS_MAX) {
        return ASSAY_E_FIELD;
    }
    for (size_t i = at; i < len; i++) {
        if (!is_digit(text[i])) {
            return ASSAY_E_FIELD;
        }
        sum = sum * 10 + (text[i] - '0');
    }
    *value = at == 1 ? -sum : sum;
    return ASSAY_OK;
}

enum assay_error assay_csv_millionths(const char *text, size_t len, int64_t *value)
{
    size_t at = len > 0 && text[0] == '-';
    size_t begin = at;
    int64_t sum = 0;
    for (; at < len && is_digit(text[at]); at++) {
        if (at - begin == INTEGER_DIGITS_MAX) {
            return ASSAY_E_FIELD;
        }
        sum = sum * 10 + (text[at] - '0');
    }
    if (at == begin || (at < len && text[at] != '.')) {
        return ASSAY_E_FIELD;
    }
    size_t point = at;
    size_t digits = at < len ? len - at - 1 : 0;
    if (at < len && (digits == 0 || digits > FRACTION_DIGITS_MAX)) {
        return ASSAY_E_FIELD;
    }
    for (size_t i = 0; i < digits; i++) {
        char digit = text[point + 1 + i];
        if (!is_digit(digit)) {
            return ASSAY_E_FIELD;
        }
        sum = i < MILLIONTHS_DIGITS ? sum * 10 + (digit - '0') : sum;
    }
    for (size_t i = digits; i < MILLIONTHS_DIGITS; i++) {
        sum *= 10;
    }
    *value = begin == 1 ? -sum : sum;
    return ASSAY_OK;
}

/* Letters in upper case, and perhaps digits; true if all are such. */
static bool take_letters(const char *text, size_t len, bool digits, char *out)
{
    for (size_t i = 0; i < len; i++) {
        char upper = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
        if (!(upper >= 'A' && upper <= 'Z') && !(digits && is_digit(upper))) {
            return false;
        }
        out[i] = upper;
    }
    return true;
}

enum assay_error assay_csv_region(const char *country, const char *region,
                                  struct assay_place *place)
{
    char known[3] = "";
    char part[4] = "";
    size_t len = strlen(region);
    if (country[0] != '\0' && (strlen(country) != 2 || !take_letters(country, 2, false, known))) {
        return ASSAY_E_FIELD;
    }
    if (len > 3 && region[2] == '-') {
        char said[3] = "";
        bool right = take_letters(region, 2, false, said) &&
                     (known[0] == '\0' || memcmp(known, said, 2) == 0);
        if (!right) {
            return ASSAY_E_FIELD;
        }
        memcpy(known, said, sizeof known);
        region += 3;
        len -= 3;
    }
    if (len > 3 || !take_letters(region, len, true, part) || (len > 0 && known[0] == '\0')) {
        return ASSAY_E_FIELD;
    }
    memset(place->country, 0, sizeof place->country);
    memset(place->region, 0, sizeof place->region);
    memcpy(place->country, known, 2);
    if (len > 0) {
        memcpy(place->region, known, 2);
        place->region[2] = '-';
        memcpy(place->region + 3, part, len);
    }
    return ASSAY_OK;
}
