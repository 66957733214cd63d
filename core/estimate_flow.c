// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_flow.h"

#include "core/real.h"

#define COPIED 0.7   /* chance from which on a code counts as copied */
#define PER_ITEM 2.0 /* variance of the items of a part, for each */

void assay_estimate_flow_add(struct assay_estimate_flow *flow,
                             const struct assay_estimate_mixture *mixture,
                             const struct assay_estimate_code *code, const uint8_t seasons[])
{
    unsigned first = seasons[0];
    for (uint32_t i = 0; i < code->scan_count; i++) {
        assay_assert(seasons[i] < ASSAY_ESTIMATE_SEASONS);
        first = code->scans[i].flags & ASSAY_ESTIMATE_FIRST ? seasons[i] : first;
    }
    bool copied = assay_estimate_mixture_copied(mixture, code) > COPIED;
    for (uint32_t i = 0; i < code->scan_count; i++) {
        if (copied) {
            flow->copied[seasons[i]]++; /* a code on hundreds of items has bursts too */
        } else if (code->scans[i].flags & ASSAY_ESTIMATE_BURST) {
            continue;
        } else if (code->scans[i].flags & ASSAY_ESTIMATE_FIRST) {
            flow->firsts[seasons[i]]++;
        } else if (seasons[i] >= first) {
            flow->later[seasons[i] - first]++;
        }
    }
}

/* How many scans come so many seasons after an item's first, in expectation. */
static void learn_returns(const struct assay_estimate_flow *flow,
                          double returns[ASSAY_ESTIMATE_SEASONS])
{
    unsigned seasons = ASSAY_ESTIMATE_SEASONS;
    while (seasons > 0 && flow->firsts[seasons - 1] == 0 && flow->copied[seasons - 1] == 0) {
        seasons--;
    }
    for (unsigned lag = 0; lag < ASSAY_ESTIMATE_SEASONS; lag++) {
        uint64_t watched = 0;
        for (unsigned season = 0; season + lag < seasons; season++) {
            watched += flow->firsts[season];
        }
        returns[lag] = watched > 0 ? (double)flow->later[lag] / (double)watched : 0.0;
    }
}

void assay_estimate_flow_items(const struct assay_estimate_flow *flow,
                               double items[ASSAY_ESTIMATE_SEASONS])
{
    double returns[ASSAY_ESTIMATE_SEASONS];
    learn_returns(flow, returns);
    for (unsigned season = 0; season < ASSAY_ESTIMATE_SEASONS; season++) {
        double old = 0.0;
        for (unsigned lag = 1; lag <= season; lag++) {
            old += returns[lag] * items[season - lag];
        }
        double fresh = ((double)flow->copied[season] - old) / (1.0 + returns[0]);
        items[season] = fresh > 0.0 ? fresh : 0.0;
    }
}

void assay_estimate_flow_period(const struct assay_estimate_flow *flow,
                                const struct assay_estimate_e2 *whole,
                                const struct assay_estimate_part *part,
                                struct assay_estimate_period *period)
{
    assay_assert(part->first <= part->end);
    assay_assert(part->end <= ASSAY_ESTIMATE_SEASONS);
    double items[ASSAY_ESTIMATE_SEASONS];
    assay_estimate_flow_items(flow, items);
    double all = 0.0;
    double here = 0.0;
    for (unsigned season = 0; season < ASSAY_ESTIMATE_SEASONS; season++) {
        all += items[season];
        here += season >= part->first && season < part->end ? items[season] : 0.0;
    }
    double share = all > 0.0 ? here / all : 0.0;
    double genuine = (double)part->firsts - whole->unseen * share;
    double fakes = whole->fakes * share;
    *period = (struct assay_estimate_period){.items = fakes + (genuine > 0.0 ? genuine : 0.0)};
    if (period->items > 0.0) {
        period->share = fakes / period->items;
        double relative = assay_real_sqrt(PER_ITEM / (here > 1.0 ? here : 1.0));
        period->sd = period->share * (1.0 - period->share) * relative;
    }
}
