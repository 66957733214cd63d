// SPDX-License-Identifier: Apache-2.0
#include "core/risk_learn.h"

#include <string.h>

#include "core/real.h"

/* Scans that each conditional is drawn to the one with fewer sides by; and that one to a level. */
#define DRAWN 6.0
#define LEVEL 0.5
#define LLR_MIN (-7168)
#define LLR_MAX 3072 /* 3: no scan alone is proof */

void assay_risk_counts_add(struct assay_risk_counts *counts, const struct assay_risk_kind *kind)
{
    counts->device[kind->ordinal][kind->device]++;
    counts->accuracy[kind->device][kind->accuracy]++;
    counts->distance[kind->device][kind->accuracy][kind->distance]++;
    counts->gap[kind->device][kind->distance][kind->gap]++;
    counts->market[kind->distance][kind->market]++;
    counts->impossible[kind->device][kind->distance][kind->gap][kind->impossible]++;
}

_Static_assert(sizeof(struct assay_risk_counts) % sizeof(uint32_t) == 0, "nothing but counts");

void assay_risk_counts_join(struct assay_risk_counts *counts,
                            const struct assay_risk_counts *others, uint32_t over, uint32_t under)
{
    assay_assert(under > 0);
    uint32_t values[sizeof *counts / sizeof(uint32_t)];
    uint32_t more[sizeof *counts / sizeof(uint32_t)];
    memcpy(values, counts, sizeof values);
    memcpy(more, others, sizeof more);
    for (size_t i = 0; i < ASSAY_COUNT_OF(values); i++) {
        uint64_t sum = values[i] + ((uint64_t)more[i] * over + under / 2) / under;
        values[i] = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
    }
    memcpy(counts, values, sizeof values);
}

uint64_t assay_risk_counts_total(const struct assay_risk_counts *counts)
{
    uint64_t total = 0;
    for (int i = 0; i < ASSAY_RISK_ORDINALS; i++) {
        for (int j = 0; j < ASSAY_RISK_DEVICES; j++) {
            total += counts->device[i][j];
        }
    }
    return total;
}

/* -- conditionals: `rows` times `width` counts, of the same item's scans and of another's -- */

struct counted {
    const uint32_t *same;
    const uint32_t *other;
    size_t rows, width;
};

static double sum_of(const uint32_t *counts, size_t width)
{
    double sum = 0;
    for (size_t i = 0; i < width; i++) {
        sum += counts[i];
    }
    return sum;
}

/* P(value | row), drawn to P(value) by so many scans. */
static double conditional(const uint32_t *counts, const struct counted *of, size_t row,
                          size_t value, double drawn)
{
    double of_value = LEVEL;
    double of_all = LEVEL * (double)of->width;
    for (size_t i = 0; i < of->rows; i++) {
        of_value += counts[i * of->width + value];
        of_all += sum_of(counts + i * of->width, of->width);
    }
    const uint32_t *own = counts + row * of->width;
    return (own[value] + drawn * of_value / of_all) / (sum_of(own, of->width) + drawn);
}

/* P(value | row) of another item to that of the same. Both are drawn by the same share of what was
 * counted in the row, so that a value never seen there says no more than it does elsewhere. */
static double times(const struct counted *of, size_t row, size_t value)
{
    double same = sum_of(of->same + row * of->width, of->width) + 1;
    double other = sum_of(of->other + row * of->width, of->width) + 1;
    double fewer = same < other ? same : other;
    return conditional(of->other, of, row, value, DRAWN * other / fewer) /
           conditional(of->same, of, row, value, DRAWN * same / fewer);
}

#define TIMES(field, rows, row, value)                                                             \
    times(&(const struct counted){(const uint32_t *)same->field, (const uint32_t *)other->field,   \
                                  rows, sizeof same->field / sizeof(uint32_t) / (rows)},           \
          row, value)

static double times_of_kind(const struct assay_risk_counts *same,
                            const struct assay_risk_counts *other,
                            const struct assay_risk_kind *kind)
{
    size_t device = kind->device;
    size_t distance = device * ASSAY_RISK_DISTANCES + kind->distance;
    size_t gap = distance * ASSAY_RISK_GAPS + kind->gap;
    double result = TIMES(device, ASSAY_RISK_ORDINALS, kind->ordinal, device);
    result *= TIMES(accuracy, ASSAY_RISK_DEVICES, device, kind->accuracy);
    result *= TIMES(distance, ASSAY_RISK_DEVICES * ASSAY_RISK_ACCURACIES,
                    device * ASSAY_RISK_ACCURACIES + kind->accuracy, kind->distance);
    result *= TIMES(gap, ASSAY_RISK_DEVICES * ASSAY_RISK_DISTANCES, distance, kind->gap);
    if (kind->market != ASSAY_RISK_MARKET_UNKNOWN) {
        result *= TIMES(market, ASSAY_RISK_DISTANCES, kind->distance, kind->market);
    }
    return result * TIMES(impossible, ASSAY_RISK_DEVICES * ASSAY_RISK_DISTANCES * ASSAY_RISK_GAPS,
                          gap, (size_t)kind->impossible);
}

struct assay_risk_kind assay_risk_kind_at(uint32_t index)
{
    struct assay_risk_kind kind;
    kind.ordinal = index % ASSAY_RISK_ORDINALS;
    index /= ASSAY_RISK_ORDINALS;
    kind.impossible = index % 2 != 0;
    index /= 2;
    kind.market = index % ASSAY_RISK_MARKETS;
    index /= ASSAY_RISK_MARKETS;
    kind.gap = index % ASSAY_RISK_GAPS;
    index /= ASSAY_RISK_GAPS;
    kind.accuracy = index % ASSAY_RISK_ACCURACIES;
    index /= ASSAY_RISK_ACCURACIES;
    kind.distance = index % ASSAY_RISK_DISTANCES;
    kind.device = index / ASSAY_RISK_DISTANCES;
    return kind;
}

/* The kind that differs in these alone. */
static uint32_t beside(struct assay_risk_kind kind, enum assay_risk_distance distance,
                       enum assay_risk_market market)
{
    kind.distance = distance;
    kind.market = market;
    return assay_risk_kind_index(&kind);
}

/* At least between the two. */
static void raise_towards(int16_t llr[ASSAY_RISK_KINDS], uint32_t at, uint32_t other)
{
    int between = (llr[at] + llr[other]) / 2;
    llr[at] = llr[at] > between ? llr[at] : (int16_t)between;
}

/* Whether a batch has a market says nothing of who scans. */
static struct assay_risk_counts of_known_markets(const struct assay_risk_counts *counts)
{
    struct assay_risk_counts known = *counts;
    for (int i = 0; i < ASSAY_RISK_DISTANCES; i++) {
        known.market[i][ASSAY_RISK_MARKET_UNKNOWN] = 0;
    }
    return known;
}

void assay_risk_learn(const struct assay_risk_counts *same, const struct assay_risk_counts *other,
                      int16_t llr[ASSAY_RISK_KINDS])
{
    const struct assay_risk_counts same_known = of_known_markets(same);
    const struct assay_risk_counts other_known = of_known_markets(other);
    for (uint32_t i = 0; i < ASSAY_RISK_KINDS; i++) {
        struct assay_risk_kind kind = assay_risk_kind_at(i);
        assay_assert(assay_risk_kind_index(&kind) == i);
        double ratio = assay_real_log(times_of_kind(&same_known, &other_known, &kind));
        int64_t fixed = assay_real_round(ratio * 1024);
        llr[i] = (int16_t)(fixed < LLR_MIN ? LLR_MIN : fixed > LLR_MAX ? LLR_MAX : fixed);
        /* After many strangers the next is no less strange; few genuine items show it. */
        bool rises = kind.device == ASSAY_RISK_DEVICE_NEW && kind.ordinal > ASSAY_RISK_ORDINAL_1;
        if (rises && llr[i] < llr[i - 1]) {
            llr[i] = llr[i - 1];
        }
        /* Abroad is not much less strange than far off, outside the market not than inside: who sells
         * copies there cannot be learnt where nobody did. */
        if (kind.device != ASSAY_RISK_DEVICE_KNOWN &&
            kind.distance == ASSAY_RISK_DISTANCE_COUNTRY) {
            raise_towards(llr, i, beside(kind, ASSAY_RISK_DISTANCE_FAR, kind.market));
        }
        if (kind.device != ASSAY_RISK_DEVICE_KNOWN && kind.market == ASSAY_RISK_MARKET_OUTSIDE) {
            raise_towards(llr, i, beside(kind, kind.distance, ASSAY_RISK_MARKET_INSIDE));
        }
    }
}
