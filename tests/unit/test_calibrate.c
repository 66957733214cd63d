// SPDX-License-Identifier: Apache-2.0
/* What calibration takes an item for: reference, confirmed, judged by those who looked at an alert. */
#include "core/calibrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/calibrate_known.h"
#include "tests/support/office_support.h"

#define DAY_MS 86400000ll

static char handle[ASSAY_HANDLE_SIZE];
static const struct assay_batch_facts *facts;

static void scan(uint32_t index, enum assay_pin_outcome pin, int64_t at_unix_ms)
{
    struct assay_scan_request request = world_request(facts, index, 7 + index, at_unix_ms);
    struct assay_scan_answer answer;
    request.pin = pin;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

/* Items 1 to 8 scanned on two days; 1 to 3 are references, 3 to 6 confirmed by their PIN. */
static void begin(void)
{
    uint32_t number = 0;
    char params[160];
    product();
    batch("100", handle);
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
    assert_int_equal(world_move(&world, number, ASSAY_MOVE_ACTIVATE_UNREPORTED, 0, 99), ASSAY_OK);
    for (uint32_t index = 1; index <= 8; index++) {
        bool confirms = index >= 3 && index <= 6;
        scan(index, confirms ? ASSAY_PIN_RIGHT : ASSAY_PIN_NONE, WORLD_EPOCH_MS);
        scan(index, ASSAY_PIN_NONE, WORLD_EPOCH_MS + DAY_MS);
    }
    snprintf(params, sizeof params, "{\"csv\":\"code\\n%s:1\\n%s:2\\n%s:3\\n\"}", handle, handle,
             handle);
    done_quietly("reference.import", params);
}

/* An alert that an item is cloned, and what became of it. */
static void judge(uint32_t index, int32_t day, enum assay_alert_state outcome)
{
    uint64_t position = 0;
    struct assay_record alert = {.type = ASSAY_RECORD_ALERT};
    alert.alert = (struct assay_alert_record){.at_unix_ms = WORLD_EPOCH_MS + day * DAY_MS,
                                              .kind = ASSAY_ALERT_CLONED,
                                              .item = assay_item_key_of(facts->handle, index),
                                              .day = day,
                                              .sku = "S",
                                              .rule = "cloned"};
    assert_int_equal(assay_store_put(world.session, &alert, &position, &reason), ASSAY_OK);
    struct assay_record state = {.type = ASSAY_RECORD_ALERT_STATE};
    state.alert_state = (struct assay_alert_state_record){.at_unix_ms = alert.alert.at_unix_ms,
                                                          .alert = position,
                                                          .state = outcome,
                                                          .actor = "test",
                                                          .reason_text = "looked at it"};
    assert_int_equal(assay_store_put(world.session, &state, &position, &reason), ASSAY_OK);
}

static struct assay_calibrate_report calibrated(void)
{
    const struct assay_calibrate_options options = {
        .dir = world.dir, .session = world.session, .actor = "test", .now_unix_ms = WORLD_EPOCH_MS};
    struct assay_calibrate_report report;
    assert_int_equal(assay_calibrate(&options, &report, &reason), ASSAY_OK);
    return report;
}

static void assert_shown(json_int_t references, json_int_t confirmed, json_int_t dismissed,
                         json_int_t copied)
{
    json_t *shown = done("risk.show", "{}");
    assert_int_equal(number_of(shown, "reference_items"), references);
    assert_int_equal(number_of(shown, "confirmed_items"), confirmed);
    assert_int_equal(number_of(shown, "dismissed_items"), dismissed);
    assert_int_equal(number_of(shown, "copied_items"), copied);
    json_decref(shown);
}

static void without_alerts_references_and_confirmed_ones_teach(void **state)
{
    (void)state;
    begin();
    struct assay_calibrate_report report = calibrated();
    assert_int_equal(report.scans, 6);
    assert_shown(3, 3, 0, 0);
}

/* 2 (reference), 4 (confirmed) and 7 were copied; 1 (reference), 5 (confirmed) and 8 were not. */
static void judged_alerts_take_items_out_and_bring_others_in(void **state)
{
    (void)state;
    begin();
    judge(2, 1, ASSAY_ALERT_CONFIRMED);
    judge(4, 1, ASSAY_ALERT_CONFIRMED);
    judge(7, 1, ASSAY_ALERT_CONFIRMED);
    judge(1, 1, ASSAY_ALERT_DISMISSED);
    judge(5, 1, ASSAY_ALERT_DISMISSED);
    judge(8, 1, ASSAY_ALERT_DISMISSED);
    struct assay_calibrate_report report = calibrated();
    assert_int_equal(report.references, 2);
    assert_int_equal(report.scans, 5);
    assert_shown(2, 2, 1, 3);
    world_close(&world);
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    world_open(&world);
    assert_shown(2, 2, 1, 3);
}

static void open_alerts_and_those_opened_again_say_nothing(void **state)
{
    (void)state;
    begin();
    judge(2, 1, ASSAY_ALERT_OPEN);
    judge(8, 1, ASSAY_ALERT_OPEN);
    calibrated();
    assert_shown(3, 3, 0, 0);
}

/* Somebody held a copy in his hands: what was thought of another alert does not undo that. */
static void once_copied_is_copied(void **state)
{
    (void)state;
    begin();
    judge(8, 1, ASSAY_ALERT_CONFIRMED);
    judge(8, 40, ASSAY_ALERT_DISMISSED);
    judge(2, 1, ASSAY_ALERT_DISMISSED);
    judge(2, 40, ASSAY_ALERT_CONFIRMED);
    calibrated();
    assert_shown(2, 3, 0, 2);
}

static void what_is_known_is_kept_once_and_found(void **state)
{
    (void)state;
    struct assay_calibrate_known known = {0};
    for (uint64_t item = 1000; item > 0; item--) {
        enum assay_calibrate_source source = item % 3 == 0   ? ASSAY_CALIBRATE_DISMISSED
                                             : item % 3 == 1 ? ASSAY_CALIBRATE_REFERENCE
                                                             : ASSAY_CALIBRATE_CONFIRMED;
        assert_int_equal(assay_calibrate_know(&known, 2 * item, ASSAY_CALIBRATE_DISMISSED),
                         ASSAY_OK);
        assert_int_equal(assay_calibrate_know(&known, 2 * item, source), ASSAY_OK);
    }
    assay_calibrate_known_finish(&known);
    assert_int_equal(known.count, 1000);
    assert_int_equal(known.of[ASSAY_CALIBRATE_REFERENCE], 334);
    assert_int_equal(known.of[ASSAY_CALIBRATE_DISMISSED], 333);
    for (uint64_t item = 1; item <= 1000; item++) {
        assert_int_equal(assay_calibrate_known_find(&known, 2 * item)->item, 2 * item);
        assert_null(assay_calibrate_known_find(&known, 2 * item + 1));
    }
    assert_null(assay_calibrate_known_find(&known, 1));
    assay_calibrate_known_deinit(&known);
    assay_calibrate_known_finish(&known);
    assert_null(assay_calibrate_known_find(&known, 1));
}

int main(void)
{
    key_support_init(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_alerts_references_and_confirmed_ones_teach, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(judged_alerts_take_items_out_and_bring_others_in, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(open_alerts_and_those_opened_again_say_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(once_copied_is_copied, set_up, tear_down),
        cmocka_unit_test(what_is_known_is_kept_once_and_found),
    };
    int failed = cmocka_run_group_tests_name("calibrate", tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
