// SPDX-License-Identifier: Apache-2.0
/* Batches and the sale of their items. Where and when an item is sold follows from the seed, its
 * batch and its index alone, so it can be asked for again at any time. */
#ifndef ASSAY_BENCH_MARKET_STOCK_H
#define ASSAY_BENCH_MARKET_STOCK_H

#include "bench/market/world.h"

/** Plan how many items of each batch are sold, where to and from when. returns false if the batches
 *  do not hold enough items; `needed` then says how many it takes. */
bool market_stock_plan(struct market_world *world, uint64_t *needed);

/** The sale of a genuine item. */
struct market_sale market_stock_sale(const struct market_world *world, uint16_t batch,
                                     uint32_t index);

/** Instead of a product: any. */
#define MARKET_PRODUCT_ANY UINT16_MAX

/** The sale of a random genuine item of a product. */
struct market_sale market_stock_random(const struct market_world *world, uint16_t product,
                                       struct market_random *random);

/** The buyer of an item that is sold in this city: mostly somebody who lives there. */
uint16_t market_stock_buyer(const struct market_world *world, uint16_t city,
                            struct market_random *random);

/** True if it is sold within the time of the world. */
bool market_sale_in_time(const struct market_world *world, const struct market_sale *sale);

#endif
