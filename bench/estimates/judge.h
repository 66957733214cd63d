// SPDX-License-Identifier: Apache-2.0
/* The estimates of one world, held against its truth. */
#ifndef ASSAY_BENCH_ESTIMATES_JUDGE_H
#define ASSAY_BENCH_ESTIMATES_JUDGE_H

#include <stdio.h>

#include "bench/estimates/evidence.h"
#include "core/estimate_anchor.h"
#include "core/estimate_interval.h"

/* Strata with fewer items, or fewer sold than a sixth of that, are not judged. */
#define JUDGED_ITEMS 300

/** Sums over the judged strata of one world, or of many. */
struct verdicts {
    double worlds, strata, true_fakes, true_items, fakes, items;
    double e2_held, bound_held, e2_width, highest; /* highest: upper limit of E2 */
    double composite_strata, composite_held, composite_width, purchases_held, purchases_width;
    double trends, trend_error, trend_held, trend_off; /* log odds ratio: sum, and greatest */
};

/** Judge a marked world. */
void judge_world(const struct world *world, const int16_t llr[EVIDENCE_CELLS],
                 struct verdicts *verdicts);

/** Add one world's sums to those of many. */
void verdicts_add(struct verdicts *all, const struct verdicts *one);

/** A row of the table. */
void verdicts_print(const char *name, const struct verdicts *verdicts);

#endif
