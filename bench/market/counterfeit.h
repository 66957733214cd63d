// SPDX-License-Identifier: Apache-2.0
/* Counterfeiters: rings that copy codes and sell fakes around their home. */
#ifndef ASSAY_BENCH_MARKET_COUNTERFEIT_H
#define ASSAY_BENCH_MARKET_COUNTERFEIT_H

#include "bench/market/world.h"

/** Make all fakes and their scans. The genuine items must have been sold already: the share of fakes
 *  is of what was sold. */
void market_counterfeit(struct market_world *world);

#endif
