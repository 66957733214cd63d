// SPDX-License-Identifier: Apache-2.0
/* The files that have a row for each product and region. */
#ifndef ASSAY_BENCH_MARKET_OUTPUT_STRATA_H
#define ASSAY_BENCH_MARKET_OUTPUT_STRATA_H

#include "bench/market/csv.h"
#include "bench/market/world.h"

/** sales.csv. returns false, having said why on stderr. */
bool market_write_sales(const struct market_world *world, struct market_csv *csv);

/** strata-truth.csv. returns false, having said why on stderr. */
bool market_write_strata(const struct market_world *world, struct market_csv *csv);

#endif
