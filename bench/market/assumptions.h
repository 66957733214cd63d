// SPDX-License-Identifier: Apache-2.0
/* What the market is assumed to be like: one number each, with its unit and meaning. */
#ifndef ASSAY_BENCH_MARKET_ASSUMPTIONS_H
#define ASSAY_BENCH_MARKET_ASSUMPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/** The numbers of one world. */
struct market_assumptions {
#define A(name, value, most, unit, meaning) double name;
#include "bench/market/assumptions.def"
#undef A
};

/** The defaults: a clean market with the behaviour `tuned`. */
struct market_assumptions market_assumptions_default(void);

/** Set by a list: names of kinds or behaviours and name=value, separated by commas, from left to
 *  right. returns false, with the part at fault in `fault`, if one is unknown or out of range. */
bool market_assumptions_set(struct market_assumptions *assumptions, const char *list,
                            char fault[64]);

/** The table of assumptions, kinds and behaviours, in Markdown. */
void market_assumptions_print(FILE *out);

/** True if a kind has this name. */
bool market_kind_known(const char *name);

/** Names of kinds or behaviours, one a line with what it sets. */
void market_assumptions_print_names(FILE *out);

#endif
