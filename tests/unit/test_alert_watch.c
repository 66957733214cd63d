// SPDX-License-Identifier: Apache-2.0
/* Passes of the rules over a store, rules at the office, dry runs, and outcomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/alert_watch.h"
#include "core/check.h"
#include "tests/support/office_support.h"

#define DAY_MS 86400000ll

static char handle[ASSAY_HANDLE_SIZE];
static const struct assay_batch_facts *facts;

static void scan(uint32_t index, uint64_t device, int64_t at_unix_ms, enum assay_pin_outcome pin)
{
    struct assay_scan_request request =
        world_request(facts, index, device * 0x9E3779B97F4A7C15ull, at_unix_ms);
    struct assay_scan_answer answer;
    assay_place_set(&request.place, "CN", "CN-GD", "");
    request.pin = pin;
    request.position =
        (struct assay_position){(int16_t)(10 * (device % 90)), (int16_t)(20 * (device % 90)), 5};
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

/* A table by which every item is cloned; the rule asks for two scans. */
static void suspect_all(void)
{
    static uint8_t data[ASSAY_RISK_TABLE_BYTES];
    struct assay_risk_table table = *assay_risk_table_default();
    struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
    uint64_t position = 0;
    for (int32_t i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        table.thresholds[i] = i - 1000000000;
    }
    assay_risk_table_encode(&table, data);
    record.calibration.table = (struct assay_span){data, sizeof data};
    assert_int_equal(assay_store_put(world.session, &record, &position, &reason), ASSAY_OK);
}

/* One item scanned by ten devices all over the world, and wrong PINs of thirty items. */
static void begin(void)
{
    uint32_t number = 0;
    product();
    batch("100", handle);
    suspect_all();
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
    assert_int_equal(world_move(&world, number, ASSAY_MOVE_ACTIVATE_UNREPORTED, 0, 99), ASSAY_OK);
    for (uint64_t i = 0; i < 40; i++) {
        scan(3, 1 + i / 4, WORLD_EPOCH_MS + (int64_t)i * DAY_MS / 8, ASSAY_PIN_NONE);
    }
    for (uint32_t index = 10; index < 40; index++) {
        scan(index, index, WORLD_EPOCH_MS, ASSAY_PIN_WRONG);
    }
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
}

static uint32_t pass(void)
{
    uint32_t raised = 0;
    assert_int_equal(assay_alert_pass(world.session, &raised, &reason), ASSAY_OK);
    return raised;
}

static size_t listed(const char *params)
{
    json_t *list = done("alert.list", params);
    size_t count = json_array_size(json_object_get(list, "alerts"));
    json_decref(list);
    return count;
}

static void each_is_raised_once(void **state)
{
    (void)state;
    begin();
    uint32_t raised = pass();
    assert_int_equal(listed("{}"), raised);
    assert_int_equal(listed("{\"kind\":\"cloned\"}"), 1);
    assert_int_equal(listed("{\"kind\":\"pin_attack\"}"), 1);
    assert_int_equal(pass(), 0);
    world_close(&world);
    world_open(&world);
    assert_int_equal(pass(), 0);
    world_close(&world);
    struct assay_check_report report;
    const struct assay_check_options options = {.dir = world.dir};
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    assert_int_equal(assay_check_run(&options, &report, &reason), ASSAY_OK);
    world_open(&world);
    assert_int_equal(listed("{}"), raised);
    assert_int_equal(pass(), 0);
}

static void old_findings_are_not_raised(void **state)
{
    (void)state;
    begin();
    scan(50, 1, WORLD_EPOCH_MS + (ASSAY_ALERT_RECENT_DAYS + 20) * DAY_MS, ASSAY_PIN_NONE);
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    assert_int_equal(pass(), 0);
    json_t *dry = done("rule.dryrun", "{}");
    assert_true(json_array_size(json_object_get(dry, "alerts")) >= 2);
    json_decref(dry);
}

static void a_rule_says_what_is_raised(void **state)
{
    (void)state;
    begin();
    done_quietly("rule.set", "{\"name\":\"cloned\",\"enabled\":false}");
    done_quietly("rule.set", "{\"name\":\"pin-attack-batch\",\"min_count\":31}");
    json_t *dry =
        done("rule.dryrun", "{\"name\":\"pin-attack-batch\",\"min_count\":30,\"threshold\":1}");
    assert_int_equal(number_of(json_array_get(json_object_get(dry, "rules"), 0), "alerts"), 1);
    json_decref(dry);
    pass();
    assert_int_equal(listed("{\"kind\":\"cloned\"}"), 0);
    assert_int_equal(listed("{\"kind\":\"pin_attack\"}"), 0);
    done_quietly("rule.reset", "{\"name\":\"pin-attack-batch\"}");
    done_quietly("rule.set", "{\"name\":\"mine\",\"kind\":\"pin_attack\",\"by\":\"country\","
                             "\"min_count\":5,\"threshold\":0.5}");
    world_close(&world);
    world_open(&world);
    assert_int_equal(pass(), 2);
    json_t *list = done("rule.list", "{}");
    assert_int_equal(json_array_size(json_object_get(list, "rules")), 9);
    json_decref(list);
    done_quietly("rule.reset", "{\"name\":\"mine\"}");
    list = done("rule.list", "{}");
    assert_int_equal(json_array_size(json_object_get(list, "rules")), 8);
    json_decref(list);
}

static void a_leak_can_be_switched_off(void **state)
{
    (void)state;
    product();
    batch("100", handle);
    uint32_t number = 0;
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
    done_quietly("rule.set", "{\"name\":\"leak\",\"enabled\":false}");
    scan(1, 1, WORLD_EPOCH_MS, ASSAY_PIN_NONE);
    assert_int_equal(listed("{}"), 0);
    done_quietly("rule.reset", "{\"name\":\"leak\"}");
    scan(2, 1, WORLD_EPOCH_MS, ASSAY_PIN_NONE);
    assert_int_equal(listed("{}"), 1);
}

static void bad_rules_are_refused(void **state)
{
    (void)state;
    product();
    refused("rule.set", "{}", ASSAY_E_FIELD, "name");
    refused("rule.set", "{\"name\":\"x\"}", ASSAY_E_NOT_FOUND, "name x");
    refused("rule.set", "{\"name\":\"x y\",\"kind\":\"outbreak\"}", ASSAY_E_FIELD, "name");
    refused("rule.set", "{\"name\":\"x\",\"kind\":\"leak\"}", ASSAY_E_FIELD, "kind");
    refused("rule.set", "{\"name\":\"x\",\"kind\":\"wave\"}", ASSAY_E_FIELD, "kind");
    refused("rule.set", "{\"name\":\"cloned\",\"kind\":\"outbreak\"}", ASSAY_E_FIELD, "kind");
    refused("rule.set", "{\"name\":\"cloned\",\"threshold\":1}", ASSAY_E_FIELD, "threshold");
    refused("rule.set", "{\"name\":\"diversion\",\"threshold\":1.5}", ASSAY_E_FIELD, "threshold");
    refused("rule.set", "{\"name\":\"diversion\",\"threshold\":-1}", ASSAY_E_FIELD, "threshold");
    refused("rule.set", "{\"name\":\"diversion\",\"window_days\":10}", ASSAY_E_FIELD, "window");
    refused("rule.set", "{\"name\":\"diversion\",\"by\":\"country\"}", ASSAY_E_FIELD, "by");
    refused("rule.set", "{\"name\":\"diversion\",\"sku\":\"T\"}", ASSAY_E_NOT_FOUND, "sku");
    refused("rule.set", "{\"name\":\"forgery-wave\",\"sku\":\"S\"}", ASSAY_E_FIELD, "sku");
    refused("rule.reset", "{\"name\":\"x\"}", ASSAY_E_NOT_FOUND, "name x");
    refused("rule.dryrun", "{\"min_count\":3}", ASSAY_E_FIELD, "name");
    actor.scopes = ASSAY_SCOPE_READ;
    refused("rule.set", "{\"name\":\"cloned\",\"enabled\":false}", ASSAY_E_SCOPE, "");
    done_quietly("rule.dryrun", "{}");
    actor.scopes = ASSAY_SCOPE_ADMIN;
}

static bool note_outcome(void *context, uint64_t item, bool confirmed)
{
    uint64_t *sum = context;
    *sum += confirmed ? item : 0;
    return true;
}

static void outcomes_are_told(void **state)
{
    (void)state;
    begin();
    pass();
    uint64_t sum = 0;
    assay_alert_each_outcome(world.store, note_outcome, &sum);
    assert_int_equal(sum, 0);
    json_t *list = done("alert.list", "{\"kind\":\"cloned\"}");
    char params[100];
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"confirmed\"}",
             text_of(json_array_get(json_object_get(list, "alerts"), 0), "id"));
    json_decref(list);
    done_quietly("alert.state", params);
    assay_alert_each_outcome(world.store, note_outcome, &sum);
    assert_int_equal(sum, assay_item_key_of(facts->handle, 3));
}

int main(void)
{
    key_support_init(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_raised_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_findings_are_not_raised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rule_says_what_is_raised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_leak_can_be_switched_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_rules_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(outcomes_are_told, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
