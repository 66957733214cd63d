// SPDX-License-Identifier: Apache-2.0
/* Rules over rows: the CUSUM against a slow version, and small worlds whose alerts are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/alert_rules.h"
#include "tests/support/ledger_support.h"

#define MONDAY 20458 /* 2026-01-05 */
#define DAY_MS 86400000ll
#define WEEKS 60
#define FOUND_MAX 64

static const struct assay_batch_facts batches[] = {
    {.handle = 1, .product = 0, .sku = "S", .market = "CN"},
    {.handle = 2, .product = 0, .sku = "S"},
    {.handle = 3, .product = 1, .sku = "T", .market = "CN"},
};

static const struct assay_batch_facts *batch(void *context, uint32_t handle)
{
    (void)context;
    return handle >= 1 && handle <= 3 ? &batches[handle - 1] : NULL;
}

static const char *sku(void *context, uint32_t product)
{
    (void)context;
    return product == 0 ? "S" : "T";
}

static const struct assay_alert_facts facts = {batch, sku, NULL};
static struct assay_alert_run run;
static struct assay_alert_record found[FOUND_MAX];
static size_t found_count;

static void begin(const struct assay_alert_rule *rule)
{
    run = (struct assay_alert_run){.rule = rule,
                                   .facts = &facts,
                                   .newest_unix_ms = (MONDAY + 400) * DAY_MS,
                                   .utc_offset_minutes = 480};
    found_count = 0;
    assay_alert_run_begin(&run);
}

struct cell {
    int32_t day;
    uint32_t handle;
    const char *country;
};

static void add(struct cell cell, enum assay_rollup_count what, uint64_t count)
{
    struct assay_rollup_row row = {
        .key = {.kind = ASSAY_ROLLUP_DAY, .day = cell.day, .handle = cell.handle}};
    memcpy(row.key.country, cell.country, strlen(cell.country) + 1);
    row.count[what] = count;
    assert_int_equal(assay_alert_run_add(&run, &row), ASSAY_OK);
}

static enum assay_error keep(void *context, const struct assay_alert_record *alert)
{
    (void)context;
    assert_true(found_count < FOUND_MAX);
    found[found_count++] = *alert;
    return ASSAY_OK;
}

static void end(size_t count)
{
    assert_int_equal(assay_alert_run_each(&run, keep, NULL), ASSAY_OK);
    assay_alert_run_end(&run);
    assert_int_equal(found_count, count);
}

static const struct assay_alert_rule *shipped(const char *name)
{
    const struct assay_alert_rule *rule = assay_alert_rule_shipped_of(name);
    assert_non_null(rule);
    return rule;
}

/* As its definition has it, week for week, weeks without scans too. */
struct week {
    uint64_t first, again, mass, codes;
};

static size_t slow_cusum(const struct week *weeks, int32_t first, int32_t *found_weeks)
{
    double sum = 0;
    size_t count = 0;
    for (int32_t week = first; week < WEEKS; week++) {
        double expected = 0.004 * (double)weeks[week].again + 0.3;
        double seen = fmin((double)weeks[week].mass, 3.0 * (double)weeks[week].codes) / 65535;
        double llr = seen * log(2 * expected / expected) - (2 * expected - expected);
        sum = fmax(0, sum + llr);
        if (sum >= 3) {
            found_weeks[count++] = MONDAY + 7 * week;
            sum = 0;
            week += 3; /* quiet for four weeks from its Monday */
        }
    }
    return count;
}

static void the_cusum_is_that_of_its_definition(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    size_t alarms = 0;
    for (int round = 0; round < 300; round++) {
        struct week weeks[WEEKS] = {0};
        int32_t wanted[WEEKS];
        int32_t first = -1;
        begin(shipped("outbreak-weekly"));
        for (int32_t week = 0; week < WEEKS; week++) {
            if (support_random(&random) % 3 == 0) {
                continue; /* nobody scanned */
            }
            first = first < 0 ? week : first;
            struct week *now = &weeks[week];
            *now = (struct week){.first = support_random(&random) % 200,
                                 .again = support_random(&random) % 200,
                                 .mass = support_random(&random) % (65535 * 5)};
            now->codes = support_random(&random) % (now->mass + 1);
            struct cell cell = {MONDAY + 7 * week + (int32_t)(support_random(&random) % 7), 1,
                                "CN"};
            uint64_t half = now->first / 2;
            add(cell, ASSAY_ROLLUP_FIRST, half);
            add(cell, ASSAY_ROLLUP_SCANS, half + now->again);
            cell.handle = 2; /* of the same product */
            add(cell, ASSAY_ROLLUP_FIRST, now->first - half);
            add(cell, ASSAY_ROLLUP_SCANS, now->first - half);
            add(cell, ASSAY_ROLLUP_MASS, now->mass);
            add(cell, ASSAY_ROLLUP_MASS_CAPPED, now->codes);
        }
        size_t count = slow_cusum(weeks, first < 0 ? WEEKS : first, wanted);
        end(count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(found[i].day, wanted[i]);
            assert_string_equal(found[i].sku, "S");
            assert_string_equal(found[i].country, "CN");
            assert_int_equal(found[i].handle, 0);
            assert_true(found[i].measure >= found[i].threshold);
        }
        alarms += count;
    }
    assert_true(alarms > 100);
}

/* Mass of as many codes. */
static void add_mass(struct cell cell, uint64_t mass)
{
    add(cell, ASSAY_ROLLUP_MASS, mass);
    add(cell, ASSAY_ROLLUP_MASS_CAPPED, mass);
}

/* Thousands of scans of one code are no outbreak; as many of a few codes are. */
static void one_code_is_no_outbreak(void **state)
{
    (void)state;
    for (uint64_t codes = 1; codes <= 2; codes++) {
        begin(shipped("outbreak-weekly"));
        add((struct cell){MONDAY, 1, "CN"}, ASSAY_ROLLUP_MASS, 3000 * 65535ull);
        add((struct cell){MONDAY, 1, "CN"}, ASSAY_ROLLUP_MASS_CAPPED, codes * 65535);
        end(codes < 2 ? 0 : 1);
    }
}

/* Told once in four weeks, and no more once it is over. */
static void an_outbreak_is_not_told_every_week(void **state)
{
    (void)state;
    begin(shipped("outbreak-weekly"));
    for (int32_t week = 0; week < 7; week++) {
        add_mass((struct cell){MONDAY + 7 * week, 1, "CN"}, 20 * 65535);
    }
    add_mass((struct cell){MONDAY + 56, 1, "CN"}, 65535); /* the second one's quiet ends */
    add_mass((struct cell){MONDAY + 63, 1, "CN"}, 65535);
    end(2);
    assert_int_equal(found[0].day, MONDAY);
    assert_int_equal(found[1].day, MONDAY + 28);
    struct assay_alert_rule rule = *shipped("outbreak-weekly");
    rule.window = 7;
    begin(&rule);
    for (int32_t week = 0; week < 3; week++) {
        add_mass((struct cell){MONDAY + 7 * week, 1, "CN"}, 20 * 65535);
    }
    end(3);
}

/* Subjects do not lend each other their sums. */
static void an_outbreak_is_of_one_product_and_country(void **state)
{
    (void)state;
    begin(shipped("outbreak-weekly"));
    for (int32_t week = 0; week < 10; week++) {
        add_mass((struct cell){MONDAY + 7 * week, 1, "CN"}, 28000);
        add_mass((struct cell){MONDAY + 7 * week, 3, "CN"}, 28000);
        add_mass((struct cell){MONDAY + 7 * week, 1, "DE"}, 28000);
        add((struct cell){MONDAY + 7 * week, 0, "CN"}, ASSAY_ROLLUP_FORGED, 100000);
    }
    end(0);
    begin(shipped("outbreak-weekly"));
    add_mass((struct cell){MONDAY, 1, "CN"}, 4 * 65535);
    add_mass((struct cell){MONDAY, 3, "DE"}, 5 * 65535);
    end(1); /* 5 ln 2 - .3 is above 3, 4 ln 2 - .3 is not */
    assert_string_equal(found[0].sku, "T");
    assert_string_equal(found[0].country, "DE");
    /* Monday to Sunday in the brand's zone, not after the newest scan. */
    assert_int_equal(found[0].at_unix_ms, (MONDAY + 7) * DAY_MS - 8 * 3600000 - 1);
}

static void diversion_is_a_share_of_enough_scans(void **state)
{
    (void)state;
    const struct assay_alert_rule *rule = shipped("diversion");
    for (uint64_t outside = 19; outside <= 21; outside++) {
        begin(rule);
        add((struct cell){MONDAY, 1, "CN"}, ASSAY_ROLLUP_SCANS, 80);
        add((struct cell){MONDAY + 1, 1, "VN"}, ASSAY_ROLLUP_SCANS, outside);
        add((struct cell){MONDAY + 1, 1, "VN"}, ASSAY_ROLLUP_OUTSIDE, outside - 5);
        add((struct cell){MONDAY + 2, 1, "DE"}, ASSAY_ROLLUP_OUTSIDE, 5);
        add((struct cell){MONDAY + 2, 2, "DE"}, ASSAY_ROLLUP_OUTSIDE, 1000); /* has no market */
        add((struct cell){MONDAY + 28, 1, "DE"}, ASSAY_ROLLUP_OUTSIDE, 19);  /* the next window */
        end(outside < 20 ? 0 : 1);
    }
    assert_int_equal(found[0].handle, 1);
    assert_string_equal(found[0].country, "VN");
    assert_int_equal((found[0].day - 4) % 28, 0);
    assert_int_equal(found[0].measure, (int64_t)(21.0 / 101 * 1024 + .5));
    begin(rule);
    add((struct cell){MONDAY, 1, "CN"}, ASSAY_ROLLUP_SCANS, 200);
    add((struct cell){MONDAY, 1, "DE"}, ASSAY_ROLLUP_SCANS, 30);
    add((struct cell){MONDAY, 1, "DE"}, ASSAY_ROLLUP_OUTSIDE, 30);
    end(0);
}

static void a_pin_attack_is_of_a_batch_or_a_country(void **state)
{
    (void)state;
    begin(shipped("pin-attack-batch"));
    add((struct cell){MONDAY, 1, "CN"}, ASSAY_ROLLUP_PIN_WRONG, 12);
    add((struct cell){MONDAY, 1, "DE"}, ASSAY_ROLLUP_PIN_WRONG, 12);
    add((struct cell){MONDAY, 1, "DE"}, ASSAY_ROLLUP_PIN_RIGHT, 72);
    add((struct cell){MONDAY, 2, "DE"}, ASSAY_ROLLUP_PIN_WRONG, 30);
    add((struct cell){MONDAY, 2, "DE"}, ASSAY_ROLLUP_PIN_RIGHT, 91);
    add((struct cell){MONDAY + 1, 2, "DE"}, ASSAY_ROLLUP_PIN_WRONG, 19);
    end(1);
    assert_int_equal(found[0].handle, 1);
    assert_string_equal(found[0].sku, "S");
    assert_int_equal(found[0].measure, 256);
    begin(shipped("pin-attack-country"));
    add((struct cell){MONDAY, 1, "DE"}, ASSAY_ROLLUP_PIN_WRONG, 25);
    add((struct cell){MONDAY, 3, "DE"}, ASSAY_ROLLUP_PIN_WRONG, 25);
    add((struct cell){MONDAY, 3, "CN"}, ASSAY_ROLLUP_PIN_WRONG, 49);
    end(1);
    assert_int_equal(found[0].handle, 0);
    assert_string_equal(found[0].country, "DE");
}

static void a_wave_stands_out_of_its_own_past(void **state)
{
    (void)state;
    begin(shipped("forgery-wave"));
    for (int32_t day = 0; day < 60; day++) {
        add((struct cell){MONDAY + day, 0, "CN"}, ASSAY_ROLLUP_FORGED, 300); /* as ever */
    }
    add((struct cell){MONDAY + 40, 0, "DE"}, ASSAY_ROLLUP_FORGED, 199);
    add((struct cell){MONDAY + 50, 0, "DE"}, ASSAY_ROLLUP_FORGED, 5000);
    add((struct cell){MONDAY + 51, 0, "DE"}, ASSAY_ROLLUP_FORGED, 9000); /* the same wave */
    add((struct cell){MONDAY + 90, 0, "DE"}, ASSAY_ROLLUP_FORGED, 200);
    end(3); /* CN on its first day, which has no past, and never again */
    assert_string_equal(found[0].country, "CN");
    assert_int_equal(found[0].day, MONDAY);
    assert_int_equal(found[1].day, MONDAY + 50);
    assert_int_equal(found[2].day, MONDAY + 90);
}

static void rules_of_one_product_see_it_alone(void **state)
{
    (void)state;
    struct assay_alert_rule rule = *shipped("outbreak-weekly");
    memcpy(rule.sku, "T", 2);
    begin(&rule);
    add_mass((struct cell){MONDAY, 1, "CN"}, 9 * 65535);
    add_mass((struct cell){MONDAY, 3, "CN"}, 9 * 65535);
    end(1);
    assert_string_equal(found[0].sku, "T");
}

static void shipped_rules_are_in_order(void **state)
{
    (void)state;
    const struct assay_alert_rule *rule;
    struct assay_reason reason;
    uint32_t count = 0;
    for (; (rule = assay_alert_rule_shipped(count)) != NULL; count++) {
        assert_int_equal(assay_alert_rule_check(rule, &reason), ASSAY_OK);
        assert_ptr_equal(assay_alert_rule_shipped_of(rule->name), rule);
    }
    assert_int_equal(count, 8);
    struct assay_alert_rule bad = *shipped("diversion");
    bad.window = 27;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad = *shipped("diversion");
    bad.threshold = ASSAY_RULE_ONE + 1;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad = *shipped("cloned");
    bad.threshold = ASSAY_RULE_ONE;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad = *shipped("outbreak-weekly");
    bad.factor = ASSAY_RULE_ONE;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad = *shipped("outbreak-weekly");
    bad.window = 10;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad.window = 0;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
    bad = *shipped("forgery-wave");
    bad.window = 367;
    assert_int_equal(assay_alert_rule_check(&bad, &reason), ASSAY_E_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cusum_is_that_of_its_definition),
        cmocka_unit_test(an_outbreak_is_of_one_product_and_country),
        cmocka_unit_test(one_code_is_no_outbreak),
        cmocka_unit_test(an_outbreak_is_not_told_every_week),
        cmocka_unit_test(diversion_is_a_share_of_enough_scans),
        cmocka_unit_test(a_pin_attack_is_of_a_batch_or_a_country),
        cmocka_unit_test(a_wave_stands_out_of_its_own_past),
        cmocka_unit_test(rules_of_one_product_see_it_alone),
        cmocka_unit_test(shipped_rules_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
