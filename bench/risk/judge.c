// SPDX-License-Identifier: Apache-2.0
#include "bench/risk/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct assay_risk_where where_of(const struct world *world, uint32_t code,
                                        const char country[2])
{
    uint16_t batch = world->codes[code].batch;
    struct assay_risk_where where = {.batch = batch, .product = world->products[batch]};
    memcpy(where.country, country, 2);
    return where;
}

static void must(bool fine)
{
    if (!fine) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
}

static void take(struct judge *judge, const struct world_scan *scan, uint64_t position)
{
    struct assay_risk_state *state = &judge->states[scan->code];
    struct assay_risk_where where = where_of(judge->world, scan->code, scan->risk.country);
    struct assay_risk_around around;
    assay_risk_cells_around(judge->cells, &where, state, &around);
    struct assay_risk_place *own = &around.places[ASSAY_RISK_ANCHORS];
    own->tile = assay_risk_tile_of(&scan->risk.position, scan->risk.net);
    assay_risk_cells_at(judge->cells, &where, own);
    struct assay_scan_record record = {
        .at_unix_ms = scan->risk.at_unix_ms,
        .flags = ASSAY_SCAN_ON_SALE | (state->scans == 0 ? ASSAY_SCAN_FIRST : 0),
        .position = scan->risk.position,
        .net = scan->risk.net,
    };
    assay_risk_update(state, &scan->risk, &around, judge->table, &record.risk);
    must(assay_risk_cells_take(judge->cells, &where, &record, position) == ASSAY_OK);
}

void judge_run(struct judge *judge, const struct world *world, const struct assay_risk_table *table)
{
    *judge = (struct judge){.world = world, .table = table};
    judge->states = calloc(world->code_count, sizeof *judge->states);
    must(judge->states != NULL && assay_risk_cells_create(&judge->cells) == ASSAY_OK);
    for (uint32_t i = 0; i < world->scan_count; i++) {
        take(judge, &world->scans[i], i + 1);
    }
}

void judge_around(const struct judge *judge, uint32_t code, struct assay_risk_around *around)
{
    char country[2];
    assay_risk_state_country(&judge->states[code], country);
    struct assay_risk_where where = where_of(judge->world, code, country);
    assay_risk_cells_around(judge->cells, &where, &judge->states[code], around);
}

struct assay_risk judge_weigh(const struct judge *judge, uint32_t code)
{
    struct assay_risk_around around;
    struct assay_risk risk;
    judge_around(judge, code, &around);
    assay_risk_weigh(&judge->states[code], &around, judge->table, false, &risk);
    return risk;
}

void judge_count(const struct world *world, struct assay_risk_counts *same,
                 struct assay_risk_counts *other)
{
    const struct assay_risk_table *table = assay_risk_table_default();
    const struct assay_risk_around around = {0};
    struct assay_risk_state *states = calloc(world->code_count, sizeof *states);
    uint64_t *seen = calloc(world->code_count, sizeof *seen);
    must(states != NULL && seen != NULL);
    for (uint32_t i = 0; i < world->scan_count; i++) {
        const struct world_scan *scan = &world->scans[i];
        struct assay_risk_kind kind;
        bool first = !assay_risk_kind_of(&states[scan->code], &scan->risk, &kind);
        uint64_t bit = 1ull << (scan->physical < 63 ? scan->physical : 63);
        bool again = (seen[scan->code] & bit) != 0;
        if (scan->physical != WORLD_NOBODY) {
            seen[scan->code] |= bit;
            if (!first && !again) {
                assay_risk_counts_add(other, &kind);
            } else if (!first && strcmp(world->codes[scan->code].kind, "genuine") == 0) {
                assay_risk_counts_add(same, &kind);
            }
        }
        struct assay_risk unused;
        assay_risk_update(&states[scan->code], &scan->risk, &around, table, &unused);
    }
    free(states);
    free(seen);
}

static void learn_ratios(const struct world *world, struct assay_risk_table *table)
{
    const struct assay_risk_around around = {0};
    struct assay_calibrate_counts counts;
    struct assay_risk_state *states = calloc(world->code_count, sizeof *states);
    must(states != NULL);
    must(assay_calibrate_counts_init(&counts, world->batch_count) == ASSAY_OK);
    for (uint32_t i = 0; i < world->scan_count; i++) {
        const struct world_scan *scan = &world->scans[i];
        const struct world_code *code = &world->codes[scan->code];
        struct assay_risk unused;
        assay_calibrate_count(&counts, &states[scan->code], &scan->risk, code->batch,
                              code->reference ? ASSAY_CALIBRATE_REFERENCE
                                              : ASSAY_CALIBRATE_UNKNOWN);
        assay_risk_update(&states[scan->code], &scan->risk, &around, table, &unused);
    }
    assay_calibrate_ratios(&counts, table);
    assay_calibrate_counts_deinit(&counts);
    free(states);
}

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

static void learn_levels(const struct judge *judge, struct assay_risk_table *table)
{
    int32_t *scores = calloc(judge->world->code_count + 1u, sizeof *scores);
    uint32_t count = 0;
    uint64_t mass = 0;
    must(scores != NULL);
    for (int pass = 0; pass < 2; pass++) {
        count = 0;
        for (uint32_t i = 0; i < judge->world->code_count; i++) {
            if (judge->world->codes[i].reference && judge->states[i].scans > 0) {
                uint32_t own = judge->states[i].mass_sum;
                mass += pass == 0 ? own < UINT16_MAX ? own : UINT16_MAX : 0;
                scores[count++] = judge_weigh(judge, i).score;
            }
        }
        if (pass == 0) { /* the scores are then by this table */
            assay_calibrate_usual(mass, count, table);
        }
    }
    qsort(scores, count, sizeof *scores, compare);
    assay_calibrate_levels(scores, count, table);
    free(scores);
}

void judge_calibrate(const struct world *world, struct assay_risk_table *table)
{
    struct judge judge;
    *table = *assay_risk_table_default();
    learn_ratios(world, table);
    table->thresholds[1] = table->thresholds[2] = INT32_MAX;
    judge_run(&judge, world, table);
    learn_levels(&judge, table);
    judge_deinit(&judge);
}

void judge_deinit(struct judge *judge)
{
    free(judge->states);
    assay_risk_cells_destroy(judge->cells);
}
