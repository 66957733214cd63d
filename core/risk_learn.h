// SPDX-License-Identifier: Apache-2.0
/* How a table's ratios are learnt: from counts of the cells that scans fall in.
 *
 * A cell has seven sides, most of its 9,720 combinations are never seen. So its probability is a
 * product of conditional ones, each over few sides, and each drawn to what it would be with fewer
 * still:
 *
 *   P(device | ordinal) P(accuracy | device) P(distance | device, accuracy)
 *   P(gap | device, distance) P(market | distance) P(impossible | device, distance, gap)
 *
 * Doubles by + - * / and core/real's logarithm alone: the same table on every machine. */
#ifndef ASSAY_CORE_RISK_LEARN_H
#define ASSAY_CORE_RISK_LEARN_H

#include "core/risk_table.h"

/** Counts of scans by each of the conditionals' sides; all zero at the start. */
struct assay_risk_counts {
    uint32_t device[ASSAY_RISK_ORDINALS][ASSAY_RISK_DEVICES];
    uint32_t accuracy[ASSAY_RISK_DEVICES][ASSAY_RISK_ACCURACIES];
    uint32_t distance[ASSAY_RISK_DEVICES][ASSAY_RISK_ACCURACIES][ASSAY_RISK_DISTANCES];
    uint32_t gap[ASSAY_RISK_DEVICES][ASSAY_RISK_DISTANCES][ASSAY_RISK_GAPS];
    uint32_t market[ASSAY_RISK_DISTANCES][ASSAY_RISK_MARKETS];
    uint32_t impossible[ASSAY_RISK_DEVICES][ASSAY_RISK_DISTANCES][ASSAY_RISK_GAPS][2];
};

/** The kind at an index below ASSAY_RISK_KINDS: assay_risk_kind_index the other way round. Pure. */
struct assay_risk_kind assay_risk_kind_at(uint32_t index);

/** Count one scan. */
void assay_risk_counts_add(struct assay_risk_counts *counts, const struct assay_risk_kind *kind);

/** Add the counts of others, each times over / under, rounded. */
void assay_risk_counts_join(struct assay_risk_counts *counts,
                            const struct assay_risk_counts *others, uint32_t over, uint32_t under);

/** How many scans were counted. */
uint64_t assay_risk_counts_total(const struct assay_risk_counts *counts);

/** Ratios of all cells: ln of how likely a scan is if another item was scanned, to how likely it is
 *  if the same was.
 *  same, other  counts of scans by the same item as before, and by another.
 *  llr          out. */
void assay_risk_learn(const struct assay_risk_counts *same, const struct assay_risk_counts *other,
                      int16_t llr[ASSAY_RISK_KINDS]);

#endif
