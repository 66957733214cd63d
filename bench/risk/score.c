// SPDX-License-Identifier: Apache-2.0
/* assay-risk-judge: recall and false alarms of the score in worlds with their truth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/risk/judge.h"

#define RATES 3
static const double rates[RATES] = {1e-2, 1e-3, 1e-4};

struct tally {
    const char *kind;
    double all;
    double above[RATES];   /* of the world's own quantiles */
    double reached[RATES]; /* by the table's thresholds */
};

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

static void quantiles(const struct world *world, const int32_t *scores, int32_t found[RATES])
{
    int32_t *genuine = calloc(world->code_count, sizeof *genuine);
    if (genuine == NULL) {
        exit(2);
    }
    size_t count = 0;
    for (uint32_t i = 0; i < world->code_count; i++) {
        if (strcmp(world->codes[i].kind, "genuine") == 0 && world->codes[i].items > 0) {
            genuine[count++] = scores[i];
        }
    }
    qsort(genuine, count, sizeof *genuine, compare);
    for (int i = 0; i < RATES; i++) {
        found[i] = count == 0 ? 0 : genuine[(size_t)((double)count * rates[i])];
    }
    free(genuine);
}

static void tally(const struct world *world, const int32_t *scores, const int32_t found[RATES],
                  const struct assay_risk_table *table, struct tally *row)
{
    bool noise = strcmp(row->kind, "grief") == 0 || strcmp(row->kind, "viral") == 0;
    bool genuine = strcmp(row->kind, "genuine") == 0;
    bool mass = strcmp(row->kind, "mass") == 0;
    for (uint32_t i = 0; i < world->code_count; i++) {
        const struct world_code *code = &world->codes[i];
        bool wanted = genuine ? code->items == 1 : noise || code->items >= 2;
        if (strcmp(code->kind, row->kind) != 0 || !wanted) {
            continue;
        }
        double weight = mass ? code->items : 1; /* fakes, not codes */
        row->all += weight;
        for (int k = 0; k < RATES; k++) {
            row->above[k] += scores[i] > found[k] ? weight : 0;
            row->reached[k] += scores[i] >= table->thresholds[k] ? weight : 0;
        }
    }
}

static void judge_world(const char *dir, bool calibrated)
{
    static const char *const kinds[] = {"genuine", "slow",   "scattered", "mass",
                                        "single",  "refill", "grief",     "viral"};
    struct world world;
    struct judge judge;
    int32_t found[RATES];
    world_read(&world, dir);
    static struct assay_risk_table own;
    const struct assay_risk_table *table = assay_risk_table_default();
    if (calibrated) {
        judge_calibrate(&world, &own);
        table = &own;
    }
    judge_run(&judge, &world, table);
    int32_t *scores = calloc(world.code_count + 1u, sizeof *scores);
    if (scores == NULL) {
        exit(2);
    }
    for (uint32_t i = 0; i < world.code_count; i++) {
        scores[i] = judge_weigh(&judge, i).score;
    }
    quantiles(&world, scores, found);
    const char *slash = strrchr(dir, '/');
    const char *name = slash == NULL ? dir : slash + 1;
    for (size_t i = 0; i < ASSAY_COUNT_OF(kinds); i++) {
        struct tally row = {.kind = kinds[i]};
        tally(&world, scores, found, table, &row);
        if (row.all >= 20) {
            printf("%-22s %-9s %7.0f   %.3f %.3f %.3f   %.4f %.4f %.5f\n", name, row.kind, row.all,
                   row.above[0] / row.all, row.above[1] / row.all, row.above[2] / row.all,
                   row.reached[0] / row.all, row.reached[1] / row.all, row.reached[2] / row.all);
        }
    }
    free(scores);
    judge_deinit(&judge);
    world_deinit(&world);
}

int main(int argc, char **argv)
{
    printf("%-22s %-9s %7s   %-17s   %s\n", "world", "kind", "codes", "at 1e-2 1e-3 1e-4",
           "by the table's levels");
    bool calibrated = argc > 1 && strcmp(argv[1], "--calibrated") == 0;
    for (int i = 1 + calibrated; i < argc; i++) {
        judge_world(argv[i], calibrated);
    }
    return 0;
}
