// SPDX-License-Identifier: Apache-2.0
/* The files of a world. */
#ifndef ASSAY_BENCH_MARKET_OUTPUT_H
#define ASSAY_BENCH_MARKET_OUTPUT_H

#include "bench/market/world.h"

/** Sort the history and write all files into the folder `out`, which is made if need be.
 *  returns false, having said why on stderr. */
bool market_write(struct market_world *world);

#endif
