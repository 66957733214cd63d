// SPDX-License-Identifier: Apache-2.0
/* Print jobs at the office: manifests, spoiled labels, reprints, decoys, alerts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/order.h"
#include "tests/support/office_support.h"

static char handle[ASSAY_HANDLE_SIZE];
static const struct assay_batch_facts *facts;

static void begin(void)
{
    uint32_t number = 0;
    product();
    batch("100", handle);
    register_site();
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    facts = assay_store_batch_facts(world.store, number);
}

/* A job of one or two ranges; the second is left out if it begins with 0. */
static enum assay_error import_job(enum assay_print_kind kind, struct assay_range one,
                                   struct assay_range two)
{
    static uint8_t next_job = 1;
    struct assay_manifest_file file = {.name = "labels.pdf", .bytes = 7};
    struct assay_manifest manifest = {.handle = facts->handle,
                                      .range = one,
                                      .ranges = two.first == 0 ? 1 : 2,
                                      .part = {one, two},
                                      .good = one.last - one.first + 1,
                                      .kind = kind,
                                      .job = {next_job++},
                                      .printer = "HP Indigo 2",
                                      .guess_chance_log2 = -50,
                                      .printed_at_unix_ms = WORLD_EPOCH_MS,
                                      .format = "pdf",
                                      .files = 1,
                                      .file = &file};
    if (kind == ASSAY_PRINT_REPRINT) {
        memcpy(manifest.reason_text, "torn", 5);
    }
    manifest.good += two.first == 0 ? 0 : two.last - two.first + 1;
    char *text = NULL;
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
    json_t *params = json_pack("{s:o}", "manifest", json_loads(text, 0, NULL));
    json_t *result = NULL;
    enum assay_error error = run_json("manifest.import", params, &result);
    if (error == ASSAY_OK) {
        assert_string_equal(text_of(result, "kind"), assay_print_kind_name(kind));
        /* the very same job again is none */
        assert_int_equal(run_json("manifest.import", params, &result), ASSAY_E_EXISTS);
        json_decref(result);
    }
    json_decref(params);
    free(text);
    return error;
}

static enum assay_error print(uint32_t first, uint32_t last)
{
    return import_job(ASSAY_PRINT_FIRST, (struct assay_range){first, last},
                      (struct assay_range){0, 0});
}

static enum assay_error call(const char *command, const char *rest)
{
    char params[300];
    json_t *result = NULL;
    snprintf(params, sizeof params, "{\"handle\":\"%s\"%s}", handle, rest);
    enum assay_error error = run(command, params, &result);
    json_decref(result);
    return error;
}

static json_t *show(void)
{
    char params[64];
    snprintf(params, sizeof params, "{\"handle\":\"%s\"}", handle);
    return done("batch.show", params);
}

/* issued, good, spoiled, void, unaccounted, decoys */
static void sums_are(json_int_t issued, json_int_t good, json_int_t spoiled, json_int_t voided,
                     json_int_t unaccounted)
{
    json_t *shown = show();
    const json_t *sums = json_object_get(shown, "reconciliation");
    assert_int_equal(number_of(sums, "issued"), issued);
    assert_int_equal(number_of(sums, "good"), good);
    assert_int_equal(number_of(sums, "spoiled"), spoiled);
    assert_int_equal(number_of(sums, "void"), voided);
    assert_int_equal(number_of(sums, "unaccounted"), unaccounted);
    assert_int_equal(issued, good + spoiled + voided + unaccounted);
    assert_int_equal(number_of(sums, "decoys"), 100 - issued);
    json_decref(shown);
}

static void spoiled_labels_become_good_by_a_reprint(void **state)
{
    (void)state;
    begin();
    sums_are(100, 0, 0, 0, 100);
    assert_int_equal(call("batch.spoil", ",\"range\":\"3-5\",\"reason\":\"torn\""),
                     ASSAY_E_TRANSITION);
    assert_int_equal(print(0, 79), ASSAY_OK);
    assert_int_equal(print(79, 99), ASSAY_E_EXISTS);
    assert_int_equal(call("batch.spoil", ",\"range\":\"3-5\""), ASSAY_E_FIELD);
    assert_int_equal(call("batch.spoil", ",\"range\":\"3-5\",\"reason\":\" \""), ASSAY_E_FIELD);
    assert_int_equal(call("batch.spoil", ",\"range\":\"3-5\",\"reason\":\"torn\""), ASSAY_OK);
    assert_int_equal(call("batch.spoil", ",\"range\":\"9\",\"reason\":\"torn\""), ASSAY_OK);
    assert_int_equal(call("batch.void", ",\"range\":\"70-89\",\"reason\":\"lost\""), ASSAY_OK);
    sums_are(100, 66, 4, 20, 10);
    assert_int_equal(call("batch.activate", ",\"range\":\"0-9\""), ASSAY_E_TRANSITION);
    assert_non_null(strstr(reason.text, "3-5 are spoiled"));
    assert_int_equal(
        import_job(ASSAY_PRINT_REPRINT, (struct assay_range){3, 5}, (struct assay_range){8, 9}),
        ASSAY_E_TRANSITION);
    assert_int_equal(
        import_job(ASSAY_PRINT_REPRINT, (struct assay_range){3, 5}, (struct assay_range){9, 9}),
        ASSAY_OK);
    sums_are(100, 70, 0, 20, 10);
    assert_int_equal(call("batch.activate", ",\"range\":\"0-9\""), ASSAY_OK);
    assert_int_equal(call("batch.activate", ",\"range\":\"60-95\""), ASSAY_E_TRANSITION);
    assert_int_equal(call("batch.activate", ",\"without_manifest\":true"), ASSAY_E_TRANSITION);
    assert_int_equal(call("batch.activate", ""), ASSAY_OK);
    assert_int_equal(call("batch.activate", ""), ASSAY_E_TRANSITION);
    json_t *shown = show();
    assert_int_equal(number_of(shown, "active"), 70);
    assert_true(json_is_false(json_object_get(shown, "without_manifest")));
    const json_t *jobs = json_object_get(shown, "jobs");
    assert_int_equal(json_array_size(jobs), 2);
    assert_string_equal(text_of(json_array_get(jobs, 0), "reason"), "torn");
    assert_string_equal(text_of(json_array_get(jobs, 1), "printer"), "HP Indigo 2");
    json_decref(shown);
}

static void an_unreported_activation_is_asked_for_and_recorded(void **state)
{
    (void)state;
    begin();
    assert_int_equal(call("batch.activate", ""), ASSAY_E_TRANSITION);
    assert_int_equal(call("batch.activate", ",\"without_manifest\":true"), ASSAY_OK);
    json_t *shown = show();
    assert_int_equal(number_of(shown, "active"), 100);
    assert_true(json_is_true(json_object_get(shown, "without_manifest")));
    json_decref(shown);
}

static void scan(uint32_t index, int64_t at_unix_ms, enum assay_verdict wanted)
{
    struct assay_scan_request request = world_request(facts, index, 1, at_unix_ms);
    struct assay_scan_answer answer;
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.verdict, wanted);
}

static json_t *alerts(size_t count)
{
    json_t *result = done("alert.list", "{}");
    assert_int_equal(json_array_size(json_object_get(result, "alerts")), count);
    return result;
}

#define DAY_MS 86400000ll

static void a_leak_is_told_once_a_day_with_its_printer(void **state)
{
    (void)state;
    begin();
    assert_int_equal(print(0, 49), ASSAY_OK);
    scan(7, WORLD_EPOCH_MS + 1000, ASSAY_VERDICT_NOT_ON_SALE);
    scan(8, WORLD_EPOCH_MS + 2000, ASSAY_VERDICT_NOT_ON_SALE);
    json_t *list = alerts(1);
    const json_t *alert = json_array_get(json_object_get(list, "alerts"), 0);
    assert_string_equal(text_of(alert, "kind"), "leak");
    assert_string_equal(text_of(alert, "handle"), handle);
    assert_string_equal(text_of(alert, "site"), "plant");
    assert_string_equal(text_of(alert, "printer"), "HP Indigo 2");
    assert_int_equal(number_of(alert, "index"), 7);
    json_decref(list);
    scan(60, WORLD_EPOCH_MS + DAY_MS, ASSAY_VERDICT_NOT_ON_SALE); /* nobody says it was printed */
    list = alerts(2);
    assert_string_equal(text_of(json_array_get(json_object_get(list, "alerts"), 0), "site"), "");
    json_decref(list);
    assert_int_equal(call("batch.activate", ""), ASSAY_OK);
    scan(7, WORLD_EPOCH_MS + 2 * DAY_MS, ASSAY_VERDICT_GENUINE);
    json_decref(alerts(2));
    uint32_t number = facts->handle;
    world_close(&world);
    world_open(&world);
    json_decref(alerts(2));
    facts = assay_store_batch_facts(world.store, number);
    scan(61, WORLD_EPOCH_MS + DAY_MS + 5000, ASSAY_VERDICT_NOT_ON_SALE);
    json_decref(alerts(2)); /* the day's alert is remembered */
    refused("alert.list", "{\"handle\":\"ABCDEF\"}", ASSAY_E_NOT_FOUND, "handle");
    json_t *page = done("alert.list", "{\"limit\":1}");
    assert_int_equal(number_of(page, "next_offset"), 1);
    json_decref(page);
}

static void a_decoy_names_its_file(void **state)
{
    (void)state;
    begin();
    char params[120];
    snprintf(params, sizeof params, "{\"handle\":\"%s\",\"name\":\"a.csv\"}", handle);
    refused("batch.honey", params, ASSAY_E_FIELD, "count");
    assert_int_equal(call("batch.honey", ",\"count\":100,\"name\":\"a.csv\""), ASSAY_E_FIELD);
    assert_int_equal(call("batch.honey", ",\"count\":5,\"name\":\"\""), ASSAY_E_FIELD);
    assert_int_equal(call("batch.honey", ",\"count\":5,\"name\":\"a.csv\""), ASSAY_OK);
    assert_int_equal(call("batch.honey", ",\"count\":5,\"name\":\"a.csv\""), ASSAY_E_EXISTS);
    assert_int_equal(call("batch.honey", ",\"count\":2,\"name\":\"b.csv\""), ASSAY_OK);
    json_t *again = done("batch.honey", params);
    const json_t *rows = json_object_get(again, "rows");
    assert_int_equal(json_array_size(rows), 5);
    assert_int_equal(number_of(json_array_get(rows, 0), "position"), 95);
    assert_int_equal(strlen(text_of(json_array_get(rows, 0), "code")), ASSAY_CODE_LEN);
    json_decref(again);
    assert_int_equal(print(0, 95), ASSAY_E_TRANSITION);
    assert_int_equal(print(0, 92), ASSAY_OK);
    sums_are(93, 93, 0, 0, 0);
    assert_int_equal(call("batch.activate", ",\"range\":\"0-93\""), ASSAY_E_TRANSITION);
    assert_int_equal(call("batch.activate", ""), ASSAY_OK);
    scan(94, WORLD_EPOCH_MS, ASSAY_VERDICT_NOT_ON_SALE);
    scan(97, WORLD_EPOCH_MS, ASSAY_VERDICT_NOT_ON_SALE);
    scan(98, WORLD_EPOCH_MS, ASSAY_VERDICT_NOT_ON_SALE);
    json_t *list = alerts(2);
    const json_t *newest = json_array_get(json_object_get(list, "alerts"), 0);
    assert_string_equal(text_of(newest, "kind"), "honey");
    assert_string_equal(text_of(newest, "file"), "a.csv");
    assert_string_equal(text_of(json_array_get(json_object_get(list, "alerts"), 1), "file"),
                        "b.csv");
    json_decref(list);
    snprintf(params, sizeof params, "{\"handle\":\"%s\"}", handle);
    json_t *made = done("batch.order", params);
    assert_int_equal(number_of(json_object_get(made, "order_facts"), "reserved"), 7);
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    struct assay_order order;
    const char *text = text_of(made, "order");
    assert_int_equal(assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, key, &reason), ASSAY_OK);
    assert_int_equal(assay_order_read(text, strlen(text), key, &order, &reason), ASSAY_OK);
    assert_int_equal(order.reserved, 7);
    json_decref(made);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(spoiled_labels_become_good_by_a_reprint),
        CASE(an_unreported_activation_is_asked_for_and_recorded),
        CASE(a_leak_is_told_once_a_day_with_its_printer),
        CASE(a_decoy_names_its_file),
    };
    key_support_init(&keys);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
