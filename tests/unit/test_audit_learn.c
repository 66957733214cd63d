// SPDX-License-Identifier: Apache-2.0
/* What scans teach: a brand whose households scan a lot has no copies for that, whether reference items
 * say so or most codes do; copies stay copies. A crowd around one item is told from copies. */
#include "core/audit_learn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODES 6000
#define DAYS 100

static struct assay_audit_codes codes;
static uint64_t references[CODES];
static struct assay_audit_rates rates[1];
static struct assay_estimate_anchor anchor;

static const struct assay_risk_kind owner = {.device = ASSAY_RISK_DEVICE_KNOWN,
                                             .distance = ASSAY_RISK_DISTANCE_SAME,
                                             .gap = ASSAY_RISK_GAP_14_DAYS,
                                             .market = ASSAY_RISK_MARKET_INSIDE};
static const struct assay_risk_kind stranger = {.device = ASSAY_RISK_DEVICE_NEW,
                                                .distance = ASSAY_RISK_DISTANCE_SAME,
                                                .gap = ASSAY_RISK_GAP_14_DAYS,
                                                .market = ASSAY_RISK_MARKET_INSIDE};

static void add(uint32_t number, const struct assay_risk_kind *kind)
{
    bool first = kind == NULL;
    uint16_t index = first ? 0 : (uint16_t)assay_risk_kind_index(kind);
    codes.scans[codes.scan_count++] = (struct assay_audit_scan){
        .code = number,
        .day = (int32_t)(number % DAYS),
        .kind = index,
        .llr = first ? 0 : assay_risk_table_default()->llr[index],
        .flags = (uint8_t)((first ? ASSAY_AUDIT_SCAN_FIRST : 0) | ASSAY_AUDIT_SCAN_KEPT),
    };
}

/* Every third item is scanned by its owner again, every other one by another person of the house. */
static int set_up(void **state)
{
    (void)state;
    assay_audit_codes_init(&codes);
    codes.keys = calloc(CODES, sizeof *codes.keys);
    codes.items = calloc(CODES, sizeof *codes.items);
    codes.first = calloc(CODES + 1, sizeof *codes.first);
    codes.scans = calloc(CODES * 4, sizeof *codes.scans);
    codes.times = calloc(CODES * 4, sizeof *codes.times);
    codes.groups = calloc(1, sizeof *codes.groups);
    codes.groups[0] = (struct assay_audit_group){0, "CN"};
    codes.group_count = 1;
    for (uint32_t i = 0; i < CODES; i++) {
        codes.keys[i] = references[i] = 1000 + i;
        codes.first[i] = (uint32_t)codes.scan_count;
        add(i, NULL);
        if (i % 3 == 0) {
            add(i, &owner);
        }
        if (i % 2 == 0) {
            add(i, &stranger);
        }
    }
    codes.first[CODES] = (uint32_t)codes.scan_count;
    codes.code_count = CODES;
    memset(rates, 0, sizeof rates);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assay_audit_codes_deinit(&codes);
    return 0;
}

static void run(size_t reference_count)
{
    const struct assay_audit_known known = {.references = references,
                                            .reference_count = reference_count};
    const struct assay_audit_results results = {rates, 1, NULL, &anchor};
    assert_int_equal(assay_audit_learn(&codes, &known), ASSAY_OK);
    assert_int_equal(assay_audit_rates_run(&codes, &known, &results), ASSAY_OK);
}

static void households_are_no_copies_where_reference_items_say_so(void **state)
{
    (void)state;
    const struct assay_audit_known known = {.references = references, .reference_count = CODES / 2};
    const struct assay_audit_results results = {rates, 1, NULL, &anchor};
    assert_int_equal(assay_audit_rates_run(&codes, &known, &results), ASSAY_OK);
    run(CODES / 2);
    assert_true(rates[0].e2.share.high < 0.02);
    assert_true(rates[0].e2.lower_bound <= 0.0);
}

static void households_are_no_copies_where_most_codes_say_so(void **state)
{
    (void)state;
    run(0);
    assert_true(rates[0].e2.share.high < 0.02);
    assert_true(rates[0].e2.lower_bound <= 0.0);
}

/* Each 25th code is on four items, sold far apart, in a batch of which nobody said the market. */
static void copies_among_households_stay_copies(void **state)
{
    (void)state;
    struct assay_risk_kind far = {.device = ASSAY_RISK_DEVICE_NEW,
                                  .distance = ASSAY_RISK_DISTANCE_FAR,
                                  .market = ASSAY_RISK_MARKET_UNKNOWN};
    codes.code_count = 0;
    codes.scan_count = 0;
    for (uint32_t i = 0; i < CODES; i++) {
        codes.first[codes.code_count++] = (uint32_t)codes.scan_count;
        add(i, NULL);
        for (int j = 0; j < 3 && i % 25 == 0; j++) {
            far.gap = (enum assay_risk_gap)(ASSAY_RISK_GAP_4_DAYS + (i / 25 + (uint32_t)j) % 4);
            add(i, &far);
        }
        if (i % 2 == 0) {
            struct assay_risk_kind at_home = stranger;
            at_home.market = ASSAY_RISK_MARKET_UNKNOWN;
            add(i, &at_home);
        }
    }
    codes.first[CODES] = (uint32_t)codes.scan_count;
    run(0);
    /* 720 further items beside 6,000 */
    assert_true(rates[0].e2.share.high > 0.107);
    assert_true(rates[0].e2.lower_bound > 0.02);
}

static void a_handful_of_reference_items_teaches_nothing(void **state)
{
    (void)state;
    static int16_t llr[ASSAY_RISK_KINDS];
    struct assay_audit_known known = {.references = references, .reference_count = 60};
    assert_false(assay_audit_learn_known(&codes, &known, llr));
    assert_int_equal(llr[assay_risk_kind_index(&stranger)], 0);
    known.reference_count = 600;
    assert_true(assay_audit_learn_known(&codes, &known, llr));
    assert_true(llr[assay_risk_kind_index(&stranger)] <
                assay_risk_table_default()->llr[assay_risk_kind_index(&stranger)]);
    assay_audit_weigh(&codes, llr);
    assert_int_equal(codes.scans[2].llr, llr[assay_risk_kind_index(&stranger)]);
    assert_int_equal(codes.scans[0].llr, 0);
}

/* An item of which so many scans were made, nobody's second, at so many of these places. */
static void shown(uint32_t number, uint8_t at_first, uint8_t elsewhere)
{
    codes.items[number].risk = (struct assay_risk_state){
        .scans = (uint8_t)(at_first + 2 * elsewhere),
        .devices = (uint8_t)(at_first + 2 * elsewhere),
        .anchor_count = 3,
    };
    codes.items[number].risk.anchors[0].scans = at_first;
    codes.items[number].risk.anchors[1].scans = elsewhere;
    codes.items[number].risk.anchors[2].scans = elsewhere;
}

static void a_crowd_at_one_place_is_a_burst(void **state)
{
    (void)state;
    shown(0, 60, 4);
    shown(6, 20, 20);
    shown(12, 20, 1); /* too few */
    for (size_t i = 0; i < codes.scan_count; i++) {
        codes.times[i] = (int64_t)i * 86400000;
    }
    assert_int_equal(assay_audit_codes_sort(&codes), ASSAY_OK);
    assert_int_equal(codes.scans[codes.first[0] + 1].flags & ASSAY_AUDIT_SCAN_BURST,
                     ASSAY_AUDIT_SCAN_BURST);
    assert_int_equal(codes.scans[codes.first[6] + 1].flags & ASSAY_AUDIT_SCAN_BURST, 0);
    assert_int_equal(codes.scans[codes.first[12] + 1].flags & ASSAY_AUDIT_SCAN_BURST, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(households_are_no_copies_where_reference_items_say_so,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(households_are_no_copies_where_most_codes_say_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(copies_among_households_stay_copies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_handful_of_reference_items_teaches_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_crowd_at_one_place_is_a_burst, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
