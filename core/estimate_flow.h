// SPDX-License-Identifier: Apache-2.0
/* When the items of copied codes were first scanned, season by season.
 *
 * Scans of one code cannot tell well which of them is an old fake that comes back, so the mixture
 * shares further items out over time too evenly. But how items come back is known from codes without
 * copies: so many scans after so many seasons for each item. What is left of the scans of copied
 * codes, when those that come back are taken off in the order of time, are items scanned for the
 * first time. Only where counts are compared over time; their sum is the mixture's. */
#ifndef ASSAY_CORE_ESTIMATE_FLOW_H
#define ASSAY_CORE_ESTIMATE_FLOW_H

#include "core/estimate_interval.h"
#include "core/estimate_trend.h"

/* Seasons at most: weeks of a year, or longer ones; of equal length. */
#define ASSAY_ESTIMATE_SEASONS 64

/** Counts of scans; all zero at first. Those of several threads may be added up. */
struct assay_estimate_flow {
    uint64_t copied[ASSAY_ESTIMATE_SEASONS]; /* all scans of codes that are copied, likely */
    uint64_t firsts[ASSAY_ESTIMATE_SEASONS]; /* of other codes */
    uint64_t later[ASSAY_ESTIMATE_SEASONS];  /* scans after the first, by seasons since then */
};

/** Count a code. seasons: of each scan, in the order of code->scans; below ASSAY_ESTIMATE_SEASONS
 *  (asserted). threads: any, each with its own flow. */
void assay_estimate_flow_add(struct assay_estimate_flow *flow,
                             const struct assay_estimate_mixture *mixture,
                             const struct assay_estimate_code *code, const uint8_t seasons[]);

/** Items of copied codes by the season in which they were first scanned. Pure. */
void assay_estimate_flow_items(const struct assay_estimate_flow *flow,
                               double items[ASSAY_ESTIMATE_SEASONS]);

/** Some seasons of a whole, for the trend. */
struct assay_estimate_part {
    unsigned first, end; /* seasons first..end-1; end at most ASSAY_ESTIMATE_SEASONS (asserted) */
    uint64_t firsts;     /* first scans of codes in these seasons */
};

/** The share of fakes in a part of the time, such that the parts add up to the whole.
 *  whole   E2 of all seasons together.
 *  period  out, for assay_estimate_trend. Without items in the part: its items are 0. Pure. */
void assay_estimate_flow_period(const struct assay_estimate_flow *flow,
                                const struct assay_estimate_e2 *whole,
                                const struct assay_estimate_part *part,
                                struct assay_estimate_period *period);

#endif
