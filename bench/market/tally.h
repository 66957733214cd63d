// SPDX-License-Identifier: Apache-2.0
/* What is true of the world, counted while it is made. */
#ifndef ASSAY_BENCH_MARKET_TALLY_H
#define ASSAY_BENCH_MARKET_TALLY_H

#include "bench/market/world.h"

/** Room for a world's counts; the history's time must be set. */
void market_tally_init(struct market_world *world);

/** Count an item that is sold. */
void market_tally_sale(struct market_world *world, const struct market_sale *sale);

/** Count an item that was scanned; first: its first scan. */
void market_tally_scanned(struct market_world *world, const struct market_sale *sale,
                          const struct market_scan *first);

/** Periods of the strata. */
uint32_t market_tally_periods(const struct market_world *world);

/** Length of a period. */
int64_t market_tally_period_ms(const struct market_world *world);

/** Monday, 00:00 UTC, of the week of the start. */
int64_t market_tally_first_monday(const struct market_world *world);

/** One stratum. */
struct market_stratum *market_tally_stratum(const struct market_world *world, uint16_t product,
                                            uint16_t region, uint32_t period);

/** Genuine units of one week. */
uint32_t *market_tally_units(const struct market_world *world, uint16_t product, uint16_t region,
                             uint32_t week);

/** The entry of a code, or NULL. Stays valid until the next market_clone_add. */
struct market_clone *market_clone_find(const struct market_world *world, uint64_t code);

/** Add a code. returns NULL if it is there already. */
struct market_clone *market_clone_add(struct market_world *world, uint64_t code,
                                      enum market_method method);

/** Free all counts. */
void market_tally_deinit(struct market_world *world);

#endif
