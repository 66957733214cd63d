// SPDX-License-Identifier: Apache-2.0
/* What is scanned by nobody who owns the item: shelves, photos, and codes that were never issued. */
#ifndef ASSAY_BENCH_MARKET_NOISE_H
#define ASSAY_BENCH_MARKET_NOISE_H

#include "bench/market/world.h"

/** Make the scans of griefers, of viral photos and of invented codes; after all others. */
void market_noise(struct market_world *world);

#endif
