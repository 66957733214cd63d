// SPDX-License-Identifier: Apache-2.0
#include "core/gs1_ai.h"

#include <stdlib.h>
#include <string.h>

#define KEY 1u       /* primary key */
#define ATTRIBUTE 2u /* may be in the query */
#define ORDERS 2

/* spec: parts of a value in the notation of GS1's syntax dictionary: N digits, X set 82, Y set 39,
 * Z base64url; "14" exactly, "..20" at least one and at most so many; in [] if it may be left out;
 * what else is checked after a comma. order: a key's qualifiers; any may be missing. */
struct assay_ai {
    unsigned first;
    unsigned last;
    unsigned char digits;
    unsigned char flags;
    const char *spec;
    const char *order[ORDERS];
};

#define ONE(number, digits, flags, spec)                                                           \
    {                                                                                              \
        number, number, digits, flags, spec,                                                       \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
#define RANGE(first, last, digits, flags, spec)                                                    \
    {                                                                                              \
        first, last, digits, flags, spec,                                                          \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
#define KEYED(number, digits, spec, first_order, second_order)                                     \
    {                                                                                              \
        number, number, digits, KEY | ATTRIBUTE, spec,                                             \
        {                                                                                          \
            first_order, second_order                                                              \
        }                                                                                          \
    }

static const struct assay_ai rows[] = {
    KEYED(0, 2, "N18,csum", NULL, NULL),
    KEYED(1, 2, "N14,csum", "22,10,21", "235"),
    ONE(2, 2, ATTRIBUTE, "N14,csum"),
    ONE(3, 2, 0, "N14,csum"),
    ONE(10, 2, ATTRIBUTE, "X..20"),
    RANGE(11, 13, 2, ATTRIBUTE, "N6,yymmd0"),
    RANGE(15, 17, 2, ATTRIBUTE, "N6,yymmd0"),
    ONE(20, 2, ATTRIBUTE, "N2"),
    RANGE(21, 22, 2, 0, "X..20"),
    ONE(30, 2, ATTRIBUTE, "N..8"),
    ONE(37, 2, ATTRIBUTE, "N..8"),
    ONE(90, 2, ATTRIBUTE, "X..30"),
    RANGE(91, 99, 2, ATTRIBUTE, "X..90"),
    ONE(235, 3, 0, "X..28"),
    RANGE(240, 241, 3, ATTRIBUTE, "X..30"),
    ONE(242, 3, ATTRIBUTE, "N..6"),
    ONE(243, 3, ATTRIBUTE, "X..20"),
    RANGE(250, 251, 3, ATTRIBUTE, "X..30"),
    KEYED(253, 3, "N13,csum [X..17]", NULL, NULL),
    ONE(254, 3, 0, "X..20"),
    KEYED(255, 3, "N13,csum [N..12]", NULL, NULL),
    ONE(400, 3, ATTRIBUTE, "X..30"),
    KEYED(401, 3, "X..30", NULL, NULL),
    KEYED(402, 3, "N17,csum", NULL, NULL),
    ONE(403, 3, ATTRIBUTE, "X..30"),
    RANGE(410, 413, 3, ATTRIBUTE, "N13,csum"),
    KEYED(414, 3, "N13,csum", "254", "7040"),
    KEYED(415, 3, "N13,csum", "8020", NULL),
    ONE(416, 3, ATTRIBUTE, "N13,csum"),
    KEYED(417, 3, "N13,csum", "7040", NULL),
    ONE(420, 3, ATTRIBUTE, "X..20"),
    ONE(421, 3, ATTRIBUTE, "N3 X..9"),
    ONE(422, 3, ATTRIBUTE, "N3"),
    ONE(423, 3, ATTRIBUTE, "N3 [N3] [N3] [N3] [N3]"),
    ONE(424, 3, ATTRIBUTE, "N3"),
    ONE(425, 3, ATTRIBUTE, "N3 [N3] [N3] [N3] [N3]"),
    ONE(426, 3, ATTRIBUTE, "N3"),
    ONE(427, 3, ATTRIBUTE, "X..3"),
    RANGE(710, 717, 3, ATTRIBUTE, "X..20"),
    RANGE(3900, 3909, 4, ATTRIBUTE, "N..15"),
    RANGE(3910, 3919, 4, ATTRIBUTE, "N3 N..15"),
    RANGE(3920, 3929, 4, ATTRIBUTE, "N..15"),
    RANGE(3930, 3939, 4, ATTRIBUTE, "N3 N..15"),
    RANGE(3940, 3943, 4, ATTRIBUTE, "N4"),
    RANGE(3950, 3955, 4, ATTRIBUTE, "N6"),
    RANGE(4300, 4301, 4, ATTRIBUTE, "X..35"),
    RANGE(4302, 4306, 4, ATTRIBUTE, "X..70"),
    ONE(4307, 4, ATTRIBUTE, "X2"),
    ONE(4308, 4, ATTRIBUTE, "X..30"),
    ONE(4309, 4, ATTRIBUTE, "N20"),
    RANGE(4310, 4311, 4, ATTRIBUTE, "X..35"),
    RANGE(4312, 4316, 4, ATTRIBUTE, "X..70"),
    ONE(4317, 4, ATTRIBUTE, "X2"),
    ONE(4318, 4, ATTRIBUTE, "X..20"),
    ONE(4319, 4, ATTRIBUTE, "X..30"),
    ONE(4320, 4, ATTRIBUTE, "X..35"),
    RANGE(4321, 4323, 4, ATTRIBUTE, "N1,yesno"),
    RANGE(4324, 4325, 4, ATTRIBUTE, "N6,yymmd0 N4"),
    ONE(4326, 4, ATTRIBUTE, "N6,yymmdd"),
    RANGE(4330, 4333, 4, ATTRIBUTE, "N6 [X1]"),
    ONE(7001, 4, ATTRIBUTE, "N13"),
    ONE(7002, 4, ATTRIBUTE, "X..30"),
    ONE(7003, 4, ATTRIBUTE, "N6,yymmdd N4"),
    ONE(7004, 4, ATTRIBUTE, "N..4"),
    ONE(7005, 4, ATTRIBUTE, "X..12"),
    ONE(7006, 4, ATTRIBUTE, "N6,yymmdd"),
    ONE(7007, 4, ATTRIBUTE, "N6,yymmdd [N6],yymmdd"),
    ONE(7008, 4, ATTRIBUTE, "X..3"),
    ONE(7009, 4, ATTRIBUTE, "X..10"),
    ONE(7010, 4, ATTRIBUTE, "X..2"),
    ONE(7011, 4, ATTRIBUTE, "N6,yymmdd [N4]"),
    RANGE(7020, 7022, 4, ATTRIBUTE, "X..20"),
    ONE(7023, 4, ATTRIBUTE, "X..30"),
    RANGE(7030, 7039, 4, ATTRIBUTE, "N3 X..27"),
    ONE(7040, 4, 0, "N1 X3"),
    ONE(7041, 4, 0, "X..4"),
    RANGE(7230, 7239, 4, ATTRIBUTE, "X2 X..28"),
    ONE(7240, 4, ATTRIBUTE, "X..20"),
    ONE(7241, 4, ATTRIBUTE, "N2"),
    ONE(7242, 4, ATTRIBUTE, "X..25"),
    ONE(7250, 4, ATTRIBUTE, "N8"),
    ONE(7251, 4, ATTRIBUTE, "N12"),
    ONE(7252, 4, ATTRIBUTE, "N1"),
    RANGE(7253, 7254, 4, ATTRIBUTE, "X..40"),
    ONE(7255, 4, ATTRIBUTE, "X..10"),
    ONE(7256, 4, ATTRIBUTE, "X..90"),
    ONE(7257, 4, ATTRIBUTE, "X..70"),
    ONE(7258, 4, ATTRIBUTE, "X3"),
    ONE(7259, 4, ATTRIBUTE, "X..40"),
    ONE(8001, 4, ATTRIBUTE, "N14"),
    ONE(8002, 4, ATTRIBUTE, "X..20"),
    KEYED(8003, 4, "N1,zero N13,csum [X..16]", NULL, NULL),
    KEYED(8004, 4, "X..30", "7040", NULL),
    ONE(8005, 4, ATTRIBUTE, "N6"),
    KEYED(8006, 4, "N14,csum N4,pieceoftotal", "22,10,21", NULL),
    ONE(8007, 4, ATTRIBUTE, "X..34"),
    ONE(8008, 4, ATTRIBUTE, "N6,yymmdd N2 [N2] [N2]"),
    ONE(8009, 4, ATTRIBUTE, "X..50"),
    KEYED(8010, 4, "Y..30", "8011", NULL),
    ONE(8011, 4, 0, "N..12"),
    ONE(8012, 4, ATTRIBUTE, "X..20"),
    KEYED(8013, 4, "X..25", NULL, NULL),
    ONE(8014, 4, 0, "X..25"),
    KEYED(8017, 4, "N18,csum", "8019", NULL),
    KEYED(8018, 4, "N18,csum", "8019", NULL),
    ONE(8019, 4, 0, "N..10"),
    ONE(8020, 4, 0, "X..25"),
    ONE(8026, 4, ATTRIBUTE, "N14,csum N4,pieceoftotal"),
    ONE(8030, 4, ATTRIBUTE, "Z..90"),
    RANGE(8040, 8041, 4, 0, "N15"),
    ONE(8042, 4, 0, "N32"),
    ONE(8043, 4, 0, "N18 [N..2]"),
    ONE(8110, 4, 0, "X..70"),
    ONE(8111, 4, 0, "N4"),
    ONE(8112, 4, 0, "X..70"),
    ONE(8200, 4, 0, "X..70"),
};

/* 310n to 369n, weights and measures: N6, n from 0 to 5 decimals; not every hundred is whole. */
static const struct assay_ai measure = {3100, 3695, 4, ATTRIBUTE, "N6", {NULL, NULL}};

static bool is_measure(unsigned number)
{
    static const struct {
        unsigned first; /* tens */
        unsigned last;
    } tens[] = {{310, 316}, {320, 337}, {340, 357}, {360, 369}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(tens); i++) {
        if (number / 10 >= tens[i].first && number / 10 <= tens[i].last) {
            return number % 10 <= 5;
        }
    }
    return false;
}

const struct assay_ai *assay_ai_find(const char *text, size_t len)
{
    unsigned number = 0;
    if (len < 2 || len >= ASSAY_AI_SIZE) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return NULL;
        }
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        if (rows[i].digits == len && number >= rows[i].first && number <= rows[i].last) {
            return &rows[i];
        }
    }
    return len == measure.digits && is_measure(number) ? &measure : NULL;
}

bool assay_ai_is_key(const struct assay_ai *ai)
{
    return (ai->flags & KEY) != 0;
}

bool assay_ai_is_attribute(const struct assay_ai *ai)
{
    return (ai->flags & ATTRIBUTE) != 0;
}

int assay_ai_qualifier_place(const struct assay_ai *key, int order, const char *qualifier)
{
    assay_assert(order >= 0);
    assay_assert(order < ORDERS);
    size_t len = strlen(qualifier);
    int place = 0;
    for (const char *at = key->order[order]; at != NULL; place++) {
        size_t name_len = strcspn(at, ",");
        if (name_len == len && memcmp(at, qualifier, len) == 0) {
            return place;
        }
        at = at[name_len] == ',' ? at + name_len + 1 : NULL;
    }
    return -1;
}

/* -- values -- */

bool assay_gs1_check_digit_is_right(const char *digits, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (unsigned)(digits[len - 1 - i] - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return sum % 10 == 0;
}

static unsigned two_digits(const char *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

/* The century is chosen by the day of reading, and 2000 was a leap year: 29 February is let by in
 * years that divide by four. */
static bool is_date(const char *at, bool day_may_be_zero)
{
    static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = two_digits(at);
    unsigned month = two_digits(at + 2);
    unsigned day = two_digits(at + 4);
    if (month < 1 || month > 12 || (day == 0 && !day_may_be_zero)) {
        return false;
    }
    return day <= days[month - 1] && (month != 2 || day < 29 || year % 4 == 0);
}

static bool is_in_set(char set, char character)
{
    static const char x_signs[] = "!\"%&'()*+,-./:;<=>?_";
    bool digit = character >= '0' && character <= '9';
    bool upper = character >= 'A' && character <= 'Z';
    bool lower = character >= 'a' && character <= 'z';
    switch (set) {
    case 'N':
        return digit;
    case 'X':
        return digit || upper || lower || memchr(x_signs, character, sizeof x_signs - 1) != NULL;
    case 'Y':
        return digit || upper || memchr("#-/", character, 3) != NULL;
    default:
        return digit || upper || lower || memchr("-_=", character, 3) != NULL;
    }
}

static const char *set_name(char set)
{
    switch (set) {
    case 'N':
        return "a digit";
    case 'X':
        return "of GS1's character set 82";
    case 'Y':
        return "of GS1's character set 39";
    default:
        return "of base64url";
    }
}

/* What stands after the comma. NULL if the text passes, else what is wrong. */
static const char *lint(const char *check, size_t check_len, const char *text, size_t len)
{
    static const char *const names[] = {"csum", "yymmd0", "yymmdd",
                                        "zero", "yesno",  "pieceoftotal"};
    size_t which = 0;
    while (which < ASSAY_COUNT_OF(names) &&
           (strlen(names[which]) != check_len || memcmp(names[which], check, check_len) != 0)) {
        which++;
    }
    switch (which) {
    case 0:
        return assay_gs1_check_digit_is_right(text, len) ? NULL
                                                         : "the numeric check digit is incorrect";
    case 1:
        return is_date(text, true) ? NULL : "not a date of the form YYMMDD";
    case 2:
        return is_date(text, false) ? NULL : "not a date of the form YYMMDD";
    case 3:
        return text[0] == '0' ? NULL : "the first digit must be 0";
    case 4:
        return text[0] <= '1' ? NULL : "must be 0 or 1";
    default:
        assay_assert(which == 5);
        return two_digits(text) >= 1 && two_digits(text) <= two_digits(text + 2)
                   ? NULL
                   : "the piece is not one of the total";
    }
}

/* One part of a spec. */
struct part {
    char set;
    bool optional;
    bool up_to;
    size_t len;
    const char *check;
    size_t check_len;
    const char *next;
};

static struct part part_of(const char *spec)
{
    struct part part = {.optional = *spec == '['};
    spec += part.optional;
    part.set = *spec++;
    part.up_to = *spec == '.';
    spec += part.up_to ? 2 : 0;
    while (*spec >= '0' && *spec <= '9') {
        part.len = part.len * 10 + (size_t)(*spec++ - '0');
    }
    spec += *spec == ']';
    if (*spec == ',') {
        part.check = spec + 1;
        part.check_len = strcspn(part.check, " ");
        spec = part.check + part.check_len;
    }
    part.next = *spec == ' ' ? spec + 1 : spec;
    return part;
}

/* Check one part and step over it. */
static enum assay_error take(const struct part *part, const char *name, const char **value,
                             struct assay_reason *reason)
{
    size_t rest = strlen(*value);
    size_t len = rest < part->len ? rest : part->len;
    if (len == 0 || (!part->up_to && len < part->len)) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%s): the value is too short", name);
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_in_set(part->set, (*value)[i])) {
            return assay_fail(reason, ASSAY_E_FIELD, "(%s): character %zu is not %s", name, i + 1,
                              set_name(part->set));
        }
    }
    const char *wrong =
        part->check == NULL ? NULL : lint(part->check, part->check_len, *value, len);
    if (wrong != NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%s): %s", name, wrong);
    }
    *value += len;
    return ASSAY_OK;
}

enum assay_error assay_ai_check(const struct assay_ai *ai, const char *name, const char *value,
                                struct assay_reason *reason)
{
    for (const char *spec = ai->spec; *spec != '\0';) {
        struct part part = part_of(spec);
        if (part.optional && *value == '\0') {
            return ASSAY_OK;
        }
        enum assay_error error = take(&part, name, &value, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        spec = part.next;
    }
    return *value == '\0' ? ASSAY_OK
                          : assay_fail(reason, ASSAY_E_FIELD, "(%s): the value is too long", name);
}
