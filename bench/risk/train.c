// SPDX-License-Identifier: Apache-2.0
/* assay-risk-train: the built-in table of risk, from worlds with their truth (train.sh). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/risk/judge.h"
#include "core/real.h"

#define WORLDS_MAX 24
#define COLUMNS (ASSAY_RISK_TERMS + 1) /* and the bias */
#define RIDGE 3e-4
#define ROUNDS 30
#define NOISE_WEIGHT 5.0 /* griefed and viral codes are few */

struct example {
    float terms[COLUMNS];
    float weight;
    bool copied;
};

struct examples {
    struct example *rows;
    size_t count, capacity;
};

static void must(bool fine)
{
    if (!fine) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
}

/* -- examples -- */

static void add(struct examples *examples, const struct example *example)
{
    if (examples->count == examples->capacity) {
        examples->capacity = examples->capacity == 0 ? 4096 : 2 * examples->capacity;
        examples->rows = realloc(examples->rows, examples->capacity * sizeof *examples->rows);
        must(examples->rows != NULL);
    }
    examples->rows[examples->count++] = *example;
}

static bool is_noise(const struct world_code *code)
{
    return strcmp(code->kind, "grief") == 0; /* the viral ones have a rule of their own */
}

static bool is_genuine(const struct world_code *code)
{
    return strcmp(code->kind, "genuine") == 0;
}

static void collect(const struct judge *judge, struct examples *examples)
{
    for (uint32_t i = 0; i < judge->world->code_count; i++) {
        const struct world_code *code = &judge->world->codes[i];
        bool copied = code->items >= 2;
        if (judge->states[i].positive == 0 || (!copied && !is_genuine(code) && !is_noise(code))) {
            continue;
        }
        struct assay_risk_around around;
        int32_t terms[ASSAY_RISK_TERMS];
        judge_around(judge, i, &around);
        assay_risk_terms(&judge->states[i], &around, judge->table, terms);
        struct example example = {.copied = copied, .weight = is_noise(code) ? NOISE_WEIGHT : 1};
        for (int k = 0; k < ASSAY_RISK_TERMS; k++) {
            example.terms[k] = (float)terms[k] / 1024;
        }
        example.terms[ASSAY_RISK_TERMS] = 1;
        add(examples, &example);
    }
}

/* -- Newton's method for a logistic regression, terms in units of their deviation -- */

struct newton {
    double mean[COLUMNS], deviation[COLUMNS];
    double weights[COLUMNS];
    double gradient[COLUMNS];
    double curvature[COLUMNS][COLUMNS];
    bool out[COLUMNS]; /* terms that would take the sign they must not have */
};

static const int signs[COLUMNS] = {
#define X(name, sign, reason, meaning) sign,
    ASSAY_RISK_TERM_TABLE(X)
#undef X
};

static void measure(struct newton *newton, const struct examples *examples)
{
    for (int k = 0; k < ASSAY_RISK_TERMS; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < examples->count; i++) {
            sum += (double)examples->rows[i].terms[k];
            squares += (double)examples->rows[i].terms[k] * (double)examples->rows[i].terms[k];
        }
        double count = (double)examples->count;
        newton->mean[k] = sum / count;
        newton->deviation[k] =
            assay_real_sqrt(squares / count - newton->mean[k] * newton->mean[k] + 1e-9);
    }
    newton->mean[ASSAY_RISK_TERMS] = 0;
    newton->deviation[ASSAY_RISK_TERMS] = 1;
}

static void add_example(struct newton *newton, const struct example *example)
{
    double values[COLUMNS];
    double sum = 0;
    for (int k = 0; k < COLUMNS; k++) {
        values[k] = newton->out[k]
                        ? 0
                        : ((double)example->terms[k] - newton->mean[k]) / newton->deviation[k];
        sum += newton->weights[k] * values[k];
    }
    double chance = 1 / (1 + assay_real_exp(-sum));
    double slope = (double)example->weight * (chance - example->copied);
    double bend = (double)example->weight * (chance * (1 - chance) + 1e-9);
    for (int k = 0; k < COLUMNS; k++) {
        newton->gradient[k] += slope * values[k];
        for (int j = 0; j <= k; j++) {
            newton->curvature[k][j] += bend * values[k] * values[j];
        }
    }
}

/* Solve curvature * step = gradient by Cholesky's method; the step comes in place of gradient. */
static void solve(struct newton *newton)
{
    double(*a)[COLUMNS] = newton->curvature;
    double *b = newton->gradient;
    for (int k = 0; k < COLUMNS; k++) {
        for (int j = 0; j <= k; j++) {
            double sum = a[k][j];
            for (int i = 0; i < j; i++) {
                sum -= a[k][i] * a[j][i];
            }
            a[k][j] = k == j ? assay_real_sqrt(sum) : sum / a[j][j];
        }
        for (int i = 0; i < k; i++) {
            b[k] -= a[k][i] * b[i];
        }
        b[k] /= a[k][k];
    }
    for (int k = COLUMNS - 1; k >= 0; k--) {
        for (int i = k + 1; i < COLUMNS; i++) {
            b[k] -= a[i][k] * b[i];
        }
        b[k] /= a[k][k];
    }
}

static void descend(struct newton *newton, const struct examples *examples)
{
    double count = (double)examples->count;
    for (int round = 0; round < ROUNDS; round++) {
        memset(newton->gradient, 0, sizeof newton->gradient);
        memset(newton->curvature, 0, sizeof newton->curvature);
        for (size_t i = 0; i < examples->count; i++) {
            add_example(newton, &examples->rows[i]);
        }
        for (int k = 0; k < ASSAY_RISK_TERMS; k++) {
            newton->gradient[k] += RIDGE * count * newton->weights[k];
            newton->curvature[k][k] += RIDGE * count;
        }
        solve(newton);
        double largest = 0;
        for (int k = 0; k < COLUMNS; k++) {
            newton->weights[k] -= newton->gradient[k];
            double size = newton->gradient[k] < 0 ? -newton->gradient[k] : newton->gradient[k];
            largest = size > largest ? size : largest;
        }
        if (largest < 1e-6) {
            break;
        }
    }
}

/* Fit; leave out the terms of the wrong sign; again until there is none. */
static void fit(struct newton *newton, const struct examples *examples)
{
    measure(newton, examples);
    for (bool done = false; !done;) {
        memset(newton->weights, 0, sizeof newton->weights);
        descend(newton, examples);
        done = true;
        for (int k = 0; k < COLUMNS; k++) {
            bool wrong = newton->weights[k] * signs[k] < 0 && !newton->out[k];
            newton->out[k] = newton->out[k] || wrong;
            done = done && !wrong;
        }
    }
}

static void keep_weights(const struct newton *newton, struct assay_risk_table *table)
{
    double bias = newton->weights[ASSAY_RISK_TERMS];
    for (int k = 0; k < ASSAY_RISK_TERMS; k++) {
        double weight = newton->weights[k] / newton->deviation[k];
        bias -= weight * newton->mean[k];
        table->weights[k] = (int32_t)assay_real_round(weight * 1024);
    }
    table->weights[ASSAY_RISK_WEIGHT_BIAS] = (int32_t)assay_real_round(bias * 1024);
}

/* -- the rest of the table -- */

/* Mass that an item whose code was not copied brings with it. */
static int32_t usual_mass(const struct judge *judges, int count)
{
    double mass = 0, items = 0;
    for (int w = 0; w < count; w++) {
        for (uint32_t i = 0; i < judges[w].world->code_count; i++) {
            if (is_genuine(&judges[w].world->codes[i]) && judges[w].states[i].scans > 0) {
                uint32_t sum = judges[w].states[i].mass_sum;
                mass += sum < UINT16_MAX ? sum : UINT16_MAX;
                items++;
            }
        }
    }
    return (int32_t)assay_real_round(mass / items);
}

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

static void set_thresholds(const struct judge *judges, int count, struct assay_risk_table *table)
{
    static const double shares[ASSAY_RISK_THRESHOLDS] = {1e-2, 1e-3, 1e-4};
    size_t total = 0;
    for (int w = 0; w < count; w++) {
        total += judges[w].world->code_count;
    }
    int32_t *scores = calloc(total, sizeof *scores);
    must(scores != NULL);
    size_t genuine = 0;
    for (int w = 0; w < count; w++) {
        for (uint32_t i = 0; i < judges[w].world->code_count; i++) {
            if (is_genuine(&judges[w].world->codes[i]) && judges[w].states[i].scans > 0) {
                scores[genuine++] = judge_weigh(&judges[w], i).score;
            }
        }
    }
    qsort(scores, genuine, sizeof *scores, compare);
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        table->thresholds[i] = scores[(size_t)((double)genuine * shares[i])] + 1;
    }
    free(scores);
}

static void print_numbers(const char *name, const int32_t *values, int count)
{
    printf(".%s = {", name);
    for (int i = 0; i < count; i++) {
        printf("%s%d", i == 0 ? "" : i % 12 == 0 ? ",\n    " : ", ", values[i]);
    }
    printf("},\n");
}

static void print_table(const struct assay_risk_table *table)
{
    printf("// SPDX-License-Identifier: Apache-2.0\n");
    printf("/* The built-in table of risk. Made by bench/risk/train.sh; not to be edited. */\n");
    printf(".version = %u, .is_default = true,\n", table->version);
    print_numbers("thresholds", table->thresholds, ASSAY_RISK_THRESHOLDS);
    print_numbers("weights", table->weights, ASSAY_RISK_WEIGHTS_USED);
    int32_t *llr = calloc(ASSAY_RISK_KINDS, sizeof *llr);
    must(llr != NULL);
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        llr[i] = table->llr[i];
    }
    print_numbers("llr", llr, ASSAY_RISK_KINDS);
    free(llr);
}

static void tell(const struct assay_risk_table *table)
{
    static const char *const names[] = {
#define X(name, sign, reason, meaning) #name,
        ASSAY_RISK_TERM_TABLE(X)
#undef X
    };
    for (int i = 0; i < ASSAY_RISK_TERMS; i++) {
        fprintf(stderr, "%12s %6d\n", names[i], table->weights[i]);
    }
    fprintf(stderr, "        bias %6d\n       usual %6d\n", table->weights[ASSAY_RISK_WEIGHT_BIAS],
            table->weights[ASSAY_RISK_WEIGHT_USUAL]);
}

int main(int argc, char **argv)
{
    static struct world worlds[WORLDS_MAX];
    static struct judge judges[WORLDS_MAX];
    static struct assay_risk_table table;
    static struct assay_risk_counts same, other;
    int count = argc - 1;
    if (count < 1 || count > WORLDS_MAX) {
        fprintf(stderr, "usage: assay-risk-train WORLD...\n");
        return 2;
    }
    table = *assay_risk_table_default();
    table.version = 2;
    table.weights[ASSAY_RISK_WEIGHT_USUAL] = 600;
    for (int i = 0; i < count; i++) {
        world_read(&worlds[i], argv[i + 1]);
        judge_count(&worlds[i], &same, &other);
    }
    assay_risk_learn(&same, &other, table.llr);
    for (int i = 0; i < count; i++) {
        judge_run(&judges[i], &worlds[i], &table);
    }
    table.weights[ASSAY_RISK_WEIGHT_USUAL] = usual_mass(judges, count);
    struct examples examples = {0};
    for (int i = 0; i < count; i++) {
        collect(&judges[i], &examples);
    }
    static struct newton newton;
    fit(&newton, &examples);
    keep_weights(&newton, &table);
    set_thresholds(judges, count, &table);
    tell(&table);
    print_table(&table);
    return 0;
}
