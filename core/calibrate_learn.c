// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate_learn.h"

#include <stdlib.h>
#include <string.h>

#include "core/real.h"

/* First scans kept of a batch, and how many of them a new one is paired with. */
#define POOL 16
#define PAIRS 2

/* A brand's scan weighs as much as so many of the built-in counts, which are BUILT_IN in all. */
#define SCAN_WEIGHT 20
#define CONFIRMED_ENOUGH 3000 /* scans of reference items that make those of confirmed ones idle */

/* An item teaches by so many scans: one photo gone round must not outweigh thousands of items. */
#define ITEM_SCANS_MAX 12

#define USUAL_DRAWN_ITEMS 300
#define SHARES_DRAWN 300 /* first scans */

/* Largest scores that the tail is fitted to, and how many the built-in stretch weighs. */
#define TAIL_SHARE 0.03
#define TAIL_LEAST 30
#define TAIL_DRAWN 15
#define EMPIRICAL_LEAST 40

struct assay_calibrate_pool {
    struct assay_risk_scan scan[POOL];
    uint32_t seen;
};

/* Made by bench/risk/train.sh: counts of the worlds that the built-in table was learnt from, same
 * and other, in the order of struct assay_risk_counts; scores of genuine items at the tail's shares. */
static const uint32_t built_in_counts[2][sizeof(struct assay_risk_counts) / sizeof(uint32_t)] = {
#include "core/calibrate_counts.inc"
};
static const int32_t built_in_tail[ASSAY_CALIBRATE_TAIL] = {
#include "core/calibrate_tail.inc"
};

enum assay_error assay_calibrate_counts_init(struct assay_calibrate_counts *counts,
                                             uint32_t batches)
{
    *counts = (struct assay_calibrate_counts){.pool_count = batches};
    counts->pools = calloc(batches == 0 ? 1 : batches, sizeof *counts->pools);
    return counts->pools == NULL ? ASSAY_E_MEMORY : ASSAY_OK;
}

void assay_calibrate_counts_deinit(struct assay_calibrate_counts *counts)
{
    free(counts->pools);
    counts->pools = NULL;
}

/* -- pairs -- */

/* As if `later` were scanned next on the code of `earlier`, by someone else. */
static void count_pair(struct assay_calibrate_counts *counts, const struct assay_risk_scan *earlier,
                       const struct assay_risk_scan *later)
{
    const struct assay_risk_around around = {0};
    struct assay_risk_state state = {0};
    struct assay_risk unused;
    struct assay_risk_kind kind;
    struct assay_risk_scan next = *later;
    if (next.device_tag != 0 && next.device_tag == earlier->device_tag) {
        next.device_tag = (uint16_t)(next.device_tag ^ 1) == 0 ? 2 : next.device_tag ^ 1;
    }
    assay_risk_update(&state, earlier, &around, assay_risk_table_default(), &unused);
    if (assay_risk_kind_of(&state, &next, &kind)) {
        assay_risk_counts_add(&counts->pairs, &kind);
    }
}

static uint32_t mix(uint32_t value)
{
    value = (value ^ value >> 16) * 0x7FEB352Du;
    value = (value ^ value >> 15) * 0x846CA68Bu;
    return value ^ value >> 16;
}

/* The pool is a sample of all first scans before: each is as likely in it. */
static void take_first(struct assay_calibrate_counts *counts, struct assay_calibrate_pool *pool,
                       const struct assay_risk_scan *scan)
{
    uint32_t held = pool->seen < POOL ? pool->seen : POOL;
    for (uint32_t i = 0; i < PAIRS && i < held; i++) {
        count_pair(counts, &pool->scan[mix(pool->seen * PAIRS + i) % held], scan);
    }
    uint32_t at = pool->seen < POOL ? pool->seen : mix(pool->seen ^ 0x5BD1E995u) % (pool->seen + 1);
    if (at < POOL) {
        pool->scan[at] = *scan;
    }
    pool->seen++;
}

void assay_calibrate_count(struct assay_calibrate_counts *counts,
                           const struct assay_risk_state *state, const struct assay_risk_scan *scan,
                           uint32_t batch, enum assay_calibrate_source source)
{
    assay_assert(batch < counts->pool_count);
    struct assay_risk_kind kind;
    if (state->scans > ITEM_SCANS_MAX) {
        return;
    }
    if (!assay_risk_kind_of(state, scan, &kind)) {
        take_first(counts, &counts->pools[batch], scan);
    } else if (kind.ordinal >= ASSAY_RISK_ORDINAL_19) {
        return; /* too few, and those are photos and shelves */
    } else if (source == ASSAY_CALIBRATE_REFERENCE) {
        assay_risk_counts_add(&counts->known, &kind);
    } else if (source == ASSAY_CALIBRATE_CONFIRMED || source == ASSAY_CALIBRATE_DISMISSED) {
        assay_risk_counts_add(&counts->confirmed, &kind);
    }
}

/* -- ratios -- */

static struct assay_risk_counts built_in(int which)
{
    struct assay_risk_counts counts;
    memcpy(&counts, built_in_counts[which], sizeof counts);
    return counts;
}

/* Pairs know one device before alone: their devices are as likely whatever came before. */
static void spread_devices(struct assay_risk_counts *pairs)
{
    for (int i = 1; i < ASSAY_RISK_ORDINALS; i++) {
        memcpy(pairs->device[i], pairs->device[0], sizeof pairs->device[0]);
    }
}

void assay_calibrate_ratios(const struct assay_calibrate_counts *counts,
                            struct assay_risk_table *table)
{
    struct assay_risk_counts same = built_in(0);
    struct assay_risk_counts other = built_in(1);
    assay_risk_counts_join(&same, &counts->known, SCAN_WEIGHT, 1);
    uint64_t known = assay_risk_counts_total(&counts->known);
    if (known < CONFIRMED_ENOUGH) {
        assay_risk_counts_join(&same, &counts->confirmed, SCAN_WEIGHT, 1);
    }
    uint64_t pairs = assay_risk_counts_total(&counts->pairs);
    struct assay_risk_counts spread = counts->pairs;
    spread_devices(&spread);
    uint64_t total = assay_risk_counts_total(&other);
    if (pairs > 0 && pairs < UINT32_MAX && known > 0) {
        uint32_t over = pairs < total ? 1 : (uint32_t)total;
        assay_risk_counts_join(&other, &spread, over, over == 1 ? 1 : (uint32_t)pairs);
    }
    assay_risk_learn(&same, &other, table->llr);
}

/* Counts shared out anew, their sum kept: as in `as`, drawn to what they were by so many. */
static void share_out(uint32_t *counts, const uint32_t *as, size_t width)
{
    uint64_t sum = 0;
    uint64_t of_as = 0;
    for (size_t i = 0; i < width; i++) {
        sum += counts[i];
        of_as += as[i];
    }
    for (size_t i = 0; i < width && sum > 0; i++) {
        uint64_t drawn = (uint64_t)counts[i] * SHARES_DRAWN / sum;
        counts[i] = (uint32_t)(sum * (as[i] + drawn) / (of_as + SHARES_DRAWN));
    }
}

/* What people carry and how well they are placed differs from market to market, not from item to item. */
static void take_people(struct assay_risk_counts *other, const struct assay_risk_counts *firsts)
{
    _Static_assert(ASSAY_RISK_DEVICE_NEW + 1 == ASSAY_RISK_DEVICE_NONE, "side by side");
    for (int i = 0; i < ASSAY_RISK_ORDINALS; i++) {
        share_out(&other->device[i][ASSAY_RISK_DEVICE_NEW],
                  &firsts->device[0][ASSAY_RISK_DEVICE_NEW], 2);
    }
    for (int device = ASSAY_RISK_DEVICE_NEW; device <= ASSAY_RISK_DEVICE_NONE; device++) {
        share_out(other->accuracy[device], firsts->accuracy[device], ASSAY_RISK_ACCURACIES);
    }
}

void assay_calibrate_ratios_by(const struct assay_risk_counts *same,
                               const struct assay_risk_counts *firsts,
                               struct assay_risk_table *table)
{
    struct assay_risk_counts joined = built_in(0);
    struct assay_risk_counts other = built_in(1);
    assay_risk_counts_join(&joined, same, SCAN_WEIGHT, 1);
    take_people(&other, firsts);
    assay_risk_learn(&joined, &other, table->llr);
}

void assay_calibrate_usual(uint64_t mass, uint32_t items, struct assay_risk_table *table)
{
    int32_t usual = assay_risk_table_default()->weights[ASSAY_RISK_WEIGHT_USUAL];
    uint64_t sum = mass + (uint64_t)usual * USUAL_DRAWN_ITEMS;
    uint64_t mean = sum / ((uint64_t)items + USUAL_DRAWN_ITEMS);
    table->weights[ASSAY_RISK_WEIGHT_USUAL] = mean < 1 ? 1 : (int32_t)mean;
}

/* -- levels -- */

/* The built-in score at a share: between two of the tail's, by the share's logarithm. */
static double tail_at(double share)
{
    double at = (-assay_real_log(share) / assay_real_log(10) - 1) * 4;
    at = at < 0 ? 0 : at > ASSAY_CALIBRATE_TAIL - 1 ? ASSAY_CALIBRATE_TAIL - 1 : at;
    int below = (int)at;
    below = below < ASSAY_CALIBRATE_TAIL - 1 ? below : ASSAY_CALIBRATE_TAIL - 2;
    double part = at - below;
    return built_in_tail[below] + part * (built_in_tail[below + 1] - built_in_tail[below]);
}

/* By how much the built-in scores above the one at a share exceed it, mean. */
static double tail_excess(double share)
{
    enum { STEPS = 64 };
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
        sum += tail_at(share * (i + 0.5) / STEPS);
    }
    return sum / STEPS - tail_at(share);
}

bool assay_calibrate_levels(const int32_t *scores, uint32_t count, struct assay_risk_table *table)
{
    /* Below 1e-2, 1e-3 and 1e-4, the more so the less is known there: a false alarm costs more than a
     * late one. */
    static const double aims[ASSAY_RISK_THRESHOLDS] = {8e-3, 7e-4, 5e-5};
    if (count < ASSAY_CALIBRATE_ITEMS_MIN) {
        return false;
    }
    uint32_t above = (uint32_t)(count * TAIL_SHARE);
    above = above < TAIL_LEAST ? TAIL_LEAST : above;
    above = above < count / 10 ? above : count / 10;
    double share = (double)above / count;
    double from = scores[above];
    double excess = 0;
    for (uint32_t i = 0; i < above; i++) {
        excess += scores[i] - from;
    }
    double stretch = (excess / tail_excess(share) + TAIL_DRAWN) / (above + TAIL_DRAWN);
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        double score = from + stretch * (tail_at(aims[i]) - tail_at(share));
        uint32_t at = (uint32_t)(count * aims[i]);
        if (at >= EMPIRICAL_LEAST) {
            score = scores[at];
        }
        int32_t threshold = (int32_t)assay_real_round(score) + 1;
        bool lower = i > 0 && threshold < table->thresholds[i - 1];
        table->thresholds[i] = lower ? table->thresholds[i - 1] : threshold;
    }
    return true;
}
