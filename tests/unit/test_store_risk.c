// SPDX-License-Identifier: Apache-2.0
/* Scans that are left out, calibrations, surroundings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/store_private.h"
#include "tests/support/risk_replay.h"
#include "tests/support/world.h"

#define HANDLE 77
#define COUNT 1000u
#define HOUR_MS 3600000ll

static struct world world;
static const struct assay_batch_facts *batch;

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 4096, false);
    batch = world_batch(&world, HANDLE, COUNT, ASSAY_BATCH_HAS_PIN);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, 99), ASSAY_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static struct assay_scan_request request_of(uint32_t index, uint64_t device)
{
    static int64_t at_unix_ms = WORLD_EPOCH_MS;
    at_unix_ms += HOUR_MS;
    return world_request(batch, index, device, at_unix_ms);
}

static struct assay_scan_answer scan(const struct assay_scan_request *request)
{
    struct assay_scan_answer answer;
    assert_int_equal(world_scan(&world, request, &answer), ASSAY_OK);
    assert_int_equal(answer.error, ASSAY_OK);
    return answer;
}

static struct assay_item item_now(uint32_t index)
{
    struct assay_item item;
    assert_int_equal(assay_store_item(world.session, assay_item_key_of(HANDLE, index), &item),
                     ASSAY_OK);
    return item;
}

static struct assay_risk_around around_now(const char *country)
{
    struct assay_risk_where where = {.batch = batch->slot, .product = batch->product};
    const struct assay_risk_state item = {0};
    struct assay_risk_around around;
    memcpy(where.country, country, strlen(country));
    assay_risk_cells_around(world.store->cells, &where, &item, &around);
    return around;
}

/* -- left out -- */

static void a_preview_neither_is_first_nor_takes_a_number(void **state)
{
    (void)state;
    struct assay_scan_request preview = request_of(1, 0);
    preview.channel = ASSAY_CHANNEL_PREVIEW;
    struct assay_scan_answer answer = scan(&preview);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(answer.left_out, ASSAY_LEFT_OUT_PREVIEW);
    assert_int_equal(answer.number, 0);
    assert_int_equal(answer.first_at_unix_ms, 0);
    assert_true(answer.recorded);

    struct assay_scan_request buyer = request_of(1, 7);
    answer = scan(&buyer);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    assert_int_equal(answer.left_out, ASSAY_COUNTED);
    assert_int_equal(answer.number, 1);
    assert_int_equal(answer.first_at_unix_ms, buyer.at_unix_ms);

    struct assay_scan_request hosted = request_of(1, 8);
    hosted.net = ASSAY_NET_HOSTING;
    struct assay_item before = item_now(1);
    answer = scan(&hosted);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE_SEEN);
    assert_int_equal(answer.left_out, ASSAY_LEFT_OUT_HOSTING);
    assert_int_equal(answer.number, 1);
    struct assay_item after = item_now(1);
    assert_int_equal(after.scans, 1);
    assert_memory_equal(&after.risk, &before.risk, sizeof before.risk);
    assert_int_equal(around_now("").batch.items, 1);
}

static void a_preview_and_the_buyer_are_not_the_same_scan(void **state)
{
    (void)state;
    struct assay_scan_request preview = request_of(2, 7);
    preview.channel = ASSAY_CHANNEL_PREVIEW;
    scan(&preview);
    struct assay_scan_request buyer = preview; /* scan id and device and all */
    buyer.channel = ASSAY_CHANNEL_WEB;
    struct assay_scan_answer answer = scan(&buyer);
    assert_false(answer.repetition);
    assert_int_equal(answer.number, 1);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
    preview.at_unix_ms += 1000;
    answer = scan(&preview);
    assert_false(answer.repetition); /* the buyer's is nearer, and counts */
    answer = scan(&preview);
    assert_true(answer.repetition);
    assert_int_equal(answer.left_out, ASSAY_LEFT_OUT_PREVIEW);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE_SEEN);
}

static void a_right_pin_counts_from_anywhere(void **state)
{
    (void)state;
    struct assay_scan_request request = request_of(3, 7);
    request.net = ASSAY_NET_HOSTING;
    request.channel = ASSAY_CHANNEL_BOT;
    request.pin = ASSAY_PIN_RIGHT;
    struct assay_scan_answer answer = scan(&request);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_CONFIRMED);
    assert_int_equal(answer.left_out, ASSAY_COUNTED);
    assert_int_equal(answer.number, 1);
    assert_int_equal(item_now(3).confirmed_at_unix_ms, request.at_unix_ms);
}

static void wrong_pins_are_slowed_down_from_anywhere(void **state)
{
    (void)state;
    struct assay_scan_answer answer = {0};
    struct assay_scan_request request = request_of(4, 0);
    for (int i = 0; i <= ASSAY_PIN_FREE_TRIES; i++) {
        request.net = ASSAY_NET_HOSTING;
        request.pin = ASSAY_PIN_WRONG;
        request.scan_id[0]++;
        assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    }
    assert_int_equal(answer.error, ASSAY_E_THROTTLED);
    assert_int_equal(item_now(4).wrong_pins, ASSAY_PIN_FREE_TRIES);
    assert_int_equal(item_now(4).scans, 0);
}

/* Being a bot must not be a way to write without bound. */
static void bots_cannot_fill_the_disk_with_one_good_code(void **state)
{
    (void)state;
    uint32_t recorded = 0;
    struct assay_scan_request request = request_of(5, 0);
    for (int i = 0; i < 500; i++) {
        request.channel = ASSAY_CHANNEL_BOT;
        request.scan_id[i % 16]++;
        struct assay_scan_answer answer = scan(&request);
        assert_int_equal(answer.verdict, ASSAY_VERDICT_GENUINE);
        recorded += answer.recorded;
    }
    assert_int_equal(recorded, ASSAY_ITEM_SCANS_A_MINUTE);
}

static bool count_alerts(void *context, const struct assay_catalog_alert *alert)
{
    (void)alert;
    ++*(uint32_t *)context;
    return true;
}

static void a_bot_that_has_a_leaked_code_still_tells_of_the_leak(void **state)
{
    (void)state;
    struct assay_scan_request request = request_of(500, 0);
    request.channel = ASSAY_CHANNEL_BOT;
    struct assay_scan_answer answer = scan(&request);
    assert_int_equal(answer.verdict, ASSAY_VERDICT_NOT_ON_SALE);
    uint32_t alerts = 0;
    assay_store_each_alert(world.store, 0, count_alerts, &alerts);
    assert_int_equal(alerts, 1);
    assert_int_equal(item_now(500).scans_before_sale, 1);
}

/* -- risk -- */

/* Five strangers in places far apart. */
static struct assay_scan_answer copied(uint32_t index)
{
    struct assay_scan_answer answer = {0};
    for (int i = 0; i < 8; i++) {
        struct assay_scan_request request = request_of(index, (uint64_t)(i + 1) << 48);
        assay_place_set(&request.place, "CN", "CN-GD", "Shenzhen");
        request.position = (struct assay_position){(int16_t)(i * 70), (int16_t)(i * 150), 10};
        answer = scan(&request);
    }
    return answer;
}

static void suspicious_mass_reaches_the_neighbours(void **state)
{
    (void)state;
    struct assay_scan_answer alone = copied(10);
    assert_true(item_now(10).risk.mass_sum > 0);
    assert_int_equal(around_now("CN").batch.items, 1);
    uint64_t mass =
        item_now(10).risk.mass_sum < UINT16_MAX ? item_now(10).risk.mass_sum : UINT16_MAX;
    assert_int_equal(around_now("CN").batch.mass, mass);
    assert_int_equal(around_now("CN").product.mass, mass);
    for (uint32_t index = 11; index < 20; index++) {
        struct assay_scan_answer answer = copied(index);
        assert_true(answer.risk.score > alone.risk.score);
    }
    assert_int_equal(around_now("CN").product.items, 10);
    assert_int_equal(around_now("SG").product.items, 0);
}

static void an_item_is_looked_at_as_it_is_now(void **state)
{
    (void)state;
    struct assay_scan_answer answer = copied(10);
    struct assay_item item = item_now(10);
    struct assay_risk risk;
    uint64_t key = assay_item_key_of(HANDLE, 10);
    assert_int_equal(assay_store_item_risk(world.store, key, &item, &risk), ASSAY_OK);
    assert_int_equal(risk.level, answer.risk.level);
    assert_int_equal(risk.mass, 0);
    key = assay_item_key_of(HANDLE + 1, 10);
    assert_int_equal(assay_store_item_risk(world.store, key, &item, &risk), ASSAY_E_NOT_FOUND);
}

/* -- calibrations -- */

static enum assay_error calibrate(const struct assay_risk_table *table, struct assay_reason *reason)
{
    static uint8_t data[ASSAY_RISK_TABLE_BYTES];
    assay_risk_table_encode(table, data);
    struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
    record.calibration = (struct assay_calibration_record){
        .at_unix_ms = WORLD_EPOCH_MS, .actor = "test", .table = {data, sizeof data}};
    uint64_t position = 0;
    return assay_store_put(world.session, &record, &position, reason);
}

static void a_table_that_is_none_is_refused(void **state)
{
    (void)state;
    uint8_t data[ASSAY_RISK_TABLE_BYTES];
    struct assay_reason reason;
    uint64_t position = 0;
    assay_risk_table_encode(assay_risk_table_default(), data);
    struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
    record.calibration.table = (struct assay_span){data, sizeof data - 1};
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_E_FIELD);
    assert_non_null(strstr(reason.text, "table"));
    data[0] = 99;
    record.calibration.table.len_bytes = sizeof data;
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_E_VERSION);
    assert_null(assay_store_calibration(world.store));
    assert_ptr_equal(assay_store_risk_table(world.store), assay_risk_table_default());
}

static void a_calibration_holds_from_its_record_on(void **state)
{
    (void)state;
    struct assay_reason reason;
    struct assay_risk_table table = *assay_risk_table_default();
    copied(20);
    table.is_default = false;
    table.thresholds[0] = table.thresholds[1] = table.thresholds[2] = 1 << 20;
    assert_int_equal(calibrate(&table, &reason), ASSAY_OK);
    assert_int_equal(copied(21).risk.level, ASSAY_RISK_LOW);
    const struct assay_calibration *current = assay_store_calibration(world.store);
    assert_string_equal(current->actor, "test");
    table.thresholds[0] = table.thresholds[1] = table.thresholds[2] = -(1 << 20);
    assert_int_equal(calibrate(&table, &reason), ASSAY_OK);
    assert_int_equal(copied(22).risk.level, ASSAY_RISK_CLONED);
    assert_int_equal(current->table.thresholds[0], 1 << 20); /* readers may still hold it */

    world_close(&world);
    world_open(&world);
    assert_int_equal(assay_store_risk_table(world.store)->thresholds[0], -(1 << 20));
    table.thresholds[2] = 2;
    assert_int_equal(calibrate(&table, &reason), ASSAY_OK);
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    world_close(&world);
    assert_int_equal(risk_replay(world.dir), 3 * 8);
    world_open(&world);
    assert_int_equal(assay_store_risk_table(world.store)->thresholds[2], 2);
}

static void a_calibration_read_by_position_borrows_nothing(void **state)
{
    (void)state;
    struct assay_reason reason;
    struct assay_record record;
    assert_int_equal(calibrate(assay_risk_table_default(), &reason), ASSAY_OK);
    uint64_t position = assay_store_calibration(world.store)->position;
    assert_int_equal(assay_store_record(world.store, position, &record), ASSAY_OK);
    assert_int_equal(record.type, ASSAY_RECORD_CALIBRATION);
    assert_null(record.calibration.table.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_preview_neither_is_first_nor_takes_a_number),
        TEST(a_preview_and_the_buyer_are_not_the_same_scan),
        TEST(a_right_pin_counts_from_anywhere),
        TEST(wrong_pins_are_slowed_down_from_anywhere),
        TEST(bots_cannot_fill_the_disk_with_one_good_code),
        TEST(a_bot_that_has_a_leaked_code_still_tells_of_the_leak),
        TEST(suspicious_mass_reaches_the_neighbours),
        TEST(an_item_is_looked_at_as_it_is_now),
        TEST(a_table_that_is_none_is_refused),
        TEST(a_calibration_holds_from_its_record_on),
        TEST(a_calibration_read_by_position_borrows_nothing),
    };
    return cmocka_run_group_tests_name("store_risk", tests, NULL, NULL);
}
