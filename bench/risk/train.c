// SPDX-License-Identifier: Apache-2.0
/* assay-risk-train: the built-in table of risk, from worlds with their truth (train.sh). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/risk/judge.h"
#include "core/calibrate_learn.h"
#include "core/real.h"

#define WORLDS_MAX 24
#define COLUMNS (ASSAY_RISK_TERMS + 1) /* and the bias */
#define RIDGE 3e-4
#define ROUNDS 30
#define COUNTS_TOTAL 20000
#define MASS_WEIGHT_MAX 30
#define NOISE_WEIGHT 5 /* griefed and viral codes are few */

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

/* A code on many fakes counts for them. */
static float weight_of(const struct world_code *code)
{
    float items = code->items < MASS_WEIGHT_MAX ? code->items : MASS_WEIGHT_MAX;
    return is_noise(code) ? NOISE_WEIGHT : code->items > 5 ? items : 1;
}

static void collect(const struct judge *judge, struct examples *examples)
{
    for (uint32_t i = 0; i < judge->world->code_count; i++) {
        const struct world_code *code = &judge->world->codes[i];
        bool copied = code->items >= 2;
        if (!assay_risk_state_says(&judge->states[i]) ||
            (!copied && !is_genuine(code) && !is_noise(code))) {
            continue;
        }
        struct assay_risk_around around;
        int32_t terms[ASSAY_RISK_TERMS];
        judge_around(judge, i, &around);
        assay_risk_terms(&judge->states[i], &around, judge->table, terms);
        struct example example = {.copied = copied, .weight = weight_of(code)};
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

struct scores {
    int32_t *values; /* of genuine items, largest first */
    size_t count;
};

static struct scores genuine_scores(const struct judge *judges, int count)
{
    struct scores scores = {0};
    size_t total = 0;
    for (int w = 0; w < count; w++) {
        total += judges[w].world->code_count;
    }
    scores.values = calloc(total + 1, sizeof *scores.values);
    must(scores.values != NULL);
    for (int w = 0; w < count; w++) {
        for (uint32_t i = 0; i < judges[w].world->code_count; i++) {
            if (is_genuine(&judges[w].world->codes[i]) && judges[w].states[i].scans > 0) {
                scores.values[scores.count++] = judge_weigh(&judges[w], i).score;
            }
        }
    }
    qsort(scores.values, scores.count, sizeof *scores.values, compare);
    return scores;
}

/* To where they hold in this world too: of a market that nothing is known of yet, the worst is
 * assumed. */
static void raise_thresholds(const struct scores *scores, int32_t thresholds[ASSAY_RISK_THRESHOLDS])
{
    static const double shares[ASSAY_RISK_THRESHOLDS] = {1e-2, 1e-3, 1e-4};
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        int32_t score = scores->values[(size_t)((double)scores->count * shares[i])] + 1;
        thresholds[i] = score > thresholds[i] ? score : thresholds[i];
    }
}

static void set_tail(const struct scores *scores, int32_t tail[ASSAY_CALIBRATE_TAIL])
{
    for (int i = 0; i < ASSAY_CALIBRATE_TAIL; i++) {
        double share = assay_real_exp(-assay_real_log(10) * (1 + i / 4.0));
        tail[i] = scores->values[(size_t)((double)scores->count * share)];
    }
}

static FILE *open_out(const char *dir, const char *name, const char *what)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fprintf(stderr, "%s: cannot be written\n", path);
        exit(2);
    }
    fprintf(out, "// SPDX-License-Identifier: Apache-2.0\n");
    fprintf(out, "/* %s Made by bench/risk/train.sh; not to be edited. */\n", what);
    return out;
}

static void print_list(FILE *out, const int32_t *values, int count)
{
    for (int i = 0; i < count; i++) {
        fprintf(out, "%s%d", i == 0 ? "" : i % 12 == 0 ? ",\n    " : ", ", values[i]);
    }
}

static void print_numbers(FILE *out, const char *name, const int32_t *values, int count)
{
    fprintf(out, ".%s = {", name);
    print_list(out, values, count);
    fprintf(out, "},\n");
}

static void print_table(const char *dir, const struct assay_risk_table *table)
{
    FILE *out = open_out(dir, "risk_default.inc", "The built-in table of risk.");
    fprintf(out, ".version = %u, .is_default = true,\n", table->version);
    print_numbers(out, "thresholds", table->thresholds, ASSAY_RISK_THRESHOLDS);
    print_numbers(out, "weights", table->weights, ASSAY_RISK_WEIGHTS_USED);
    int32_t *llr = calloc(ASSAY_RISK_KINDS, sizeof *llr);
    must(llr != NULL);
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        llr[i] = table->llr[i];
    }
    print_numbers(out, "llr", llr, ASSAY_RISK_KINDS);
    free(llr);
    fclose(out);
}

/* Brought to COUNTS_TOTAL scans each. */
static void print_counts(const char *dir, const struct assay_risk_counts *same,
                         const struct assay_risk_counts *other)
{
    FILE *out = open_out(dir, "calibrate_counts.inc", "Counts that the built-in table is from.");
    const struct assay_risk_counts *both[] = {same, other};
    for (int i = 0; i < 2; i++) {
        struct assay_risk_counts scaled = {0};
        int32_t values[sizeof scaled / sizeof(int32_t)];
        assay_risk_counts_join(&scaled, both[i], COUNTS_TOTAL,
                               (uint32_t)assay_risk_counts_total(both[i]));
        memcpy(values, &scaled, sizeof values);
        fprintf(out, "{");
        print_list(out, values, (int)ASSAY_COUNT_OF(values));
        fprintf(out, "},\n");
    }
    fclose(out);
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
    static struct newton newton;
    int count = argc - 2;
    if (count < 1 || count > WORLDS_MAX) {
        fprintf(stderr, "usage: assay-risk-train OUT WORLD...\n");
        return 2;
    }
    table = *assay_risk_table_default();
    memset(table.weights, 0, sizeof table.weights);
    table.version = 2;
    table.weights[ASSAY_RISK_WEIGHT_USUAL] = 1;
    for (int i = 0; i < count; i++) {
        world_read(&worlds[i], argv[i + 2]);
        judge_count(&worlds[i], &same, &other);
    }
    assay_risk_learn(&same, &other, table.llr);
    struct examples examples = {0};
    for (int i = 0; i < count; i++) {
        judge_run(&judges[i], &worlds[i], &table);
    }
    table.weights[ASSAY_RISK_WEIGHT_USUAL] = usual_mass(judges, count);
    for (int i = 0; i < count; i++) {
        collect(&judges[i], &examples);
    }
    fit(&newton, &examples);
    keep_weights(&newton, &table);
    int32_t tail[ASSAY_CALIBRATE_TAIL];
    int32_t thresholds[ASSAY_RISK_THRESHOLDS] = {INT32_MIN, INT32_MIN, INT32_MIN};
    table.thresholds[1] = table.thresholds[2] = INT32_MAX; /* so that no rule bends the scores */
    for (int i = 0; i < count; i++) {
        struct scores own = genuine_scores(&judges[i], 1);
        raise_thresholds(&own, thresholds);
        free(own.values);
    }
    struct scores scores = genuine_scores(judges, count);
    memcpy(table.thresholds, thresholds, sizeof thresholds);
    set_tail(&scores, tail);
    tell(&table);
    print_table(argv[1], &table);
    print_counts(argv[1], &same, &other);
    FILE *out = open_out(argv[1], "calibrate_tail.inc", "Scores of the built-in table's tail.");
    print_list(out, tail, ASSAY_CALIBRATE_TAIL);
    fprintf(out, "\n");
    fclose(out);
    return 0;
}
