// SPDX-License-Identifier: Apache-2.0
/* assay-market: a market's history of scans from a seed, with its truth. See README.md. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/market/counterfeit.h"
#include "bench/market/life.h"
#include "bench/market/noise.h"
#include "bench/market/options.h"
#include "bench/market/output.h"
#include "bench/market/stock.h"
#include "bench/market/tally.h"

static bool markets_are_known(const struct market_world *world)
{
    for (uint16_t i = 0; i < world->batch_count; i++) {
        const char *market = world->batches[i].market;
        if (market[0] != '\0' && !market_country_sells(&world->geography, market)) {
            fprintf(stderr, "assay-market: %s: nothing is sold in this country\n", market);
            return false;
        }
    }
    return true;
}

static bool plan(struct market_world *world)
{
    uint64_t needed;
    market_geography_init(&world->geography, &world->assumptions, world->seed);
    if (!markets_are_known(world)) {
        return false;
    }
    if (!market_stock_plan(world, &needed)) {
        fprintf(stderr, "assay-market: the batches must hold %lu items together\n",
                (unsigned long)needed);
        return false;
    }
    market_tally_init(world);
    return true;
}

static void sell_genuine(struct market_world *world)
{
    for (uint16_t batch = 0; batch < world->batch_count; batch++) {
        for (uint32_t index = 0; index < world->batches[batch].sold; index++) {
            struct market_sale sale = market_stock_sale(world, batch, index);
            if (market_sale_in_time(world, &sale)) {
                struct market_random random =
                    market_random_stream(world->seed, MARKET_STREAM_LIFE, batch, index);
                market_live(world, &sale, &random);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct market_world *world = market_must(calloc(1, sizeof *world));
    market_options_read(world, argc, argv);
    bool written = plan(world);
    if (written) {
        sell_genuine(world);
        market_counterfeit(world);
        market_noise(world);
        written = market_write(world);
    }
    market_tally_deinit(world);
    market_history_deinit(&world->history);
    free(world->batches);
    free(world);
    return written ? 0 : 1;
}
