// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_flow.h"

/* Items come back at once half of the time, a season later a quarter, two later an eighth. */
static const double returns[] = {0.5, 0.25, 0.125};

/* 20 seasons with so many new items on copied codes in each, and 1000 on others. */
static struct assay_estimate_flow flow_of(const double items[20])
{
    struct assay_estimate_flow flow = {.copied = {0}};
    for (unsigned s = 0; s < 20; s++) {
        double scans = items[s];
        flow.firsts[s] = 1000;
        for (unsigned lag = 0; lag < 3 && lag <= s; lag++) {
            scans += returns[lag] * items[s - lag];
            flow.later[lag] += (uint64_t)(1000.0 * returns[lag]);
        }
        flow.copied[s] = (uint64_t)(scans + 0.5);
    }
    return flow;
}

static void items_come_out(void **state)
{
    (void)state;
    double truth[20];
    for (unsigned s = 0; s < 20; s++) {
        truth[s] = s < 10 ? 800.0 : 80.0;
    }
    struct assay_estimate_flow flow = flow_of(truth);
    double items[ASSAY_ESTIMATE_SEASONS];
    assay_estimate_flow_items(&flow, items);
    for (unsigned s = 0; s < 20; s++) {
        assert_true(fabs(items[s] - truth[s]) < 2.0);
    }
    assert_true(items[20] == 0.0);
}

static void parts_add_up(void **state)
{
    (void)state;
    double truth[20];
    for (unsigned s = 0; s < 20; s++) {
        truth[s] = s < 10 ? 400.0 : 100.0;
    }
    struct assay_estimate_flow flow = flow_of(truth);
    struct assay_estimate_e2 whole = {.fakes = 5000.0, .unseen = 1000.0};
    struct assay_estimate_part parts[2] = {{0, 10, 12000}, {10, ASSAY_ESTIMATE_SEASONS, 11000}};
    struct assay_estimate_period periods[2];
    for (int i = 0; i < 2; i++) {
        assay_estimate_flow_period(&flow, &whole, &parts[i], &periods[i]);
    }
    double fakes[2] = {periods[0].share * periods[0].items, periods[1].share * periods[1].items};
    assert_true(fabs(fakes[0] + fakes[1] - 5000.0) < 1e-6);
    assert_true(fabs(fakes[0] / fakes[1] - 4.0) < 0.05);
    assert_true(fabs(periods[0].items + periods[1].items - 27000.0) < 1e-6);
    assert_true(periods[0].sd > 0.0);
    struct assay_estimate_trend trend;
    assert_int_equal(assay_estimate_trend(&periods[0], &periods[1], &trend), ASSAY_OK);
    assert_true(trend.changed);
}

static void nothing_flows(void **state)
{
    (void)state;
    struct assay_estimate_flow flow = {.copied = {0}};
    struct assay_estimate_e2 whole = {.fakes = 0.0};
    struct assay_estimate_part part = {0, 5, 100};
    struct assay_estimate_period period;
    assay_estimate_flow_period(&flow, &whole, &part, &period);
    assert_true(period.share == 0.0);
    assert_true(period.items == 100.0);
    part.firsts = 0;
    assay_estimate_flow_period(&flow, &whole, &part, &period);
    assert_true(period.items == 0.0);
}

/* More come back than were there: never less than none. */
static void never_below_none(void **state)
{
    (void)state;
    struct assay_estimate_flow flow = {.copied = {100, 1, 1}, .firsts = {10}, .later = {0, 90, 50}};
    double items[ASSAY_ESTIMATE_SEASONS];
    assay_estimate_flow_items(&flow, items);
    for (unsigned s = 0; s < ASSAY_ESTIMATE_SEASONS; s++) {
        assert_true(items[s] >= 0.0);
    }
}

static void codes_are_sorted(void **state)
{
    (void)state;
    struct assay_estimate_mixture *mixture;
    assert_int_equal(assay_estimate_mixture_create(1, &mixture), ASSAY_OK);
    struct assay_estimate_scan scans[2][6];
    const uint8_t seasons[6] = {3, 3, 4, 5, 5, 9};
    for (int c = 0; c < 2; c++) {
        for (int i = 0; i < 6; i++) {
            scans[c][i] = (struct assay_estimate_scan){.llr = c == 0 ? 5000 : -3000};
        }
        scans[c][0].flags = ASSAY_ESTIMATE_FIRST;
        scans[c][5].flags = ASSAY_ESTIMATE_BURST;
        struct assay_estimate_code code = {.scan_count = 6, .scans = scans[c]};
        assert_int_equal(assay_estimate_mixture_learn(mixture, &code), ASSAY_OK);
    }
    assert_int_equal(assay_estimate_mixture_settle(mixture), ASSAY_OK);
    struct assay_estimate_flow flow = {.copied = {0}};
    for (int c = 0; c < 2; c++) {
        struct assay_estimate_code code = {.scan_count = 6, .scans = scans[c]};
        double copied = assay_estimate_mixture_copied(mixture, &code);
        assert_true(c == 0 ? copied > 0.9 : copied < 0.1);
        assay_estimate_flow_add(&flow, mixture, &code, seasons);
    }
    assert_int_equal(flow.copied[3], 2);
    assert_int_equal(flow.copied[5], 2);
    assert_int_equal(flow.copied[9], 1);
    assert_int_equal(flow.firsts[3], 1);
    assert_int_equal(flow.later[0], 1);
    assert_int_equal(flow.later[1], 1);
    assert_int_equal(flow.later[2], 2);
    assert_int_equal(flow.later[6], 0); /* the burst */
    assay_estimate_mixture_destroy(mixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out),   cmocka_unit_test(parts_add_up),
        cmocka_unit_test(nothing_flows),    cmocka_unit_test(never_below_none),
        cmocka_unit_test(codes_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
