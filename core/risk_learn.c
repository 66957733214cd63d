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

/* -- conditionals: `rows` times `width` counts -- */

static double sum_of(const uint32_t *counts, size_t width)
{
    double sum = 0;
    for (size_t i = 0; i < width; i++) {
        sum += counts[i];
    }
    return sum;
}

/* P(value | row), drawn to P(value). */
static double conditional(const uint32_t *counts, size_t rows, size_t width, size_t row,
                          size_t value)
{
    double of_value = LEVEL;
    double of_all = LEVEL * (double)width;
    for (size_t i = 0; i < rows; i++) {
        of_value += counts[i * width + value];
        of_all += sum_of(counts + i * width, width);
    }
    const uint32_t *own = counts + row * width;
    return (own[value] + DRAWN * of_value / of_all) / (sum_of(own, width) + DRAWN);
}

#define CONDITIONAL(table, rows, row, value)                                                       \
    conditional((const uint32_t *)(table), rows, sizeof(table) / sizeof(uint32_t) / (rows), row,   \
                value)

static double probability(const struct assay_risk_counts *counts,
                          const struct assay_risk_kind *kind)
{
    size_t device = kind->device;
    size_t distance = device * ASSAY_RISK_DISTANCES + kind->distance;
    size_t gap = distance * ASSAY_RISK_GAPS + kind->gap;
    double result = CONDITIONAL(counts->device, ASSAY_RISK_ORDINALS, kind->ordinal, device);
    result *= CONDITIONAL(counts->accuracy, ASSAY_RISK_DEVICES, device, kind->accuracy);
    result *= CONDITIONAL(counts->distance, ASSAY_RISK_DEVICES * ASSAY_RISK_ACCURACIES,
                          device * ASSAY_RISK_ACCURACIES + kind->accuracy, kind->distance);
    result *=
        CONDITIONAL(counts->gap, ASSAY_RISK_DEVICES * ASSAY_RISK_DISTANCES, distance, kind->gap);
    result *= CONDITIONAL(counts->market, ASSAY_RISK_DISTANCES, kind->distance, kind->market);
    return result * CONDITIONAL(counts->impossible,
                                ASSAY_RISK_DEVICES * ASSAY_RISK_DISTANCES * ASSAY_RISK_GAPS, gap,
                                (size_t)kind->impossible);
}

/* The kind at an index: assay_risk_kind_index the other way round. */
static struct assay_risk_kind kind_at(uint32_t index)
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

void assay_risk_learn(const struct assay_risk_counts *same, const struct assay_risk_counts *other,
                      int16_t llr[ASSAY_RISK_KINDS])
{
    for (uint32_t i = 0; i < ASSAY_RISK_KINDS; i++) {
        struct assay_risk_kind kind = kind_at(i);
        assay_assert(assay_risk_kind_index(&kind) == i);
        double ratio = assay_real_log(probability(other, &kind) / probability(same, &kind));
        int64_t fixed = assay_real_round(ratio * 1024);
        llr[i] = (int16_t)(fixed < LLR_MIN ? LLR_MIN : fixed > LLR_MAX ? LLR_MAX : fixed);
    }
}
