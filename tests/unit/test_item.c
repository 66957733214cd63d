// SPDX-License-Identifier: Apache-2.0
#include "core/item.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define AT 1767225600000ll

static const struct assay_place shenzhen = {"CN", "CN-GD", "Shenzhen"};

static void apply(struct assay_item *item, const struct assay_scan_record *scan, uint64_t position)
{
    const struct assay_item_scene scene = {
        .place = &shenzhen, .market = "CN", .table = assay_risk_table_default()};
    assay_item_apply_scan(item, scan, &scene, position);
}

static struct assay_scan_record first_scan(void)
{
    return (struct assay_scan_record){
        .item = assay_item_key_of(5, 6),
        .at_unix_ms = AT,
        .device = 0x1234567890ABCDEFull,
        .number = 1,
        .place = 3,
        .flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_FIRST,
        .position = {225, 1141, 50},
    };
}

static void assert_round_trip(const struct assay_item *item, size_t most_bytes)
{
    uint8_t row[ASSAY_ITEM_ROW_MAX];
    uint8_t again[ASSAY_ITEM_ROW_MAX];
    struct assay_item decoded;
    size_t len = assay_item_encode(item, row);
    assert_in_range(len, 1, most_bytes);
    assert_int_equal(assay_item_decode(row, len, &decoded), ASSAY_OK);
    assert_int_equal(assay_item_encode(&decoded, again), len);
    assert_memory_equal(row, again, len);
    assert_int_equal(decoded.scans, item->scans);
    assert_int_equal(decoded.last_scan, item->last_scan);
    assert_int_equal(decoded.first_at_unix_ms, item->first_at_unix_ms);
    assert_int_equal(decoded.last_at_unix_ms, item->last_at_unix_ms);
    assert_memory_equal(&decoded.risk, &item->risk, sizeof item->risk);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(assay_item_decode(row, cut, &decoded), ASSAY_E_CORRUPT);
    }
    row[len] = 0;
    assert_int_equal(assay_item_decode(row, len + 1, &decoded), ASSAY_E_CORRUPT);
}

static void one_scan_makes_a_short_row(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    apply(&item, &scan, 4160);
    assert_int_equal(item.scans, 1);
    assert_int_equal(item.first_place, 3);
    assert_round_trip(&item, 33);
}

static void every_part_survives_the_row(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    scan.flags = 0;
    scan.number = 0;
    apply(&item, &scan, 100);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
    assert_int_equal(item.scans_before_sale, 1);
    scan = first_scan();
    apply(&item, &scan, 200);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
    scan.number = 2;
    scan.flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_PIN_WRONG;
    scan.at_unix_ms += 70000;
    apply(&item, &scan, 300);
    assert_int_equal(item.wrong_pins, 1);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
    scan.number = 3;
    scan.flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_PIN_RIGHT | ASSAY_SCAN_CONFIRMATION;
    apply(&item, &scan, 400);
    assert_int_equal(item.wrong_pins, 0);
    assert_int_equal(item.confirmed_at_unix_ms, scan.at_unix_ms);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
    struct assay_claim_record claim = {.at_unix_ms = AT, .ends_on = 20500};
    assay_item_apply_claim(&item, &claim, 500);
    struct assay_find_record find = {.at_unix_ms = AT};
    assay_item_apply_find(&item, &find, 600);
    assert_int_equal(item.claim, 500);
    assert_int_equal(item.find_tries, 1);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
}

static void a_record_is_applied_once(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    apply(&item, &scan, 200);
    struct assay_item before = item;
    apply(&item, &scan, 200);
    apply(&item, &scan, 100);
    assert_memory_equal(&item, &before, sizeof item);
}

static void look_ups_are_counted_by_day(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_find_record find = {.at_unix_ms = AT};
    for (uint64_t position = 1; position <= 300; position++) {
        assay_item_apply_find(&item, &find, position);
    }
    assert_int_equal(item.find_tries, UINT8_MAX);
    find.at_unix_ms += 86400000;
    assay_item_apply_find(&item, &find, 301);
    assert_int_equal(item.find_tries, 1);
}

static void a_scan_that_is_left_out_changes_neither_number_nor_risk(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    apply(&item, &scan, 200);
    struct assay_risk_state before = item.risk;
    scan.number = 1;
    scan.device = 99;
    scan.flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_PIN_WRONG;
    scan.left_out = ASSAY_LEFT_OUT_HOSTING;
    scan.risk.mass = 1000;
    apply(&item, &scan, 300);
    assert_memory_equal(&item.risk, &before, sizeof before);
    assert_int_equal(item.scans, 1);
    assert_int_equal(item.last_scan, 300);
    assert_int_equal(item.wrong_pins, 1);
    assert_int_equal(item.minute_scans, 2);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
}

static void an_item_that_only_bots_saw_has_no_first_scan(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    scan.number = 0;
    scan.flags = ASSAY_SCAN_ON_SALE;
    scan.left_out = ASSAY_LEFT_OUT_BOT;
    apply(&item, &scan, 200);
    assert_int_equal(item.scans, 0);
    assert_int_equal(item.first_at_unix_ms, 0);
    assert_int_equal(item.last_scan, 200);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
}

static void a_reveal_sent_again_is_not_another_s(void **state)
{
    (void)state;
    const struct assay_item_scene scene = {
        .place = &shenzhen, .market = "", .table = assay_risk_table_default()};
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    scan.flags |= ASSAY_SCAN_PIN_RIGHT | ASSAY_SCAN_CONFIRMATION;
    apply(&item, &scan, 200);
    struct assay_item copy = item;
    struct assay_risk risk;
    scan.device = 0;
    scan.flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_PIN_RIGHT | ASSAY_SCAN_SENT_AGAIN;
    assay_item_weigh_scan(&copy, &scan, &scene, &risk);
    assert_int_equal(risk.reasons & ASSAY_RISK_PIN_USED, 0);
    scan.flags &= ~ASSAY_SCAN_SENT_AGAIN;
    assay_item_weigh_scan(&item, &scan, &scene, &risk);
    assert_int_equal(risk.reasons & ASSAY_RISK_PIN_USED, ASSAY_RISK_PIN_USED);
}

static void the_sum_of_masses_is_that_of_the_records(void **state)
{
    (void)state;
    struct assay_item item = {0};
    struct assay_scan_record scan = first_scan();
    scan.risk.mass = 40000;
    apply(&item, &scan, 200);
    scan.flags = ASSAY_SCAN_ON_SALE;
    scan.number = 2;
    apply(&item, &scan, 300);
    assert_int_equal(item.risk.mass_sum, 80000);
    assert_round_trip(&item, ASSAY_ITEM_ROW_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_scan_makes_a_short_row),
        cmocka_unit_test(every_part_survives_the_row),
        cmocka_unit_test(a_record_is_applied_once),
        cmocka_unit_test(look_ups_are_counted_by_day),
        cmocka_unit_test(a_scan_that_is_left_out_changes_neither_number_nor_risk),
        cmocka_unit_test(an_item_that_only_bots_saw_has_no_first_scan),
        cmocka_unit_test(a_reveal_sent_again_is_not_another_s),
        cmocka_unit_test(the_sum_of_masses_is_that_of_the_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
