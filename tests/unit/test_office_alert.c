// SPDX-License-Identifier: Apache-2.0
/* Alerts at the office: lists, filters, states; the same after a restart and a rebuild. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/check.h"
#include "core/office_alert.h"
#include "tests/support/office_support.h"

#define DAY_MS 86400000ll

static char handle[ASSAY_HANDLE_SIZE];
static const struct assay_batch_facts *facts;

static void scan(uint32_t index, int64_t at_unix_ms, const char *country)
{
    struct assay_scan_request request = world_request(facts, index, 5, at_unix_ms);
    struct assay_scan_answer answer;
    assay_place_set(&request.place, country, "", "");
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

static enum assay_error raise_alert(const struct assay_alert_record *alert)
{
    struct assay_record record = {.type = ASSAY_RECORD_ALERT, .alert = *alert};
    uint64_t position = 0;
    return assay_store_put(world.session, &record, &position, &reason);
}

/* A leak in CN on the first day, one in DE on the third; an outbreak and a forgery in DE. */
static void begin(void)
{
    uint32_t number = 0;
    product();
    batch("100", handle);
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
    scan(1, WORLD_EPOCH_MS, "CN");
    scan(2, WORLD_EPOCH_MS + 2 * DAY_MS, "DE");
    struct assay_alert_record alert = {.at_unix_ms = WORLD_EPOCH_MS + 9 * DAY_MS,
                                       .kind = ASSAY_ALERT_OUTBREAK,
                                       .day = 20460,
                                       .country = "DE",
                                       .sku = "S",
                                       .rule = "outbreak-weekly",
                                       .measure = 7 * 1024 + 512,
                                       .threshold = 6 * 1024};
    assert_int_equal(raise_alert(&alert), ASSAY_OK);
    assert_int_equal(raise_alert(&alert), ASSAY_E_EXISTS);
    alert.kind = ASSAY_ALERT_FORGERY;
    alert.sku[0] = '\0';
    assert_int_equal(raise_alert(&alert), ASSAY_OK);
    alert.kind = ASSAY_ALERT_DIVERSION;
    alert.handle = 5;
    assert_int_equal(raise_alert(&alert), ASSAY_E_NOT_FOUND);
}

static json_t *rows_of(const char *params, json_t **whole)
{
    *whole = done("audit.alerts", params);
    return json_object_get(*whole, "rows");
}

static void expect_count(const char *params, size_t count)
{
    json_t *whole = NULL;
    json_t *rows = rows_of(params, &whole);
    if (json_array_size(rows) != count) {
        print_error("%s\n", params);
    }
    assert_int_equal(json_array_size(rows), count);
    json_decref(whole);
}

static void filters_keep_what_they_say(void **state)
{
    (void)state;
    begin();
    expect_count("{}", 4);
    expect_count("{\"kind\":\"leak\"}", 2);
    expect_count("{\"country\":\"DE\"}", 3);
    expect_count("{\"country\":\"DE\",\"kind\":\"leak\"}", 1);
    expect_count("{\"sku\":\"S\"}", 3);
    expect_count("{\"sku\":\"T\"}", 0);
    expect_count("{\"to\":\"2026-01-02\"}", 1);
    expect_count("{\"from\":\"2026-01-02\"}", 3);
    expect_count("{\"state\":\"open\"}", 4);
    expect_count("{\"state\":\"confirmed\"}", 0);
    refused("audit.alerts", "{\"state\":\"new\"}", ASSAY_E_FIELD, "state");
    refused("audit.alerts", "{\"kind\":\"leaks\"}", ASSAY_E_FIELD, "kind");
    refused("audit.alerts", "{\"after\":\"x\"}", ASSAY_E_FIELD, "after");
    refused("audit.alerts", "{\"limit\":501}", ASSAY_E_FIELD, "limit");
    json_t *list = done("alert.list", "{\"kind\":\"outbreak\"}");
    const json_t *row = json_array_get(json_object_get(list, "alerts"), 0);
    assert_string_equal(text_of(row, "sku"), "S");
    assert_string_equal(text_of(row, "rule"), "outbreak-weekly");
    assert_string_equal(text_of(row, "handle"), "");
    assert_true(json_number_value(json_object_get(row, "measure")) == 7.5);
    json_decref(list);
}

static void pages_join_without_a_gap(void **state)
{
    (void)state;
    begin();
    char after[32] = "";
    for (int page = 0; page < 4; page++) {
        char params[80];
        snprintf(params, sizeof params, "{\"limit\":1%s%s%s}", after[0] ? ",\"after\":\"" : "",
                 after, after[0] ? "\"" : "");
        json_t *whole = NULL;
        json_t *rows = rows_of(params, &whole);
        assert_int_equal(json_array_size(rows), 1);
        assert_int_equal(number_of(json_object_get(whole, "counts"), "open"), 4);
        assert_int_equal(json_is_null(json_object_get(whole, "next")), page == 3);
        if (page < 3) {
            snprintf(after, sizeof after, "%s", text_of(whole, "next"));
        }
        json_decref(whole);
    }
}

static void other_views_count_them(void **state)
{
    (void)state;
    begin();
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    json_t *result = done("audit.about", "{}");
    assert_int_equal(number_of(result, "open_alerts"), 4);
    json_decref(result);
    result = done("audit.overview", "{\"country\":\"DE\"}");
    assert_int_equal(number_of(json_object_get(result, "alerts"), "open"), 3);
    json_decref(result);
    result = done("audit.regions", "{}");
    const json_t *rows = json_object_get(result, "rows");
    json_int_t sum = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        sum += number_of(json_array_get(rows, i), "alerts");
    }
    assert_int_equal(sum, 4);
    json_decref(result);
    result = done("audit.series", "{}");
    assert_int_equal(number_of(json_array_get(json_object_get(result, "points"), 0), "alerts"), 2);
    json_decref(result);
    result = done("audit.products", "{}");
    assert_int_equal(number_of(json_array_get(json_object_get(result, "rows"), 0), "alerts"), 3);
    json_decref(result);
    result = done("audit.batches", "{}");
    assert_int_equal(number_of(json_array_get(json_object_get(result, "rows"), 0), "alerts"), 2);
    json_decref(result);
}

static void newest_id(char id[32])
{
    json_t *whole = NULL;
    json_t *rows = rows_of("{\"limit\":1}", &whole);
    snprintf(id, 32, "%s", text_of(json_array_get(rows, 0), "id"));
    json_decref(whole);
}

static void a_state_needs_what_the_page_says(void **state)
{
    (void)state;
    begin();
    char id[32];
    char params[200];
    newest_id(id);
    refused("alert.state", "{\"id\":\"8\",\"state\":\"open\"}", ASSAY_E_NOT_FOUND, "id");
    refused("alert.state", "{\"id\":\"x\",\"state\":\"open\"}", ASSAY_E_NOT_FOUND, "id");
    refused("alert.state", "{\"id\":\"8\"}", ASSAY_E_FIELD, "state");
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"gone\"}", id);
    refused("alert.state", params, ASSAY_E_FIELD, "state");
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"dismissed\"}", id);
    refused("alert.state", params, ASSAY_E_FIELD, "reason");
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"dismissed\",\"reason\":\" \"}", id);
    refused("alert.state", params, ASSAY_E_FIELD, "reason");
    actor.scopes = ASSAY_SCOPE_READ;
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"confirmed\"}", id);
    refused("alert.state", params, ASSAY_E_SCOPE, "");
    actor.scopes = ASSAY_SCOPE_WRITE;
    json_t *row = done("alert.state", params);
    assert_string_equal(text_of(row, "state"), "confirmed");
    assert_string_equal(text_of(row, "id"), id);
    assert_true(json_is_null(json_object_get(row, "reason")));
    json_decref(row);
    actor.scopes = ASSAY_SCOPE_ADMIN;
}

static void decide(const char *id, const char *word)
{
    char params[200];
    snprintf(params, sizeof params, "{\"id\":\"%s\",\"state\":\"%s\",\"reason\":\"演示\"}", id,
             word);
    done_quietly("alert.state", params);
}

static void expect_states(void)
{
    expect_count("{\"state\":\"open\"}", 3);
    expect_count("{\"state\":\"dismissed\"}", 1);
    expect_count("{\"state\":\"confirmed\"}", 0);
    json_t *whole = NULL;
    json_t *rows = rows_of("{\"state\":\"dismissed\"}", &whole);
    assert_string_equal(text_of(json_array_get(rows, 0), "reason"), "演示");
    json_decref(whole);
}

static void states_outlive_restart_and_rebuild(void **state)
{
    (void)state;
    begin();
    char id[32];
    newest_id(id);
    decide(id, "confirmed");
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    decide(id, "dismissed");
    expect_states();
    world_close(&world); /* folds */
    world_open(&world);
    expect_states();
    decide(id, "open");
    decide(id, "dismissed");
    world_close(&world);
    struct assay_check_report report;
    const struct assay_check_options options = {.dir = world.dir};
    assert_int_equal(assay_check_run(&options, &report, &reason), ASSAY_OK);
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    assert_int_equal(assay_check_run(&options, &report, &reason), ASSAY_OK);
    world_open(&world);
    expect_states();
}

int main(void)
{
    key_support_init(&keys);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(filters_keep_what_they_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_join_without_a_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_views_count_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_state_needs_what_the_page_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(states_outlive_restart_and_rebuild, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
