// SPDX-License-Identifier: Apache-2.0
/* Random scans over many weeks and places, with checkpoints anywhere and a reopening now and then:
 * the roll-ups that the checkpointer kept are those of one pass over the whole ledger, and that pass
 * counts what a plain list of the records counts. Any view, filtered and cut in any way, adds up what all
 * rows by day or week of that pass do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ledger.h"
#include "core/office_audit.h"
#include "tests/support/world.h"

#define STEPS 4000
#define ITEMS 60
#define WEEKS 9
#define QUERIES 3000
#define BATCHES 4
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

static void walk_all(struct assay_state_reader *reader, enum assay_rollup_kind kind,
                     struct comparison *comparison)
{
    const struct assay_rollup_walk walk = {.kind = kind,
                                           .from_day = INT32_MIN,
                                           .to_day = INT32_MAX,
                                           .visit = same_row,
                                           .context = comparison};
    assert_int_equal(assay_state_each_rollup(reader, &walk), ASSAY_OK);
}

/* Sums that many checkpoints added up are those of all rows at once. */
static void compare_coarse(struct assay_state_reader *reader, const struct pass *pass)
{
    struct assay_rollup coarse;
    assay_rollup_init(&coarse, NULL, 0);
    assert_int_equal(assay_rollup_coarsen(&pass->rollup, &coarse), ASSAY_OK);
    struct comparison comparison = {.rollup = &coarse};
    for (size_t i = 0; i < 5; i++) { /* in the order of the keys */
        walk_all(reader, (enum assay_rollup_kind) "bcdrw"[i], &comparison);
    }
    assert_int_equal(comparison.at, coarse.count);
    assay_rollup_deinit(&coarse);
}

/* -- what views add up, against all rows of a full pass -- */

static bool plainly_kept(const struct assay_audit_view *view, const struct assay_rollup_key *key)
{
    const struct assay_audit_filter *filter = &view->filter;
    return (filter->from_day == ASSAY_DAY_NONE || key->day >= filter->from_day) &&
           (filter->to_day == ASSAY_DAY_NONE || key->day <= filter->to_day) &&
           assay_audit_view_keeps_batch(view, key->handle) &&
           assay_audit_view_keeps_place(filter, key->country, key->region);
}

static void sum_plainly(const struct assay_audit_view *view, unsigned by,
                        const struct assay_rollup *all, struct assay_rollup *groups)
{
    bool regions = (by & ASSAY_AUDIT_BY_REGION) != 0 || view->filter.region[0] != '\0';
    enum assay_rollup_kind kind = regions ? ASSAY_ROLLUP_WEEK : ASSAY_ROLLUP_DAY;
    assay_rollup_init(groups, NULL, 0);
    for (size_t i = 0; i < all->count; i++) {
        struct assay_rollup_key key = all->rows[i].key;
        if (key.kind != kind || !plainly_kept(view, &key)) {
            continue;
        }
        key.kind = ASSAY_ROLLUP_DAY;
        key.day = (by & ASSAY_AUDIT_BY_WEEK) != 0  ? assay_rollup_monday(key.day)
                  : (by & ASSAY_AUDIT_BY_DAY) != 0 ? key.day
                                                   : 0;
        key.handle = (by & ASSAY_AUDIT_BY_BATCH) != 0 ? key.handle : 0;
        if ((by & (ASSAY_AUDIT_BY_COUNTRY | ASSAY_AUDIT_BY_REGION)) == 0) {
            memset(key.country, 0, sizeof key.country);
        }
        if ((by & ASSAY_AUDIT_BY_REGION) == 0) {
            memset(key.region, 0, sizeof key.region);
        }
        assert_int_equal(assay_rollup_merge(groups, &key, all->rows[i].count), ASSAY_OK);
    }
    assay_rollup_sort(groups);
}

/* Nothing, one, or all that there is of everything. */
static struct assay_audit_filter random_filter(uint64_t *seed)
{
    static const char *const skus[] = {"", "", "P", "Q", "R"};
    static const char *const countries[] = {"", "", "CN", "VN", "RU", "--", "DE"};
    static const char *const regions[] = {"", "", "", "CN-GD", "VN-SG", "DE-BE"};
    static const uint32_t handles[] = {0, 0, 0, 7, 9, 11, 12};
    struct assay_audit_filter filter = {.from_day = ASSAY_DAY_NONE, .to_day = ASSAY_DAY_NONE};
    int32_t day = (int32_t)(WORLD_EPOCH_MS / DAY_MS);
    filter.handle = handles[world_random(seed) % ASSAY_COUNT_OF(handles)];
    snprintf(filter.sku, sizeof filter.sku, "%s", skus[world_random(seed) % ASSAY_COUNT_OF(skus)]);
    snprintf(filter.country, sizeof filter.country, "%s",
             countries[world_random(seed) % ASSAY_COUNT_OF(countries)]);
    snprintf(filter.region, sizeof filter.region, "%s",
             regions[world_random(seed) % ASSAY_COUNT_OF(regions)]);
    if (world_random(seed) % 3 != 0) {
        filter.from_day = day + (int32_t)(world_random(seed) % (WEEKS * 7));
    }
    if (world_random(seed) % 3 != 0) {
        int32_t from = filter.from_day == ASSAY_DAY_NONE ? day : filter.from_day;
        filter.to_day = from + (int32_t)(world_random(seed) % (WEEKS * 5));
    }
    return filter;
}

static void views_add_up_what_a_full_pass_does(struct world *world, uint64_t *seed)
{
    struct pass pass;
    struct assay_reason reason;
    struct assay_office office = {
        .dir = world->dir, .store = world->store, .session = world->session};
    const struct assay_office_call call = {.office = &office, .reason = &reason};
    struct assay_audit_view view = {.call = &call};
    size_t rows = 0;
    full_pass(world, &pass);
    assert_int_equal(assay_store_rollup_begin(world->session, &view.meta), ASSAY_OK);
    for (int i = 0; i < QUERIES; i++) {
        struct assay_rollup groups;
        struct assay_rollup plain;
        unsigned by = (unsigned)world_random(seed) % 32;
        view.filter = random_filter(seed);
        assert_int_equal(assay_audit_view_sum(&view, by, &groups), ASSAY_OK);
        sum_plainly(&view, by, &pass.rollup, &plain);
        assert_int_equal(groups.count, plain.count);
        for (size_t j = 0; j < plain.count; j++) {
            assert_memory_equal(&groups.rows[j].key, &plain.rows[j].key, sizeof plain.rows[j].key);
            assert_memory_equal(groups.rows[j].count, plain.rows[j].count,
                                sizeof plain.rows[j].count);
        }
        rows += plain.count;
        assay_rollup_deinit(&groups);
        assay_rollup_deinit(&plain);
    }
    assert_true(rows > QUERIES);
    assay_store_rollup_end(world->session);
    pass_deinit(&pass);
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
    walk_all(reader, ASSAY_ROLLUP_DAY, &comparison);
    walk_all(reader, ASSAY_ROLLUP_WEEK, &comparison);
    assert_int_equal(comparison.at, pass.rollup.count);
    compare_coarse(reader, &pass);
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
        {"", "VN-SG", ""}, /* in two countries */
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

static const uint32_t handles[BATCHES] = {12, 7, 9, 11};

static void find_batches(struct world *world, const struct assay_batch_facts *batches[BATCHES])
{
    for (size_t i = 0; i < BATCHES; i++) {
        batches[i] = assay_store_batch_facts(world->store, handles[i]);
    }
}

/* Two of product P, two of product Q, one of them not wholly on sale. */
static void create_batches(struct world *world)
{
    struct assay_record product = {.type = ASSAY_RECORD_PRODUCT};
    uint64_t position = 0;
    struct assay_reason reason;
    product.product = (struct assay_product_record){.at_unix_ms = WORLD_EPOCH_MS, .sku = "Q"};
    assert_int_equal(assay_store_put(world->session, &product, &position, &reason), ASSAY_OK);
    for (size_t i = 0; i < BATCHES; i++) {
        struct assay_record record = {.type = ASSAY_RECORD_BATCH};
        record.batch.batch = (struct assay_batch){.handle = handles[i],
                                                  .count = ITEMS,
                                                  .expires_on = ASSAY_DAY_NONE,
                                                  .lot = "L",
                                                  .market = "CN"};
        snprintf(record.batch.batch.sku, sizeof record.batch.batch.sku, "%s", i < 2 ? "P" : "Q");
        assert_int_equal(assay_store_put(world->session, &record, &position, &reason), ASSAY_OK);
        uint32_t last = handles[i] == 9 ? ITEMS / 2 : ITEMS - 1;
        assert_int_equal(world_move(world, handles[i], ASSAY_MOVE_ACTIVATE, 0, last), ASSAY_OK);
    }
}

static void checkpoints_keep_what_a_full_pass_makes(void **state)
{
    (void)state;
    struct world world;
    uint64_t seed = 20260101;
    world_create(&world, 256, false);
    const struct assay_batch_facts *batches[BATCHES];
    create_batches(&world);
    find_batches(&world, batches);
    for (int step = 0; step < STEPS; step++) {
        int64_t at = WORLD_EPOCH_MS + step * (WEEKS * 7 * DAY_MS / STEPS);
        scan_somewhere(&world, batches[world_random(&seed) % BATCHES], &seed, at);
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
            find_batches(&world, batches);
        }
    }
    world_close(&world); /* makes the last checkpoint */
    compare(&world);
    struct assay_reason reason;
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    compare(&world);
    world_open(&world);
    views_add_up_what_a_full_pass_does(&world, &seed);
    world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints_keep_what_a_full_pass_makes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
