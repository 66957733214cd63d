// SPDX-License-Identifier: Apache-2.0
/* The life of one sold item, genuine or fake: who scans it, when and where. */
#ifndef ASSAY_BENCH_MARKET_LIFE_H
#define ASSAY_BENCH_MARKET_LIFE_H

#include "bench/market/world.h"

/** Count the sale and make the item's scans. random: the item's own stream. */
void market_live(struct market_world *world, const struct market_sale *sale,
                 struct market_random *random);

#endif
