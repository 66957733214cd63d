// SPDX-License-Identifier: Apache-2.0
/* The command line of assay-market. */
#ifndef ASSAY_BENCH_MARKET_OPTIONS_H
#define ASSAY_BENCH_MARKET_OPTIONS_H

#include "bench/market/world.h"

/** Read the command line into a zeroed world; ends the program where it is wrong (2) or asks for
 *  help (0). */
void market_options_read(struct market_world *world, int argc, char **argv);

#endif
