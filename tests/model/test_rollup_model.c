// SPDX-License-Identifier: Apache-2.0
/* Random scans over many weeks and places, with checkpoints anywhere and a reopening now and then:
 * the roll-ups that the checkpointer kept are those of one pass over the whole ledger, and that pass
 * counts what a plain list of the records counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ledger.h"
#include "core/state_rollup.h"
#include "tests/support/world.h"

#define STEPS 4000
#define ITEMS 60
#define WEEKS 9
#define DAY_MS 86400000ll

/* What a plain walk over the records counts, without cuts. */
struct plain {
    uint64_t scans, first, leaks, mass, verdicts, suspects;
};

struct pass {
    struct assay_catalog *catalog;
    struct assay_rollup rollup;
    struct plain plain;
};

static void count_plain(struct plain *plain, const struct assay_record *record)
{
    if (record->type == ASSAY_RECORD_SUMMARY) {
        for (uint32_t i = 0; i < record->summary.rows; i++) {
            plain->verdicts += record->summary.row[i].count;
        }
    }
    if (record->type != ASSAY_RECORD_SCAN) {
        return;
    }
    const struct assay_scan_record *scan = &record->scan;
    bool counts = scan->left_out == ASSAY_COUNTED;
    bool on_sale = (scan->flags & ASSAY_SCAN_ON_SALE) != 0;
    plain->verdicts++;
    plain->scans += counts && on_sale;
    plain->leaks += counts && !on_sale;
    plain->first += counts && on_sale && (scan->flags & ASSAY_SCAN_FIRST) != 0;
    plain->mass += counts && on_sale ? scan->risk.mass : 0;
    plain->suspects += scan->risk.level != ASSAY_RISK_LOW;
}

/* One pass over the ledger, with a catalog of its own. */
static void full_pass(const struct world *world, struct pass *pass)
{
    char path[80];
    struct assay_reason reason;
    struct assay_ledger_reader *reader = NULL;
    snprintf(path, sizeof path, "%s/ledger", world->dir);
    *pass = (struct pass){0};
    assert_int_equal(assay_catalog_create(&pass->catalog), ASSAY_OK);
    assay_rollup_init(&pass->rollup, pass->catalog, 0);
    assert_int_equal(assay_ledger_reader_open(path, 0, UINT64_MAX, &reader, &reason), ASSAY_OK);
    for (;;) {
        struct assay_span span;
        struct assay_record record;
        uint64_t position = 0;
        assert_int_equal(assay_ledger_reader_next(reader, &span, &position, &reason), ASSAY_OK);
        if (span.len_bytes == 0) {
            break;
        }
        assert_int_equal(assay_record_decode(span.data, span.len_bytes, &record), ASSAY_OK);
        bool of_catalog = record.type == ASSAY_RECORD_BRAND || record.type == ASSAY_RECORD_PLACE ||
                          record.type == ASSAY_RECORD_PRODUCT || record.type == ASSAY_RECORD_BATCH;
        if (of_catalog) {
            assert_int_equal(assay_catalog_apply(pass->catalog, &record, position), ASSAY_OK);
        }
        assert_int_equal(assay_rollup_add(&pass->rollup, &record), ASSAY_OK);
        count_plain(&pass->plain, &record);
    }
    assay_ledger_reader_close(reader);
    assay_rollup_sort(&pass->rollup);
}

static void pass_deinit(struct pass *pass)
{
    assay_rollup_deinit(&pass->rollup);
    assay_catalog_destroy(pass->catalog);
}

struct comparison {
    const struct assay_rollup *rollup;
    size_t at;
    struct plain sum; /* of the rows by day */
};

static enum assay_error same_row(void *context, const struct assay_rollup_row *row)
{
    struct comparison *comparison = context;
    assert_true(comparison->at < comparison->rollup->count);
    const struct assay_rollup_row *expected = &comparison->rollup->rows[comparison->at++];
    assert_int_equal(row->key.kind, expected->key.kind);
    assert_int_equal(row->key.day, expected->key.day);
    assert_int_equal(row->key.handle, expected->key.handle);
    assert_string_equal(row->key.country, expected->key.country);
    assert_string_equal(row->key.region, expected->key.region);
    assert_memory_equal(row->count, expected->count, sizeof row->count);
    if (row->key.kind == ASSAY_ROLLUP_DAY) {
        comparison->sum.scans += row->count[ASSAY_ROLLUP_SCANS];
        comparison->sum.first += row->count[ASSAY_ROLLUP_FIRST];
        comparison->sum.leaks += row->count[ASSAY_ROLLUP_BEFORE_SALE];
        comparison->sum.mass += row->count[ASSAY_ROLLUP_MASS];
        for (size_t i = 0; i < ASSAY_VERDICT_COUNT; i++) {
            comparison->sum.verdicts += row->count[ASSAY_ROLLUP_VERDICTS + i];
        }
    }
    return ASSAY_OK;
}

struct ranks {
    uint64_t count;
    struct assay_rollup_suspect last;
    const struct assay_rollup *rollup;
};

/* Each suspect once, most suspicious first, as the ledger's last record of it says. */
static enum assay_error next_rank(void *context, const struct assay_rollup_suspect *suspect)
{
    struct ranks *ranks = context;
    const struct assay_rollup_suspect *newest = NULL;
    for (size_t i = 0; i < ranks->rollup->suspect_count; i++) {
        if (ranks->rollup->suspects[i].item == suspect->item) {
            newest = &ranks->rollup->suspects[i];
        }
    }
    assert_non_null(newest);
    assert_int_equal(newest->score, suspect->score);
    assert_int_equal(newest->level, suspect->level);
    assert_int_equal(newest->at_unix_ms, suspect->at_unix_ms);
    if (ranks->count++ > 0) {
        bool falls = suspect->level < ranks->last.level ||
                     (suspect->level == ranks->last.level && suspect->score <= ranks->last.score);
        assert_true(falls);
    }
    ranks->last = *suspect;
    return ASSAY_OK;
}

static void compare(const struct world *world)
{
    struct pass pass;
    struct assay_reason reason;
    struct assay_state *state = NULL;
    struct assay_state_reader *reader = NULL;
    char path[80];
    full_pass(world, &pass);
    snprintf(path, sizeof path, "%s/state", world->dir);
    assert_int_equal(assay_state_open(path, true, &state, &reason), ASSAY_OK);
    assert_int_equal(assay_state_reader_open(state, &reader), ASSAY_OK);
    assert_int_equal(assay_state_begin(reader), ASSAY_OK);
    struct comparison comparison = {.rollup = &pass.rollup};
    struct assay_rollup_walk walk = {ASSAY_ROLLUP_DAY, INT32_MIN, INT32_MAX, same_row, &comparison};
    assert_int_equal(assay_state_each_rollup(reader, &walk), ASSAY_OK);
    walk.kind = ASSAY_ROLLUP_WEEK;
    assert_int_equal(assay_state_each_rollup(reader, &walk), ASSAY_OK);
    assert_int_equal(comparison.at, pass.rollup.count);
    assert_int_equal(comparison.sum.scans, pass.plain.scans);
    assert_int_equal(comparison.sum.first, pass.plain.first);
    assert_int_equal(comparison.sum.leaks, pass.plain.leaks);
    assert_int_equal(comparison.sum.mass, pass.plain.mass);
    assert_int_equal(comparison.sum.verdicts, pass.plain.verdicts);
    struct ranks ranks = {.rollup = &pass.rollup};
    assert_int_equal(assay_state_each_suspect(reader, NULL, next_rank, &ranks), ASSAY_OK);
    assert_true(ranks.count <= pass.plain.suspects);
    assert_true(pass.plain.suspects == 0 || ranks.count > 0);
    assay_state_end(reader);
    assay_state_reader_close(reader);
    assay_state_close(state);
    pass_deinit(&pass);
}

static void scan_somewhere(struct world *world, const struct assay_batch_facts *batch,
                           uint64_t *seed, int64_t at_unix_ms)
{
    static const struct assay_place places[] = {
        {"CN", "CN-GD", "Shenzhen"},
        {"CN", "CN-BJ", "Beijing"},
        {"CN", "", ""},
        {"VN", "VN-SG", "Saigon"},
        {"", "", ""},
    };
    struct assay_scan_request request =
        world_request(batch, (uint32_t)(world_random(seed) % ITEMS), world_random(seed) % 9,
                      at_unix_ms + (int64_t)(world_random(seed) % 3600000));
    struct assay_scan_answer answer;
    request.place = places[world_random(seed) % ASSAY_COUNT_OF(places)];
    request.position.lat_decidegrees = (int16_t)(world_random(seed) % 400);
    request.position.lon_decidegrees = (int16_t)(world_random(seed) % 1200);
    request.position.accuracy_km = 5;
    assert_int_equal(world_scan(world, &request, &answer), ASSAY_OK);
}

static void checkpoints_keep_what_a_full_pass_makes(void **state)
{
    (void)state;
    struct world world;
    uint64_t seed = 20260101;
    world_create(&world, 256, false);
    const struct assay_batch_facts *batches[] = {world_batch(&world, 7, ITEMS, 0),
                                                 world_batch(&world, 9, ITEMS, 0)};
    assert_int_equal(world_move(&world, 7, ASSAY_MOVE_ACTIVATE, 0, ITEMS - 1), ASSAY_OK);
    assert_int_equal(world_move(&world, 9, ASSAY_MOVE_ACTIVATE, 0, ITEMS / 2), ASSAY_OK);
    for (int step = 0; step < STEPS; step++) {
        int64_t at = WORLD_EPOCH_MS + step * (WEEKS * 7 * DAY_MS / STEPS);
        scan_somewhere(&world, batches[world_random(&seed) % 2], &seed, at);
        if (world_random(&seed) % 5 == 0) {
            const struct assay_place from = {"RU", "RU-MOW", "Moscow"};
            assay_store_count_forged(world.store, &from, world_random(&seed) % 4, at);
        }
        if (world_random(&seed) % 97 == 0) {
            assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
        }
        if (world_random(&seed) % 701 == 0) {
            world_close(&world);
            world_open(&world);
            batches[0] = assay_store_batch_facts(world.store, 7);
            batches[1] = assay_store_batch_facts(world.store, 9);
        }
    }
    world_close(&world); /* makes the last checkpoint */
    compare(&world);
    struct assay_reason reason;
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    compare(&world);
    world_open(&world);
    world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_keep_what_a_full_pass_makes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
