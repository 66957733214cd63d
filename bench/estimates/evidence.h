// SPDX-License-Identifier: Apache-2.0
/* What a scan says for another item behind the code: a table of cells, learnt from worlds whose
 * truth is known. It stands in for a brand's own table, so that estimates are judged apart from it.
 *
 * How many devices the code has seen, and for how long, is part of what is given, not of what is
 * observed: both probabilities of a cell's ratio are conditional on it. Else codes with many items
 * are counted half as high again, those with few half, and old fakes anew when they come back. */
#ifndef ASSAY_BENCH_ESTIMATES_EVIDENCE_H
#define ASSAY_BENCH_ESTIMATES_EVIDENCE_H

#include "bench/estimates/world.h"

#define EVIDENCE_DEVICES 3
#define EVIDENCE_DISTANCES 6
#define EVIDENCE_ACCURACIES 3
#define EVIDENCE_GAPS 6
#define EVIDENCE_GIVEN 20 /* what is given: 5 classes of devices before x 4 of age */
#define EVIDENCE_CELLS                                                                             \
    (EVIDENCE_DEVICES * EVIDENCE_DISTANCES * EVIDENCE_ACCURACIES * EVIDENCE_GAPS * 2 *             \
     EVIDENCE_GIVEN)

/** Scans of each cell: by the same items, by another one. */
struct evidence_counts {
    double same[EVIDENCE_CELLS], other[EVIDENCE_CELLS];
};

/** Set first, by_new, burst and cell of all scans of a world. */
void evidence_mark(struct world *world);

/** Count a marked world. */
void evidence_count(struct evidence_counts *counts, const struct world *world);

/** Log ratios of all cells, 1/1024. */
void evidence_learn(const struct evidence_counts *counts, int16_t llr[EVIDENCE_CELLS]);

#endif
