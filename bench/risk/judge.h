// SPDX-License-Identifier: Apache-2.0
/* A world's scans through core/risk, in memory, as the store takes them in. */
#ifndef ASSAY_BENCH_RISK_JUDGE_H
#define ASSAY_BENCH_RISK_JUDGE_H

#include "bench/risk/world.h"
#include "core/calibrate_learn.h"

struct judge {
    const struct world *world;
    const struct assay_risk_table *table;
    struct assay_risk_state *states; /* of each code */
    struct assay_risk_cells *cells;
};

/** Take all scans in, in order. */
void judge_run(struct judge *judge, const struct world *world,
               const struct assay_risk_table *table);

/** The surroundings of a code at the end. */
void judge_around(const struct judge *judge, uint32_t code, struct assay_risk_around *around);

/** How a code looks at the end. */
struct assay_risk judge_weigh(const struct judge *judge, uint32_t code);

/** Count the cells of scans by the truth: by the same item, and first ones of another. */
void judge_count(const struct world *world, struct assay_risk_counts *same,
                 struct assay_risk_counts *other);

/** What assay-batch calibrate makes of a world's reference items, as far as there are enough. */
void judge_calibrate(const struct world *world, struct assay_risk_table *table);

void judge_deinit(struct judge *judge);

#endif
