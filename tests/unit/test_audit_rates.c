// SPDX-License-Identifier: Apache-2.0
/* Rates of small worlds whose answer is known, made of scans that say clearly what they are. */
#include "core/audit_rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SAME (-3 * 1024) /* log(p_new / p_old) of a scan by the same item's owner */
#define OTHER (4 * 1024) /* of one by another item's */
#define ROWS 2
#define DAYS 100

static struct assay_audit_codes codes;

static int set_up(void **state)
{
    (void)state;
    assay_audit_codes_init(&codes);
    codes.keys = calloc(1 << 16, sizeof *codes.keys);
    codes.first = calloc((1 << 16) + 1, sizeof *codes.first);
    codes.scans = calloc(1 << 18, sizeof *codes.scans);
    codes.groups = calloc(2, sizeof *codes.groups);
    codes.groups[0] = (struct assay_audit_group){0, "CN"};
    codes.groups[1] = (struct assay_audit_group){1, "CN"};
    codes.group_count = 2;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_audit_codes_deinit(&codes);
    return 0;
}

/* The next code: so many scans by its owner, so many by owners of other items, in one row. */
static void code(uint32_t row, int32_t day, int owner, int others)
{
    uint32_t number = codes.code_count++;
    codes.keys[number] = 1000 + number;
    codes.first[number] = (uint32_t)codes.scan_count;
    for (int i = 0; i < owner + others; i++) {
        codes.scans[codes.scan_count++] = (struct assay_audit_scan){
            .code = number,
            .row = row,
            .group = row % 2,
            .day = day,
            .llr = i == 0      ? 0
                   : i < owner ? SAME
                               : OTHER,
            .flags = (uint8_t)((i == 0 ? ASSAY_AUDIT_SCAN_FIRST : 0) | ASSAY_AUDIT_SCAN_KEPT),
        };
    }
    codes.first[codes.code_count] = (uint32_t)codes.scan_count;
}

static struct assay_audit_rates rates[ROWS];
static struct assay_estimate_anchor anchor;

static void run(const struct assay_audit_known *known, struct assay_audit_trend *trend)
{
    const struct assay_audit_results results = {rates, ROWS, trend, &anchor};
    assert_int_equal(assay_audit_rates_run(&codes, known, &results), ASSAY_OK);
}

static void clean_rows_stay_near_zero(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 4000; i++) {
        code(0, i % DAYS, 1 + i % 3, 0);
    }
    run(&known, NULL);
    assert_true(rates[0].scanned);
    assert_false(rates[1].scanned);
    assert_true(rates[0].e2.share.point < 0.01);
    assert_true(rates[0].e2.lower_bound <= 0.0);
    assert_false(anchor.anchored);
}

static void copies_are_found_in_their_row_alone(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 4000; i++) {
        code(1, i % DAYS, 1 + i % 3, 0);
        code(0, i % DAYS, 1 + i % 3, i % 10 < 3 ? 2 : 0);
    }
    run(&known, NULL);
    /* 4,000 genuine first scans and 2,400 further items: .375, more where copies came first */
    assert_true(rates[0].e2.share.low <= 0.375);
    assert_true(rates[0].e2.share.high >= 0.375);
    assert_true(rates[0].e2.lower_bound > 0.1);
    assert_true(rates[1].e2.share.point < 0.02);
    assert_true(rates[0].e3.low < rates[0].e2.share.point);
    assert_true(rates[0].e3.high > rates[0].e2.share.point);
}

static void purchases_anchor_e3(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 4000; i++) {
        code(0, i % DAYS, 1 + i % 3, i % 10 < 3 ? 2 : 0);
    }
    rates[0].purchases = (struct assay_estimate_count){90, 300};
    run(&known, NULL);
    assert_true(anchor.anchored);
    assert_true(rates[0].e3.low < 0.3 && 0.3 < rates[0].e3.high);
    assert_true(rates[0].e3.high - rates[0].e3.low < 0.2);
    rates[0].purchases = (struct assay_estimate_count){301, 300};
    const struct assay_audit_results results = {rates, ROWS, NULL, &anchor};
    assert_int_equal(assay_audit_rates_run(&codes, &known, &results), ASSAY_E_FIELD);
}

static void a_fall_is_a_fall(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    struct assay_audit_trend trend = {.from_day = {0, 50}, .to_day = {49, 99}};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 8000; i++) {
        int day = i % DAYS;
        code(0, day, 1 + i % 3, i / DAYS % 10 < (day < 50 ? 4 : 1) ? 2 : 0);
    }
    run(&known, &trend);
    assert_true(trend.known);
    assert_true(trend.change.changed);
    assert_true(trend.change.odds_ratio.high < 0.6);
    trend = (struct assay_audit_trend){.from_day = {-20, 50}, .to_day = {-1, 99}};
    run(&known, &trend);
    assert_false(trend.known);
}

/* What shows on items that are known to be genuine is taken off everywhere. */
static void reference_items_tell_what_is_mistaken(void **state)
{
    (void)state;
    static uint64_t references[1000];
    struct assay_audit_known known = {.references = references};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 4000; i++) {
        code(0, i % DAYS, 2, i % 10 == 0 ? 1 : 0); /* strangers on genuine items too */
    }
    run(&known, NULL);
    double before = rates[0].e2.share.point;
    for (uint32_t i = 0; i < ASSAY_COUNT_OF(references); i++) {
        references[i] = codes.keys[i];
    }
    known.reference_count = ASSAY_COUNT_OF(references);
    run(&known, NULL);
    assert_true(rates[0].e2.share.point < before / 2);
}

/* Copies on 3 codes of 10, and a reference item that 300 customers of a shop have tried. */
static void a_reference_item_on_display_outweighs_nothing(void **state)
{
    (void)state;
    static uint64_t references[1001];
    struct assay_audit_known known = {.references = references};
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 4000; i++) {
        code(0, i % DAYS, 2, i % 10 < 3 ? 2 : 0);
    }
    for (uint32_t i = 0; i < ASSAY_COUNT_OF(references); i++) {
        code(0, (int32_t)i % DAYS, 2, i == 1000 ? 300 : 0);
        references[i] = codes.keys[4000 + i];
    }
    known.reference_count = ASSAY_COUNT_OF(references) - 1;
    run(&known, NULL);
    double without = rates[0].e2.share.point;
    known.reference_count = ASSAY_COUNT_OF(references);
    run(&known, NULL);
    assert_true(without > 0.2);
    assert_true(rates[0].e2.share.point > 0.9 * without);
}

/* The order of codes, and of strata, is nobody's business: the bits are the same. */
static void the_order_of_codes_changes_no_bit(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    struct assay_audit_rates forward;
    memset(rates, 0, sizeof rates);
    for (int i = 0; i < 999; i++) {
        code(0, 1, 1 + i % 3, i % 7 == 0);
    }
    run(&known, NULL);
    forward = rates[0];
    tear_down(NULL);
    set_up(NULL);
    memset(rates, 0, sizeof rates);
    for (int i = 998; i >= 0; i--) {
        code(0, 1, 1 + i % 3, i % 7 == 0);
    }
    run(&known, NULL);
    assert_memory_equal(&forward.e2.share, &rates[0].e2.share, sizeof forward.e2.share);
    assert_memory_equal(&forward.e3, &rates[0].e3, sizeof forward.e3);
}

static void nothing_is_no_rate(void **state)
{
    (void)state;
    const struct assay_audit_known known = {0};
    struct assay_audit_trend trend = {.from_day = {0, 50}, .to_day = {49, 99}};
    memset(rates, 0, sizeof rates);
    run(&known, &trend);
    assert_false(rates[0].scanned);
    assert_false(trend.known);
    assert_false(anchor.anchored);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(clean_rows_stay_near_zero),
        CASE(copies_are_found_in_their_row_alone),
        CASE(purchases_anchor_e3),
        CASE(a_fall_is_a_fall),
        CASE(reference_items_tell_what_is_mistaken),
        CASE(a_reference_item_on_display_outweighs_nothing),
        CASE(the_order_of_codes_changes_no_bit),
        CASE(nothing_is_no_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
