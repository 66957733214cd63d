// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_mixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "core/real.h"

#define PRIOR_WEIGHT 8.0  /* codes that a group borrows from the brand's mix */
#define BRAND_WEIGHT 20.0 /* codes that the brand's mix borrows from the beginning one */
#define ITERATIONS_MAX 400
#define SETTLED 1e-6          /* greatest change of a share at which it is settled */
#define NOISE_SHARE 0.70      /* of a noise code's scans by people without the item */
#define NOISE_BURST_RATIO 6.0 /* a burst: likelier for noise than for another item's scan, times */
#define NOISE_QUIET_RATIO 0.1 /* no burst */
#define ROWS_FIRST 1024

static const double shares_of[ASSAY_ESTIMATE_SHARES] = {0.0,  0.05, 0.12, 0.22, 0.33,
                                                        0.42, 0.50, 0.58, 0.70, 0.85};
static const double begin_mix[ASSAY_ESTIMATE_CLASSES] = {0.93,  0.01,  0.01,  0.01,  0.01, 0.005,
                                                         0.005, 0.005, 0.005, 0.005, 0.005};

/* Equal in all but the count: one row. */
struct row {
    uint32_t count; /* 0: an empty slot */
    uint32_t group;
    float likelihood[ASSAY_ESTIMATE_CLASSES];
};

struct assay_estimate_mixture {
    struct row *rows; /* open addressing by content; capacity is a power of two */
    size_t row_count;
    size_t capacity;
    uint32_t groups;
    bool settled;
    double brand[ASSAY_ESTIMATE_CLASSES];
    double (*mix)[ASSAY_ESTIMATE_CLASSES]; /* by group; NULL before `settle` */
};

enum assay_error assay_estimate_mixture_create(uint32_t groups,
                                               struct assay_estimate_mixture **mixture)
{
    if (groups > ASSAY_ESTIMATE_GROUPS_MAX) {
        return ASSAY_E_FULL;
    }
    struct assay_estimate_mixture *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    made->groups = groups;
    memcpy(made->brand, begin_mix, sizeof begin_mix);
    *mixture = made;
    return ASSAY_OK;
}

void assay_estimate_mixture_destroy(struct assay_estimate_mixture *mixture)
{
    if (mixture != NULL) {
        free(mixture->rows);
        free(mixture->mix);
        free(mixture);
    }
}

/* p_new / p_old of a scan. */
static double ratio_of(const struct assay_estimate_scan *scan)
{
    double llr = (double)scan->llr / 1024.0;
    return assay_real_exp(llr < -8.0 ? -8.0 : llr > 8.0 ? 8.0 : llr);
}

static double noise_ratio(const struct assay_estimate_scan *scan, double ratio)
{
    double burst = scan->flags & ASSAY_ESTIMATE_BURST ? NOISE_BURST_RATIO : NOISE_QUIET_RATIO;
    return 1.0 - NOISE_SHARE + NOISE_SHARE * ratio * burst;
}

/* Likelihoods of a code under each class, relative to the greatest. */
static void likelihoods(const struct assay_estimate_code *code,
                        double likelihood[ASSAY_ESTIMATE_CLASSES])
{
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        likelihood[k] = 1.0;
    }
    for (uint32_t i = 0; i < code->scan_count; i++) {
        const struct assay_estimate_scan *scan = &code->scans[i];
        if (scan->flags & ASSAY_ESTIMATE_FIRST) {
            continue;
        }
        double ratio = ratio_of(scan);
        double most = 0.0;
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            likelihood[k] *= k == ASSAY_ESTIMATE_NOISE ? noise_ratio(scan, ratio)
                                                       : 1.0 - shares_of[k] + shares_of[k] * ratio;
            most = likelihood[k] > most ? likelihood[k] : most;
        }
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            likelihood[k] /= most;
        }
    }
}

static bool same_row(const struct row *a, const struct row *b)
{
    return a->group == b->group && memcmp(a->likelihood, b->likelihood, sizeof a->likelihood) == 0;
}

static size_t slot_of(const struct row *rows, size_t capacity, const struct row *row)
{
    uint64_t hash = row->group;
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        uint32_t bits;
        memcpy(&bits, &row->likelihood[k], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    size_t slot = (size_t)hash & (capacity - 1);
    while (rows[slot].count != 0 && !same_row(&rows[slot], row)) {
        slot = (slot + 1) & (capacity - 1);
    }
    return slot;
}

/* Room for one more row. */
static enum assay_error grow(struct assay_estimate_mixture *mixture)
{
    if (mixture->row_count >= ASSAY_ESTIMATE_ROWS_MAX) {
        return ASSAY_E_FULL;
    }
    if (mixture->row_count < mixture->capacity / 4 * 3) {
        return ASSAY_OK;
    }
    size_t capacity = mixture->capacity == 0 ? ROWS_FIRST : mixture->capacity * 2;
    struct row *rows = calloc(capacity, sizeof *rows);
    if (rows == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (size_t i = 0; i < mixture->capacity; i++) {
        if (mixture->rows[i].count != 0) {
            rows[slot_of(rows, capacity, &mixture->rows[i])] = mixture->rows[i];
        }
    }
    free(mixture->rows);
    mixture->rows = rows;
    mixture->capacity = capacity;
    return ASSAY_OK;
}

static void check_code(const struct assay_estimate_mixture *mixture,
                       const struct assay_estimate_code *code)
{
    assay_assert(code->group < mixture->groups);
    assay_assert(code->scan_count > 0);
}

enum assay_error assay_estimate_mixture_learn(struct assay_estimate_mixture *mixture,
                                              const struct assay_estimate_code *code)
{
    assay_assert(!mixture->settled);
    check_code(mixture, code);
    if (code->scan_count == 1) {
        return ASSAY_OK;
    }
    enum assay_error error = grow(mixture);
    if (error != ASSAY_OK) {
        return error;
    }
    double likelihood[ASSAY_ESTIMATE_CLASSES];
    likelihoods(code, likelihood);
    struct row row = {.count = 1, .group = code->group};
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        row.likelihood[k] = likelihood[k] < 0x1p-60 ? 0.0f : (float)likelihood[k];
    }
    struct row *slot = &mixture->rows[slot_of(mixture->rows, mixture->capacity, &row)];
    if (slot->count == 0) {
        *slot = row;
        mixture->row_count++;
    } else if (slot->count < UINT32_MAX) {
        slot->count++;
    }
    return ASSAY_OK;
}

/* Sums of responsibilities by class, 1/2^32; of a group or the brand. */
struct sums {
    uint64_t of[ASSAY_ESTIMATE_CLASSES];
};

static void expect(const struct assay_estimate_mixture *mixture, struct sums *by_group)
{
    for (size_t i = 0; i < mixture->capacity; i++) {
        const struct row *row = &mixture->rows[i];
        if (row->count == 0) {
            continue;
        }
        const double *mix = mixture->mix[row->group];
        double weight[ASSAY_ESTIMATE_CLASSES];
        double total = 0.0;
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            weight[k] = mix[k] * (double)row->likelihood[k];
            total += weight[k];
        }
        double unit = 0x1p32 / total;
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            by_group[row->group].of[k] += row->count * (uint64_t)(weight[k] * unit);
        }
    }
}

/* A mix from sums and what it borrows; returns the greatest change. */
static double maximise(const struct sums *sums, const double prior[ASSAY_ESTIMATE_CLASSES],
                       double prior_weight, double mix[ASSAY_ESTIMATE_CLASSES])
{
    double found[ASSAY_ESTIMATE_CLASSES];
    double total = 0.0;
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        found[k] = (double)sums->of[k] * 0x1p-32 + prior_weight * prior[k];
        total += found[k];
    }
    double most = 0.0;
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        double change = found[k] / total - mix[k];
        change = change < 0.0 ? -change : change;
        most = change > most ? change : most;
        mix[k] = found[k] / total;
    }
    return most;
}

/* One step of all mixes; returns the greatest change of any. */
static double step(struct assay_estimate_mixture *mixture, struct sums *by_group)
{
    memset(by_group, 0, mixture->groups * sizeof *by_group);
    expect(mixture, by_group);
    struct sums brand = {{0}};
    for (uint32_t g = 0; g < mixture->groups; g++) {
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            brand.of[k] += by_group[g].of[k];
        }
    }
    double most = maximise(&brand, begin_mix, BRAND_WEIGHT, mixture->brand);
    for (uint32_t g = 0; g < mixture->groups; g++) {
        double change = maximise(&by_group[g], mixture->brand, PRIOR_WEIGHT, mixture->mix[g]);
        most = change > most ? change : most;
    }
    return most;
}

enum assay_error assay_estimate_mixture_settle(struct assay_estimate_mixture *mixture)
{
    assay_assert(!mixture->settled);
    struct sums *by_group = calloc((size_t)mixture->groups + 1, sizeof *by_group);
    mixture->mix = calloc((size_t)mixture->groups + 1, sizeof *mixture->mix);
    if (by_group == NULL || mixture->mix == NULL) {
        free(by_group);
        free(mixture->mix);
        mixture->mix = NULL;
        return ASSAY_E_MEMORY;
    }
    for (uint32_t g = 0; g < mixture->groups; g++) {
        memcpy(mixture->mix[g], begin_mix, sizeof begin_mix);
    }
    for (int i = 0; i < ITERATIONS_MAX && step(mixture, by_group) > SETTLED; i++) {
    }
    free(by_group);
    mixture->settled = true;
    return ASSAY_OK;
}

void assay_estimate_mixture_show(const struct assay_estimate_mixture *mixture, uint32_t group,
                                 double shares[ASSAY_ESTIMATE_CLASSES])
{
    assay_assert(mixture->settled);
    assay_assert(group < mixture->groups);
    memcpy(shares, mixture->mix[group], ASSAY_ESTIMATE_CLASSES * sizeof shares[0]);
}

/* How probable each class is for a code. */
static void responsibilities(const struct assay_estimate_mixture *mixture,
                             const struct assay_estimate_code *code,
                             double responsibility[ASSAY_ESTIMATE_CLASSES])
{
    assay_assert(mixture->settled);
    check_code(mixture, code);
    likelihoods(code, responsibility);
    double total = 0.0;
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        responsibility[k] *= mixture->mix[code->group][k];
        total += responsibility[k];
    }
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        responsibility[k] /= total;
    }
}

/* Within a class, the chance of a scan to be by another item. */
static double chance_within(size_t k, double ratio)
{
    double by_other = shares_of[k] * ratio;
    return by_other / (1.0 - shares_of[k] + by_other);
}

double assay_estimate_mixture_weigh(const struct assay_estimate_mixture *mixture,
                                    const struct assay_estimate_code *code, double chances[])
{
    double responsibility[ASSAY_ESTIMATE_CLASSES];
    responsibilities(mixture, code, responsibility);
    for (uint32_t i = 0; i < code->scan_count; i++) {
        chances[i] = 0.0;
        if (code->scans[i].flags & ASSAY_ESTIMATE_FIRST) {
            continue;
        }
        double ratio = ratio_of(&code->scans[i]);
        for (size_t k = 1; k < ASSAY_ESTIMATE_SHARES; k++) {
            chances[i] += responsibility[k] * chance_within(k, ratio);
        }
    }
    return responsibility[ASSAY_ESTIMATE_NOISE];
}

static uint64_t fixed(double value)
{
    return (uint64_t)assay_real_round(value * (double)ASSAY_ESTIMATE_ONE);
}

/* How probable so many further items are, 0 to 3 and more: the distribution of a sum of scans, class
 * by class. */
static void count_chances(const struct assay_estimate_code *code,
                          const double responsibility[ASSAY_ESTIMATE_CLASSES],
                          double found[ASSAY_ESTIMATE_FURTHER + 1])
{
    memset(found, 0, (ASSAY_ESTIMATE_FURTHER + 1) * sizeof found[0]);
    found[0] = responsibility[0] + responsibility[ASSAY_ESTIMATE_NOISE];
    for (size_t k = 1; k < ASSAY_ESTIMATE_SHARES; k++) {
        double at[ASSAY_ESTIMATE_FURTHER + 1] = {1.0};
        for (uint32_t i = 0; i < code->scan_count; i++) {
            if (code->scans[i].flags & ASSAY_ESTIMATE_FIRST) {
                continue;
            }
            double chance = chance_within(k, ratio_of(&code->scans[i]));
            at[ASSAY_ESTIMATE_FURTHER] += at[ASSAY_ESTIMATE_FURTHER - 1] * chance;
            for (size_t j = ASSAY_ESTIMATE_FURTHER - 1; j > 0; j--) {
                at[j] += (at[j - 1] - at[j]) * chance;
            }
            at[0] -= at[0] * chance;
        }
        for (size_t j = 0; j <= ASSAY_ESTIMATE_FURTHER; j++) {
            found[j] += responsibility[k] * at[j];
        }
    }
}

/* Add a run of scans of one code in one stratum; returns its further items. */
static double tally_run(const struct assay_estimate_scan *scans, uint32_t count,
                        const double responsibility[ASSAY_ESTIMATE_CLASSES],
                        struct assay_estimate_tally *tally)
{
    double mean = 0.0;
    double square = 0.0;
    double inner = 0.0;
    for (size_t k = 1; k < ASSAY_ESTIMATE_SHARES; k++) {
        double sum = 0.0;
        double variance = 0.0;
        for (uint32_t i = 0; i < count; i++) {
            if (!(scans[i].flags & ASSAY_ESTIMATE_FIRST)) {
                double chance = chance_within(k, ratio_of(&scans[i]));
                sum += chance;
                variance += chance * (1.0 - chance);
            }
        }
        mean += responsibility[k] * sum;
        square += responsibility[k] * sum * sum;
        inner += responsibility[k] * variance;
    }
    double between = square - mean * mean;
    tally->scans += count;
    tally->further += fixed(mean);
    tally->variance += fixed(inner + (between > 0.0 ? between : 0.0));
    return mean;
}

double assay_estimate_mixture_copied(const struct assay_estimate_mixture *mixture,
                                     const struct assay_estimate_code *code)
{
    double responsibility[ASSAY_ESTIMATE_CLASSES];
    double chances[ASSAY_ESTIMATE_FURTHER + 1];
    responsibilities(mixture, code, responsibility);
    count_chances(code, responsibility, chances);
    return 1.0 - chances[0];
}

void assay_estimate_mixture_tally(const struct assay_estimate_mixture *mixture,
                                  const struct assay_estimate_code *code,
                                  struct assay_estimate_tally tallies[])
{
    double responsibility[ASSAY_ESTIMATE_CLASSES];
    responsibilities(mixture, code, responsibility);
    double chances[ASSAY_ESTIMATE_FURTHER + 1];
    count_chances(code, responsibility, chances);
    double copied = 1.0 - chances[0];
    double big = copied > 1e-9 ? chances[ASSAY_ESTIMATE_FURTHER] / copied : 0.0;
    uint32_t home = code->scans[0].stratum;
    uint32_t begin = 0;
    for (uint32_t i = 0; i < code->scan_count; i++) {
        const struct assay_estimate_scan *scan = &code->scans[i];
        home = scan->flags & ASSAY_ESTIMATE_FIRST ? scan->stratum : home;
        if (i + 1 < code->scan_count && scan[1].stratum == scan->stratum) {
            continue;
        }
        assay_assert(i + 1 == code->scan_count || scan[1].stratum > scan->stratum);
        struct assay_estimate_tally *tally = &tallies[scan->stratum];
        uint32_t later = i + 1 - begin;
        for (uint32_t k = begin; k <= i; k++) {
            later -= code->scans[k].flags & ASSAY_ESTIMATE_FIRST;
        }
        double mass = tally_run(&code->scans[begin], i + 1 - begin, responsibility, tally);
        tally->mistaken += fixed(mass * chances[0]);
        tally->big += fixed(mass * big);
        tally->clean += fixed((double)later * (chances[0] - responsibility[ASSAY_ESTIMATE_NOISE]));
        begin = i + 1;
    }
    tallies[home].firsts++;
    for (size_t j = 0; j < ASSAY_ESTIMATE_FURTHER; j++) {
        tallies[home].codes_with[j] += fixed(chances[j + 1]);
    }
}
