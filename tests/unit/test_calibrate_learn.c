// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate_learn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/real.h"
#include "tests/support/ledger_support.h"

static struct assay_risk_table table;
static struct assay_calibrate_counts counts;

static int set_up(void **state)
{
    (void)state;
    table = *assay_risk_table_default();
    assert_int_equal(assay_calibrate_counts_init(&counts, 3), ASSAY_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_calibrate_counts_deinit(&counts);
    return 0;
}

static const struct assay_risk_kind far_new = {
    .device = ASSAY_RISK_DEVICE_NEW,
    .distance = ASSAY_RISK_DISTANCE_400_KM,
    .accuracy = ASSAY_RISK_ACCURACY_200_KM,
    .gap = ASSAY_RISK_GAP_4_DAYS,
    .market = ASSAY_RISK_MARKET_INSIDE,
};

static int32_t built_in(const struct assay_risk_kind *kind)
{
    return assay_risk_table_default()->llr[assay_risk_kind_index(kind)];
}

static int32_t learnt(const struct assay_risk_kind *kind)
{
    return table.llr[assay_risk_kind_index(kind)];
}

static void without_scans_the_ratios_stay_near_the_built_in_ones(void **state)
{
    (void)state;
    assay_calibrate_ratios(&counts, &table);
    assert_in_range(learnt(&far_new) - built_in(&far_new) + 150, 0, 300);
    assert_memory_equal(table.thresholds, assay_risk_table_default()->thresholds,
                        sizeof table.thresholds);
}

/* In a market of gateways far off, a new device 300 km away says less. */
static void what_genuine_items_do_often_says_less(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        assay_risk_counts_add(&counts.known, &far_new);
    }
    assay_calibrate_ratios(&counts, &table);
    assert_true(learnt(&far_new) < built_in(&far_new) - 512);
}

static void one_scan_changes_little(void **state)
{
    (void)state;
    assay_risk_counts_add(&counts.known, &far_new);
    assay_calibrate_ratios(&counts, &table);
    assert_true(learnt(&far_new) > built_in(&far_new) - 256);
}

static struct assay_risk_scan scan_of(uint64_t *random, int64_t at_unix_ms)
{
    return (struct assay_risk_scan){
        .at_unix_ms = at_unix_ms,
        .device_tag = (uint16_t)(1 + support_random(random) % 65535),
        .position = {(int16_t)(200 + support_random(random) % 200),
                     (int16_t)(1000 + support_random(random) % 200), 20},
        .country = {'C', 'N'},
        .market = {'C', 'N'},
    };
}

static void first_scans_make_pairs_of_their_batch(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    const struct assay_risk_state none = {0};
    struct assay_risk_scan scan = scan_of(&random, 1790000000000ll);
    assay_calibrate_count(&counts, &none, &scan, 0, ASSAY_CALIBRATE_UNKNOWN);
    assay_calibrate_count(&counts, &none, &scan, 1, ASSAY_CALIBRATE_UNKNOWN);
    assert_int_equal(assay_risk_counts_total(&counts.pairs), 0);
    for (int i = 0; i < 500; i++) {
        scan = scan_of(&random, scan.at_unix_ms + 3600000);
        assay_calibrate_count(&counts, &none, &scan, 2, ASSAY_CALIBRATE_UNKNOWN);
    }
    uint64_t pairs = assay_risk_counts_total(&counts.pairs);
    assert_in_range(pairs, 900, 1000);
    assert_int_equal(counts.pairs.device[0][ASSAY_RISK_DEVICE_KNOWN], 0);
}

/* One photo gone round teaches nothing. */
static void an_item_teaches_by_its_first_scans_alone(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    struct assay_risk_state item = {0};
    const struct assay_risk_around around = {0};
    struct assay_risk unused;
    for (int i = 0; i < 200; i++) {
        struct assay_risk_scan scan = scan_of(&random, 1790000000000ll + i * 3600000ll);
        assay_calibrate_count(&counts, &item, &scan, 0, ASSAY_CALIBRATE_REFERENCE);
        assay_risk_update(&item, &scan, &around, &table, &unused);
    }
    assert_in_range(assay_risk_counts_total(&counts.known), 1, 12);
}

static void add_many(struct assay_risk_counts *to, const struct assay_risk_kind *kind, int times)
{
    for (int i = 0; i < times; i++) {
        assay_risk_counts_add(to, kind);
    }
}

/* Nobody said where a batch is sold: so it is for copies as for the item itself. */
static void markets_that_nobody_knows_say_nothing(void **state)
{
    (void)state;
    struct assay_risk_kind at_home = {.device = ASSAY_RISK_DEVICE_KNOWN};
    struct assay_risk_kind far = far_new;
    struct assay_risk_counts firsts = {.device = {{0}}};
    far.market = ASSAY_RISK_MARKET_UNKNOWN;
    add_many(&counts.known, &at_home, 5000);
    assay_calibrate_ratios_by(&counts.known, &firsts, &table);
    assert_true(learnt(&far) > 1024);
}

/* A history without devices: buyers have none, whichever item they hold. */
static void people_without_devices_are_no_owners_for_that(void **state)
{
    (void)state;
    struct assay_risk_kind at_home = {.device = ASSAY_RISK_DEVICE_NONE};
    struct assay_risk_kind far = far_new;
    struct assay_risk_counts firsts = {.device = {{0}}};
    far.device = ASSAY_RISK_DEVICE_NONE;
    add_many(&counts.known, &at_home, 5000);
    assay_calibrate_ratios_by(&counts.known, &firsts, &table);
    int32_t before = learnt(&far);
    add_many(&firsts, &at_home, 5000);
    assay_calibrate_ratios_by(&counts.known, &firsts, &table);
    assert_true(learnt(&far) > before + 512);
}

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left;
    int32_t b = *(const int32_t *)right;
    return (a < b) - (a > b);
}

/* Scores whose tail is exponential, by `scale`: quantiles are known. */
static void draw(int32_t *scores, uint32_t count, double scale, uint64_t *random)
{
    for (uint32_t i = 0; i < count; i++) {
        double unit = ((double)(support_random(random) >> 11) + 0.5) / 9007199254740992.0;
        scores[i] = (int32_t)assay_real_round(-scale * assay_real_log(unit)) - 12000;
    }
    qsort(scores, count, sizeof *scores, compare);
}

static void levels_are_quantiles_of_many_scores(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    enum { COUNT = 60000 };
    int32_t *scores = calloc(COUNT, sizeof *scores);
    draw(scores, COUNT, 1500, &random);
    assert_true(assay_calibrate_levels(scores, COUNT, &table));
    for (int i = 0; i < 2; i++) {
        uint32_t above = 0;
        while (scores[above] >= table.thresholds[i]) {
            above++;
        }
        assert_in_range(above, (i == 0 ? 600 : 60) / 2, i == 0 ? 600 : 60);
    }
    free(scores);
}

static void too_few_scores_set_nothing(void **state)
{
    (void)state;
    int32_t scores[ASSAY_CALIBRATE_ITEMS_MIN] = {0};
    assert_false(assay_calibrate_levels(scores, ASSAY_CALIBRATE_ITEMS_MIN - 1, &table));
    assert_int_equal(table.thresholds[0], assay_risk_table_default()->thresholds[0]);
    assert_true(assay_calibrate_levels(scores, ASSAY_CALIBRATE_ITEMS_MIN, &table));
    assert_true(table.thresholds[0] <= table.thresholds[1]);
    assert_true(table.thresholds[1] <= table.thresholds[2]);
}

/* Few scores, a wider tail: levels rise with it, and stay in order. */
static void a_wider_tail_raises_the_levels(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    int32_t scores[2000];
    struct assay_risk_table wide = table;
    draw(scores, 2000, 1000, &random);
    assert_true(assay_calibrate_levels(scores, 2000, &table));
    draw(scores, 2000, 2500, &random);
    assert_true(assay_calibrate_levels(scores, 2000, &wide));
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        assert_true(wide.thresholds[i] > table.thresholds[i]);
        assert_true(i == 0 || table.thresholds[i] > table.thresholds[i - 1]);
    }
}

static void the_usual_mass_is_drawn_to_the_built_in_one(void **state)
{
    (void)state;
    int32_t before = table.weights[ASSAY_RISK_WEIGHT_USUAL];
    assay_calibrate_usual(0, 0, &table);
    assert_int_equal(table.weights[ASSAY_RISK_WEIGHT_USUAL], before);
    assay_calibrate_usual(1000ull * 5000, 5000, &table);
    assert_in_range(table.weights[ASSAY_RISK_WEIGHT_USUAL], 900, 1000);
    assay_calibrate_usual(0, UINT32_MAX, &table);
    assert_int_equal(table.weights[ASSAY_RISK_WEIGHT_USUAL], 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(without_scans_the_ratios_stay_near_the_built_in_ones),
        CASE(what_genuine_items_do_often_says_less),
        CASE(one_scan_changes_little),
        CASE(first_scans_make_pairs_of_their_batch),
        CASE(an_item_teaches_by_its_first_scans_alone),
        CASE(markets_that_nobody_knows_say_nothing),
        CASE(people_without_devices_are_no_owners_for_that),
        CASE(levels_are_quantiles_of_many_scores),
        CASE(too_few_scores_set_nothing),
        CASE(a_wider_tail_raises_the_levels),
        CASE(the_usual_mass_is_drawn_to_the_built_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
