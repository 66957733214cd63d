// SPDX-License-Identifier: Apache-2.0
/* assay-risk-judge: recall and false alarms of the score in worlds with their truth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/risk/judge.h"

#define RATES 3
#define LEAST 5 /* fewer codes say nothing */
static const double rates[RATES] = {1e-2, 1e-3, 1e-4};

struct tally {
    const char *kind;
    double all;
    /* By the built-in table, and by the calibrated one. */
    double above[2][RATES];  /* of the world's own quantiles */
    double levels[2][RATES]; /* of the table's thresholds */
};

/* A world's codes by one table. */
struct judged {
    struct assay_risk_table table;
    int32_t *scores;
    int32_t found[RATES]; /* scores that so many genuine codes exceed */
};

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

static void quantiles(const struct world *world, struct judged *judged)
{
    int32_t *genuine = calloc(world->code_count, sizeof *genuine);
    if (genuine == NULL) {
        exit(2);
    }
    size_t count = 0;
    for (uint32_t i = 0; i < world->code_count; i++) {
        if (strcmp(world->codes[i].kind, "genuine") == 0 && world->codes[i].items > 0) {
            genuine[count++] = judged->scores[i];
        }
    }
    qsort(genuine, count, sizeof *genuine, compare);
    for (int i = 0; i < RATES; i++) {
        judged->found[i] = count == 0 ? 0 : genuine[(size_t)((double)count * rates[i])];
    }
    free(genuine);
}

static void count_code(const struct judged *judged, uint32_t code, double weight, double *above,
                       double *levels)
{
    for (int k = 0; k < RATES; k++) {
        above[k] += judged->scores[code] > judged->found[k] ? weight : 0;
        levels[k] += judged->scores[code] >= judged->table.thresholds[k] ? weight : 0;
    }
}

static void tally(const struct world *world, const struct judged judged[2], struct tally *row)
{
    bool noise = strcmp(row->kind, "grief") == 0 || strcmp(row->kind, "viral") == 0 ||
                 strcmp(row->kind, "demo") == 0;
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
        for (int t = 0; t < 2; t++) {
            count_code(&judged[t], i, weight, row->above[t], row->levels[t]);
        }
    }
}

static void judge_by(const struct world *world, struct judged *judged)
{
    struct judge judge;
    judge_run(&judge, world, &judged->table);
    judged->scores = calloc(world->code_count + 1u, sizeof *judged->scores);
    if (judged->scores == NULL) {
        exit(2);
    }
    for (uint32_t i = 0; i < world->code_count; i++) {
        judged->scores[i] = judge_weigh(&judge, i).score;
    }
    judge_deinit(&judge);
}

static void print_row(const char *name, const struct tally *row)
{
    printf("%-22s %-9s %7.0f", name, row->kind, row->all);
    for (int t = 0; t < 2; t++) {
        printf("  %.3f %.3f %.3f", row->above[t][0] / row->all, row->above[t][1] / row->all,
               row->above[t][2] / row->all);
        printf("  %.4f %.4f %.5f", row->levels[t][0] / row->all, row->levels[t][1] / row->all,
               row->levels[t][2] / row->all);
    }
    printf("\n");
}

static void judge_world(const char *dir)
{
    static const char *const kinds[] = {"genuine", "slow",  "scattered", "mass", "single",
                                        "refill",  "grief", "viral",     "demo"};
    static struct judged judged[2];
    struct world world;
    world_read(&world, dir);
    judged[0].table = *assay_risk_table_default();
    judge_by(&world, &judged[0]);
    judge_calibrate(&world, &judged[1].table);
    judge_by(&world, &judged[1]);
    quantiles(&world, &judged[0]);
    quantiles(&world, &judged[1]);
    const char *slash = strrchr(dir, '/');
    for (size_t i = 0; i < ASSAY_COUNT_OF(kinds); i++) {
        struct tally row = {.kind = kinds[i]};
        tally(&world, judged, &row);
        if (row.all >= LEAST) {
            print_row(slash == NULL ? dir : slash + 1, &row);
        }
    }
    free(judged[0].scores);
    free(judged[1].scores);
    world_deinit(&world);
}

int main(int argc, char **argv)
{
    printf("%-22s %-9s %7s  %-17s  %-21s  %-17s  %s\n", "world", "kind", "codes",
           "at 1e-2 1e-3 1e-4", "levels built in", "at, calibrated", "levels calibrated");
    for (int i = 1; i < argc; i++) {
        judge_world(argv[i]);
    }
    return 0;
}
