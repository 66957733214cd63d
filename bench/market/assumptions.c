// SPDX-License-Identifier: Apache-2.0
#include "bench/market/assumptions.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base.h"

/* Names within names: `change` sets `before`, which sets numbers. */
#define DEPTH_MAX 3

static const struct row {
    const char *name;
    double value;
    double most;
    const char *unit;
    const char *meaning;
    size_t offset;
} rows[] = {
#define A(name, value, most, unit, meaning)                                                        \
    {#name, value, most, unit, meaning, offsetof(struct market_assumptions, name)},
#include "bench/market/assumptions.def"
#undef A
};

enum sort { sort_kind, sort_behaviour };

static const struct named {
    enum sort sort;
    const char *name;
    const char *sets;
    const char *meaning;
} named[] = {
#define K(sort, name, sets, meaning) {sort_##sort, #name, sets, meaning},
#include "bench/market/kinds.def"
#undef K
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct market_assumptions market_assumptions_default(void)
{
    return (struct market_assumptions){
#define A(name, value, most, unit, meaning) .name = value,
#include "bench/market/assumptions.def"
#undef A
    };
}

static const struct row *find_row(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct named *find_named(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(named); i++) {
        if (strlen(named[i].name) == len && memcmp(named[i].name, name, len) == 0) {
            return &named[i];
        }
    }
    return NULL;
}

/* Plain decimals only: digits, a point, digits. -1 if the text is none. */
static double read_decimal(const char *text, size_t len)
{
    double value = 0, unit = 1;
    bool point = false, digits = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && !point) {
            point = true;
        } else if (text[i] >= '0' && text[i] <= '9' && len < 16) {
            value = value * 10 + (text[i] - '0');
            unit *= point ? 10 : 1;
            digits = true;
        } else {
            return -1;
        }
    }
    return digits ? value / unit : -1;
}

static bool set_number(struct market_assumptions *assumptions, const char *part, size_t len,
                       const char *equals)
{
    const struct row *row = find_row(part, (size_t)(equals - part));
    double value = read_decimal(equals + 1, len - (size_t)(equals + 1 - part));
    if (row == NULL || value < 0 || value > row->most) {
        return false;
    }
    memcpy((char *)assumptions + row->offset, &value, sizeof value);
    return true;
}

static bool set_list(struct market_assumptions *assumptions, const char *list, int depth,
                     char fault[64])
{
    while (*list != '\0') {
        size_t len = strcspn(list, ",");
        const char *equals = memchr(list, '=', len);
        const struct named *found = find_named(list, len);
        bool fine = equals != NULL ? set_number(assumptions, list, len, equals)
                                   : found != NULL && depth < DEPTH_MAX &&
                                         set_list(assumptions, found->sets, depth + 1, fault);
        if (!fine) {
            snprintf(fault, 64, "%.*s", (int)(len < 63 ? len : 63), list);
            return false;
        }
        list += len + (list[len] == ',');
    }
    return true;
}

bool market_assumptions_set(struct market_assumptions *assumptions, const char *list,
                            char fault[64])
{
    return set_list(assumptions, list, 0, fault);
}

bool market_kind_known(const char *name)
{
    const struct named *found = find_named(name, strlen(name));
    return found != NULL && found->sort == sort_kind;
}

static void print_named(FILE *out, enum sort sort)
{
    for (size_t i = 0; i < COUNT(named); i++) {
        if (named[i].sort == sort) {
            fprintf(out, "  %-12s %s\n", named[i].name, named[i].meaning);
        }
    }
}

void market_assumptions_print_names(FILE *out)
{
    fputs("\nKinds:\n", out);
    print_named(out, sort_kind);
    fputs("Behaviours:\n", out);
    print_named(out, sort_behaviour);
    fputs("Assumptions (NAME=VALUE):\n", out);
    for (size_t i = 0; i < COUNT(rows); i++) {
        fprintf(out, "  %-17s %6g %s: %s\n", rows[i].name, rows[i].value, rows[i].unit,
                rows[i].meaning);
    }
}

void market_assumptions_print(FILE *out)
{
    fputs("| assumption | default | unit | meaning |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < COUNT(rows); i++) {
        fprintf(out, "| `%s` | %g | %s | %s |\n", rows[i].name, rows[i].value, rows[i].unit,
                rows[i].meaning);
    }
    fputs("\n| name | sort | sets | meaning |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < COUNT(named); i++) {
        fprintf(out, "| `%s` | %s | %s | %s |\n", named[i].name,
                named[i].sort == sort_kind ? "kind" : "behaviour", named[i].sets, named[i].meaning);
    }
}
